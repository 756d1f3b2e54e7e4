//! Made-up runs: exact, instant and the same every time.

use kymo_model::*;
use std::collections::{BTreeMap, BTreeSet};

/// A run under construction.
pub struct Made(pub Run);

/// A series of costs: relative to `centre`, with normal noise of standard deviation `sd`.
#[derive(Clone, Copy)]
pub struct Costs {
    pub centre: f64,
    pub sd: f64,
    pub rounds: u32,
}

pub fn costs(centre: f64, sd: f64, rounds: u32) -> Costs {
    Costs { centre, sd, rounds }
}

/// Roughly normal, from a counter: the sum of twelve uniform numbers (splitmix64), less six.
fn normal(seed: u64) -> f64 {
    let uniform = |i: u64| {
        let mut z = (seed * 12 + i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    };
    (0..12).map(uniform).sum::<f64>() - 6.0
}

pub fn run(variants: &[&str], benchmarks: &[&str]) -> Made {
    let variant = |name: &&str| Variant {
        name: (*name).to_owned(),
        engine: name.split(['[', '@', '#']).next().unwrap_or("").to_owned(),
        build: None,
        strategy: if name.contains("winch") { "winch" } else { "default" }.to_owned(),
        settings: BTreeMap::new(),
    };
    let plan = Plan {
        seed: 1,
        variants: variants.iter().map(variant).collect(),
        benchmarks: benchmarks.iter().map(|name| benchmark(name)).collect(),
        phases: vec![Phase::Execute],
        metrics: vec![Metric::WallTime],
        stop: StopRule::Precision { margin: Ratio::new(0.01), budget: None, rounds_max: 60 },
        timeout: Seconds::new(60.0),
        memory_max: Bytes::new(4 << 30),
        output_max: Bytes::new(1 << 20),
        cpus: Vec::new(),
        sweep: None,
        serve: None,
    };
    let engine = |variant: &Variant| EngineRecord {
        name: variant.engine.clone(),
        version: "1.0.0".to_owned(),
        build_id: format!("build of {}", variant.engine),
        features: BTreeSet::new(),
    };
    Made(Run {
        schema: RUN_SCHEMA,
        id: RunId::new("20260102T030405-abcd"),
        label: None,
        created_unix_s: 1_767_323_045,
        state: RunState::Finished,
        harness: Harness { version: "0.1.0".to_owned(), commit: None },
        machine: machine(),
        engines: plan.variants.iter().map(engine).collect(),
        plan,
        closed: BTreeMap::new(),
        conditions: None,
        noise: Vec::new(),
        notes: Vec::new(),
        imported: None,
        filed: None,
        invocations: Vec::new(),
    })
}

use kymo_model::run::RUN_SCHEMA;

fn benchmark(name: &str) -> Benchmark {
    Benchmark {
        name: BenchmarkName::new(name),
        flavour: None,
        reference: None,
        sha256: ModuleHash::from_bytes([7; 32]),
        module_bytes: Bytes::new(1000),
        kind: ModuleKind::Core,
        path: format!("{name}.wasm"),
        args: Vec::new(),
        env: BTreeMap::new(),
        stdin: None,
        dirs: BTreeMap::new(),
        requires: BTreeSet::new(),
        region: Region::Bench,
        check: Check::None,
        exit_code: 0,
        parameters: BTreeMap::new(),
        native: None,
        serve: None,
        warmup: 0,
    }
}

fn machine() -> Machine {
    Machine {
        arch: "x86_64".to_owned(),
        os: "linux".to_owned(),
        logical_cpus: 4,
        ..Machine::named("0123abcd", "bench")
    }
}

impl Made {
    /// Adds a metric to the plan.
    pub fn metric(mut self, metric: Metric) -> Self {
        if !self.0.plan.metrics.contains(&metric) {
            self.0.plan.metrics.push(metric);
        }
        self
    }

    /// Adds a phase to the plan.
    pub fn phase(mut self, phase: Phase) -> Self {
        if !self.0.plan.phases.contains(&phase) {
            self.0.plan.phases.push(phase);
        }
        self
    }

    /// Gives a benchmark and a variant a series of times.
    pub fn times(self, benchmark: u32, variant: u32, costs: Costs) -> Self {
        self.series((benchmark, variant), (Phase::Execute, Metric::WallTime), costs)
    }

    /// Gives a benchmark and a variant a series of any metric.
    pub fn series(self, place: (u32, u32), what: (Phase, Metric), costs: Costs) -> Self {
        let seed = u64::from(place.0) * 1009 + u64::from(place.1) * 101;
        let value = |round: u32| costs.centre * (costs.sd * normal(seed * 64 + u64::from(round))).exp();
        self.values(place, what, (1..=costs.rounds).map(value).collect())
    }

    /// Gives a benchmark and a variant these values, a round each.
    pub fn values(mut self, place: (u32, u32), what: (Phase, Metric), values: Vec<f64>) -> Self {
        for (round, value) in (1..).zip(values) {
            let samples = Samples { phase: what.0, metric: what.1, warmup: 0, values: vec![Value::new(value)] };
            let of_round = |it: &&mut Invocation| (it.benchmark, it.variant, it.round) == (place.0, place.1, round);
            match self.0.invocations.iter_mut().find(of_round) {
                Some(invocation) => invocation.samples.push(samples),
                None => self.invoke(place, round, Outcome::Measured, vec![samples]),
            }
        }
        self
    }

    /// Lets a benchmark and a variant end otherwise than measured.
    pub fn outcome(mut self, benchmark: u32, variant: u32, outcome: Outcome) -> Self {
        self.invoke((benchmark, variant), 1, outcome, Vec::new());
        self
    }

    /// Changes anything else.
    pub fn with(mut self, change: impl FnOnce(&mut Run)) -> Self {
        change(&mut self.0);
        self
    }

    fn invoke(&mut self, place: (u32, u32), round: u32, outcome: Outcome, samples: Vec<Samples>) {
        let sequence = self.0.invocations.len() as u32;
        self.0.invocations.push(Invocation {
            benchmark: place.0,
            variant: place.1,
            round,
            sequence,
            start: Seconds::new(f64::from(sequence)),
            duration: Seconds::new(1.0),
            outcome,
            samples,
            verification: None,
            settings: BTreeMap::new(),
            notes: Vec::new(),
            code_sha256: None,
            counting: None,
            steal: None,
        });
    }
}
