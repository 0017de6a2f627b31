//! A network of a test's own: its addresses, its `/etc/hosts`, and a name server that lies.

use std::collections::HashMap;
use std::net::{IpAddr, UdpSocket};
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::support::shared::left_out;

/// Addresses that the loopback device has there, public ones and others.
pub const ADDRESSES: [&str; 10] = [
    "9.9.9.9",
    "2620:fe::fe",
    "10.0.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "fd00::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::1",
];

const HOSTS: &str = "127.0.0.1 localhost hosted.test\n10.0.0.1 intranet\n";
const RESOLV: &str = "nameserver 127.0.0.1\noptions timeout:10 attempts:2\n";
const NSSWITCH: &str = "passwd: files\nhosts: files dns\n";

/// Exit code of the preparation when something of it is not permitted.
const NOT_PERMITTED: i32 = 77;

/// Runs the ignored test `inner` of this binary by itself in such a network, or says that it is left out.
pub fn run(inner: &str) {
    let inner = inner.split_once("::").map_or(inner, |(_, path)| path);
    let given = Command::new("unshare").args(["-rnm", "true"]).output().is_ok_and(|out| out.status.success());
    if !given {
        left_out(&format!("{inner}: this system gives no network namespace (unshare -rnm)"));
        return;
    }
    if Command::new("ip").arg("-V").output().is_err() {
        left_out(&format!("{inner}: it needs ip (Debian package iproute2)"));
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut steps = vec!["ip link set lo up".to_owned()];
    for address in ADDRESSES {
        let length = if address.contains(':') { 128 } else { 32 };
        steps.push(format!("ip address add {address}/{length} dev lo"));
    }
    for (name, text) in [("hosts", HOSTS), ("resolv.conf", RESOLV), ("nsswitch.conf", NSSWITCH)] {
        let file = dir.path().join(name);
        std::fs::write(&file, text).expect("a file in the temporary directory");
        steps.push(format!("mount --bind '{}' /etc/{name}", file.display()));
    }
    let prepare = format!("{{ {}; }} || exit {NOT_PERMITTED}; exec \"$@\"", steps.join(" && "));
    let out = Command::new("unshare")
        .args(["-rnm", "sh", "-c", &prepare, "sh"])
        .arg(std::env::current_exe().expect("this binary"))
        .args([inner, "--exact", "--ignored", "--nocapture"])
        // Names are what is under test, not databases, and no cluster can be started there.
        .env_remove("BELLWETHER_TEST_DATABASE")
        .output()
        .expect("unshare runs");
    let told = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    if out.status.code() == Some(NOT_PERMITTED) {
        left_out(&format!("{inner}: this system's network namespace cannot be prepared: {}", told.trim()));
        return;
    }
    assert!(out.status.success() && told.contains("1 passed"), "{told}");
}

/// What a name resolves to.
pub enum Answers {
    /// The addresses of each look-up, the last ones for ever.
    InTurn(Vec<Vec<IpAddr>>),
    Never,
}

/// How often each name was asked for, by the type of address.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<HashMap<(String, u8), usize>>>);

impl Asked {
    /// Questions for the IPv4 addresses of this name.
    pub fn times(&self, name: &str) -> usize {
        self.0.lock().expect("a lock").get(&(name.to_owned(), A)).copied().unwrap_or_default()
    }
}

/// Answers for `names` on the port of name servers, with addresses that must not be kept (TTL 0).
pub fn lie(names: HashMap<&'static str, Answers>) -> Asked {
    let socket = UdpSocket::bind("127.0.0.1:53").expect("the port of name servers");
    let asked = Asked::default();
    let count = asked.clone();
    std::thread::spawn(move || {
        let mut query = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut query) {
            let Some((name, kind, question)) = question(&query[..length]) else { continue };
            let turn = {
                let mut asked = count.0.lock().expect("a lock");
                let times = asked.entry((name.clone(), kind)).or_default();
                *times += 1;
                *times - 1
            };
            let addresses = match names.get(name.as_str()) {
                Some(Answers::Never) => continue,
                Some(Answers::InTurn(answers)) => answers.get(turn).or(answers.last()).map_or(&[][..], Vec::as_slice),
                None => &[],
            };
            let _ = socket.send_to(&reply(&query[..2], question, kind, addresses), from);
        }
    });
    asked
}

const A: u8 = 1;
const AAAA: u8 = 28;

/// The name, the type and the bytes of a query's question (RFC 1035 §4.1.2).
fn question(query: &[u8]) -> Option<(String, u8, &[u8])> {
    let mut labels = Vec::new();
    let mut at = 12;
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(query.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    Some((labels.join("."), *query.get(at + 1)?, query.get(12..at + 4)?))
}

/// An answer with those of the addresses that are of the type that was asked for.
fn reply(id: &[u8], question: &[u8], kind: u8, addresses: &[IpAddr]) -> Vec<u8> {
    let mut records = Vec::new();
    let mut count = 0;
    for address in addresses {
        let (own, bytes) = match address {
            IpAddr::V4(address) => (A, address.octets().to_vec()),
            IpAddr::V6(address) => (AAAA, address.octets().to_vec()),
        };
        if own == kind {
            let length = u8::try_from(bytes.len()).expect("4 or 16");
            // The name of the question, class IN, a TTL of nothing.
            records.extend([&[0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, length], bytes.as_slice()].concat());
            count += 1;
        }
    }
    [id, &[0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0], question, &records].concat()
}
