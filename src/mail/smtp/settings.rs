//! Where the server is, how to reach it, and how long to wait for it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;
use url::{Host, Url};

use super::super::address::Address;

/// How long to wait in each phase of a conversation. The defaults are those of RFC 5321 §4.5.3.2, which names none
/// for connecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phases {
    /// Resolving, connecting and the TLS handshake.
    pub connect: Duration,
    /// The server's first line.
    pub greeting: Duration,
    /// The answer to a command: EHLO, STARTTLS, AUTH, RSET, MAIL, RCPT.
    pub command: Duration,
    /// The answer to DATA.
    pub data: Duration,
    /// Handing over one block of the message.
    pub block: Duration,
    /// The answer to the final dot. Too short a wait here makes duplicates.
    pub end: Duration,
}

impl Default for Phases {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Self {
            connect: Duration::from_secs(30),
            greeting: minutes(5),
            command: minutes(5),
            data: minutes(2),
            block: minutes(3),
            end: minutes(10),
        }
    }
}

/// How the conversation is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// `smtp://`
    Plain,
    /// `smtp+starttls://`: nothing is said before the upgrade, and without it nothing at all.
    StartTls,
    /// `smtps://`
    Tls,
}

/// A server, and how to talk to it. `Debug` shows no credentials.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
    /// What a server must not repeat to us in a log.
    pub(super) secret: Option<Secret>,
    pub(super) hello: Option<String>,
    pub(super) phases: Phases,
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
}

/// The password, which nothing prints.
#[derive(Clone)]
pub(super) struct Secret(String);

impl Secret {
    /// `text` with every occurrence of the password struck out.
    pub(super) fn strike_from(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "[password]") }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Why an address of a server is not one. No message repeats the address: there may be a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlError {
    #[error(
        "the scheme `{0}` is not one of smtp, smtps and smtp+starttls: write smtps://user:password@mail.example.org"
    )]
    Scheme(String),
    #[error("the SMTP address names no host: write smtps://mail.example.org")]
    NoHost,
    #[error(
        "the SMTP address has a path, query or fragment, which mean nothing here: leave out what follows host and port, and \
         in a password write / as %2F, # as %23, ? as %3F and @ as %40"
    )]
    Extra,
    #[error(
        "the SMTP address has a user or a password but not both: write smtps://user:password@host, with special characters as %XX"
    )]
    HalfCredentials,
    #[error("the user or password in the SMTP address is not UTF-8 once its %XX are read, or has a control character")]
    Credentials,
    #[error("a password would go to `{0}` unencrypted: use smtps:// or smtp+starttls://")]
    PasswordInTheClear(String),
}

