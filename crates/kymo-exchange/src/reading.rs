//! What a file of another tool said, and the run that is made of it.

use kymo_model::plan::{Plan, StopRule};
use kymo_model::run::RUN_SCHEMA;
use kymo_model::{
    Benchmark, Bytes, EngineRecord, Harness, Imported, Invocation, Lack, Machine, Metric, Outcome, Phase, Run, RunId,
    RunState, Samples, Seconds, Settings, Tool, Variant,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a file said of the machine. `None` where it said nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Instruction set, as `x86_64`.
    pub arch: Option<String>,
    /// Operating system, as `linux`.
    pub os: Option<String>,
    /// CPU model.
    pub cpu_model: Option<String>,
}

/// What becomes a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What tables call it.
    pub name: String,
    /// The engine, program or command.
    pub engine: String,
    /// Its settings.
    pub settings: Settings,
    /// How many sides of this name the file had before it.
    pub twin: u32,
}

/// What becomes an invocation: what one process gave for one benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// The benchmark's name.
    pub benchmark: String,
    /// The side.
    pub side: Side,
    /// The operating system's number of the process, where the file has it.
    pub number: Option<u64>,
    /// What became of it.
    pub outcome: Outcome,
    /// Its samples, each series once.
    pub samples: Vec<Samples>,
    /// From its start to its end; 0 where that is not known.
    pub duration: Seconds,
}

/// What a file said.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The tool that wrote the file.
    pub from: Tool,
    /// What its format lacks.
    pub lacks: BTreeSet<Lack>,
    /// What it said of the machine.
    pub host: Host,
    /// The processes, in the file's order.
    pub processes: Vec<Process>,
    /// What was left out or taken for something, a line each.
    pub remarks: Vec<String>,
}

/// What a run has that no file of another tool gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// The run's id.
    pub id: RunId,
    /// The user's text for it.
    pub label: Option<String>,
    /// The time of the import, as seconds since 1970-01-01 UTC.
    pub created_unix_s: u64,
    /// The importing program.
    pub harness: Harness,
    /// The machine, where the user says which it was.
    pub machine: Option<Machine>,
}

impl Side {
    /// A side that is known by a single name.
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), engine: name.to_owned(), settings: Settings::new(), twin: 0 }
    }
}

impl Reading {
    /// What tells the tool's files apart from runs of ours always: no rounds, no machine, no modules, no date.
    pub(crate) fn new(from: Tool) -> Self {
        let lacks = BTreeSet::from([Lack::Rounds, Lack::Machine, Lack::Modules, Lack::Time]);
        Self { from, lacks, host: Host::default(), processes: Vec::new(), remarks: Vec::new() }
    }

    /// The reading of several files that are repetitions of one measurement. What the files do not agree on of the
    /// machine is not known.
    ///
    /// # Errors
    /// When the files are of different tools; the text names both.
    pub fn join(mut self, other: Self) -> Result<Self, String> {
        if self.from != other.from {
            return Err(format!("results of {} and of {} are no repetitions of each other", self.from, other.from));
        }
        let agreed = |ours: Option<String>, theirs: Option<String>| ours.filter(|ours| theirs.as_ref() == Some(ours));
        self.host = Host {
            arch: agreed(self.host.arch, other.host.arch),
            os: agreed(self.host.os, other.host.os),
            cpu_model: agreed(self.host.cpu_model, other.host.cpu_model),
        };
        self.lacks.extend(other.lacks);
        self.processes.extend(other.processes);
        self.remarks
            .extend(other.remarks.into_iter().filter(|remark| !self.remarks.contains(remark)).collect::<Vec<_>>());
        Ok(self)
    }

