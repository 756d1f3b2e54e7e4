//! What a library calls when one of its phases begins and ends.

use kymo_worker::engine::Meter;
use std::sync::atomic::{AtomicU32, Ordering};

/// One phase, as the library marks it. A library may mark it on any of its threads.
#[derive(Default)]
pub struct Span {
    meter: Meter,
    starts: AtomicU32,
    ends: AtomicU32,
}

impl Span {
    /// A phase that this meter measures.
    pub fn new(meter: Meter) -> Self {
        Self { meter, ..Self::default() }
    }

    /// The phase begins. The meter comes last, so that nothing else lies inside.
    pub fn start(&self) {
        self.starts.fetch_add(1, Ordering::Relaxed);
        self.meter.start();
    }

    /// The phase ends. The meter comes first.
    pub fn end(&self) {
        self.meter.end();
        self.ends.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it began and ended since it was last asked.
    pub fn take(&self) -> (u32, u32) {
        (self.starts.swap(0, Ordering::Relaxed), self.ends.swap(0, Ordering::Relaxed))
    }
}
