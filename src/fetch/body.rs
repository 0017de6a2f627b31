//! Reads a body to its end: decompressed here, so that one place knows what came over the wire, what it unfolds to,
//! and how often it was packed.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_compression::futures::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use futures_util::io::{AsyncBufRead, AsyncReadExt as _, BufReader, Cursor};
use futures_util::{TryStreamExt as _, stream};
use reqwest::{Response, header};
use tokio::time::timeout;

use super::budget::{Body, Budget};
use super::outcome::FetchError;
use super::patience::Patience;

/// What is asked for, and all that is understood besides `identity`.
pub(crate) const ACCEPT_ENCODING: &str = "gzip, br, zstd";

/// A body that was packed more often than this is meant to do harm.
const MOST_LAYERS: usize = 3;
/// The window that a zstd body may ask for, as a power of two: 8 MiB (RFC 9659 §3).
const ZSTD_WINDOW: u32 = 23;
/// Decoded at a time.
const CHUNK: usize = 16 << 10;
/// Kept at a time, at most.
const PIECE: usize = 4 * CHUNK;

type Reader<'a> = Pin<Box<dyn AsyncBufRead + Send + 'a>>;

/// Bytes of bodies as they were sent: those of one fetch, and those of all.
#[derive(Debug)]
pub(crate) struct Wire<'a> {
    of_this: AtomicU64,
    of_all: &'a AtomicU64,
}

impl<'a> Wire<'a> {
    pub(crate) fn new(of_all: &'a AtomicU64) -> Self {
        Self { of_this: AtomicU64::new(0), of_all }
    }

