//! A process, or a database, that is killed at any moment of a job: nothing that was told is lost, and no job is in the
//! record twice.
//!
//! The process is this test binary again: a test that does nothing unless it is told its part through the
//! environment. It plays server and agent at once, on one file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(unix)]

mod support;

use kymo_model::watch::{JobEnd, JobId, JobState, LeaseId, LeaseRequest};
use kymo_store::{FiledResult, JobFilter, Leased, Put, Store, WatchError};
use kymo_testing::{Postgres, Setup};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::Place;
use support::fleet::{BEGIN_MS, LASTS_S, beat, console, lease, measured, policy, report, whole_run, wish};

const KILLS: u64 = 200;

/// Bytes of an upload, and of a piece of it.
const UPLOAD: usize = 50_000;
const PIECE: usize = 20_000;

/// The part of this process, when it is the one that is killed: the store, and how often one was killed before.
fn part() -> Option<(PathBuf, u64)> {
    let store = std::env::var_os("KYMO_QUEUE_TEST")?;
    Some((store.into(), std::env::var("KYMO_QUEUE_TEST_TURN").unwrap().parse().unwrap()))
}

/// A run of a job; another try of it makes another run.
fn run_name(job: JobId, attempt: u32) -> String {
    format!("run-of-{job}-{attempt}")
}

fn upload(store: &mut Store, run: &str) -> String {
    let bytes: Vec<u8> = run.bytes().cycle().take(UPLOAD).collect();
    let name: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut state = store.upload_state("m1", &name).unwrap();
    while !state.complete {
        let from = state.offset as usize;
        let piece = &bytes[from..UPLOAD.min(from + PIECE)];
        state = match store.put_upload("m1", &name, state.offset, UPLOAD as u64, piece).unwrap() {
            Put::Taken(state) | Put::Elsewhere(state) => state,
        };
    }
    assert_eq!(store.upload("m1", &name).unwrap(), Some(bytes));
    name
}

/// What the agent wrote down: the job that it has, and its lease.
fn noted(spool: &Path) -> Option<(JobId, LeaseId)> {
    let text = std::fs::read_to_string(spool).ok()?;
    let (job, lease) = text.split_once(' ')?;
    Some((JobId(job.parse().ok()?), LeaseId(lease.to_owned())))
}

fn say(word: &str, number: u64) {
    println!("{word} {number}");
}

#[test]
fn helper_works_until_it_is_killed() {
    let Some((path, turn)) = part() else { return };
    let spool = path.with_extension("spool");
    let mut store = Store::open(&path).unwrap();
    // Each life begins after the leases of the one before ran out.
    let clock = Arc::new(AtomicU64::new(BEGIN_MS + turn * 2000 * u64::from(LASTS_S)));
    let ticking = clock.clone();
    store.set_clock(Arc::new(move || ticking.fetch_add(1, Ordering::Relaxed)));
    let session = format!("life-{turn}");
    // Every other agent has lost what it wrote down.
    let mut resume = noted(&spool).filter(|_| turn % 2 == 1);
    say("began", turn);
    for round in 0.. {
        if turn.is_multiple_of(3) {
            store.expire_leases().unwrap();
        }
        let got = match lease(&mut store, "m1", &session, resume.take()) {
            Leased::Granted(got) => got,
            Leased::Nothing => {
                let number = (turn * 1000 + round) as usize;
                store.add_jobs(&console(), &[wish("ada", number, "m1"), wish("bob", number + 1, "m1")]).unwrap();
                continue;
            }
            other => panic!("{other:?}"),
        };
        std::fs::write(&spool, format!("{} {}", got.order.job, got.lease.0)).unwrap();
        let run = run_name(got.order.job, got.order.attempt);
        store.heartbeat("m1", &got.lease, &beat(&session, Some((0, "works\n"))), LASTS_S).unwrap().unwrap();
        let name = upload(&mut store, &run);
        let results = [FiledResult { run: whole_run(&run), points: Vec::new() }];
        let end = |store: &mut Store| {
            store.end_job("m1", &got.lease, &measured(&[&name]), &JobEnd::Measured, &results).unwrap().unwrap()
        };
        let answer = end(&mut store);
        assert_eq!((answer.end.clone(), answer.runs.len()), (JobEnd::Measured, 1));
        say("ended", got.order.job.0);
        assert_eq!(end(&mut store), answer);
    }
}

/// Lets a process work for a while and kills it; the jobs that it was told are over.
fn live_and_die(path: &Path, turn: u64) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["helper_works_until_it_is_killed", "--exact", "--nocapture", "--test-threads=1"])
        .env("KYMO_QUEUE_TEST", path)
        .env("KYMO_QUEUE_TEST_TURN", turn.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("began")), "it failed to begin");
    let mut ended: Vec<u64> = Vec::new();
    let of = |line: String| line.split_once("ended ")?.1.parse::<u64>().ok();
    if turn.is_multiple_of(4) {
        // However slow the machine is, some get to the end of a job.
        ended.extend(lines.by_ref().find_map(of));
    }
    // Spread over all of what a job does.
    std::thread::sleep(Duration::from_micros(turn * 7919 % 40_000));
    child.kill().unwrap();
    ended.extend(lines.filter_map(of));
    let status = child.wait().unwrap();
    assert_eq!(status.code(), None, "it failed before it was killed");
    ended
}

