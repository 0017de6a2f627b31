//! The nine weeks: the sample world is served on loopback, and the real pipeline runs over it with a clock
//! that is moved from one day to the next.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context as _;
use chrono::{DateTime, Duration, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use url::Url;

use super::mailbox::LocalMailbox;
use super::world::World;
use crate::app::{App, Clock};
use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::files;
use crate::mail::address::{Address, Mailbox};
use crate::mail::message::message_id;
use crate::pipeline;
use crate::pipeline::fetch::{FetchReport, Request};
use crate::progress::Progress;
use crate::web::sample::SampleSite;

/// What a demonstration leaves: what happened, and an app that can serve its pages.
#[derive(Debug)]
pub struct Demonstration {
    pub app: App,
    pub summary: Summary,
    /// Takes the letters of whoever subscribes on the pages.
    pub mailbox: LocalMailbox,
}

/// What happened, and where to look.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    pub sources: usize,
    pub fetches: usize,
    pub not_modified: usize,
    pub items: usize,
    pub events: usize,
    /// The names of the editions, in order.
    pub editions: Vec<String>,
    pub mails: u64,
    pub last: String,
    pub headline: String,
    /// The last mail to the first reader, as the mail server took it.
    pub mail: String,
    /// What lies where.
    pub files: Vec<(String, String)>,
    pub pages: String,
    pub wall_s: f64,
}

/// The address under which the files' links lead; the mails in the mailbox lead to loopback.
const PUBLIC_BASE: &str = "https://digest.example.org";
/// The catalogue, so that commands can look into the database.
const SOURCES: &str = "demo-feeds.toml";
/// Who reads it.
pub const READERS: &[&str] = &["ada@team.example", "grace@team.example", "linus@team.example"];
/// The days (before the Friday) and hours of a week at which the world is polled,
const POLLS: &[(i64, u32)] = &[(-6, 9), (-4, 9), (-2, 9), (-1, 15)];
/// and the hours of the Friday at which `run` composes and sends.
const RUNS: &[u32] = &[6, 7];
/// The first and the last Friday.
const FRIDAYS: (&str, &str) = ("2026-09-25", "2026-11-20");
const ZONE: Tz = Tz::Europe__Berlin;

