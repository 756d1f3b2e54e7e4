//! Dockerfiles, built by buildah: offline unless policy says otherwise, under a user of no rights, on a disk of limited
//! size. What comes of it is an image like any other.

use super::{Environment, EnvironmentError, Environments, image};
use crate::beneath::Beneath;
use crate::cgroup::{Group, Layout, Wanted, end_groups_named};
use crate::profile::hexadecimal;
use crate::spec::{Network, SandboxError};
use crate::workspace::Workspace;
use kymo_model::Ratio;
use kymo_model::watch::Limits;
use sha2::{Digest, Sha256};
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const DOCKERFILE_MAX: u64 = 1 << 20;
const CONTEXT_FILES_MAX: usize = 20_000;

/// Of what a build wrote, so much is shown when it fails.
const TAIL_BYTES: usize = 2000;

/// User 0 of a build is this user of the machine, and so on; nobody else is any of them.
const USER_MAP: &str = "0:1700000000:65536";

/// Groups of builds, by the process that started them.
pub(super) const GROUP_PREFIX: &str = "kymo-build-";

/// Where Debian and others keep the programs.
const BUILDER: &str = "/usr/bin/buildah";
const RUNTIMES: [&str; 2] = ["/usr/sbin/runc", "/usr/bin/runc"];

/// What containers of a build are run by, where the builder is here, too.
pub(super) fn runtime() -> Option<&'static str> {
    let runtime = RUNTIMES.into_iter().find(|path| Path::new(path).exists());
    runtime.filter(|_| Path::new(BUILDER).exists())
}

impl Environments<'_> {
    pub(super) fn dockerfile(
        &self,
        path: &str,
        checkout: &Beneath,
        stop: &AtomicBool,
    ) -> Result<Environment, EnvironmentError> {
        let text = checkout.read(Path::new(path), DOCKERFILE_MAX)?;
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        let needs_context = uses_context(&String::from_utf8_lossy(&text));
        let mut hash = Sha256::new();
        hash.update(&text);
        hash.update(format!("\0{:?}", self.network));
        let mut files = Vec::new();
        if needs_context {
            for found in checkout.list(folder, CONTEXT_FILES_MAX)? {
                let inside = found.path.strip_prefix(folder).unwrap_or(&found.path).to_owned();
                if inside.starts_with(".git") {
                    continue;
                }
                let mut file = checkout.file(&found.path, self.limits.disk.get())?;
                let digest = super::sha256_of(&mut file).map_err(|error| super::unreadable(path, &error))?;
                hash.update(format!("{inside:?}\0{digest}\0"));
                files.push((inside, file));
            }
        }
        let key = format!("dockerfile-{}", hexadecimal(&hash.finalize()));
        self.kept(&key, |place| {
            let context = place.beside.join("context");
            lay_out(&context, files).map_err(|error| EnvironmentError::of_machine(&context, &error))?;
            let dockerfile = place.beside.join("Dockerfile");
            fs::write(&dockerfile, &text).map_err(|error| EnvironmentError::of_machine(&dockerfile, &error))?;
            let archive = self.build(&place.beside, &dockerfile, &context, stop)?;
            let file = File::open(&archive).map_err(|error| EnvironmentError::of_machine(&archive, &error))?;
            image::unpack(file, &place.beside, &place.root, &self.budget(), None)
        })
    }

    /// Builds, and writes the image to an archive.
    fn build(
        &self,
        beside: &Path,
        dockerfile: &Path,
        context: &Path,
        stop: &AtomicBool,
    ) -> Result<PathBuf, EnvironmentError> {
        let Some(runtime) = runtime() else {
            let line = "Dockerfiles cannot be built: apt-get install buildah runc";
            return Err(SandboxError::Unsupported(line.into()).into());
        };
        let disk = Workspace::create(&beside.join("storage"), self.limits.disk, 0)?;
        let archive = beside.join("image.tar");
        let name = format!("{GROUP_PREFIX}{}", std::process::id());
        let mut build = buildah(disk.folder(), "bud");
        build.args([
            "--isolation",
            "oci",
            "--runtime",
            runtime,
            "--timestamp",
            "0",
            "--cap-drop",
            "ALL",
            "--layers=false",
        ]);
        build.args(["--userns-uid-map", USER_MAP, "--userns-gid-map", USER_MAP, "--format", "oci"]);
        build.args(["--cgroup-parent", &format!("/{name}"), "--memory", &self.limits.memory.get().to_string()]);
        if self.network == Network::None {
            build.args(["--network", "none", "--pull-never"]);
        }
        build.args(["--tag", "kymo-environment", "--file"]).arg(dockerfile).arg(context);
        let mut save = buildah(disk.folder(), "push");
        save.args(["--quiet", "kymo-environment"]).arg(format!("oci-archive:{}", archive.display()));
        let built = run(build, &self.limits, stop, &name).and_then(|()| run(save, &self.limits, stop, &name));
        end_groups_named(&name);
        unmount_below(disk.folder());
        let removed = disk.remove();
        built?;
        removed?;
        Ok(archive)
    }
}

