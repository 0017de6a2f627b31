//! What comes in a body, however it was packed, and how much of it is taken.

use async_compression::futures::bufread::{BrotliEncoder, GzipEncoder, ZstdEncoder};
use futures_util::io::{AsyncRead, AsyncReadExt as _, Cursor};

use super::*;

const RSS: &[u8] = b"<rss><channel><title>T</title></channel></rss>";

async fn all(mut packed: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    packed.read_to_end(&mut bytes).await.unwrap();
    bytes
}

async fn gzip(bytes: &[u8]) -> Vec<u8> {
    all(GzipEncoder::new(Cursor::new(bytes))).await
}

async fn packed(bytes: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let brotli = all(BrotliEncoder::new(Cursor::new(bytes))).await;
    let zstd = all(ZstdEncoder::new(Cursor::new(bytes))).await;
    [("gzip", gzip(bytes).await), ("br", brotli), ("zstd", zstd)]
}

fn ok(coding: &str, body: &[u8]) -> Vec<u8> {
    let coding = if coding.is_empty() { String::new() } else { format!("Content-Encoding: {coding}\r\n") };
    let head = format!("HTTP/1.1 200 OK\r\n{coding}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn body(answer: &Answer) -> &[u8] {
    match &answer.outcome {
        FetchOutcome::Fresh(document) => &document.body,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_coding_is_read_and_the_wire_is_counted() {
    for (coding, bytes) in packed(RSS).await {
        let answer = reply(&[&ok(coding, &bytes)]).await;
        assert_eq!((body(&answer), answer.bytes_wire), (RSS, bytes.len() as u64), "{coding}");
    }
}

#[tokio::test]
async fn what_was_packed_twice_is_unpacked_twice() {
    let once = gzip(RSS).await;
    let twice = gzip(&once).await;
    let in_gzip = packed(&once).await;
    for (coding, bytes) in [("gzip, gzip", &twice), ("gzip", &twice), ("", &once), ("", &twice), ("identity", &once)] {
        assert_eq!(body(&reply(&[&ok(coding, bytes)]).await), RSS, "{coding}");
    }
    for (coding, bytes) in in_gzip {
        assert_eq!(body(&reply(&[&ok(&format!("x-gzip,{coding}"), &bytes)]).await), RSS, "{coding}");
    }
    let four = gzip(&gzip(&twice).await).await;
    for coding in ["", "gzip", "gzip, gzip", "gzip, gzip, gzip, gzip"] {
        assert_eq!(error(&reply(&[&ok(coding, &four)]).await), &FetchError::Encoding, "{coding}");
    }
}

#[tokio::test]
async fn a_series_of_members_or_frames_is_one_body() {
    let (one, other) = RSS.split_at(9);
    for ((coding, mut bytes), (_, rest)) in packed(one).await.into_iter().zip(packed(other).await) {
        if coding != "br" {
            bytes.extend(rest);
            assert_eq!(body(&reply(&[&ok(coding, &bytes)]).await), RSS, "{coding}");
        }
    }
}

#[tokio::test]
async fn what_breaks_off_is_noticed_in_every_coding() {
    for (coding, bytes) in packed(&RSS.repeat(50)).await {
        let half = ok(coding, bytes.get(..bytes.len() / 2).unwrap());
        assert_eq!(error(&reply(&[&half]).await), &FetchError::CutShort, "{coding}");
        assert_eq!(error(&reply(&[&ok(coding, b"")]).await), &FetchError::Empty, "{coding}");
    }
}

#[tokio::test]
async fn a_false_coding_is_asked_for_plainly_once() {
    for (coding, later) in [("gzip", ""), ("gzip", "gzip"), ("br", ""), ("zstd", ""), ("compress", "compress")] {
        let server = TestServer::start("127.0.0.1", &[&ok(coding, RSS), &ok(later, RSS)]).await;
        let answer = ask(&server).await;
        assert_eq!((body(&answer), answer.requests), (RSS, 2), "{coding}");
        let asked: Vec<bool> =
            server.requests().iter().map(|head| head.contains("accept-encoding: identity\r\n")).collect();
        assert_eq!(asked, [false, true]);
    }
}

#[tokio::test]
async fn a_bomb_ends_at_the_cap_in_every_coding_and_depth() {
    let bomb = vec![b' '; 1 << 20];
    for (coding, bytes) in packed(&bomb).await {
        let answer = reply(&[&ok(coding, &bytes)]).await;
        assert_eq!(error(&answer), &FetchError::TooLarge(1 << 16), "{coding}");
        assert!(answer.bytes_wire > 0 && answer.bytes_wire <= bytes.len() as u64);
        assert_eq!(error(&reply(&[&ok(&format!("{coding}, gzip"), &gzip(&bytes).await)]).await), error(&answer));
    }
    let nothings = gzip(b"").await.repeat(1 << 13);
    let endless = [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".as_slice(), &nothings].concat();
    assert_eq!(error(&reply(&[&endless]).await), &FetchError::TooLarge(1 << 16), "packed nothings");
}

#[tokio::test]
async fn a_zstd_window_beyond_eight_mebibytes_is_refused() {
    // RFC 8878 §3.1.1.1.2: a window of 16 MiB, then the last block, raw and empty.
    let frame = b"\x28\xb5\x2f\xfd\x00\x70\x01\x00\x00";
    let answer = reply(&[&ok("zstd", frame)]).await;
    assert_eq!((error(&answer), answer.requests), (&FetchError::Encoding, 2));
}

#[tokio::test]
async fn memory_is_shared_and_comes_back_as_bodies_are_dropped() {
    let server = TestServer::start("127.0.0.1", &[&ok("", RSS)]).await;
    let plans: Vec<FetchPlan> = (0..2).map(|i| plan(&server.url(&format!("/{i}")))).collect();
    let patience = Duration::from_secs(1);
    let scarce = config::Fetch { in_flight_bytes: 0, per_host: 8, deadline: patience, timeout: patience, ..here() };
    let mut answers = Fetcher::new(&scarce).unwrap().fetch_all(plans, now());
    let mut held = answers.next().await.unwrap();
    // Longer than any server would be waited for: it waits for us.
    let waiting = tokio::time::timeout(patience.mul_f32(1.3), answers.next()).await;
    assert!(waiting.is_err(), "{waiting:?}");
    assert_eq!(body(&held.1), RSS);
    assert_eq!(held.1.drop_body(), RSS.len() as u64);
    assert_eq!(body(&answers.next().await.unwrap().1), RSS);
}
