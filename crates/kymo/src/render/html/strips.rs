//! Raw samples as small pictures: a point for each, to the right what took more, downwards in the order of measurement,
//! so that a drift shows as a slope.

use super::Sided;
use crate::render::shown::figure;
use crate::render::units::Scale;
use kymo_lab::analysis::costs::{Costs, Side as CostSide, VariantCosts};
use kymo_lab::analysis::{Cell, Row};
use kymo_model::{Invocation, Phase, Run, Unit, metric::Nature};
use maud::{Markup, html};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Width of a picture, in pixels.
const WIDTH: f64 = 150.0;

/// Height of a picture, in pixels.
const HEIGHT: f64 = 24.0;

/// Space at each edge, in pixels.
const EDGE: f64 = 4.0;

/// Sides of a benchmark whose means are less than this factor apart share a scale, so that what overlaps is seen to.
const FACTOR_TO_SHARE: f64 = 2.0;

/// Up to this many samples each has a height of its own; more share a few, so that the file stays small.
const SAMPLES_APART: usize = 300;

/// Pixels between two heights where samples share them.
const COARSE: f64 = 3.0;

/// The samples of a table: for each row and variant those that its figure was made of.
pub struct Strips {
    rows: Vec<Vec<Vec<f64>>>,
    unit: Unit,
}

impl Strips {
    /// The samples of a table; `None` for figures that are exact, of which a picture shows nothing.
    pub fn of(sided: &Sided) -> Option<Self> {
        let table = &sided.table;
        if table.metric.nature() == Nature::Exact {
            return None;
        }
        let index: Vec<(&Run, Vec<Vec<&Invocation>>)> = runs(sided).map(|run| (run, by_benchmark(run))).collect();
        let rows = table.rows.iter().enumerate().map(|(number, row)| samples(sided, &index, number, row)).collect();
        Some(Self { rows, unit: table.metric.unit() })
    }

    /// The picture of a cell; `None` where there is nothing to show.
    pub fn picture(&self, row: usize, variant: usize, cells: &[Cell]) -> Option<Markup> {
        let own = self.rows.get(row)?.get(variant).filter(|own| !own.is_empty())?;
        let (least, most) = ends(own);
        if least == most {
            // A picture of one point would show nothing.
            return Some(html! { span.range { (own.len()) " alike" } });
        }
        let shared: Vec<f64> = self.rows[row].iter().flatten().copied().collect();
        let values: Vec<f64> = cells.iter().filter_map(|cell| Some(figure(cell)?.value)).collect();
        let (least, most) = ends(&values);
        let (lo, hi) = if most < FACTOR_TO_SHARE * least { ends(&shared) } else { ends(own) };
        let at = |value: f64| {
            let share = if hi > lo { (value - lo) / (hi - lo) } else { 0.5 };
            EDGE + share.clamp(0.0, 1.0) * (WIDTH - 2.0 * EDGE)
        };
        let figure = cells.get(variant).and_then(figure);
        let said = self.range(own);
        Some(html! {
            svg.strip width=(WIDTH) height=(HEIGHT) role="img" aria-label={ (own.len()) " samples, " (said) } {
                @if let Some(interval) = figure.and_then(|figure| figure.ci95) {
                    @let (from, to) = (at(interval.lo), at(interval.hi));
                    rect.band x=(pixel(from)) y="0" width=(pixel((to - from).max(1.0))) height=(HEIGHT) {}
                }
                path.samples d=(points(own, at)) {}
                @if let Some(figure) = figure { path.middle d={ "M" (pixel(at(figure.value))) " 0V" (HEIGHT) } {} }
            }
            span.range { (said) }
        })
    }

    /// The smallest and the largest sample.
    fn range(&self, own: &[f64]) -> String {
        let (lo, hi) = ends(own);
        let scale = Scale::common(&[lo, hi], self.unit).unwrap_or_else(|| Scale::of(hi, self.unit));
        let (from, to) = (scale.show(lo), scale.show(hi));
        if from == to { from } else { format!("{from} – {to}") }
    }
}

