//! What Criterion really writes is read back, and gives the mean that Criterion itself makes of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use kymo_model::{Lack, Metric, Outcome, Phase, Tool};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the benchmarks beside this test's own temporary files, so once only, and runs them into `home`.
fn run_benchmarks(home: &Path) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/criterion-bench");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["bench", "--locked", "--quiet", "--manifest-path"]).arg(package.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion-bench"));
    let output = cargo.env("CRITERION_HOME", home).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn estimated_mean_ns(new: PathBuf) -> f64 {
    let text = std::fs::read_to_string(new.join("estimates.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).unwrap()["mean"]["point_estimate"].as_f64().unwrap()
}

#[test]
fn what_criterion_writes_is_read() {
    let home = tempfile::tempdir().unwrap();
    run_benchmarks(home.path());
    // A second time: the first results move to `base`, which is not read.
    run_benchmarks(home.path());
    let reading = kymo_exchange::read_criterion_folder(home.path()).unwrap();
    assert_eq!(reading.from, Tool::Criterion);
    assert!(reading.lacks.contains(&Lack::Unit));
    assert_eq!(reading.remarks, ["left out: throughput (Elements), which is another form of the times"]);
    let names: Vec<&str> = reading.processes.iter().map(|process| process.benchmark.as_str()).collect();
    assert_eq!(names, ["alone", "sums/of numbers/fold/100", "sums/of numbers/fold/1000"]);
    let folders = ["alone", "sums_of numbers/fold/100", "sums_of numbers/fold/1000"];
    for (process, folder) in reading.processes.iter().zip(folders) {
        assert_eq!(process.outcome, Outcome::Measured);
        let [samples] = process.samples.as_slice() else { panic!("{:?}", process.samples) };
        assert_eq!((samples.phase, samples.metric, samples.values.len()), (Phase::Execute, Metric::WallTime, 10));
        let mean = samples.values.iter().map(|value| value.get()).sum::<f64>() / 10.0;
        let theirs = estimated_mean_ns(home.path().join(folder).join("new")) * 1e-9;
        assert!((mean / theirs - 1.0).abs() < 1e-9, "{mean} is Criterion's {theirs}");
    }
    // The folder above, one within, and one benchmark alone.
    let part = kymo_exchange::read_criterion_folder(&home.path().join("sums_of numbers")).unwrap();
    assert_eq!(part.processes, reading.processes[1..]);
    let one = kymo_exchange::read_criterion_folder(&home.path().join("alone/new")).unwrap();
    assert_eq!(one.processes, reading.processes[..1]);
}
