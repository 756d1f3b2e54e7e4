//! One run: groups, bubblewrap, the wait until all is set up, the command, its end.

use crate::arguments::{Arguments, MADE_UP, Numbers, WORKSPACE_INSIDE, is_sound};
use crate::beneath::Beneath;
use crate::cgroup::{self, Group, Layout, Wanted};
use crate::inside::Inside;
use crate::launch::{Launch, spawn};
use crate::spec::{Ended, Network, Output, Root, Sandbox, SandboxError};
use crate::{seccomp, stage, watch};
use kymo_model::Ratio;
use rustix::fs::{MemfdFlags, memfd_create, stat};
use rustix::pipe::{PipeFlags, pipe_with};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Where bubblewrap is looked for.
pub(crate) const PROGRAMS: [&str; 2] = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"];

/// How long the set-up may take on a machine that is very busy.
const SET_UP_WITHIN: Duration = Duration::from_secs(30);

/// A sandbox that is set up and whose command waits for a word.
pub(crate) struct Held {
    pub child: Child,
    pub group: Group,
    pub inside: Inside,
    /// The command starts when this is closed.
    pub hold: OwnedFd,
    /// Kept open: bubblewrap reports to it at the end, too.
    pub status: File,
}

impl Sandbox {
    /// Runs the command to its end, or to the end of what it may use. Then none of its processes is left.
    ///
    /// `stop` ends it from another thread. `output` is given what it writes while it runs.
    ///
    /// # Errors
    /// What of this machine stands in the way; never what the command did.
    pub fn run(&self, output: Output, stop: &AtomicBool) -> Result<Ended, SandboxError> {
        self.check()?;
        let held = self.hold()?;
        watch::to_the_end(held, &self.limits, output, stop)
    }

    fn check(&self) -> Result<(), SandboxError> {
        let wrong = |message: String| Err(SandboxError::Setup(message));
        if !rustix::process::geteuid().is_root() {
            return Err(SandboxError::Unsupported("only root can give a job a user of its own: run as root".into()));
        }
        if self.uid == 0 {
            return wrong("a sandbox never runs as user 0: give it a slot of its own".into());
        }
        if self.command.is_empty() {
            return wrong("there is no command".into());
        }
        let names_are_sound = self.variables.keys().all(|name| !name.is_empty() && !name.contains('='));
        let values = self.variables.iter().flat_map(|(name, value)| [name, value]).chain(&self.command);
        if !names_are_sound || !values.map(OsStr::new).all(is_sound) {
            return wrong("a variable or argument has a character that none can have ('=' in a name, or zero)".into());
        }
        let targets = self.mounts.iter().map(|mount| &mount.to).chain([&self.folder]);
        if let Some(path) = targets.into_iter().find(|path| !is_plain(path)) {
            return wrong(format!("'{}' is no absolute path without '..'", path.display()));
        }
        Ok(())
    }

