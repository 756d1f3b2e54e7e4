//! What the lab itself costs: for each invocation while it measures, and for tables afterwards. Prints figures and decides
//! nothing.

#[path = "../tests/support/mod.rs"]
mod support;

use kymo_lab::analysis::{Comparable, Settings, compare, tables};
use kymo_lab::{Conductor, Scratch};
use kymo_model::{Metric, Phase, Run, RunId, StopRule};
use kymo_worker::parent::{Invoker, Order, Report};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use support::made_up::{MadeUp, Model};
use support::stage::{Stage, Told, plan, precision};

/// Takes the time of the made-up invocations, which is not the lab's.
struct Timed<'a> {
    inner: &'a mut MadeUp,
    spent: Duration,
}

impl Invoker for Timed<'_> {
    fn invoke(&mut self, order: &Order) -> Report {
        let started = Instant::now();
        let report = self.inner.invoke(order);
        self.spent += started.elapsed();
        report
    }
}

const BENCHMARKS: usize = 200;
const VARIANTS: usize = 6;

/// Without a costly start an invocation has three iterations, with it about fifty, whose warm-up is assessed.
fn conducted(name: &str, start_s: f64, stop: StopRule, phases: Vec<Phase>) -> Run {
    let mut wanted = plan(BENCHMARKS, VARIANTS);
    wanted.stop = stop;
    wanted.phases = phases;
    wanted.metrics = vec![Metric::WallTime, Metric::CpuTime, Metric::PageFaults];
    let mut stage = Stage::new(wanted, Model { between_sd: 0.03, start_s, ..Model::noisy(1) });
    let mut timed = Timed { inner: &mut stage.invoker, spent: Duration::ZERO };
    let started = Instant::now();
    let mut conductor = Conductor {
        setup: &stage.setup,
        invoker: &mut timed,
        clock: &*stage.clock,
        observer: &mut Told::default(),
        interrupt: &stage.interrupt,
        scratch: Scratch::new(PathBuf::from("scratch")),
    };
    conductor.run(&mut stage.run);
    let own = started.elapsed().saturating_sub(timed.spent);
    let count = stage.run.invocations.len();
    let each = own.as_secs_f64() * 1e6 / count as f64;
    println!("{name}: {count} invocations, the lab's own time {each:.1} µs each");
    stage.run
}

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    println!("{name}: {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
    result
}

/// The tables of a run, and its comparison with itself under another name.
fn analysed(name: &str, run: &Run) {
    let settings = Settings::default();
    timed(&format!("{name}, tables"), || tables(run, &settings));
    let mut other = run.clone();
    other.id = RunId::new("other");
    let side = |run, name| Comparable { run, variant: 1, name };
    timed(&format!("{name}, compared with another run"), || compare(side(run, "a"), side(&other, "b"), &settings)).ok();
}

fn main() {
    let all = || vec![Phase::Compile, Phase::Instantiate, Phase::Execute, Phase::Lifetime];
    let rounds = |rounds| StopRule::Rounds { rounds };
    conducted("10 rounds", 0.005, rounds(10), all());
    conducted("10 rounds, compile only", 0.005, rounds(10), vec![Phase::Compile]);
    conducted("60 rounds, ten looks", 0.005, precision(60), vec![Phase::Execute]);
    conducted("60 rounds, ten looks, fifty iterations", 2.0, precision(60), vec![Phase::Execute]);
    for rounds_made in [10, 20] {
        let name = format!("{rounds_made} rounds");
        analysed(&name, &conducted(&name, 0.005, rounds(rounds_made), all()));
        let name = format!("{rounds_made} rounds, fifty iterations");
        analysed(&name, &conducted(&name, 2.0, rounds(rounds_made), all()));
    }
}
