//! Checks of what else runs here and of the limits set to this process.

use super::{Check, Facts};
use crate::conditions::{OTHERS_CPU_NOISY, noise};
use crate::process::ProcessStat;
use kymo_model::NoiseReason;

/// The kernel's default timer slack in nanoseconds; a sleep may last so much longer than asked.
const TIMER_SLACK_USUAL_NS: u64 = 50_000;

pub(super) fn others(facts: &Facts) -> Check {
    const NAME: &str = "other processes";
    let Some(share) = facts.conditions.others_cpu else {
        return Check::unknown(NAME, "this machine does not show them");
    };
    let noisy = noise(&facts.conditions).into_iter().find(|noise| noise.reason == NoiseReason::OtherProcesses);
    match noisy {
        None => Check::good(NAME, format!("used {:.1} % of the processors just now", share.get() * 100.0)),
        Some(noise) => Check::warning(
            NAME,
            noise.message,
            format!("end or wait for them (top shows them); below {:.0} % is quiet", OTHERS_CPU_NOISY * 100.0),
        ),
    }
}

pub(super) fn pressure(facts: &Facts) -> Check {
    const NAME: &str = "pressure stall information";
    if facts.conditions.cpu_pressure.is_some() {
        return Check::good(NAME, "told by the kernel");
    }
    Check::warning(
        NAME,
        "absent: it cannot be told whether tasks waited for memory or I/O",
        "add psi=1 to the kernel's command line (Linux 4.20 or later)",
    )
}

pub(super) fn cgroup_version(facts: &Facts) -> Check {
    const NAME: &str = "control groups";
    if facts.root.has("sys/fs/cgroup/cgroup.controllers") {
        return Check::good(NAME, "version 2");
    }
    if facts.root.names("sys/fs/cgroup").is_empty() {
        return Check::unknown(NAME, "none are mounted");
    }
    Check::warning(
        NAME,
        "version 1: there is no peak of memory and no account of I/O for a group",
        "add systemd.unified_cgroup_hierarchy=1 to the kernel's command line",
    )
}

pub(super) fn cpu_quota(facts: &Facts) -> Check {
    const NAME: &str = "processor quota";
    let Some(groups) = facts.root.text("proc/self/cgroup") else {
        return Check::unknown(NAME, "this machine does not say");
    };
    match quotas(facts, &groups).reduce(f64::min) {
        None => Check::good(NAME, "none"),
        Some(processors) => Check::warning(
            NAME,
            format!("{processors:.2} processors: when it is used up the process stands still for the rest of a period"),
            "start the container or service without a limit of processors (--cpus, CPUQuota=), pin it instead",
        ),
    }
}

/// The quotas in processors of this process's group and of all groups around it.
fn quotas<'a>(facts: &'a Facts, groups: &'a str) -> impl Iterator<Item = f64> + 'a {
    groups.lines().flat_map(move |line| {
        // `number:controllers:path`; version 2 has number 0 and no controllers.
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next().unwrap_or(""), parts.next().unwrap_or("/"));
        let hierarchy = match controllers {
            "" => Some(""),
            named if named.split(',').any(|controller| controller == "cpu") => Some(named),
            _ => None,
        };
        hierarchy.into_iter().flat_map(move |hierarchy| {
            let around = std::path::Path::new(path.trim_start_matches('/')).ancestors();
            around.filter_map(move |group| {
                let group = std::path::Path::new("sys/fs/cgroup").join(hierarchy).join(group);
                if hierarchy.is_empty() {
                    let text = facts.root.text(group.join("cpu.max"))?;
                    let (quota, period) = text.split_once(' ')?;
                    return quotient(quota, period);
                }
                let (quota, period) = (
                    facts.root.text(group.join("cpu.cfs_quota_us"))?,
                    facts.root.text(group.join("cpu.cfs_period_us"))?,
                );
                quotient(&quota, &period)
            })
        })
    })
}

/// Quota by period; none where the quota is `max` (version 2) or negative (version 1).
fn quotient(quota: &str, period: &str) -> Option<f64> {
    let (quota, period): (u64, u64) = (quota.trim().parse().ok()?, period.trim().parse().ok()?);
    (period > 0).then(|| quota as f64 / period as f64)
}

pub(super) fn priority(facts: &Facts) -> Check {
    const NAME: &str = "priority";
    let stat = facts.root.text("proc/self/stat").and_then(|text| ProcessStat::parse(&text));
    match stat.map(|stat| stat.nice) {
        None => Check::unknown(NAME, "this machine does not say"),
        Some(nice) if nice <= 0 => Check::good(NAME, format!("nice {nice}")),
        Some(nice) => Check::warning(
            NAME,
            format!("nice {nice}: every other process goes first"),
            "start it without nice, or: sudo renice -n 0 -p $$",
        ),
    }
}

pub(super) fn timer_slack(facts: &Facts) -> Check {
    const NAME: &str = "timer slack";
    match facts.root.number("proc/self/timerslack_ns") {
        None => Check::unknown(NAME, "this machine does not say"),
        Some(ns) if ns <= TIMER_SLACK_USUAL_NS => Check::good(NAME, format!("{} µs", ns as f64 / 1000.0)),
        Some(ns) => Check::warning(
            NAME,
            format!("{} µs: sleeps last longer than asked, which delays samples and requests", ns as f64 / 1000.0),
            format!("echo {TIMER_SLACK_USUAL_NS} | sudo tee /proc/$$/timerslack_ns, then start it from that shell"),
        ),
    }
}
