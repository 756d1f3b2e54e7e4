//! What stays behind, counted exactly: alone in its program, so that nothing else opens or makes anything meanwhile.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kymo_model::Bytes;
use kymo_sandbox::{Sandbox, Workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{ATTACKER, Slot, groups_left, run};

/// What this process and the machine hold of ours.
#[derive(Debug, PartialEq)]
struct Held {
    descriptors: usize,
    mounts: Vec<String>,
    groups: Vec<PathBuf>,
    loops: Vec<String>,
}

impl Held {
    fn now(folder: &Path) -> Self {
        let is_ours = |line: &&str| line.contains("kymo-sandbox") || line.contains(folder.to_str().unwrap());
        let lines = |text: &str| text.lines().filter(is_ours).map(str::to_owned).collect();
        let loops = Command::new("/usr/sbin/losetup").arg("-a").output().unwrap();
        Self {
            descriptors: fs::read_dir("/proc/self/fd").unwrap().count(),
            mounts: lines(&fs::read_to_string("/proc/self/mounts").unwrap()),
            groups: groups_left(),
            loops: lines(&String::from_utf8_lossy(&loops.stdout)),
        }
    }
}

/// Of 200 sandboxes on 5 disks many end badly.
#[test]
fn two_hundred_runs_leave_nothing() {
    let Some(slot) = Slot::new() else { return };
    slot.attack("euid", &[]);
    let before = Held::now(slot.folder.path());
    assert_eq!((before.mounts.len(), before.groups.len(), before.loops.len()), (0, 0, 0));
    for _ in 0..5 {
        let disk = Workspace::create(&slot.path("disk"), Bytes::new(8 << 20), slot.uid).unwrap();
        assert_eq!(Held::now(slot.folder.path()).mounts.len(), 1, "the disk is seen here");
        for at in 0..40 {
            let attack: &[&str] = match at % 10 {
                0 => &[ATTACKER, "orphan", "count"],
                1 => &[ATTACKER, "output", "10"],
                2 => &[ATTACKER, "processes", "100"],
                3 => &[ATTACKER, "fill", "x", "100"],
                4 => &["/no/such/program"],
                _ => &[ATTACKER, "euid"],
            };
            run(&Sandbox { workspace: disk.folder().to_owned(), ..slot.sandbox(attack) });
        }
        disk.remove().unwrap();
    }
    assert_eq!(Held::now(slot.folder.path()), before);
}
