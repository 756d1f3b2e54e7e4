//! Every way for a worker to misbehave, in one run beside a worker that behaves.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use std::process::Stdio;
use support::{Home, Running, processes_of, program};

/// Of the bad worker's strategies, those that are not bad.
const HARMLESS: [&str; 3] = ["good", "slow", "gigabyte-stderr"];

/// What `kymo` itself may take, while workers send it gigabytes.
const KYMO_BYTES_MAX: u64 = 200 << 20;

fn strategies(home: &Home) -> Vec<String> {
    let hellos = home.json(&["engine", "list", "bad", "--format", "json"]);
    let strategies = hellos[0]["strategies"].as_array().unwrap();
    strategies.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// The largest resident memory that a process has had so far.
fn peak_bytes(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

/// Runs the mock and every bad strategy, and gives the document and the peak of `kymo`'s memory.
fn run_all(home: &Home, strategies: &[String]) -> (Value, u64) {
    let engines = strategies.iter().flat_map(|name| ["-e".to_owned(), format!("bad[{name}]")]);
    let mut args: Vec<String> = ["run", "fib.wasm", "-e", "mock"].map(str::to_owned).to_vec();
    args.extend(engines);
    args.extend(["--rounds", "2", "--seed", "1", "--timeout", "2s", "--memory", "512MiB"].map(str::to_owned));
    args.extend(["--phase", "execute", "--quiet"].map(str::to_owned));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = home.kymo(&args);
    let mut running = Running::new(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let mut peak = 0;
    let code = loop {
        peak = peak.max(peak_bytes(running.child.id()).unwrap_or(0));
        if let Some(status) = running.child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    assert_eq!(code, Some(1), "something went wrong, and that is said");
    (home.json(&["export"]), peak)
}

/// Outcome and the start of its reason, a line for each variant.
fn outcomes(document: &Value) -> String {
    let variants = document["plan"]["variants"].as_array().unwrap();
    let mut text = String::new();
    for (index, variant) in variants.iter().enumerate() {
        let of_variant = |one: &&Value| one["variant"].as_u64() == Some(index as u64);
        let first = document["invocations"].as_array().unwrap().iter().find(of_variant).unwrap();
        let outcome: kymo_model::Outcome = serde_json::from_value(first["outcome"].clone()).unwrap();
        // What a parser says beyond its first words is its own, and so are a panic's thread and line.
        let reason: String = outcome.reason().lines().next().unwrap_or("").chars().take(120).collect();
        let reason = reason.split("thread 'main'").next().unwrap_or("");
        text.push_str(format!("{}: {} {reason}", variant["name"].as_str().unwrap(), outcome.label()).trim_end());
        text.push('\n');
    }
    text
}

#[test]
fn every_fault_has_its_outcome_and_the_run_goes_on() {
    let home = Home::new();
    program(&home, "fib");
    let strategies = strategies(&home);
    assert!(strategies.len() > 20, "{strategies:?}");
    let (document, peak) = run_all(&home, &strategies);
    snapshot!("outcomes", support::plain(&outcomes(&document), &[(&support::bin(), "BIN")]));
    assert_eq!(document["state"], "finished");
    // Those that behave have a calibration and both rounds, whatever the others did meanwhile.
    for (index, variant) in document["plan"]["variants"].as_array().unwrap().iter().enumerate() {
        let invocations = document["invocations"].as_array().unwrap().iter();
        let own: Vec<&Value> = invocations.filter(|one| one["variant"].as_u64() == Some(index as u64)).collect();
        let measured = own.iter().filter(|one| one["outcome"]["kind"] == "measured").count();
        let strategy = variant["strategy"].as_str().unwrap();
        let harmless = variant["engine"] == "mock" || HARMLESS.contains(&strategy);
        assert_eq!(measured, if harmless { 3 } else { 0 }, "{strategy}");
        // Nothing that came from a worker which was found out is kept.
        let samples = own.iter().filter(|one| one["outcome"]["kind"] != "measured").map(|one| &one["samples"]);
        assert!(samples.into_iter().all(|samples| samples.as_array().unwrap().is_empty()), "{strategy}");
    }
    assert!(peak < KYMO_BYTES_MAX, "kymo took {peak} B");
    assert_eq!(processes_of(home.folder()), Vec::<String>::new(), "a worker was left behind");
    // Nor a file: the guests' gigabytes were in a folder of the run's own.
    assert_eq!(std::fs::read_dir(home.path("tmp")).unwrap().count(), 0);
}

#[test]
fn what_a_guest_wrote_is_not_held_against_the_next() {
    let home = Home::new();
    program(&home, "fib");
    // The mock is slow to begin its output, so that whoever looks meanwhile finds what was there before.
    let engines = ["-e", "bad[gigabyte-guest]", "-e", "mock[sleep=0.3]"];
    let args = ["run", "fib.wasm", "--rounds", "1", "--phase", "execute", "--quiet"];
    home.run(&[&args[..], &engines].concat());
    let outcomes = outcomes(&home.json(&["export"]));
    assert!(outcomes.ends_with("mock[sleep=0.3]: measured\n"), "{outcomes}");
}
