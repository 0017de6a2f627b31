//! Requests of HTTP/1.1, as far as a server of GETs needs them (RFC 9112 §3).

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What is asked, and how.
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) if_none_match: Option<String>,
    pub(crate) if_modified_since: Option<String>,
    pub(crate) gzip: bool,
    pub(crate) close: bool,
}

/// Reads the next request of a connection; `buffer` keeps what came after it. None when the client left.
pub(crate) async fn next(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> Option<Request> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head: Vec<u8> = buffer.drain(..end + 4).collect();
            return Some(read(&String::from_utf8_lossy(&head)));
        }
        if buffer.len() > 64 * 1024 || stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

fn read(head: &str) -> Request {
    let mut lines = head.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or("/").to_owned();
    let mut request = Request { path, if_none_match: None, if_modified_since: None, gzip: false, close: false };
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "if-none-match" => request.if_none_match = Some(value.to_owned()),
            "if-modified-since" => request.if_modified_since = Some(value.to_owned()),
            "accept-encoding" => request.gzip = value.contains("gzip"),
            "connection" => request.close = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    request
}
