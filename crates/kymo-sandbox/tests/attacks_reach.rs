//! Attacks that reach for what is not theirs: files, secrets, networks, other processes, the kernel. Each is first let
//! loose without walls where that harms nothing, so that it is known to be an attack.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kymo_sandbox::{How, Mount};
use std::fs;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::Command;
use support::{ATTACKER, Slot, attacker, run, unwalled};

#[test]
fn files_of_the_machine_are_not_there() {
    let Some(slot) = Slot::new() else { return };
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), "token").unwrap();
    fs::set_permissions(secret.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let secret = secret.path().to_str().unwrap();
    let test = format!("/proc/{}/environ", std::process::id());
    let paths =
        ["/etc/shadow", secret, &test, "/var/lib/dpkg/status", "/sys/fs/cgroup", "/boot", "/dev/mem", "/dev/kmsg"];
    assert!(unwalled("read", &paths).starts_with("/etc/shadow: got"));
    assert!(unwalled("read", &[secret]).ends_with(": got"));
    let came = slot.attack("read", &paths);
    let expected: Vec<String> =
        paths.iter().map(|path| format!("{path}: refused: No such file or directory")).collect();
    assert_eq!(came.output.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_is_written_but_the_workspace_and_memory() {
    let Some(slot) = Slot::new() else { return };
    let paths = ["/x", "/usr/x", "/etc/x", "/etc/passwd", "/opt/attacker/x", "/dev/x", "/proc/x"];
    let came = slot.attack("create", &paths);
    for line in came.output.lines() {
        assert!(line.contains(": refused: "), "{line}");
    }
    let kernel = ["/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger"];
    for line in slot.attack("write", &kernel).output.lines() {
        assert!(line.contains(": refused: "), "{line}");
    }
    assert!(unwalled("write", &kernel[..1]).ends_with(": got"));
    let open = ["/work-x", "/work", "x", "/tmp/x", "/dev/shm/x"];
    let came = slot.attack("create", &open);
    let got: Vec<&str> = came.output.lines().filter(|line| line.ends_with(": got")).collect();
    assert_eq!(got, ["x: got", "/tmp/x: got", "/dev/shm/x: got"]);
    assert!(slot.path("x").exists());
}

#[test]
fn the_runner_shows_none_of_its_secrets() {
    let Some(slot) = Slot::new() else { return };
    // A descriptor without the mark to be closed, as a careless library leaves one.
    let secret = tempfile::tempfile().unwrap();
    rustix_keep(&secret);
    let came = slot.shell(
        "cat /proc/*/environ | tr '\\0' '\\n' | cut -d= -f1 | sort -u; echo --; ls -ln /proc/*/fd 2>/dev/null | \
         grep -c -E 'kymo|deleted'; echo --; cat /proc/*/cmdline /proc/*/cgroup | tr '\\0' ' ' | grep -c -E 'kymo-bo[x]|[/]tmp/'",
    );
    let own = ["HOME", "USER", "CARGO_MANIFEST_DIR"];
    assert!(own.iter().any(|name| std::env::var_os(name).is_some()), "there is something to be seen");
    assert_eq!(came.output, "PATH\nPWD\n--\n0\n--\n0", "{came:?}");
}

/// Takes the mark off that closes a descriptor in a new program.
fn rustix_keep(file: &fs::File) {
    rustix::io::fcntl_setfd(file, rustix::io::FdFlags::empty()).unwrap();
}

#[test]
fn no_network_is_in_reach() {
    let Some(slot) = Slot::new() else { return };
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = service.local_addr().unwrap().port().to_string();
    assert_eq!(unwalled("connect", &["127.0.0.1", &port]), "127.0.0.1: got");
    let refused = slot.attack("connect", &["127.0.0.1", &port]);
    assert_eq!(refused.output, "127.0.0.1: refused: Connection refused", "its own loopback is up, and empty");
    for address in ["169.254.169.254", "10.0.0.1", "8.8.8.8"] {
        let came = slot.attack("connect", &[address, "80"]);
        assert_eq!(came.output, format!("{address}: refused: Network is unreachable"));
    }
    let name = format!("kymo-{}", std::process::id());
    let _listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    assert_eq!(unwalled("abstract", &[&name]), "abstract: got");
    assert_eq!(slot.attack("abstract", &[&name]).output, "abstract: refused: Connection refused");
}

#[test]
fn two_sandboxes_see_nothing_of_each_other() {
    let (Some(one), Some(other)) = (Slot::new(), Slot::new()) else { return };
    fs::write(one.path("result"), "1").unwrap();
    chown(one.path("result"), Some(one.uid), Some(one.uid)).unwrap();
    let run_one = std::thread::scope(|scope| {
        let busy = scope
            .spawn(|| one.shell("echo in-tmp > /tmp/seen; touch started; while [ ! -e end ]; do sleep 0.02; done"));
        while !one.path("started").exists() && !busy.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let path = one.path("result");
        let came = other.shell(&format!(
            "cat {0} 2>&1; ls /tmp /work; ps ax -o comm | sort -u; ls {1} 2>&1; cat /proc/sys/kernel/hostname",
            path.display(),
            one.folder.path().parent().unwrap().display()
        ));
        fs::write(one.path("end"), "").unwrap();
        (busy.join().unwrap(), came)
    });
    let (busy, came) = run_one;
    assert_eq!(busy.ended.how, How::Exited(0));
    assert!(came.output.contains("No such file or directory"), "{came:?}");
    assert!(!came.output.contains("seen") && !came.output.contains("sleep"), "{came:?}");
}

#[test]
fn no_process_of_the_machine_gets_a_signal() {
    let Some(slot) = Slot::new() else { return };
    let mut victim = Command::new("/bin/sleep").arg("100").spawn().unwrap();
    let pid = victim.id().to_string();
    assert_eq!(unwalled("signal", &[&pid]), "signal: got");
    assert_eq!(slot.attack("signal", &[&pid]).output, "signal: refused: No such process");
    victim.kill().unwrap();
    victim.wait().unwrap();
}

#[test]
fn calls_into_the_kernel_are_refused() {
    let Some(slot) = Slot::new() else { return };
    // What works without walls depends on the kernel; that most does is enough to know that these are attacks.
    let free = unwalled("calls", &[]);
    assert!(free.lines().filter(|line| line.ends_with(": got")).count() > 12, "{free}");
    insta::assert_snapshot!("calls", slot.attack("calls", &[]).output);
    insta::assert_snapshot!("harmful_calls", slot.attack("harmful", &[]).output);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn numbers_of_other_architectures_do_not_pass() {
    let Some(slot) = Slot::new() else { return };
    const BAD_CALL: i32 = 31;
    let came = slot.attack("foreign", &[]);
    assert_eq!((came.ended.how, came.output.as_str()), (How::Signalled(BAD_CALL), ""));
    assert_eq!(slot.attack("x32", &[]).output, "call of x32: refused: Function not implemented");
}

#[test]
fn a_program_of_roots_does_not_make_root() {
    let Some(slot) = Slot::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("attacker");
    fs::copy(attacker().join("attacker"), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    let uid = format!("--reuid={}", slot.uid);
    let free = Command::new("setpriv").args([&uid, "--clear-groups"]).arg(&program).arg("euid").output().unwrap();
    // A temporary folder may be mounted so that this works nowhere.
    let is_attack = String::from_utf8_lossy(&free.stdout).trim() == "euid 0";
    println!("without walls it makes root: {is_attack}");
    let mut sandbox = slot.sandbox(&["/opt/set/attacker", "euid"]);
    sandbox.mounts.push(Mount { from: folder.path().to_owned(), to: "/opt/set".into() });
    assert_eq!(run(&sandbox).output, "euid 1000");
}

#[test]
fn programs_that_are_measured_do_not_miss_what_is_refused() {
    let Some(slot) = Slot::new() else { return };
    let came = slot.shell(
        "printf 'int main(void){return 0;}' > a.c && cc -o a a.c && ./a && echo compiled; mkfifo p && echo pipe; \
         taskset -c 0 true && echo affinity; cat /proc/self/smaps_rollup > /dev/null && echo memory; \
         /usr/bin/python3 -c 'import threading,mmap; t=threading.Thread(target=print,args=(1,)); t.start(); t.join(); \
         m=mmap.mmap(-1,4096,prot=7); print(len(m))'",
    );
    assert_eq!(came.output, "compiled\npipe\naffinity\nmemory\n1\n4096", "{came:?}");
    if Path::new("/usr/bin/valgrind").exists() {
        let came = run(&slot.sandbox(&["/usr/bin/valgrind", "--tool=none", "-q", ATTACKER, "euid"]));
        assert_eq!(came.output, "euid 1000", "{came:?}");
    }
}
