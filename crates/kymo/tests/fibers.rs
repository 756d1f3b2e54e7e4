//! The fibers of the suite stack-switching, in all their implementations, on every engine that has what they need.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{Outcome, Run};
use std::collections::BTreeMap;
use support::{Home, last, outcome, run_once};

/// The engines that have stack switching here: V8 as far as its node could be fetched.
fn switching(home: &Home) -> Vec<&'static str> {
    let listed = home.ok(&["engine", "list", "javascript"]);
    let next = listed.lines().find(|line| line.starts_with("v8-next ")).unwrap();
    if next.contains("cannot be used here") {
        eprintln!("skipped: {next}");
        return vec!["wasmtime"];
    }
    vec!["wasmtime", "javascript[v8-next]"]
}

/// These as arguments.
fn chosen<'a>(engines: &[&'a str]) -> Vec<&'a str> {
    engines.iter().flat_map(|engine| ["-e", engine]).collect()
}

/// How often each outcome came, for each flavour and engine: `wasmfx on wasmi` and so on.
fn outcomes(run: &Run) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut all: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (at, benchmark) in run.plan.benchmarks.iter().enumerate() {
        for (variant, of) in run.plan.variants.iter().enumerate() {
            let flavour = benchmark.flavour.as_deref().unwrap_or("none");
            let outcome = &last(run, at, variant).outcome;
            let reason = if outcome.reason().is_empty() { String::new() } else { format!(": {}", outcome.reason()) };
            // With what did not go as it should, what that was.
            let label = match outcome {
                Outcome::Measured | Outcome::Unsupported { .. } => outcome.label(),
                _ => format!("{} {}{reason}", benchmark.name, outcome.label()),
            };
            *all.entry(format!("{flavour} on {}", of.name)).or_default().entry(label).or_default() += 1;
        }
    }
    all
}

fn only(outcomes: &BTreeMap<String, BTreeMap<String, usize>>, key: &str, label: &str) {
    let found: Vec<&String> = outcomes[key].keys().collect();
    assert_eq!(found, [label], "{key}");
}

/// V8 14.6 crashes in programs with `switch`, which the lab is to survive and to say.
fn forget_crashes_of_switch(outcomes: &mut BTreeMap<String, BTreeMap<String, usize>>) {
    for (key, labels) in outcomes.iter_mut().filter(|(key, _)| key.contains("javascript")) {
        labels.retain(|label, _| !(label.contains("-switch") && label.contains("crashed(")));
        assert!(!labels.is_empty(), "{key}");
    }
}

#[test]
fn misuse_and_endings_are_the_same_everywhere() {
    let home = Home::new();
    let engines = switching(&home);
    // Those that an engine lacks the features for are `unsupported`.
    let all = [engines.as_slice(), &["wasmi"]].concat();
    let run = run_once(&home, &[&["fibers", "--tag", "smoke", "--phase", "execute"], chosen(&all).as_slice()].concat());
    let mut found = outcomes(&run);
    forget_crashes_of_switch(&mut found);
    // Each benchmark expects what every implementation has to say, so being measured is the proof.
    for engine in engines {
        for flavour in ["asyncify", "wasmfx", "wasmfx-pool", "host"] {
            only(&found, &format!("{flavour} on {engine}"), "measured");
        }
    }
    only(&found, "asyncify on wasmi", "measured");
    only(&found, "wasmfx on wasmi", "unsupported(stack-switching)");
    only(&found, "wasmfx-pool on wasmi", "unsupported(stack-switching)");
    only(&found, "host on wasmi", "unsupported(host-fibers)");
}

#[test]
fn a_trap_in_a_fiber_is_the_programs_trap() {
    let home = Home::new();
    let engines = switching(&home);
    let run = run_once(&home, &[&["fibers/traps", "--phase", "execute"], chosen(&engines).as_slice()].concat());
    for benchmark in 0..run.plan.benchmarks.len() {
        for variant in 0..engines.len() {
            let found = outcome(&run, benchmark, variant);
            assert!(found.starts_with("trapped: ") && found.contains("unreachable"), "{found}");
        }
    }
}

#[test]
fn more_fibers_than_there_is_room_for() {
    let home = Home::new();
    let args = ["fibers/many", "--param", "n=40000", "--phase", "execute", "-e", "wasmtime"];
    let run = run_once(&home, &args);
    let of = |flavour: &str| {
        let at = run.plan.benchmarks.iter().position(|one| one.flavour.as_deref() == Some(flavour)).unwrap();
        outcome(&run, at, 0)
    };
    assert_eq!(of("asyncify"), "measured: ");
    // No fiber ends, so the pool has nothing to give again. Another limit than the usual one may have room.
    let limit: u64 = std::fs::read_to_string("/proc/sys/vm/max_map_count").unwrap().trim().parse().unwrap();
    if limit < 80_000 {
        for flavour in ["wasmfx", "wasmfx-pool"] {
            let found = of(flavour);
            assert!(found.contains("vm.max_map_count"), "{flavour}: {found}");
            assert!(!found.starts_with("crashed") && !found.starts_with("measured"), "{flavour}: {found}");
        }
        // The host can tell the program, and that says so.
        let found = of("host");
        assert!(found.starts_with("wrong_output: ") && found.contains("none left"), "{found}");
    }
}

#[test]
fn every_program_is_right_in_every_flavour() {
    let home = Home::new();
    let run = run_once(&home, &["stack-switching", "--tag", "smoke", "--phase", "execute", "-e", "wasmtime"]);
    for (key, labels) in outcomes(&run) {
        assert_eq!(labels.keys().collect::<Vec<_>>(), ["measured"], "{key}");
    }
    assert!(run.plan.benchmarks.len() > 100, "{}", run.plan.benchmarks.len());
}

#[test]
fn the_second_engine_fills_its_column() {
    let home = Home::new();
    if switching(&home).len() < 2 {
        return;
    }
    let args = ["stack-switching", "--tag", "smoke", "--phase", "execute", "-e", "javascript[v8-next]"];
    let run = run_once(&home, &args);
    let mut found = outcomes(&run);
    forget_crashes_of_switch(&mut found);
    for (key, labels) in found {
        assert_eq!(labels.keys().collect::<Vec<_>>(), ["measured"], "{key}");
    }
}

#[test]
fn a_wrong_count_is_wrong_output() {
    let home = Home::new();
    // It counts to a number below none, which it cannot have done.
    let args = ["stack-switching/state", "--param", "n=-5", "--phase", "execute", "-e", "wasmtime"];
    let run = run_once(&home, &args);
    for benchmark in 0..run.plan.benchmarks.len() {
        let found = outcome(&run, benchmark, 0);
        assert!(found.starts_with("wrong_output: ") && found.contains("got 0, expected -5"), "{found}");
    }
}
