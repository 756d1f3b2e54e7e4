//! One comparison, from workers to verdict, the way `kymo run` makes it.

use crate::modules::Module;
use kymo_lab::analysis::{self, Difference};
use kymo_lab::conduct::Step;
use kymo_lab::{Conductor, EngineSetup, Observer, Scratch, Setup};
use kymo_measure::clock::{Clock, SystemClock};
use kymo_model::{
    Bytes, EngineRecord, Harness, Machine, Metric, ModuleHash, Phase, Plan, Run, RunId, RunState, Seconds, StopRule,
    Variant, VariantSpec, run::RUN_SCHEMA,
};
use kymo_stats::{Comparison, Verdict};
use kymo_worker::parent::{Finder, Invoker, Order, ProcessInvoker, Report, resolve};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// The engine whose worker is compared with its copy.
pub const ENGINE: &str = "wasmtime";

/// What a comparison gave.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The comparison.
    pub comparison: Comparison,
    /// Its verdict, alone in its report.
    pub verdict: Verdict,
    /// Its log differences, one a round.
    pub rounds: Vec<f64>,
    /// Mean wall time of an iteration of the first side, in seconds.
    pub iteration_s: f64,
}

/// A worker and its byte-identical copy, ready to be compared.
pub struct Bench {
    variants: Vec<Variant>,
    setup: Setup,
    records: Vec<EngineRecord>,
    copy: PathBuf,
    scratch: PathBuf,
    /// The machine.
    pub machine: Machine,
    /// The engine's version.
    pub engine_version: String,
}

impl Bench {
    /// The worker of [`ENGINE`] in `workers` and a copy of it under `folder`, at a path of another length.
    pub fn new(workers: &Path, folder: &Path) -> Result<Self, String> {
        let program = Finder::new(vec![workers.to_owned()]).find(ENGINE).map_err(|error| error.to_string())?;
        let hello = program.hello(None).map_err(|error| error.to_string())?;
        let spec: VariantSpec = ENGINE.parse().map_err(|error| format!("{error}"))?;
        let first = resolve(&spec, &hello).map_err(|error| error.to_string())?;
        let engine = EngineSetup::new(program.clone(), &hello, &first.strategy).ok_or("a strategy is missing")?;
        let copies = folder.join("a-copy-whose-path-has-another-length");
        let scratch = folder.join("scratch");
        let copy = copies.join(format!("kymo-worker-{ENGINE}"));
        for made in [&copies, &scratch] {
            std::fs::create_dir_all(made).map_err(|error| format!("{}: {error}", made.display()))?;
        }
        std::fs::copy(&program.path, &copy)
            .and_then(|_| std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o755)))
            .map_err(|error| format!("cannot copy the worker: {error}"))?;
        if copy.as_os_str().len() == program.path.as_os_str().len() {
            return Err("the copy's path is as long as the original's; set TMPDIR to another folder".to_owned());
        }
        let mut second = engine.clone();
        second.program.path.clone_from(&copy);
        let record = EngineRecord {
            name: hello.name.clone(),
            version: hello.engine_version.clone(),
            build_id: hello.build_id.clone(),
            features: engine.features.clone(),
        };
        let copied = Variant { name: format!("{}#2", first.name), ..first.clone() };
        Ok(Self {
            variants: vec![first, copied],
            setup: Setup { engines: vec![engine, second], unprovided: vec![Vec::new()], simulator: false },
            records: vec![record.clone(), record],
            copy,
            scratch,
            machine: kymo_measure::fingerprint::machine(),
            engine_version: hello.engine_version,
        })
    }

    /// Compares the worker with its copy on a module; the copy runs `other` in its place, if there is one.
    pub fn compare(
        &self,
        module: &Module,
        other: Option<&Module>,
        stop: StopRule,
        seed: u64,
    ) -> Result<Compared, String> {
        let mut run = self.run(module, stop, seed);
        let processes = ProcessInvoker::default();
        let swapped = other.map(|other| (other.path.to_string_lossy().into_owned(), other.sha256.clone()));
        let mut invoker = Swapping { processes, worker: self.copy.clone(), module: swapped };
        Conductor {
            setup: &self.setup,
            invoker: &mut invoker,
            clock: &SystemClock,
            observer: &mut Silent,
            interrupt: &AtomicBool::new(false),
            scratch: Scratch::new(self.scratch.clone()),
        }
        .run(&mut run);
        if let Some(bad) = run.invocations.iter().find(|invocation| !invocation.outcome.is_measured()) {
            return Err(format!("{}: {:?}", module.name, bad.outcome));
        }
        judged(&run).ok_or_else(|| format!("{}: nothing could be compared", module.name))
    }

    fn run(&self, module: &Module, stop: StopRule, seed: u64) -> Run {
        Run {
            schema: RUN_SCHEMA,
            id: RunId::new("validation"),
            label: None,
            created_unix_s: SystemClock.unix_s(),
            state: RunState::Running,
            harness: Harness { version: env!("CARGO_PKG_VERSION").to_owned(), commit: None },
            machine: self.machine.clone(),
            plan: Plan {
                seed,
                variants: self.variants.clone(),
                benchmarks: vec![module.benchmark()],
                phases: vec![Phase::Execute],
                metrics: vec![Metric::WallTime],
                stop,
                timeout: Seconds::new(30.0),
                memory_max: Bytes::new(4 << 30),
                output_max: Bytes::new(64 << 20),
                cpus: kymo_measure::placement::allowed_cpus(),
                sweep: None,
                serve: None,
            },
            engines: self.records.clone(),
            closed: BTreeMap::new(),
            conditions: None,
            noise: Vec::new(),
            notes: Vec::new(),
            imported: None,
            filed: None,
            invocations: Vec::new(),
        }
    }
}

fn judged(run: &Run) -> Option<Compared> {
    let tables = analysis::tables(run, &analysis::Settings::default());
    let cells = &tables.first()?.rows.first()?.cells;
    let judged = cells.get(1)?.judged()?;
    let Difference::Ratio(comparison) = &judged.difference else { return None };
    let analysis::Cell::Measured { mean, .. } = cells.first()? else { return None };
    Some(Compared {
        comparison: comparison.clone(),
        verdict: judged.verdict?,
        rounds: judged.rounds.clone(),
        iteration_s: *mean,
    })
}

/// Processes, of which those of one worker open another module than the plan says.
struct Swapping {
    processes: ProcessInvoker,
    worker: PathBuf,
    module: Option<(String, ModuleHash)>,
}

impl Invoker for Swapping {
    fn invoke(&mut self, order: &Order) -> Report {
        match &self.module {
            Some((path, sha256)) if order.program.path == self.worker => {
                let mut order = order.clone();
                order.open.module.clone_from(path);
                order.open.sha256.clone_from(sha256);
                self.processes.invoke(&order)
            }
            _ => self.processes.invoke(order),
        }
    }
}

/// Nobody needs to be told: a comparison takes a second.
struct Silent;

impl Observer for Silent {
    fn starting(&mut self, _: &Run, _: &Step) {}
    fn invoked(&mut self, _: &Run) {}
    fn closed(&mut self, _: &Run, _: usize) {}
}
