//! The region as sessions see it: counters are opened by the first `measure`, sessions hold it from `open` on.

use crate::protocol::Failure;
use kymo_measure::region::{Region, Unavailable};
use kymo_model::Metric;
use std::sync::{Arc, OnceLock};

/// Empty regions before one that counts. The first two or three pay for cold caches.
const WARMING: u32 = 4;

/// What a session calls around the work that counts, and what the guest's `bench.start` and `bench.end` call.
///
/// Cloning is cheap and every clone is the same meter.
#[derive(Clone, Default)]
pub struct Meter {
    chosen: Arc<OnceLock<Chosen>>,
}

struct Chosen {
    region: Region,
    metrics: Vec<Metric>,
}

impl Meter {
    /// The region begins: call right before the work that counts.
    #[inline]
    pub fn start(&self) {
        if let Some(chosen) = self.chosen.get() {
            chosen.region.start();
        }
    }

    /// The region ends: call right after the work that counts.
    #[inline]
    pub fn end(&self) {
        if let Some(chosen) = self.chosen.get() {
            chosen.region.end();
        }
    }

    /// Opens the counters for `metrics`, once; returns those that the machine lacks.
    pub(super) fn choose(&self, metrics: &[Metric]) -> Result<Vec<Unavailable>, Failure> {
        let mut absent = Vec::new();
        let chosen = self.chosen.get_or_init(|| {
            let (region, unavailable) = Region::new(metrics);
            absent = unavailable;
            Chosen { region, metrics: metrics.to_vec() }
        });
        if chosen.metrics != metrics {
            return Err(Failure::failed("the first measure after open decides the metrics; open again for others"));
        }
        Ok(absent)
    }

    /// Runs through an empty region, so that the clock's page and the region's code are warm when a short region that
    /// counts comes: a cold miss costs more than the region.
    pub(super) fn warm(&self) {
        for _ in 0..WARMING {
            self.start();
            self.end();
            self.reset();
        }
    }

    /// The metrics that were lost on the way: a counter that was taken away, a thread's time read on two threads.
    pub(super) fn lost(&self) -> Vec<Unavailable> {
        self.chosen.get().map(|chosen| chosen.region.lost()).unwrap_or_default()
    }

    /// Forgets what was read since the last take.
    pub(super) fn reset(&self) {
        if let Some(chosen) = self.chosen.get() {
            chosen.region.reset();
        }
    }

    /// What was read since the last take, in base units. A region that was not bracketed properly is `invalid`.
    pub(super) fn take(&self) -> Result<Vec<(Metric, f64)>, Failure> {
        let chosen = self.chosen.get().ok_or_else(|| Failure::failed("take before measure"))?;
        chosen.region.take().map_err(|fault| Failure::invalid(format!("the benchmark's region: {fault}")))
    }
}
