//! What a plan needs besides itself to be carried out: the workers, and what is known of the modules beforehand.

use kymo_model::{Benchmark, Feature, Metric, ModuleKind, Outcome, Phase, Plan};
use kymo_worker::parent::WorkerProgram;
use kymo_worker::protocol::Hello;
use std::collections::BTreeSet;

/// The worker of one variant, as its hello described it.
#[derive(Clone, Debug)]
pub struct EngineSetup {
    /// The executable.
    pub program: WorkerProgram,
    /// The build id in the hello.
    pub build_id: String,
    /// The features that the variant's strategy claims and that Kymograph knows.
    pub features: BTreeSet<Feature>,
    /// The kinds of module that it takes.
    pub kinds: Vec<ModuleKind>,
    /// The metrics that it offers: others are not asked for, since an older worker may not know their names.
    pub metrics: Vec<Metric>,
    /// The phases that it measures itself.
    pub phases: Vec<Phase>,
    /// Whether it runs native twins in place of modules.
    pub twin: bool,
    /// Whether it counts fuel only under its setting `fuel`.
    pub fuel_setting: bool,
}

impl EngineSetup {
    /// The setup for `strategy`, which the hello must list; else `None`.
    pub fn new(program: WorkerProgram, hello: &Hello, strategy: &str) -> Option<Self> {
        let strategy = hello.strategies.iter().find(|known| known.name == strategy)?;
        let features = strategy.features.iter().filter_map(|name| name.parse().ok()).collect();
        let metrics = hello.metrics.iter().filter_map(|name| name.parse().ok()).collect();
        Some(Self {
            program,
            build_id: hello.build_id.clone(),
            features,
            kinds: strategy.kinds.clone(),
            metrics,
            phases: strategy.phases.clone(),
            twin: strategy.twin,
            fuel_setting: hello.settings.iter().any(|setting| setting.name == "fuel"),
        })
    }

    /// Whether it starts programs as processes of their own, whose lifetime it measures.
    pub fn starts_processes(&self) -> bool {
        self.phases.contains(&Phase::Lifetime)
    }

    /// Whether it can give a phase: all have a lifetime, if only that of the worker.
    pub fn gives(&self, phase: Phase) -> bool {
        phase == Phase::Lifetime || self.phases.contains(&phase)
    }
}

/// What a plan needs besides itself to be carried out.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The worker of each variant of the plan.
    pub engines: Vec<EngineSetup>,
    /// For each benchmark of the plan, the imports that nobody provides.
    pub unprovided: Vec<Vec<String>>,
    /// Whether valgrind is there, for metrics that are simulated.
    pub simulator: bool,
}

impl Setup {
    /// What can be said without running anything: an import that nobody provides, a feature that the strategy does
    /// not claim. `None` means that it can be tried.
    pub fn outcome_beforehand(&self, plan: &Plan, benchmark: usize, variant: usize) -> Option<Outcome> {
        let (index, unprovided) = (benchmark, self.unprovided.get(benchmark).map_or(&[][..], Vec::as_slice));
        let (benchmark, engine) = (plan.benchmarks.get(index)?, self.engines.get(variant)?);
        if !plan.phases.iter().any(|phase| engine.gives(*phase)) {
            let phases: Vec<&str> = plan.phases.iter().map(|phase| phase.name()).collect();
            return Some(Outcome::Unsupported { feature: format!("the phase {}", phases.join(", ")) });
        }
        if engine.twin {
            return outcome_of_twin(benchmark);
        }
        if !unprovided.is_empty() {
            let list = unprovided.join(", ");
            return Some(Outcome::Invalid { message: format!("nobody provides the import {list}") });
        }
        // The feature before the kind: a strategy without components lacks `component-model`, which says more.
        if let Some(missing) = missing(benchmark, engine) {
            return Some(Outcome::unsupported(missing));
        }
        let known = engine.kinds.contains(&benchmark.kind);
        (!known).then(|| Outcome::Unsupported { feature: format!("{} modules", benchmark.kind) })
    }
}

/// Features that stand on others: an engine without the one commonly lacks some of those, too, which says less.
const TELLING: [Feature; 2] = [Feature::StackSwitching, Feature::HostFibers];

/// The feature to name of those that an engine lacks.
fn missing(benchmark: &Benchmark, engine: &EngineSetup) -> Option<Feature> {
    let lacking = |feature: &&Feature| benchmark.requires.contains(feature) && !engine.features.contains(feature);
    TELLING.iter().find(lacking).or_else(|| benchmark.requires.iter().find(lacking)).copied()
}

/// Why a benchmark's native twin cannot be run.
fn outcome_of_twin(benchmark: &Benchmark) -> Option<Outcome> {
    let feature = match &benchmark.native {
        None => "native twin".to_owned(),
        Some(path) if !std::path::Path::new(path).exists() => "native twin (it is not built: make natives)".to_owned(),
        Some(_) => return None,
    };
    Some(Outcome::Unsupported { feature })
}
