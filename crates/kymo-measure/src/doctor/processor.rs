//! Checks of the processors, their frequency, clock and counters.

use super::{Check, Facts};

/// Cores below which the guest, the engine's compiling threads, the harness and the system get in each other's way.
const CORES_ENOUGH: u32 = 4;

/// Clock sources that the C library reads in user space, without a system call.
const FAST_CLOCKS: [&str; 7] =
    ["tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "timebase", "riscv_clocksource", "tod"];

pub(super) fn governor(facts: &Facts) -> Check {
    const NAME: &str = "frequency governor";
    match facts.machine.governor.as_deref() {
        None => Check::unknown(NAME, "this machine shows no frequency governor"),
        Some("performance") => Check::good(NAME, "performance"),
        Some(other) => Check::warning(
            NAME,
            format!("{other}: the frequency follows the load, so that a benchmark's start is slower than its end"),
            "sudo cpupower frequency-set --governor performance",
        ),
    }
}

pub(super) fn boost(facts: &Facts) -> Check {
    const NAME: &str = "boost";
    match facts.machine.boost {
        None => Check::unknown(NAME, "this machine does not say whether it may exceed its nominal frequency"),
        Some(false) => Check::good(NAME, "off"),
        Some(true) => {
            let intel = facts.root.has("sys/devices/system/cpu/intel_pstate/no_turbo");
            let remedy = if intel {
                "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
            } else {
                "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost"
            };
            Check::warning(NAME, "on: speed depends on heat and on how many cores are busy", remedy)
        }
    }
}

pub(super) fn smt(facts: &Facts) -> Check {
    const NAME: &str = "simultaneous threads";
    match facts.machine.smt {
        None => Check::unknown(NAME, "this machine does not say whether two threads share a core"),
        Some(false) => Check::good(NAME, "off, as far as this machine shows"),
        Some(true) => Check::warning(
            NAME,
            "on: what runs on the other thread of a core slows the benchmark on this one",
            "echo off | sudo tee /sys/devices/system/cpu/smt/control",
        ),
    }
}

pub(super) fn count(facts: &Facts) -> Check {
    const NAME: &str = "processors";
    let logical = facts.machine.logical_cpus;
    let cores = facts.machine.physical_cores.map_or(logical, |cores| cores.min(logical));
    let finding = format!("{cores} {} usable", if cores == 1 { "core" } else { "cores" });
    if cores >= CORES_ENOUGH {
        return Check::good(NAME, finding);
    }
    let finding = format!("{finding}: the guest, the engine's threads and the harness get in each other's way");
    Check::warning(NAME, finding, format!("use a machine with {CORES_ENOUGH} cores or more"))
}

pub(super) fn isolation(facts: &Facts) -> Check {
    const NAME: &str = "isolated processors";
    if !facts.root.has("sys/devices/system/cpu/isolated") {
        return Check::unknown(NAME, "this kernel does not list them");
    }
    match facts.root.text("sys/devices/system/cpu/isolated") {
        Some(list) => Check::good(NAME, list),
        None => {
            let last = facts.root.processors().into_iter().max().unwrap_or(0);
            let remedy = if last + 1 >= CORES_ENOUGH {
                let first = last - 1;
                format!("add isolcpus={first}-{last} nohz_full={first}-{last} to the kernel's command line")
            } else {
                format!("use a machine with {CORES_ENOUGH} processors or more and isolate two by isolcpus")
            };
            Check::warning(NAME, "none: the scheduler may put anything beside the benchmark", remedy)
        }
    }
}

pub(super) fn hypervisor(facts: &Facts) -> Check {
    const NAME: &str = "hypervisor";
    let Some(name) = &facts.machine.hypervisor else {
        return Check::good(NAME, "none recognised");
    };
    let steal = match facts.conditions.steal {
        Some(share) => format!("took {:.1} % of the processor time just now", share.get() * 100.0),
        None => "does not say how much processor time it takes".to_owned(),
    };
    let finding = format!("{name}: the hardware may be shared with strangers; it {steal}");
    Check::warning(NAME, finding, "use bare metal or a host of your own")
}

pub(super) fn throttling(facts: &Facts) -> Check {
    const NAME: &str = "thermal throttling";
    match crate::snapshot::throttle_events(&facts.root) {
        None => Check::unknown(NAME, "this machine does not count it"),
        Some(0) => Check::good(NAME, "none since boot"),
        Some(events) => Check::warning(
            NAME,
            format!("{events} since boot: the processor gets too hot to keep its frequency"),
            "improve the cooling or switch boost off",
        ),
    }
}

pub(super) fn clock_source(facts: &Facts) -> Check {
    const NAME: &str = "clock source";
    let folder = "sys/devices/system/clocksource/clocksource0";
    let Some(current) = facts.root.text(format!("{folder}/current_clocksource")) else {
        return Check::unknown(NAME, "this machine does not say");
    };
    if FAST_CLOCKS.contains(&current.as_str()) {
        return Check::good(NAME, current);
    }
    let available = facts.root.text(format!("{folder}/available_clocksource")).unwrap_or_default();
    let faster = available.split_whitespace().find(|clock| FAST_CLOCKS.contains(clock));
    let remedy = match faster {
        Some(clock) => format!("echo {clock} | sudo tee /{folder}/current_clocksource"),
        None => "boot with tsc=reliable, if the processor's time-stamp counter is".to_owned(),
    };
    Check::warning(NAME, format!("{current}: each reading of the clock costs a system call"), remedy)
}

pub(super) fn counters(facts: &Facts) -> Check {
    const NAME: &str = "hardware counters";
    let Some(reason) = &facts.counter_absence else {
        return Check::good(NAME, "cycles and instructions can be read");
    };
    let paranoid = facts.root.text("proc/sys/kernel/perf_event_paranoid").and_then(|text| text.parse::<i64>().ok());
    // Level 2, the kernel's default, lets a process count its own user-space work; distributions patch in 3 and 4.
    let remedy = match paranoid {
        Some(level) if level > 2 => "sudo sysctl kernel.perf_event_paranoid=2",
        _ if reason.contains("not permitted") => "allow perf_event_open in the container's seccomp profile",
        _ => "use bare metal or a virtual machine with a performance unit; fuel counts the guest's instructions",
    };
    Check::warning(NAME, reason.clone(), remedy)
}
