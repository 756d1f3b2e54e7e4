use super::*;
use kymo_model::{Seconds, Share};

fn conditions() -> Conditions {
    Conditions {
        over: Seconds::new(0.5),
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

/// All checks on a made-up tree, with what no tree holds set by `adjust`.
fn check_tree(files: &[(&str, &str)], adjust: impl Fn(&mut Facts)) -> Vec<Check> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let root = Root::at(folder.path());
    let machine = crate::fingerprint::machine_in(&root, |_| None);
    let mut facts = Facts { root, machine, conditions: conditions(), counter_absence: None, temp_free_bytes: None };
    adjust(&mut facts);
    run(&facts)
}

fn find<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no check '{name}'"))
}

const CPU: &str = "sys/devices/system/cpu";
const STATUS_8: (&str, &str) = ("proc/self/status", "Cpus_allowed_list:\t0-7\n");

const GOOD: [(&str, &str); 16] = [
    STATUS_8,
    ("proc/self/stat", "5 (kymo) R 1 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77"),
    ("proc/self/cgroup", "0::/user.slice/a.scope\n"),
    ("proc/self/timerslack_ns", "50000\n"),
    ("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n"),
    ("proc/sys/kernel/randomize_va_space", "2\n"),
    ("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
    ("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"),
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n"),
    ("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "0\n"),
    ("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n"),
    ("sys/devices/system/cpu/smt/active", "0\n"),
    ("sys/devices/system/cpu/isolated", "6-7\n"),
    ("sys/fs/cgroup/cgroup.controllers", "cpu memory\n"),
    ("sys/fs/cgroup/user.slice/cpu.max", "max 100000\n"),
    ("proc/cpuinfo", "model name : x\nflags : fpu\n"),
];

#[test]
fn a_good_test_bed_is_good_in_everything() {
    let checks = check_tree(&GOOD, |facts| {
        facts.conditions.others_cpu = Some(Share::new(0.01));
        facts.conditions.cpu_pressure = Some(Share::new(0.5));
        facts.temp_free_bytes = Some(1 << 40);
    });
    for check in &checks {
        assert_eq!(check.status, Status::Good, "{check:?}");
        assert_eq!(check.remedy, None);
    }
}

const BAD: [(&str, &str); 18] = [
    ("proc/self/status", "Cpus_allowed_list:\t0-1\n"),
    ("proc/self/stat", "5 (kymo) R 1 5 5 0 -1 0 0 0 0 0 0 0 0 0 39 19 1 0 77"),
    ("proc/self/cgroup", "3:cpuset:/\n2:cpu,cpuacct:/box\n0::/\n"),
    ("proc/self/timerslack_ns", "100000000\n"),
    ("proc/meminfo", "MemTotal: 2097152 kB\nMemAvailable: 524288 kB\nSwapTotal: 1048576 kB\nSwapFree: 786432 kB\n"),
    ("proc/sys/kernel/randomize_va_space", "0\n"),
    ("proc/sys/kernel/perf_event_paranoid", "3\n"),
    ("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n"),
    ("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"),
    ("sys/devices/system/clocksource/clocksource0/available_clocksource", "hpet tsc acpi_pm\n"),
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n"),
    ("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "7\n"),
    ("sys/devices/system/cpu/cpufreq/boost", "1\n"),
    ("sys/devices/system/cpu/smt/active", "1\n"),
    ("sys/devices/system/cpu/isolated", "\n"),
    ("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "150000\n"),
    ("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n"),
    ("proc/cpuinfo", "model name : x\nflags : fpu hypervisor\n"),
];

#[test]
fn a_bad_test_bed_is_warned_of_in_everything_with_a_remedy_in_one_line() {
    let checks = check_tree(&BAD, |facts| {
        facts.conditions.others_cpu = Some(Share::new(0.31));
        facts.conditions.busiest_others = vec![("rustc".to_owned(), Share::new(0.5))];
        facts.conditions.steal = Some(Share::new(0.02));
        facts.counter_absence = Some("hardware counters are not permitted (EACCES)".to_owned());
        facts.temp_free_bytes = Some(1 << 20);
    });
    for check in &checks {
        assert_eq!(check.status, Status::Warning, "{check:?}");
        let remedy = check.remedy.as_deref().unwrap();
        assert!(!check.finding.contains('\n') && !remedy.contains('\n') && !remedy.is_empty());
    }
    let finding = |name: &str| find(&checks, name).finding.as_str();
    assert_eq!(finding("processor quota").split(':').next(), Some("1.50 processors"));
    assert_eq!(finding("swap"), "on, 256 MiB of 1.0 GiB in use: memory may have to come from a disk");
    assert_eq!(finding("other processes"), "other processes used 31 % of the processors (rustc 50 % of one)");
    assert_eq!(
        finding("hypervisor"),
        "unknown: the hardware may be shared with strangers; it took 2.0 % of the processor time just now"
    );
    let remedy = |name: &str| find(&checks, name).remedy.as_deref().unwrap();
    assert_eq!(remedy("hardware counters"), "sudo sysctl kernel.perf_event_paranoid=2");
    assert_eq!(
        remedy("clock source"),
        "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"
    );
    assert_eq!(remedy("boost"), "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost");
}

#[test]
fn a_silent_machine_is_unknown_not_good() {
    let checks = check_tree(&[STATUS_8], |_| ());
    let good: Vec<&str> = checks.iter().filter(|check| check.status == Status::Good).map(|check| check.name).collect();
    assert_eq!(good, ["processors", "hypervisor", "hardware counters"], "what the facts themselves say");
    assert_eq!(find(&checks, "pressure stall information").status, Status::Warning);
}

#[test]
fn absent_counters_and_forbidden_ones_are_mended_differently() {
    let remedy = |paranoid: &str, reason: &str| {
        let checks = check_tree(&[("proc/sys/kernel/perf_event_paranoid", paranoid)], |facts| {
            facts.counter_absence = Some(reason.to_owned());
        });
        find(&checks, "hardware counters").remedy.clone().unwrap()
    };
    assert!(remedy("4", "hardware counters are not permitted (EACCES)").contains("sysctl"));
    assert!(remedy("1", "hardware counters are not permitted here (EPERM)").contains("seccomp"));
    assert!(remedy("2", "no hardware counter on this machine (ENOENT)").contains("bare metal"));
}

#[test]
fn the_smallest_quota_of_all_groups_around_counts() {
    let files = [
        ("proc/self/cgroup", "0::/a/b/c\n"),
        ("sys/fs/cgroup/a/cpu.max", "200000 100000\n"),
        ("sys/fs/cgroup/a/b/cpu.max", "400000 100000\n"),
        ("sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n"),
    ];
    let checks = check_tree(&files, |_| ());
    assert!(find(&checks, "processor quota").finding.starts_with("2.00 processors"));
}

#[test]
fn isolation_names_processors_that_exist() {
    let paths: Vec<String> = (0..8).map(|cpu| format!("{CPU}/cpu{cpu}/online")).collect();
    let isolated = format!("{CPU}/isolated");
    let mut files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "1")).collect();
    files.push((&isolated, ""));
    let checks = check_tree(&files, |_| ());
    let remedy = find(&checks, "isolated processors").remedy.clone().unwrap();
    assert!(remedy.contains("isolcpus=6-7"), "{remedy}");
}

#[test]
fn this_machine_is_checked() {
    let checks = checks();
    let names: std::collections::BTreeSet<&str> = checks.iter().map(|check| check.name).collect();
    assert_eq!(names.len(), checks.len(), "no name twice");
    for check in &checks {
        assert!(!check.finding.is_empty() && !check.finding.contains('\n'), "{check:?}");
        assert_eq!(check.remedy.is_some(), check.status == Status::Warning, "{check:?}");
    }
}
