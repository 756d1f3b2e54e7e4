//! Warm-up: classes one invocation's stored iterations afterwards, by segments of its log times.
//!
//! Nothing here is in absolute units, so the class does not depend on the unit of the times. It cannot tell a fast cycle
//! from autocorrelation (both are flat) nor a ramp from a slow-down; and a step in the very middle of the tail is taken for
//! the tail's noise.

use std::ops::Range;

use crate::robust::{self, MAD_TO_SD};
use crate::{sample, segments};

/// Fewest iterations that can be assessed. Source for this and all below: simulation of the statistics reference, 2.6 and
/// 3.8; `docs/validation.md`, S9.
pub const ITERATIONS_FOR_ASSESSMENT: usize = 30;

/// The tail that is taken as the steady state's noise is the last n/3 iterations, at least this many.
pub const TAIL_MIN: usize = 10;

/// Segments whose medians differ by at most this, relatively, are one level.
pub const EQUIVALENCE: f64 = 0.02;

/// Shortest segment, in iterations.
pub const SEGMENT_MIN: usize = 3;

/// The penalty per segment is this times ln n, times (1 + φ)/(1 − φ).
pub const PENALTY_PER_LOG: f64 = 4.0;

/// Autocorrelation φ of the tail is held within 0 and this.
pub const PHI_MAX: f64 = 0.8;

/// Noise is taken to be at least one part in a million: what repeats to the bit would otherwise have no scale, and prefix
/// sums of anything finer would be rounding. Ours.
const NOISE_MIN_LOG: f64 = 1e-6;

/// The share of invocations that has settled at the shared cut.
const SHARED_CUT_QUANTILE: f64 = 0.9;

/// What an invocation's times do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// One level from the first iteration.
    Flat,
    /// Slower at first.
    WarmUp,
    /// Faster at first.
    SlowDown,
    /// Still changing in the last third.
    NoSteadyState,
}

/// The assessment of one invocation.
#[derive(Debug, Clone, PartialEq)]
pub struct Warmup {
    /// What its times do.
    pub class: Class,
    /// First steady iteration, counted from 0.
    pub cut: usize,
    /// The stretches of constant level that it was read from.
    pub segments: Vec<Range<usize>>,
}

/// An invocation assessed, or the reason why not.
#[derive(Debug, Clone, PartialEq)]
pub enum Assessment {
    /// Classed by its own times.
    Assessed(Warmup),
    /// Too short: the suite's fixed discard applies.
    NotAssessed {
        /// Iterations to discard.
        discard: usize,
    },
}

impl Assessment {
    /// Iterations to discard.
    pub fn cut(&self) -> usize {
        match self {
            Assessment::Assessed(warmup) => warmup.cut,
            Assessment::NotAssessed { discard } => *discard,
        }
    }
}

/// What the invocations of a variant have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// All are of this class.
    All(Class),
    /// They disagree: shown, and still used.
    Inconsistent,
}

/// Assesses one invocation's iteration times (any unit); with fewer than thirty, it is `fixed_discard`, not assessed. `None`
/// if a time is not a positive number.
pub fn assess(times: &[f64], fixed_discard: usize) -> Option<Assessment> {
    let logs = sample::logs(times)?;
    if logs.len() < ITERATIONS_FOR_ASSESSMENT {
        return Some(Assessment::NotAssessed { discard: fixed_discard });
    }
    let segments = segments_of(&robust::winsorise(&logs))?;
    let (class, cut) = classify(times, &segments)?;
    Some(Assessment::Assessed(Warmup { class, cut, segments }))
}

/// The cut for both sides of a comparison: the larger of the sides' 90th percentiles (nearest rank) of their invocations'
/// cuts, so that neither side is measured earlier in its life than the other. `None` if a side has no invocation.
pub fn shared_cut(a: &[usize], b: &[usize]) -> Option<usize> {
    Some(nearest_rank(a)?.max(nearest_rank(b)?))
}

/// Whether invocations agree on their class; `None` without any.
pub fn agreement(classes: &[Class]) -> Option<Agreement> {
    let &first = classes.first()?;
    let agree = classes.iter().all(|&class| class == first);
    Some(if agree { Agreement::All(first) } else { Agreement::Inconsistent })
}

fn nearest_rank(cuts: &[usize]) -> Option<usize> {
    let mut sorted = cuts.to_vec();
    sorted.sort_unstable();
    let rank = (SHARED_CUT_QUANTILE * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.checked_sub(1)?).copied()
}

/// Length of the tail of `n` iterations that must be steady.
fn tail_len(n: usize) -> usize {
    TAIL_MIN.max(n / 3)
}

