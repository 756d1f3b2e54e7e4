//! Runs of servers that are disturbed: what was measured is kept, what was cut short is made again, and a database that
//! a killed run left is removed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{Close, Run, RunState, ServeRate};
use std::path::Path;
use support::{Home, processes_of};

const WINDOW: [&str; 7] = ["--window", "500ms", "--warm-up", "50ms", "--seed", "5", "--quiet"];

/// Both sides get the processors that there are; a machine with one has them share it.
fn processors() -> &'static [&'static str] {
    let several = std::thread::available_parallelism().is_ok_and(|number| number.get() > 1);
    if several { &[] } else { &["--share-cpus"] }
}

/// Benchmark, variant and round of every invocation, in order.
fn order(run: &Run) -> Vec<[u32; 3]> {
    run.invocations.iter().map(|one| [one.benchmark, one.variant, one.round]).collect()
}

fn stored(home: &Home) -> Option<Run> {
    let ran = home.run(&["export"]);
    (ran.code == Some(0)).then(|| serde_json::from_str(&ran.stdout).unwrap())
}

/// Starts a run, and has it go on until so many invocations are in the store.
fn started(home: &Home, args: &[&str], invocations: usize) -> support::Running {
    let mut running = home.start(&[args, &WINDOW, processors()].concat());
    running.until(|| stored(home).is_some_and(|run| run.invocations.len() >= invocations));
    running
}

#[test]
fn ctrl_c_under_load_keeps_finished_invocations_and_resume_goes_on() {
    let home = Home::new();
    let args = ["run", "http/plaintext:smallest", "-e", "native[hyper]", "-e", "wasmtime[instance-reuse=100]"];
    let args = [&args[..], &["--rates", "peak,50%", "--rounds", "4", "--metric", "cpu_per_request"]].concat();
    let apart = ["--no-save", "--format", "json"];
    let undisturbed = home.ok(&[&args[..], &apart, &WINDOW, processors()].concat());
    let undisturbed: Run = serde_json::from_str(&undisturbed).unwrap();
    // The calibration and the first half of a pair.
    let mut running = started(&home, &args, 5);
    // In the middle of a load: the generator's threads have names.
    let tasks = format!("/proc/{}/task", running.child.id());
    let is_load = |task: &Path| std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.starts_with("load-"));
    running.until(|| std::fs::read_dir(&tasks).into_iter().flatten().flatten().any(|task| is_load(&task.path())));
    running.signal("INT");
    let ran = running.finish();
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    assert_eq!(processes_of(home.folder()), Vec::<String>::new());
    let cut = stored(&home).unwrap();
    assert_eq!(cut.state, RunState::Interrupted);
    assert!(cut.closed.values().all(|close| *close == Close::Interrupted), "{:?}", cut.closed);
    assert_eq!(order(&cut), order(&undisturbed)[..cut.invocations.len()]);

    home.ok(&["resume", "--quiet"]);
    let run = stored(&home).unwrap();
    assert_eq!(run.state, RunState::Finished);
    assert_eq!(run.invocations[..cut.invocations.len()], cut.invocations[..]);
    // The same rounds in the same order: variants side by side in each, rates in turn.
    assert_eq!(order(&run), order(&undisturbed));
    for one in &run.invocations {
        assert!(one.outcome.is_measured(), "{one:?}");
        // Neither side of the pause has a load that was broken off.
        assert!(one.duration.get() > 0.55, "{one:?}");
    }
    // The share of the base line's peak is that of its calibration, whoever reads it.
    let shares = run.plan.benchmarks.iter().map(|one| one.serve.as_ref().unwrap().rate == ServeRate::OfBase(50));
    let shares: Vec<bool> = shares.collect();
    let of_share = run.invocations.iter().filter(|one| shares[one.benchmark as usize]);
    let offered: Vec<f64> = of_share.map(|one| one.settings["load.offered"].parse().unwrap()).collect();
    assert_eq!(offered.len(), 2 * 5);
    let (least, most) = offered.iter().fold((f64::MAX, 0.0_f64), |(lo, hi), one| (lo.min(*one), hi.max(*one)));
    assert!(most / least < 1.01, "{offered:?}");
}

/// The folders of databases in a home.
fn databases(home: &Home) -> Vec<String> {
    let entries = std::fs::read_dir(home.path("tmp")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("postgres")).collect()
}

#[test]
fn a_killed_run_is_resumed_with_a_new_database_and_its_old_one_is_removed() {
    let home = Home::new();
    let args = ["run", "http/db", "-e", "native[hyper]", "--rates", "peak", "--rounds", "2"];
    let args = [&args[..], &["--metric", "cpu_per_request"]].concat();
    let mut running = started(&home, &args, 1);
    assert_eq!(databases(&home).len(), 1);
    running.signal("KILL");
    running.child.wait().unwrap();
    // What it started dies with it, and has a moment for it.
    for _ in 0..500 {
        if processes_of(home.folder()).is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(processes_of(home.folder()), Vec::<String>::new());
    assert_eq!(databases(&home).len(), 1, "nobody was there to remove it");
    let cut = stored(&home).unwrap();

    home.ok(&["resume", "--quiet"]);
    assert_eq!(databases(&home), Vec::<String>::new());
    let run = stored(&home).unwrap();
    assert_eq!(run.state, RunState::Finished);
    assert_eq!(run.invocations[..cut.invocations.len()], cut.invocations[..]);
    assert_eq!(run.invocations.iter().map(|one| one.round).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(run.invocations.iter().all(|one| one.outcome.is_measured()), "{run:#?}");
}
