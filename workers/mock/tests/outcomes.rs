//! Real processes: what the parent makes of a worker that behaves and of every way to misbehave.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of #[test]")]

use kymo_model::{Bytes, Metric, ModuleKind, Phase, Region, Seconds, Settings};
use kymo_worker::parent::{Invoker, Limits, Order, ProcessInvoker, Report, WorkerProgram};
use kymo_worker::protocol::{Measure, Open, PhasePlan};
use kymo_worker_mock::fault::FAULTS;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

const MODULE: &[u8] = b"\0asm\x01\0\0\0";

fn invoke(worker: &str, strategy: &str, settings: &[(&str, &str)], folder: &Path) -> Report {
    let module = folder.join("fib.wasm");
    std::fs::write(&module, MODULE).unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let program = match worker {
        "bad" => env!("CARGO_BIN_EXE_kymo-worker-bad"),
        _ => env!("CARGO_BIN_EXE_kymo-worker-mock"),
    };
    let open = Open {
        module: path("fib.wasm"),
        sha256: kymo_model::ModuleHash::from_bytes(Sha256::digest(MODULE).into()),
        kind: ModuleKind::Core,
        strategy: strategy.to_owned(),
        settings: settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Settings>(),
        region: Region::Start,
        args: Vec::new(),
        env: BTreeMap::new(),
        native: None,
        output_varies: false,
        stdin: None,
        dirs: Vec::new(),
        stdout: path("stdout"),
        stderr: path("stderr"),
    };
    let phases = vec![PhasePlan { phase: Phase::Execute, warmup: 1, iterations: 3 }];
    let order = Order {
        program: WorkerProgram { name: worker.to_owned(), path: program.into() },
        build_id: format!("{worker}-1"),
        open,
        measure: Measure { phases, metrics: vec![Metric::WallTime, Metric::PeakPss] },
        lifetime: vec![Metric::WallTime],
        limits: Limits {
            timeout: Seconds::new(if strategy.starts_with("hang") || strategy == "closes-stdout" { 0.5 } else { 60.0 }),
            memory_max: Bytes::new(512 << 20),
            output_max: Bytes::new(64 << 20),
        },
        padding_bytes: 7,
        cpu: None,
        simulated: false,
        serving: None,
    };
    ProcessInvoker::default().invoke(&order)
}

fn label(strategy: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let report = invoke("bad", strategy, &[("sleep", "0.05")], folder.path());
    assert_eq!(report.samples.is_empty(), !report.outcome.is_measured(), "{strategy}");
    report.outcome.label()
}

#[test]
fn every_fault_is_an_outcome() {
    let expected = |fault: &str| match fault {
        // Neither is a fault of the measurement: standard error is not the protocol, being slow is allowed.
        "good" | "slow" | "gigabyte-stderr" => "measured",
        // Whether something should have run is for the lab to know.
        "no-verification" => "measured",
        "hang" | "hang-hello" => "timed_out",
        "segv" => "crashed(SIGSEGV)",
        "abort" => "crashed(SIGABRT)",
        "eats-memory" => "out_of_memory",
        _ => "failed",
    };
    for fault in FAULTS.into_iter().filter(|fault| *fault != "closes-stdout") {
        assert_eq!(label(fault), expected(fault), "for the strategy {fault}");
    }
}

#[test]
fn a_worker_that_closes_its_output_has_failed() {
    assert_eq!(label("closes-stdout"), "failed");
}

#[test]
fn the_mock_gives_what_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log").to_string_lossy().into_owned();
    let settings = [("time", "0.25"), ("stdout", "hello\n"), ("exit-code", "3"), ("log", log.as_str())];
    let report = invoke("mock", "other", &settings, folder.path());
    let values = |phase, metric| report.samples(phase, metric);
    assert_eq!(report.outcome.label(), "measured", "{}", report.outcome.reason());
    assert_eq!(values(Phase::Execute, Metric::WallTime), [0.25; 4]);
    assert_eq!(values(Phase::Lifetime, Metric::WallTime).len(), 1);
    let verification = report.verification.as_ref().unwrap();
    assert_eq!((verification.exit_code, verification.stdout_bytes.get()), (3, 6));
    assert_eq!(report.settings.get("time").map(String::as_str), Some("0.25"));
    assert_eq!(report.settings.get("noise").map(String::as_str), Some("0"));
    assert_eq!(std::fs::read_to_string(log).unwrap(), "mock fib other\n");
}

trait Find {
    fn samples(&self, phase: Phase, metric: Metric) -> Vec<f64>;
}

impl Find for Report {
    fn samples(&self, phase: Phase, metric: Metric) -> Vec<f64> {
        let found = self.samples.iter().find(|samples| samples.phase == phase && samples.metric == metric);
        found.map(|samples| samples.values.iter().map(|value| value.get()).collect()).unwrap_or_default()
    }
}