/// Segments of winsorised log times.
fn segments_of(logs: &[f64]) -> Option<Vec<Range<usize>>> {
    let n = logs.len();
    let tail = &logs[n.checked_sub(tail_len(n))?..];
    let noise = noise_of(tail)?;
    let phi = phi_of(tail)?;
    let scaled: Vec<f64> = logs.iter().map(|log| log / noise).collect();
    let penalty = PENALTY_PER_LOG * (n as f64).ln() * (1.0 + phi) / (1.0 - phi);
    Some(segments::partition(&scaled, penalty, SEGMENT_MIN))
}

/// The larger of the tail's spread and of its steps' spread: the first alone is fooled by a tail that sits still, the second
/// by one that wanders.
fn noise_of(tail: &[f64]) -> Option<f64> {
    let spread = MAD_TO_SD * robust::mad(tail)?;
    let of_steps = MAD_TO_SD * robust::mad(&robust::differences(tail, 1))? / std::f64::consts::SQRT_2;
    Some(spread.max(of_steps).max(NOISE_MIN_LOG))
}

/// Autocorrelation of the tail about its median, with 1/len added back that a short sample loses; none without spread.
fn phi_of(tail: &[f64]) -> Option<f64> {
    let lag1 = robust::lag1_autocorrelation(tail, sample::median(tail)?);
    Some(lag1.map_or(0.0, |lag1| (lag1 + 1.0 / tail.len() as f64).clamp(0.0, PHI_MAX)))
}

/// Walks back from the last segment while the level is the same; the first that differs decides the class.
fn classify(times: &[f64], segments: &[Range<usize>]) -> Option<(Class, usize)> {
    let last = segments.last()?;
    let steady = sample::median(&times[last.clone()])?;
    let mut cut = last.start;
    for segment in segments.iter().rev().skip(1) {
        let relative = sample::median(&times[segment.clone()])? / steady - 1.0;
        if relative.abs() > EQUIVALENCE {
            let class = if cut > times.len() - tail_len(times.len()) {
                Class::NoSteadyState
            } else if relative > 0.0 {
                Class::WarmUp
            } else {
                Class::SlowDown
            };
            return Some((class, cut));
        }
        cut = segment.start;
    }
    Some((Class::Flat, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixty times with ±1 % of fixed wiggle, shaped by `level`.
    fn times(level: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..60).map(|i| level(i) * (1.0 + 0.01 * (i as f64 * 2.399).sin())).collect()
    }

    fn check(level: impl Fn(usize) -> f64, class: Class, cut: usize) {
        let times = times(level);
        let Some(Assessment::Assessed(found)) = assess(&times, 5) else { panic!("not assessed") };
        assert_eq!((found.class, found.cut), (class, cut), "{:?}", found.segments);
        let nanoseconds: Vec<f64> = times.iter().map(|t| t * 1e9).collect();
        assert_eq!(assess(&nanoseconds, 5), Some(Assessment::Assessed(found)));
    }

    #[test]
    fn classes() {
        check(|_| 1.0, Class::Flat, 0);
        check(|i| if i < 12 { 1.5 } else { 1.0 }, Class::WarmUp, 12);
        check(|i| if i < 20 { 1.0 } else { 1.2 }, Class::SlowDown, 20);
        check(|i| if i < 44 { 1.0 } else { 1.2 }, Class::NoSteadyState, 44);
        check(|i| if i < 54 { 1.0 } else { 1.2 }, Class::NoSteadyState, 54);
        check(|i| if i < 20 { 1.0 } else { 1.01 }, Class::Flat, 0);
    }

    #[test]
    fn a_counter_that_repeats_to_the_bit_is_classed_too() {
        let counts: Vec<f64> = (0..40).map(|i| if i < 5 { 1300.0 } else { 1000.0 }).collect();
        let Some(Assessment::Assessed(found)) = assess(&counts, 0) else { panic!("not assessed") };
        assert_eq!((found.class, found.cut), (Class::WarmUp, 5));
        let Some(Assessment::Assessed(still)) = assess(&[7.0; 40], 0) else { panic!("not assessed") };
        assert_eq!(still.class, Class::Flat);
    }

    #[test]
    fn short_invocations_are_not_assessed() {
        assert_eq!(assess(&[1.0; 29], 3), Some(Assessment::NotAssessed { discard: 3 }));
        assert_eq!(assess(&[1.0; 29], 3).unwrap().cut(), 3);
        assert_eq!(assess(&[0.0; 40], 3), None);
    }

    #[test]
    fn both_sides_take_the_later_cut() {
        let a = [0, 0, 0, 0, 0, 0, 0, 0, 3, 30];
        let b = [1; 10];
        assert_eq!(shared_cut(&a, &b), Some(3));
        assert_eq!(shared_cut(&b, &a), Some(3));
        assert_eq!(shared_cut(&[], &b), None);
    }

    #[test]
    fn disagreement_is_named() {
        assert_eq!(agreement(&[Class::Flat; 3]), Some(Agreement::All(Class::Flat)));
        assert_eq!(agreement(&[Class::Flat, Class::WarmUp]), Some(Agreement::Inconsistent));
        assert_eq!(agreement(&[]), None);
    }
}
