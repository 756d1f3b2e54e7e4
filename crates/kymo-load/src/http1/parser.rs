//! Reads answers as they come, in pieces of any size. Bodies are looked at and not kept.

use super::head::{self, Body};
use crate::answer::{Answer, BodyCheck, Fault};
use crate::request::Prepared;

/// Longest head, or trailer, in bytes: eight times what nginx writes at most by default.
const HEAD_MAX: usize = 64 * 1024;

/// Longest line with the length of a chunk, extensions included.
const CHUNK_LINE_MAX: usize = 4096;

/// The answer that is being read.
#[derive(Debug, Default)]
pub(super) struct Parser {
    state: State,
    /// The beginning of a head or line whose end has not come.
    stash: Vec<u8>,
    status: u16,
    close: bool,
    body: BodyCheck,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Head,
    /// So many bytes of body are to come.
    Length(u64),
    /// The line with a chunk's length.
    ChunkLine,
    Chunk(u64),
    /// The end of line after a chunk.
    ChunkEnd,
    /// Lines after the last chunk; how many bytes there were.
    Trailers(usize),
    UntilClose,
}

impl Parser {
    /// Reads on: how many bytes were used, and the answer if it is whole. Without one, all were used.
    #[inline]
    pub(super) fn advance(&mut self, data: &[u8], request: &Prepared) -> Result<(usize, Option<Answer>), Fault> {
        let mut used = 0;
        loop {
            let rest = &data[used..];
            if rest.is_empty() && !matches!(self.state, State::Length(0)) {
                return Ok((used, None));
            }
            let next = match self.state {
                State::Head => self.head(rest, request)?,
                State::Length(0) => return Ok((used, Some(self.finish(request)))),
                State::Length(left) => {
                    let part = self.part(rest, left, request);
                    Some((part, State::Length(left - part as u64)))
                }
                State::Chunk(left) => {
                    let part = self.part(rest, left, request);
                    let left = left - part as u64;
                    Some((part, if left == 0 { State::ChunkEnd } else { State::Chunk(left) }))
                }
                State::ChunkLine | State::ChunkEnd | State::Trailers(_) => self.line(rest)?,
                State::UntilClose => {
                    self.body.feed(&request.expect, rest);
                    Some((rest.len(), State::UntilClose))
                }
            };
            let Some((part, state)) = next else { return Ok((data.len(), None)) };
            used += part;
            self.state = state;
        }
    }

    /// The connection was closed: the answer, if that ends it.
    pub(super) fn end(&mut self, request: &Prepared) -> Option<Answer> {
        matches!(self.state, State::UntilClose).then(|| self.finish(request))
    }

    fn finish(&mut self, request: &Prepared) -> Answer {
        self.state = State::Head;
        let answer = Answer { status: self.status, body_ok: self.body.ok(&request.expect), close: self.close };
        self.body.start();
        answer
    }

    fn part(&mut self, rest: &[u8], left: u64, request: &Prepared) -> usize {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
        self.body.feed(&request.expect, &rest[..length]);
        length
    }

    /// Bytes used and the state that follows; `None` where the head is not all there, and all was put by.
    #[inline]
    fn head(&mut self, rest: &[u8], request: &Prepared) -> Result<Option<(usize, State)>, Fault> {
        let earlier = self.stash.len();
        if earlier > 0 {
            self.stash.extend_from_slice(rest);
            // A head ends with a line: without one, reading from its beginning again would be in vain.
            if memchr::memchr(b'\n', rest).is_none() {
                return self.wait_for_more();
            }
        }
        let bytes = if earlier > 0 { &self.stash } else { rest };
        let Some(head) = head::read(bytes, request.head)? else {
            if earlier == 0 {
                self.stash.extend_from_slice(rest);
            }
            return self.wait_for_more();
        };
        self.stash.clear();
        // The part before was no whole head.
        let used = head.length.saturating_sub(earlier);
        if head.status < 200 {
            // Another answer follows one that is for information, except where the protocol changes.
            let changes = head.status == 101 || head.status < 100;
            return if changes {
                Err(Fault("an answer that changes the protocol"))
            } else {
                Ok(Some((used, State::Head)))
            };
        }
        self.status = head.status;
        self.close = head.close;
        let state = match head.body {
            Body::Length(length) => State::Length(length),
            Body::Chunked => State::ChunkLine,
            Body::UntilClose => State::UntilClose,
        };
        Ok(Some((used, state)))
    }

    fn wait_for_more(&mut self) -> Result<Option<(usize, State)>, Fault> {
        if self.stash.len() > HEAD_MAX { Err(Fault("a head of more than 64 KiB")) } else { Ok(None) }
    }

    /// A line between chunks or after them; as [`Parser::head`].
    fn line(&mut self, rest: &[u8]) -> Result<Option<(usize, State)>, Fault> {
        let Some(end) = memchr::memchr(b'\n', rest) else {
            self.stash.extend_from_slice(rest);
            let long = self.stash.len() > CHUNK_LINE_MAX;
            return if long { Err(Fault("a line between chunks of more than 4 KiB")) } else { Ok(None) };
        };
        self.stash.extend_from_slice(&rest[..end]);
        let line = self.stash.trim_ascii();
        let state = match self.state {
            State::ChunkLine => match chunk_length(line)? {
                0 => State::Trailers(0),
                length => State::Chunk(length),
            },
            State::Trailers(_) if line.is_empty() => State::Length(0),
            State::Trailers(seen) if seen + line.len() <= HEAD_MAX => State::Trailers(seen + line.len()),
            State::Trailers(_) => return Err(Fault("trailers of more than 64 KiB")),
            _ if line.is_empty() => State::ChunkLine,
            _ => return Err(Fault("a chunk longer than it said")),
        };
        self.stash.clear();
        Ok(Some((end + 1, state)))
    }
}

/// The length of a chunk: hexadecimal digits, before any extension.
fn chunk_length(line: &[u8]) -> Result<u64, Fault> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    if digits.is_empty() || digits.len() > 15 {
        return Err(Fault("a chunk without a length"));
    }
    let add = |sum: u64, digit: &u8| Some(sum * 16 + u64::from((*digit as char).to_digit(16)?));
    digits.iter().try_fold(0, add).ok_or(Fault("a length of a chunk that is no number"))
}

#[cfg(test)]
mod tests;
