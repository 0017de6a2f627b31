//! The pages as a visitor's browser meets them: the real binary serving, a form as it stands on its page, and the
//! database before and after.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use regex::Regex;

use super::app::App;

/// `bellwether serve`, stopped when dropped.
pub struct Served {
    child: Child,
    pub address: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// A form as it stands on a page.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    /// What is filled in: hidden fields, and the choice that is made.
    pub fields: Vec<(String, String)>,
}

impl Served {
    /// Only the pages.
    pub fn start(app: &App, now: &str) -> Self {
        Self::with(app, &["-vvv", "serve", "--pages-only", "--listen", "127.0.0.1:0", "--now", now])
    }

    /// The pages and the scheduler.
    pub fn with_scheduler(app: &App, now: &str) -> Self {
        Self::with(app, &["-vvv", "serve", "--listen", "127.0.0.1:0", "--now", now])
    }

    fn with(app: &App, args: &[&str]) -> Self {
        let mut child = app.command(args).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr"));
        let mut told = String::new();
        let address = loop {
            let start = told.len();
            assert!(lines.read_line(&mut told).expect("a line") > 0, "it ended: {told}");
            let found = told[start..].split("http://").nth(1).and_then(|rest| rest.split('/').next());
            if let Some(address) = found {
                break address.to_owned();
            }
        };
        let log = Arc::new(Mutex::new(told));
        let shared = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                shared.lock().expect("a lock").push_str(&format!("{line}\n"));
            }
        });
        Self { child, address, log, reader: Some(reader) }
    }

    /// Any request, with these headers besides what HTTP needs.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{more}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], "")
    }

    /// A form as a browser posts it, with what a visitor typed.
    pub fn submit(&self, form: &Form, typed: &[(&str, &str)]) -> Reply {
        self.submit_with(form, typed, &[])
    }

    /// As [`Served::submit`], through something that adds headers.
    pub fn submit_with(&self, form: &Form, typed: &[(&str, &str)], more: &[(&str, &str)]) -> Reply {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let fields = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        body.extend_pairs(fields.filter(|(name, _)| typed.iter().all(|(other, _)| other != name)));
        body.extend_pairs(typed);
        let origin = format!("http://{}", self.address);
        let mut headers = vec![
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", origin.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        headers.extend(more);
        self.ask("POST", &form.action, &headers, &body.finish())
    }

    /// Stops it, and yields everything it logged at the most talkative level.
    pub fn stop(mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the log is read");
        }
        self.log.lock().expect("a lock").clone()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reply {
    /// The value of a header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The head without the date, in an order of its own.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.head.lines().map(str::to_lowercase).collect();
        lines.retain(|line| !line.starts_with("date:"));
        lines.sort();
        lines
    }

    /// The only form on the page.
    #[track_caller]
    pub fn form(&self) -> Form {
        assert_eq!(self.body.matches("<form").count(), 1, "{}", self.body);
        let form = self.body.split("<form").nth(1).and_then(|rest| rest.split("</form>").next()).expect("a form");
        let attribute = |tag: &str, name: &str| {
            let found = Regex::new(&format!(r#"\s{name}="([^"]*)""#)).expect("a pattern").captures(tag)?;
            Some(found[1].replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        };
        let inputs = Regex::new("<input[^>]*>").expect("a pattern");
        let fields = inputs.find_iter(form).map(|found| found.as_str()).filter_map(|tag| {
            let filled = tag.contains(r#"type="hidden""#) || tag.contains(" checked");
            filled.then_some((attribute(tag, "name")?, attribute(tag, "value")?))
        });
        Form { action: attribute(form, "action").expect("an action"), fields: fields.collect() }
    }
}

/// Every row of every table, as SQL would write it.
pub fn dump(app: &App) -> BTreeMap<String, Vec<String>> {
    let database = app.database();
    let tables = if database.is_file() {
        "select name from sqlite_master where type = 'table'"
    } else {
        "select table_name::text from information_schema.tables where table_schema = 'public'"
    };
    let rows = |table: String| {
        let sql = if database.is_file() {
            let columns = database.strings(&format!("select name from pragma_table_info('{table}')"));
            let columns: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
            format!("select {} from {table} order by 1", columns.join(" || ',' || "))
        } else {
            format!("select t::text from {table} t order by 1")
        };
        let rows = database.strings(&sql);
        (table, rows)
    };
    database.strings(tables).into_iter().map(rows).collect()
}

/// Empties the write-ahead log, as any later checkpoint would, and yields every byte that the database has on disk;
/// `None` where the database is no file.
pub fn bytes_on_disk(app: &App) -> Option<Vec<u8>> {
    if !app.database().is_file() {
        return None;
    }
    app.database().execute("pragma wal_checkpoint(passive)");
    let files = ["bellwether.db", "bellwether.db-wal", "bellwether.journal"];
    Some(files.iter().filter_map(|name| std::fs::read(app.path(name)).ok()).flatten().collect())
}
