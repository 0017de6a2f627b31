//! The words before TLS, spoken by ourselves: whatever a stranger on the line slips in behind the server's consent
//! must not be read later as if it had come through TLS. lettre's own upgrade keeps such bytes in its buffer.

use std::io;

use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::open::{SmtpError, unwelcome};
use super::reply;
use super::settings::SmtpSettings;

/// Of one reply.
const REPLY_MAX: usize = 16 * 1024;

/// Reads the greeting, says EHLO and STARTTLS, and gives the stream back when the next byte is TLS's (RFC 3207).
pub(super) async fn ask(settings: &SmtpSettings, mut tcp: TcpStream, hello: &ClientId) -> Result<TcpStream, SmtpError> {
    read_reply(settings, &mut tcp).await?;
    let features = say(settings, &mut tcp, &format!("EHLO {hello}\r\n")).await?;
    if !features.message().any(|line| line.trim().eq_ignore_ascii_case("STARTTLS")) {
        return Err(SmtpError::NoStartTls { server: settings.server() });
    }
    say(settings, &mut tcp, "STARTTLS\r\n").await?;
    Ok(tcp)
}

async fn say(settings: &SmtpSettings, tcp: &mut TcpStream, line: &str) -> Result<Response, SmtpError> {
    tcp.write_all(line.as_bytes()).await.map_err(|source| lost(settings, source))?;
    read_reply(settings, tcp).await
}

/// One positive reply and not a byte more: nobody asked for more yet.
async fn read_reply(settings: &SmtpSettings, tcp: &mut TcpStream) -> Result<Response, SmtpError> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = end_of_reply(&bytes) {
            break end;
        }
        if bytes.len() > REPLY_MAX {
            return Err(protocol(settings, "a reply longer than 16 KiB"));
        }
        match tcp.read_buf(&mut bytes).await {
            Ok(0) => return Err(lost(settings, io::ErrorKind::UnexpectedEof.into())),
            Ok(_) => {}
            Err(source) => return Err(lost(settings, source)),
        }
    };
    if end != bytes.len() {
        return Err(protocol(settings, "it answered before it was asked, which may be somebody else on the line"));
    }
    let text = String::from_utf8_lossy(&bytes);
    match text.parse::<Response>() {
        Ok(response) if response.code().severity as u8 == 2 => Ok(response),
        Ok(response) if response.is_positive() => Err(protocol(settings, "an answer out of place")),
        Ok(response) => Err(refused(settings, &response)),
        Err(error) => Err(unwelcome(settings, reply::read("a reply", Err(error)))),
    }
}

/// Where a reply that begins `bytes` ends: behind the first line whose code is not followed by a hyphen.
fn end_of_reply(bytes: &[u8]) -> Option<usize> {
    let mut end = 0;
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        end += line.len();
        if line.ends_with(b"\n") && line.get(3) != Some(&b'-') {
            return Some(end);
        }
    }
    None
}

fn refused(settings: &SmtpSettings, response: &Response) -> SmtpError {
    let code = u16::from(response.code());
    let reply = format!("{code} {}", response.first_line().unwrap_or_default());
    SmtpError::Refused { server: settings.server(), code, reply }
}

fn lost(settings: &SmtpSettings, source: io::Error) -> SmtpError {
    SmtpError::Connect { server: settings.server(), source }
}

fn protocol(settings: &SmtpSettings, reason: &str) -> SmtpError {
    SmtpError::Protocol { server: settings.server(), reason: reason.to_owned() }
}
