//! What the kernel counts about the whole machine, read at one moment.

use crate::process::{self, ProcessStat};
use crate::root::Root;
use std::collections::{BTreeMap, BTreeSet};

/// Totals at one moment; what counts is the difference of two. `None` means that the machine does not say.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// The moment, on the monotonic clock.
    pub at_ns: u64,
    /// Microseconds in which some task waited, since boot (PSI `some`), for the processor, memory and I/O.
    pub waited_us: Waited,
    /// Processor time of all processors by use, in clock ticks.
    pub processors: Option<ProcessorTicks>,
    /// All processes.
    pub processes: Vec<ProcessStat>,
    /// Those of them that are ours: the watching process and its descendants, adopted ones included.
    pub own: BTreeSet<u32>,
    /// Thermal throttle events since boot.
    pub throttle_events: Option<u64>,
}

/// Pressure stall totals in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waited {
    pub cpu: Option<u64>,
    pub memory: Option<u64>,
    pub io: Option<u64>,
}

/// The first line of `/proc/stat` and the number of processors it sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcessorTicks {
    pub total: u64,
    pub steal: u64,
    pub processors: u32,
}

impl Snapshot {
    /// Reads everything; `own_pid` and what descended from it, now or in the `earlier` snapshot, is ours.
    pub(crate) fn read(root: &Root, own_pid: u32, at_ns: u64, earlier: Option<&Self>) -> Self {
        let processes = process::all(root);
        // A worker's child may be adopted by init when the worker ends: it stays ours.
        let starts: BTreeMap<u32, u64> = processes.iter().map(|process| (process.pid, process.start_ticks)).collect();
        let still_ours = earlier.into_iter().flat_map(|earlier| {
            let ours = earlier.processes.iter().filter(|process| earlier.own.contains(&process.pid));
            ours.filter(|process| starts.get(&process.pid) == Some(&process.start_ticks)).map(|process| process.pid)
        });
        let own = process::descendants(&processes, &still_ours.chain([own_pid]).collect());
        Self {
            at_ns,
            waited_us: Waited {
                cpu: waited_us(root, "cpu"),
                memory: waited_us(root, "memory"),
                io: waited_us(root, "io"),
            },
            processors: ProcessorTicks::read(root),
            processes,
            own,
            throttle_events: throttle_events(root),
        }
    }
}

impl ProcessorTicks {
    pub(crate) fn read(root: &Root) -> Option<Self> {
        root.text("proc/stat").as_deref().and_then(Self::parse)
    }

    fn parse(stat: &str) -> Option<Self> {
        let mut lines = stat.lines();
        let fields: Vec<u64> = lines
            .next()?
            .strip_prefix("cpu ")?
            .split_ascii_whitespace()
            .map_while(|field| field.parse().ok())
            .collect();
        // user nice system idle iowait irq softirq steal; the guest times that follow are contained in user and nice.
        let steal = *fields.get(7)?;
        let processors = lines.take_while(|line| line.starts_with("cpu")).count();
        Some(Self { total: fields.iter().take(8).sum(), steal, processors: u32::try_from(processors).ok()?.max(1) })
    }
}

/// The total of the line `some` of a file of pressure stall information.
fn waited_us(root: &Root, resource: &str) -> Option<u64> {
    let text = root.text(format!("proc/pressure/{resource}"))?;
    let line = text.lines().find(|line| line.starts_with("some "))?;
    line.split_ascii_whitespace().find_map(|word| word.strip_prefix("total="))?.parse().ok()
}

/// Thermal throttle events of all cores and packages since boot (x86 only; counted by the kernel in interrupts).
pub(crate) fn throttle_events(root: &Root) -> Option<u64> {
    let (mut cores, mut packages) = (BTreeMap::new(), BTreeMap::new());
    for cpu in root.processors() {
        let cpu = format!("sys/devices/system/cpu/cpu{cpu}");
        let number = |path: &str| root.number(format!("{cpu}/{path}"));
        let package = number("topology/physical_package_id").unwrap_or(0);
        let core = number("topology/core_id").unwrap_or(0);
        // Every processor of a core and of a package shows the same event: the largest count of them is the count.
        if let Some(count) = number("thermal_throttle/core_throttle_count") {
            let largest: &mut u64 = cores.entry((package, core)).or_default();
            *largest = count.max(*largest);
        }
        if let Some(count) = number("thermal_throttle/package_throttle_count") {
            let largest: &mut u64 = packages.entry(package).or_default();
            *largest = count.max(*largest);
        }
    }
    let known = !(cores.is_empty() && packages.is_empty());
    known.then(|| cores.values().sum::<u64>() + packages.values().sum::<u64>())
}