/// An agent that tries everything again that failed, until it is told to stop; the jobs that it was told are over.
fn work_on(store: &mut Store, stop: &AtomicBool, ended: &AtomicU64) -> BTreeSet<u64> {
    let mut told = BTreeSet::new();
    let mut number = 0;
    let mut once = |store: &mut Store| -> Result<Option<u64>, WatchError> {
        let request = LeaseRequest { report: report("s"), wait_s: 0, resume: None };
        let Leased::Granted(got) = store.lease("m1", &request, LASTS_S)? else {
            number += 1;
            store.add_jobs(&console(), &[wish("ada", number, "m1")])?;
            return Ok(None);
        };
        store.heartbeat("m1", &got.lease, &beat("s", Some((0, "works\n"))), LASTS_S)?.unwrap();
        let run = run_name(got.order.job, got.order.attempt);
        let results = [FiledResult { run: whole_run(&run), points: Vec::new() }];
        // Again and again under the lease that it has, as an agent does that wrote its results down.
        loop {
            match store.end_job("m1", &got.lease, &measured(&[]), &JobEnd::Measured, &results) {
                Ok(answer) => {
                    assert_eq!(answer.unwrap().runs.len(), 1);
                    return Ok(Some(got.order.job.0));
                }
                Err(WatchError::Refused(refusal)) => panic!("{refusal}"),
                Err(WatchError::Store(_)) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    };
    while !stop.load(Ordering::Relaxed) {
        match once(store) {
            Ok(job) => {
                told.extend(job);
                ended.store(told.len() as u64, Ordering::Relaxed);
            }
            Err(WatchError::Refused(refusal)) => panic!("{refusal}"),
            Err(WatchError::Store(_)) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    told
}

#[test]
fn a_kill_of_the_database_loses_nothing_and_doubles_nothing() {
    if kymo_testing::postgres().is_none() {
        return;
    }
    let mut server = Postgres::start(&Setup::default()).unwrap();
    let address = server.database().parse().unwrap();
    let mut store = Store::connect(&address).unwrap();
    let agent = kymo_model::watch::Scope::Machine("m1".to_owned());
    store.add_token(&console(), &agent, "", None).unwrap();
    store.set_policy(&console(), &policy("demo", &["m1"])).unwrap();
    let (stop, ended) = (AtomicBool::new(false), AtomicU64::new(0));
    let told = std::thread::scope(|scope| {
        let mut own = Store::connect(&address).unwrap();
        let (stops, counts) = (&stop, &ended);
        let agent = scope.spawn(move || work_on(&mut own, stops, counts));
        let one_more = |than: u64| {
            let deadline = Instant::now() + Duration::from_secs(60);
            while ended.load(Ordering::Relaxed) <= than && !agent.is_finished() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        for kill in 0..5 {
            // However slow the machine is, a job ends between two kills.
            one_more(ended.load(Ordering::Relaxed));
            std::thread::sleep(Duration::from_millis(kill * 7));
            server.kill();
            server.start_again().unwrap();
        }
        one_more(ended.load(Ordering::Relaxed));
        stop.store(true, Ordering::Relaxed);
        agent.join().unwrap()
    });
    assert!(told.len() > 5, "{} jobs ended around 5 kills", told.len());
    let store = Store::connect(&address).unwrap();
    let in_record = check(&store, &told);
    assert_eq!(in_record, told.len());
    assert_eq!(store.verify(None).unwrap().intact, in_record);
    assert_eq!(store.verify_audit().unwrap().broken, Vec::<u64>::new());
}

/// What must hold after every kill.
fn check(store: &Store, told: &BTreeSet<u64>) -> usize {
    let jobs = store.jobs(&JobFilter::default(), None, 100_000).unwrap();
    let running = jobs.iter().filter(|job| job.state == JobState::Running).count();
    assert!(running <= 1, "the machine holds {running} jobs");
    let mut runs = BTreeSet::new();
    for job in &jobs {
        let finished = job.state == JobState::Finished;
        assert!(finished || !told.contains(&job.id.0), "job {} was told to be over, and is {:?}", job.id, job.state);
        assert_eq!(job.runs.len(), usize::from(finished), "runs of job {}", job.id);
        runs.extend(job.runs.iter().map(ToString::to_string));
    }
    assert!(told.iter().all(|id| jobs.iter().any(|job| job.id.0 == *id)));
    let filed: Vec<String> = store.filings_after(0).unwrap().into_iter().map(|filed| filed.run.to_string()).collect();
    assert_eq!(filed.len(), runs.len());
    assert_eq!(filed.into_iter().collect::<BTreeSet<_>>(), runs);
    assert_eq!(store.list().unwrap().len(), runs.len());
    runs.len()
}

#[test]
fn a_kill_at_any_moment_of_a_job_loses_nothing_and_doubles_nothing() {
    let place = Place::sqlite();
    let path = place.address.file().unwrap();
    let mut store = place.store();
    let agent = kymo_model::watch::Scope::Machine("m1".to_owned());
    store.add_token(&console(), &agent, "", None).unwrap();
    let patient = kymo_model::watch::ProjectPolicy { attempts_max: 100, ..policy("demo", &["m1"]) };
    store.set_policy(&console(), &patient).unwrap();
    let mut told = BTreeSet::new();
    let mut in_record = 0;
    for turn in 0..KILLS {
        told.extend(live_and_die(path, turn));
        in_record = check(&store, &told);
    }
    assert!(in_record >= told.len());
    assert!(told.len() as u64 >= KILLS / 4, "{} jobs ended in {KILLS} lives", told.len());
    assert_eq!(place.sql("PRAGMA integrity_check"), "ok\n");
    let report = store.verify(None).unwrap();
    assert_eq!((report.intact, report.faults.len()), (in_record, 0));
    assert_eq!(store.verify_audit().unwrap().broken, Vec::<u64>::new());
    let again = store.jobs(&JobFilter::default(), None, 100_000).unwrap();
    let tries: u32 = again.iter().map(|job| job.attempts).sum();
    assert!(u64::from(tries) > told.len() as u64, "no kill was within a job");
}
