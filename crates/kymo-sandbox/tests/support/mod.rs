//! What the tests of the sandbox share: one that works like a job's, and looks at what it left.

#![allow(clippy::unwrap_used, dead_code, reason = "tests; each uses some of it")]

use kymo_model::watch::Limits;
use kymo_model::{Bytes, Seconds};
use kymo_sandbox::{Ended, Mount, Network, Root, Sandbox, Stream, check};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Where the attacker is inside.
pub const ATTACKER: &str = "/opt/attacker/attacker";

/// Why no sandbox can be had here, said once; `None` where it can.
fn lacking() -> Option<&'static str> {
    static LACKING: OnceLock<Option<String>> = OnceLock::new();
    let said = LACKING.get_or_init(|| {
        let first = check().into_iter().find(|one| one.is_needed)?;
        println!("skipped: {}: {}", first.message, first.remedy);
        Some(first.message)
    });
    said.as_deref()
}

/// The attacker, compiled once.
pub fn attacker() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacker");
        fs::create_dir_all(&folder).unwrap();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacker");
        // Another process may build it at the same time.
        let new = folder.join(format!("attacker.{}", std::process::id()));
        let mut build = Command::new("cc");
        build.args(["-O1", "-Wall", "-Werror", "-o"]).arg(&new);
        for name in ["attacker.c", "reach.c", "exhaust.c", "calls.c"] {
            build.arg(sources.join(name));
        }
        let said = build.output().expect("a C compiler");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        // In one go, since another test may be running the one before.
        fs::rename(new, folder.join("attacker")).unwrap();
        folder
    })
}

/// A folder for a workspace, and the user who owns it.
pub struct Slot {
    pub folder: tempfile::TempDir,
    pub uid: u32,
}

/// What came of a run, and what it wrote.
#[derive(Debug)]
pub struct Came {
    pub ended: Ended,
    pub output: String,
    pub error: String,
}

impl Slot {
    /// `None`, said in a line, where this machine can have no sandboxes.
    pub fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if lacking().is_some() {
            return None;
        }
        let uid = 2_000_000 + std::process::id() % 10_000 * 100 + NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        chown(folder.path(), Some(uid), Some(uid)).unwrap();
        Some(Self { folder, uid })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// With host tools and the attacker, no network, and little of everything.
    pub fn sandbox(&self, command: &[&str]) -> Sandbox {
        let limits = Limits {
            wall_time: Seconds::new(60.0),
            memory: Bytes::new(256 << 20),
            processes: 64,
            processors: None,
            disk: Bytes::new(64 << 20),
            temporary: Bytes::new(32 << 20),
            output: Bytes::new(1 << 20),
            disk_rate: None,
        };
        Sandbox {
            root: Root::HostTools,
            mounts: vec![Mount { from: attacker().to_owned(), to: "/opt/attacker".into() }],
            workspace: self.folder.path().to_owned(),
            command: command.iter().map(|one| (*one).to_owned()).collect(),
            variables: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
            folder: "/work".into(),
            network: Network::None,
            limits,
            cpus: None,
            uid: self.uid,
        }
    }

    /// The attack of that name, in a sandbox.
    pub fn attack(&self, name: &str, arguments: &[&str]) -> Came {
        run(&self.sandbox(&[&[ATTACKER, name], arguments].concat()))
    }

    /// A shell line, in a sandbox.
    pub fn shell(&self, line: &str) -> Came {
        run(&self.sandbox(&["/bin/sh", "-c", line]))
    }
}

/// The attack of that name, without any sandbox, as the test itself: what it wrote.
pub fn unwalled(name: &str, arguments: &[&str]) -> String {
    let said = Command::new(attacker().join("attacker")).arg(name).args(arguments).output().unwrap();
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

/// Runs to the end, and sees that nothing of it is left.
pub fn run(sandbox: &Sandbox) -> Came {
    let (mut output, mut error) = (Vec::new(), Vec::new());
    let ended = sandbox
        .run(
            &mut |stream, bytes| match stream {
                Stream::Output => output.extend_from_slice(bytes),
                Stream::Error => error.extend_from_slice(bytes),
            },
            &AtomicBool::new(false),
        )
        .unwrap();
    // The kernel takes one out of its group a moment before it calls it dead.
    let start = Instant::now();
    while !processes_of(sandbox.uid).is_empty() && start.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(processes_of(sandbox.uid), Vec::<String>::new(), "no process of the slot is left");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Came { ended, output: text(&output), error: text(&error) }
}

/// Names of the living processes of a user; one that is dead and waits for the machine's first process to notice is none.
pub fn processes_of(uid: u32) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let status = entries.filter_map(|entry| fs::read_to_string(entry.path().join("status")).ok());
    let own = format!("Uid:\t{uid}\t");
    let living = status.filter(|text| !text.contains("State:\tZ"));
    living.filter(|text| text.contains(&own)).map(|text| text.lines().next().unwrap_or_default().to_owned()).collect()
}

/// Groups that runs of this process left behind, in every tree.
pub fn groups_left() -> Vec<PathBuf> {
    let mark = format!("kymo-box-{}-", std::process::id());
    let mut left = Vec::new();
    let mut waiting = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&mark) {
                left.push(entry.path());
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(entry.path());
            }
        }
    }
    left
}
