//! Small bodies that unfold to a quarter of a gigabyte.

use std::io::Write as _;
use std::process::Child;
use std::sync::mpsc;

use flate2::{Compress, Compression, FlushCompress};

use super::lure::{Lure, until_they_leave};
use super::{NOW, OURS, health, prepared};
use crate::support::shared::left_out;
use crate::support::site::Silent;

const MIB: usize = 1 << 20;
const UNFOLDED: usize = 256;

/// As gzip, some 260 KB: one compressed megabyte of spaces, again and again.
pub fn gzip() -> Vec<u8> {
    let mut once = Vec::with_capacity(64 << 10);
    let mut deflate = Compress::new(Compression::best(), false);
    deflate.compress_vec(&vec![b' '; MIB], &mut once, FlushCompress::Full).expect("deflate");
    // RFC 1952 §2.3; the final block is empty, and no checksum is ever reached.
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    [head.as_slice(), &once.repeat(UNFOLDED), &[3, 0], &[0; 8]].concat()
}

/// As Zstandard, 8 KB: blocks that each stand for 128 KiB of one byte (RFC 8878 §3.1.1), with a window of
/// 2 to the power `window` bytes.
pub fn zstd(window: u8) -> Vec<u8> {
    let block = |last: u32| {
        let header = last | 1 << 1 | (128 << 10) << 3;
        [&header.to_le_bytes()[..3], b" "].concat()
    };
    // No size, no checksum; the window's exponent counts from 1 KiB.
    let head = [0x28, 0xb5, 0x2f, 0xfd, 0, (window - 10) << 3];
    [head.as_slice(), &block(0).repeat(UNFOLDED * 8 - 1), &block(1)].concat()
}

/// As Brotli, 211 bytes: 256 MiB of spaces as the `brotli` crate compresses them (quality 11, a window of 2^24).
pub fn brotli() -> Vec<u8> {
    const HEX: &str = "cfffff7ff82540e2b14020f7fe9ffffffff04b00c4610180eefd3fffffffe1970088c32200ddfb7ffeffffc32f0110\
                       870500baf7fffcffff875f02200e0b0074effff9ffff0fbf04401c1600e8defff3ffff1f7e0980382c00d0bdffe7ff\
                       ff3ffc1200715800a07bffcfffff7ff82500e2b00040f7fe9ffffffff04b00c4610180eefd3fffffffe1970088c302\
                       00ddfb7ffeffffc32f0110870500baf7fffcffff875f02200e0b0074effff9ffff0fbf04401c1600e8defff3ffff1f\
                       7e0980382c00d0bdffe7ffff3ffc1200715800a07bff3f";
    (0..HEX.len()).step_by(2).map(|at| u8::from_str_radix(&HEX[at..at + 2], 16).expect("hex")).collect()
}

/// As Brotli with a window of 1 GiB, which no browser takes: the marker of the `brotli` program's `--large_window`, and
/// `body` in one meta-block that is not compressed (RFC 7932 §9.2).
pub fn wide_brotli(body: &[u8]) -> Vec<u8> {
    let length = u64::try_from(body.len() - 1).expect("a length");
    assert!(length < 1 << 16);
    // The marker and a zero, the window's exponent, not the last, four nibbles, the length less one, not compressed.
    let bits = 0x11 | 30 << 8 | length << 17 | 1 << 33;
    [&bits.to_le_bytes()[..5], body, &[3]].concat()
}

/// The most memory that a process ever held, in KiB, without what is mapped from its own file: a debug build is
/// large. `None` where the system does not tell.
fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let field = |name: &str| -> Option<u64> {
        status.lines().find_map(|line| line.strip_prefix(name))?.trim().strip_suffix(" kB")?.parse().ok()
    };
    Some(field("VmHWM:")? - field("RssFile:")?)
}

#[test]
fn a_bomb_is_stopped_at_the_cap_in_little_memory() {
    let (large, window) = ("larger than 16777216 bytes", "could not be decompressed");
    // A window of more than 8 MiB is refused (RFC 9659 §3), and then asked for without.
    let bombs =
        [("gzip", gzip(), large), ("br", brotli(), large), ("zstd", zstd(20), large), ("zstd", zstd(27), window)];
    for (encoding, bomb, words) in bombs {
        let (left, has_left) = mpsc::channel();
        let left = std::sync::Mutex::new(left);
        let site = Lure::on("127.9.0.1:0", move |_, stream| {
            // Its end is never announced, so that nobody leaves before they have had enough.
            let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\n\r\n");
            let _ = stream.write_all(&[head.as_bytes(), &bomb].concat());
            until_they_leave(stream);
            left.lock().expect("a lock").send(()).expect("the test waits");
        });
        let silent = Silent::start();
        let app = prepared(&[site.url("/bomb"), silent.url("/held")]);
        app.write("bellwether.toml", "[fetch]\nspacing = \"0\"\n");
        let mut child = app
            .command(&["fetch", "--quiet", "--now", NOW, "--allow-net", OURS, "--allow-net", "127.0.0.1"])
            .spawn()
            .expect("the binary starts");
        // The second source keeps the process alive, so that it can be looked at after the bomb.
        let held = silent.wait();
        has_left.recv_timeout(std::time::Duration::from_mins(1)).expect("the bomb is left");
        match peak(&child) {
            Some(peak) => assert!(peak < 64 << 10, "{encoding}: {peak} KiB"),
            None => left_out("the memory that a bomb takes: this system has no /proc/PID/status"),
        }
        drop(held);
        assert!(child.wait().expect("it ends").success());
        let told = health(&app);
        assert!(told[&0].words.contains(words), "{encoding}: {}", told[&0].words);
    }
}
