//! The acceptance experiments of the statistics reference, section 5, and one of our own.

use super::check::{Check, Plan};
use super::{coverage, drift, iterations, level, power, series, stopping, suite, totals, various};

/// One experiment: what it shows, and how to run it.
#[derive(Debug, Clone, Copy)]
pub struct Experiment {
    /// Its criterion, S1 to S11.
    pub criterion: &'static str,
    /// What it shows, as a heading.
    pub title: &'static str,
    /// Runs it.
    pub run: fn(Plan) -> Vec<Check>,
}

/// All experiments, in the order of the reference, ours at the end.
pub const ALL: [Experiment; 11] = [
    Experiment { criterion: "S1", title: "Coverage of one variant's 95 % interval", run: coverage::run },
    Experiment {
        criterion: "S2",
        title: "Level: A/A pairs called different, and what usual practice does",
        run: level::run,
    },
    Experiment { criterion: "S3", title: "Power and verdicts", run: power::run },
    Experiment { criterion: "S4", title: "Adaptive stopping", run: stopping::run },
    Experiment { criterion: "S5", title: "A suite of 40 benchmarks", run: suite::run },
    Experiment { criterion: "S6", title: "Sameness at 0, δ and 3δ", run: power::sameness },
    Experiment { criterion: "S7", title: "Steps in a series", run: series::run },
    Experiment { criterion: "S8", title: "Slow drift: anchors, and trend tests beside them", run: drift::run },
    Experiment { criterion: "S9", title: "Warm-up", run: iterations::run },
    Experiment { criterion: "S10", title: "Summary over benchmarks", run: totals::run },
    Experiment { criterion: "S11", title: "Series of many shapes", run: various::run },
];
