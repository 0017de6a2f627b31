//! A server that knows nothing of HTTP: it remembers who came, and sends whatever bytes an attack consists of.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex};

#[derive(Default)]
struct Seen {
    /// Both ends of each connection: theirs, and the address of ours that they asked for.
    connections: Mutex<Vec<(SocketAddr, SocketAddr)>>,
    another: Condvar,
    heads: Mutex<Vec<String>>,
}

/// Takes every connection, also after its handle is gone, until the test process ends.
#[derive(Clone)]
pub struct Lure {
    listening: Vec<SocketAddr>,
    seen: Arc<Seen>,
}

/// What is done with a connection and the head of its request.
type Play = Arc<dyn Fn(&str, &mut TcpStream) + Send + Sync>;

impl Lure {
    /// Plays `play` with each connection to this address, once a request's head has come.
    pub fn on(address: impl ToSocketAddrs, play: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let mut lure = Self { listening: Vec::new(), seen: Arc::default() };
        lure.listen(TcpListener::bind(address).expect("an address to listen at"), &(Arc::new(play) as Play));
        lure
    }

    /// Answers every request with the same bytes.
    pub fn saying(address: impl ToSocketAddrs, answer: Vec<u8>) -> Self {
        Self::on(address, move |_, stream| say(stream, &answer))
    }

    /// On one port of 127.0.0.1 and, where the system has it, of ::1: the bait of attacks on this machine.
    pub fn bait(answer: Vec<u8>) -> Self {
        let play: Play = Arc::new(move |_, stream| say(stream, &answer));
        let pair = || {
            let old = TcpListener::bind("127.0.0.1:0").expect("loopback");
            let port = old.local_addr().expect("an address").port();
            let new = TcpListener::bind(("::1", port));
            let taken = new.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse);
            (!taken).then_some((old, new.ok()))
        };
        let (old, new) = std::iter::repeat_with(pair).flatten().next().expect("a free port");
        let mut lure = Self { listening: Vec::new(), seen: Arc::default() };
        for listener in std::iter::once(old).chain(new) {
            lure.listen(listener, &play);
        }
        lure
    }

    fn listen(&mut self, listener: TcpListener, play: &Play) {
        self.listening.push(listener.local_addr().expect("an address"));
        let (seen, play) = (Arc::clone(&self.seen), Arc::clone(play));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (Ok(theirs), Ok(ours)) = (stream.peer_addr(), stream.local_addr()) else { continue };
                seen.connections.lock().expect("a lock").push((theirs, ours));
                seen.another.notify_all();
                let (seen, play) = (Arc::clone(&seen), Arc::clone(&play));
                std::thread::spawn(move || {
                    if let Some(head) = head(&mut stream) {
                        seen.heads.lock().expect("a lock").push(head.clone());
                        play(&head, &mut stream);
                    }
                });
            }
        });
    }

    pub fn has_ipv6(&self) -> bool {
        self.listening.iter().any(SocketAddr::is_ipv6)
    }

    pub fn port(&self) -> u16 {
        self.listening[0].port()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.listening[0])
    }

    /// The heads of the requests that came.
    pub fn heads(&self) -> Vec<String> {
        self.seen.heads.lock().expect("a lock").clone()
    }

    /// Our addresses that somebody connected to, one for each connection. Nobody is missed: connections are
    /// taken in the order in which they came, and the last is one of our own.
    pub fn visits(&self) -> Vec<IpAddr> {
        let mut own = Vec::new();
        for address in &self.listening {
            let mut address = *address;
            if address.ip().is_unspecified() {
                address.set_ip(std::net::Ipv6Addr::LOCALHOST.into());
            }
            let last = TcpStream::connect(address).expect("our own listener");
            let mark = last.local_addr().expect("an address");
            let connections = self.seen.connections.lock().expect("a lock");
            let arrived = |theirs: &[(SocketAddr, SocketAddr)]| theirs.iter().any(|(theirs, _)| *theirs == mark);
            drop(self.seen.another.wait_while(connections, |all| !arrived(all)).expect("a lock"));
            own.push(mark);
        }
        let mut connections = self.seen.connections.lock().expect("a lock");
        connections.retain(|(theirs, _)| !own.contains(theirs));
        connections.iter().map(|(_, ours)| ours.ip().to_canonical()).collect()
    }
}

/// The head of a request; `None` when the other end closes before.
fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
        // Who wants TLS is at the wrong door.
        if head == [0x16] {
            return None;
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// Sends these bytes and the end. Who does not want them is free to leave.
pub fn say(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    until_they_leave(stream);
}

/// Sends the first bytes, then the second ones for as long as they are taken.
pub fn go_on(stream: &mut TcpStream, first: &[u8], for_ever: &[u8]) {
    let mut sent = stream.write_all(first);
    while sent.is_ok() {
        sent = stream.write_all(for_ever);
    }
}

/// Waits until the other end has closed.
pub fn until_they_leave(stream: &mut TcpStream) {
    let mut rest = [0; 512];
    while stream.read(&mut rest).is_ok_and(|length| length > 0) {}
}
