//! When conditions are called noisy. Each threshold is a named constant with its reason.

use kymo_model::{Conditions, Noise, NoiseReason, Share};

/// Share of processor time taken by the hypervisor above which a measurement is noisy.
///
/// Stolen time lengthens every wall time by its share, and 1 % is the smallest difference that a verdict names.
pub const STEAL_NOISY: f64 = 0.01;

/// Share of all processors used by others above which a measurement is noisy.
///
/// Arbitrary, but not without ground: an idle desktop or a server's own housekeeping stays around 1 to 3 %, and even
/// on a machine of many processors 5 % is a core or more whose caches and turbo are shared.
pub const OTHERS_CPU_NOISY: f64 = 0.05;

/// Share of the stretch in which tasks waited for memory above which a measurement is noisy.
///
/// A benchmark that fits into memory never waits for it: any waiting is reclaim or swapping. The margin of 5 % is for
/// other groups that meet their own limits.
pub const MEMORY_PRESSURE_NOISY: f64 = 0.05;

/// Share of the stretch in which tasks waited for I/O above which a measurement is noisy.
///
/// Modules are read once and outputs are small, so that the lab itself waits for less.
pub const IO_PRESSURE_NOISY: f64 = 0.05;

/// Number of thermal throttle events above which a measurement is noisy: one event already changes the frequency.
pub const THROTTLE_EVENTS_NOISY: u64 = 0;

/// The reasons to distrust a measurement made under these conditions; none where the machine was quiet or is silent.
pub fn noise(conditions: &Conditions) -> Vec<Noise> {
    let above = |share: Option<Share>, limit: f64| share.filter(|share| share.get() > limit).map(percent);
    let mut found = Vec::new();
    let mut add = |reason, message: Option<String>| found.extend(message.map(|message| Noise { reason, message }));
    add(
        NoiseReason::Steal,
        above(conditions.steal, STEAL_NOISY).map(|share| format!("the hypervisor took {share} of the processor time")),
    );
    add(
        NoiseReason::OtherProcesses,
        above(conditions.others_cpu, OTHERS_CPU_NOISY)
            .map(|share| format!("other processes used {share} of the processors{}", busiest(conditions))),
    );
    add(
        NoiseReason::MemoryPressure,
        above(conditions.memory_pressure, MEMORY_PRESSURE_NOISY)
            .map(|share| format!("tasks waited for memory in {share} of the time")),
    );
    add(
        NoiseReason::IoPressure,
        above(conditions.io_pressure, IO_PRESSURE_NOISY)
            .map(|share| format!("tasks waited for I/O in {share} of the time")),
    );
    add(
        NoiseReason::Throttled,
        conditions.throttle_events.filter(|events| *events > THROTTLE_EVENTS_NOISY).map(|events| {
            let times = if events == 1 { "once".to_owned() } else { format!("{events} times") };
            format!("the processor was throttled for heat {times}")
        }),
    );
    found
}

/// The busiest others in parentheses. Their shares are of one processor, and say so where they could be mistaken.
fn busiest(conditions: &Conditions) -> String {
    let named: Vec<String> =
        conditions.busiest_others.iter().map(|(name, share)| format!("{name} {}", percent(*share))).collect();
    if named.is_empty() { String::new() } else { format!(" ({} of one)", named.join(", ")) }
}

/// A share in per cent: whole from 10 % on, one decimal below.
fn percent(share: Share) -> String {
    let percent = share.get() * 100.0;
    if percent >= 9.95 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kymo_model::Seconds;

    fn quiet() -> Conditions {
        Conditions {
            over: Seconds::new(10.0),
            load_1m: Some(9.0),
            cpu_pressure: Some(Share::new(0.9)),
            memory_pressure: Some(Share::new(0.05)),
            io_pressure: Some(Share::new(0.0)),
            steal: Some(Share::new(0.01)),
            others_cpu: Some(Share::new(0.05)),
            frequency_mhz_min: None,
            frequency_mhz_max: None,
            throttle_events: Some(0),
            busiest_others: vec![("sshd".to_owned(), Share::new(0.01))],
        }
    }

    fn check(conditions: Conditions, expect: &[(NoiseReason, &str)]) {
        let found = noise(&conditions);
        let found: Vec<(NoiseReason, &str)> =
            found.iter().map(|noise| (noise.reason, noise.message.as_str())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_value_at_its_threshold_is_quiet() {
        check(quiet(), &[]);
    }

    #[test]
    fn each_reason_has_its_message() {
        let share = |share| Some(Share::new(share));
        let busiest_others = vec![("rustc".to_owned(), Share::new(1.25)), ("ld".to_owned(), Share::new(0.06))];
        check(
            Conditions { others_cpu: share(0.31), busiest_others, ..quiet() },
            &[(
                NoiseReason::OtherProcesses,
                "other processes used 31 % of the processors (rustc 125 %, ld 6.0 % of one)",
            )],
        );
        check(
            Conditions { others_cpu: share(0.31), busiest_others: vec![], ..quiet() },
            &[(NoiseReason::OtherProcesses, "other processes used 31 % of the processors")],
        );
        check(
            Conditions {
                steal: share(0.025),
                memory_pressure: share(0.4),
                io_pressure: share(0.0999),
                throttle_events: Some(3),
                ..quiet()
            },
            &[
                (NoiseReason::Steal, "the hypervisor took 2.5 % of the processor time"),
                (NoiseReason::MemoryPressure, "tasks waited for memory in 40 % of the time"),
                (NoiseReason::IoPressure, "tasks waited for I/O in 10 % of the time"),
                (NoiseReason::Throttled, "the processor was throttled for heat 3 times"),
            ],
        );
    }
}
