//! HTTP/2 as far as a load needs it (RFC 9113): several streams on a connection, request heads that are encoded once, and
//! of answers the status, the length and the end.
//!
//! The general libraries allocate for every stream and header field, and want a runtime of their own; then the load
//! would cost more than the server.

mod frame;
mod hpack;

use crate::answer::{Answer, BodyCheck, Fault, UnderWay};
use crate::request::Prepared;
use frame::{FRAME_MAX, Frame, HEAD, Kind, put};
pub(crate) use hpack::request_block;

/// The client's first words.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Flow-control windows begin at this size.
const WINDOW: i64 = 65_535;

/// The largest window: what is read is never held up by us.
const WINDOW_MAX: u32 = 0x7fff_ffff;

/// So much may be read before the connection's window is opened again.
const REOPEN_AT: u64 = 1 << 30;

/// The reset that says that nobody waits any more.
const CANCEL: u32 = 8;

/// Settings by number (RFC 9113, 6.5.2).
const HEADER_TABLE_SIZE: u16 = 1;
const ENABLE_PUSH: u16 = 2;
const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;
const MAX_FRAME_SIZE: u16 = 5;

/// A connection's streams, and what the server allows.
pub(crate) struct Http2 {
    /// Oldest first.
    streams: Vec<Stream>,
    next_id: u32,
    /// The beginning of a frame whose end has not come.
    stash: Vec<u8>,
    /// A header block that goes on in the next frame: its stream, whether that ends with it, and its beginning.
    block: Option<(u32, bool, Vec<u8>)>,
    streams_max: usize,
    /// Whether the server's settings have come.
    settled: bool,
    window: i64,
    first_window: i64,
    frame_max: usize,
    /// Bytes of bodies read since the window was last opened.
    read: u64,
    going_away: bool,
    refused: Vec<UnderWay>,
}

struct Stream {
    id: u32,
    request: UnderWay,
    /// 0 until the head has come.
    status: u16,
    body: BodyCheck,
    /// How much may be sent on it, and how much of the request's body was.
    window: i64,
    sent: usize,
}

impl Http2 {
    pub(crate) fn new() -> Self {
        Self {
            streams: Vec::new(),
            next_id: 1,
            stash: Vec::new(),
            block: None,
            // Until the server has said how many it takes, none is opened: what is too much it would refuse.
            streams_max: 0,
            settled: false,
            window: WINDOW,
            first_window: WINDOW,
            frame_max: FRAME_MAX,
            read: 0,
            going_away: false,
            refused: Vec::new(),
        }
    }

    /// Preface and settings: no pushes, no dynamic table for header fields (so that no state is kept), windows so large
    /// that they never hold an answer up.
    pub(crate) fn greet(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(PREFACE);
        let mut settings = Vec::with_capacity(18);
        for (key, value) in [(HEADER_TABLE_SIZE, 0), (ENABLE_PUSH, 0), (INITIAL_WINDOW_SIZE, WINDOW_MAX)] {
            settings.extend_from_slice(&key.to_be_bytes());
            settings.extend_from_slice(&value.to_be_bytes());
        }
        put(out, Kind::Settings, 0, 0, &settings);
        put(out, Kind::WindowUpdate, 0, 0, &(WINDOW_MAX - WINDOW as u32).to_be_bytes());
    }

    pub(crate) fn has_room(&self, depth: usize) -> bool {
        !self.is_closing() && self.streams.len() < depth.min(self.streams_max)
    }

    /// Whether no new stream can be opened on it: the server said so, or the numbers are used up.
    fn is_closing(&self) -> bool {
        self.going_away || self.next_id > WINDOW_MAX
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.is_closing() && self.streams.is_empty()
    }

    pub(crate) fn send(&mut self, request: &Prepared, sent: UnderWay, out: &mut Vec<u8>) {
        let id = self.next_id;
        self.next_id += 2;
        let end = if request.body.is_empty() { frame::END_STREAM } else { 0 };
        put(out, Kind::Headers, frame::END_HEADERS | end, id, &request.bytes);
        let body = BodyCheck::default();
        let mut stream = Stream { id, request: sent, status: 0, body, window: self.first_window, sent: 0 };
        self.send_body(&mut stream, request, out);
        self.streams.push(stream);
    }

