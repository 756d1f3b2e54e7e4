//! What bubblewrap is told: all but the command, through a descriptor, since its command line is seen inside.

use crate::spec::{Network, Root, Sandbox, SandboxError};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Where the workspace is inside.
pub(crate) const WORKSPACE_INSIDE: &str = "/work";

/// Folders of files in memory inside.
pub(crate) const IN_MEMORY: [&str; 2] = ["/tmp", "/dev/shm"];

/// Namespaces and privileges: the same for every sandbox but for the network.
const CONTAINED: &[&str] = &[
    "--unshare-user",
    "--uid",
    "1000",
    "--gid",
    "1000",
    "--disable-userns",
    "--assert-userns-disabled",
    "--unshare-ipc",
    "--unshare-pid",
    "--unshare-uts",
    "--unshare-cgroup",
    "--hostname",
    "kymo",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    "--cap-drop",
    "ALL",
];

/// Files of the host's `/etc` that its programs need and that tell nothing of the machine's users.
const HOST_FILES: &[&str] = &["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"];

/// What the network needs beside: who resolves names, whom to trust.
const RESOLVER: &str = "/etc/resolv.conf";
const CERTIFICATES: &str = "/etc/ssl/certs";

/// Folders at the root that lead into `/usr`, or hold the same.
const MERGED: &[&str] = &["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// Files that are made up: users and names that are the same on every machine.
pub(crate) const MADE_UP: &[(&str, &str)] = &[
    (
        "/etc/passwd",
        "root:x:0:0:root:/:/bin/sh\nkymo:x:1000:1000:kymo:/work:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    ),
    ("/etc/group", "root:x:0:\nkymo:x:1000:\nnogroup:x:65534:\n"),
    ("/etc/hosts", "127.0.0.1 localhost kymo\n::1 localhost\n"),
    ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
];

/// Descriptors that bubblewrap is handed, by number.
pub(crate) struct Numbers {
    pub seccomp: [i32; 2],
    /// One for each of [`MADE_UP`].
    pub made_up: Vec<i32>,
    /// Ends the wait before the command starts.
    pub hold: i32,
    /// Where it reports to.
    pub status: i32,
}

/// Options in the order that matters to bubblewrap: mounts are made one after the other.
pub(crate) struct Arguments(Vec<OsString>);

impl Arguments {
    fn add<const N: usize>(&mut self, all: [&(impl AsRef<OsStr> + ?Sized); N]) {
        self.0.extend(all.iter().map(|one| one.as_ref().to_owned()));
    }

    fn flag(&mut self, name: &str, value: impl ToString) {
        self.add([name, &value.to_string()]);
    }

    fn bind(&mut self, how: &str, from: &Path, to: &Path) {
        self.add([OsStr::new(how), from.as_os_str(), to.as_os_str()]);
    }

    /// As bubblewrap reads them: each ends with a zero byte.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|one| one.as_bytes().iter().copied().chain([0])).collect()
    }

    /// Options for a sandbox.
    ///
    /// # Errors
    /// Where the machine's own tools are not laid out as they must be.
    pub(crate) fn of(sandbox: &Sandbox, numbers: &Numbers) -> Result<Self, SandboxError> {
        let mut all = Self(CONTAINED.iter().map(OsString::from).collect());
        if sandbox.network == Network::None {
            all.add(["--unshare-net"]);
        }
        for (name, value) in &sandbox.variables {
            all.add(["--setenv", name, value]);
        }
        match &sandbox.root {
            Root::HostTools => all.host_tools(sandbox.network, &numbers.made_up)?,
            Root::Folder(folder) => all.folder(folder, sandbox.network),
        }
        all.add(["--proc", "/proc", "--dev", "/dev"]);
        // Zero would be no limit at all.
        let temporary = sandbox.limits.temporary.get().max(4096);
        for folder in IN_MEMORY.iter().rev() {
            all.flag("--size", temporary);
            all.add(["--perms", "1777", "--tmpfs", folder]);
        }
        all.add(["--remount-ro", "/dev"]);
        for mount in &sandbox.mounts {
            all.bind("--ro-bind", &mount.from, &mount.to);
        }
        all.bind("--bind", &sandbox.workspace, Path::new(WORKSPACE_INSIDE));
        if sandbox.root == Root::HostTools {
            all.add(["--remount-ro", "/"]);
        }
        all.add([OsStr::new("--chdir"), sandbox.folder.as_os_str()]);
        for number in numbers.seccomp {
            all.flag("--add-seccomp-fd", number);
        }
        all.flag("--block-fd", numbers.hold);
        all.flag("--json-status-fd", numbers.status);
        Ok(all)
    }

    fn folder(&mut self, folder: &Path, network: Network) {
        self.bind("--ro-bind", folder, Path::new("/"));
        if network == Network::Host {
            self.resolver();
        }
    }

    fn resolver(&mut self) {
        let path = Path::new(RESOLVER);
        self.bind("--ro-bind-try", &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()), path);
    }

    fn host_tools(&mut self, network: Network, made_up: &[i32]) -> Result<(), SandboxError> {
        if !Path::new("/usr/bin").is_dir() {
            return Err(SandboxError::Unsupported(
                "this machine has no /usr/bin for its tools to be taken from".into(),
            ));
        }
        self.add(["--ro-bind", "/usr", "/usr"]);
        for name in MERGED {
            let path = Path::new("/").join(name);
            match fs::read_link(&path) {
                Ok(target) => self.bind("--symlink", &target, &path),
                Err(_) if path.is_dir() => self.bind("--ro-bind", &path, &path),
                Err(_) => {}
            }
        }
        for file in HOST_FILES {
            self.add(["--ro-bind-try", file, file]);
        }
        if network == Network::Host {
            self.resolver();
            self.add(["--ro-bind-try", CERTIFICATES, CERTIFICATES]);
        }
        for ((path, _), number) in MADE_UP.iter().zip(made_up) {
            self.add(["--perms", "0644"]);
            self.add(["--file", &number.to_string(), path]);
        }
        Ok(())
    }
}

/// The policy as a text, for the profile's digest: what does not differ from sandbox to sandbox.
pub(crate) fn policy() -> String {
    let mut text = CONTAINED.join(" ");
    for list in [HOST_FILES, &[RESOLVER, CERTIFICATES], MERGED, &IN_MEMORY] {
        text.push('\n');
        text.push_str(&list.join(" "));
    }
    for (path, content) in MADE_UP {
        text.push_str(&format!("\n{path}\n{content}"));
    }
    text
}

/// Whether a text can be an argument: the zero byte ends one.
pub(crate) fn is_sound(text: &OsStr) -> bool {
    !text.as_bytes().contains(&0)
}
