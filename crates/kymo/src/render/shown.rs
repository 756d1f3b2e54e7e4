//! The figure that stands for a cell.

use kymo_lab::analysis::Cell;
use kymo_stats::Interval;

/// A spread of logarithms below this is a rounding: means of equal numbers may miss them by as much.
const ROUNDING: f64 = 1e-12;

/// The figure of a measured cell, in the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The geometric mean; the arithmetic where a cost is zero, and the number itself where all costs are one number,
    /// which a detour over logarithms would miss by a rounding.
    pub value: f64,
    /// Its 95 % interval.
    pub ci95: Option<Interval>,
    /// Whether the costs differ.
    pub varies: bool,
}

/// The figure of a cell; `None` where nothing was measured.
pub fn figure(cell: &Cell) -> Option<Figure> {
    let Cell::Measured { estimate, mean, .. } = cell else { return None };
    let Some(estimate) = estimate else { return Some(Figure { value: *mean, ci95: None, varies: false }) };
    let varies = estimate.sd_log.is_some_and(|sd| sd > ROUNDING);
    if varies {
        return Some(Figure { value: estimate.geometric_mean(), ci95: estimate.interval(), varies });
    }
    Some(Figure { value: *mean, ci95: estimate.ci95.map(|_| Interval::around(*mean, 0.0)), varies })
}
