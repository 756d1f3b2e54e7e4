//! A connection: its state, and the requests under way on it.

use crate::answer::{Answer, Fault, UnderWay};
use crate::http1::Http1;
use crate::http2::Http2;
use crate::request::Prepared;
use crate::spec::{HttpVersion, LoadSpec};
use crate::transport::Transport;

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// There is none.
    Down,
    /// TCP is being connected.
    Connecting,
    /// TLS shakes hands.
    Shaking,
    /// Requests can be sent.
    Open,
}

/// The version of HTTP that is spoken.
pub(crate) enum Speaker {
    Http1(Http1),
    Http2(Box<Http2>),
}

/// A place for a connection, which may be made many times.
pub(crate) struct Connection {
    /// Its number over all threads.
    pub number: u32,
    pub state: State,
    pub transport: Option<Transport>,
    pub speaker: Speaker,
    /// Bytes that the socket did not take yet.
    pub out: Vec<u8>,
    /// Whether it is watched for writing.
    pub watched: bool,
    /// The request that it is being made for, where every request has a connection of its own.
    pub waiting: Option<UnderWay>,
    /// Counts the times it was made: what was said about an earlier one is void.
    pub generation: u32,
    /// Whether it is in the list of those that are free.
    pub listed: bool,
    /// Since when it is free.
    pub free_since: u64,
    /// Connecting: since when. Down: when to try again.
    pub since: u64,
    /// Attempts in vain since the last answer.
    pub failures: u32,
    /// Whether this time around it had an answer.
    pub answered: bool,
    /// Sent by a plan of its own.
    pub planned: u64,
}

impl Connection {
    pub(crate) fn new(number: u32, spec: &LoadSpec) -> Self {
        Self {
            number,
            state: State::Down,
            transport: None,
            speaker: Speaker::new(spec),
            out: Vec::new(),
            watched: false,
            waiting: None,
            generation: 0,
            listed: false,
            free_since: 0,
            since: 0,
            failures: 0,
            answered: false,
            planned: 0,
        }
    }
}

impl Speaker {
    pub(crate) fn new(spec: &LoadSpec) -> Self {
        match spec.http {
            HttpVersion::Http1 => Self::Http1(Http1::new(spec.depth as usize)),
            HttpVersion::Http2 => Self::Http2(Box::new(Http2::new())),
        }
    }

    /// What is said when a connection is made.
    pub(crate) fn greet(&mut self, out: &mut Vec<u8>) {
        if let Self::Http2(http2) = self {
            http2.greet(out);
        }
    }

    /// Whether one more request may be sent.
    #[inline]
    pub(crate) fn has_room(&self, depth: usize) -> bool {
        match self {
            Self::Http1(http1) => http1.in_flight() < depth,
            Self::Http2(http2) => http2.has_room(depth),
        }
    }

    #[inline]
    pub(crate) fn send(&mut self, request: &Prepared, sent: UnderWay, out: &mut Vec<u8>) {
        match self {
            Self::Http1(http1) => http1.send(request, sent, out),
            Self::Http2(http2) => http2.send(request, sent, out),
        }
    }

    /// Reads what came. HTTP/2 may have something to say to it.
    #[inline]
    pub(crate) fn receive(
        &mut self,
        data: &[u8],
        requests: &[Prepared],
        answers: &mut Vec<(UnderWay, Answer)>,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        match self {
            Self::Http1(http1) => http1.receive(data, requests, answers),
            Self::Http2(http2) => http2.receive(data, requests, answers, out),
        }
    }

    pub(crate) fn closed(&mut self, requests: &[Prepared], answers: &mut Vec<(UnderWay, Answer)>) {
        if let Self::Http1(http1) = self {
            http1.closed(requests, answers);
        }
    }

    /// Whether the server wants no more requests on it, and none is under way.
    pub(crate) fn is_spent(&self) -> bool {
        match self {
            Self::Http1(_) => false,
            Self::Http2(http2) => http2.is_spent(),
        }
    }

    /// Requests that the server refused or reset, one by one.
    pub(crate) fn refused(&mut self, into: &mut Vec<UnderWay>) {
        if let Self::Http2(http2) = self {
            http2.take_refused(into);
        }
    }

    /// Gives up single requests that were sent by a time, where the version of HTTP allows that; whether it does.
    pub(crate) fn expire(&mut self, sent_by: u64, into: &mut Vec<UnderWay>, out: &mut Vec<u8>) -> bool {
        match self {
            Self::Http1(_) => false,
            Self::Http2(http2) => {
                http2.expire(sent_by, into, out);
                true
            }
        }
    }

    pub(crate) fn oldest(&self) -> Option<u64> {
        match self {
            Self::Http1(http1) => http1.oldest(),
            Self::Http2(http2) => http2.oldest(),
        }
    }

    pub(crate) fn abandon(&mut self, into: &mut Vec<UnderWay>) {
        match self {
            Self::Http1(http1) => http1.abandon(into),
            Self::Http2(http2) => http2.abandon(into),
        }
    }
}
