//! Frames of HTTP/2 (RFC 9113, 4 and 6).

use crate::answer::Fault;

/// Bytes before the payload.
pub(super) const HEAD: usize = 9;

/// The longest payload that a peer must take, and that we take.
pub(super) const FRAME_MAX: usize = 16_384;

pub(super) const END_STREAM: u8 = 0x1;
pub(super) const ACK: u8 = 0x1;
pub(super) const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Push = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

const KINDS: [Kind; 9] = [
    Kind::Data,
    Kind::Headers,
    Kind::Reset,
    Kind::Settings,
    Kind::Push,
    Kind::Ping,
    Kind::GoAway,
    Kind::WindowUpdate,
    Kind::Continuation,
];

pub(super) struct Frame<'a> {
    /// `None` for kinds that are to be ignored.
    pub kind: Option<Kind>,
    flags: u8,
    pub stream: u32,
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The frame at the beginning; `None` where it is not all there.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Option<Self>, Fault> {
        let Some((&[a, b, c, kind, flags, s1, s2, s3, s4], rest)) = bytes.split_first_chunk::<HEAD>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if length > FRAME_MAX {
            return Err(Fault("a frame of more than 16 KiB: is that HTTP/2?"));
        }
        let Some(payload) = rest.get(..length) else { return Ok(None) };
        let kind = KINDS.into_iter().find(|one| *one as u8 == kind);
        let stream = u32::from_be_bytes([s1, s2, s3, s4]) & 0x7fff_ffff;
        Ok(Some(Self { kind, flags, stream, payload }))
    }

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The payload without padding.
    pub(super) fn unpadded(&self) -> Result<&'a [u8], Fault> {
        if !self.has(PADDED) {
            return Ok(self.payload);
        }
        let (padding, rest) = self.payload.split_first().ok_or(Fault("padding without a length"))?;
        let length = rest.len().checked_sub(*padding as usize).ok_or(Fault("more padding than frame"))?;
        Ok(&rest[..length])
    }

    /// The header block of a frame of headers.
    pub(super) fn header_block(&self) -> Result<&'a [u8], Fault> {
        let block = self.unpadded()?;
        let skipped = if self.has(PRIORITY) { 5 } else { 0 };
        block.get(skipped..).ok_or(Fault("a priority that is cut off"))
    }

    /// Four bytes of the payload as a number.
    pub(super) fn number(&self, at: usize) -> Result<u32, Fault> {
        let bytes = self.payload.get(at..at + 4).and_then(|bytes| bytes.first_chunk::<4>());
        bytes.map(|bytes| u32::from_be_bytes(*bytes)).ok_or(Fault("a frame that is too short"))
    }
}

/// Appends a frame. The payload is at most [`FRAME_MAX`] long, or what the peer allows.
pub(super) fn put(out: &mut Vec<u8>, kind: Kind, flags: u8, stream: u32, payload: &[u8]) {
    let [_, a, b, c] = (payload.len() as u32).to_be_bytes();
    out.extend_from_slice(&[a, b, c, kind as u8, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}
