//! Made-up times: exact ones from a script, or a two-level log-normal model with a drift.

use crate::counter::Turn;
use kymo_model::Phase;
use kymo_worker::protocol::Failure;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

/// Parameters of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Time of an execution in seconds, without noise.
    pub time_s: f64,
    /// Standard deviation of log time between iterations of a process.
    pub within: f64,
    /// Standard deviation of log time between processes.
    pub between: f64,
    /// Relative change with each invocation.
    pub drift: f64,
    /// Seed of all draws.
    pub seed: u64,
}

/// Samples by module, phase and metric: a list for each invocation.
pub type Script = BTreeMap<String, BTreeMap<String, BTreeMap<String, Vec<Vec<f64>>>>>;

/// Where the times of one invocation come from.
#[derive(Clone, Debug)]
pub struct Times {
    noise: Noise,
    /// What this process is slower by than the others, as a factor.
    process: f64,
    draws: ChaCha8Rng,
    scripted: BTreeMap<Phase, Vec<f64>>,
}

impl Times {
    /// The times of the invocation with this turn. Without a turn the draws are of this process alone, and there is
    /// no drift.
    pub fn new(noise: Noise, turn: Option<Turn>) -> Self {
        let stream = turn.map_or_else(of_this_process, |turn| turn.of_all);
        let mut draws = ChaCha8Rng::seed_from_u64(noise.seed);
        draws.set_stream(stream);
        let drifted = 1.0 + noise.drift * turn.map_or(0.0, |turn| turn.of_all as f64);
        let process = drifted * (noise.between * normal(&mut draws)).exp();
        Self { noise, process, draws, scripted: BTreeMap::new() }
    }

    /// Takes the wall times of an invocation from a script, under the first of these names that it has; what it does not
    /// hold stays drawn.
    ///
    /// # Errors
    /// `failed`, when the script cannot be read or has a list without values.
    pub fn with_script(mut self, file: &Path, names: &[&str], turn: Option<Turn>) -> Result<Self, Failure> {
        let fail = |problem: String| Failure::failed(format!("the script {}: {problem}", file.display()));
        let text = std::fs::read(file).map_err(|error| fail(error.to_string()))?;
        let script: Script = serde_json::from_slice(&text).map_err(|error| fail(error.to_string()))?;
        let index = turn.map_or(0, |turn| turn.of_module as usize);
        for (phase, metrics) in names.iter().find_map(|name| script.get(*name)).into_iter().flatten() {
            let phase = phase.parse().map_err(|error| fail(format!("{error}")))?;
            let Some(invocations) = metrics.get("wall_time") else { continue };
            // Past its end a script starts again: a run may take more rounds than the script's author thought of.
            let values = invocations.get(index % invocations.len().max(1)).filter(|values| !values.is_empty());
            self.scripted.insert(phase, values.ok_or_else(|| fail("a list has no values".to_owned()))?.clone());
        }
        Ok(self)
    }

    /// As many times of a phase, in seconds.
    pub fn of_phase(&mut self, phase: Phase, count: usize) -> Vec<f64> {
        if let Some(values) = self.scripted.get(&phase) {
            return values.iter().copied().cycle().take(count).collect();
        }
        let share = match phase {
            Phase::Compile => 0.1,
            Phase::Instantiate => 0.01,
            _ => 1.0,
        };
        let mean_s = self.noise.time_s * self.process * share;
        (0..count).map(|_| mean_s * (self.noise.within * normal(&mut self.draws)).exp()).collect()
    }
}

/// A number that no other process has: the standard library seeds its hash maps with one.
fn of_this_process() -> u64 {
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// A standard normal draw (Box and Muller 1958).
fn normal(draws: &mut ChaCha8Rng) -> f64 {
    let (first, second): (f64, f64) = (draws.random(), draws.random());
    // 1 - u is never 0, whose logarithm is infinite.
    (-2.0 * (1.0 - first).ln()).sqrt() * (std::f64::consts::TAU * second).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Noise = Noise { time_s: 0.5, within: 0.0, between: 0.0, drift: 0.0, seed: 1 };

    fn turn(of_all: u64, of_module: u64) -> Option<Turn> {
        Some(Turn { of_all, of_module })
    }

    #[test]
    fn without_noise_times_are_exact() {
        let mut times = Times::new(QUIET, None);
        assert_eq!(times.of_phase(Phase::Execute, 2), [0.5, 0.5]);
        assert_eq!(times.of_phase(Phase::Compile, 1), [0.05]);
        let drifting = Noise { drift: 0.1, ..QUIET };
        assert_eq!(Times::new(drifting, turn(2, 0)).of_phase(Phase::Execute, 1), [0.5 * 1.2]);
    }

    #[test]
    fn processes_differ_and_are_the_same_again() {
        let noisy = Noise { within: 0.01, between: 0.05, ..QUIET };
        let first = |turn| Times::new(noisy, turn).of_phase(Phase::Execute, 3);
        assert_eq!(first(turn(4, 0)), first(turn(4, 0)));
        assert_ne!(first(turn(4, 0)), first(turn(5, 0)));
        assert_ne!(first(None), first(None));
    }

    #[test]
    fn the_spreads_are_those_asked_for() {
        let noisy = Noise { within: 0.01, between: 0.05, ..QUIET };
        let logs: Vec<f64> =
            (0..4000).map(|i| (Times::new(noisy, turn(i, 0)).of_phase(Phase::Execute, 1)[0] / 0.5).ln()).collect();
        let mean = logs.iter().sum::<f64>() / 4000.0;
        let sd = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / 4000.0).sqrt();
        // 4000 draws: both are within 4 standard errors.
        assert!(mean.abs() < 0.0033 && (sd - 0.051).abs() < 0.0023, "{mean} {sd}");
    }

    #[test]
    fn a_script_gives_each_invocation_its_values() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("script.json");
        std::fs::write(&file, r#"{"fib": {"execute": {"wall_time": [[1, 2], [3]]}}}"#).unwrap();
        let values = |of_module| {
            let times = Times::new(QUIET, turn(9, of_module)).with_script(&file, &["fib 7", "fib"], turn(9, of_module));
            times.unwrap().of_phase(Phase::Execute, 3)
        };
        assert_eq!([values(0), values(1), values(2)], [[1.0, 2.0, 1.0], [3.0, 3.0, 3.0], [1.0, 2.0, 1.0]]);
        let other = Times::new(QUIET, None).with_script(&file, &["other"], None).unwrap().of_phase(Phase::Execute, 1);
        assert_eq!(other, [0.5]);
    }
}
