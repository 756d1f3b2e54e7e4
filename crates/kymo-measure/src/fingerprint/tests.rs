use super::*;
use proptest::prelude::*;

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

fn no_env(_: &str) -> Option<String> {
    None
}

const SERVER: [(&str, &str); 16] = [
    ("proc/sys/kernel/hostname", "bench1\n"),
    ("proc/sys/kernel/osrelease", "6.12.1-generic\n"),
    ("proc/self/status", "Name:\tkymo\nCpus_allowed:\tf\nCpus_allowed_list:\t0-2,6\n"),
    ("proc/meminfo", "MemTotal:       65536000 kB\nMemFree: 1 kB\n"),
    (
        "proc/cpuinfo",
        "processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nmicrocode\t: 0xab\nflags\t\t: fpu sse\n\nprocessor\t: 1\n",
    ),
    ("sys/devices/system/cpu/cpu0/topology/core_id", "0\n"),
    ("sys/devices/system/cpu/cpu1/topology/core_id", "1\n"),
    ("sys/devices/system/cpu/cpu2/topology/core_id", "0\n"),
    ("sys/devices/system/cpu/cpu3/topology/core_id", "1\n"),
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n"),
    ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n"),
    ("sys/devices/system/cpu/cpufreq/policy0/name", "x\n"),
    ("sys/devices/system/cpu/online", "0-3\n"),
    ("sys/devices/system/cpu/smt/active", "1\n"),
    ("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n"),
    ("sys/class/dmi/id/sys_vendor", "Amazon EC2\n"),
];

#[test]
fn reads_a_made_up_server() {
    let (_folder, root) = tree(&SERVER);
    let machine = machine_in(&root, no_env);
    assert_eq!(machine.name, "bench1");
    assert_eq!(machine.cpu_model.as_deref(), Some("Some CPU @ 3 GHz"));
    assert_eq!((machine.logical_cpus, machine.physical_cores), (4, Some(2)));
    assert_eq!(machine.microcode.as_deref(), Some("0xab"));
    assert_eq!(machine.kernel.as_deref(), Some("6.12.1-generic"));
    assert_eq!(machine.memory, Some(Bytes::new(65_536_000 * 1024)));
    assert_eq!(machine.governor.as_deref(), Some("performance"));
    assert_eq!((machine.smt, machine.boost), (Some(true), Some(false)));
    assert_eq!(machine.hypervisor, None, "a cloud's bare machine has its vendor and no flag");
    assert_eq!(machine.container, None);
    assert_eq!(machine.fingerprint.len(), 16);
}

#[test]
fn the_fingerprint_follows_every_field_but_small_changes_of_memory() {
    let (_folder, root) = tree(&SERVER);
    let machine = machine_in(&root, no_env);
    let check = |change: fn(&mut Machine), same: bool| {
        let mut changed = machine.clone();
        change(&mut changed);
        assert_eq!(fingerprint(&changed) == machine.fingerprint, same, "{changed:?}");
    };
    check(|_| {}, true);
    check(|machine| machine.fingerprint = String::new(), true);
    check(|machine| machine.memory = machine.memory.map(|memory| Bytes::new(memory.get() - 1024)), true);
    check(|machine| machine.memory = Some(Bytes::new(1 << 30)), false);
    check(|machine| machine.name = "bench2".into(), false);
    check(|machine| machine.arch = "z80".into(), false);
    check(|machine| machine.os = "cpm".into(), false);
    check(|machine| machine.cpu_model = None, false);
    check(|machine| machine.logical_cpus = 3, false);
    check(|machine| machine.physical_cores = Some(3), false);
    check(|machine| machine.microcode = Some("0xac".into()), false);
    check(|machine| machine.kernel = None, false);
    check(|machine| machine.governor = Some("powersave".into()), false);
    check(|machine| machine.smt = Some(false), false);
    check(|machine| machine.boost = None, false);
    check(|machine| machine.hypervisor = Some("kvm".into()), false);
    check(|machine| machine.container = Some("docker".into()), false);
}

