//! Puts a load on a server: threads, their start, and the collector.

use crate::check::check;
use crate::collect::Collector;
use crate::driver::Driver;
use crate::error::LoadError;
use crate::histograms::Histograms;
use crate::listen::overflows;
use crate::outcome::{Gathered, report};
use crate::plan::Plan;
use crate::record::{Delivery, Recorder};
use crate::report::{Interval, LoadReport};
use crate::request::prepare;
use crate::shared::{Shared, Times};
use crate::spec::{ConnectionUse, LoadSpec};
use crate::sys;
use crate::tally::Tally;
use crate::transport::Maker;
use kymo_measure::clock::monotonic_ns;
use kymo_measure::conditions::Watch;
use std::net::IpAddr;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// What came of a load.
#[derive(Clone, Debug)]
pub struct Load {
    /// In figures.
    pub report: LoadReport,
    /// The distributions of the window.
    pub histograms: Histograms,
}

/// Looks on while a load goes.
pub trait Observer {
    /// An interval of the time series is complete. Called on the thread that called [`run`], which has nothing else to
    /// do; what it takes in processor time counts as the generator's.
    fn interval(&mut self, interval: &Interval);
}

/// An observer that does not look.
impl Observer for () {
    fn interval(&mut self, _: &Interval) {}
}

/// Time between the last thread's being ready and the start, in nanoseconds: long enough for all to wake.
const LEAD_NS: u64 = 5_000_000;

/// Files that the program has open beside its connections, generously.
const OTHER_FILES: u64 = 64;

/// What threads send.
enum Message {
    Batch(Delivery),
    Done(usize, Box<Result<Tally, LoadError>>),
}

/// Puts a load on a server, and waits until it is over. Set `interrupt` to break it off: the report is then of the part
/// of the window that was.
///
/// # Errors
///
/// A specification that cannot be carried out, or a server to which not one connection can be made. Whatever goes wrong
/// after that is in the report.
pub fn run(spec: &LoadSpec, observer: &mut dyn Observer, interrupt: &AtomicBool) -> Result<Load, LoadError> {
    check(spec)?;
    let requests = prepare(spec)?;
    allow_files(spec)?;
    let maker = maker(spec)?;
    let shared = Shared::new(spec, requests, maker, interrupt)?;
    let watch = Watch::start();
    let overflows_before = overflows();
    let gathered = thread::scope(|scope| {
        let (outbox, inbox) = mpsc::channel();
        let mut spare = Vec::with_capacity(spec.threads as usize);
        // Threads wait for each other, so none begins before all are there: where one cannot be started, the others
        // see their sender go, and end.
        let mut starts = Vec::with_capacity(spec.threads as usize);
        for number in 0..spec.threads as usize {
            let (back, returned) = mpsc::channel();
            spare.push(back);
            let (start, started) = mpsc::channel::<()>();
            starts.push(start);
            let (shared, outbox) = (&shared, outbox.clone());
            let named = thread::Builder::new().name(format!("load-{number}"));
            named
                .spawn_scoped(scope, move || {
                    if started.recv().is_ok() {
                        attend(shared, number, outbox, returned);
                    }
                })
                .map_err(LoadError::system("starting a thread"))?;
        }
        drop(outbox);
        for start in starts {
            // The thread is there, and waits for this.
            let _ = start.send(());
        }
        conduct(&shared, spare, &inbox, observer)
    })?;
    let after = overflows_before.zip(overflows()).map(|(before, after)| after.saturating_sub(before));
    Ok(report(&shared, gathered, after, watch.finish()))
}

fn allow_files(spec: &LoadSpec) -> Result<(), LoadError> {
    let needed = u64::from(spec.connections) + 2 * u64::from(spec.threads) + OTHER_FILES;
    let refused = |allowed| LoadError::Files { connections: spec.connections, needed, allowed };
    sys::allow_files(needed).map_err(refused)
}

