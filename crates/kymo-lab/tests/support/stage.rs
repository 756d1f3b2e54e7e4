//! Plans, runs and all that a conductor needs.

use super::made_up::{MadeUp, Model};
use kymo_lab::conduct::Step;
use kymo_lab::{Conductor, EngineSetup, Observer, Scratch, Setup};
use kymo_measure::clock::FakeClock;
use kymo_model::{
    Benchmark, BenchmarkName, Bytes, Check, Close, EngineRecord, Feature, Harness, Invocation, Machine, Metric,
    ModuleHash, ModuleKind, Phase, Plan, Region, Run, RunId, RunState, Seconds, Settings, StopRule, Variant, run,
};
use kymo_worker::parent::WorkerProgram;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The hash whose bytes are all this.
pub fn hash(byte: u8) -> ModuleHash {
    ModuleHash::from_bytes([byte; 32])
}

/// A plan: wall time of the execution, four rounds.
pub fn plan(benchmarks: usize, variants: usize) -> Plan {
    Plan {
        seed: 7,
        variants: (0..variants).map(variant).collect(),
        benchmarks: (0..benchmarks).map(benchmark).collect(),
        phases: vec![Phase::Execute],
        metrics: vec![Metric::WallTime],
        stop: StopRule::Rounds { rounds: 4 },
        timeout: Seconds::new(60.0),
        memory_max: Bytes::new(1 << 30),
        output_max: Bytes::new(1 << 20),
        cpus: Vec::new(),
        sweep: None,
        serve: None,
    }
}

/// Until the half-width is half a percent, or after `rounds_max` rounds.
pub fn precision(rounds_max: u32) -> StopRule {
    StopRule::Precision { margin: kymo_model::Ratio::new(0.01), budget: None, rounds_max }
}

fn variant(index: usize) -> Variant {
    Variant {
        name: format!("engine[v{index}]"),
        engine: "engine".to_owned(),
        build: None,
        strategy: format!("v{index}"),
        settings: Settings::new(),
    }
}

fn benchmark(index: usize) -> Benchmark {
    Benchmark {
        name: BenchmarkName::new(format!("suite/b{index}")),
        flavour: None,
        reference: None,
        sha256: hash(index as u8),
        module_bytes: Bytes::new(100),
        kind: ModuleKind::Core,
        path: format!("b{index}"),
        args: Vec::new(),
        env: BTreeMap::new(),
        stdin: None,
        dirs: BTreeMap::new(),
        requires: BTreeSet::new(),
        region: Region::Start,
        check: Check::Stable,
        exit_code: 0,
        parameters: BTreeMap::new(),
        native: None,
        serve: None,
        warmup: 1,
    }
}

fn machine() -> Machine {
    Machine { arch: "x86_64".to_owned(), os: "linux".to_owned(), logical_cpus: 2, ..Machine::named("0123", "bed") }
}

/// A run with nothing in it.
pub fn run(plan: Plan) -> Run {
    let engine = EngineRecord {
        name: "engine".to_owned(),
        version: "1".to_owned(),
        build_id: "build".to_owned(),
        features: BTreeSet::new(),
    };
    Run {
        schema: run::RUN_SCHEMA,
        id: RunId::new("run"),
        label: None,
        created_unix_s: 1_000_000,
        state: RunState::Running,
        harness: Harness { version: "0".to_owned(), commit: None },
        machine: machine(),
        engines: vec![engine; plan.variants.len()],
        plan,
        closed: BTreeMap::new(),
        conditions: None,
        noise: Vec::new(),
        notes: Vec::new(),
        imported: None,
        filed: None,
        invocations: Vec::new(),
    }
}

/// An observer that remembers what it was told.
#[derive(Default)]
pub struct Told {
    pub starting: Vec<Step>,
    /// Number of invocations in the run at each call.
    pub invoked: Vec<usize>,
    pub closed: Vec<(usize, Close)>,
    /// The document as it was after each invocation, if wanted: what a kill at that moment leaves behind.
    pub documents: Option<Vec<Run>>,
}

