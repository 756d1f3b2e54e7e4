//! What a server used for its answers, read from outside.

use kymo_measure::clock::{Clock, SystemClock};
use kymo_measure::memory;
use kymo_measure::process::Tree;
use kymo_measure::root::Root;
use kymo_measure::tree_usage::TreeUsage;
use kymo_model::Metric;
use std::time::Duration;

/// What a server uses between two moments.
pub(super) struct Cost {
    pid: u32,
    tree: Tree,
    begun: Option<(Duration, TreeUsage)>,
    used: TreeUsage,
    elapsed: Duration,
    pss_bytes: Option<u64>,
}

impl Cost {
    /// Of the process `pid` and all that descends from it.
    pub(super) fn new(pid: u32) -> Self {
        let tree = Tree::new(Root::live(), pid);
        let (used, elapsed) = (TreeUsage::default(), Duration::ZERO);
        Self { pid, tree, begun: None, used, elapsed, pss_bytes: None }
    }

    /// From here on counts.
    pub(super) fn begin(&mut self) {
        self.begun = Some((SystemClock.now(), TreeUsage::read(&mut self.tree)));
    }

    /// Up to here counts. The memory is read now, after the load, when all that it needed is still mapped: reading it
    /// under load would hold the server up.
    pub(super) fn end(&mut self) {
        let Some((at, before)) = self.begun.take() else { return };
        self.used = TreeUsage::read(&mut self.tree).since(&before);
        self.elapsed = SystemClock.now().saturating_sub(at);
        self.pss_bytes = memory::pss_bytes_tree(self.pid);
    }

    /// Processors' worth of time that the server used on average.
    pub(super) fn processors(&self) -> f64 {
        self.used.cpu_ns as f64 / (self.elapsed.as_nanos() as f64).max(1.0)
    }

    /// The figures for so many answers.
    pub(super) fn figures(&self, answers: u64) -> Vec<(Metric, f64)> {
        let pss = self.pss_bytes.map(|bytes| (Metric::PeakPss, bytes as f64));
        if answers == 0 {
            return pss.into_iter().collect();
        }
        let per_answer = |count: u64| count as f64 / answers as f64;
        let figures = [
            (Metric::CpuPerRequest, per_answer(self.used.cpu_ns) * 1e-9),
            (Metric::PageFaultsPerRequest, per_answer(self.used.page_faults)),
            (Metric::ContextSwitchesPerRequest, per_answer(self.used.context_switches)),
        ];
        figures.into_iter().chain(pss).collect()
    }
}