/// Lowest and highest current frequency of any processor in MHz.
///
/// Source: cpufreq; else `/proc/cpuinfo`, but not under a hypervisor, where that figure is the nominal one.
pub(crate) fn frequency_range_mhz(root: &Root) -> Option<(f64, f64)> {
    let cpufreq = root.processors().into_iter().filter_map(|cpu| {
        let khz = root.number(format!("sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq"))?;
        Some(khz as f64 / 1000.0)
    });
    range(cpufreq).or_else(|| {
        let cpuinfo = root.text("proc/cpuinfo")?;
        let lines = || cpuinfo.lines().filter_map(|line| line.split_once(':'));
        let virtual_machine = lines()
            .any(|(key, flags)| key.trim() == "flags" && flags.split_whitespace().any(|flag| flag == "hypervisor"));
        let mhz = lines().filter(|(key, _)| key.trim() == "cpu MHz").filter_map(|(_, mhz)| mhz.trim().parse().ok());
        if virtual_machine { None } else { range(mhz) }
    })
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.map(|value| (value, value)).reduce(|(low, high), (value, _)| (low.min(value), high.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let root = Root::at(folder.path());
        (folder, root)
    }

    #[test]
    fn parses_processor_times() {
        let text = "cpu  1 2 3 4 5 6 7 8 100 100\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\nintr 5\n";
        let expect = ProcessorTicks { total: 36, steal: 8, processors: 2 };
        assert_eq!(ProcessorTicks::parse(text), Some(expect));
        assert_eq!(ProcessorTicks::parse("cpu  1 2 3\n"), None);
        assert_eq!(ProcessorTicks::parse(""), None);
    }

    #[test]
    fn reads_pressure_totals() {
        let text = "some avg10=4.07 avg60=21.81 avg300=33.31 total=190258373\nfull avg10=0.00 total=7\n";
        let (_folder, root) = tree(&[("proc/pressure/io", text)]);
        assert_eq!(waited_us(&root, "io"), Some(190_258_373));
        assert_eq!(waited_us(&root, "cpu"), None);
    }

    #[test]
    fn counts_a_throttle_event_of_siblings_once() {
        let cpu = "sys/devices/system/cpu/cpu";
        let files: Vec<(String, &str)> = [
            ("0/topology/core_id", "0"),
            ("1/topology/core_id", "0"),
            ("2/topology/core_id", "1"),
            ("0/thermal_throttle/core_throttle_count", "5"),
            ("1/thermal_throttle/core_throttle_count", "5"),
            ("2/thermal_throttle/core_throttle_count", "2"),
            ("0/thermal_throttle/package_throttle_count", "9"),
            ("2/thermal_throttle/package_throttle_count", "9"),
        ]
        .into_iter()
        .map(|(path, text)| (format!("{cpu}{path}"), text))
        .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let (_folder, root) = tree(&files);
        assert_eq!(throttle_events(&root), Some(5 + 2 + 9));
        let (_folder, root) = tree(&[("sys/devices/system/cpu/cpu0/online", "1")]);
        assert_eq!(throttle_events(&root), None);
    }

    #[test]
    fn a_nominal_frequency_is_no_frequency() {
        let (_folder, root) = tree(&[("proc/cpuinfo", "cpu MHz\t: 2000.0\nflags\t: fpu hypervisor\n")]);
        assert_eq!(frequency_range_mhz(&root), None);
        let (_folder, root) = tree(&[("proc/cpuinfo", "cpu MHz\t: 800.5\nflags\t: fpu\n\ncpu MHz\t: 2000.0\n")]);
        assert_eq!(frequency_range_mhz(&root), Some((800.5, 2000.0)));
        let (_folder, root) = tree(&[("sys/devices/system/cpu/cpu3/cpufreq/scaling_cur_freq", "3100000\n")]);
        assert_eq!(frequency_range_mhz(&root), Some((3100.0, 3100.0)));
    }
}
