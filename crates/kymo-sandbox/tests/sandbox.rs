//! What a command sees and how its end is told, in real sandboxes.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kymo_model::{Bytes, Ratio, Seconds};
use kymo_sandbox::{How, Mount, Root, Sandbox, SandboxError};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::{Slot, run};

#[test]
fn a_command_runs_and_its_code_and_streams_come_back() {
    let Some(slot) = Slot::new() else { return };
    let came = slot.shell("echo out; echo err >&2; pwd; echo kept > file; exit 7");
    assert_eq!(came.ended.how, How::Exited(7));
    assert_eq!((came.output.as_str(), came.error.as_str()), ("out\n/work", "err"));
    assert_eq!(came.ended.usage.output_bytes, 14);
    assert_eq!(fs::read_to_string(slot.path("file")).unwrap(), "kept\n");
    assert_eq!(slot.path("file").metadata().unwrap().uid(), slot.uid);
    assert!(came.ended.usage.peak_memory_bytes > 0 && came.ended.usage.cpu_s > 0.0, "{:?}", came.ended.usage);
}

#[test]
fn what_is_inside_is_said_and_nothing_more() {
    let Some(slot) = Slot::new() else { return };
    fs::write(slot.path("file"), "").unwrap();
    let mut sandbox = slot.sandbox(&["/bin/sh", "-c", ""]);
    sandbox.variables.insert("A".into(), "b c".into());
    sandbox.command[2] =
        "id; hostname; env | sort; ls /; ls /etc /opt /run /home /root 2>/dev/null; ls /dev; ls /work; \
        ls /proc/self/fd; cat /proc/1/environ | tr '\\0' '\\n'; ps ax -o pid,comm | head -3; tr '\\0' ' ' < /proc/1/cmdline | cut -d' ' -f1,2; \
        grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; cut -d: -f1 /proc/net/dev"
            .into();
    let came = run(&sandbox);
    // Whether there is a lib32 is the machine's affair.
    let output: Vec<&str> = came.output.lines().filter(|line| !["lib32", "libx32"].contains(line)).collect();
    insta::assert_snapshot!(output.join("\n"));
    assert!(!came.output.contains(slot.folder.path().to_str().unwrap()), "no path of the machine");
}

#[test]
fn each_end_is_told_from_the_others() {
    let Some(slot) = Slot::new() else { return };
    assert_eq!(slot.shell("kill -SEGV $$").ended.how, How::Signalled(11));
    assert_eq!(slot.shell("no-such-command").ended.how, How::Exited(127));
    assert_eq!(run(&slot.sandbox(&["/no/such/program"])).ended.how, How::Exited(1));
    let mut brief = slot.sandbox(&["/bin/sleep", "100"]);
    brief.limits.wall_time = Seconds::new(0.2);
    assert_eq!(run(&brief).ended.how, How::TimedOut);
}

#[test]
fn a_word_from_another_thread_stops_it() {
    let Some(slot) = Slot::new() else { return };
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            stop.store(true, Ordering::Relaxed);
        });
        slot.sandbox(&["/bin/sleep", "100"]).run(&mut |_, _| {}, &stop)
    });
    assert_eq!(ended.unwrap().how, How::Stopped);
    assert!(start.elapsed() < Duration::from_secs(50));
}

#[test]
fn processors_are_those_it_was_given() {
    let Some(slot) = Slot::new() else { return };
    let mut pinned =
        slot.sandbox(&["/bin/sh", "-c", "grep Cpus_allowed_list /proc/self/status; taskset -cp 1 $$; true"]);
    pinned.cpus = Some(vec![1]);
    let came = run(&pinned);
    assert!(came.output.starts_with("Cpus_allowed_list:\t1"), "{came:?}");
    let mut elsewhere = slot.sandbox(&["/usr/bin/taskset", "-c", "0", "true"]);
    elsewhere.cpus = Some(vec![1]);
    assert!(matches!(run(&elsewhere).ended.how, How::Exited(1..)), "it cannot leave them");
}

