//! Disks of limited size, made for real.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kymo_model::Bytes;
use kymo_sandbox::{How, Sandbox, TakeError, Workspace};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use support::{ATTACKER, Slot, run};

const SIZE: Bytes = Bytes::new(24 << 20);

/// A disk, and a sandbox on it.
fn disk(slot: &Slot) -> (Workspace, impl Fn(&[&str]) -> Sandbox) {
    let workspace = Workspace::create(&slot.path("disk"), SIZE, slot.uid).unwrap();
    let folder = workspace.folder().to_owned();
    let sandbox = slot.sandbox(&["/bin/true"]);
    let on_it = move |command: &[&str]| Sandbox {
        workspace: folder.clone(),
        command: command.iter().map(|one| (*one).to_owned()).collect(),
        ..sandbox.clone()
    };
    (workspace, on_it)
}

/// Loop devices whose file is below `folder`.
fn loops(folder: &Path) -> usize {
    let said = Command::new("/usr/sbin/losetup").args(["-a"]).output().unwrap();
    String::from_utf8_lossy(&said.stdout).lines().filter(|line| line.contains(folder.to_str().unwrap())).count()
}

#[test]
fn a_disk_is_as_large_as_was_said_and_no_larger() {
    let Some(slot) = Slot::new() else { return };
    let (workspace, on_it) = disk(&slot);
    let came = run(&on_it(&[ATTACKER, "fill", "big", "100"]));
    assert_eq!(came.ended.how, How::DiskFull, "{came:?}");
    assert_eq!(came.output, "fill: refused: No space left on device");
    let bytes: u64 = came.error.split(' ').next().unwrap().parse().unwrap();
    assert!((SIZE.get() * 3 / 4..SIZE.get()).contains(&bytes), "{bytes}");
    // The job's own end: the machine has room, and so has another job.
    fs::write(slot.path("beside"), vec![0; 1 << 20]).unwrap();
    let came = run(&on_it(&["/bin/sh", "-c", "rm big && echo well > small"]));
    assert_eq!(came.ended.how, How::Exited(0), "{came:?}");
    assert_eq!(workspace.read(Path::new("small"), 10).unwrap(), b"well\n");
    workspace.remove().unwrap();
    assert!(!slot.path("disk").exists());
    assert_eq!(loops(slot.folder.path()), 0);
}

#[test]
fn a_job_has_as_much_of_its_disk_as_it_is_left() {
    let Some(slot) = Slot::new() else { return };
    let (workspace, on_it) = disk(&slot);
    let came = run(&on_it(&["/bin/sh", "-c", "head -c 6000000 /dev/zero > kept"]));
    assert_eq!(came.ended.how, How::Exited(0), "{came:?}");
    let filled = || {
        let came = run(&on_it(&[ATTACKER, "fill", "big", "100"]));
        assert_eq!(came.ended.how, How::DiskFull, "{came:?}");
        let bytes: u64 = came.error.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(run(&on_it(&["/bin/rm", "big"])).ended.how, How::Exited(0));
        bytes
    };
    let whole = filled();
    assert!(workspace.limit(Bytes::new(12 << 20)).unwrap());
    // What a job sees of its disk has nothing of what is kept from it.
    let came = run(&on_it(&["/bin/ls", "-A"]));
    assert_eq!(came.output.trim(), "kept");
    let part = filled();
    assert!(part + 6_000_000 <= 12 << 20 && part > 4_000_000, "{part}");
    assert!(!workspace.limit(Bytes::new(4 << 20)).unwrap(), "it holds more");
    assert_eq!(filled(), part, "and is left as it was");
    assert_eq!(workspace.read(Path::new("kept"), 10_000_000).unwrap().len(), 6_000_000);
    workspace.close().unwrap();
    let again = Workspace::open(&slot.path("disk")).unwrap();
    assert_eq!(filled(), part, "also when it is opened again");
    assert!(again.limit(Bytes::new(u64::MAX)).unwrap());
    assert!(filled() >= whole - 65_536, "all of it is there again");
    again.remove().unwrap();
    assert_eq!(loops(slot.folder.path()), 0);
}

#[test]
fn files_run_out_before_the_machine_does() {
    let Some(slot) = Slot::new() else { return };
    let (workspace, on_it) = disk(&slot);
    let came = run(&on_it(&[ATTACKER, "files", ".", "1000000"]));
    assert_eq!((came.ended.how, came.output.as_str()), (How::DiskFull, "files: refused: No space left on device"));
    workspace.remove().unwrap();
}

