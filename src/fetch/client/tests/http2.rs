//! HTTP/2, agreed upon by ALPN over TLS, with a server that speaks just enough of it (RFC 9113).

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;

const CERTIFICATE: &[u8] = include_bytes!("../../../mail/smtp/fixtures/localhost.cert.der");
const KEY: &[u8] = include_bytes!("../../../mail/smtp/fixtures/localhost.key.der");

const SETTINGS: u8 = 4;
const HEADERS: u8 = 1;
const DATA: u8 = 0;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn acceptor() -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(KEY));
    let config = rustls::ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut config = config.with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[..], &[kind, flags, 0, 0, 0, stream], payload].concat()
}

/// Waits for a request on the first stream, and says `reply`.
async fn serve(stream: TcpStream, reply: Vec<u8>) {
    let mut stream = acceptor().accept(stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    stream.write_all(&frame(SETTINGS, 0, 0, b"")).await.unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let [a, b, c, kind, ..] = head;
        let mut payload = vec![0; usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap()];
        stream.read_exact(&mut payload).await.unwrap();
        if kind == HEADERS {
            break;
        }
    }
    let _ = stream.write_all(&reply).await;
    // Held open until the client goes.
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

async fn fetch(reply: Vec<u8>) -> Answer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url::Url::parse(&format!("https://localhost:{}/feed", listener.local_addr().unwrap().port())).unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, reply).await;
    });
    let settings =
        config::Fetch { allow_nets: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()], ..settings() };
    let certificate = reqwest::Certificate::from_der(CERTIFICATE).unwrap();
    let builder = builder(&settings).unwrap().tls_certs_only([certificate]);
    let plan = plan(&url);
    let mut answers = Fetcher::over(builder, &settings).unwrap().fetch_all(vec![plan], now());
    answers.next().await.unwrap().1
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_speaks_it() {
    // HPACK (RFC 7541, appendix A): 0x88 is `:status 200`, 0x62 a literal `etag`.
    let head = frame(HEADERS, END_HEADERS, 1, b"\x88\x62\x03\"a\"");
    let answer = fetch([head, frame(DATA, END_STREAM, 1, b"<rss/>")].concat()).await;
    assert!(matches!(&answer.outcome, FetchOutcome::Fresh(document) if *document.body == *b"<rss/>"), "{answer:?}");
    assert_eq!((answer.validators.etag.as_deref(), answer.bytes_wire), (Some("\"a\""), 6));
}

#[tokio::test]
async fn endless_headers_end_in_an_error() {
    // A literal field, name and value new, not indexed, over and over.
    let fields = b"\x00\x01x\x01x".repeat(3_000);
    let more = frame(CONTINUATION, 0, 1, &fields).repeat(40);
    let answer = fetch([frame(HEADERS, 0, 1, &[b"\x88".as_slice(), &fields].concat()), more].concat()).await;
    assert_eq!((error(&answer).class(), answer.bytes_wire), ("protocol", 0), "{answer:?}");
}
