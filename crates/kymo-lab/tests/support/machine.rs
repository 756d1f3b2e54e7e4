//! What a machine does to invocations that run one after the other.

use kymo_stats::simulate::draw::Draw;

/// A disturbance of log costs over the invocations of a run. The figures are those of the statistics reference, 3.2, over
/// a run of `over` invocations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Machine {
    /// Nothing.
    Quiet,
    /// Slows down by 3 % over the run.
    Drift { over: usize },
    /// Wanders by .3 % from one invocation to the next.
    RandomWalk,
    /// Begins 4 % faster and settles.
    WarmUp { over: usize },
    /// Is 4 % slower in three episodes, each an eighth of the run; a longer run meets them again.
    Episodes { over: usize },
}

/// The disturbance of each invocation, drawn as far as it is asked for.
pub struct Disturbances {
    machine: Machine,
    draw: Draw,
    levels: Vec<f64>,
}

impl Disturbances {
    pub fn new(machine: Machine, seed: u64) -> Self {
        Self { machine, draw: Draw::new(seed, "machine"), levels: Vec::new() }
    }

    /// What is added to the log cost of the invocation at `position`.
    pub fn at(&mut self, position: usize) -> f64 {
        let part = |over: usize| position as f64 / over as f64;
        match self.machine {
            Machine::Quiet => 0.0,
            Machine::Drift { over } => 0.03 * part(over),
            Machine::WarmUp { over } => -0.04 * (-part(over) / 0.15).exp(),
            Machine::RandomWalk => {
                while self.levels.len() <= position {
                    let level = self.levels.last().copied().unwrap_or(0.0);
                    self.levels.push(level + 0.003 * self.draw.normal());
                }
                self.levels[position]
            }
            Machine::Episodes { over } => {
                while self.levels.len() <= position {
                    let (from, length) = (self.levels.len(), over / 8);
                    self.levels.resize(from + over, 0.0);
                    for _ in 0..3 {
                        let start = from + self.draw.below(over - length + 1);
                        self.levels[start..start + length].fill(0.04);
                    }
                }
                self.levels[position]
            }
        }
    }
}
