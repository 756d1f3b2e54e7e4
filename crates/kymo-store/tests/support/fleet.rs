//! A small fleet for the tests of the watch: a project, machines, agents that say something, a clock moved by hand.

use super::{Place, RUN_1, empty_run};
use kymo_model::watch::{
    EndRequest, Granted, Heartbeat, JobId, JobReason, LeaseId, LeaseRequest, Limits, LogPiece, MachineReport, Progress,
    ProjectPolicy, Scope, Step,
};
use kymo_model::{Bytes, GitHash, Machine, ProjectName, Run, Share};
use kymo_store::{Actor, FiledResult, Leased, NewJob, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How long leases last in these tests, in seconds.
pub const LASTS_S: u32 = 60;

/// When the clock of these tests begins, in milliseconds.
pub const BEGIN_MS: u64 = 1_800_000_000_000;

pub fn console() -> Actor {
    Actor("console".to_owned())
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct Hand(Arc<AtomicU64>);

impl Hand {
    pub fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub fn set(&self, ms: u64) {
        self.0.store(ms, Ordering::Relaxed);
    }

    pub fn forward_s(&self, seconds: u64) {
        self.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub fn back_s(&self, seconds: u64) {
        self.0.fetch_sub(seconds * 1000, Ordering::Relaxed);
    }

    /// A connection that goes by this clock.
    pub fn store(&self, place: &Place) -> Store {
        let mut store = place.store();
        let clock = self.0.clone();
        store.set_clock(Arc::new(move || clock.load(Ordering::Relaxed)));
        store
    }
}

pub fn policy(project: &str, machines: &[&str]) -> ProjectPolicy {
    ProjectPolicy {
        project: project.parse().unwrap(),
        remote: "https://example.org/demo.git".to_owned(),
        branch: "main".to_owned(),
        machines: machines.iter().map(|name| (*name).to_owned()).collect(),
        network_in_prepare: false,
        build_limits: Limits::default(),
        measure_limits: Limits::default(),
        attempts_max: 3,
        queued_max: 1000,
    }
}

/// A store with the project `demo`, which these machines measure, and its clock.
pub fn fleet(place: &Place, machines: &[&str]) -> (Store, Hand) {
    let hand = Hand(Arc::new(AtomicU64::new(BEGIN_MS)));
    let mut store = hand.store(place);
    for machine in machines {
        store.add_token(&console(), &Scope::Machine((*machine).to_owned()), "", None).unwrap();
    }
    store.set_policy(&console(), &policy("demo", machines)).unwrap();
    (store, hand)
}

pub fn commit(number: usize) -> GitHash {
    format!("{number:040x}").parse().unwrap()
}

/// A wish of a person for a commit on a machine.
pub fn wish(person: &str, number: usize, machine: &str) -> NewJob {
    NewJob {
        project: "demo".parse::<ProjectName>().unwrap(),
        commit: commit(number),
        title: format!("commit {number}"),
        tier: "full".to_owned(),
        machine: machine.to_owned(),
        reason: JobReason::Request,
        asked_by: person.to_owned(),
        priority: JobReason::Request.priority(),
    }
}

pub fn add(store: &mut Store, job: NewJob) -> JobId {
    store.add_jobs(&console(), &[job]).unwrap()[0]
}

pub fn report(session: &str) -> MachineReport {
    MachineReport {
        machine: Machine::named("f00d", "host-of-the-machine"),
        agent: "0.1.0".to_owned(),
        session: session.to_owned(),
        disk_free: Bytes::new(10 << 30),
        disk_size: Bytes::new(100 << 30),
        paused_because: Vec::new(),
        calibrated_unix_s: None,
        floor_permille: None,
    }
}

pub fn lease(store: &mut Store, machine: &str, session: &str, resume: Option<(JobId, LeaseId)>) -> Leased {
    let request = LeaseRequest { report: report(session), wait_s: 0, resume };
    store.lease(machine, &request, LASTS_S).unwrap()
}

/// The job that a lease gives; fails where it gives none.
pub fn granted(leased: Leased) -> Granted {
    match leased {
        Leased::Granted(granted) => *granted,
        other => panic!("{other:?}"),
    }
}

pub fn take(store: &mut Store, machine: &str, session: &str) -> Granted {
    granted(lease(store, machine, session, None))
}

pub fn beat(session: &str, log: Option<(u64, &str)>) -> Heartbeat {
    Heartbeat {
        report: report(session),
        progress: Progress { step: Step::Measure, done: Some(Share::new(0.5)), text: "half".to_owned() },
        log: log.map(|(offset, text)| LogPiece { offset, text: text.to_owned() }),
    }
}

pub fn measured(results: &[&str]) -> EndRequest {
    EndRequest {
        end: kymo_model::watch::JobEnd::Measured,
        results: results.iter().map(|hash| (*hash).to_owned()).collect(),
        commit: None,
        environment: None,
        regression: None,
        log: None,
    }
}

/// A finished run with this name, and no points.
pub fn result(id: &str) -> FiledResult {
    FiledResult { run: empty_run(id), points: Vec::new() }
}

/// The sample document's run, whole, under another name.
pub fn whole_run(id: &str) -> Run {
    let mut run = kymo_store::parse_document("run-1.json", RUN_1).unwrap();
    run.id = kymo_model::RunId::new(id);
    run
}
