//! Both sides prove that they know the secret, before anything else is said: HMAC-SHA256 over a number that each has
//! drawn. What they say afterwards bears a tag by a key that only these two know, for this connection.

use super::TogetherError;
use super::channel::Channel;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Shortest secret, in bytes: a listener could try out shorter ones on what it heard.
pub const SECRET_LENGTH_MIN: usize = 16;

/// What the machine that joins says first: the name and the version of this way to speak.
const GREETING: [u8; 16] = *b"kymo-load join 1";

/// The handshake takes a round trip and a half; who takes longer is somebody else.
const PATIENCE: Duration = Duration::from_secs(5);

/// Length of a drawn number, and of a tag, in bytes.
const LENGTH: usize = 32;

/// A secret that all machines of a load share.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The secret with this text; blanks around it are none of it.
    ///
    /// # Errors
    /// When it is too short.
    pub fn new(text: &str) -> Result<Self, TogetherError> {
        let text = text.trim();
        if text.len() < SECRET_LENGTH_MIN {
            return Err(TogetherError::ShortSecret(text.len()));
        }
        Ok(Self(text.as_bytes().to_vec()))
    }

    fn mac(&self, role: &[u8], numbers: &[[u8; LENGTH]; 2]) -> Hmac<Sha256> {
        keyed(&self.0).chain_update(role).chain_update(numbers[0]).chain_update(numbers[1])
    }

    fn channel(&self, stream: TcpStream, peer: String, numbers: &[[u8; LENGTH]; 2], leads: bool) -> Channel {
        let key = self.mac(b"session", numbers).finalize().into_bytes();
        Channel::new(stream, peer, keyed(&key), leads)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    #[allow(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
    Hmac::<Sha256>::new_from_slice(key).expect("any length")
}

fn drawn() -> Result<[u8; LENGTH], TogetherError> {
    let mut number = [0; LENGTH];
    getrandom::fill(&mut number).map_err(|error| TogetherError::Random(error.to_string()))?;
    Ok(number)
}

/// The handshake of the machine that leads.
///
/// # Errors
/// When the other side is no machine that knows the secret.
pub fn lead(mut stream: TcpStream, peer: String, secret: &Secret) -> Result<Channel, TogetherError> {
    let broken = |source| TogetherError::Broken { peer: peer.clone(), source };
    prepare(&stream).map_err(broken)?;
    let mut greeting = [0; GREETING.len()];
    stream.read_exact(&mut greeting).map_err(broken)?;
    if greeting != GREETING {
        return Err(TogetherError::Protocol { peer, what: "its greeting is another".to_owned() });
    }
    let mut theirs = [0; LENGTH];
    stream.read_exact(&mut theirs).map_err(broken)?;
    let numbers = [theirs, drawn()?];
    stream.write_all(&numbers[1]).map_err(broken)?;
    stream.write_all(&secret.mac(b"lead", &numbers).finalize().into_bytes()).map_err(broken)?;
    let mut proof = [0; LENGTH];
    // Who cannot tell our proof from noise goes away here.
    stream.read_exact(&mut proof).map_err(|_| TogetherError::Secret { peer: peer.clone() })?;
    secret.mac(b"join", &numbers).verify_slice(&proof).map_err(|_| TogetherError::Secret { peer: peer.clone() })?;
    Ok(secret.channel(stream, peer, &numbers, true))
}

/// The handshake of a machine that joins.
///
/// # Errors
/// When the other side is no machine that knows the secret.
pub fn join(mut stream: TcpStream, peer: String, secret: &Secret) -> Result<Channel, TogetherError> {
    let broken = |source| TogetherError::Broken { peer: peer.clone(), source };
    prepare(&stream).map_err(broken)?;
    let ours = drawn()?;
    stream.write_all(&[&GREETING[..], &ours].concat()).map_err(broken)?;
    let (mut theirs, mut proof) = ([0; LENGTH], [0; LENGTH]);
    stream.read_exact(&mut theirs).map_err(broken)?;
    stream.read_exact(&mut proof).map_err(broken)?;
    let numbers = [ours, theirs];
    secret.mac(b"lead", &numbers).verify_slice(&proof).map_err(|_| TogetherError::Secret { peer: peer.clone() })?;
    stream.write_all(&secret.mac(b"join", &numbers).finalize().into_bytes()).map_err(broken)?;
    Ok(secret.channel(stream, peer, &numbers, false))
}

