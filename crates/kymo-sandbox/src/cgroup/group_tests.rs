#![allow(clippy::unwrap_used, reason = "tests")]

use super::super::layout::Layout;
use super::*;

const MOUNT: &str = "30 23 0:26 / ROOT rw - cgroup2 cgroup2 rw\n";

/// Version 2 cannot be had on every machine, so what is written to its files is looked at in a folder that stands for
/// them.
#[test]
fn limits_in_version_two() {
    let folder = tempfile::tempdir().unwrap();
    let mount = MOUNT.replace("ROOT", folder.path().to_str().unwrap());
    let layout = Layout::read("0::/\n", &mount, |_| "memory pids cpu cpuset io".into());
    let wanted = Wanted {
        memory_bytes: 1 << 20,
        processes: 7,
        processors: Some(1.5),
        cpus: Some(vec![1, 3]),
        disk_rate: Some(((7, 2), 5000)),
    };
    let group = Group::create(&layout, &wanted).unwrap();
    let own = group.memory.folder.clone();
    let read = |file: &str| fs::read_to_string(own.join(file)).unwrap();
    assert_eq!(read("memory.max"), "1048576");
    assert_eq!(read("memory.oom.group"), "1");
    assert_eq!(read("pids.max"), "7");
    assert_eq!(read("cpu.max"), "150000 100000");
    assert_eq!(read("cpuset.cpus"), "1,3");
    assert_eq!(read("io.max"), "7:2 wbps=5000");
    fs::write(own.join("memory.peak"), "4096\n").unwrap();
    fs::write(own.join("memory.events"), "low 0\noom 3\noom_kill 2\noom_group_kill 1\n").unwrap();
    fs::write(own.join("pids.events"), "max 9\n").unwrap();
    fs::write(own.join("cpu.stat"), "usage_usec 2500000\nuser_usec 1\n").unwrap();
    let counted = Counted { peak_memory_bytes: 4096, cpu_s: 2.5, oom_kills: 2, processes_refused: 9 };
    assert_eq!(group.counted(), counted);
}

#[test]
fn a_limit_that_the_machine_cannot_keep_is_unsupported() {
    let folder = tempfile::tempdir().unwrap();
    let mount = MOUNT.replace("ROOT", folder.path().to_str().unwrap());
    let layout = Layout::read("0::/\n", &mount, |_| "pids".into());
    let wanted = Wanted { memory_bytes: 1, processes: 1, processors: None, cpus: None, disk_rate: None };
    let error = Group::create(&layout, &wanted).err().unwrap().to_string();
    assert_eq!(error, "unsupported: memory cannot be limited: this machine's control groups have no memory");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left of it");
}
