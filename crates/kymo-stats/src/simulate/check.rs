//! What an experiment measured, and whether it is good enough.

/// Size and seed of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Repetitions of each simulated experiment.
    pub repetitions: usize,
    /// Seed of all random draws.
    pub seed: u64,
}

impl Plan {
    /// The plan with a part of the repetitions, at least ten: for what is slow, or finer than needed.
    pub fn part(self, divisor: usize) -> Plan {
        Plan { repetitions: (self.repetitions / divisor).max(10), ..self }
    }
}

/// What a figure must satisfy. Chance is allowed for separately, see [`Check::tolerance`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// From the first to the second.
    Within(f64, f64),
    /// Nothing: shown for comparison.
    Shown,
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A share of cases, 0 to 1.
    Share,
    /// A relative quantity, shown in percent.
    Percent,
    /// A plain number.
    Number,
}

/// One figure with its bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The criterion it belongs to, S1 to S11.
    pub criterion: &'static str,
    /// What was measured, in words.
    pub what: String,
    /// How it is to be read.
    pub kind: Kind,
    /// Cases it was measured on.
    pub repetitions: usize,
    /// The figure.
    pub measured: f64,
    /// What it must satisfy.
    pub bound: Bound,
    /// Allowance for chance: three standard errors at the bound.
    pub tolerance: f64,
}

/// Standard errors allowed for chance. Source: statistics reference, 5.
const SIGMAS: f64 = 3.0;

impl Check {
    /// A share: `hits` of `cases`. Chance is binomial, at the bound.
    pub fn share(criterion: &'static str, what: impl Into<String>, hits: usize, cases: usize, bound: Bound) -> Check {
        let at = match bound {
            Bound::AtMost(p) | Bound::AtLeast(p) => p,
            Bound::Within(lo, hi) => {
                if (lo - 0.5).abs() < (hi - 0.5).abs() {
                    lo
                } else {
                    hi
                }
            }
            Bound::Shown => 0.0,
        };
        let p = at.clamp(0.0, 1.0);
        Check {
            criterion,
            what: what.into(),
            kind: Kind::Share,
            repetitions: cases,
            measured: hits as f64 / cases as f64,
            bound,
            tolerance: SIGMAS * (p * (1.0 - p) / cases as f64).sqrt(),
        }
    }

    /// The mean of `values`; chance is their standard error.
    pub fn mean(criterion: &'static str, what: impl Into<String>, kind: Kind, values: &[f64], bound: Bound) -> Check {
        let error = crate::sample::sd(values).unwrap_or(0.0) / (values.len() as f64).sqrt();
        Check {
            criterion,
            what: what.into(),
            kind,
            repetitions: values.len(),
            measured: crate::sample::mean(values).unwrap_or(f64::NAN),
            bound,
            tolerance: SIGMAS * error,
        }
    }

    /// The largest of `values`, to which no chance applies.
    pub fn largest(criterion: &'static str, what: impl Into<String>, values: &[f64], bound: Bound) -> Check {
        Check {
            criterion,
            what: what.into(),
            kind: Kind::Number,
            repetitions: values.len(),
            measured: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            bound,
            tolerance: 0.0,
        }
    }

    /// Whether the figure satisfies its bound, allowing for chance. A figure that is not a number does not.
    pub fn passes(&self) -> bool {
        self.satisfies(self.tolerance)
    }

    /// Whether it passes only because chance is allowed for.
    pub fn passes_by_allowance(&self) -> bool {
        self.passes() && !self.satisfies(0.0)
    }

    fn satisfies(&self, tolerance: f64) -> bool {
        let above = |lo: f64| self.measured >= lo - tolerance;
        let below = |hi: f64| self.measured <= hi + tolerance;
        match self.bound {
            Bound::AtMost(hi) => below(hi),
            Bound::AtLeast(lo) => above(lo),
            Bound::Within(lo, hi) => above(lo) && below(hi),
            Bound::Shown => !self.measured.is_nan(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_allowed_for_at_the_bound() {
        let level = |hits| Check::share("S0", "level", hits, 400, Bound::AtMost(0.05));
        assert!(level(33).passes());
        assert!(!level(34).passes());
        assert!(
            level(33).passes_by_allowance() && !level(20).passes_by_allowance() && !level(34).passes_by_allowance()
        );
        assert!(Check::share("S0", "shown", 400, 400, Bound::Shown).passes());
        assert!(!Check::mean("S0", "nothing", Kind::Number, &[], Bound::AtMost(1.0)).passes());
        assert!(!Check::largest("S0", "error", &[1e-9, 2e-12], Bound::AtMost(1e-12)).passes());
    }
}