    pub(crate) fn count(&self) -> u64 {
        self.of_this.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: u64) {
        self.of_this.fetch_add(bytes, Ordering::Relaxed);
        self.of_all.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// How much of a body is taken, and where that is written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits<'a> {
    /// Of the body as it was sent, and of what it unfolds to.
    pub(crate) max_bytes: u64,
    /// Whether what exceeds this is left out; otherwise it is an error.
    pub(crate) cut: bool,
    /// Without a single byte.
    pub(crate) silence: Duration,
    pub(crate) budget: &'a Budget,
    /// Bytes as they were sent are added here, whatever becomes of them.
    pub(crate) wire: &'a Wire<'a>,
}

/// Reads the body of a response.
///
/// `Content-Encoding` is believed unless the body was asked for `plain`. What begins as gzip or zstd after that is
/// unpacked too: servers compress files that are compressed, and some serve `.gz` files without a word.
pub(crate) async fn read(
    response: Response,
    plain: bool,
    limits: Limits<'_>,
    patience: &mut Patience,
) -> Result<Body, FetchError> {
    let Limits { max_bytes, cut, wire, .. } = limits;
    if !cut && response.content_length().is_some_and(|length| length > max_bytes) {
        return Err(FetchError::TooLarge(max_bytes));
    }
    let codings = if plain { Vec::new() } else { codings(&response) };
    let before = wire.count();
    let unpacked = unpack(as_sent(response, limits), &codings, patience).await;
    let read = match unpacked {
        Ok(reader) => collect(reader, limits, patience).await,
        Err(error) => Err(error),
    };
    match read {
        // To a decoder an empty body is one that broke off.
        Err(FetchError::CutShort) if !codings.is_empty() && wire.count() == before => Err(FetchError::Empty),
        read => read,
    }
}

async fn collect(
    mut reader: Reader<'_>,
    Limits { max_bytes, cut, budget, .. }: Limits<'_>,
    patience: &mut Patience,
) -> Result<Body, FetchError> {
    let mut share = budget.share();
    // In pieces: what grows in one is copied again and again, and leaves holes of its size behind.
    let (mut pieces, mut length, mut chunk) = (Vec::<Vec<u8>>::new(), 0, vec![0; CHUNK]);
    loop {
        share.cover(length + CHUNK).await;
        let count = tokio::select! {
            biased;
            count = patience.wait(reader.read(&mut chunk)) => count?.map_err(told)?,
            () = share.is_to_be_given_up() => return Err(FetchError::Crowded),
        };
        let piece = chunk.get(..count).unwrap_or_default();
        if piece.is_empty() {
            break;
        }
        if (length + count) as u64 > max_bytes {
            if cut {
                let room = usize::try_from(max_bytes).unwrap_or(usize::MAX).saturating_sub(length);
                pieces.push(piece.iter().take(room).copied().collect());
                break;
            }
            return Err(FetchError::TooLarge(max_bytes));
        }
        length += count;
        match pieces.last_mut() {
            Some(last) if last.len() + count <= last.capacity() => last.extend_from_slice(piece),
            _ => {
                let mut next = Vec::with_capacity(PIECE.min(length).max(count));
                next.extend_from_slice(piece);
                pieces.push(next);
            }
        }
    }
    // It may wait to be read, and is as large as what it holds; each piece goes as soon as it is in there.
    let mut body = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
    for piece in pieces {
        body.extend_from_slice(&piece);
    }
    if body.is_empty() { Err(FetchError::Empty) } else { Ok(Body::new(body, share)) }
}

/// The bytes of the wire, counted and capped: packed nothings are endless too.
///
/// The time-out stands here and not in the client, whose own looks at the time before it looks for bytes: after we
/// made a server wait, it would find it silent.
fn as_sent(response: Response, Limits { max_bytes, cut, silence, wire, .. }: Limits<'_>) -> Reader<'_> {
    // What is cut ends by what it unfolds to, unless it is packed to unfold to nothing.
    let max_bytes = if cut { max_bytes.saturating_mul(2) } else { max_bytes };
    let before = wire.count();
    let chunks = stream::try_unfold(response, move |mut response| async move {
        let Ok(chunk) = timeout(silence, response.chunk()).await else {
            return Err(FetchError::Timeout);
        };
        let Some(chunk) = chunk.map_err(|_| FetchError::CutShort)? else { return Ok(None) };
        wire.add(chunk.len() as u64);
        if wire.count() - before > max_bytes {
            return Err(FetchError::TooLarge(max_bytes));
        }
        Ok(Some((chunk, response)))
    });
    Box::pin(chunks.map_err(io::Error::other).into_async_read())
}

/// The codings in the order in which they were applied (RFC 9110 §8.4).
fn codings(response: &Response) -> Vec<String> {
    let fields = response.headers().get_all(header::CONTENT_ENCODING).iter();
    let text: Vec<String> =
        fields.map(|field| String::from_utf8_lossy(field.as_bytes()).to_ascii_lowercase()).collect();
    let names = text.iter().flat_map(|field| field.split(',')).map(str::trim);
    names.filter(|name| !matches!(*name, "" | "identity")).map(str::to_owned).collect()
}

async fn unpack<'a>(
    mut reader: Reader<'a>,
    codings: &[String],
    patience: &mut Patience,
) -> Result<Reader<'a>, FetchError> {
    let mut layers = codings.len();
    if layers > MOST_LAYERS {
        return Err(FetchError::Encoding);
    }
    for coding in codings.iter().rev() {
        reader = match coding.as_str() {
            "gzip" | "x-gzip" => gunzip(reader),
            "br" => unbrotli(reader, patience).await?,
            "zstd" => unzstd(reader),
            _ => return Err(FetchError::Encoding),
        };
    }
    loop {
        let mut head = Vec::new();
        patience.wait((&mut reader).take(4).read_to_end(&mut head)).await?.map_err(told)?;
        let unpack: Option<fn(Reader<'a>) -> Reader<'a>> = match head.as_slice() {
            [0x1f, 0x8b, 8, ..] => Some(gunzip),
            [0x28, 0xb5, 0x2f, 0xfd] => Some(unzstd),
            _ => None,
        };
        reader = Box::pin(Cursor::new(head).chain(reader));
        let Some(unpack) = unpack else { return Ok(reader) };
        layers += 1;
        if layers > MOST_LAYERS {
            return Err(FetchError::Encoding);
        }
        reader = unpack(reader);
    }
}

/// The decoder also takes windows of up to 1 GiB, which RFC 7932 §9.1 does not know and no budget could cover: their
/// streams begin with a code of their own.
async fn unbrotli<'a>(mut reader: Reader<'a>, patience: &mut Patience) -> Result<Reader<'a>, FetchError> {
    let mut head = Vec::new();
    patience.wait((&mut reader).take(1).read_to_end(&mut head)).await?.map_err(told)?;
    if head.first().is_some_and(|byte| byte & 0x7f == 0x11) {
        return Err(FetchError::Encoding);
    }
    Ok(Box::pin(BufReader::new(BrotliDecoder::new(Cursor::new(head).chain(reader)))))
}

fn gunzip(reader: Reader<'_>) -> Reader<'_> {
    let mut decoder = GzipDecoder::new(reader);
    // A gzip file is a series of members (RFC 1952 §2.2).
    decoder.multiple_members(true);
    Box::pin(BufReader::new(decoder))
}

fn unzstd(reader: Reader<'_>) -> Reader<'_> {
    let mut decoder = ZstdDecoder::with_params(reader, &[DParameter::window_log_max(ZSTD_WINDOW)]);
    // And zstd a series of frames, of which some may be skipped (RFC 8878 §3.1).
    decoder.multiple_members(true);
    Box::pin(BufReader::new(decoder))
}

/// An error of ours comes out as it went in; any other is a decoder's.
fn told(error: io::Error) -> FetchError {
    let ended_early = error.kind() == io::ErrorKind::UnexpectedEof;
    match error.downcast::<FetchError>() {
        Ok(ours) => ours,
        Err(_) if ended_early => FetchError::CutShort,
        Err(_) => FetchError::Encoding,
    }
}
