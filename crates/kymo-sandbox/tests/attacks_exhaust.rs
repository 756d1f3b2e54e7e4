//! Attacks that use up: memory, processes, disk, output, time. Each ends with its reason and leaves nothing.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kymo_model::{Bytes, Ratio, Seconds};
use kymo_sandbox::{How, Sandbox};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{ATTACKER, Came, Slot, attacker, run, unwalled};

/// The attack under small limits of its own.
fn bounded(slot: &Slot, attack: &[&str], bound: impl Fn(&mut Sandbox)) -> Came {
    let mut sandbox = slot.sandbox(&[&[ATTACKER], attack].concat());
    bound(&mut sandbox);
    run(&sandbox)
}

fn memory_of(mib: u64) -> impl Fn(&mut Sandbox) {
    move |sandbox| {
        sandbox.limits.memory = Bytes::new(mib << 20);
        sandbox.limits.temporary = Bytes::new(1 << 30);
    }
}

#[test]
fn a_memory_bomb_ends_by_its_limit() {
    let Some(slot) = Slot::new() else { return };
    assert_eq!(unwalled("memory", &["100"]), "memory: got");
    let enough = bounded(&slot, &["memory", "32"], memory_of(64));
    assert_eq!((enough.ended.how, enough.output.as_str()), (How::Exited(0), "memory: got"));
    let peak = enough.ended.usage.peak_memory_bytes;
    assert!((32 << 20..64 << 20).contains(&peak), "{peak}");
    assert_eq!(bounded(&slot, &["memory", "100"], memory_of(64)).ended.how, How::OutOfMemory);
}

#[test]
fn memory_is_memory_by_every_name() {
    let Some(slot) = Slot::new() else { return };
    for attack in [&["fill", "/tmp/x", "100"][..], &["fill", "/dev/shm/x", "100"], &["nameless", "100"]] {
        assert_eq!(bounded(&slot, attack, memory_of(64)).ended.how, How::OutOfMemory, "{attack:?}");
    }
}

#[test]
fn an_end_for_want_of_memory_is_told_whoever_survives_it() {
    let Some(slot) = Slot::new() else { return };
    let line = format!("{ATTACKER} memory 100; exit 0");
    let mut sandbox = slot.sandbox(&["/bin/sh", "-c", &line]);
    memory_of(64)(&mut sandbox);
    assert_eq!(run(&sandbox).ended.how, How::OutOfMemory);
}

#[test]
fn files_in_memory_have_their_own_limit() {
    let Some(slot) = Slot::new() else { return };
    for path in ["/tmp/x", "/dev/shm/x"] {
        let came = bounded(&slot, &["fill", path, "100"], |one| one.limits.temporary = Bytes::new(2 << 20));
        assert_eq!((came.ended.how, came.error.as_str()), (How::DiskFull, "2097152 bytes"), "{path}");
    }
}

#[test]
fn processes_run_out_at_their_limit() {
    let Some(slot) = Slot::new() else { return };
    let came = bounded(&slot, &["processes", "1000"], |one| one.limits.processes = 20);
    assert_eq!(came.ended.how, How::TooManyProcesses);
    assert!(came.output.ends_with(" processes, then: Resource temporarily unavailable"), "{came:?}");
    let count: u32 = came.output.split(' ').next().unwrap().parse().unwrap();
    assert!((15..20).contains(&count), "{count}: two of bubblewrap, the attacker itself, the rest");
}

#[test]
fn a_fork_bomb_is_over_when_its_time_is() {
    let Some(slot) = Slot::new() else { return };
    let came = bounded(&slot, &["bomb"], |one| {
        one.limits.processes = 100;
        one.limits.wall_time = Seconds::new(0.5);
        one.limits.processors = Some(Ratio::new(0.5));
    });
    assert_eq!(came.ended.how, How::TimedOut);
    assert!(came.ended.usage.wall_s < 20.0, "{came:?}");
}