/// The runs of a table, each once.
fn runs<'a>(sided: &Sided<'a>) -> impl Iterator<Item = &'a Run> {
    let mut runs: Vec<&Run> = Vec::new();
    for side in &sided.sides {
        if !runs.iter().any(|known| std::ptr::eq(*known, side.run)) {
            runs.push(side.run);
        }
    }
    runs.into_iter()
}

fn by_benchmark(run: &Run) -> Vec<Vec<&Invocation>> {
    let mut index = vec![Vec::new(); run.plan.benchmarks.len()];
    for invocation in &run.invocations {
        if let Some(own) = index.get_mut(invocation.benchmark as usize) {
            own.push(invocation);
        }
    }
    index
}

/// The samples of a row, for each variant: those that the analysis kept, cut where it cut.
fn samples(sided: &Sided, index: &[(&Run, Vec<Vec<&Invocation>>)], number: usize, row: &Row) -> Vec<Vec<f64>> {
    let (phase, metric) = (sided.table.phase, sided.table.metric);
    let taken = |costs: Option<&VariantCosts>| costs.map(|costs| costs.samples().to_vec()).unwrap_or_default();
    let none = || vec![Vec::new(); sided.sides.len()];
    let place = |run: &Run| {
        let same = |place: &usize| run.plan.benchmarks.get(*place).is_some_and(|own| own.name == row.benchmark);
        Some(number).filter(same).or_else(|| (0..run.plan.benchmarks.len()).find(same))
    };
    match index {
        [(run, invocations)] => {
            let Some(benchmark) = place(run) else { return none() };
            let costs = of_one(run, &invocations[benchmark], benchmark, (phase, metric));
            sided.sides.iter().map(|side| taken(costs.variant(side.variant))).collect()
        }
        [(a, of_a), (b, of_b)] => {
            let (Some(in_a), Some(in_b)) = (place(a), place(b)) else { return none() };
            let side = |run: &Run, benchmark, invocations| CostSide {
                variants: run.plan.variants.len(),
                benchmark,
                invocations,
            };
            let both = [side(a, in_a, of_a[in_a].as_slice()), side(b, in_b, of_b[in_b].as_slice())];
            let [costs_a, costs_b] = Costs::of_two(both, phase, metric);
            let of = |run: &Run| if std::ptr::eq(run, *a) { &costs_a } else { &costs_b };
            sided.sides.iter().map(|side| taken(of(side.run).variant(side.variant))).collect()
        }
        _ => none(),
    }
}

fn of_one(
    run: &Run,
    invocations: &[&Invocation],
    benchmark: usize,
    (phase, metric): (Phase, kymo_model::Metric),
) -> Costs {
    Costs::of_invocations(run.plan.variants.len(), invocations.iter().copied(), benchmark, phase, metric)
}

fn ends(values: &[f64]) -> (f64, f64) {
    let fold = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick).unwrap_or(0.0);
    (fold(f64::min), fold(f64::max))
}

/// A point for each sample, those that would lie on another left out.
fn points(own: &[f64], at: impl Fn(f64) -> f64) -> String {
    let room = HEIGHT - 2.0 * EDGE;
    let mut drawn = BTreeSet::new();
    let mut path = String::new();
    for (number, value) in own.iter().enumerate() {
        let y = EDGE + room * (number as f64 + 0.5) / own.len() as f64;
        let apart = own.len() <= SAMPLES_APART;
        let (x, y) = if apart { (at(*value), y) } else { (at(*value).round(), (y / COARSE).round() * COARSE) };
        if drawn.insert(((x * 10.0).round() as i64, (y * 10.0).round() as i64)) {
            let _ = write!(path, "M{} {}h0", pixel(x), pixel(y));
        }
    }
    path
}

/// A place to a tenth of a pixel, without needless digits.
fn pixel(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}
