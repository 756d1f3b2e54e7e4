//! What a hypervisor takes away, over a stretch as short as one invocation. A reading is one small file of the kernel:
//! a fraction of a millisecond, where a whole snapshot of the machine takes some milliseconds.

use crate::clock::monotonic_ns;
use crate::conditions::SHORTEST_COUNTED_S;
use crate::root::Root;
use crate::snapshot::ProcessorTicks;
use kymo_model::Share;

/// Watches the time that a hypervisor takes away, from a first reading on.
#[derive(Debug)]
pub struct StealWatch {
    root: Root,
    at_ns: u64,
    start: Option<ProcessorTicks>,
}

impl StealWatch {
    /// Takes the first reading.
    pub fn start() -> Self {
        Self::start_at(Root::live(), monotonic_ns())
    }

    fn start_at(root: Root, at_ns: u64) -> Self {
        let start = ProcessorTicks::read(&root);
        Self { root, at_ns, start }
    }

    /// The share of all processors' time since the start; `None` where the machine does not say, or the stretch is
    /// shorter than [`SHORTEST_COUNTED_S`].
    pub fn finish(&self) -> Option<Share> {
        self.finish_at(monotonic_ns())
    }

    fn finish_at(&self, at_ns: u64) -> Option<Share> {
        let over_s = at_ns.saturating_sub(self.at_ns) as f64 * 1e-9;
        // What could not be told is not worth a reading.
        if over_s < SHORTEST_COUNTED_S {
            return None;
        }
        share(self.start?, ProcessorTicks::read(&self.root)?)
    }
}

/// The share that was taken away between two readings.
pub(crate) fn share(start: ProcessorTicks, end: ProcessorTicks) -> Option<Share> {
    let part = end.steal.saturating_sub(start.steal) as f64;
    let whole = end.total.saturating_sub(start.total) as f64;
    crate::conditions::share(part, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_of_all_processors_and_of_stretches_long_enough() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("proc")).unwrap();
        let write = |text: &str| std::fs::write(folder.path().join("proc/stat"), text).unwrap();
        write("cpu  100 0 0 900 0 0 0 10\ncpu0 100 0 0 900 0 0 0 10\n");
        let watch = StealWatch::start_at(Root::at(folder.path()), 0);
        write("cpu  130 0 0 960 0 0 0 20\ncpu0 130 0 0 960 0 0 0 20\n");
        assert_eq!(watch.finish_at(500_000_000), Some(Share::new(0.1)));
        assert_eq!(watch.finish_at(100_000_000), None, "a tick would be too much of so short a stretch");
        write("cpu  130 0 0\n");
        assert_eq!(watch.finish_at(500_000_000), None, "a kernel that does not count it");
    }

    #[test]
    fn this_machine_is_read() {
        let watch = StealWatch::start();
        assert_eq!(watch.finish(), None, "no time has passed");
        assert!(watch.start.is_some(), "Linux says");
    }
}
