//! A conversation with one worker, each step with a deadline and under watch.

use super::lines::Line;
use super::process::{End, Process, Start};
use crate::protocol::{Hello, Request, Response};
use std::io;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// How often limits are checked while a worker works. A reading of two small files every 20 ms is under 0.1 % of a
/// processor; a guest that writes memory at 10 GB/s exceeds its limit by 200 MB at most.
const WATCH_INTERVAL: Duration = Duration::from_millis(20);

/// How long a worker may take to exit after `close`; its answers are in by then, so nothing is lost when it is killed.
const EXIT_GRACE: Duration = Duration::from_secs(2);

/// Why a conversation could not go on.
#[derive(Debug)]
pub enum Break {
    /// The deadline passed.
    Deadline,
    /// The watch found a limit exceeded.
    Limit(Excess),
    /// The worker closed its output, or its input was closed when we wrote.
    Closed,
    /// It wrote something that is no answer.
    Garbage(String),
}

/// A limit that was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// More memory than allowed.
    Memory,
    /// More guest output than allowed.
    Output,
    /// No limit: the person who started the run wants it to stop.
    Interrupted,
}

/// A conversation with a running worker.
pub struct Conversation {
    process: Process,
    errors: Option<String>,
}

impl Conversation {
    /// Starts the worker.
    pub fn start(start: &Start) -> io::Result<Self> {
        Ok(Self { process: Process::start(start)?, errors: None })
    }

    /// The worker's process number.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// When the worker was started.
    pub fn started(&self) -> Instant {
        self.process.started
    }

    /// Reads the hello. `watch` is asked as by [`Conversation::ask`].
    pub fn hello(&mut self, deadline: Instant, watch: &mut dyn FnMut(u32) -> Option<Excess>) -> Result<Hello, Break> {
        match self.answer(deadline, watch)? {
            Response::Hello(hello) => Ok(hello),
            other => Err(Break::Garbage(format!("the first line must be a hello, not {}", name(&other)))),
        }
    }

    /// Sends a request that is answered, and waits for the answer. `watch` is asked regularly whether the process
    /// with the given number exceeds a limit.
    pub fn ask(
        &mut self,
        request: &Request,
        deadline: Instant,
        watch: &mut dyn FnMut(u32) -> Option<Excess>,
    ) -> Result<Response, Break> {
        self.tell(request)?;
        self.answer(deadline, watch)
    }

    /// Sends a request.
    pub fn tell(&mut self, request: &Request) -> Result<(), Break> {
        let mut line = serde_json::to_vec(request).map_err(|error| Break::Garbage(error.to_string()))?;
        line.push(b'\n');
        self.process.send(&line).map_err(|_| Break::Closed)
    }

    fn answer(&mut self, deadline: Instant, watch: &mut dyn FnMut(u32) -> Option<Excess>) -> Result<Response, Break> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Break::Deadline);
            }
            match self.process.lines.recv_timeout(left.min(WATCH_INTERVAL)) {
                Ok(Line::Text(text)) => return parse(&text),
                Ok(Line::TooLong) => return Err(Break::Garbage("a line of more than 16 MiB".to_owned())),
                Ok(Line::End) | Err(RecvTimeoutError::Disconnected) => return Err(Break::Closed),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(excess) = watch(self.process.pid()) {
                        return Err(Break::Limit(excess));
                    }
                }
            }
        }
    }

    /// Ends the worker in good order: waits a little, then kills.
    pub fn finish(&mut self) -> io::Result<End> {
        let end = self.process.finish(EXIT_GRACE);
        self.errors.get_or_insert_with(|| self.process.errors());
        end
    }

    /// Kills the worker.
    pub fn kill(&mut self) -> io::Result<End> {
        let end = self.process.kill();
        self.errors.get_or_insert_with(|| self.process.errors());
        end
    }

    /// The end of what the worker wrote on standard error; empty before its end.
    pub fn errors(&self) -> &str {
        self.errors.as_deref().unwrap_or("")
    }
}

fn parse(line: &[u8]) -> Result<Response, Break> {
    serde_json::from_slice(line).map_err(|error| {
        let text = String::from_utf8_lossy(&line[..line.len().min(80)]);
        Break::Garbage(format!("'{}' is no answer of the protocol ({error})", text.escape_debug()))
    })
}

fn name(response: &Response) -> &'static str {
    match response {
        Response::Hello(_) => "a hello",
        Response::Opened(_) => "an 'opened'",
        Response::Result(_) => "a 'result'",
        Response::Serving(_) => "a 'serving'",
        Response::Served(_) => "a 'served'",
        Response::Failure(_) => "a 'failure'",
    }
}