    /// Sets everything up, to where the command would start.
    fn hold(&self) -> Result<Held, SandboxError> {
        if let Root::Folder(folder) = &self.root {
            self.make_mount_points(folder)?;
        }
        let program = PROGRAMS.iter().find(|path| Path::new(path).exists()).ok_or_else(bubblewrap_is_missing)?;
        let group = Group::create(&Layout::of_this_process(), &self.wanted()?)?;
        let (hold_inside, hold) = pipe()?;
        let (status, status_inside) = pipe()?;
        let seccomp = seccomp::programs().map_err(SandboxError::Unsupported)?;
        let seccomp = [in_memory(&seccomp[0])?, in_memory(&seccomp[1])?];
        let mut made_up = Vec::new();
        if self.root == Root::HostTools {
            for (_, content) in MADE_UP {
                made_up.push(in_memory(content.as_bytes())?);
            }
        }
        let numbers = Numbers {
            seccomp: [seccomp[0].as_raw_fd(), seccomp[1].as_raw_fd()],
            made_up: made_up.iter().map(AsRawFd::as_raw_fd).collect(),
            hold: hold_inside.as_raw_fd(),
            status: status_inside.as_raw_fd(),
        };
        let staged = stage::set(self)?;
        let arguments = in_memory(&Arguments::of(&staged.sandbox, &numbers)?.bytes())?;
        let mut command = Command::new(program);
        command.env_clear().current_dir("/").process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.args(["--args", &arguments.as_raw_fd().to_string(), "--"]).args(&self.command);
        let mut keep = vec![arguments, hold_inside, status_inside];
        keep.extend(seccomp);
        keep.extend(made_up);
        let groups = group.doors()?.into_iter().map(OwnedFd::from).collect();
        let mut child = spawn(command, Launch { groups, keep, stage: staged.stage, uid: self.uid })
            .map_err(|error| SandboxError::Setup(format!("bubblewrap does not start: {error}")))?;
        let status = File::from(status);
        match wait_until_set_up(&mut child, &status, &self.workspace) {
            Ok(inside) => Ok(Held { child, group, inside, hold, status }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    fn wanted(&self) -> Result<Wanted, SandboxError> {
        let disk_rate = match self.limits.disk_rate {
            None => None,
            Some(rate) => {
                let workspace = stat(&self.workspace)
                    .map_err(|error| SandboxError::Setup(format!("{}: {error}", self.workspace.display())))?;
                let device = (rustix::fs::major(workspace.st_dev), rustix::fs::minor(workspace.st_dev));
                Some((device, rate.get()))
            }
        };
        Ok(Wanted {
            memory_bytes: self.limits.memory.get(),
            processes: self.limits.processes,
            processors: self.limits.processors.map(Ratio::get),
            cpus: self.cpus.clone(),
            disk_rate,
        })
    }

    /// Folders that mounts go to must be there, since nothing can be made in a root that is read-only.
    fn make_mount_points(&self, root: &Path) -> Result<(), SandboxError> {
        let root = Beneath::open(root).map_err(|error| SandboxError::Setup(error.to_string()))?;
        let fixed = ["/proc", "/dev", "/tmp", WORKSPACE_INSIDE].map(Path::new);
        for path in fixed.into_iter().chain(self.mounts.iter().map(|mount| mount.to.as_path())) {
            root.make_folder(path).map_err(|error| SandboxError::Setup(error.to_string()))?;
        }
        if self.network == Network::Host {
            root.make_empty_file(Path::new("/etc/resolv.conf"))
                .map_err(|error| SandboxError::Setup(error.to_string()))?;
        }
        Ok(())
    }
}

/// Ends and removes what runners left that were killed themselves. To be called when a runner starts. Returns how many
/// folders of control groups went.
pub fn sweep() -> usize {
    cgroup::sweep(&Layout::of_this_process())
}

pub(crate) fn bubblewrap_is_missing() -> SandboxError {
    SandboxError::Unsupported("bubblewrap is not installed: apt-get install bubblewrap".into())
}

fn is_plain(path: &Path) -> bool {
    path.is_absolute()
        && !path.components().any(|part| part == std::path::Component::ParentDir)
        && is_sound(path.as_os_str())
}

fn pipe() -> Result<(OwnedFd, OwnedFd), SandboxError> {
    pipe_with(PipeFlags::CLOEXEC).map_err(|error| SandboxError::Setup(format!("no pipe can be had: {error}")))
}

/// A file without a name that holds `bytes`, to be read from its start.
fn in_memory(bytes: &[u8]) -> Result<OwnedFd, SandboxError> {
    let failed = |error: std::io::Error| SandboxError::Setup(format!("no file in memory can be had: {error}"));
    let file = memfd_create("kymo", MemfdFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
    let mut file = File::from(file);
    file.write_all(bytes).and_then(|()| file.rewind()).map_err(failed)?;
    Ok(file.into())
}

/// Waits until bubblewrap has done all but start the command.
fn wait_until_set_up(child: &mut Child, status: &File, workspace: &Path) -> Result<Inside, SandboxError> {
    let mut line = String::new();
    // It ends by itself when bubblewrap does, which closes the other end.
    let _ = BufReader::new(status).read_line(&mut line);
    let pid = serde_json::from_str::<serde_json::Value>(&line).ok().and_then(|said| said.get("child-pid")?.as_i64());
    let pid = pid.and_then(|pid| i32::try_from(pid).ok());
    let start = Instant::now();
    let mut pause = Duration::from_micros(100);
    loop {
        if let Some(inside) = pid.and_then(|pid| Inside::open(pid, workspace)) {
            return Ok(inside);
        }
        let ended = child.try_wait().ok().flatten();
        if ended.is_some() || pid.is_none() || start.elapsed() > SET_UP_WITHIN {
            let _ = child.kill();
            let _ = child.wait();
            return Err(refused(child));
        }
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(5));
    }
}

/// What bubblewrap said when it gave up.
fn refused(child: &mut Child) -> SandboxError {
    const SAID_MAX: u64 = 4096;
    let mut said = Vec::new();
    if let Some(error) = child.stderr.take() {
        let _ = error.take(SAID_MAX).read_to_end(&mut said);
    }
    let said = String::from_utf8_lossy(&said);
    let said = said.lines().next().unwrap_or("bubblewrap said nothing").trim().to_owned();
    if said.contains("Creating new namespace failed") || said.contains("No permissions to create new namespace") {
        let hint = "let users make namespaces (user.max_user_namespaces, kernel.unprivileged_userns_clone, AppArmor)";
        return SandboxError::Unsupported(format!("{said}: {hint}"));
    }
    SandboxError::Setup(said)
}
