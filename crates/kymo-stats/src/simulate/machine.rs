//! Machines that disturb what runs on them, and the orders in which two variants meet the disturbance.

use super::draw::Draw;
use crate::order::order;

/// What a machine does to the invocations it runs one after the other. Source: statistics reference, 3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// Nothing.
    Quiet,
    /// Slows down steadily, by 3 % over the run.
    Drift,
    /// Wanders, by .3 % from one invocation to the next.
    RandomWalk,
    /// Begins 4 % faster and settles.
    WarmUp,
    /// Is 4 % slower in three episodes, each an eighth of the run.
    Episodes,
}

impl Machine {
    /// All of them.
    pub const ALL: [Machine; 5] =
        [Machine::Quiet, Machine::Drift, Machine::RandomWalk, Machine::WarmUp, Machine::Episodes];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Machine::Quiet => "quiet",
            Machine::Drift => "linear drift",
            Machine::RandomWalk => "random walk",
            Machine::WarmUp => "warm-up",
            Machine::Episodes => "episodes",
        }
    }

    /// What it adds to the log cost of each of `n` invocations in a row.
    pub fn disturbances(self, draw: &mut Draw, n: usize) -> Vec<f64> {
        let part = |at: usize| at as f64 / n as f64;
        match self {
            Machine::Quiet => vec![0.0; n],
            Machine::Drift => (0..n).map(|at| 0.03 * part(at)).collect(),
            Machine::RandomWalk => random_walk(draw, n, 0.003),
            Machine::WarmUp => (0..n).map(|at| -0.04 * (-part(at) / 0.15).exp()).collect(),
            Machine::Episodes => episodes(draw, n),
        }
    }
}

/// A random walk with normal steps of standard deviation `step`.
pub(crate) fn random_walk(draw: &mut Draw, n: usize, step: f64) -> Vec<f64> {
    let mut level = 0.0;
    (0..n)
        .map(|_| {
            level += step * draw.normal();
            level
        })
        .collect()
}

fn episodes(draw: &mut Draw, n: usize) -> Vec<f64> {
    let mut levels = vec![0.0; n];
    let len = n / 8;
    for _ in 0..3 {
        let start = draw.below(n - len + 1);
        levels[start..start + len].fill(0.04);
    }
    levels
}

/// The order in which two variants run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// A…A B…B: what "run the old one, then the new one" does.
    Blocks,
    /// All invocations in one random order, without rounds.
    Shuffled,
    /// ABAB…
    Alternating,
    /// Rounds in random, balanced order: ours.
    Rounds,
}

impl Schedule {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Schedule::Blocks => "A…A B…B, Welch",
            Schedule::Shuffled => "shuffled, Welch",
            Schedule::Alternating => "ABAB, paired",
            Schedule::Rounds => "random rounds, paired",
        }
    }

    /// Whether its invocations come in rounds.
    pub fn is_paired(self) -> bool {
        matches!(self, Schedule::Alternating | Schedule::Rounds)
    }

    /// Which variant, 0 or 1, runs in each of 2·`rounds` places.
    pub fn places(self, draw: &mut Draw, rounds: usize) -> Vec<usize> {
        match self {
            Schedule::Blocks => (0..2 * rounds).map(|place| place / rounds).collect(),
            Schedule::Alternating => (0..2 * rounds).map(|place| place % 2).collect(),
            Schedule::Rounds => order(2, draw.rng()).take(rounds).flatten().collect(),
            Schedule::Shuffled => {
                let mut places = Schedule::Alternating.places(draw, rounds);
                for last in (1..places.len()).rev() {
                    places.swap(last, draw.below(last + 1));
                }
                places
            }
        }
    }
}
