//! A load while it goes on, in a line.

use super::super::spark::spark;
use super::{rate, units};
use kymo_load::Interval;
use kymo_model::Unit;
use std::collections::VecDeque;

/// Intervals that the line tells of: the last second, at the usual width.
const RECENT: usize = 10;

/// Intervals that the sparkline shows.
const KEPT: usize = 150;

/// Blocks of the sparkline at most, and at least: fewer show nothing.
const BLOCKS: usize = 30;
const BLOCKS_MIN: usize = 6;

/// What the line knows.
pub struct Live {
    recent: VecDeque<Interval>,
    window_s: f64,
    failed: u64,
}

impl Live {
    /// For a load whose window is so long, in seconds.
    pub fn new(window_s: f64) -> Self {
        Self { recent: VecDeque::new(), window_s, failed: 0 }
    }

    /// Takes the next interval.
    pub fn take(&mut self, interval: &Interval) {
        self.failed += interval.failed;
        self.recent.push_back(*interval);
        if self.recent.len() > KEPT {
            self.recent.pop_front();
        }
    }

    /// The line, for so many columns: the sparkline has what the figures leave.
    pub fn line(&self, columns: usize) -> String {
        let last = self.recent.iter().rev().take(RECENT);
        let last: Vec<&Interval> = last.collect();
        let Some(now) = last.first() else { return String::new() };
        let width = match self.recent.iter().rev().nth(1) {
            Some(before) => now.start - before.start,
            None => self.window_s,
        };
        let answers: u64 = last.iter().map(|one| one.completed).sum();
        let achieved = answers as f64 / (width * last.len() as f64);
        let highest = |of: fn(&Interval) -> f64| last.iter().map(|one| of(one)).fold(0.0, f64::max);
        let medians: Vec<f64> = last.iter().filter(|one| one.response.count > 0).map(|one| one.response.p50).collect();
        let median = kymo_stats::sample::median(&medians).unwrap_or(0.0);
        let seconds = |value: f64| units::quantity(value, Unit::Second);
        let place = match now.start {
            before if before < 0.0 => "warming up".to_owned(),
            after if after >= self.window_s => "waiting for answers".to_owned(),
            within => format!("{:.0} of {:.0} s", within, self.window_s),
        };
        let mut line = format!(
            "{place} · {} · p50 {} · p99 {} · max {}",
            rate(achieved),
            seconds(median),
            seconds(highest(|one| one.response.p99)),
            seconds(highest(|one| one.response.max))
        );
        if now.unsent > 0 {
            line.push_str(&format!(" · {} unsent", units::grouped(now.unsent as f64, 0)));
        }
        if self.failed > 0 {
            line.push_str(&format!(
                " · {}",
                units::counted(usize::try_from(self.failed).unwrap_or(usize::MAX), "error")
            ));
        }
        let tails: Vec<f64> =
            self.recent.iter().filter(|one| one.response.count > 0).map(|one| one.response.p99).collect();
        let room = columns.saturating_sub(line.chars().count() + 1);
        if room >= BLOCKS_MIN {
            line.push_str(&format!(" {}", spark(&tails, room.min(BLOCKS))));
        }
        line
    }
}
