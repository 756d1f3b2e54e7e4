//! A runner that is killed in the middle takes its job with it; the next one finds what it left and removes it.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kymo_sandbox::{Network, sweep};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{ATTACKER, Slot, processes_of, run};

/// Tells the runner, which is this test's own program, where to write its slot's user.
const ASKED: &str = "KYMO_TEST_RUNNER";

/// Waits for something, or fails.
fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// No test by itself: the runner that is killed.
#[test]
fn the_runner() {
    let Some(file) = std::env::var_os(ASKED).map(PathBuf::from) else { return };
    let Some(slot) = Slot::new() else { return };
    let line = format!("{ATTACKER} orphan count; echo {0} > uid; sleep 1000", slot.uid);
    let mut sandbox = slot.sandbox(&["/bin/sh", "-c", &line]);
    sandbox.limits.wall_time = kymo_model::Seconds::new(1000.0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            wait_for("the job runs", || slot.path("uid").exists().then_some(()));
            fs::write(file, format!("{} {}", slot.uid, slot.folder.path().display())).unwrap();
        });
        run(&sandbox);
    });
}

/// Groups of the process `pid`, in every tree.
fn groups_of(pid: u32, at: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(at).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&format!("kymo-box-{pid}-")) {
            found.push(entry.path());
        } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            groups_of(pid, &entry.path(), found);
        }
    }
}

#[test]
fn what_a_killed_runner_leaves_is_swept() {
    if Slot::new().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slot");
    let mut runner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_runner"])
        .env(ASKED, &file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = wait_for("the runner's job", || fs::read_to_string(&file).ok().filter(|text| text.contains(' ')));
    let (uid, workspace) = said.split_once(' ').unwrap();
    let uid = uid.parse().unwrap();
    assert!(processes_of(uid).len() > 2);
    sweep();
    assert!(processes_of(uid).len() > 2, "what lives is not swept");
    runner.kill().unwrap();
    runner.wait().unwrap();
    wait_for("its job is gone with it", || processes_of(uid).is_empty().then_some(()));
    let groups = || {
        let mut found = Vec::new();
        groups_of(runner.id(), Path::new("/sys/fs/cgroup"), &mut found);
        found
    };
    assert!(!groups().is_empty(), "its groups stay");
    // Another test's runner may sweep them first.
    sweep();
    assert_eq!(groups(), Vec::<PathBuf>::new());
    fs::remove_dir_all(workspace).unwrap();
}

/// What the page on security says of fetch and prepare: with the network it is the machine's own, and nothing else is.
#[test]
fn with_the_network_it_is_the_machines_own_and_all_other_walls_stand() {
    let Some(slot) = Slot::new() else { return };
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = service.local_addr().unwrap().port().to_string();
    let mut sandbox = slot.sandbox(&[ATTACKER, "connect", "127.0.0.1", &port]);
    sandbox.network = Network::Host;
    assert_eq!(run(&sandbox).output, "127.0.0.1: got");
    sandbox.command = [ATTACKER, "read", "/etc/resolv.conf", "/etc/shadow"].map(str::to_owned).to_vec();
    let output = run(&sandbox).output;
    assert!(output.ends_with("/etc/shadow: refused: No such file or directory"), "{output}");
    sandbox.command = [ATTACKER, "calls"].map(str::to_owned).to_vec();
    let got: Vec<String> = run(&sandbox).output.lines().filter(|l| l.ends_with(": got")).map(str::to_owned).collect();
    assert_eq!(got, ["named pipe: got"]);
}
