//! The state of the machine over a stretch of time, from two snapshots of what the kernel counts.

pub use crate::noise::{
    IO_PRESSURE_NOISY, MEMORY_PRESSURE_NOISY, OTHERS_CPU_NOISY, STEAL_NOISY, THROTTLE_EVENTS_NOISY, noise,
};

use crate::clock::monotonic_ns;
use crate::others;
use crate::root::Root;
use crate::snapshot::{Snapshot, frequency_range_mhz};
use kymo_model::{Conditions, Seconds, Share};

/// Shares counted in clock ticks of 10 ms are not told for a shorter stretch, in seconds: there a single tick of one of
/// four processors would be more than 1 %.
pub const SHORTEST_COUNTED_S: f64 = 0.25;

/// How many of the busiest other processes are named; the model says three.
const BUSIEST: usize = 3;

/// Watches the machine from a first snapshot on. A snapshot reads a small file for each process: some milliseconds
/// for 300 of them, so it belongs before and after a measurement, not into it.
#[derive(Debug)]
pub struct Watch {
    root: Root,
    own_pid: u32,
    start: Snapshot,
}

impl Watch {
    /// Takes the first snapshot.
    pub fn start() -> Self {
        Self::start_at(Root::live(), std::process::id(), monotonic_ns())
    }

    fn start_at(root: Root, own_pid: u32, at_ns: u64) -> Self {
        let start = Snapshot::read(&root, own_pid, at_ns, None);
        Self { root, own_pid, start }
    }

    /// The conditions since the start. The watch goes on: asked again, it tells of the whole stretch until then.
    ///
    /// Ours are this process and whatever descends from it; all others are others.
    pub fn finish(&self) -> Conditions {
        self.finish_at(monotonic_ns())
    }

    /// The conditions since the start, and a watch from this moment on, with one snapshot for both.
    pub fn lap(self) -> (Conditions, Self) {
        let end = Snapshot::read(&self.root, self.own_pid, monotonic_ns(), Some(&self.start));
        let conditions = between(&self.root, &self.start, &end);
        (conditions, Self { start: end, ..self })
    }

    fn finish_at(&self, at_ns: u64) -> Conditions {
        let end = Snapshot::read(&self.root, self.own_pid, at_ns, Some(&self.start));
        between(&self.root, &self.start, &end)
    }
}

fn between(root: &Root, start: &Snapshot, end: &Snapshot) -> Conditions {
    let over_s = end.at_ns.saturating_sub(start.at_ns) as f64 * 1e-9;
    let waited = |start_us: Option<u64>, end_us: Option<u64>| {
        let us = end_us?.saturating_sub(start_us?);
        share(us as f64 * 1e-6, over_s)
    };
    let frequency_mhz = frequency_range_mhz(root);
    let (others_cpu, busiest_others) = others_shares(start, end, over_s).unzip();
    Conditions {
        over: Seconds::new(over_s),
        load_1m: root.text("proc/loadavg").and_then(|text| text.split_ascii_whitespace().next()?.parse().ok()),
        cpu_pressure: waited(start.waited_us.cpu, end.waited_us.cpu),
        memory_pressure: waited(start.waited_us.memory, end.waited_us.memory),
        io_pressure: waited(start.waited_us.io, end.waited_us.io),
        steal: steal(start, end, over_s),
        others_cpu,
        frequency_mhz_min: frequency_mhz.map(|(low, _)| low),
        frequency_mhz_max: frequency_mhz.map(|(_, high)| high),
        throttle_events: end.throttle_events.zip(start.throttle_events).map(|(end, start)| end.saturating_sub(start)),
        busiest_others: busiest_others.unwrap_or_default(),
    }
}

fn steal(start: &Snapshot, end: &Snapshot, over_s: f64) -> Option<Share> {
    let (start, end) = (start.processors?, end.processors?);
    if over_s < SHORTEST_COUNTED_S {
        return None;
    }
    crate::steal::share(start, end)
}