    /// Sends as much of a body as the windows allow.
    fn send_body(&mut self, stream: &mut Stream, request: &Prepared, out: &mut Vec<u8>) {
        while stream.sent < request.body.len() {
            let allowed = usize::try_from(self.window.min(stream.window)).unwrap_or(0);
            let length = (request.body.len() - stream.sent).min(allowed).min(self.frame_max);
            if length == 0 {
                return;
            }
            let part = &request.body[stream.sent..stream.sent + length];
            stream.sent += length;
            let end = if stream.sent == request.body.len() { frame::END_STREAM } else { 0 };
            put(out, Kind::Data, end, stream.id, part);
            self.window -= length as i64;
            stream.window -= length as i64;
        }
    }

    fn send_bodies(&mut self, requests: &[Prepared], out: &mut Vec<u8>) {
        let mut streams = std::mem::take(&mut self.streams);
        for stream in &mut streams {
            let request = &requests[stream.request.request as usize];
            self.send_body(stream, request, out);
        }
        self.streams = streams;
    }

    /// Reads what came; whole answers are added to `answers`, and what is to be said to it to `out`.
    pub(crate) fn receive(
        &mut self,
        data: &[u8],
        requests: &[Prepared],
        answers: &mut Vec<(UnderWay, Answer)>,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        if self.stash.is_empty() {
            let used = self.frames(data, requests, answers, out)?;
            self.stash.extend_from_slice(&data[used..]);
            return Ok(());
        }
        let mut stash = std::mem::take(&mut self.stash);
        stash.extend_from_slice(data);
        let used = self.frames(&stash, requests, answers, out)?;
        stash.drain(..used);
        self.stash = stash;
        Ok(())
    }

    /// Reads whole frames; how many bytes they had.
    fn frames(
        &mut self,
        data: &[u8],
        requests: &[Prepared],
        answers: &mut Vec<(UnderWay, Answer)>,
        out: &mut Vec<u8>,
    ) -> Result<usize, Fault> {
        let mut used = 0;
        while let Some(frame) = Frame::read(&data[used..])? {
            used += HEAD + frame.payload.len();
            if self.block.is_some() && frame.kind != Some(Kind::Continuation) {
                return Err(Fault("a header block that does not go on"));
            }
            match frame.kind {
                Some(Kind::Data) => self.data(&frame, requests, answers, out)?,
                Some(Kind::Headers) => {
                    let block = frame.header_block()?;
                    self.headers(
                        frame.stream,
                        frame.has(frame::END_STREAM),
                        frame.has(frame::END_HEADERS),
                        block,
                        requests,
                        answers,
                    )?;
                }
                Some(Kind::Continuation) => {
                    let (stream, end, mut block) =
                        self.block.take().ok_or(Fault("a header block without a beginning"))?;
                    block.extend_from_slice(frame.payload);
                    self.headers(stream, end, frame.has(frame::END_HEADERS), &block, requests, answers)?;
                }
                Some(Kind::Reset) => self.refuse(|stream| stream.id == frame.stream),
                Some(Kind::Settings) => self.settings(&frame, requests, out)?,
                Some(Kind::Push) => return Err(Fault("a push, which was not allowed")),
                Some(Kind::Ping) if !frame.has(frame::ACK) => put(out, Kind::Ping, frame::ACK, 0, frame.payload),
                Some(Kind::GoAway) => {
                    self.going_away = true;
                    let last = frame.number(0)? & WINDOW_MAX;
                    self.refuse(|stream| stream.id > last);
                }
                Some(Kind::WindowUpdate) => {
                    let more = i64::from(frame.number(0)? & WINDOW_MAX);
                    match self.streams.iter_mut().find(|stream| stream.id == frame.stream) {
                        Some(stream) => stream.window += more,
                        None if frame.stream == 0 => self.window += more,
                        None => {}
                    }
                    self.send_bodies(requests, out);
                }
                Some(Kind::Ping) | None => {}
            }
        }
        Ok(used)
    }