/// Finds the address that answers, where there are several.
fn maker(spec: &LoadSpec) -> Result<Maker, LoadError> {
    let mut address = spec.addresses[0];
    if spec.addresses.len() > 1 {
        let answers = |one: &&std::net::SocketAddr| Maker::probe(**one, spec.connect_timeout).is_ok();
        address = match spec.addresses.iter().find(answers) {
            Some(found) => *found,
            None => {
                return Err(Maker::probe(address, spec.connect_timeout).err().unwrap_or_else(|| {
                    LoadError::Unreachable { address, reason: "it answers only now and then".to_owned() }
                }));
            }
        };
    }
    let tls = spec.tls.as_ref().map(|tls| crate::tls::configure(tls, spec.http)).transpose()?;
    let near = matches!(address.ip(), IpAddr::V4(ip) if ip.is_loopback());
    Ok(Maker { address, tls, spread: near && spec.connection_use == ConnectionUse::PerRequest })
}

/// What a thread does from its start to its end.
fn attend(shared: &Shared<'_>, number: usize, outbox: Sender<Message>, returned: Receiver<Box<crate::record::Batch>>) {
    let batches = outbox.clone();
    let forward = move |delivery| drop(batches.send(Message::Batch(delivery)));
    let recorder = Recorder::new(number, Box::new(forward), returned);
    let mut driver = Driver::new(shared, number, recorder);
    if let Ok(ready) = &mut driver
        && let Err(error) = ready.connect()
    {
        driver = Err(LoadError::System { what: "connecting", source: error });
    }
    // Whatever happened, the others wait here.
    shared.connected.wait();
    shared.go.wait();
    let times = shared.times.get().copied().flatten();
    let result = match (driver, times) {
        (Ok(driver), Some(times)) => Ok(driver.run(times)),
        (Ok(_), None) => Ok(Tally::new()),
        (Err(error), _) => Err(error),
    };
    let _ = outbox.send(Message::Done(number, Box::new(result)));
}

/// The part of the calling thread: starts the load when all are ready, and collects.
fn conduct(
    shared: &Shared<'_>,
    spare: Vec<Sender<Box<crate::record::Batch>>>,
    inbox: &Receiver<Message>,
    observer: &mut dyn Observer,
) -> Result<Gathered, LoadError> {
    let spec = shared.spec;
    shared.connected.wait();
    let reachable = spec.connection_use == ConnectionUse::PerRequest || shared.made.load(Ordering::Relaxed) > 0;
    let start = monotonic_ns() + LEAD_NS;
    let window = start + spec.warmup.as_nanos() as u64;
    let end = window + spec.duration.as_nanos() as u64;
    let times = Times { start, window, end, over: end + spec.drain.as_nanos() as u64 };
    let _ = shared.times.set(reachable.then_some(times));
    shared.go.wait();
    let own_start = sys::thread_times().0;
    let threads = spare.len();
    let (warmup_ns, width_ns) = (spec.warmup.as_nanos() as u64, spec.interval.as_nanos() as u64);
    let mut collector = Collector::new(spare, Plan::new(spec), warmup_ns, width_ns);
    let mut tallies = Vec::with_capacity(threads);
    while tallies.len() < threads {
        match inbox.recv() {
            Ok(Message::Batch(delivery)) => collector.take(delivery, observer),
            Ok(Message::Done(number, result)) => {
                collector.ended(number, observer);
                tallies.push((number, result));
            }
            // A thread that panicked sends nothing; the scope passes its panic on.
            Err(_) => break,
        }
    }
    tallies.sort_by_key(|(number, _)| *number);
    let tallies: Result<Vec<Tally>, LoadError> = tallies.into_iter().map(|(_, result)| *result).collect();
    let tallies = tallies?;
    if !reachable {
        let reason = shared.reason.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reason = reason.unwrap_or_else(|| "the server closed every connection at once".to_owned());
        return Err(LoadError::Unreachable { address: shared.maker.address, reason });
    }
    let collector_cpu = sys::thread_times().0 - own_start;
    Ok(Gathered { times, tallies, collector, collector_cpu })
}
