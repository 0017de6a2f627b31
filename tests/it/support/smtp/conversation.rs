//! The server's side of one conversation (RFC 5321), as its rules want it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{Phase, Rule, Shared};

pub(super) struct Conversation<'a> {
    stream: BufReader<TcpStream>,
    id: usize,
    shared: &'a Shared,
    /// MAIL was accepted.
    begun: bool,
    recipient: Option<String>,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(stream: TcpStream, id: usize, shared: &'a Shared) -> Self {
        Self { stream: BufReader::new(stream), id, shared, begun: false, recipient: None }
    }

    /// Speaks until one of the two has had enough.
    pub(super) async fn hold(&mut self) -> io::Result<()> {
        self.stream.get_ref().set_nodelay(true)?;
        self.say("220 counting.localhost ESMTP").await?;
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
            let goes_on = match verb.as_str() {
                "EHLO" => self.say("250-counting.localhost\r\n250 8BITMIME").await?,
                "MAIL" if !self.begun => {
                    self.begun = true;
                    self.say("250 2.1.0 go on").await?
                }
                "RCPT" if self.begun && self.recipient.is_none() => self.receive(&line).await?,
                "DATA" if self.recipient.is_some() => self.data().await?,
                "RSET" => {
                    (self.begun, self.recipient) = (false, None);
                    self.say("250 2.0.0 forgotten").await?
                }
                "QUIT" => {
                    self.say("221 2.0.0 goodbye").await?;
                    return Ok(());
                }
                _ => self.say("503 5.5.1 not now").await?,
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    async fn receive(&mut self, line: &str) -> io::Result<bool> {
        let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let Some((recipient, _)) = inside else { return self.say("501 5.1.3 no address").await };
        let recipient = recipient.to_owned();
        match self.shared.rule(&recipient) {
            Some(Rule::Unknown) => self.say("550 5.1.1 no such user").await,
            Some(Rule::PutOff(n)) if self.shared.applies(&recipient, n) => self.say("450 4.2.1 come again").await,
            Some(Rule::HungUp(n)) if self.shared.applies(&recipient, n) => {
                self.say("421 4.3.2 closing").await?;
                Ok(false)
            }
            _ => {
                self.recipient = Some(recipient);
                self.say("250 2.1.5 go on").await
            }
        }
    }

    async fn data(&mut self) -> io::Result<bool> {
        let Some(recipient) = self.recipient.take() else { return Ok(false) };
        self.begun = false;
        self.enter(Phase::Asked);
        let hesitates = self.shared.state().chance.one_in(4);
        if hesitates {
            self.hesitate().await;
        }
        self.say("354 go ahead").await?;
        self.enter(Phase::Reading);
        let Some(message_id) = self.read_message().await? else { return Ok(false) };
        self.enter(Phase::Judging);
        let rule = self.shared.rule(&recipient);
        if let Some(Rule::Distrusted(n)) = rule
            && self.shared.applies(&recipient, n)
        {
            self.hesitate().await;
            self.say("554 5.7.1 this sender is not trusted").await?;
            self.enter(Phase::Talking);
            return Ok(true);
        }
        let lost = matches!(rule, Some(Rule::Unanswered(n)) if self.shared.applies(&recipient, n));
        self.shared.take(recipient, message_id);
        if let Some(Rule::Late(later)) = rule {
            tokio::time::sleep(later).await;
        }
        self.hesitate().await;
        self.shared.while_held().await;
        if lost {
            return Ok(false);
        }
        self.say("250 2.0.0 taken").await?;
        self.enter(Phase::Talking);
        Ok(true)
    }

    /// Reads up to the final dot and yields the Message-ID; `None` when the sender is gone before the dot.
    async fn read_message(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let (mut message_id, mut in_header) = (String::new(), true);
        loop {
            line.clear();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            if line == b".\r\n" {
                return Ok(Some(message_id));
            }
            in_header &= line != b"\r\n";
            if in_header && line.to_ascii_lowercase().starts_with(b"message-id:") {
                message_id = String::from_utf8_lossy(&line["message-id:".len()..]).trim().to_owned();
            }
        }
    }

    fn enter(&self, phase: Phase) {
        self.shared.state().open.insert(self.id, phase);
    }

    async fn hesitate(&self) {
        let micros = self.shared.state().chance.between(0, 8_000);
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }

    /// True, so that it can end a step that goes on.
    async fn say(&mut self, line: &str) -> io::Result<bool> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
        Ok(true)
    }
}