impl Observer for Told {
    fn starting(&mut self, _: &Run, step: &Step) {
        self.starting.push(*step);
    }

    fn invoked(&mut self, run: &Run) {
        self.invoked.push(run.invocations.len());
        if let Some(documents) = &mut self.documents {
            documents.push(run.clone());
        }
    }

    fn closed(&mut self, run: &Run, benchmark: usize) {
        self.closed.push((benchmark, run.closed[&(benchmark as u32)]));
    }
}

/// A run and all that a conductor needs to carry it out.
pub struct Stage {
    pub run: Run,
    pub setup: Setup,
    pub invoker: MadeUp,
    pub told: Told,
    pub clock: Arc<FakeClock>,
    pub interrupt: Arc<AtomicBool>,
    /// Where the guest's output goes; only tests that have output need one.
    pub folder: PathBuf,
}

impl Stage {
    pub fn new(plan: Plan, model: Model) -> Self {
        let engine = EngineSetup {
            program: WorkerProgram { name: "engine".to_owned(), path: PathBuf::from("kymo-worker-engine") },
            build_id: "build".to_owned(),
            features: BTreeSet::from([Feature::Simd]),
            kinds: vec![ModuleKind::Core],
            metrics: kymo_model::Metric::ALL.to_vec(),
            phases: kymo_worker::protocol::Strategy::PHASES.to_vec(),
            twin: false,
            fuel_setting: true,
        };
        let setup = Setup {
            engines: vec![engine; plan.variants.len()],
            unprovided: vec![Vec::new(); plan.benchmarks.len()],
            simulator: true,
        };
        let (clock, interrupt) = (Arc::new(FakeClock::new(1_000_000)), Arc::new(AtomicBool::new(false)));
        let invoker = MadeUp::new(model, Arc::clone(&clock), Arc::clone(&interrupt));
        Self {
            run: run(plan),
            setup,
            invoker,
            told: Told::default(),
            clock,
            interrupt,
            folder: PathBuf::from("scratch"),
        }
    }

    /// Carries the run out, or goes on with it.
    pub fn conduct(&mut self) -> &Run {
        let mut conductor = Conductor {
            setup: &self.setup,
            invoker: &mut self.invoker,
            clock: &*self.clock,
            observer: &mut self.told,
            interrupt: &self.interrupt,
            scratch: Scratch::new(self.folder.clone()),
        };
        conductor.run(&mut self.run);
        &self.run
    }

    /// Goes on with an interrupted run.
    pub fn resume(&mut self) -> &Run {
        self.interrupt.store(false, Ordering::SeqCst);
        self.invoker.interruption = None;
        self.conduct()
    }

    /// Invocations of a benchmark under a variant, calibration left out.
    pub fn rounds_of(&self, benchmark: usize, variant: usize) -> usize {
        self.invocations_of(benchmark, variant).filter(|invocation| invocation.round > 0).count()
    }

    /// All invocations of a benchmark under a variant.
    pub fn invocations_of(&self, benchmark: usize, variant: usize) -> impl Iterator<Item = &Invocation> {
        let of = move |one: &&Invocation| one.benchmark as usize == benchmark && one.variant as usize == variant;
        self.run.invocations.iter().filter(of)
    }

    /// Why a benchmark was closed.
    pub fn closed(&self, benchmark: usize) -> Close {
        self.run.closed[&(benchmark as u32)]
    }

    /// The benchmark and variant of each order after the calibrations.
    pub fn rounds_log(&self) -> Vec<(usize, usize)> {
        let calibrations = self.run.plan.benchmarks.len() * self.run.plan.variants.len();
        self.invoker.log.iter().skip(calibrations).map(|entry| (entry.benchmark, entry.variant)).collect()
    }
}