impl SmtpSettings {
    /// Reads `smtp://`, `smtps://` (TLS from the first byte) or `smtp+starttls://`, with `user:password@` before the
    /// host if the server wants it, percent-encoded. Ports default to 25, 465 and 587. A password over plain
    /// `smtp://` is taken for this machine only.
    ///
    /// # Errors
    /// [`SmtpUrlError`] says what is wrong with the address.
    pub fn from_url(url: &Url) -> Result<Self, SmtpUrlError> {
        let (security, port) = match url.scheme() {
            "smtp" => (Security::Plain, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            other => return Err(SmtpUrlError::Scheme(other.to_owned())),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(SmtpUrlError::Extra);
        }
        let host = match url.host() {
            Some(Host::Ipv6(ip)) => ip.to_string(),
            // The scheme is none that the URL standard knows, so a name comes as it was written.
            Some(host) => Host::parse(&host.to_string()).map_err(|_| SmtpUrlError::NoHost)?.to_string(),
            None => return Err(SmtpUrlError::NoHost),
        };
        let (user, password) = (percent_decoded(url.username())?, percent_decoded(url.password().unwrap_or_default())?);
        if user.is_empty() != password.is_empty() {
            return Err(SmtpUrlError::HalfCredentials);
        }
        if !user.is_empty() && security == Security::Plain && !is_this_machine(&host) {
            return Err(SmtpUrlError::PasswordInTheClear(host));
        }
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            security,
            secret: (!password.is_empty()).then(|| Secret(password.clone())),
            credentials: (!user.is_empty()).then(|| Credentials::new(user, password)),
            hello: None,
            phases: Phases::default(),
            tls: Arc::default(),
        })
    }

    /// Waits as long as `phases` say.
    #[must_use]
    pub fn with_phases(mut self, phases: Phases) -> Self {
        self.phases = phases;
        self
    }

    /// Greets the server with the domain of `sender` instead of the connection's own IP address. The name of the
    /// machine is never told.
    #[must_use]
    pub fn greeting_as(mut self, sender: &Address) -> Self {
        self.hello = Some(sender.domain().to_owned());
        self
    }

    /// Trusts what `config` trusts instead of the system's certificate store.
    #[must_use]
    pub fn with_tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Arc::new(OnceLock::from(config));
        self
    }

    /// The server as `host:port`, for messages.
    #[must_use]
    pub fn server(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Reads the system's certificates once for all sessions.
    pub(super) fn tls(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(config) = self.tls.get() {
            return Ok(Arc::clone(config));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_platform_verifier()?
            .with_no_client_auth();
        Ok(Arc::clone(self.tls.get_or_init(|| Arc::new(config))))
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn percent_decoded(text: &str) -> Result<String, SmtpUrlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = (byte == b'%').then(|| (hex(ahead.next()), hex(ahead.next())));
        if let Some((Some(high), Some(low))) = digits {
            bytes.push(high * 16 + low);
            rest = ahead;
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| SmtpUrlError::Credentials)?;
    if text.chars().any(char::is_control) { Err(SmtpUrlError::Credentials) } else { Ok(text) }
}

fn hex(byte: Option<u8>) -> Option<u8> {
    char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<SmtpSettings, SmtpUrlError> {
        SmtpSettings::from_url(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_server_is_read_from_its_address() {
        for (url, server, security) in [
            ("smtp://127.0.0.1:2525", "127.0.0.1:2525", Security::Plain),
            ("smtp://Relay.example.org", "relay.example.org:25", Security::Plain),
            ("smtps://u:p@relay.example.org/", "relay.example.org:465", Security::Tls),
            ("smtp+starttls://u:p@[::1]", "[::1]:587", Security::StartTls),
            ("smtp://u:p@localhost", "localhost:25", Security::Plain),
        ] {
            let settings = read(url).unwrap();
            assert_eq!((settings.server().as_str(), settings.security), (server, security), "{url}");
        }
        assert!(matches!(read("http://x.example"), Err(SmtpUrlError::Scheme(_))));
        assert!(matches!(read("smtp:relay"), Err(SmtpUrlError::Extra | SmtpUrlError::NoHost)));
        assert!(matches!(read("smtps://x.example/?tls=no"), Err(SmtpUrlError::Extra)));
        assert!(matches!(read("smtps://user@x.example"), Err(SmtpUrlError::HalfCredentials)));
        assert!(matches!(read("smtps://u:%ff@x.example"), Err(SmtpUrlError::Credentials)));
        assert!(matches!(read("smtps://u:a%0d%0ab@x.example"), Err(SmtpUrlError::Credentials)));
        assert!(matches!(read("smtp://u:p@x.example"), Err(SmtpUrlError::PasswordInTheClear(_))));
    }

    #[test]
    fn credentials_are_decoded_and_never_shown() {
        let settings = read("smtps://me%40example.org:p%3Ass%2Fw%C3%B6rd+@x.example").unwrap();
        let want = Credentials::new("me@example.org".to_owned(), "p:ss/wörd+".to_owned());
        assert!(settings.credentials == Some(want));
        let shown = format!("{settings:?}");
        assert!(!shown.contains("wörd") && !shown.contains("me@") && !shown.contains("%3A"), "{shown}");
    }
}