    /// The run. Nothing of it is in rounds: an invocation's `round` numbers those of its variant and benchmark.
    pub fn into_run(self, identity: Identity) -> Run {
        let mut sides: Vec<Side> = Vec::new();
        let mut benchmarks: Vec<String> = Vec::new();
        let mut counts: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let mut numbers = Vec::new();
        let mut invocations = Vec::new();
        for (sequence, process) in self.processes.into_iter().enumerate() {
            let variant = place(&mut sides, process.side);
            let benchmark = place(&mut benchmarks, process.benchmark);
            let count = counts.entry((variant, benchmark)).or_default();
            *count += 1;
            numbers.extend(process.number);
            invocations.push(Invocation {
                benchmark,
                variant,
                round: *count,
                sequence: u32::try_from(sequence).unwrap_or(u32::MAX),
                start: Seconds::new(0.0),
                duration: process.duration,
                outcome: process.outcome,
                samples: process.samples,
                verification: None,
                settings: Settings::new(),
                notes: Vec::new(),
                code_sha256: None,
                counting: None,
                steal: None,
            });
        }
        let mut lacks = self.lacks;
        if counts.values().all(|count| *count < 2) {
            lacks.insert(Lack::Processes);
        }
        if identity.machine.is_some() {
            lacks.remove(&Lack::Machine);
        }
        let machine = identity.machine.map_or_else(|| unknown_machine(&self.host), |named| filled(named, &self.host));
        let processes = if numbers.len() == invocations.len() { numbers } else { Vec::new() };
        Run {
            schema: RUN_SCHEMA,
            id: identity.id,
            label: identity.label,
            created_unix_s: identity.created_unix_s,
            state: RunState::Finished,
            harness: identity.harness,
            machine,
            engines: sides.iter().map(engine).collect(),
            plan: plan(&sides, &benchmarks, &invocations),
            closed: BTreeMap::new(),
            conditions: None,
            noise: Vec::new(),
            notes: self.remarks,
            imported: Some(Imported { from: self.from, lacks, processes }),
            filed: None,
            invocations,
        }
    }
}

/// The index of `one` among `known`, where it is put if it is new.
fn place<T: PartialEq>(known: &mut Vec<T>, one: T) -> u32 {
    let index = known.iter().position(|other| *other == one).unwrap_or_else(|| {
        known.push(one);
        known.len() - 1
    });
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn plan(sides: &[Side], benchmarks: &[String], invocations: &[Invocation]) -> Plan {
    let series = || invocations.iter().flat_map(|invocation| &invocation.samples);
    let has = |phase: &Phase| series().any(|samples| samples.phase == *phase);
    let metrics: BTreeSet<Metric> = series().map(|samples| samples.metric).collect();
    Plan {
        seed: 0,
        variants: sides.iter().map(variant).collect(),
        benchmarks: benchmarks.iter().map(|name| Benchmark::named(name)).collect(),
        phases: Phase::ALL.into_iter().filter(has).collect(),
        metrics: Metric::ALL.into_iter().filter(|metric| metrics.contains(metric)).collect(),
        stop: StopRule::Rounds { rounds: 0 },
        timeout: Seconds::new(0.0),
        memory_max: Bytes::new(0),
        output_max: Bytes::new(0),
        cpus: Vec::new(),
        sweep: None,
        serve: None,
    }
}

fn variant(side: &Side) -> Variant {
    let name = if side.twin == 0 { side.name.clone() } else { format!("{}#{}", side.name, side.twin + 1) };
    let (engine, settings) = (side.engine.clone(), side.settings.clone());
    Variant { name, engine, build: None, strategy: String::new(), settings }
}

fn engine(side: &Side) -> EngineRecord {
    let name = side.engine.clone();
    EngineRecord { name, version: String::new(), build_id: String::new(), features: BTreeSet::new() }
}

/// A machine of which only the host is known. No fingerprint: nothing is of its epoch.
fn unknown_machine(host: &Host) -> Machine {
    filled(Machine::named("", "unknown"), host)
}

/// The machine with what the file said where the machine itself says nothing.
fn filled(mut machine: Machine, host: &Host) -> Machine {
    let fill = |own: &mut String, other: &Option<String>| {
        if own.is_empty() {
            own.clone_from(other.as_ref().unwrap_or(&String::new()));
        }
    };
    fill(&mut machine.arch, &host.arch);
    fill(&mut machine.os, &host.os);
    machine.cpu_model = machine.cpu_model.or_else(|| host.cpu_model.clone());
    machine
}
