//! Several servers at once on one queue: each connection here is one of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::watch::{JobEnd, JobState};
use kymo_store::{JobFilter, Leased};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use support::Place;
use support::fleet::{LASTS_S, add, beat, console, fleet, lease, measured, result, wish};

on_both!(agents_of_many_servers_do_each_job_once);

const MACHINES: [&str; 3] = ["m1", "m2", "m3"];
const COMMITS: usize = 12;

/// An agent of a machine, by its own server, until nothing is left to do. There are two of each machine, with one token.
fn agent(place: &Place, machine: usize, session: &str, held: &AtomicBool, over: &AtomicBool) {
    let mut store = place.store();
    let name = MACHINES[machine];
    loop {
        match lease(&mut store, name, session, None) {
            Leased::Granted(got) => {
                assert!(!held.swap(true, Ordering::SeqCst), "{name} got two jobs at once");
                store.heartbeat(name, &got.lease, &beat(session, Some((0, "works\n"))), LASTS_S).unwrap().unwrap();
                let results = [result(&format!("run-of-{}", got.order.job))];
                held.store(false, Ordering::SeqCst);
                let answer = store.end_job(name, &got.lease, &measured(&[]), &JobEnd::Measured, &results).unwrap();
                assert_eq!(answer.unwrap().runs.len(), 1);
            }
            Leased::OtherSession => return,
            Leased::Nothing if over.load(Ordering::SeqCst) => return,
            Leased::Nothing => std::thread::sleep(std::time::Duration::from_millis(5)),
            Leased::Paused => panic!("nobody paused {name}"),
        }
    }
}

/// Asks for all commits on all machines, as others do at the same time.
fn person(place: &Place, name: &str) {
    let mut store = place.store();
    for number in 0..COMMITS {
        let wishes: Vec<_> = MACHINES.iter().map(|machine| wish(name, number, machine)).collect();
        let ids = store.add_jobs(&console(), &wishes).unwrap();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), MACHINES.len());
    }
}

fn agents_of_many_servers_do_each_job_once(place: &Place) {
    let (mut store, _hand) = fleet(place, &MACHINES);
    add(&mut store, wish("ada", 1000, "m1"));
    let held: [AtomicBool; 3] = Default::default();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for session in ["s", "t"] {
            for (machine, held) in held.iter().enumerate() {
                let over = &over;
                scope.spawn(move || agent(place, machine, session, held, over));
            }
        }
        let people = ["ada", "bob", "eve"].map(|name| scope.spawn(move || person(place, name)));
        let sweeper = scope.spawn(|| {
            let mut store = place.store();
            while !over.load(Ordering::SeqCst) {
                assert_eq!(store.expire_leases().unwrap(), 0);
                store.waiting_machines().unwrap();
            }
        });
        people.into_iter().for_each(|person| person.join().unwrap());
        over.store(true, Ordering::SeqCst);
        sweeper.join().unwrap();
    });
    let jobs = store.jobs(&JobFilter::default(), None, 10_000).unwrap();
    assert!(jobs.len() > COMMITS * MACHINES.len());
    for job in &jobs {
        // A job may have been asked for again after it had ended: that is another one.
        assert_eq!((job.state, job.attempts, job.runs.len()), (JobState::Finished, 1, 1), "job {}", job.id);
    }
    assert_eq!(store.filings_after(0).unwrap().len(), jobs.len());
    let report = store.verify(None).unwrap();
    assert_eq!((report.intact, report.faults), (jobs.len(), vec![]));
    assert_eq!(store.verify_audit().unwrap().broken, Vec::<u64>::new());
}
