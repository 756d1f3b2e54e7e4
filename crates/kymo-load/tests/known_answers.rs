//! Servers whose latencies are known beforehand. Counts are exact; times have tolerances that a busy machine keeps to,
//! and that a figure not counted from the plan does not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_load::{Load, LoadSpec, Schedule, due_times};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use support::{HELLO, answering, flat, put, spec};

/// One at a time, so that the tests do not disturb each other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The least disturbed of up to three loads: tests share the machine with others.
fn calmest(spec: &LoadSpec, good: impl Fn(&Load) -> bool) -> Load {
    let mut load = put(spec);
    for _ in 0..2 {
        if good(&load) {
            break;
        }
        load = put(spec);
    }
    load
}

#[test]
fn a_fixed_delay_is_what_every_request_takes() {
    let _alone = alone();
    const DELAY_S: f64 = 0.03;
    let address = answering(|_| {
        thread::sleep(Duration::from_secs_f64(DELAY_S));
        HELLO.to_vec()
    });
    let near = |load: &Load| load.report.response.p50 < DELAY_S + 0.015;
    let load = calmest(&LoadSpec { connections: 32, ..spec(address, 100.0, 1.5) }, near);
    assert_eq!(load.report.requests.completed, 150);
    assert!(load.report.service.min >= DELAY_S, "{:?}", load.report.service);
    assert!(near(&load), "{:?}", load.report.response);
}

/// An open loop at a rate that the server has room for sees, of one stall of S in a window T, latencies that fall from S
/// to 0: so p99 = S - 0.01·T. Timed from when they were sent, only the requests under way at the stall were slow.
#[test]
fn a_stall_shows_at_its_length_though_few_requests_were_under_way() {
    let _alone = alone();
    const STALL_S: f64 = 0.5;
    const WINDOW_S: f64 = 2.0;
    const EXPECTED_S: f64 = STALL_S - 0.01 * WINDOW_S;
    let stalls = || {
        let (gate, first) = (Arc::new(Mutex::new(())), Arc::new(OnceLock::new()));
        answering(move |_| {
            first.get_or_init(|| {
                let gate = Arc::clone(&gate);
                thread::spawn(move || {
                    thread::sleep(Duration::from_millis(600));
                    let _closed = gate.lock().unwrap();
                    thread::sleep(Duration::from_secs_f64(STALL_S));
                });
            });
            drop(gate.lock().unwrap());
            HELLO.to_vec()
        })
    };
    let near = |load: &Load| (load.report.response.p99 - EXPECTED_S).abs() < 0.06;
    let mut load = put(&spec(stalls(), 1000.0, WINDOW_S));
    for _ in 0..2 {
        if !near(&load) {
            load = put(&spec(stalls(), 1000.0, WINDOW_S));
        }
    }
    let (response, service) = (load.report.response, load.report.service);
    assert_eq!(load.report.requests.completed, 2000);
    assert!(near(&load), "{response:?}");
    assert!(service.p99 < EXPECTED_S / 2.0, "timed from the send, the stall is hidden: {service:?}");
    assert!(load.report.lateness.p99 < EXPECTED_S / 2.0, "what waits for a connection is not late");
    assert!(response.p50 < 0.05, "{response:?}");
}

/// A server with one place, first come first served: it answers at max(arrival, previous departure) + service time.
fn queue(mut service: impl FnMut() -> f64 + Send + 'static) -> SocketAddr {
    let mut departure = Instant::now();
    let next = Mutex::new(move || {
        departure = departure.max(Instant::now()) + Duration::from_secs_f64(service());
        departure
    });
    answering(move |_| {
        let departure = (next.lock().unwrap())();
        thread::sleep(departure.saturating_duration_since(Instant::now()));
        HELLO.to_vec()
    })
}

/// The mean response time of that server by Lindley's recursion, for the arrivals as they are planned. That it becomes
/// the formulas of M/D/1 and M/M/1 in the long run is a test of the plan, without a clock.
fn expected(spec: &LoadSpec, mut service: impl FnMut() -> f64) -> f64 {
    let (mut departure, mut sum, mut count) = (0.0_f64, 0.0, 0.0);
    for due in due_times(spec).map(|due| due.as_secs_f64()) {
        departure = departure.max(due) + service();
        sum += departure - due;
        count += 1.0;
    }
    sum / count
}

const SERVICE_S: f64 = 0.02;

/// Puts Poisson arrivals at 30/s on the queue: it is in use for 0.6 of the time. The machine only ever adds to the times;
/// what is allowed for that is half of the mean.
fn check_queue<S: FnMut() -> f64 + Send + 'static>(services: impl Fn() -> S, waits_s: f64) {
    let _alone = alone();
    let schedule = Schedule::Poisson(flat(30.0));
    let free = "127.0.0.1:1".parse().unwrap();
    let spec = LoadSpec { schedule, connections: 60, ..spec(free, 0.0, 4.0) };
    let mean = expected(&spec, services());
    assert!(mean > SERVICE_S + waits_s, "the seed has no queue to speak of: {mean}");
    let near = |load: &Load| (0.95..1.5).contains(&(load.report.response.mean / mean));
    let mut load = put(&LoadSpec { addresses: vec![queue(services())], ..spec.clone() });
    for _ in 0..2 {
        if !near(&load) {
            load = put(&LoadSpec { addresses: vec![queue(services())], ..spec.clone() });
        }
    }
    assert_eq!(load.report.requests.completed, due_times(&spec).count() as u64);
    assert!(near(&load), "{mean} {:?}", load.report.response);
}

#[test]
fn a_queue_with_fixed_service_times_is_as_long_as_it_must_be() {
    check_queue(|| || SERVICE_S, 0.005);
}

#[test]
fn a_queue_with_random_service_times_is_as_long_as_it_must_be() {
    let services = || {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        move || -(((random.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64).ln() * SERVICE_S
    };
    check_queue(services, 0.01);
}
