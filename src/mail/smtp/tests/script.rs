//! A server that says what a test tells it to.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::SmtpSettings;

pub(super) const CERTIFICATE: &[u8] = include_bytes!("../fixtures/localhost.cert.der");
const KEY: &[u8] = include_bytes!("../fixtures/localhost.key.der");

/// What the server does next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// These lines, with CR LF behind.
    Say(&'static str),
    /// These bytes.
    Utter(&'static [u8]),
    /// One line that begins so.
    Hear(&'static str),
    /// Lines up to the final dot.
    HearMessage,
    /// All that comes, until the client goes.
    HearEnd,
    /// Reads nothing and keeps the connection for ever.
    Hold,
    Close,
    /// A TLS handshake.
    Protect,
}

/// A server for one conversation.
pub(super) struct Script {
    port: u16,
    playing: JoinHandle<Vec<String>>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Script {
    pub(super) async fn play(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let playing = tokio::spawn(async move { perform(listener, acts).await });
        Self { port, playing }
    }

    pub(super) fn url(&self) -> Url {
        Url::parse(&format!("smtp://127.0.0.1:{}", self.port)).unwrap()
    }

    pub(super) fn settings(&self) -> SmtpSettings {
        SmtpSettings::from_url(&self.url()).unwrap()
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Every line that was heard, once the script is over. Panics where the client kept to another one.
    pub(super) async fn heard(self) -> Vec<String> {
        self.playing.await.unwrap()
    }
}

async fn perform(listener: TcpListener, acts: Vec<Act>) -> Vec<String> {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(Box::new(stream));
    let mut heard = Vec::new();
    for act in acts {
        match act {
            Act::Say(line) => {
                stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
                stream.get_mut().flush().await.unwrap();
            }
            Act::Utter(bytes) => stream.get_mut().write_all(bytes).await.unwrap(),
            Act::Hear(beginning) => {
                let line = hear(&mut stream).await.expect("a line");
                assert!(line.starts_with(beginning), "{line:?} instead of {beginning:?}");
                heard.push(line);
            }
            Act::HearMessage => loop {
                let line = hear(&mut stream).await.expect("a message with its end");
                heard.push(line);
                if heard.last().is_some_and(|line| line == ".") {
                    break;
                }
            },
            Act::HearEnd => {
                while let Some(line) = hear(&mut stream).await {
                    heard.push(line);
                }
            }
            Act::Hold => std::future::pending().await,
            Act::Close => break,
            Act::Protect => {
                let tls = acceptor().accept(stream.into_inner()).await.unwrap();
                stream = BufReader::new(Box::new(tls));
            }
        }
    }
    heard
}

/// The next line; `None` when the client has gone, politely or not.
async fn hear(stream: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end().to_owned()),
    }
}

fn acceptor() -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(KEY));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
