//! S3 and S6: what is found, what is called the same, and what stays open.

use super::check::{Bound, Check, Plan};
use super::draw::Draw;
use crate::compare::{ALPHA, Comparison, of_differences};
use crate::verdict::{Margin, Verdict, verdict};

/// Allowance around the computed power. Source: statistics reference, 5, S3.
const POINTS: f64 = 0.03;

/// Power of the paired t at 5 %, twenty rounds: standard deviation, then power at +1, +2 and +5 %. Source: exact, statistics
/// reference, 4.
const POWER: [(f64, [f64; 3]); 4] =
    [(0.01, [0.99, 1.0, 1.0]), (0.02, [0.56, 0.99, 1.0]), (0.04, [0.18, 0.56, 1.0]), (0.08, [0.08, 0.18, 0.73])];

/// True differences at which verdicts are counted, relative.
const EFFECTS: [f64; 4] = [0.0, 0.005, 0.01, 0.02];

/// Shares of verdicts at δ = 1 %, for each of [`EFFECTS`].
struct Expected {
    sd: f64,
    rounds: usize,
    same: [f64; 4],
    changed: [f64; 4],
}

/// Source: simulation of the statistics reference, 4, by an independent program.
const VERDICTS: [Expected; 4] = [
    Expected { sd: 0.01, rounds: 10, same: [0.79, 0.42, 0.05, 0.0], changed: [0.03, 0.26, 0.78, 1.0] },
    Expected { sd: 0.01, rounds: 20, same: [0.99, 0.69, 0.05, 0.0], changed: [0.01, 0.29, 0.95, 1.0] },
    Expected { sd: 0.02, rounds: 20, same: [0.39, 0.22, 0.04, 0.0], changed: [0.05, 0.18, 0.56, 0.99] },
    Expected { sd: 0.02, rounds: 60, same: [0.97, 0.60, 0.05, 0.0], changed: [0.02, 0.38, 0.95, 1.0] },
];

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = Vec::new();
    for (sd, powers) in POWER {
        for (effect, expected) in [0.01, 0.02, 0.05].into_iter().zip(powers) {
            let what = format!("found at {}, s {}, 20 rounds", signed(effect), percent(sd));
            let hits = count(plan, &what, Design { sd, rounds: 20, effect }, |found| found.p <= ALPHA);
            checks.push(Check::share("S3", what, hits, plan.repetitions, around(expected)));
        }
    }
    for Expected { sd, rounds, same, changed } in VERDICTS {
        for (at, effect) in EFFECTS.into_iter().enumerate() {
            let design = Design { sd, rounds, effect };
            let name = format!("true {}, s {}, {rounds} rounds", signed(effect), percent(sd));
            let what = format!("called same, {name}");
            let hits = count(plan, &what, design, is_same);
            checks.push(Check::share("S3", what, hits, plan.repetitions, around(same[at])));
            let what = format!("called changed, {name}");
            let hits = count(plan, &what, design, |found| matches!(judged(found), Verdict::Faster | Verdict::Slower));
            checks.push(Check::share("S3", what, hits, plan.repetitions, around(changed[at])));
        }
    }
    checks
}

/// S6: one comparison, s 1 %, twenty rounds.
pub(super) fn sameness(plan: Plan) -> Vec<Check> {
    let cases = [(0.0, Bound::AtLeast(0.97)), (0.01, Bound::AtMost(0.06)), (0.03, Bound::AtMost(0.001))];
    cases
        .into_iter()
        .map(|(effect, bound)| {
            let what = format!("called same, true {}", signed(effect));
            let hits = count(plan, &format!("S6 {what}"), Design { sd: 0.01, rounds: 20, effect }, is_same);
            Check::share("S6", what, hits, plan.repetitions, bound)
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Design {
    sd: f64,
    rounds: usize,
    effect: f64,
}

fn count(plan: Plan, purpose: &str, design: Design, hit: impl Fn(&Comparison) -> bool) -> usize {
    let mut draw = Draw::new(plan.seed, purpose);
    let mut differences = || {
        let round = |_| design.effect.ln_1p() + design.sd * draw.normal();
        (0..design.rounds).map(round).collect::<Vec<f64>>()
    };
    (0..plan.repetitions).filter(|_| of_differences(&differences()).is_some_and(|found| hit(&found))).count()
}

fn judged(comparison: &Comparison) -> Verdict {
    verdict(comparison, comparison.p, Margin::LEAST)
}

fn is_same(comparison: &Comparison) -> bool {
    matches!(judged(comparison), Verdict::Same { .. })
}

fn around(share: f64) -> Bound {
    Bound::Within((share - POINTS).max(0.0), (share + POINTS).min(1.0))
}

pub(super) fn percent(relative: f64) -> String {
    format!("{} %", (relative * 1e6).round() / 1e4)
}

pub(super) fn signed(relative: f64) -> String {
    if relative == 0.0 { "0".to_owned() } else { format!("+{}", percent(relative)) }
}
