//! The catalogue: all series as dictionary-coded columns, and the groups that their points lie in.

use super::FormatError;
use crate::source::{Metric, SeriesInfo};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The catalogue; the six columns have one entry a series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Names of projects.
    pub projects: Vec<String>,
    /// Names of machines.
    pub machines: Vec<String>,
    /// Names of benchmarks.
    pub benchmarks: Vec<String>,
    /// Variants.
    pub variants: Vec<String>,
    /// Phases.
    pub phases: Vec<String>,
    /// Metrics.
    pub metrics: Vec<MetricEntry>,
    /// Places in `projects`.
    pub project: Vec<u32>,
    /// Places in `machines`.
    pub machine: Vec<u32>,
    /// Places in `benchmarks`.
    pub benchmark: Vec<u32>,
    /// Places in `variants`.
    pub variant: Vec<u32>,
    /// Places in `phases`.
    pub phase: Vec<u32>,
    /// Places in `metrics`.
    pub metric: Vec<u32>,
    /// Numbers of the series of canaries.
    pub canary: Vec<u32>,
    /// The groups, in the order of their series.
    pub groups: Vec<Group>,
}

/// A metric.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetricEntry {
    /// Its name.
    pub name: String,
    /// `s`, `B`, `1` or `ratio`.
    pub unit: String,
    /// `lower` or `higher`, which is better.
    pub direction: String,
}

impl From<&Metric> for MetricEntry {
    fn from(metric: &Metric) -> Self {
        let direction = if metric.lower_is_better { "lower" } else { "higher" };
        Self { name: metric.name.clone(), unit: metric.unit.clone(), direction: direction.to_owned() }
    }
}

/// Series whose points lie in the same segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Number of its first series.
    pub first: u32,
    /// How many series it has.
    pub count: u32,
    /// Its newest segment.
    pub tail: Option<String>,
}

/// The names of one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names<'a> {
    /// The project.
    pub project: &'a str,
    /// The machine.
    pub machine: &'a str,
    /// The benchmark.
    pub benchmark: &'a str,
    /// The variant.
    pub variant: &'a str,
    /// The phase.
    pub phase: &'a str,
    /// The metric.
    pub metric: &'a MetricEntry,
}

impl Catalog {
    /// Number of series.
    pub fn len(&self) -> usize {
        self.project.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.project.is_empty()
    }

    /// The names of a series.
    pub fn names(&self, series: usize) -> Option<Names<'_>> {
        Some(Names {
            project: self.projects.get(*self.project.get(series)? as usize)?,
            machine: self.machines.get(*self.machine.get(series)? as usize)?,
            benchmark: self.benchmarks.get(*self.benchmark.get(series)? as usize)?,
            variant: self.variants.get(*self.variant.get(series)? as usize)?,
            phase: self.phases.get(*self.phase.get(series)? as usize)?,
            metric: self.metrics.get(*self.metric.get(series)? as usize)?,
        })
    }

    /// Adds series behind those there are.
    pub fn extend(&mut self, series: &[&SeriesInfo]) {
        let first = self.len() as u32;
        column(&mut self.projects, &mut self.project, series, |one| one.project.clone());
        column(&mut self.machines, &mut self.machine, series, |one| one.machine.clone());
        column(&mut self.benchmarks, &mut self.benchmark, series, |one| one.benchmark.clone());
        column(&mut self.variants, &mut self.variant, series, |one| one.variant.clone());
        column(&mut self.phases, &mut self.phase, series, |one| one.phase.clone());
        column(&mut self.metrics, &mut self.metric, series, |one| MetricEntry::from(&one.metric));
        self.canary.extend(series.iter().zip(first..).filter(|(one, _)| one.canary).map(|(_, number)| number));
    }

    /// Checks that columns, dictionaries and groups belong together.
    ///
    /// # Errors
    /// When they do not.
    pub fn check(&self) -> Result<(), FormatError> {
        let columns = [&self.machine, &self.benchmark, &self.variant, &self.phase, &self.metric];
        if columns.iter().any(|column| column.len() != self.len()) {
            return Err(FormatError::new("the columns of the catalogue are not equally long"));
        }
        if let Some(series) = (0..self.len()).find(|series| self.names(*series).is_none()) {
            return Err(FormatError::new(format!("series {series} names what is in no list of the catalogue")));
        }
        let mut next = 0;
        for group in &self.groups {
            if group.first != next || group.count == 0 {
                return Err(FormatError::new(format!("the group at series {next} is not there")));
            }
            next = next.saturating_add(group.count);
        }
        if next as usize != self.len() {
            return Err(FormatError::new("the groups do not cover the series"));
        }
        Ok(())
    }
}

fn column<T: Clone + Eq + std::hash::Hash>(
    names: &mut Vec<T>,
    numbers: &mut Vec<u32>,
    series: &[&SeriesInfo],
    name: impl Fn(&SeriesInfo) -> T,
) {
    let mut known: HashMap<T, u32> = names.iter().cloned().zip(0..).collect();
    for one in series {
        let name = name(one);
        let next = names.len() as u32;
        numbers.push(*known.entry(name.clone()).or_insert_with(|| {
            names.push(name);
            next
        }));
    }
}