/// Whether a Dockerfile takes files from beside it. Most do not, and so stay the same from commit to commit.
fn uses_context(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().to_ascii_uppercase();
        let takes = (line.starts_with("ADD") || line.starts_with("COPY")) && !line.contains("--FROM=");
        takes || (line.starts_with("RUN") && line.contains("--MOUNT"))
    })
}

/// Plain files alone: a link could lead anywhere by the time the builder follows it.
fn lay_out(context: &Path, files: Vec<(PathBuf, File)>) -> io::Result<()> {
    fs::create_dir(context)?;
    for (path, mut from) in files {
        let to = context.join(path);
        fs::create_dir_all(to.parent().unwrap_or(context))?;
        let is_program = from.metadata()?.mode() & 0o111 != 0;
        io::copy(&mut from, &mut File::create(&to)?)?;
        fs::set_permissions(&to, Permissions::from_mode(if is_program { 0o755 } else { 0o644 }))?;
    }
    Ok(())
}

/// Buildah with stores of its own and nothing of the runner's environment.
fn buildah(disk: &Path, command: &str) -> Command {
    let mut builder = Command::new(BUILDER);
    builder.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", disk).env("TMPDIR", disk);
    builder.arg("--root").arg(disk.join("store")).arg("--runroot").arg(disk.join("run"));
    builder.args(["--storage-driver", "overlay", command]);
    builder
}

/// Runs to the end within the limits.
fn run(mut command: Command, limits: &Limits, stop: &AtomicBool, name: &str) -> Result<(), EnvironmentError> {
    let failed = |error: io::Error| SandboxError::Setup(format!("{BUILDER}: {error}"));
    let wanted = Wanted {
        memory_bytes: limits.memory.get(),
        processes: limits.processes,
        processors: limits.processors.map(Ratio::get),
        cpus: None,
        disk_rate: None,
    };
    let group = Group::create(&Layout::of_this_process(), &wanted)?;
    let (reader, writer) = io::pipe().map_err(failed)?;
    let other = writer.try_clone().map_err(failed)?;
    command.stdin(Stdio::null()).stdout(writer).stderr(other);
    let mut child = command.spawn().map_err(failed)?;
    // Its ends of the pipe, which would keep the reader waiting.
    drop(command);
    group.take_in(child.id())?;
    let output_max = limits.output.get();
    let too_much = &AtomicBool::new(false);
    let (cut, tail) = std::thread::scope(|scope| {
        let tail = scope.spawn(move || tail_of(reader, output_max, too_much));
        let cut = until_end(&mut child, limits, stop, too_much);
        if cut.is_some() {
            let _ = child.kill();
        }
        let _ = group.kill_all();
        end_groups_named(name);
        (cut, tail.join().unwrap_or_default())
    });
    let status = child.wait().map_err(failed)?;
    match cut {
        Some(error) => Err(error),
        None if group.counted().oom_kills > 0 => {
            Err(EnvironmentError::Project("the Dockerfile's build needs more memory than the limit".into()))
        }
        None if status.success() => Ok(()),
        None => Err(EnvironmentError::Project(format!("the Dockerfile cannot be built: {}", tail.trim()))),
    }
}

/// Waits for the end; why it was cut short, if it was.
fn until_end(child: &mut Child, limits: &Limits, stop: &AtomicBool, too_much: &AtomicBool) -> Option<EnvironmentError> {
    let start = Instant::now();
    loop {
        if child.try_wait().ok().flatten().is_some() {
            return None;
        }
        if stop.load(Ordering::Relaxed) {
            return Some(EnvironmentError::Stopped);
        }
        if start.elapsed().as_secs_f64() > limits.wall_time.get() {
            return Some(EnvironmentError::Project("the Dockerfile's build takes longer than the limit".into()));
        }
        if too_much.load(Ordering::Relaxed) {
            return Some(EnvironmentError::Project("the Dockerfile's build writes more than the limit".into()));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The last of what is written, in plain characters.
fn tail_of(mut reader: io::PipeReader, most: u64, too_much: &AtomicBool) -> String {
    let mut tail = Vec::new();
    let mut piece = vec![0; 8192];
    let mut seen = 0_u64;
    while let Ok(count @ 1..) = reader.read(&mut piece) {
        seen += count as u64;
        if seen > most {
            too_much.store(true, Ordering::Relaxed);
        }
        tail.extend_from_slice(&piece[..count]);
        let over = tail.len().saturating_sub(TAIL_BYTES);
        tail.drain(..over);
    }
    let text = String::from_utf8_lossy(&tail).into_owned();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A builder that was killed leaves mounts on its stores.
pub(super) fn unmount_below(folder: &Path) {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let points = mounts.lines().rev().filter_map(|line| line.split(' ').nth(1)).map(Path::new);
    for point in points.filter(|point| point.starts_with(folder) && *point != folder) {
        let _ = Command::new("umount").arg(point).stderr(Stdio::null()).status();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_needed_by_what_takes_files_from_it() {
        assert!(uses_context("FROM scratch\nADD root.tar /\n"));
        assert!(uses_context("FROM x\n  copy a b\n"));
        assert!(uses_context("FROM x\nRUN --mount=type=bind,target=/src make\n"));
        assert!(!uses_context("FROM x AS a\nRUN make\nFROM x\nCOPY --from=a /x /x\n"));
    }
}
