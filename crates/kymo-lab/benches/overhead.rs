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

fn conducted(name: &str, stop: StopRule, phases: Vec<Phase>) -> Run {
    let mut wanted = plan(BENCHMARKS, VARIANTS);
    wanted.stop = stop;
    wanted.phases = phases;
    wanted.metrics = vec![Metric::WallTime, Metric::CpuTime, Metric::PageFaults];
    let mut stage = Stage::new(wanted, Model { between_sd: 0.03, start_s: 2.0, ..Model::noisy(1) });
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

fn main() {
    let all = || vec![Phase::Compile, Phase::Instantiate, Phase::Execute, Phase::Lifetime];
    conducted("10 rounds", StopRule::Rounds { rounds: 10 }, all());
    conducted("10 rounds, compile only", StopRule::Rounds { rounds: 10 }, vec![Phase::Compile]);
    conducted("60 rounds, ten looks", precision(60), vec![Phase::Execute]);
    let run = conducted("20 rounds", StopRule::Rounds { rounds: 20 }, all());
    let settings = Settings::default();
    let found = timed("tables, 4 phases, 3 metrics", || tables(&run, &settings));
    let mut wall = run.clone();
    wall.plan.metrics = vec![Metric::WallTime];
    wall.plan.phases = vec![Phase::Execute];
    timed("tables, wall time of the execution", || tables(&wall, &settings));
    let mut other = run.clone();
    other.id = RunId::new("other");
    let side = |run, name| Comparable { run, variant: 1, name };
    let compared = timed("compare two runs", || compare(side(&run, "a"), side(&other, "b"), &settings));
    println!("{} tables; {} compared", found.len(), compared.map_or(0, |compared| compared.tables.len()));
}