#[test]
fn an_empty_tree_says_nothing() {
    let (_folder, root) = tree(&[]);
    let machine = machine_in(&root, no_env);
    let silent = [machine.cpu_model, machine.microcode, machine.kernel, machine.governor, machine.hypervisor];
    assert_eq!(silent, [const { None }; 5]);
    assert_eq!((machine.physical_cores, machine.memory, machine.smt, machine.boost), (None, None, None, None));
    assert!(machine.logical_cpus >= 1);
}

#[test]
fn hypervisors_are_known_by_their_signs() {
    let check = |files: &[(&str, &str)], expect: Option<&str>| {
        let (_folder, root) = tree(files);
        let cpuinfo = root.text("proc/cpuinfo").unwrap_or_default();
        assert_eq!(hypervisor(&root, &cpuinfo).as_deref(), expect, "{files:?}");
    };
    let guest = ("proc/cpuinfo", "flags : fpu hypervisor");
    let clocks = "sys/devices/system/clocksource/clocksource0/available_clocksource";
    check(&[guest], Some("unknown"));
    check(&[guest, (clocks, "tsc kvm-clock\n")], Some("kvm"));
    check(&[guest, ("sys/class/dmi/id/sys_vendor", "QEMU")], Some("kvm"));
    check(&[guest, ("sys/class/dmi/id/product_name", "VMware7,1")], Some("vmware"));
    check(&[("proc/cpuinfo", "flags : fpu"), ("sys/class/dmi/id/sys_vendor", "QEMU")], None);
    check(&[("proc/cpuinfo", "CPU part : 0xd0c"), ("sys/class/dmi/id/sys_vendor", "QEMU")], Some("kvm"));
    check(&[("sys/hypervisor/type", "xen")], Some("xen"));
}

#[test]
fn containers_are_known_by_their_signs() {
    let check = |files: &[(&str, &str)], env: &[(&str, &str)], expect: Option<&str>| {
        let (_folder, root) = tree(files);
        let lookup = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(container(&root, lookup).as_deref(), expect, "{files:?} {env:?}");
    };
    check(&[], &[], None);
    check(&[(".dockerenv", "x")], &[], Some("docker"));
    check(&[(".dockerenv", "x")], &[("KUBERNETES_SERVICE_HOST", "10.0.0.1")], Some("kubernetes"));
    check(&[("run/.containerenv", "x")], &[], Some("podman"));
    check(&[], &[("container", "lxc")], Some("lxc"));
    check(&[("proc/self/cgroup", "12:cpu:/docker/0123abcd\n0::/\n")], &[], Some("docker"));
    check(&[("proc/self/cgroup", "0::/system.slice/docker.service\n")], &[], None);
    check(&[("proc/self/cgroup", "0::/user.slice\n")], &[], None);
}

#[test]
fn names_an_arm_core_by_its_numbers() {
    let (_folder, root) = tree(&[("proc/device-tree/model", "Some Board\0")]);
    let cpuinfo = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n";
    assert_eq!(cpu_model(&root, cpuinfo).as_deref(), Some("implementer 0x41 part 0xd0c of Some Board"));
}

#[test]
fn different_governors_are_all_named() {
    let cpu = "sys/devices/system/cpu/cpu";
    let (one, two) = (format!("{cpu}0/cpufreq/scaling_governor"), format!("{cpu}1/cpufreq/scaling_governor"));
    let (_folder, root) = tree(&[(&one, "schedutil"), (&two, "performance")]);
    assert_eq!(governor(&root).as_deref(), Some("performance+schedutil"));
}

#[test]
fn counts_lists_of_processors() {
    let check = |list: &str, expect: Option<u32>| assert_eq!(count_listed(list), expect, "{list}");
    check("0-3,8", Some(5));
    check("0", Some(1));
    check("", Some(0));
    check("3-1", None);
    check("x", None);
    check("0-4294967295", None);
}

proptest! {
    #[test]
    fn counting_never_panics(list in "[0-9,-]{0,20}") {
        let _ = count_listed(&list);
    }
}

#[test]
fn this_machine_keeps_its_fingerprint() {
    assert_eq!(machine(), machine());
}