/// Small messages go at once: the clocks are compared by how long they take.
fn prepare(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::super::words::{FromLead, FromMember};
    use super::*;
    use std::net::TcpListener;

    const ONE: &str = "correct horse battery staple";

    /// Both ends of a connection, with these secrets.
    fn ends(of_lead: &str, of_member: &str) -> (Result<Channel, TogetherError>, Result<Channel, TogetherError>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let secret = Secret::new(of_member).unwrap();
        let member = std::thread::spawn(move || join(TcpStream::connect(address).unwrap(), "lead".to_owned(), &secret));
        let leads = lead(listener.accept().unwrap().0, "member".to_owned(), &Secret::new(of_lead).unwrap());
        (leads, member.join().unwrap())
    }

    #[test]
    fn who_knows_the_secret_is_let_in_and_heard() {
        let (leads, member) = ends(ONE, &format!(" {ONE}\n"));
        let (mut leads, mut member) = (leads.unwrap(), member.unwrap());
        leads.send(&FromLead::Ping { number: 7 }).unwrap();
        assert!(matches!(member.receive::<FromLead>().unwrap(), FromLead::Ping { number: 7 }));
        member.send(&FromMember::Pong { number: 7, unix_ns: 5 }).unwrap();
        assert!(matches!(leads.receive::<FromMember>().unwrap(), FromMember::Pong { number: 7, unix_ns: 5 }));
    }

    #[test]
    fn who_does_not_is_turned_away_by_both_sides() {
        let (leads, member) = ends(ONE, "another secret of the same kind");
        assert!(matches!(leads, Err(TogetherError::Secret { .. })), "{:?}", leads.err());
        assert!(matches!(member, Err(TogetherError::Secret { .. })), "{:?}", member.err());
        assert!(matches!(Secret::new(" short "), Err(TogetherError::ShortSecret(5))));
        assert_eq!(format!("{:?}", Secret::new(ONE).unwrap()), "Secret(…)");
    }

    #[test]
    fn a_browser_is_no_machine_that_joins() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let ended = lead(listener.accept().unwrap().0, "x".to_owned(), &Secret::new(ONE).unwrap());
        assert!(matches!(ended, Err(TogetherError::Protocol { .. })), "{:?}", ended.err());
    }

    #[test]
    fn what_was_changed_or_repeated_on_the_way_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connect = || {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            (stream, listener.accept().unwrap().0)
        };
        let secret = Secret::new(ONE).unwrap();
        let numbers = [[1; LENGTH], [2; LENGTH]];
        let channel = |stream, leads| secret.channel(stream, "peer".to_owned(), &numbers, leads);
        // What a machine writes is caught, and given to another end of the same session.
        let (to_us, from_writer) = connect();
        channel(from_writer, true).send(&FromLead::Ping { number: 7 }).unwrap();
        let mut frame = vec![0; 512];
        let length = {
            let mut to_us = to_us;
            to_us.read(&mut frame).unwrap()
        };
        frame.truncate(length);
        let given = |bytes: &[u8]| {
            let (mut raw, ours) = connect();
            raw.write_all(bytes).unwrap();
            drop(raw);
            let mut channel = channel(ours, false);
            std::iter::from_fn(move || channel.receive::<FromLead>().ok()).count()
        };
        assert_eq!(given(&frame), 1);
        assert_eq!(given(&[&frame[..], &frame].concat()), 1, "a message counts once");
        let mut changed = frame.clone();
        changed[6] ^= 1;
        assert_eq!(given(&changed), 0);
    }
}
