//! The machine's fingerprint: what must stay the same for two results to be one series.
//!
//! The host name is part of it: a different test bed is a different machine, even of the same make. A container that
//! is given a random host name is therefore a new machine each time; give it a fixed one. So are the processors that
//! this process may run on: a run that is pinned to two of them is not comparable with one that has all.

use crate::root::{Root, field, field_bytes};
use kymo_model::Machine;
use kymo_model::quantity::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Changed together with the canonical text: fingerprints of two versions are never equal.
const CANONICAL_VERSION: u32 = 1;

/// The step of memory in the fingerprint, in bytes: what the kernel keeps for itself differs by some MiB between boots.
const MEMORY_STEP_BYTES: u64 = 64 * 1024 * 1024;

/// This machine, as this process sees it.
///
/// Sources: `/proc/cpuinfo`, `/proc/meminfo`, `/proc/sys/kernel`, `/proc/self/status`, `/sys/devices/system/cpu`, DMI,
/// control groups and the environment.
pub fn machine() -> Machine {
    machine_in(&Root::live(), |name| std::env::var(name).ok())
}

pub(crate) fn machine_in(root: &Root, env: impl Fn(&str) -> Option<String>) -> Machine {
    let cpuinfo = root.text("proc/cpuinfo").unwrap_or_default();
    let physical_cores = physical_cores(root, &cpuinfo);
    let mut machine = Machine {
        fingerprint: String::new(),
        name: root
            .text("proc/sys/kernel/hostname")
            .or_else(|| root.text("etc/hostname"))
            .unwrap_or_else(|| "unnamed".to_owned()),
        arch: std::env::consts::ARCH.to_owned(),
        os: std::env::consts::OS.to_owned(),
        cpu_model: cpu_model(root, &cpuinfo),
        logical_cpus: logical_cpus(root),
        physical_cores,
        microcode: field(&cpuinfo, "microcode").map(str::to_owned),
        kernel: root.text("proc/sys/kernel/osrelease"),
        memory: root.text("proc/meminfo").and_then(|text| field_bytes(&text, "MemTotal")).map(Bytes::new),
        governor: governor(root),
        smt: smt(root, physical_cores),
        boost: boost(root),
        hypervisor: hypervisor(root, &cpuinfo),
        container: container(root, env),
    };
    machine.fingerprint = fingerprint(&machine);
    machine
}

/// The first 16 hexadecimal digits of the SHA-256 of a text of all fields, one a line, a dash where the machine is silent.
fn fingerprint(machine: &Machine) -> String {
    fn text(value: Option<impl ToString>) -> String {
        value.map_or_else(|| "-".to_owned(), |value| value.to_string())
    }
    let memory_steps = machine.memory.map(|memory| memory.get().div_ceil(MEMORY_STEP_BYTES));
    let fields = [
        ("version", CANONICAL_VERSION.to_string()),
        ("name", machine.name.clone()),
        ("arch", machine.arch.clone()),
        ("os", machine.os.clone()),
        ("cpu_model", text(machine.cpu_model.as_deref())),
        ("logical_cpus", machine.logical_cpus.to_string()),
        ("physical_cores", text(machine.physical_cores)),
        ("microcode", text(machine.microcode.as_deref())),
        ("kernel", text(machine.kernel.as_deref())),
        ("memory_64_mib", text(memory_steps)),
        ("governor", text(machine.governor.as_deref())),
        ("smt", text(machine.smt)),
        ("boost", text(machine.boost)),
        ("hypervisor", text(machine.hypervisor.as_deref())),
        ("container", text(machine.container.as_deref())),
    ];
    let canonical =
        fields.into_iter().fold(String::new(), |canonical, (name, value)| canonical + name + "=" + &value + "\n");
    Sha256::digest(canonical.as_bytes()).iter().take(8).fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The processor's name; on ARM, where the kernel names none, its maker's and its own number.
fn cpu_model(root: &Root, cpuinfo: &str) -> Option<String> {
    // x86, MIPS and LoongArch, POWER and RISC-V in this order.
    let named = ["model name", "cpu model", "Model Name", "cpu", "uarch"].iter().find_map(|key| field(cpuinfo, key));
    named.map(str::to_owned).or_else(|| {
        let (maker, part) = (field(cpuinfo, "CPU implementer")?, field(cpuinfo, "CPU part")?);
        let board = root.text("proc/device-tree/model").map(|board| board.trim_end_matches('\0').to_owned());
        let board = board.map(|board| format!(" of {board}")).unwrap_or_default();
        Some(format!("implementer {maker} part {part}{board}"))
    })
}

/// How many processors this process may run on, from the mask that the scheduler keeps for it.
fn logical_cpus(root: &Root) -> u32 {
    let allowed = root.text("proc/self/status").and_then(|status| {
        let count = count_listed(field(&status, "Cpus_allowed_list")?)?;
        (count > 0).then_some(count)
    });
    // Elsewhere the library's estimate, which also knows quotas; one processor there is in any case.
    let estimate = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    allowed.unwrap_or_else(|| u32::try_from(estimate()).unwrap_or(u32::MAX))
}

/// How many numbers a list such as `0-3,8` holds.
pub(crate) fn count_listed(list: &str) -> Option<u32> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty()).try_fold(0u32, |count, part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        count.checked_add(last.checked_sub(first)?.checked_add(1)?)
    })
}

