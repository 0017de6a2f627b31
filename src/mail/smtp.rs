//! One conversation with a mail server (RFC 5321), and what is known of a letter after it.
//!
//! The dialogue runs over lettre's connection on a stream of our own, one command at a time, because three things
//! have to be known that a mailer's `send` does not tell: whether a failure came before the final dot (the letter
//! was surely not taken) or after it (it may have been), when exactly the first byte of the message is about to
//! leave, and whether the connection can be used again.

use std::fmt;
use std::future::Future;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};

use super::address::Address;
use reply::{Answer, Reply};

pub use open::SmtpError;
pub use reply::enhanced_status;
pub use settings::{Phases, SmtpSettings, SmtpUrlError};

mod data;
mod open;
mod reply;
mod settings;
mod starttls;
mod wire;

/// Who a letter is from and for, as the server is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where bounces go.
    pub mail_from: Address,
    pub rcpt: Address,
}

/// What is known of a letter after an attempt to send it. Replies are one line, begin with their code and are at
/// most 500 characters long; a server may have put the recipient's address in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The server has taken the responsibility.
    Accepted { reply: String },
    /// Not taken; to be tried again. A 4xx, or a failure before the final dot.
    Deferred {
        reply: String,
        /// `None` where the server answered nothing.
        code: Option<u16>,
        /// The session is of no further use.
        connection_lost: bool,
    },
    /// Not taken, and not to be tried again: a 5xx.
    Refused { code: u16, reply: String },
    /// The whole letter was sent and no answer came: it may have been taken or not (RFC 1047).
    InDoubt { reason: String },
    /// The write-ahead mark could not be made; nothing of the letter was sent.
    MarkFailed(String),
}

/// A conversation that is open. A call of [`Session::send`] that is dropped half-way takes the connection with it:
/// nobody could know whose answer comes next.
pub struct Session {
    connection: Option<AsyncSmtpConnection>,
    settings: SmtpSettings,
    /// A transaction was refused and not yet cleared.
    needs_reset: bool,
}

/// What an attempt leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Clean,
    Reset,
    Drop,
}

impl Session {
    /// Connects, protects, greets and logs in as `settings` say.
    ///
    /// # Errors
    /// [`SmtpError`] names the server and what went wrong.
    pub async fn open(settings: &SmtpSettings) -> Result<Self, SmtpError> {
        let connection = open::open(settings).await?;
        Ok(Self { connection: Some(connection), settings: settings.clone(), needs_reset: false })
    }

