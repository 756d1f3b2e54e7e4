//! The live view: one line on a terminal while a load goes on.

use crate::render::load::live::Live;
use kymo_load::{Interval, Observer};
use std::io::Write;
use std::time::{Duration, Instant};

/// How often the line changes at most: more often would be work beside the load.
const EVERY: Duration = Duration::from_millis(200);

/// Columns of the line: a longer one would wrap on many a terminal, and could not be taken away.
const COLUMNS: usize = 118;

/// Shows a load while it goes on.
pub struct Looking {
    enabled: bool,
    live: Live,
    last: Option<Instant>,
    shown: bool,
}

impl Looking {
    /// A view that is shown if `enabled`, of a load with this window.
    pub fn new(enabled: bool, window: Duration) -> Self {
        Self { enabled, live: Live::new(window.as_secs_f64()), last: None, shown: false }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
            self.shown = false;
        }
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
        // A terminal that cannot be written to is no reason to stop measuring.
        let _ = write!(std::io::stderr(), "\r\x1b[2K{}", self.live.line(COLUMNS));
        self.shown = true;
    }
}