    fn data(
        &mut self,
        frame: &Frame<'_>,
        requests: &[Prepared],
        answers: &mut Vec<(UnderWay, Answer)>,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        self.read += frame.payload.len() as u64;
        if self.read >= REOPEN_AT {
            put(out, Kind::WindowUpdate, 0, 0, &(self.read as u32).to_be_bytes());
            self.read = 0;
        }
        let Some(place) = self.streams.iter().position(|stream| stream.id == frame.stream) else { return Ok(()) };
        let stream = &mut self.streams[place];
        if stream.status == 0 {
            return Err(Fault("a body before its head"));
        }
        stream.body.feed(&requests[stream.request.request as usize].expect, frame.unpadded()?);
        if frame.has(frame::END_STREAM) {
            self.finish(place, requests, answers);
        }
        Ok(())
    }

    fn headers(
        &mut self,
        id: u32,
        ends: bool,
        whole: bool,
        block: &[u8],
        requests: &[Prepared],
        answers: &mut Vec<(UnderWay, Answer)>,
    ) -> Result<(), Fault> {
        if !whole {
            if block.len() > 4 * FRAME_MAX {
                return Err(Fault("a head of more than 64 KiB"));
            }
            self.block = Some((id, ends, block.to_vec()));
            return Ok(());
        }
        let Some(place) = self.streams.iter().position(|stream| stream.id == id) else { return Ok(()) };
        // A second block is trailers, of which nothing is needed.
        if self.streams[place].status == 0 {
            let status = hpack::status(block)?;
            // Another head follows one that is for information.
            if status >= 200 {
                self.streams[place].status = status;
            } else if ends {
                return Err(Fault("an answer that is for information only"));
            }
        }
        if ends {
            self.finish(place, requests, answers);
        }
        Ok(())
    }

    fn finish(&mut self, place: usize, requests: &[Prepared], answers: &mut Vec<(UnderWay, Answer)>) {
        // Streams stay in the order in which they were sent; there are few.
        let stream = self.streams.remove(place);
        let body_ok = stream.body.ok(&requests[stream.request.request as usize].expect);
        answers.push((stream.request, Answer { status: stream.status, body_ok, close: false }));
    }

    fn settings(&mut self, frame: &Frame<'_>, requests: &[Prepared], out: &mut Vec<u8>) -> Result<(), Fault> {
        if frame.has(frame::ACK) {
            return Ok(());
        }
        if !self.settled {
            // What is not said is without limit.
            (self.settled, self.streams_max) = (true, usize::MAX);
        }
        for setting in frame.payload.chunks_exact(6) {
            let key = u16::from_be_bytes([setting[0], setting[1]]);
            let value = u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]);
            match key {
                MAX_CONCURRENT_STREAMS => self.streams_max = value as usize,
                INITIAL_WINDOW_SIZE => {
                    let change = i64::from(value) - self.first_window;
                    self.first_window = i64::from(value);
                    self.streams.iter_mut().for_each(|stream| stream.window += change);
                }
                MAX_FRAME_SIZE if (value as usize) < FRAME_MAX => return Err(Fault("frames smaller than any may be")),
                MAX_FRAME_SIZE => self.frame_max = value as usize,
                _ => {}
            }
        }
        put(out, Kind::Settings, frame::ACK, 0, &[]);
        self.send_bodies(requests, out);
        Ok(())
    }

    fn refuse(&mut self, which: impl Fn(&Stream) -> bool) {
        let refused = self.streams.extract_if(.., |stream| which(stream));
        self.refused.extend(refused.map(|stream| stream.request));
    }

    pub(crate) fn take_refused(&mut self, into: &mut Vec<UnderWay>) {
        into.append(&mut self.refused);
    }

    /// Gives up streams that were opened by a time; the connection goes on.
    pub(crate) fn expire(&mut self, sent_by: u64, into: &mut Vec<UnderWay>, out: &mut Vec<u8>) {
        for stream in self.streams.extract_if(.., |stream| stream.request.sent <= sent_by) {
            put(out, Kind::Reset, 0, stream.id, &CANCEL.to_be_bytes());
            into.push(stream.request);
        }
    }

    pub(crate) fn oldest(&self) -> Option<u64> {
        self.streams.first().map(|stream| stream.request.sent)
    }

    pub(crate) fn abandon(&mut self, into: &mut Vec<UnderWay>) {
        into.extend(self.streams.drain(..).map(|stream| stream.request));
        self.stash.clear();
        self.block = None;
    }
}
