//! Figures of the store: how long an append, a load and a list take, and how much room a run needs.
//!
//! 200 benchmarks, 6 variants, 20 rounds; 3 metrics in 3 phases, 5 iterations each: 24 000 invocations and a million
//! samples. Prints; decides nothing.

use kymo_model::{BenchmarkName, Invocation, Metric, Phase, Run, RunId, Samples, Seconds, Value};
use kymo_store::{Store, parse_document};
use std::path::Path;
use std::time::{Duration, Instant};

const BENCHMARKS: u32 = 200;
const VARIANTS: u32 = 6;
const ROUNDS: u32 = 20;
const ITERATIONS: u32 = 5;
const LOADS: usize = 15;
const APPENDS: u32 = 2000;

/// What tables show: all phases in one metric, and one phase in one metric.
const SELECTIONS: [(&str, &[Phase], &[Metric]); 2] =
    [("phases", &Phase::ALL, &[Metric::WallTime]), ("execute", &[Phase::Execute], &[Metric::WallTime])];

/// A generator of plausible noise; its quality is of no account.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn samples(noise: &mut Noise) -> Vec<Samples> {
    let mut all = Vec::new();
    for phase in [Phase::Compile, Phase::Instantiate, Phase::Execute] {
        for metric in [Metric::WallTime, Metric::CpuTime, Metric::PageFaults] {
            let value = |noise: &mut Noise| match metric {
                Metric::PageFaults => noise.below(300) as f64,
                _ => Seconds::from_nanos(12_000_000 + noise.below(250_000)).get(),
            };
            all.push(Samples {
                phase,
                metric,
                warmup: 1,
                values: (0..ITERATIONS).map(|_| Value::new(value(noise))).collect(),
            });
        }
    }
    all
}

fn big_run() -> Run {
    let text = include_str!("../tests/documents/run-1.json");
    let mut run = parse_document("run-1.json", text).expect("the sample document is valid");
    let sample = run.invocations[0].clone();
    let benchmark = run.plan.benchmarks[0].clone();
    let variant = run.plan.variants[0].clone();
    run.id = RunId::new("big");
    run.closed.clear();
    run.plan.benchmarks = (0..BENCHMARKS).map(|_| benchmark.clone()).collect();
    for (index, benchmark) in run.plan.benchmarks.iter_mut().enumerate() {
        benchmark.name = BenchmarkName::new(format!("suite/benchmark-{index}"));
    }
    run.plan.variants = (0..VARIANTS).map(|_| variant.clone()).collect();
    let mut noise = Noise(1);
    run.invocations = (0..BENCHMARKS * VARIANTS * ROUNDS)
        .map(|sequence| {
            let mut settings = sample.settings.clone();
            let variant = sequence % VARIANTS;
            // As many settings as an engine has.
            settings.extend((0..8).map(|index| (format!("setting-{index}"), format!("value-{variant}"))));
            Invocation {
                benchmark: sequence / VARIANTS % BENCHMARKS,
                variant,
                round: sequence / VARIANTS / BENCHMARKS + 1,
                sequence,
                start: Seconds::new(f64::from(sequence) / 3.0),
                samples: samples(&mut noise),
                settings,
                ..sample.clone()
            }
        })
        .collect();
    run
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Time that this thread was on a processor, where the system says: what a load costs on a machine that does nothing
/// else.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let value = work();
    (value, milliseconds(start.elapsed()))
}

fn report(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{name:<10} min {:8.3}  median {:8.3}  p99 {:8.3}  max {:8.3} ms", at(0.0), at(0.5), at(0.99), at(1.0));
}

fn loads(name: &str, load: impl Fn() -> Run) {
    let mut processor = Vec::new();
    let times = (0..LOADS).map(|_| {
        let before = on_processor();
        let (run, time) = timed(&load);
        processor.extend(before.zip(on_processor()).map(|(before, after)| milliseconds(after - before)));
        drop(run);
        time
    });
    report(name, times.collect());
    if !processor.is_empty() {
        report("  on CPU", processor);
    }
}

fn appends(path: &Path, run: &Run) {
    let mut store = Store::open(path).expect("the store opens");
    let mut empty = run.clone();
    empty.id = RunId::new("appended");
    empty.invocations.clear();
    store.begin(&empty).expect("the run begins");
    let times = run.invocations.iter().take(APPENDS as usize).map(|invocation| {
        let (done, time) = timed(|| store.append(&empty.id, invocation));
        done.expect("the append succeeds");
        time
    });
    report("append", times.collect());
    let updates = (0..20).map(|_| timed(|| store.update(&empty).expect("the update succeeds")).1);
    report("update", updates.collect());
    let (done, time) = timed(|| store.finish(&empty));
    done.expect("the run finishes");
    println!("finish     {time:.3} ms");
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("kymo.db");
    let run = big_run();
    let (_, time) = timed(|| Store::open(&path).expect("the store opens").insert(&run).expect("the insert succeeds"));
    let bytes = std::fs::metadata(&path).expect("the file is there").len();
    println!("insert     {time:.0} ms, {} bytes an invocation", bytes / run.invocations.len() as u64);
    // Opening is part of what a person waits for.
    let open = || Store::open(&path).expect("the store opens");
    let load = || open().load(&run.id).expect("the run loads");
    loads("load", load);
    for (name, phases, metrics) in SELECTIONS {
        loads(name, || open().load_selected(&run.id, phases, metrics).expect("the run loads"));
    }
    assert!(load() == run, "the run comes back");
    appends(&path, &run);
    report(
        "list",
        (0..LOADS).map(|_| timed(|| Store::open(&path).expect("it opens").list().expect("it lists")).1).collect(),
    );
}
