//! A strategy of a real worker, and how to invoke it without `kymo`.

use crate::support::{Home, bin, repository};
use kymo_model::{Bytes, Feature, Metric, Phase, Seconds, Settings};
use kymo_suite::{Selection, Suites};
use kymo_worker::parent::{Finder, Invoker, Limits, Order, ProcessInvoker, Report, WorkerProgram};
use kymo_worker::protocol::{Hello, Measure, Open, PhasePlan};
use std::sync::OnceLock;

/// A strategy of a worker.
pub struct Engine {
    /// What is typed to measure it.
    pub variant: String,
    /// Its worker.
    pub program: WorkerProgram,
    /// What the worker says of this strategy.
    pub hello: Hello,
    /// The strategy's name.
    pub strategy: String,
}

/// Every strategy of every real worker beside `kymo`, asked for once a test file.
pub fn engines() -> &'static [Engine] {
    static ENGINES: OnceLock<Vec<Engine>> = OnceLock::new();
    ENGINES.get_or_init(found)
}

/// Workers that hold no engine, but run what the user names: a twin, a command, a library. They have tests of their own.
const WITHOUT_ENGINE: [&str; 3] = ["native", "exec", "sightglass"];

/// A worker whose program is not installed cannot say hello, and is left out.
fn found() -> Vec<Engine> {
    let mut engines = Vec::new();
    for program in Finder::new(vec![bin()]).all(false).into_values() {
        let Ok(all) = program.hello(None) else { continue };
        if WITHOUT_ENGINE.contains(&program.name.as_str()) {
            continue;
        }
        for strategy in all.strategies.iter().filter(|one| one.unavailable.is_none()) {
            let hello = program.hello(Some(&strategy.name)).unwrap();
            let (variant, strategy) = (format!("{}[{}]", program.name, strategy.name), strategy.name.clone());
            engines.push(Engine { variant, program: program.clone(), hello, strategy });
        }
    }
    engines
}

impl Engine {
    /// Whether the strategy claims a feature.
    pub fn claims(&self, feature: Feature) -> bool {
        let own = self.hello.strategies.iter().find(|one| one.name == self.strategy).unwrap();
        own.features.iter().any(|name| name == feature.name())
    }

    /// The order to measure a benchmark of a suite: short phases, no limit that an honest engine reaches.
    pub fn order(&self, home: &Home, benchmark: &str, settings: &Settings) -> Order {
        let suites = Suites::new(vec![repository().join("suites")]);
        let selected = suites.select(benchmark, &Selection::default(), &home.path("cache")).unwrap();
        let benchmark = &selected[0].benchmark;
        let path = |name: &str| home.path(name).to_string_lossy().into_owned();
        let open = Open {
            module: benchmark.path.clone(),
            sha256: benchmark.sha256.clone(),
            kind: benchmark.kind,
            strategy: self.strategy.clone(),
            settings: settings.clone(),
            region: benchmark.region.clone(),
            args: Vec::new(),
            env: Default::default(),
            stdin: None,
            dirs: Vec::new(),
            stdout: path(&format!("{}.stdout", self.variant)),
            stderr: path(&format!("{}.stderr", self.variant)),
            native: None,
            output_varies: false,
        };
        let short = benchmark.name.as_str() == "basics/noop";
        let plan = |phase| PhasePlan { phase, warmup: u32::from(short), iterations: if short { 2 } else { 1 } };
        let phases = [Phase::Compile, Phase::Instantiate, Phase::Execute].map(plan).to_vec();
        Order {
            program: self.program.clone(),
            build_id: self.hello.build_id.clone(),
            open,
            measure: Measure { phases, metrics: vec![Metric::WallTime] },
            lifetime: Vec::new(),
            limits: Limits {
                timeout: Seconds::new(120.0),
                memory_max: Bytes::new(4 << 30),
                output_max: Bytes::new(1 << 20),
            },
            padding_bytes: 0,
            cpu: None,
            simulated: false,
            serving: None,
        }
    }

    /// Carries an order out.
    pub fn invoke(&self, order: &Order) -> Report {
        ProcessInvoker::default().invoke(order)
    }
}