    /// Whether the next letter can be sent over this session, as far as is known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    /// Sends `message` (RFC 5322, CRLF; a bare CR or LF is completed). `on_go_ahead` is called and awaited after the
    /// server's 354 and before the first byte of the message leaves: the place for a write-ahead mark. If it fails,
    /// nothing is sent and the connection is dropped.
    ///
    /// After a refusal the session goes on, with an RSET before the next letter.
    pub async fn send<F, Fut, E>(&mut self, envelope: &Envelope, message: &[u8], on_go_ahead: F) -> SendOutcome
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        // Out of the session for as long as the dialogue hangs in the air.
        let Some(mut connection) = self.connection.take() else {
            return lost("the session was closed before".to_owned());
        };
        let (outcome, after) = match self.ask_leave(&mut connection, envelope, message.is_ascii()).await {
            Err(ended) => ended,
            Ok(()) => match on_go_ahead().await {
                Err(error) => (SendOutcome::MarkFailed(error.to_string()), After::Drop),
                Ok(()) => judge(data::hand_over(&mut connection, message, &self.settings.phases).await),
            },
        };
        if after != After::Drop {
            self.needs_reset = after == After::Reset;
            self.connection = Some(connection);
        }
        outcome
    }

    /// Says goodbye, if anybody listens.
    pub async fn quit(self) {
        if let Some(mut connection) = self.connection {
            let patience = self.settings.phases.command.min(std::time::Duration::from_secs(5));
            // Every letter has its answer already; this one changes nothing.
            let _ = tokio::time::timeout(patience, connection.command(Quit)).await;
        }
    }

    /// Everything up to the server's 354.
    async fn ask_leave(
        &self,
        connection: &mut AsyncSmtpConnection,
        envelope: &Envelope,
        ascii: bool,
    ) -> Result<(), (SendOutcome, After)> {
        let phases = &self.settings.phases;
        if self.needs_reset
            && let Err((outcome, _)) =
                granted("RSET", reply::answer("RSET", phases.command, connection.command(Rset)).await)
        {
            // Whatever it says is about the letter before.
            let (SendOutcome::Refused { reply, .. } | SendOutcome::Deferred { reply, .. }) = outcome else {
                return Err((lost("no RSET".to_owned()), After::Drop));
            };
            return Err((lost(format!("RSET: {reply}")), After::Drop));
        }
        let mut parameters = Vec::new();
        if !ascii {
            if !connection.server_info().supports_feature(Extension::EightBitMime) {
                let reply = "554 5.6.1 the message is not ASCII and the server does not take 8BITMIME".to_owned();
                return Err((SendOutcome::Refused { code: 554, reply }, After::Clean));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let mail = Mail::new(Some(envelope.mail_from.as_lettre().clone()), parameters);
        granted("MAIL", reply::answer("MAIL", phases.command, connection.command(mail)).await)?;
        let rcpt = Rcpt::new(envelope.rcpt.as_lettre().clone(), Vec::new());
        granted("RCPT", reply::answer("RCPT", phases.command, connection.command(rcpt)).await)?;
        match reply::answer("DATA", phases.data, connection.command(Data)).await {
            Answer::Positive(reply) if reply.code == 354 => Ok(()),
            // lettre takes any positive answer here; a server that did not say 354 would read the message as commands.
            Answer::Positive(reply) => Err(out_of_step("DATA", &reply)),
            Answer::Negative(reply) => Err(refusal(reply)),
            Answer::Broken(reason) => Err((lost(reason), After::Drop)),
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("server", &self.settings.server())
            .field("open", &self.is_open())
            .finish_non_exhaustive()
    }
}

fn granted(what: &str, answer: Answer) -> Result<(), (SendOutcome, After)> {
    match answer {
        Answer::Positive(reply) if reply.code < 300 => Ok(()),
        Answer::Positive(reply) => Err(out_of_step(what, &reply)),
        Answer::Negative(reply) => Err(refusal(reply)),
        Answer::Broken(reason) => Err((lost(reason), After::Drop)),
    }
}

fn judge(handed: data::Handed) -> (SendOutcome, After) {
    match handed.answer {
        Answer::Positive(reply) if reply.code < 300 => (SendOutcome::Accepted { reply: reply.line }, After::Clean),
        Answer::Negative(reply) => refusal(reply),
        Answer::Positive(Reply { line: reason, .. }) | Answer::Broken(reason) if handed.dot_sent => {
            (SendOutcome::InDoubt { reason }, After::Drop)
        }
        // A message without its final dot is not taken (RFC 5321 §4.1.1.4).
        Answer::Positive(Reply { line: reason, .. }) | Answer::Broken(reason) => (lost(reason), After::Drop),
    }
}

/// A negative reply: 421 and 521 close the connection, the others only this letter's transaction.
fn refusal(Reply { code, line: reply }: Reply) -> (SendOutcome, After) {
    match code {
        421 => (SendOutcome::Deferred { reply, code: Some(code), connection_lost: true }, After::Drop),
        ..500 => (SendOutcome::Deferred { reply, code: Some(code), connection_lost: false }, After::Reset),
        521 => (SendOutcome::Refused { code, reply }, After::Drop),
        _ => (SendOutcome::Refused { code, reply }, After::Reset),
    }
}

fn out_of_step(what: &str, reply: &Reply) -> (SendOutcome, After) {
    let text = format!("{} (to {what}, where it makes no sense)", reply.line);
    (SendOutcome::Deferred { reply: text, code: Some(reply.code), connection_lost: true }, After::Drop)
}

fn lost(reason: String) -> SendOutcome {
    SendOutcome::Deferred { reply: reason, code: None, connection_lost: true }
}

#[cfg(test)]
mod tests;