#[test]
fn processor_time_is_limited_to_a_share() {
    let Some(slot) = Slot::new() else { return };
    let mut half = slot.sandbox(&["/bin/sh", "-c", "timeout 2 sh -c 'while :; do :; done'"]);
    half.limits.processors = Some(Ratio::new(0.25));
    let usage = run(&half).ended.usage;
    assert!(usage.cpu_s < 0.75 * usage.wall_s, "{usage:?}");
}

#[test]
fn the_rate_to_disk_is_limited() {
    let Some(slot) = Slot::new() else { return };
    let line = "dd if=/dev/zero of=x bs=1M count=8 oflag=direct 2>/dev/null";
    let free = slot.shell(line).ended;
    let mut slow = slot.sandbox(&["/bin/sh", "-c", line]);
    slow.limits.disk_rate = Some(Bytes::new(4 << 20));
    let slow = run(&slow).ended;
    // Some file systems have no device behind them, as those in memory; then there is nothing to limit.
    if free.how == How::Exited(0) && slow.how == How::Exited(0) {
        assert!(slow.usage.wall_s > 1.0, "{slow:?}");
    }
}

#[test]
fn sources_may_lie_where_the_slot_cannot_go() {
    let Some(slot) = Slot::new() else { return };
    let hidden = tempfile::tempdir().unwrap();
    fs::create_dir(hidden.path().join("tool")).unwrap();
    fs::write(hidden.path().join("tool/text"), "from behind a closed folder").unwrap();
    fs::write(hidden.path().join("plain"), "a file").unwrap();
    let mut sandbox = slot.sandbox(&["/bin/sh", "-c", "cat /opt/tool/text /opt/plain; echo x > /opt/tool/text"]);
    sandbox.mounts.push(Mount { from: hidden.path().join("tool"), to: "/opt/tool".into() });
    sandbox.mounts.push(Mount { from: hidden.path().join("plain"), to: "/opt/plain".into() });
    let came = run(&sandbox);
    assert_eq!(came.output, "from behind a closed foldera file");
    assert!(came.error.contains("Read-only file system"), "{}", came.error);
    assert_eq!(fs::read_dir("/run/kymo-sandbox").unwrap().count(), 0, "nothing of it shows on the machine");
}

#[test]
fn a_root_of_its_own_is_all_that_is_seen() {
    let Some(slot) = Slot::new() else { return };
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("bin")).unwrap();
    fs::copy("/bin/true", root.path().join("bin/unused")).unwrap();
    let program = support::attacker().join("attacker");
    let mut sandbox = slot.sandbox(&["/opt/static", "list", "/"]);
    let folder = tempfile::tempdir().unwrap();
    let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/attacker");
    let built = std::process::Command::new("cc")
        .args(["-static", "-o"])
        .arg(folder.path().join("static"))
        .args(["attacker.c", "reach.c", "exhaust.c", "calls.c"].map(|name| sources.join(name)))
        .status()
        .unwrap();
    assert!(built.success() && program.exists());
    fs::copy(folder.path().join("static"), root.path().join("bin/list")).unwrap();
    sandbox.command[0] = "/bin/list".into();
    sandbox.root = Root::Folder(root.path().to_owned());
    let came = run(&sandbox);
    assert_eq!(came.output, "bin dev opt proc tmp work", "{came:?}");
}

#[test]
fn what_cannot_be_is_said_before_anything_runs() {
    let Some(slot) = Slot::new() else { return };
    let said = |change: &dyn Fn(&mut Sandbox)| {
        let mut sandbox = slot.sandbox(&["/bin/true"]);
        change(&mut sandbox);
        sandbox.run(&mut |_, _| {}, &AtomicBool::new(false)).unwrap_err().to_string()
    };
    let all = [
        said(&|one| one.uid = 0),
        said(&|one| one.command.clear()),
        said(&|one| drop(one.variables.insert("A=B".into(), String::new()))),
        said(&|one| one.command.push("a\0b".into())),
        said(&|one| one.folder = "work".into()),
        said(&|one| one.mounts.push(Mount { from: "/usr".into(), to: "/opt/../etc".into() })),
        said(&|one| one.workspace = "/no/such/folder".into()),
    ];
    insta::assert_snapshot!(all.join("\n"));
    let error = SandboxError::Unsupported("x".into());
    assert_eq!(error.to_string(), "unsupported: x");
}