fn physical_cores(root: &Root, cpuinfo: &str) -> Option<u32> {
    let topology: BTreeSet<(u64, u64)> = root
        .processors()
        .into_iter()
        .filter_map(|cpu| {
            let number = |name: &str| root.number(format!("sys/devices/system/cpu/cpu{cpu}/topology/{name}"));
            Some((number("physical_package_id").unwrap_or(0), number("core_id")?))
        })
        .collect();
    let cores = if topology.is_empty() { cores_of_cpuinfo(cpuinfo) } else { topology };
    u32::try_from(cores.len()).ok().filter(|count| *count > 0)
}

fn cores_of_cpuinfo(cpuinfo: &str) -> BTreeSet<(u64, u64)> {
    let processors = cpuinfo.split("\n\n");
    processors
        .filter_map(|text| {
            let number = |key: &str| field(text, key)?.parse().ok();
            Some((number("physical id")?, number("core id")?))
        })
        .collect()
}

/// The frequency governor; where processors differ, all names in alphabetical order with plus signs.
fn governor(root: &Root) -> Option<String> {
    let names: BTreeSet<String> = root
        .processors()
        .into_iter()
        .filter_map(|cpu| root.text(format!("sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor")))
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty()).then(|| names.join("+"))
}

fn smt(root: &Root, physical_cores: Option<u32>) -> Option<bool> {
    match root.number("sys/devices/system/cpu/smt/active") {
        Some(active) => Some(active == 1),
        // Kernels before 4.19 have no such file: there, more processors online than cores.
        None => {
            let online = count_listed(&root.text("sys/devices/system/cpu/online")?)?;
            Some(online > physical_cores?)
        }
    }
}

fn boost(root: &Root) -> Option<bool> {
    let intel = root.number("sys/devices/system/cpu/intel_pstate/no_turbo").map(|no_turbo| no_turbo == 0);
    intel.or_else(|| root.number("sys/devices/system/cpu/cpufreq/boost").map(|boost| boost == 1))
}

/// The hypervisor's name in lower case; `unknown` where there is one that does not say which.
fn hypervisor(root: &Root, cpuinfo: &str) -> Option<String> {
    if let Some(kind) = root.text("sys/hypervisor/type") {
        return Some(kind);
    }
    let flagged = field(cpuinfo, "flags").map(|flags| flags.split_whitespace().any(|flag| flag == "hypervisor"));
    // x86 has a flag for it: without the flag a cloud's vendor in DMI means one of its bare machines.
    if flagged == Some(false) {
        return None;
    }
    let dmi = |name: &str| root.text(format!("sys/class/dmi/id/{name}")).unwrap_or_default();
    let vendor = format!("{} {}", dmi("sys_vendor"), dmi("product_name")).to_lowercase();
    let clocks = root.text("sys/devices/system/clocksource/clocksource0/available_clocksource").unwrap_or_default();
    const VENDORS: [(&str, &str); 9] = [
        ("vmware", "vmware"),
        ("virtualbox", "virtualbox"),
        ("microsoft corporation virtual machine", "hyperv"),
        ("parallels", "parallels"),
        ("bhyve", "bhyve"),
        ("xen", "xen"),
        ("qemu", "kvm"),
        ("kvm", "kvm"),
        ("amazon ec2", "kvm"),
    ];
    const CLOCKS: [(&str, &str); 3] = [("kvm-clock", "kvm"), ("hyperv", "hyperv"), ("xen", "xen")];
    let find = |table: &[(&str, &str)], text: &str| {
        table.iter().find(|(sign, _)| text.contains(sign)).map(|(_, name)| (*name).to_owned())
    };
    let named = find(&VENDORS, &vendor).or_else(|| find(&CLOCKS, &clocks));
    named.or_else(|| (flagged == Some(true)).then(|| "unknown".to_owned()))
}

/// The container's kind, by the signs that each leaves.
fn container(root: &Root, env: impl Fn(&str) -> Option<String>) -> Option<String> {
    if env("KUBERNETES_SERVICE_HOST").is_some() {
        return Some("kubernetes".to_owned());
    }
    // Set by podman, LXC, systemd-nspawn and others, as systemd's container interface has it.
    if let Some(kind) = env("container").filter(|kind| !kind.is_empty()) {
        return Some(kind);
    }
    const FILES: [(&str, &str); 2] = [(".dockerenv", "docker"), ("run/.containerenv", "podman")];
    if let Some((_, kind)) = FILES.iter().find(|(file, _)| root.has(file)) {
        return Some((*kind).to_owned());
    }
    const GROUPS: [(&str, &str); 5] = [
        ("kubepods", "kubernetes"),
        ("docker", "docker"),
        ("libpod", "podman"),
        ("/lxc", "lxc"),
        ("containerd", "containerd"),
    ];
    let groups = root.text("proc/self/cgroup")?;
    // A host that runs docker has a group `docker.service`, too: a service is no container.
    let paths = || groups.lines().filter(|line| !line.ends_with(".service"));
    GROUPS.iter().find(|(sign, _)| paths().any(|path| path.contains(sign))).map(|(_, kind)| (*kind).to_owned())
}

#[cfg(test)]
mod tests;
