//! What a result cannot say for itself: warnings travel in the result as values, and never change it.

use std::fmt;

/// A caution attached to a result.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Too few rounds for a verdict.
    FewRounds {
        /// Rounds there are.
        n: usize,
    },
    /// The sides were measured without rounds, so what the machine did in between is not cancelled.
    Unpaired,
    /// Student's t and Wilcoxon's signed-rank test disagree at 5 %: a few rounds decide.
    TailDriven {
        /// Two-sided p of Wilcoxon's signed-rank test.
        wilcoxon_p: f64,
        /// Hodges-Lehmann estimate of the log difference.
        hodges_lehmann_log: f64,
    },
    /// Neighbouring rounds resemble each other: the interval may be too narrow.
    Autocorrelated {
        /// Lag-1 autocorrelation of the log differences.
        lag1: f64,
    },
    /// Iterations far from the others of their invocation. They are kept.
    Outliers {
        /// How many iterations.
        iterations: usize,
        /// In how many invocations.
        invocations: usize,
    },
    /// A metric declared exact varied between equal invocations, and was treated as noisy.
    NotExact,
    /// One build a side: code layout alone may explain a difference below the layout floor.
    SingleBuild {
        /// The layout floor, as a relative difference (0.01 = 1 %).
        layout_floor: f64,
    },
    /// Too few A/A comparisons to state the machine's floor with confidence.
    FewComparisons {
        /// Comparisons there are.
        n: usize,
    },
    /// An A/A experiment called more or fewer pairs different than chance allows.
    LevelOutOfBand {
        /// Pairs called different at 5 %.
        differing: usize,
        /// Comparisons made.
        n: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::FewRounds { n } => write!(f, "only {n} rounds: no verdict"),
            Warning::Unpaired => write!(f, "unpaired: measured without rounds, drift of the machine is not cancelled"),
            Warning::TailDriven { wilcoxon_p, hodges_lehmann_log } => write!(
                f,
                "driven by the tail: the signed-rank test says p = {wilcoxon_p:.3}, typical difference {:+.2} %",
                100.0 * hodges_lehmann_log.exp_m1()
            ),
            Warning::Autocorrelated { lag1 } => {
                write!(f, "neighbouring rounds are correlated ({lag1:+.2}): the interval may be off")
            }
            Warning::Outliers { iterations, invocations } => {
                write!(f, "{iterations} outlying iterations in {invocations} invocations (kept)")
            }
            Warning::NotExact => write!(f, "declared exact, but it varied: treated as noisy"),
            Warning::SingleBuild { layout_floor } => write!(
                f,
                "single build: differences below the layout floor of {:.2} % cannot be laid to the change",
                100.0 * layout_floor
            ),
            Warning::FewComparisons { n } => write!(f, "only {n} A/A comparisons: the floor is uncertain"),
            Warning::LevelOutOfBand { differing, n } => {
                write!(f, "{differing} of {n} A/A pairs called different: outside what chance allows")
            }
        }
    }
}
