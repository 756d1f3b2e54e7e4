//! Several processes on one store, processes that are killed, and disks that are full.
//!
//! The other processes are this test binary again: each helper is a test that does nothing unless it is told its
//! part through the environment.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg(unix)]

mod support;

use kymo_model::RunId;
use kymo_store::{Store, StoreAddress, StoreError};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use support::limit;
use support::{Place, empty_run, invocation};

fn helper(name: &str, store: &StoreAddress, run: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env("KYMO_STORE_TEST", store.to_string())
        .env("KYMO_STORE_TEST_RUN", run)
        .stdout(Stdio::piped());
    command
}

/// The part of this process, when it is a helper: the store and the run.
fn part() -> Option<(StoreAddress, String)> {
    let store = std::env::var_os("KYMO_STORE_TEST")?;
    Some((store.into(), std::env::var("KYMO_STORE_TEST_RUN").unwrap()))
}

/// The numbers that a helper reported as saved, until its output ends.
fn reported(output: ChildStdout) -> impl Iterator<Item = u32> {
    BufReader::new(output).lines().map_while(Result::ok).filter_map(|line| {
        // The test harness writes its own words before the first.
        line.split_once("saved ")?.1.parse().ok()
    })
}

fn sequences(store: &Store, id: &str) -> Vec<u32> {
    let run = store.load(&RunId::new(id)).unwrap();
    run.invocations.iter().map(|invocation| invocation.sequence).collect()
}

fn start(mut command: Command) -> (Child, ChildStdout) {
    let mut child = command.spawn().unwrap();
    let output = child.stdout.take().unwrap();
    (child, output)
}

#[test]
fn helper_appends() {
    use std::io::Write;
    let Some((address, id)) = part() else { return };
    let mut store = Store::connect(&address).unwrap();
    let first = match store.load(&RunId::new(&id)) {
        Ok(run) => run.invocations.len() as u32,
        Err(_) => {
            store.begin(&empty_run(&id)).unwrap();
            0
        }
    };
    for sequence in first..first + 200 {
        let mut one = invocation(sequence);
        // A text of its own for each: the interned texts must survive, too.
        one.notes.push(format!("remark {sequence}"));
        store.append(&RunId::new(&id), &one).unwrap();
        writeln!(std::io::stdout(), "saved {sequence}").unwrap();
    }
}

on_both!(
    two_processes_append_at_once_to_a_new_store,
    threads_open_and_append_at_once,
    a_kill_loses_nothing_that_was_reported,
);

fn two_processes_append_at_once_to_a_new_store(place: &Place) {
    let helpers = ["one", "two"].map(|run| (run, start(helper("helper_appends", &place.address, run))));
    for (run, (mut child, output)) in helpers {
        assert_eq!(reported(output).count(), 200);
        assert!(child.wait().unwrap().success());
        let store = place.store();
        assert_eq!(sequences(&store, run), (0..200).collect::<Vec<_>>());
    }
}

fn threads_open_and_append_at_once(place: &Place) {
    std::thread::scope(|scope| {
        for run in ["a", "b", "c", "d"] {
            scope.spawn(move || {
                let mut store = place.store();
                store.begin(&empty_run(run)).unwrap();
                for sequence in 0..50 {
                    store.append(&RunId::new(run), &invocation(sequence)).unwrap();
                }
                store.finish(&empty_run(run)).unwrap();
            });
        }
    });
    let store = place.store();
    for run in ["a", "b", "c", "d"] {
        assert_eq!(sequences(&store, run).len(), 50);
    }
    // Each link follows on the one that another had just written.
    let report = store.verify(None).unwrap();
    assert_eq!((report.links, report.intact, report.faults.len()), (4, 4, 0));
}

fn a_kill_loses_nothing_that_was_reported(place: &Place) {
    let mut saved = 0;
    for repetition in 0_u64..20 {
        let (mut child, output) = start(helper("helper_appends", &place.address, "killed"));
        // Spread over start, creation, appends and checkpoints.
        std::thread::sleep(Duration::from_millis(5 + repetition * repetition * 37 % 90));
        child.kill().unwrap();
        child.wait().unwrap();
        let last = reported(output).last().map_or(saved, |sequence| sequence + 1);
        let store = place.store();
        let Ok(run) = store.load(&RunId::new("killed")) else {
            assert_eq!(last, 0, "the run is gone");
            continue;
        };
        let there: Vec<u32> = run.invocations.iter().map(|one| one.sequence).collect();
        assert_eq!(there, (0..there.len() as u32).collect::<Vec<_>>());
        assert!(there.len() as u32 >= last, "{last} reported, {} there", there.len());
        for one in &run.invocations {
            let mut expected = invocation(one.sequence);
            expected.notes.push(format!("remark {}", one.sequence));
            assert_eq!(*one, expected);
        }
        assert_eq!(store.list().unwrap()[0].invocations as usize, there.len());
        saved = there.len() as u32;
    }
    assert!(saved > 0, "every helper was killed before its first append");
}

#[test]
fn helper_fills_its_limit() {
    let Some((StoreAddress::File(path), id)) = part() else { return };
    let id = RunId::new(&id);
    limit::file_size(Some(600_000));
    let mut store = Store::open(&path).unwrap();
    store.begin(&empty_run(id.as_str())).unwrap();
    let mut sequence = 0;
    let error = loop {
        match store.append(&id, &invocation(sequence)) {
            Ok(()) => sequence += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(&error, StoreError::Full { store: named } if named.file() == Some(path.as_path())), "{error:?}");
    assert!(error.to_string().contains("no room for the store"), "{error}");
    assert!(sequence > 10, "{sequence}");
    assert!(matches!(store.append(&id, &invocation(sequence)), Err(StoreError::Full { .. })));
    assert_eq!(sequences(&store, id.as_str()), (0..sequence).collect::<Vec<_>>());
    assert_eq!(sequences(&Store::open(&path).unwrap(), id.as_str()).len() as u32, sequence);
    limit::file_size(None);
    for sequence in sequence..sequence + 50 {
        store.append(&id, &invocation(sequence)).unwrap();
    }
    store.finish(&empty_run(id.as_str())).unwrap();
    assert_eq!(sequences(&store, id.as_str()).len() as u32, sequence + 50);
    println!("saved {sequence}");
}

#[test]
fn a_file_size_limit_is_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let address = StoreAddress::File(folder.path().join("kymo.db"));
    let (mut child, output) = start(helper("helper_fills_its_limit", &address, "full"));
    let saved = reported(output).last();
    assert!(child.wait().unwrap().success());
    assert!(saved.is_some());
}
