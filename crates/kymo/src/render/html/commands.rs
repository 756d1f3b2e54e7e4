//! The command that measures a run again, as far as a run document tells.

use crate::render::harmless;
use kymo_model::{Benchmark, Check, Metric, Plan, Region, Run, StopRule, Variant};
use std::collections::BTreeMap;

/// What `kymo run` takes where nothing is said, in seconds and bytes.
const TIMEOUT_S: f64 = 30.0;
const MEMORY: u64 = 4 << 30;

/// Words of a command: an option and its value stay together.
type Words = Vec<Vec<String>>;

/// The command that measures a run again, in lines of a shell; `None` for what another tool measured.
pub fn measuring(run: &Run) -> Option<String> {
    if run.imported.is_some() {
        return None;
    }
    let plan = &run.plan;
    let mut words: Words = vec![vec!["kymo".to_owned(), if plan.sweep.is_some() { "sweep" } else { "run" }.to_owned()]];
    words.extend(targets(plan).into_iter().map(|target| vec![target]));
    words.extend(plan.variants.iter().map(|variant| option("-e", &spec(variant, &plan.variants))));
    let list = |names: Vec<&str>| names.join(",");
    words.push(option("--phase", &list(plan.phases.iter().map(|phase| phase.name()).collect())));
    if plan.metrics != [Metric::WallTime] {
        words.push(option("--metric", &list(plan.metrics.iter().map(|metric| metric.name()).collect())));
    }
    words.extend(parameters(plan));
    words.extend(of_files(plan));
    match plan.stop {
        StopRule::Rounds { rounds } => words.push(option("--rounds", &rounds.to_string())),
        StopRule::Precision { margin, budget, .. } => {
            words.push(option("--precision", &margin.get().to_string()));
            words.extend(budget.map(|budget| option("--budget", &seconds(budget.get()))));
        }
    }
    if plan.timeout.get() != TIMEOUT_S {
        words.push(option("--timeout", &seconds(plan.timeout.get())));
    }
    if plan.memory_max.get() != MEMORY {
        words.push(option("--memory", &plan.memory_max.get().to_string()));
    }
    let cpus: Vec<String> = plan.cpus.iter().map(u32::to_string).collect();
    words.push(option("--cpus", if cpus.is_empty() { "any".to_owned() } else { cpus.join(",") }.as_str()));
    words.push(option("--seed", &plan.seed.to_string()));
    Some(shell(&words))
}

fn option(flag: &str, value: &str) -> Vec<String> {
    vec![flag.to_owned(), value.to_owned()]
}

fn seconds(seconds: f64) -> String {
    format!("{seconds}s")
}

/// The benchmarks as typed: with their flavours, without their parameters; a file by its path.
fn targets(plan: &Plan) -> Vec<String> {
    let mut targets: Vec<String> = Vec::new();
    for benchmark in &plan.benchmarks {
        let parts = benchmark.parts();
        let flavour = parts.flavour.map(|flavour| format!(":{flavour}")).unwrap_or_default();
        let target = parts.base + &flavour;
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    targets
}

/// A variant as typed: one that was named twice has a number behind it.
fn spec(variant: &Variant, all: &[Variant]) -> String {
    let numbered = variant.name.rsplit_once('#').filter(|(_, number)| number.parse::<u32>().is_ok());
    match numbered {
        Some((name, _)) if all.iter().any(|other| other.name == name) => name.to_owned(),
        _ => variant.name.clone(),
    }
}

/// The parameters that are not at their defaults, and what was swept over.
fn parameters(plan: &Plan) -> Words {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let swept = plan.sweep.as_ref().map(|sweep| sweep.parameter.as_str());
    let changed = plan.benchmarks.iter().flat_map(|benchmark| benchmark.parts().changed.into_keys());
    let names: Vec<String> = changed.filter(|name| Some(name.as_str()) != swept).collect();
    for (name, value) in plan.benchmarks.iter().flat_map(|benchmark| &benchmark.parameters) {
        let of_name = values.entry(name.clone()).or_default();
        if names.contains(name) && !of_name.contains(value) {
            of_name.push(value.clone());
        }
    }
    // What was swept over comes first: the first parameter with several values is the axis.
    let axis = plan.sweep.iter().map(|sweep| (sweep.parameter.clone(), sweep.values.clone()));
    let others = values.into_iter().filter(|(_, values)| !values.is_empty());
    axis.chain(others).map(|(name, values)| option("--param", &format!("{name}={}", values.join(",")))).collect()
}

/// How files are run; suites say so themselves. What differs between the points of a sweep was made from a template that
/// a run does not hold.
fn of_files(plan: &Plan) -> Words {
    let is_file = |one: &&Benchmark| [".wasm", ".wat"].iter().any(|ending| one.parts().base.ends_with(ending));
    let mut files = plan.benchmarks.iter().filter(is_file);
    let Some(first) = files.next() else { return Vec::new() };
    let alike = |one: &Benchmark| (&one.args, &one.env, &one.stdin) == (&first.args, &first.env, &first.stdin);
    let mut words = Vec::new();
    if files.all(alike) {
        words.extend(first.args.iter().map(|arg| option("--arg", arg)));
        words.extend(first.env.iter().map(|(name, value)| option("--env", &format!("{name}={value}"))));
        words.extend(first.stdin.iter().map(|path| option("--stdin", path)));
    }
    words.extend(first.dirs.iter().map(|(guest, host)| option("--dir", &format!("{host}::{guest}"))));
    match &first.region {
        Region::Export(export) => words.push(option("--invoke", export)),
        Region::Bench | Region::Start => {}
    }
    match &first.check {
        Check::None => words.push(vec!["--output-varies".to_owned()]),
        Check::StdoutFile { path, .. } => words.push(option("--expect-stdout", path)),
        _ => {}
    }
    words
}

/// Characters in a line of a command, before it is broken.
const LINE: usize = 88;

/// The words for a shell, in lines that end with a backslash where they are many.
fn shell(words: &Words) -> String {
    let mut text = String::new();
    let mut used = 0;
    for part in words {
        let quoted: Vec<String> = part.iter().map(|word| quoted(word)).collect();
        let part = quoted.join(" ");
        let length = part.chars().count();
        if used > 0 && used + 1 + length > LINE {
            text.push_str(" \\\n  ");
            used = 2;
        } else if used > 0 {
            text.push(' ');
            used += 1;
        }
        text.push_str(&part);
        used += length;
    }
    text
}

/// Signs that no shell takes for anything else.
const SAFE: &str = "_-./:=,@%+";

/// A word as a shell takes it; what no shell takes is shown as it is.
pub fn quoted(word: &str) -> String {
    if !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || SAFE.contains(c)) {
        return word.to_owned();
    }
    let quoted = shlex::try_quote(word).map_or_else(|_| word.to_owned(), |word| word.into_owned());
    harmless::line(&quoted).into_owned()
}
