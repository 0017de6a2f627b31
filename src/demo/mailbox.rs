//! A mail server of the demo's own: real SMTP on this machine's loopback, every accepted message in a Maildir.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use url::Url;

use conversation::Conversation;
use maildir::Maildir;

mod conversation;
mod maildir;

/// RFC 5321 §4.5.3.2.7: what a server should wait for the next command.
const IDLE: Duration = Duration::from_mins(5);

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct LocalMailbox {
    address: SocketAddr,
    maildir: Arc<Maildir>,
    serving: JoinHandle<()>,
}

impl LocalMailbox {
    /// Listens on a free port of 127.0.0.1 and files what it accepts in the Maildir `dir`, which is made where it
    /// is missing.
    ///
    /// # Errors
    /// When the directory cannot be made or no port can be opened.
    pub async fn start(dir: &Path) -> io::Result<Self> {
        let maildir = Arc::new(Maildir::open(dir).await?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(serve(listener, Arc::clone(&maildir)));
        Ok(Self { address, maildir, serving })
    }

    /// Where to send: `smtp://127.0.0.1:…`.
    ///
    /// # Panics
    /// Never: an IPv4 address and a port make a URL.
    #[must_use]
    #[allow(clippy::expect_used, reason = "an IPv4 address and a port make a URL")]
    pub fn url(&self) -> Url {
        Url::parse(&format!("smtp://{}", self.address)).expect("an IPv4 address and a port make a URL")
    }

    /// Messages accepted since it was started; each is in the Maildir before its sender is told so.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.maildir.filed()
    }
}

impl Drop for LocalMailbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, maildir: Arc<Maildir>) {
    // Dropped with this task, and every conversation with it.
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    conversations.spawn(converse(stream, Arc::clone(&maildir)));
                }
            }
            Some(_) = conversations.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, maildir: Arc<Maildir>) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut conversation = Conversation::new(stream, maildir);
    if conversation.greet().await.is_err() {
        return;
    }
    // A client that went away, in good order or not, needs no more of us.
    while let Ok(Ok(true)) = timeout(IDLE, conversation.step()).await {}
}

#[cfg(test)]
mod tests;
