//! The server's side of SMTP (RFC 5321), with 8BITMIME, PIPELINING and SIZE.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::maildir::Maildir;

/// Of a message, in bytes.
pub(super) const SIZE_MAX: usize = 10 * 1024 * 1024;
/// Of a line, in bytes; more than RFC 5321 §4.5.3.1 asks for.
const LINE_MAX: u64 = 16 * 1024;
/// RFC 5321 §4.5.3.1.8.
const RECIPIENTS_MAX: usize = 100;

/// One client.
pub(super) struct Conversation {
    stream: BufReader<TcpStream>,
    maildir: Arc<Maildir>,
    greeted: bool,
    transaction: Option<Transaction>,
}

/// What was said since MAIL.
#[derive(Default)]
struct Transaction {
    recipients: usize,
}

impl Conversation {
    pub(super) fn new(stream: TcpStream, maildir: Arc<Maildir>) -> Self {
        Self { stream: BufReader::new(stream), maildir, greeted: false, transaction: None }
    }

    pub(super) async fn greet(&mut self) -> io::Result<()> {
        self.say("220 mailbox.localhost ESMTP demo").await
    }

    /// Answers one command; `false` when the conversation is over.
    pub(super) async fn step(&mut self) -> io::Result<bool> {
        let mut line = Vec::new();
        if !self.read_line(&mut line).await? {
            return Ok(false);
        }
        if !line.ends_with(b"\n") {
            self.say("500 5.5.2 line too long").await?;
            return Ok(false);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                (self.greeted, self.transaction) = (true, None);
                let size = format!("250 SIZE {SIZE_MAX}");
                for line in
                    ["250-mailbox.localhost", "250-8BITMIME", "250-PIPELINING", "250-ENHANCEDSTATUSCODES", &size]
                {
                    self.say(line).await?;
                }
            }
            "HELO" => {
                (self.greeted, self.transaction) = (true, None);
                self.say("250 mailbox.localhost").await?;
            }
            "MAIL" => {
                let reply = self.mail(argument);
                self.say(reply).await?;
            }
            "RCPT" => {
                let reply = self.recipient(argument);
                self.say(reply).await?;
            }
            "DATA" => return self.data().await,
            "RSET" => {
                self.transaction = None;
                self.say("250 2.0.0 forgotten").await?;
            }
            "NOOP" => self.say("250 2.0.0 here").await?,
            "VRFY" => self.say("252 2.1.5 send it and see").await?,
            "QUIT" => {
                self.say("221 2.0.0 goodbye").await?;
                return Ok(false);
            }
            _ => self.say("500 5.5.2 unknown command").await?,
        }
        Ok(true)
    }

    fn mail(&mut self, argument: &str) -> &'static str {
        if !self.greeted || self.transaction.is_some() {
            return "503 5.5.1 out of order";
        }
        let Some((sender, parameters)) = path(argument, "FROM:") else {
            return "501 5.5.4 write MAIL FROM:<address>";
        };
        if !sender.is_empty() && !sender.contains('@') {
            return "501 5.1.7 no such address";
        }
        for parameter in parameters.split_whitespace() {
            match parameter.to_ascii_uppercase().split_once('=') {
                Some(("BODY", "7BIT" | "8BITMIME")) => {}
                Some(("SIZE", size)) if size.parse::<usize>().is_ok_and(|size| size <= SIZE_MAX) => {}
                Some(("SIZE", _)) => return "552 5.3.4 too large",
                _ => return "555 5.5.4 unknown parameter",
            }
        }
        self.transaction = Some(Transaction::default());
        "250 2.1.0 go on"
    }

    fn recipient(&mut self, argument: &str) -> &'static str {
        let Some(transaction) = &mut self.transaction else { return "503 5.5.1 MAIL first" };
        match path(argument, "TO:") {
            Some((recipient, "")) if recipient.contains('@') && transaction.recipients < RECIPIENTS_MAX => {
                transaction.recipients += 1;
                "250 2.1.5 go on"
            }
            Some((recipient, "")) if recipient.contains('@') => "452 4.5.3 too many recipients",
            Some((_, "")) => "501 5.1.3 no such address",
            Some(_) => "555 5.5.4 unknown parameter",
            None => "501 5.5.4 write RCPT TO:<address>",
        }
    }

    async fn data(&mut self) -> io::Result<bool> {
        if self.transaction.as_ref().is_none_or(|transaction| transaction.recipients == 0) {
            self.say("503 5.5.1 RCPT first").await?;
            return Ok(true);
        }
        self.transaction = None;
        self.say("354 go ahead").await?;
        let Some(message) = self.read_message().await? else { return Ok(false) };
        let reply = match message {
            Message::TooLarge => "552 5.3.4 too large",
            Message::Whole(message) => match self.maildir.file(&message).await {
                Ok(()) => "250 2.0.0 filed",
                Err(_) => "451 4.3.0 cannot be filed",
            },
        };
        self.say(reply).await?;
        Ok(true)
    }

    /// Reads up to the final dot and takes away the dots that were put before others (RFC 5321 §4.5.2). Only CR LF
    /// ends a line: a dot between bare line feeds is text. `None` when the client went away before the end.
    async fn read_message(&mut self) -> io::Result<Option<Message>> {
        let mut message = Vec::new();
        let mut too_large = false;
        let mut line_begins = true;
        loop {
            let start = message.len();
            if !self.read_line(&mut message).await? {
                return Ok(None);
            }
            let line = message.get(start..).unwrap_or_default();
            if line_begins && line == b".\r\n" {
                message.truncate(start);
                return Ok(Some(if too_large { Message::TooLarge } else { Message::Whole(message) }));
            }
            if line_begins && line.starts_with(b".") {
                message.remove(start);
            }
            line_begins = message.ends_with(b"\r\n");
            if message.len() > SIZE_MAX || too_large {
                too_large = true;
                // A CR that stood at the end of one reading belongs to the LF that begins the next.
                message.drain(..message.len().saturating_sub(1));
            }
        }
    }

    /// Appends one line, or `LINE_MAX` bytes of it; `false` at the end of the stream.
    async fn read_line(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        Ok((&mut self.stream).take(LINE_MAX).read_until(b'\n', line).await? > 0)
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await
    }
}

enum Message {
    Whole(Vec<u8>),
    TooLarge,
}

/// `FROM:<a@b> SIZE=1` as `a@b` and `SIZE=1`.
fn path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (found, rest) = argument.split_at_checked(keyword.len())?;
    let (inside, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    found.eq_ignore_ascii_case(keyword).then_some((inside, parameters.trim()))
}