/// The share of all processors that others used, and the busiest of them with their shares of one processor.
fn others_shares(start: &Snapshot, end: &Snapshot, over_s: f64) -> Option<(Share, Vec<(String, Share)>)> {
    let processors = f64::from(end.processors?.processors);
    // A system that shows not even our own process shows nothing of the others.
    if over_s < SHORTEST_COUNTED_S || end.processes.is_empty() {
        return None;
    }
    let ticks_per_processor = crate::sys::ticks_per_second()? as f64 * over_s;
    let busy = others::ticks_by_name(start, end);
    let total: u64 = busy.iter().map(|(_, ticks)| ticks).sum();
    let busiest = busy.into_iter().take(BUSIEST).map(|(name, ticks)| {
        // Of one processor, so that a process with several busy threads is above 1.
        (name, Share::new(ticks as f64 / ticks_per_processor))
    });
    Some((share(total as f64, ticks_per_processor * processors)?, busiest.collect()))
}

/// `part` of `whole`, at most 1: two files read one after the other may disagree by a moment.
pub(crate) fn share(part: f64, whole: f64) -> Option<Share> {
    (whole > 0.0).then(|| Share::new((part / whole).clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn write_process(folder: &Path, pid: u32, name: &str, cpu_ticks: u64) {
        let text = format!("{pid} ({name}) R 1 1 1 0 -1 0 0 0 0 0 {cpu_ticks} 0 0 0 20 0 1 0 77 0");
        write(folder, &format!("proc/{pid}/stat"), &text);
    }

    #[test]
    fn differences_of_a_made_up_machine() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        write(at, "proc/loadavg", "1.25 1.00 0.50 3/90 100\n");
        write(at, "proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n");
        write(at, "proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        write(at, "proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 0\ncpu1 0\n");
        write(at, "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "4\n");
        write_process(at, 50, "kymo", 0);
        write_process(at, 60, "rustc", 1000);
        write_process(at, 61, "ld", 0);
        let watch = Watch::start_at(Root::at(at), 50, 1_000_000_000);

        write(at, "proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=3500000\n");
        write(at, "proc/stat", "cpu  1000 0 0 1900 0 0 0 100 0 0\ncpu0 0\ncpu1 0\n");
        write(at, "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "6\n");
        write_process(at, 50, "kymo", 900);
        let tick = crate::sys::ticks_per_second().unwrap();
        write_process(at, 60, "rustc", 1000 + 2 * tick);
        write_process(at, 61, "ld", tick);
        let conditions = watch.finish_at(11_000_000_000);

        let expect = Conditions {
            over: Seconds::new(10.0),
            load_1m: Some(1.25),
            cpu_pressure: Some(Share::new(0.25)),
            memory_pressure: None,
            io_pressure: Some(Share::new(0.0)),
            steal: Some(Share::new(0.05)),
            others_cpu: Some(Share::new(0.15)),
            frequency_mhz_min: None,
            frequency_mhz_max: None,
            throttle_events: Some(2),
            busiest_others: vec![("rustc".to_owned(), Share::new(0.2)), ("ld".to_owned(), Share::new(0.1))],
        };
        assert_eq!(conditions, expect);
    }

    #[test]
    fn a_short_stretch_tells_no_shares_of_ticks() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "proc/stat", "cpu  1 0 0 9 0 0 0 0 0 0\ncpu0 0\n");
        write_process(folder.path(), 60, "x", 0);
        let watch = Watch::start_at(Root::at(folder.path()), 50, 0);
        let conditions = watch.finish_at(200_000_000);
        assert_eq!((conditions.steal, conditions.others_cpu), (None, None));
    }

    #[test]
    fn an_empty_tree_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let conditions = Watch::start_at(Root::at(folder.path()), 50, 0).finish_at(1_000_000_000);
        assert_eq!((conditions.load_1m, conditions.others_cpu, conditions.throttle_events), (None, None, None));
        assert!(conditions.busiest_others.is_empty() && noise(&conditions).is_empty());
    }

    #[test]
    fn this_machine_is_watched() {
        let watch = Watch::start();
        std::thread::sleep(std::time::Duration::from_millis(300));
        let (conditions, _) = watch.lap();
        assert!(conditions.over.get() >= 0.3);
        let shares = [conditions.others_cpu, conditions.steal, conditions.cpu_pressure, conditions.io_pressure];
        assert!(shares.iter().flatten().all(|share| (0.0..=1.0).contains(&share.get())), "{conditions:?}");
        assert!(conditions.busiest_others.len() <= 3);
    }
}
