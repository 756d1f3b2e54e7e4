//! What makes this machine a bad test bed, and how a person could mend it. Nothing is changed here.

mod company;
mod memory;
mod processor;

use crate::conditions::Watch;
use crate::root::Root;
use kymo_model::{Conditions, Machine, Metric};
use std::time::Duration;

/// How long the machine is watched for load by others: long enough that a clock tick of 10 ms is 1 % of two processors.
const WATCHED: Duration = Duration::from_millis(500);

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing to mend.
    Good,
    /// It may disturb measurements or prevents some.
    Warning,
    /// The machine does not say.
    Unknown,
}

/// One thing looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was found, in one line.
    pub finding: String,
    /// How to mend it, in one line: a command where there is one.
    pub remedy: Option<String>,
}

impl Check {
    fn good(name: &'static str, finding: impl Into<String>) -> Self {
        Self { name, status: Status::Good, finding: finding.into(), remedy: None }
    }

    fn warning(name: &'static str, finding: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, status: Status::Warning, finding: finding.into(), remedy: Some(remedy.into()) }
    }

    fn unknown(name: &'static str, finding: impl Into<String>) -> Self {
        Self { name, status: Status::Unknown, finding: finding.into(), remedy: None }
    }
}

/// What the checks look at.
struct Facts {
    root: Root,
    machine: Machine,
    conditions: Conditions,
    /// Why the hardware counter of cycles cannot be opened.
    counter_absence: Option<String>,
    /// Bytes that may still be written in the folder for temporary files.
    temp_free_bytes: Option<u64>,
}

/// Looks at everything. It takes half a second, in which load by others is measured.
pub fn checks() -> Vec<Check> {
    let watch = Watch::start();
    std::thread::sleep(WATCHED);
    run(&Facts {
        root: Root::live(),
        machine: crate::fingerprint::machine(),
        conditions: watch.finish(),
        counter_absence: crate::perf::absence(Metric::Cycles),
        temp_free_bytes: crate::sys::free_disk_bytes(&std::env::temp_dir()),
    })
}

fn run(facts: &Facts) -> Vec<Check> {
    const CHECKS: [fn(&Facts) -> Check; 20] = [
        processor::governor,
        processor::boost,
        processor::smt,
        processor::count,
        processor::isolation,
        processor::hypervisor,
        processor::throttling,
        processor::clock_source,
        processor::counters,
        memory::address_randomisation,
        memory::swap,
        memory::huge_pages,
        memory::available,
        memory::temporary_files,
        company::others,
        company::pressure,
        company::cgroup_version,
        company::cpu_quota,
        company::priority,
        company::timer_slack,
    ];
    CHECKS.iter().map(|check| check(facts)).collect()
}

/// An amount in GiB or MiB.
fn amount(bytes: u64) -> String {
    let mib = bytes as f64 / (1024.0 * 1024.0);
    if mib >= 1024.0 { format!("{:.1} GiB", mib / 1024.0) } else { format!("{mib:.0} MiB") }
}

#[cfg(test)]
mod tests;