#[test]
fn a_disk_is_opened_again_after_a_kill_and_after_a_loss_of_power() {
    let Some(slot) = Slot::new() else { return };
    let (workspace, on_it) = disk(&slot);
    assert_eq!(run(&on_it(&["/bin/sh", "-c", "echo kept > file; sync"])).ended.how, How::Exited(0));
    let place = slot.path("disk");
    assert!(workspace.used().get() < SIZE.get(), "only what is used is taken from the machine");
    // The runner was killed: the disk is still mounted.
    let again = Workspace::open(&place).unwrap();
    assert_eq!(again.read(Path::new("file"), 10).unwrap(), b"kept\n");
    // The machine lost power: what the disk held at that moment is all there is.
    let lost = slot.path("lost");
    fs::create_dir_all(&lost).unwrap();
    fs::copy(place.join("disk.img"), lost.join("disk.img")).unwrap();
    workspace.remove().unwrap();
    let repaired = Workspace::open(&lost).unwrap();
    assert_eq!(repaired.read(Path::new("file"), 10).unwrap(), b"kept\n");
    assert_eq!(repaired.folder().metadata().unwrap().uid(), slot.uid);
    repaired.close().unwrap();
    repaired.close().unwrap();
    assert!(Workspace::is_at(&lost));
    let closed = Workspace::open(&lost).unwrap();
    closed.remove().unwrap();
    assert!(!Workspace::is_at(&lost));
    let error = Workspace::open(&lost).unwrap_err().to_string();
    assert!(error.contains("there is no disk at"), "{error}");
}

#[test]
fn a_disk_that_is_no_disk_is_said_to_be_past_repair() {
    let Some(slot) = Slot::new() else { return };
    fs::create_dir(slot.path("disk")).unwrap();
    fs::write(slot.path("disk").join("disk.img"), vec![7; 1 << 20]).unwrap();
    let error = Workspace::open(&slot.path("disk")).unwrap_err().to_string();
    assert!(error.starts_with("cannot set the sandbox up: e2fsck failed: "), "{error}");
    let error = Workspace::create(&slot.path("tiny"), Bytes::new(4096), slot.uid).unwrap_err().to_string();
    assert_eq!(error, "cannot set the sandbox up: a disk of 4096 bytes holds nothing: 4194304 at least");
}

#[test]
fn no_device_nor_foreign_privilege_works_from_a_disk() {
    let Some(slot) = Slot::new() else { return };
    let (workspace, _) = disk(&slot);
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    let line =
        mounts.lines().find(|line| line.contains(workspace.folder().parent().unwrap().to_str().unwrap())).unwrap();
    assert!(line.contains("nosuid") && line.contains("nodev"), "{line}");
    workspace.remove().unwrap();
}

#[test]
fn tricks_in_results_are_not_followed() {
    let Some(slot) = Slot::new() else { return };
    let (workspace, on_it) = disk(&slot);
    let tricks = "mkdir r; cd r; ln -s /etc/shadow link; ln -s .. up; mkfifo pipe; echo x > one; ln one two; \
        truncate -s 1T sparse || truncate -s 4G sparse; echo good > good; ln -s r ../alias; mkdir sub; echo y > sub/y";
    assert_eq!(run(&on_it(&["/bin/sh", "-c", tricks])).ended.how, How::Exited(0));
    let read = |path: &str| workspace.read(Path::new(path), 100);
    assert_eq!(read("r/good").unwrap(), b"good\n");
    for (path, is_plain) in [("r/link", false), ("r/up/r/good", false), ("r/pipe", false), ("alias/good", false)] {
        assert_eq!(matches!(read(path), Err(TakeError::NotPlain { .. })), !is_plain, "{path}: {:?}", read(path));
    }
    assert!(matches!(read("r/one"), Err(TakeError::NotPlain { .. })));
    assert!(matches!(read("r/sparse"), Err(TakeError::TooLarge { .. })));
    assert!(matches!(read("../disk.img"), Err(TakeError::LeadsOut(_))));
    let found = workspace.list(Path::new("r"), 10).unwrap();
    let names: Vec<&str> = found.iter().map(|one| one.path.to_str().unwrap()).collect();
    assert_eq!(names, ["r/good", "r/sparse", "r/sub/y"]);
    workspace.remove().unwrap();
}
