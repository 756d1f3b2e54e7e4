//! The newest value of each series, as columns.

use super::figures::four;
use crate::source::Point;
use serde::{Deserialize, Serialize};

/// Columns with one entry a series, in the catalogue's order; four significant digits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latest {
    /// The newest value.
    pub value: Vec<Option<f64>>,
    /// Lower end of its interval.
    pub low: Vec<Option<f64>>,
    /// Upper end of its interval.
    pub high: Vec<Option<f64>>,
    /// Its position.
    pub position: Vec<Option<u32>>,
    /// Number of points.
    pub points: Vec<u32>,
    /// Size of the last change, relative.
    pub change: Vec<Option<f64>>,
    /// Standard deviation of the log of a value.
    pub noise: Vec<Option<f64>>,
}

impl Latest {
    /// Makes room for so many series.
    pub fn resize(&mut self, series: usize) {
        for column in [&mut self.value, &mut self.low, &mut self.high, &mut self.change, &mut self.noise] {
            column.resize(series, None);
        }
        self.position.resize(series, None);
        self.points.resize(series, 0);
    }

    /// Whether all columns have so many entries.
    pub fn has(&self, series: usize) -> bool {
        let columns = [&self.value, &self.low, &self.high, &self.change, &self.noise];
        columns.iter().all(|column| column.len() == series)
            && self.position.len() == series
            && self.points.len() == series
    }

    /// Notes the newest of some points of a series, and how many more it has now.
    pub fn note(&mut self, series: usize, newest: Option<&Point>, added: u32) {
        self.points[series] += added;
        if let Some(point) = newest.filter(|point| self.position[series].is_none_or(|at| point.position >= at)) {
            self.position[series] = Some(point.position);
            self.value[series] = four(point.value);
            self.low[series] = point.interval.and_then(|(low, _)| four(low));
            self.high[series] = point.interval.and_then(|(_, high)| four(high));
        }
    }
}
