//! What `kymo` itself costs: per invocation, per start, per table, per empty region. Prints figures; decides nothing.
//!
//! `cargo bench -p kymo --bench overhead`, with the workers built beside `kymo`.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

use kymo_model::{Metric, Phase, Run, RunId};
use kymo_worker::protocol::{Measure, Open, PhasePlan, Request};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A module whose `_start` returns at once.
const PROGRAM: &[u8] =
    b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x0a\x01\x06_start\0\0\x0a\x04\x01\x02\0\x0b";

fn main() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("fib.wasm"), PROGRAM).unwrap();
    println!("kymo --help: {:?} (at most 20 ms)", median(30, || time(kymo(home.path()).arg("--help"))));
    invocations(home.path());
    for phases in ["execute", "compile,instantiate,execute"] {
        table(home.path(), phases);
    }
    noop(home.path());
}

fn bin() -> PathBuf {
    let beside = || std::env::current_exe().unwrap().parent().and_then(Path::parent).unwrap().to_owned();
    std::env::var_os("KYMO_TEST_BIN").map_or_else(beside, PathBuf::from)
}

fn kymo(home: &Path) -> Command {
    let mut command = Command::new(bin().join("kymo"));
    command.current_dir(home).env("HOME", home).env("XDG_CACHE_HOME", home).env("XDG_DATA_HOME", home);
    command.arg("--store").arg(home.join("kymo.db")).arg("--workers").arg(bin());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    assert!(command.status().unwrap().success(), "{command:?}");
    start.elapsed()
}

fn median(count: usize, mut measure: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..count).map(|_| measure()).collect();
    times.sort_unstable();
    times[count / 2]
}

fn document(home: &Path, args: &[&str]) -> Run {
    let mut command = kymo(home);
    let output = command.stdout(Stdio::piped()).args(args).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The time of an invocation in a run, less the time of the same conversation held by nobody: all requests at once.
fn invocations(home: &Path) {
    let run = |rounds: u32| {
        let rounds = rounds.to_string();
        time(kymo(home).args(["run", "fib.wasm", "-e", "mock", "--phase", "execute", "--quiet", "--rounds", &rounds]))
    };
    // The difference of two lengths leaves out what is done once a run.
    let in_run = median(5, || run(250).saturating_sub(run(50)) / 200);
    let requests = requests(home);
    let alone = median(200, || {
        let start = Instant::now();
        let mut worker = Command::new(bin().join("kymo-worker-mock"));
        let mut child = worker.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&requests).unwrap();
        assert!(child.wait_with_output().unwrap().status.success());
        start.elapsed()
    });
    println!(
        "an invocation of the mock: {in_run:?} in a saved run, {alone:?} by itself, so kymo adds {:?} (at most 5 ms)",
        in_run.saturating_sub(alone)
    );
}

fn requests(home: &Path) -> Vec<u8> {
    let run = document(home, &["run", "fib.wasm", "-e", "mock", "--rounds", "1", "--format", "json", "--no-save"]);
    let benchmark = &run.plan.benchmarks[0];
    let path = |name: &str| home.join(name).to_string_lossy().into_owned();
    let open = Open {
        module: benchmark.path.clone(),
        sha256: benchmark.sha256.clone(),
        kind: benchmark.kind,
        strategy: "mock".to_owned(),
        settings: Default::default(),
        region: benchmark.region.clone(),
        args: Vec::new(),
        env: Default::default(),
        stdin: None,
        dirs: Vec::new(),
        stdout: path("stdout"),
        stderr: path("stderr"),
        native: None,
        output_varies: false,
    };
    let phases = vec![PhasePlan { phase: Phase::Execute, warmup: 1, iterations: 3 }];
    let measure = Measure { phases, metrics: vec![Metric::WallTime] };
    let mut lines = Vec::new();
    for request in [Request::Open(open), Request::Measure(measure), Request::Close] {
        serde_json::to_writer(&mut lines, &request).unwrap();
        lines.push(b'\n');
    }
    lines
}

/// The table of a large run, from the store.
fn table(home: &Path, phases: &str) {
    const BENCHMARKS: u32 = 200;
    const VARIANTS: u32 = 6;
    const ROUNDS: u32 = 20;
    let args = ["run", "fib.wasm", "-e", "mock", "--rounds", "1", "--phase", phases, "--format", "json", "--no-save"];
    let mut run = document(home, &args);
    let (benchmark, variant, engine) =
        (run.plan.benchmarks.remove(0), run.plan.variants.remove(0), run.engines.remove(0));
    let last = run.invocations.pop().unwrap();
    run.invocations.clear();
    run.closed.clear();
    run.id = RunId::new("20260101-000000-00000");
    for index in 0..BENCHMARKS {
        let mut one = benchmark.clone();
        one.name = kymo_model::BenchmarkName::new(format!("made/benchmark-{index}"));
        run.plan.benchmarks.push(one);
        run.closed.insert(index, kymo_model::Close::Rounds);
    }
    for index in 0..VARIANTS {
        let mut one = variant.clone();
        one.name = format!("variant-{index}");
        run.plan.variants.push(one);
        run.engines.push(engine.clone());
    }
    for place in 0..BENCHMARKS * VARIANTS * ROUNDS {
        let mut one = last.clone();
        (one.sequence, one.round) = (place, place / (BENCHMARKS * VARIANTS) + 1);
        (one.benchmark, one.variant) = (place % BENCHMARKS, place / BENCHMARKS % VARIANTS);
        for value in one.samples.iter_mut().flat_map(|samples| &mut samples.values) {
            *value = kymo_model::Value::new(value.get() * (1.0 + 1e-3 * f64::from(place * 7919 % 101)));
        }
        run.invocations.push(one);
    }
    let values: usize = last.samples.iter().map(|samples| samples.values.len()).sum();
    let store = format!("large-{}.db", phases.len());
    kymo_store::Store::open(&home.join(&store)).unwrap().insert(&run).unwrap();
    let show = || {
        let mut command = Command::new(bin().join("kymo"));
        command.env("HOME", home).stdout(Stdio::null()).stderr(Stdio::null());
        time(command.arg("--store").arg(home.join(&store)).arg("show"))
    };
    println!(
        "kymo show, {BENCHMARKS} benchmarks × {VARIANTS} variants × {ROUNDS} rounds of {values} samples, {phases}: {:?} \
         (at most 200 ms)",
        median(5, show)
    );
}

/// The time that an empty region is measured to take.
fn noop(home: &Path) {
    let args = ["run", "basics/noop", "-e", "wasmtime", "--phase", "execute", "--rounds", "10", "--format", "json"];
    let run = document(home, &[&args[..], &["--no-save"]].concat());
    let samples = run.invocations.iter().filter_map(|one| one.samples(Phase::Execute, Metric::WallTime));
    let mut times: Vec<f64> = samples.flat_map(|samples| samples.steady().iter().map(|value| value.get())).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).map_or(f64::NAN, |time| time * 1e9);
    println!("an empty region on wasmtime: median {:.0} ns, 90th percentile {:.0} ns (under 100 ns)", at(0.5), at(0.9));
}
