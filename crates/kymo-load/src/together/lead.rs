//! The machine that leads: it gathers the others, compares clocks, deals out the load and merges what comes of it.

use super::channel::Channel;
use super::clock::{self, Offset, now_ns};
use super::join::is_timeout;
use super::share::share;
use super::words::{FromLead, FromMember};
use super::{Secret, TogetherError, auth, merge};
use crate::{Interval, Load, LoadSpec, Observer};
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// From the word to its start: every machine has its share by then.
const LEAD_TIME: Duration = Duration::from_secs(1);

/// A machine that says nothing for so long is lost; they speak every second.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// How often it is looked whether somebody has joined, or the user wants to stop.
const TURN: Duration = Duration::from_millis(50);

/// A machine that joined.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    /// Where it is.
    pub peer: String,
    /// How far its clock is ahead of ours.
    pub clock: Offset,
    /// Why there is no result of it, where there is none.
    pub lost: Option<String>,
}

/// What came of a load by several machines.
#[derive(Clone, Debug)]
pub struct Led {
    /// The merged load.
    pub load: Load,
    /// The machines.
    pub members: Vec<Member>,
}

/// Waits for machines.
#[derive(Debug)]
pub struct Lead {
    listener: TcpListener,
    secret: Secret,
    machines: u32,
}

/// What the thread that listens to a machine hands on, with the machine's number.
type Heard = (usize, Result<FromMember, TogetherError>);

impl Lead {
    /// Listens on `address` (`HOST:PORT`) for so many machines.
    ///
    /// # Errors
    /// When nothing can be listened on there.
    pub fn listen(address: &str, secret: Secret, machines: u32) -> Result<Self, TogetherError> {
        let wrong = |source| TogetherError::Listen { address: address.to_owned(), source };
        let listener = TcpListener::bind(address).map_err(wrong)?;
        listener.set_nonblocking(true).map_err(wrong)?;
        Ok(Self { listener, secret, machines })
    }

    /// Where it listens: the port, where any free one was asked for.
    pub fn address(&self) -> String {
        self.listener.local_addr().map_or_else(|_| "?".to_owned(), |address| address.to_string())
    }

    /// Waits until all machines have joined, has them put the load, and merges what they measured. `said` is told how
    /// it goes, a line each.
    ///
    /// # Errors
    /// When it is interrupted before the start, or no machine gives a result.
    pub fn run(
        self,
        spec: &LoadSpec,
        observer: &mut dyn Observer,
        interrupt: &AtomicBool,
        said: &mut dyn FnMut(String),
    ) -> Result<Led, TogetherError> {
        let mut joined = self.gather(interrupt, said)?;
        let mut members = Vec::new();
        for channel in &mut joined {
            let peer = channel.peer().to_owned();
            let clock = clock::compare(channel)?;
            said(format!(
                "{peer}: its clock is {:+.3} ms ahead, give or take {:.3} ms",
                clock.ahead_s * 1e3,
                clock.uncertainty_s * 1e3
            ));
            members.push(Member { peer, clock, lost: None });
        }
        let start = now_ns() + LEAD_TIME.as_nanos() as u64;
        let (sender, heard) = channel();
        for (number, channel) in joined.iter_mut().enumerate() {
            let (share, later) = share(spec, number as u32, self.machines);
            let theirs =
                (start + later.as_nanos() as u64).saturating_add_signed((members[number].clock.ahead_s * 1e9) as i64);
            channel.send(&FromLead::Work { spec: Box::new(share), start_unix_ns: theirs })?;
            listen(channel.second()?, number, sender.clone());
        }
        drop(sender);
        let results = collect(&mut joined, &mut members, &heard, observer, interrupt);
        joined.iter().for_each(Channel::close);
        merge::loads(results, &members).map(|load| Led { load, members: members.clone() }).ok_or_else(|| {
            let lost = members.iter().map(|one| format!("  {}: {}", one.peer, one.lost.as_deref().unwrap_or("lost")));
            TogetherError::Nobody(lost.collect::<Vec<_>>().join("\n"))
        })
    }

