//! Servers whose latencies are known beforehand. Counts are exact; times have tolerances that a busy machine keeps to,
//! and that a figure not counted from the plan does not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_load::{Load, LoadSpec, Schedule};
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
fn queue(mut service: impl FnMut() -> Duration + Send + 'static) -> SocketAddr {
    let mut departure = Instant::now();
    let next = Mutex::new(move || {
        departure = departure.max(Instant::now()) + service();
        departure
    });
    answering(move |_| {
        let departure = (next.lock().unwrap())();
        thread::sleep(departure.saturating_duration_since(Instant::now()));
        HELLO.to_vec()
    })
}

/// Enough connections that a request never waits for one.
fn open(address: SocketAddr, rate: f64, seconds: f64) -> LoadSpec {
    LoadSpec { schedule: Schedule::Poisson(flat(rate)), connections: 100, ..spec(address, 0.0, seconds) }
}

/// M/D/1: the mean response time is s + ρ·s/(2·(1-ρ)) (Pollaczek and Khinchine).
#[test]
fn a_queue_with_fixed_service_times_is_as_long_as_the_formula_says() {
    let _alone = alone();
    const SERVICE_S: f64 = 0.005;
    const RATE: f64 = 120.0;
    let load_share = RATE * SERVICE_S;
    let expected = SERVICE_S + load_share * SERVICE_S / (2.0 * (1.0 - load_share));
    let address = queue(|| Duration::from_secs_f64(SERVICE_S));
    // Over 5 s the mean of this seed's arrivals itself is within about a tenth; the machine adds to it.
    let near = |load: &Load| (0.8..1.35).contains(&(load.report.response.mean / expected));
    let load = calmest(&open(address, RATE, 5.0), near);
    assert_eq!(load.report.requests.completed, load.report.requests.planned);
    assert!(near(&load), "{expected} {:?}", load.report.response);
    assert!(load.report.response.min >= SERVICE_S, "{:?}", load.report.response);
}

/// M/M/1: response times are exponential with mean 1/(µ-λ).
#[test]
fn a_queue_with_random_service_times_is_as_long_as_the_formula_says() {
    let _alone = alone();
    const SERVICES: f64 = 250.0;
    const RATE: f64 = 125.0;
    let expected = 1.0 / (SERVICES - RATE);
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let address = queue(move || {
        let uniform = ((random.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        Duration::from_secs_f64(-uniform.ln() / SERVICES)
    });
    let near = |load: &Load| {
        let response = load.report.response;
        (0.65..1.5).contains(&(response.mean / expected))
            && (0.6..1.6).contains(&(response.p90 / (expected * 10_f64.ln())))
    };
    let load = calmest(&open(address, RATE, 6.0), near);
    assert_eq!(load.report.requests.completed, load.report.requests.planned);
    assert!(near(&load), "{expected} {:?}", load.report.response);
}
