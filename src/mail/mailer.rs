//! Where letters go: to a mail server, or into a directory when none is set.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use super::smtp::{Envelope, SendOutcome, Session, SmtpError, SmtpSettings};
use crate::model::id::content_hash;

/// A way for letters to leave.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "a process holds one or two of them")]
pub enum Mailer {
    Smtp(SmtpSettings),
    /// One file a letter, named for its Message-ID, so that a letter written twice is one file.
    Directory(PathBuf),
}

/// An open way: a session, or a directory that exists.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a process holds a handful of them")]
pub enum Courier {
    Smtp(Session),
    Directory(PathBuf),
}

/// Why a way could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    #[error("cannot create the directory {path} for letters: {source}")]
    Directory { path: PathBuf, source: io::Error },
}

impl Mailer {
    /// Opens a session, or makes the directory.
    ///
    /// # Errors
    /// [`MailerError`] when the server cannot be talked to, or the directory cannot be made.
    pub async fn connect(&self) -> Result<Courier, MailerError> {
        match self {
            Self::Smtp(settings) => Ok(Courier::Smtp(Session::open(settings).await?)),
            Self::Directory(path) => match fs::create_dir_all(path).await {
                Ok(()) => Ok(Courier::Directory(path.clone())),
                Err(source) => Err(MailerError::Directory { path: path.clone(), source }),
            },
        }
    }
}

impl Courier {
    /// Sends one letter. [`Session::send`] says what `on_go_ahead` is for; for a directory it comes before the file
    /// is written, and nothing is ever in doubt.
    pub async fn send<F, Fut, E>(&mut self, envelope: &Envelope, message: &[u8], on_go_ahead: F) -> SendOutcome
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        match self {
            Self::Smtp(session) => session.send(envelope, message, on_go_ahead).await,
            Self::Directory(directory) => {
                if let Err(error) = on_go_ahead().await {
                    return SendOutcome::MarkFailed(error.to_string());
                }
                let path = directory.join(file_name(message));
                match write_whole(&path, message).await {
                    Ok(()) => SendOutcome::Accepted { reply: format!("written to {}", path.display()) },
                    Err(error) => SendOutcome::Deferred {
                        reply: format!("cannot write {}: {error}", path.display()),
                        code: None,
                        connection_lost: false,
                    },
                }
            }
        }
    }

    /// Whether the next letter can be sent this way without connecting again.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Smtp(session) => session.is_open(),
            Self::Directory(_) => true,
        }
    }

    /// Closes the way in good order.
    pub async fn quit(self) {
        if let Self::Smtp(session) = self {
            session.quit().await;
        }
    }
}

/// Under another name first, so that the file is there whole or not at all.
async fn write_whole(path: &Path, message: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("eml.part");
    let mut file = fs::File::create(&unfinished).await?;
    file.write_all(message).await?;
    file.sync_all().await?;
    fs::rename(&unfinished, path).await
}

/// `<message-id>.eml`; a Message-ID that would make a strange name, or none, is replaced by a hash.
fn file_name(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let id = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("message-id").then(|| value.trim().trim_matches(['<', '>']))
    });
    let is_plain = |id: &str| {
        (1..=200).contains(&id.len())
            && !id.starts_with(['.', '-'])
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"@.-_+=".contains(&b))
    };
    match id {
        Some(id) if is_plain(id) => format!("{id}.eml"),
        Some(id) => format!("{}.eml", content_hash(&[id])),
        None => format!("{}.eml", content_hash(&[&text])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::address::Address;

    fn envelope() -> Envelope {
        let address = |text| Address::parse(text).unwrap();
        Envelope { mail_from: address("d@example.org"), rcpt: address("r@example.net") }
    }

    fn files(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_letter_written_twice_is_one_whole_file() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("deep/out");
        let mut courier = Mailer::Directory(out.clone()).connect().await.unwrap();
        let message = b"From: d@example.org\r\nMessage-ID: <1f0c@example.org>\r\n\r\nHi\r\n";
        for _ in 0..2 {
            let outcome = courier.send(&envelope(), message, async || Ok::<(), String>(())).await;
            assert!(matches!(outcome, SendOutcome::Accepted { .. }), "{outcome:?}");
        }
        assert_eq!(files(&out), ["1f0c@example.org.eml"]);
        assert_eq!(std::fs::read(out.join("1f0c@example.org.eml")).unwrap(), message);
    }

    #[tokio::test]
    async fn without_its_mark_nothing_is_written() {
        let home = tempfile::tempdir().unwrap();
        let mut courier = Mailer::Directory(home.path().to_owned()).connect().await.unwrap();
        let outcome = courier.send(&envelope(), b"\r\n", async || Err("disk full")).await;
        assert_eq!(outcome, SendOutcome::MarkFailed("disk full".to_owned()));
        assert!(files(home.path()).is_empty());
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_tried_again() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        let mut courier = Mailer::Directory(out.clone()).connect().await.unwrap();
        std::fs::remove_dir(&out).unwrap();
        let outcome = courier.send(&envelope(), b"\r\n", async || Ok::<(), String>(())).await;
        assert!(matches!(outcome, SendOutcome::Deferred { connection_lost: false, .. }), "{outcome:?}");
        std::fs::write(&out, "").unwrap();
        assert!(matches!(Mailer::Directory(out).connect().await, Err(MailerError::Directory { .. })));
    }

    #[test]
    fn a_file_name_never_leaves_the_directory() {
        assert_eq!(file_name(b"message-id: <a.b@example.org>\r\n\r\n"), "a.b@example.org.eml");
        for message in
            ["Message-ID: <../../etc/x@y>\r\n\r\n", "Message-ID: <.x@y>\r\n\r\n", "\r\n\r\nMessage-ID: <a@b>", ""]
        {
            let name = file_name(message.as_bytes());
            assert!(name.len() == 20 && !name.contains(['/', '@']), "{name}");
        }
    }
}
