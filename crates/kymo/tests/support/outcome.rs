//! What became of one benchmark on one variant, from a run's document.

use super::Home;
use kymo_model::{Invocation, Metric, Phase, Run};

/// A run that is not saved, one round; its exit code is for the outcomes to say.
pub fn run_once(home: &Home, args: &[&str]) -> Run {
    let ends = ["--rounds", "1", "--seed", "1", "--format", "json", "--no-save", "--quiet"];
    let ran = home.run(&[&["run"], args, &ends].concat());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// The last invocation of a benchmark on a variant, both by their places in the plan.
pub fn last(run: &Run, benchmark: usize, variant: usize) -> &Invocation {
    let of_both = |one: &&Invocation| (one.benchmark as usize, one.variant as usize) == (benchmark, variant);
    run.invocations.iter().rfind(of_both).unwrap()
}

/// The outcome of such an invocation: its label and its reason.
pub fn outcome(run: &Run, benchmark: usize, variant: usize) -> String {
    let outcome = &last(run, benchmark, variant).outcome;
    format!("{}: {}", outcome.label(), outcome.reason())
}

/// The samples of an invocation, empty where there are none.
pub fn samples(invocation: &Invocation, phase: Phase, metric: Metric) -> Vec<f64> {
    let found = invocation.samples.iter().find(|one| (one.phase, one.metric) == (phase, metric));
    found.map_or_else(Vec::new, |found| found.values.iter().map(|value| value.get()).collect())
}
