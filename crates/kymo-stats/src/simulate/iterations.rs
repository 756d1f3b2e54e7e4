//! S9: invocations of known shape, and what they are classed as.

use super::check::{Bound, Check, Plan};
use super::draw::Draw;
use super::power::percent;
use crate::warmup::{Assessment, Class, Warmup, assess};

/// The shape of an invocation's times. Source: statistics reference, 3.8.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Flat,
    /// With autocorrelation .5.
    FlatAutocorrelated,
    /// With 2 % of iterations 30 % slower.
    FlatSpiky,
    /// Half as slow again in the first fifth.
    Step,
    /// 60 % slower at first, settling within a few twentieths.
    Exponential,
    /// 5 % slower in the second half.
    SlowDown,
    /// 20 % slower in the last tenth.
    LateStep,
}

impl Shape {
    const HELD: [Shape; 6] =
        [Shape::Flat, Shape::FlatAutocorrelated, Shape::FlatSpiky, Shape::Step, Shape::Exponential, Shape::SlowDown];

    fn name(self) -> &'static str {
        match self {
            Shape::Flat => "flat",
            Shape::FlatAutocorrelated => "flat, AR(.5)",
            Shape::FlatSpiky => "flat, 2 % spikes of 30 %",
            Shape::Step => "step",
            Shape::Exponential => "exponential",
            Shape::SlowDown => "slow-down of 5 %",
            Shape::LateStep => "late step of 20 %",
        }
    }

    fn class(self) -> Class {
        match self {
            Shape::Flat | Shape::FlatAutocorrelated | Shape::FlatSpiky => Class::Flat,
            Shape::Step | Shape::Exponential => Class::WarmUp,
            Shape::SlowDown => Class::SlowDown,
            Shape::LateStep => Class::NoSteadyState,
        }
    }

    fn level(self, t: usize, n: usize) -> f64 {
        match self {
            Shape::Step if t < n / 5 => 1.5,
            Shape::Exponential => 1.0 + 0.6 * (-20.0 * t as f64 / n as f64).exp(),
            Shape::SlowDown if t >= n / 2 => 1.05,
            Shape::LateStep if t >= n - n / 10 => 1.2,
            _ => 1.0,
        }
    }

    fn times(self, draw: &mut Draw, design: Design) -> Vec<f64> {
        let phi = if self == Shape::FlatAutocorrelated { 0.5 } else { 0.0 };
        let noise = draw.autoregressive(design.n, phi);
        let mut time = |t: usize| {
            let spike = if self == Shape::FlatSpiky && draw.happens(0.02) { 1.3 } else { 1.0 };
            self.level(t, design.n) * spike * (1.0 + design.noise * noise[t])
        };
        (0..design.n).map(&mut time).collect()
    }
}

#[derive(Clone, Copy)]
struct Design {
    n: usize,
    noise: f64,
}

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let held = Design { n: 60, noise: 0.01 };
    let mut checks = Vec::new();
    for shape in Shape::HELD {
        checks.extend(classed(plan, shape, held, Bound::AtLeast(0.97)));
    }
    checks.extend(classed(plan, Shape::LateStep, held, Bound::Shown));
    for design in [Design { n: 30, noise: 0.01 }, Design { n: 200, noise: 0.01 }, Design { n: 60, noise: 0.03 }] {
        for shape in Shape::HELD {
            checks.extend(classed(plan.part(10), shape, design, Bound::Shown));
        }
    }
    checks
}

/// How often a shape is classed right; for the accepted design also that the unit does not matter, and where the cut lies.
fn classed(plan: Plan, shape: Shape, design: Design, bound: Bound) -> Vec<Check> {
    let name = format!("{}, {} iterations, noise {}", shape.name(), design.n, percent(design.noise));
    let mut draw = Draw::new(plan.seed, &format!("S9 {name}"));
    let (mut right, mut unmoved, mut near) = (0, 0, 0);
    for _ in 0..plan.repetitions {
        let times = shape.times(&mut draw, design);
        let nanoseconds: Vec<f64> = times.iter().map(|time| time * 1e9).collect();
        let Some(found) = assessed(&times) else { continue };
        right += usize::from(found.class == shape.class());
        near += usize::from(found.cut.abs_diff(design.n / 5) <= 2);
        let other = assessed(&nanoseconds);
        unmoved += usize::from(other.is_some_and(|other| other.class == found.class && other.cut == found.cut));
    }
    let mut checks = vec![Check::share("S9", format!("classed right: {name}"), right, plan.repetitions, bound)];
    if bound != Bound::Shown {
        let what = format!("class and cut equal when times are × 10⁹: {name}");
        checks.push(Check::share("S9", what, unmoved, plan.repetitions, Bound::AtLeast(1.0)));
        if shape == Shape::Step {
            let what = format!("cut within 2 iterations: {name}");
            checks.push(Check::share("S9", what, near, plan.repetitions, Bound::AtLeast(0.97)));
        }
    }
    checks
}

fn assessed(times: &[f64]) -> Option<Warmup> {
    match assess(times, 0)? {
        Assessment::Assessed(found) => Some(found),
        Assessment::NotAssessed { .. } => None,
    }
}
