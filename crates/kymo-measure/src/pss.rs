//! skeleton
use std::time::Duration;
/// The largest sum seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PssPeak {
    /// Bytes; `None` where no sample succeeded.
    pub peak_bytes: Option<u64>,
    /// Number of samples.
    pub samples: u64,
}
/// Samples.
pub struct PssSampler;
impl PssSampler {
    /// Starts.
    pub fn start(_pid: u32, _interval: Duration) -> Self {
        Self
    }
    /// Stops.
    pub fn stop(self) -> PssPeak {
        PssPeak {
            peak_bytes: None,
            samples: 0,
        }
    }
}
