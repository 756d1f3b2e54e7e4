//! The machine that joins: it says what time it is, puts its share of the load, and tells what came of it.

use super::channel::Channel;
use super::clock::now_ns;
use super::words::{FromLead, FromMember, Packed};
use super::{Secret, TogetherError, auth};
use crate::{Interval, Load, LoadError, LoadSpec, Observer};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How often a machine says that it is there.
const ALIVE_EVERY: Duration = Duration::from_secs(1);

/// How long the machine that leads may take to gather the others.
const WORK_WITHIN: Duration = Duration::from_secs(3600);

/// Puts loads: [`run`](crate::run()), or what a test puts in its place.
pub type Run = fn(&LoadSpec, &mut dyn Observer, &AtomicBool) -> Result<Load, LoadError>;

/// Joins the machine that leads at `address` (`HOST:PORT`), puts its share of the load, and gives what came of it, too.
/// `said` is told how it goes, a line each.
///
/// # Errors
/// When there is no such machine, it does not know the secret, or the load cannot be put.
pub fn join(
    address: &str,
    secret: &Secret,
    interrupt: &AtomicBool,
    run: Run,
    said: &mut dyn FnMut(String),
) -> Result<Load, TogetherError> {
    let stream =
        TcpStream::connect(address).map_err(|source| TogetherError::Reach { address: address.to_owned(), source })?;
    let mut channel = auth::join(stream, format!("the machine that leads at {address}"), secret)?;
    channel.wait_at_most(WORK_WITHIN)?;
    said(format!("joined {address}; waiting for the others"));
    let (spec, start) = work(&mut channel)?;
    let wait = Duration::from_nanos(start.saturating_sub(now_ns()));
    said(format!("the load begins in {:.1} s", wait.as_secs_f64()));
    std::thread::sleep(wait);
    let load = put(&mut channel, &spec, interrupt, run);
    match load {
        Ok(load) => {
            let packed = Packed::pack(&load.histograms);
            let packed = packed.map_err(|what| TogetherError::Protocol { peer: "this machine".to_owned(), what })?;
            channel.send(&FromMember::Done { report: Box::new(load.report.clone()), histograms: packed })?;
            Ok(load)
        }
        Err(error) => {
            channel.send(&FromMember::Failed { message: error.to_string() })?;
            Err(error)
        }
    }
}

/// Answers pings until there is work: the share of the load, and when to begin by our clock.
fn work(channel: &mut Channel) -> Result<(LoadSpec, u64), TogetherError> {
    loop {
        match channel.receive()? {
            FromLead::Ping { number } => channel.send(&FromMember::Pong { number, unix_ns: now_ns() })?,
            FromLead::Work { spec, start_unix_ns } => return Ok((*spec, start_unix_ns)),
            FromLead::Stop => return Err(TogetherError::Interrupted),
        }
    }
}

/// Hands intervals to the thread that sends them.
struct Telling(Sender<Interval>);

impl Observer for Telling {
    fn interval(&mut self, interval: &Interval) {
        // When nobody listens any more the load ends by itself.
        let _ = self.0.send(*interval);
    }
}

/// Puts the load in a thread of its own; this one tells of it, and another listens for the order to stop.
fn put(channel: &mut Channel, spec: &LoadSpec, interrupt: &AtomicBool, run: Run) -> Result<Load, TogetherError> {
    let mut ears = channel.second()?;
    let stop = AtomicBool::new(false);
    let over = AtomicBool::new(false);
    let (sender, receiver) = self::channel();
    std::thread::scope(|scope| {
        let load = scope.spawn(|| run(spec, &mut Telling(sender), &stop));
        scope.spawn(|| listen(&mut ears, &stop, &over));
        let told = tell(channel, &receiver, interrupt, &stop);
        if told.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        let load = load.join();
        over.store(true, Ordering::Relaxed);
        told?;
        load.unwrap_or_else(|_| Err(LoadError::Spec("the generator panicked".to_owned()))).map_err(TogetherError::from)
    })
}

/// Stops the load when the machine that leads says so, or has gone.
fn listen(ears: &mut Channel, stop: &AtomicBool, over: &AtomicBool) {
    const TURN: Duration = Duration::from_millis(200);
    if ears.wait_at_most(TURN).is_err() {
        return;
    }
    while !over.load(Ordering::Relaxed) {
        match ears.receive() {
            Ok(FromLead::Stop) => stop.store(true, Ordering::Relaxed),
            Ok(_) => {}
            Err(TogetherError::Broken { source, .. }) if is_timeout(&source) => {}
            Err(_) => {
                stop.store(true, Ordering::Relaxed);
                return;
            }
        }
    }
}

/// Whether a read merely took too long.
pub fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

/// Tells of intervals until the load is over.
fn tell(
    channel: &mut Channel,
    intervals: &Receiver<Interval>,
    interrupt: &AtomicBool,
    stop: &AtomicBool,
) -> Result<(), TogetherError> {
    loop {
        match intervals.recv_timeout(ALIVE_EVERY) {
            Ok(interval) => channel.send(&FromMember::Interval(Box::new(interval)))?,
            Err(RecvTimeoutError::Timeout) => channel.send(&FromMember::Alive)?,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        if interrupt.load(Ordering::Relaxed) {
            stop.store(true, Ordering::Relaxed);
        }
    }
}
