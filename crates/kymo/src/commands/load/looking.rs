//! The live view: one line on a terminal while a load goes on.

use crate::render::load::live::Live;
use crate::status_line::StatusLine;
use kymo_load::{Interval, Observer};
use std::time::{Duration, Instant};

/// How often the line changes at most: more often would be work beside the load.
const EVERY: Duration = Duration::from_millis(200);

/// Shows a load while it goes on.
pub struct Looking {
    enabled: bool,
    live: Live,
    last: Option<Instant>,
    status: StatusLine,
}

impl Looking {
    /// A view that is shown if `enabled`, of a load with this window.
    pub fn new(enabled: bool, window: Duration) -> Self {
        Self { enabled, live: Live::new(window.as_secs_f64()), last: None, status: StatusLine::default() }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        self.status.clear();
    }
}

impl Observer for Looking {
    fn interval(&mut self, interval: &Interval) {
        if !self.enabled {
            return;
        }
        self.live.take(interval);
        if self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return;
        }
        self.last = Some(Instant::now());
        let live = &self.live;
        self.status.show(|columns| live.line(columns));
    }
}