/// Plays the nine weeks into `out`, which keeps nothing of an earlier demonstration, and into `database` when one is
/// given, else into a file in `out`. `pages` is where the pages will be served.
///
/// # Errors
/// When a file cannot be written, `database` is not empty, or anything of the pipeline fails.
pub async fn play(
    out: &Path,
    database: Option<&str>,
    pages: SocketAddr,
    progress: &Progress,
) -> anyhow::Result<Demonstration> {
    let began = std::time::Instant::now();
    let world = Arc::new(World::load()?);
    let moment = Arc::new(AtomicI64::new(0));
    let read = Arc::clone(&moment);
    let now = move || DateTime::from_timestamp(read.load(Ordering::SeqCst), 0).unwrap_or_default();
    let site = SampleSite::start(Arc::clone(&world), Arc::new(now)).await?;
    let place = Place::prepare(out, database)?;
    let mailbox = LocalMailbox::start(&place.mailbox).await?;
    let feeds = world.catalogue(&site.base());
    let (catalogue, problems) = Catalogue::parse(&feeds);
    anyhow::ensure!(problems.is_empty(), "the sample catalogue has problems: {problems:?}");
    let path = out.join(SOURCES);
    std::fs::write(&path, feeds).with_context(|| format!("cannot write {}", path.display()))?;
    let config = settings(&place, &mailbox.url(), pages)?;
    let mut app = App::open(config, catalogue, Clock::start(None)).await?;
    anyhow::ensure!(
        app.store.source_states().await?.is_empty() && app.store.subscribers().await?.is_empty(),
        "the database is in use: nine weeks of invented news would stand among what it keeps — \
         name an empty one with --database, or none"
    );

    let weeks = fridays()?;
    let digest = app.config.digests.first().context("the demonstration has a digest")?.key.clone();
    let start = at(*weeks.first().context("there are weeks")?, -7, 6)?;
    for reader in READERS {
        app.store
            .add_subscriber(&digest, &Address::parse(reader)?, &app.signer.address_hash(reader), false, start)
            .await?;
    }
    let mut summary = Summary {
        sources: app.catalogue.sources.len(),
        fetches: 0,
        not_modified: 0,
        items: 0,
        events: 0,
        editions: Vec::new(),
        mails: 0,
        last: String::new(),
        headline: String::new(),
        mail: String::new(),
        files: Vec::new(),
        pages: format!("http://{pages}/"),
        wall_s: 0.0,
    };
    let bar = progress.bar((weeks.len() * (POLLS.len() + RUNS.len())) as u64, "nine weeks");
    for friday in weeks.iter().copied() {
        for (day, hour) in POLLS {
            app.clock = move_to(&moment, at(friday, *day, *hour)?);
            let report = pipeline::fetch::fetch(&app, &Request::default(), &Progress::hidden()).await?;
            summary.count(&report);
            bar.inc(1);
        }
        for hour in RUNS {
            app.clock = move_to(&moment, at(friday, 0, *hour)?);
            let report = pipeline::run(&app, &Progress::hidden()).await?;
            summary.count(&report.fetch);
            summary.editions.extend(
                report
                    .composed
                    .iter()
                    .map(|name| name.split_once('/').map_or_else(|| name.clone(), |(_, edition)| edition.to_owned())),
            );
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    summary.mails = mailbox.received();
    let last = app.store.latest_edition(&digest).await?.context("no edition was composed")?;
    summary.last.clone_from(&last.edition.name);
    summary.headline.clone_from(&last.edition.headline);
    let mut public = app.clone();
    public.config.web.base_url = Some(Url::parse(PUBLIC_BASE)?);
    files::write(&public, &last.edition)?;
    let domain = Mailbox::parse(&app.config.digests.first().context("a digest")?.from)?;
    let id = message_id(domain.address().domain(), &[digest.as_str(), &last.edition.name, "1"]);
    summary.mail = place.find_mail(&id)?.display().to_string();
    summary.files = place.files(&last.edition.name);
    summary.wall_s = began.elapsed().as_secs_f64();
    // From here on time passes.
    app.clock = Clock::start(Some(app.clock.now()));
    Ok(Demonstration { app, summary, mailbox })
}

impl Summary {
    fn count(&mut self, report: &FetchReport) {
        self.fetches += report.reached() + report.failed;
        self.not_modified += report.not_modified;
        self.items += report.items_new;
        self.events += report.events_new;
    }
}

/// Moves the world's clock, and yields ours, which stands still: on a slow machine the editions are the same.
fn move_to(moment: &AtomicI64, instant: DateTime<Utc>) -> Clock {
    moment.store(instant.timestamp(), Ordering::SeqCst);
    Clock::start(Some(instant)).frozen()
}

/// Where a demonstration's files lie.
struct Place {
    out: PathBuf,
    /// As a URL, when it is not the file in `out`.
    database: Option<String>,
    mailbox: PathBuf,
}

impl Place {
    /// Makes room: removes what an earlier demonstration left, and nothing else.
    fn prepare(out: &Path, database: Option<&str>) -> anyhow::Result<Self> {
        let database = database.map(ToOwned::to_owned);
        let place = Self { out: out.to_owned(), database, mailbox: out.join("mailbox") };
        std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        for suffix in ["", "-wal", "-shm", ".lock"] {
            let mut path = place.file();
            path.as_mut_os_string().push(suffix);
            remove(std::fs::remove_file(&path), &path)?;
        }
        remove(std::fs::remove_file(place.journal()), &place.journal())?;
        for folder in ["tmp", "new", "cur"] {
            let path = place.mailbox.join(folder);
            remove(std::fs::remove_dir_all(&path), &path)?;
        }
        Ok(place)
    }

    /// What outlives the database, unless another demonstration is played.
    fn journal(&self) -> PathBuf {
        self.out.join("demo.journal")
    }

    /// The database's file, when no other database was named.
    fn file(&self) -> PathBuf {
        self.out.join("demo.db")
    }

    /// The file of the message with this Message-ID among those that the server accepted.
    fn find_mail(&self, id: &str) -> anyhow::Result<PathBuf> {
        let header = format!("Message-ID: <{id}>");
        for entry in std::fs::read_dir(self.mailbox.join("new"))? {
            let path = entry?.path();
            if std::fs::read_to_string(&path)?.lines().take_while(|line| !line.is_empty()).any(|line| line == header) {
                return Ok(path);
            }
        }
        anyhow::bail!("the mail <{id}> is not in the mailbox, although the server accepted it")
    }

    fn files(&self, edition: &str) -> Vec<(String, String)> {
        let file = |what: &str, name: String| (what.to_owned(), self.out.join(name).display().to_string());
        let mut files = vec![
            file("the mail as a page", format!("{edition}.html")),
            file("as a message", format!("{edition}.eml")),
            file("as text", format!("{edition}.txt")),
            file("as Markdown", format!("{edition}.md")),
            file("as data", format!("{edition}.json")),
            file("every mail", "mailbox/new".to_owned()),
        ];
        if self.database.is_none() {
            files.push(file("the database", "demo.db".to_owned()));
            files.push(file("its feeds", SOURCES.to_owned()));
        }
        files
    }
}

fn remove(result: std::io::Result<()>, path: &Path) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// The settings of the demonstration, written and read as an operator's would be.
fn settings(place: &Place, smtp: &Url, pages: SocketAddr) -> anyhow::Result<Config> {
    let quoted = |text: &str| serde_json::to_string(text);
    let text = format!(
        "out_dir = {out}\n[database]\nurl = {database}\njournal = {journal}\n[fetch]\nspacing = \"0\"\nallow_nets = [\"127.0.0.0/8\"]\narticles = false\n\
         contact = \"https://digest.example.org/how\"\n\
         [[digest]]\ntitle = \"Bellwether\"\ntimezone = \"{ZONE}\"\nfrom = \"Bellwether <digest@digest.example.org>\"\n\
         reply_to = \"Editors <editors@digest.example.org>\"\ncity = \"Hamburg\"\ncountry = \"DE\"\n\
         postal_address = \"Bellwether demo, Speicherstadt 1, 20457 Hamburg, Germany\"\n\
         [smtp]\nurl = {smtp}\nrate = 1000\n[web]\nbase_url = {base}\nlisten = {listen}\n",
        out = quoted(&place.out.display().to_string())?,
        database = quoted(&place.database.clone().unwrap_or_else(|| format!("sqlite://{}", place.file().display())))?,
        journal = quoted(&place.journal().display().to_string())?,
        smtp = quoted(smtp.as_str())?,
        base = quoted(&format!("http://{pages}"))?,
        listen = quoted(&pages.to_string())?,
    );
    let (config, problems) = Config::parse(&text);
    anyhow::ensure!(problems.is_empty(), "the settings of the demonstration have problems: {problems:?}");
    crate::fetch::guard::nothing_to_tell();
    Ok(config)
}

fn fridays() -> anyhow::Result<Vec<chrono::NaiveDate>> {
    let (first, last): (chrono::NaiveDate, chrono::NaiveDate) = (FRIDAYS.0.parse()?, FRIDAYS.1.parse()?);
    Ok(first.iter_weeks().take_while(|friday| *friday <= last).collect())
}

fn at(friday: chrono::NaiveDate, day: i64, hour: u32) -> anyhow::Result<DateTime<Utc>> {
    let local = (friday + Duration::days(day)).and_hms_opt(hour, 0, 0).context("an hour of the day")?;
    let local = ZONE.from_local_datetime(&local).earliest().context("a wall clock's time")?;
    Ok(local.with_timezone(&Utc))
}
