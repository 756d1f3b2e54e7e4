//! What is counted is exact, whatever the server does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_load::{ConnectionUse, Expect, LoadError, Schedule, run};
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use support::{HELLO, answering, flat, get, put, spec};

#[test]
fn every_planned_request_is_sent_and_answered() {
    let address = answering(|_| HELLO.to_vec());
    let load = put(&spec(address, 500.0, 1.0));
    assert_eq!(load.report.requests.planned, 500);
    assert_eq!(load.report.requests.completed, 500);
    assert_eq!(load.report.statuses.into_iter().collect::<Vec<_>>(), [(200, 500)]);
    assert_eq!(load.report.connections.made, 16);
    assert_eq!(load.report.series.iter().map(|interval| interval.completed).sum::<u64>(), 500);
    assert_eq!(load.report.series.iter().map(|interval| interval.planned).sum::<u64>(), 500);
}