    fn gather(&self, interrupt: &AtomicBool, said: &mut dyn FnMut(String)) -> Result<Vec<Channel>, TogetherError> {
        let mut joined: Vec<Channel> = Vec::new();
        while joined.len() < self.machines as usize {
            if interrupt.load(Ordering::Relaxed) {
                return Err(TogetherError::Interrupted);
            }
            let (stream, peer) = match self.listener.accept() {
                Ok((stream, peer)) => (stream, peer.to_string()),
                Err(error) if is_timeout(&error) => {
                    std::thread::sleep(TURN);
                    continue;
                }
                Err(source) => return Err(TogetherError::Listen { address: self.address(), source }),
            };
            let greeted = stream.set_nonblocking(false);
            let greeted = greeted.map_err(|source| TogetherError::Broken { peer: peer.clone(), source });
            // Whoever else knocks is told of, and turned away.
            match greeted.and_then(|()| auth::lead(stream, peer.clone(), &self.secret)) {
                Ok(channel) => {
                    joined.push(channel);
                    said(format!("{peer} joined: {} of {}", joined.len(), self.machines));
                }
                Err(error) => said(format!("turned away: {error}")),
            }
        }
        Ok(joined)
    }
}

/// Hands on what a machine says, in a thread of its own that ends with the connection.
fn listen(mut channel: Channel, number: usize, heard: Sender<Heard>) {
    std::thread::spawn(move || {
        let waits = channel.wait_at_most(SILENCE_MAX);
        let mut next = waits.and_then(|()| channel.receive());
        loop {
            let last = !matches!(next, Ok(FromMember::Alive | FromMember::Interval(_)));
            if heard.send((number, next)).is_err() || last {
                return;
            }
            next = channel.receive();
        }
    });
}

/// Collects results until every machine has given one or is lost.
fn collect(
    joined: &mut [Channel],
    members: &mut [Member],
    heard: &Receiver<Heard>,
    observer: &mut dyn Observer,
    interrupt: &AtomicBool,
) -> Vec<(String, Load)> {
    let mut results = Vec::new();
    let mut live = Live { intervals: BTreeMap::new(), members: joined.len() };
    let mut stopped = false;
    loop {
        if interrupt.load(Ordering::Relaxed) && !stopped {
            stopped = true;
            // Who does not hear it is lost soon anyway.
            joined.iter_mut().for_each(|channel| drop(channel.send(&FromLead::Stop)));
        }
        let (number, message) = match heard.recv_timeout(TURN) {
            Ok(heard) => heard,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return results,
        };
        let lost = match message {
            Ok(FromMember::Interval(interval)) => {
                live.take(*interval, observer);
                continue;
            }
            Ok(FromMember::Alive) => continue,
            Ok(FromMember::Done { report, histograms }) => match histograms.unpack() {
                Ok(histograms) => {
                    results.push((members[number].peer.clone(), Load { report: *report, histograms }));
                    None
                }
                Err(reason) => Some(reason),
            },
            Ok(FromMember::Failed { message }) => Some(message),
            Ok(FromMember::Pong { .. }) => Some("it answered a ping that nobody sent".to_owned()),
            Err(TogetherError::Broken { source, .. }) if is_timeout(&source) => {
                Some(format!("it said nothing for {} s", SILENCE_MAX.as_secs()))
            }
            Err(TogetherError::Broken { source, .. }) => Some(format!("its connection broke: {source}")),
            Err(error) => Some(error.to_string()),
        };
        members[number].lost = lost;
        live.members -= 1;
    }
}

/// Intervals that wait for those of the other machines.
struct Live {
    intervals: BTreeMap<i64, (usize, Interval)>,
    /// Machines that still speak.
    members: usize,
}

impl Live {
    fn take(&mut self, interval: Interval, observer: &mut dyn Observer) {
        let at = (interval.start * 100.0).round() as i64;
        let entry = self.intervals.entry(at);
        let entry = entry.and_modify(|(count, all)| {
            *count += 1;
            *all = merge::interval(all, &interval);
        });
        let (count, all) = *entry.or_insert((1, interval));
        if count >= self.members {
            self.intervals.remove(&at);
            observer.interval(&all);
        }
    }
}