#[test]
fn output_ends_at_its_limit_to_the_byte() {
    let Some(slot) = Slot::new() else { return };
    let came = bounded(&slot, &["output", "1000"], |one| one.limits.output = Bytes::new(100_000));
    assert_eq!(came.ended.how, How::TooMuchOutput);
    assert_eq!(came.output.len() + came.error.len(), 100_000);
    let last = slot.shell("yes | head -c 1048576").ended;
    assert_eq!((last.how, last.usage.output_bytes), (How::Exited(0), 1 << 20), "as much as is allowed is allowed");
    let silent = bounded(&slot, &["output", "1000"], |one| one.limits.output = Bytes::new(0));
    assert_eq!((silent.ended.how, silent.output.len()), (How::TooMuchOutput, 0));
}

#[test]
fn orphans_do_not_outlive_their_job() {
    let Some(slot) = Slot::new() else { return };
    // Without walls it stays behind: the count goes on.
    let outside = tempfile::tempdir().unwrap();
    let path = outside.path().join("count");
    // It keeps what it inherits, so that nothing is waited for that it could hold open.
    let started = Command::new(attacker().join("attacker")).arg("orphan").arg(&path).stdout(Stdio::null()).status();
    assert!(started.unwrap().success());
    assert!(counts_on(&path));
    end_orphan(&path);
    let came = slot.attack("orphan", &["count"]);
    assert_eq!((came.ended.how, came.output.as_str()), (How::Exited(0), "orphan: got"));
    assert!(!counts_on(&slot.path("count")));
}

fn counts_on(path: &Path) -> bool {
    let before = fs::read_to_string(path).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    fs::read_to_string(path).unwrap() != before
}

/// Ends the process whose command line has `path`.
fn end_orphan(path: &Path) {
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let (Some(pid), true) = (pid, String::from_utf8_lossy(&line).contains(path.to_str().unwrap())) {
            let pid = rustix::process::Pid::from_raw(pid).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
    }
}

#[test]
fn whoever_comes_next_has_all_its_limits_whole() {
    let Some(slot) = Slot::new() else { return };
    for attack in [&["memory", "300"][..], &["processes", "1000"], &["output", "100"], &["fill", "/tmp/x", "100"]] {
        let came = bounded(&slot, attack, |_| {});
        assert_ne!(came.ended.how, How::Exited(0), "{attack:?}");
    }
    let mut sandbox = slot.sandbox(&["/bin/sh", "-c", ""]);
    sandbox.command[2] = format!(
        "{ATTACKER} processes 50 && {ATTACKER} memory 200 && {ATTACKER} fill /tmp/x 31 && head -c 900000 /dev/zero"
    );
    let came = run(&sandbox);
    assert_eq!(came.ended.how, How::Exited(0), "{:?} {}", came.ended, came.error);
}

/// A program's own count of instructions is the same after an attack as before it.
#[test]
fn the_next_count_is_untouched() {
    let Some(slot) = Slot::new() else { return };
    if !Path::new("/usr/bin/valgrind").exists() {
        println!("skipped: valgrind counts the instructions: apt-get install valgrind");
        return;
    }
    let count = || {
        let tool = ["--tool=callgrind", "--callgrind-out-file=/dev/null", ATTACKER, "euid"];
        let came = run(&slot.sandbox(&[&["/usr/bin/valgrind"], &tool[..]].concat()));
        let line = came.error.lines().find(|line| line.contains("Collected")).map(str::to_owned);
        line.and_then(|line| line.rsplit(' ').next().and_then(|number| number.parse::<u64>().ok())).expect("a count")
    };
    let before = count();
    assert_eq!(bounded(&slot, &["memory", "300"], |_| {}).ended.how, How::OutOfMemory);
    assert_eq!(bounded(&slot, &["processes", "1000"], |_| {}).ended.how, How::TooManyProcesses);
    assert_eq!(count(), before);
}
