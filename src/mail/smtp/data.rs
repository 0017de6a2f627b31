//! The message on its way: in blocks, so that each can be bounded, and so that it is known whether the final dot,
//! after which the server may have accepted, was on its way too.

use std::borrow::Cow;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::slice::Chunks;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::{Instant, sleep};

use super::reply::{self, Answer};
use super::settings::Phases;

const BLOCK: usize = 64 * 1024;
/// Says that all blocks are out and the dot comes next.
const DOT: usize = usize::MAX;

/// What came of handing the message over.
pub(super) struct Handed {
    pub(super) answer: Answer,
    /// Whether the final dot may have left this machine.
    pub(super) dot_sent: bool,
}

/// Sends `message` and the dot, and reads the answer. To be called after a 354 only.
///
/// The wait begins anew with each block, and with the dot.
pub(super) async fn hand_over(connection: &mut AsyncSmtpConnection, message: &[u8], phases: &Phases) -> Handed {
    let message = with_crlf(message);
    // lettre writes a CRLF before the dot, so the last one of the message is left to it.
    let message = message.strip_suffix(b"\r\n").unwrap_or(&message);
    let progress = AtomicUsize::new(0);
    let limit = |progress| if progress == DOT { phases.end } else { phases.block };
    let mut dialogue = pin!(connection.message_iter(Blocks { blocks: message.chunks(BLOCK), progress: &progress }));
    let mut alarm = pin!(sleep(limit(0)));
    let mut seen = 0;
    let result = poll_fn(|cx| {
        if let Poll::Ready(result) = dialogue.as_mut().poll(cx) {
            return Poll::Ready(Some(result));
        }
        let now = progress.load(Ordering::Relaxed);
        if now != seen {
            seen = now;
            alarm.as_mut().reset(Instant::now() + limit(now));
        }
        alarm.as_mut().poll(cx).map(|()| None)
    })
    .await;
    let dot_sent = progress.load(Ordering::Relaxed) == DOT;
    let answer = match result {
        Some(result) => reply::read("the message", result),
        None if dot_sent => Answer::Broken(format!("no answer to the message within {:?}", phases.end)),
        None => Answer::Broken(format!("the server took no more of the message for {:?}", phases.block)),
    };
    Handed { answer, dot_sent }
}

struct Blocks<'a> {
    blocks: Chunks<'a, u8>,
    progress: &'a AtomicUsize,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let block = self.blocks.next();
        if block.is_some() {
            self.progress.fetch_add(1, Ordering::Relaxed);
        } else {
            self.progress.store(DOT, Ordering::Relaxed);
        }
        block
    }
}

/// The message with CR LF at the end of every line. A bare CR or LF is forbidden (RFC 5321 §2.3.8), and a server
/// that takes one for the end of a line would see a final dot where there is none.
fn with_crlf(message: &[u8]) -> Cow<'_, [u8]> {
    let mut previous = b' ';
    let mut sound = true;
    for &byte in message {
        sound &= (previous == b'\r') == (byte == b'\n');
        previous = byte;
    }
    if sound && previous != b'\r' {
        return Cow::Borrowed(message);
    }
    let mut out = Vec::with_capacity(message.len() + message.len() / 32);
    let mut bytes = message.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                out.extend_from_slice(b"\r\n");
            }
            b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(byte),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_line_ends_reach_the_wire() {
        assert!(matches!(with_crlf(b"a\r\n.\r\nb\r\n"), Cow::Borrowed(_)));
        assert_eq!(&*with_crlf(b"a\n.\nb\r.\rc\r\r\nd\r"), b"a\r\n.\r\nb\r\n.\r\nc\r\n\r\nd\r\n");
        assert_eq!(&*with_crlf(b"\n"), b"\r\n");
    }
}
