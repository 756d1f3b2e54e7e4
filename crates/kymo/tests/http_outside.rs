//! Servers and guests that come from package registries: `wasmtime serve` as a command, and a component in Rust. Where a
//! package cannot be had, the test says so in a line.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{Metric, Outcome, Phase, Run};
use std::process::Command;
use support::{Home, repository};

/// The last line that a tool of the repository prints; `None` where it cannot do its work here.
fn tool(name: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(repository().join("tools").join(name)).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains(": without ") {
        eprintln!("skipped: {}", said.trim());
        return None;
    }
    Some(String::from_utf8(output.stdout).unwrap().lines().last()?.to_owned())
}

/// A short load of a benchmark on engines; every invocation of it is measured.
fn measured(suites: &str, benchmark: &str, engines: &[&str]) -> Run {
    let home = Home::new();
    let engines: Vec<&str> = engines.iter().flat_map(|engine| ["-e", engine]).collect();
    let short = [
        "--rates",
        "peak",
        "--rounds",
        "1",
        "--window",
        "300ms",
        "--warm-up",
        "50ms",
        "--no-save",
        "--format",
        "json",
        "--quiet",
    ];
    // Both may have to share a processor: what is answered is looked at here, not how fast.
    let args = [&["--suites", suites, "run", benchmark, "--share-cpus"], engines.as_slice(), &short].concat();
    let ran = home.run(&args);
    let run: Run = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", home.shown(&ran)));
    assert!(!run.invocations.is_empty());
    for one in &run.invocations {
        assert_eq!(one.outcome, Outcome::Measured, "{}", home.shown(&ran));
        let answered = one.samples(Phase::Serve, Metric::CpuPerRequest).map(|samples| samples.values[0].get());
        assert!(one.counting.is_some() || answered.is_some_and(|time| time > 0.0), "{}", home.shown(&ran));
    }
    run
}

#[test]
fn the_command_line_of_wasmtime_serves_beside_the_worker() {
    let Some(wasmtime) = tool("wasmtime-cli", &[]) else { return };
    let suites = repository().join("suites").display().to_string();
    let outside = format!("exec:{wasmtime} serve --addr {{address}} {{module}}");
    let run = measured(&suites, "http/plaintext:smallest", &["wasmtime", &outside]);
    assert_eq!(run.plan.variants.len(), 2);
    for variant in 0..2 {
        assert!(run.invocations.iter().any(|one| one.variant == variant && one.counting.is_none()), "{variant}");
    }
}

#[test]
fn a_guest_in_rust_answers_the_tests() {
    let Some(suite) = tool("suites/build-http-languages", &["rust"]) else { return };
    let suites = std::path::Path::new(&suite).parent().unwrap().display().to_string();
    for test in ["plaintext", "json"] {
        let run = measured(&suites, &format!("http-languages/{test}:rust"), &["wasmtime[pooling]"]);
        assert_eq!(run.plan.benchmarks.len(), 1, "{test}");
    }
}
