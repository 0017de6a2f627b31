//! Opening a conversation: connect, protect, greet, log in.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::reply::{self, Answer};
use super::settings::{Security, SmtpSettings};
use super::starttls;
use super::wire::Wire;

/// Why no conversation came about. Nothing was sent; no message holds a password.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    #[error("cannot connect to the mail server {server}: {source}")]
    Connect { server: String, source: io::Error },
    #[error("the mail server {server} did not answer ({phase}) within {limit:?}")]
    Silent { server: String, phase: &'static str, limit: Duration },
    #[error(
        "no TLS with the mail server {server}: {source}; its certificate must be valid for that name and trusted by this system"
    )]
    Tls { server: String, source: io::Error },
    #[error(
        "the mail server {server} offers no STARTTLS: use smtps:// if it has a TLS port; nothing is sent without TLS"
    )]
    NoStartTls { server: String },
    #[error("the mail server {server} refused the session: {reply}")]
    Refused { server: String, code: u16, reply: String },
    #[error("the mail server {server} refused the user or password: {reply}")]
    Login { server: String, code: u16, reply: String },
    #[error("the mail server {server} does not speak SMTP as expected: {reason}")]
    Protocol { server: String, reason: String },
}

impl SmtpError {
    /// Whether trying again later is useless until a person changes something.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::NoStartTls { .. } => true,
            Self::Refused { code, .. } | Self::Login { code, .. } => *code >= 500,
            Self::Connect { .. } | Self::Silent { .. } | Self::Tls { .. } | Self::Protocol { .. } => false,
        }
    }
}

/// A connection that is greeted, protected and logged in as `settings` say.
pub(super) async fn open(settings: &SmtpSettings) -> Result<AsyncSmtpConnection, SmtpError> {
    let phases = &settings.phases;
    let tcp = within(settings, "connecting", phases.connect, connect(settings)).await??;
    let hello = hello(settings, &tcp);
    let wire = match settings.security {
        Security::Plain => Wire::plain(tcp),
        Security::Tls => Wire::tls(within(settings, "TLS", phases.connect, protect(settings, tcp)).await??),
        Security::StartTls => {
            let asking = starttls::ask(settings, tcp, &hello);
            let tcp = within(settings, "STARTTLS", phases.greeting + 2 * phases.command, asking).await??;
            Wire::upgraded(within(settings, "TLS", phases.connect, protect(settings, tcp)).await??)
        }
    };
    let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello);
    let limit = phases.greeting + phases.command;
    let mut connection = match within(settings, "greeting", limit, greeting).await? {
        Ok(connection) => connection,
        Err(error) => return Err(unwelcome(settings, reply::read("the greeting", Err(error)))),
    };
    if let Some(credentials) = &settings.credentials {
        log_in(settings, &mut connection, credentials).await?;
    }
    Ok(connection)
}

async fn within<T>(
    settings: &SmtpSettings,
    phase: &'static str,
    limit: Duration,
    work: impl Future<Output = T>,
) -> Result<T, SmtpError> {
    timeout(limit, work).await.map_err(|_| SmtpError::Silent { server: settings.server(), phase, limit })
}

async fn connect(settings: &SmtpSettings) -> Result<TcpStream, SmtpError> {
    let connected = async {
        let stream = TcpStream::connect((settings.host.as_str(), settings.port)).await?;
        // The end of a message is written apart from its body and would wait 40 ms for an acknowledgement.
        stream.set_nodelay(true)?;
        Ok(stream)
    };
    connected.await.map_err(|source| SmtpError::Connect { server: settings.server(), source })
}

async fn protect(settings: &SmtpSettings, tcp: TcpStream) -> Result<TlsStream<TcpStream>, SmtpError> {
    let failed = |source| SmtpError::Tls { server: settings.server(), source };
    let config = settings.tls().map_err(|error| failed(io::Error::other(error)))?;
    let name = ServerName::try_from(settings.host.clone()).map_err(|error| failed(io::Error::other(error)))?;
    TlsConnector::from(config).connect(name, tcp).await.map_err(failed)
}

/// RFC 5321 §4.1.4: where there is no name to give, an address literal.
fn hello(settings: &SmtpSettings, tcp: &TcpStream) -> ClientId {
    match (&settings.hello, tcp.local_addr().map(|address| address.ip())) {
        (Some(domain), _) => ClientId::Domain(domain.clone()),
        (None, Ok(IpAddr::V4(ip))) => ClientId::Ipv4(ip),
        (None, Ok(IpAddr::V6(ip))) => ClientId::Ipv6(ip),
        (None, Err(_)) => ClientId::default(),
    }
}

async fn log_in(
    settings: &SmtpSettings,
    connection: &mut AsyncSmtpConnection,
    credentials: &Credentials,
) -> Result<(), SmtpError> {
    let server = settings.server();
    if !DEFAULT_MECHANISMS.iter().any(|&mechanism| connection.server_info().supports_auth_mechanism(mechanism)) {
        return Err(SmtpError::Protocol { server, reason: "it offers no AUTH PLAIN or LOGIN".to_owned() });
    }
    let dialogue = connection.auth(DEFAULT_MECHANISMS, credentials);
    let strike = |text: String| settings.secret.as_ref().map_or(text.clone(), |secret| secret.strike_from(&text));
    match reply::answer("AUTH", settings.phases.command, dialogue).await {
        Answer::Positive(reply) if reply.code == 235 => Ok(()),
        Answer::Negative(reply) => Err(SmtpError::Login { server, code: reply.code, reply: strike(reply.line) }),
        Answer::Positive(reply) => Err(SmtpError::Protocol { server, reason: strike(reply.line) }),
        Answer::Broken(reason) => Err(SmtpError::Protocol { server, reason: strike(reason) }),
    }
}

pub(super) fn unwelcome(settings: &SmtpSettings, answer: Answer) -> SmtpError {
    let server = settings.server();
    match answer {
        Answer::Negative(reply) => SmtpError::Refused { server, code: reply.code, reply: reply.line },
        Answer::Positive(reply) => SmtpError::Protocol { server, reason: reply.line },
        Answer::Broken(reason) => SmtpError::Protocol { server, reason },
    }
}
