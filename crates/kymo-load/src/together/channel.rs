//! Messages over a connection: each in a frame with its length and a tag that nobody else can make.

use super::TogetherError;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longest message, in bytes: the series of a day at the usual width of its intervals is shorter.
const MESSAGE_MAX: u32 = 1 << 30;

/// Length of a tag, in bytes.
const TAG: usize = 32;

/// One end of a connection between two machines that know each other.
pub struct Channel {
    stream: TcpStream,
    peer: String,
    mac: Hmac<Sha256>,
    leads: bool,
    sent: u64,
    received: u64,
}

impl Channel {
    /// The end of the machine that leads, or of one that joins.
    pub fn new(stream: TcpStream, peer: String, mac: Hmac<Sha256>, leads: bool) -> Self {
        Self { stream, peer, mac, leads, sent: 0, received: 0 }
    }

    /// The other side, for messages.
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// Another handle of this end: one may send while the other receives. Each must keep to one of them.
    pub fn second(&self) -> Result<Self, TogetherError> {
        let stream = self.stream.try_clone().map_err(|error| self.broken(error))?;
        let (peer, mac) = (self.peer.clone(), self.mac.clone());
        Ok(Self { stream, peer, mac, leads: self.leads, sent: self.sent, received: self.received })
    }

    /// How long [`Channel::receive`] waits for a message.
    pub fn wait_at_most(&self, time: Duration) -> Result<(), TogetherError> {
        self.stream.set_read_timeout(Some(time)).map_err(|error| self.broken(error))
    }

    /// Ends the connection, for both handles.
    pub fn close(&self) {
        // Whoever has gone already needs no goodbye.
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
    }

    /// Which message this is, of which side: no message can be taken for another, or for an echo.
    fn tag(&self, from_lead: bool, number: u64, payload: &[u8]) -> Hmac<Sha256> {
        let head = [&[u8::from(from_lead)][..], &number.to_be_bytes()].concat();
        self.mac.clone().chain_update(head).chain_update(payload)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn send(&mut self, message: &impl Serialize) -> Result<(), TogetherError> {
        let payload = serde_json::to_vec(message).map_err(|error| self.broken(error.into()))?;
        let length = u32::try_from(payload.len()).ok().filter(|length| *length <= MESSAGE_MAX);
        let length = length.ok_or_else(|| self.broken(io::Error::other("a message is too long")))?;
        let tag = self.tag(self.leads, self.sent, &payload).finalize().into_bytes();
        self.sent += 1;
        let frame = [&length.to_be_bytes()[..], &payload, &tag].concat();
        self.stream.write_all(&frame).map_err(|error| self.broken(error))
    }

    /// Waits for a message.
    ///
    /// # Errors
    /// When the connection is broken, or the message is not the other side's next.
    pub fn receive<M: DeserializeOwned>(&mut self) -> Result<M, TogetherError> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).map_err(|error| self.broken(error))?;
        let length = u32::from_be_bytes(length);
        if length > MESSAGE_MAX {
            return Err(self.protocol(format!("a message of {length} bytes")));
        }
        // Taken as it comes: a length alone reserves nothing.
        let mut payload = Vec::new();
        let read = (&self.stream).take(u64::from(length)).read_to_end(&mut payload);
        let read = read.map_err(|error| self.broken(error))?;
        if read < length as usize {
            return Err(self.broken(io::ErrorKind::UnexpectedEof.into()));
        }
        let mut tag = [0; TAG];
        self.stream.read_exact(&mut tag).map_err(|error| self.broken(error))?;
        let expected = self.tag(!self.leads, self.received, &payload);
        expected.verify_slice(&tag).map_err(|_| self.protocol("a message's tag is wrong".to_owned()))?;
        self.received += 1;
        serde_json::from_slice(&payload).map_err(|error| self.protocol(format!("a message cannot be read: {error}")))
    }

    fn broken(&self, source: io::Error) -> TogetherError {
        TogetherError::Broken { peer: self.peer.clone(), source }
    }

    fn protocol(&self, what: String) -> TogetherError {
        TogetherError::Protocol { peer: self.peer.clone(), what }
    }
}
