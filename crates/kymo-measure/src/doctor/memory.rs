//! Checks of memory and of the folder for temporary files.

use super::{Check, Facts, amount};
use crate::root::{field, field_bytes};

/// Memory that should be available, in bytes. Arbitrary; compiling the largest real-world modules takes above 1 GiB.
const MEMORY_ENOUGH_BYTES: u64 = 2 << 30;

/// Room for temporary files that should be free, in bytes. Arbitrary: outputs and modules are some MiB each.
const TEMP_ENOUGH_BYTES: u64 = 1 << 30;

/// Randomness of addresses is wanted here: the evidence is a set of processes, and where each gets its own layout the
/// accident of one layout becomes a part of the noise that is measured, not a bias of all samples alike.
pub(super) fn address_randomisation(facts: &Facts) -> Check {
    const NAME: &str = "address randomisation";
    match facts.root.number("proc/sys/kernel/randomize_va_space") {
        None => Check::unknown(NAME, "this machine does not say"),
        Some(2..) => Check::good(NAME, "on: the accidents of memory layout differ between invocations and average out"),
        Some(level) => Check::warning(
            NAME,
            format!("level {level}: every invocation has the same layout, whose accident is in every sample"),
            "sudo sysctl kernel.randomize_va_space=2",
        ),
    }
}

pub(super) fn swap(facts: &Facts) -> Check {
    const NAME: &str = "swap";
    let meminfo = facts.root.text("proc/meminfo").unwrap_or_default();
    match (field_bytes(&meminfo, "SwapTotal"), field_bytes(&meminfo, "SwapFree")) {
        (None, _) => Check::unknown(NAME, "this machine does not say"),
        (Some(0), _) => Check::good(NAME, "off"),
        (Some(total), free) => {
            let used = amount(total.saturating_sub(free.unwrap_or(total)));
            let finding = format!("on, {used} of {} in use: memory may have to come from a disk", amount(total));
            Check::warning(NAME, finding, "sudo swapoff --all")
        }
    }
}

pub(super) fn huge_pages(facts: &Facts) -> Check {
    const NAME: &str = "huge pages";
    let Some(text) = facts.root.text("sys/kernel/mm/transparent_hugepage/enabled") else {
        return Check::unknown(NAME, "this kernel has none that are transparent");
    };
    // The file lists all values, the one in force in brackets.
    let chosen =
        text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("unknown", |(chosen, _)| chosen);
    match chosen {
        "madvise" | "never" => Check::good(NAME, chosen),
        "always" => Check::warning(
            NAME,
            "always: page faults and times depend on how fragmented the memory happens to be",
            "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
        ),
        _ => Check::unknown(NAME, format!("the kernel says '{text}'")),
    }
}

pub(super) fn available(facts: &Facts) -> Check {
    const NAME: &str = "available memory";
    let meminfo = facts.root.text("proc/meminfo").unwrap_or_default();
    let Some(bytes) = field_bytes(&meminfo, "MemAvailable") else {
        return Check::unknown(NAME, "this machine does not say");
    };
    let total = field(&meminfo, "MemTotal").and_then(|_| field_bytes(&meminfo, "MemTotal"));
    let of_total = total.map(|total| format!(" of {}", amount(total))).unwrap_or_default();
    let finding = format!("{}{of_total}", amount(bytes));
    if bytes >= MEMORY_ENOUGH_BYTES {
        return Check::good(NAME, finding);
    }
    let remedy =
        format!("end what holds memory (ps aux --sort=-rss | head) until {} are free", amount(MEMORY_ENOUGH_BYTES));
    Check::warning(NAME, finding, remedy)
}

pub(super) fn temporary_files(facts: &Facts) -> Check {
    const NAME: &str = "temporary files";
    match facts.temp_free_bytes {
        None => Check::unknown(NAME, "this machine does not say how much room there is"),
        Some(bytes) if bytes >= TEMP_ENOUGH_BYTES => Check::good(NAME, format!("room for {}", amount(bytes))),
        Some(bytes) => Check::warning(
            NAME,
            format!("room for {} only", amount(bytes)),
            "free some room, or set TMPDIR to a folder with more",
        ),
    }
}
