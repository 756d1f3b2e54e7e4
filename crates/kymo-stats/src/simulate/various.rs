//! S11: series of many shapes, scored as annotated ones are: what is no level must not be cut into levels.

use super::check::{Bound, Check, Kind, Plan};
use super::draw::Draw;
use super::score::{cover, f1};
use super::shapes::{Annotated, Shape};
use crate::plain::detect_plain;

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut all = Figures::default();
    for shape in Shape::ALL {
        let figures = figures(plan.part(4), shape);
        let alarms = match shape {
            Shape::Flat => Bound::AtMost(0.05),
            Shape::Line | Shape::Season | Shape::Grains => Bound::AtMost(0.2),
            _ => Bound::Shown,
        };
        checks.push(Check::mean(
            "S11",
            format!("alarms a series, {}", shape.name()),
            Kind::Number,
            &figures.alarms,
            alarms,
        ));
        checks.push(Check::mean("S11", format!("F1, {}", shape.name()), Kind::Number, &figures.f1, Bound::Shown));
        checks.push(Check::mean("S11", format!("cover, {}", shape.name()), Kind::Number, &figures.cover, Bound::Shown));
        all.extend(figures);
    }
    let mean = |what: &str, values: &[f64], bound| Check::mean("S11", what, Kind::Number, values, bound);
    checks.push(mean("F1, all shapes", &all.f1, Bound::AtLeast(0.82)));
    checks.push(mean("F1, all shapes, who never alarms", &all.f1_of_none, Bound::Shown));
    checks.push(mean("cover, all shapes", &all.cover, Bound::AtLeast(0.80)));
    checks.push(mean("cover, all shapes, who never alarms", &all.cover_of_none, Bound::Shown));
    checks
}

#[derive(Default)]
struct Figures {
    alarms: Vec<f64>,
    f1: Vec<f64>,
    cover: Vec<f64>,
    f1_of_none: Vec<f64>,
    cover_of_none: Vec<f64>,
}

impl Figures {
    fn add(&mut self, series: &Annotated) {
        let found = detect_plain(&series.values).map_or_else(Vec::new, |plain| plain.found.steps);
        let alarms: Vec<usize> = found.iter().map(|step| step.at).collect();
        let (marks, n) = (&series.annotations, series.values.len());
        self.alarms.push(alarms.len() as f64);
        self.f1.push(f1(marks, &alarms, n));
        self.cover.push(cover(marks, &alarms, n));
        self.f1_of_none.push(f1(marks, &[], n));
        self.cover_of_none.push(cover(marks, &[], n));
    }

    fn extend(&mut self, other: Figures) {
        self.f1.extend(other.f1);
        self.cover.extend(other.cover);
        self.f1_of_none.extend(other.f1_of_none);
        self.cover_of_none.extend(other.cover_of_none);
    }
}

fn figures(plan: Plan, shape: Shape) -> Figures {
    let mut draw = Draw::new(plan.seed, &format!("S11 {}", shape.name()));
    let mut figures = Figures::default();
    for _ in 0..plan.repetitions {
        figures.add(&shape.draw(&mut draw));
    }
    figures
}
