//! skeleton
pub use crate::noise::noise;
use kymo_model::{Conditions, Seconds};
/// Watches.
pub struct Watch;
impl Watch {
    /// Starts.
    pub fn start() -> Self {
        Self
    }
    /// Since the start.
    pub fn finish(&self) -> Conditions {
        Conditions {
            over: Seconds::new(0.0),
            load_1m: None,
            cpu_pressure: None,
            memory_pressure: None,
            io_pressure: None,
            steal: None,
            others_cpu: None,
            frequency_mhz_min: None,
            frequency_mhz_max: None,
            throttle_events: None,
            busiest_others: Vec::new(),
        }
    }
}
