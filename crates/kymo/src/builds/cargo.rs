//! Runs cargo, keeps its log, and says what went wrong where.

use crate::error::CliError;
use crate::remark::remark;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is to be built.
pub struct Order<'a> {
    /// The folder of the package.
    pub package: &'a Path,
    /// Where the programs go.
    pub target: &'a Path,
    /// Where everything between goes: shared by the builds of an engine, so that the second one is short. Cargo before
    /// 1.91 does not know it and keeps all in `target`.
    pub between: &'a Path,
    /// The build id that the worker is to tell.
    pub build_id: &'a str,
    /// All flags of the compiler; none leaves them to cargo's configuration.
    pub rustflags: Option<&'a str>,
    /// Where everything is written that cargo says.
    pub log: &'a Path,
    /// Whether progress is shown.
    pub progress: bool,
}

/// A compiler's error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The manifest of the package that it is in.
    pub manifest: PathBuf,
    /// The package's name, as the compiler's messages have it.
    pub package: String,
    /// The message as rustc prints it.
    pub rendered: String,
}

/// How a build ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a program.
    Built(PathBuf),
    /// With errors of the compiler, the first of each package first.
    Errors(Vec<Diagnostic>),
    /// Before or beside the compiler: what cargo said.
    Refused(String),
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    package_id: Option<String>,
    manifest_path: Option<PathBuf>,
    executable: Option<PathBuf>,
    message: Option<Compiled>,
}

#[derive(Deserialize)]
struct Compiled {
    level: String,
    rendered: Option<String>,
}

/// The error for a cargo that cannot be started.
pub fn not_started(error: std::io::Error) -> CliError {
    CliError::failure(format!("cannot start cargo: {error}")).with_hint("install Rust, and see that cargo is on PATH")
}

/// What `rustc -V` says where a package is built.
///
/// # Errors
/// When rustc cannot be asked.
pub fn toolchain(folder: &Path) -> Result<String, CliError> {
    let output = Command::new("rustc").arg("-V").current_dir(folder).output().map_err(|error| {
        CliError::failure(format!("cannot start rustc: {error}")).with_hint("install Rust, and see that it is on PATH")
    })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Downloads the sources of all that a package needs.
///
/// # Errors
/// When cargo cannot be started, or cannot get them.
pub fn fetch(package: &Path, progress: bool) -> Result<(), CliError> {
    let mut command = Command::new("cargo");
    command.arg("fetch").current_dir(package).stdin(Stdio::null()).stdout(Stdio::null());
    let output = command.stderr(Stdio::piped()).output().map_err(not_started)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if progress {
        said.lines().for_each(remark);
    }
    if output.status.success() {
        return Ok(());
    }
    let complaint = complaint(&said, &output.status.to_string());
    Err(CliError::failure(format!(
        "cargo cannot get what the build needs: {}",
        complaint.trim_start_matches("error: ")
    ))
    .with_hint("it needs a network, and the registry that cargo is configured for"))
}

/// Builds.
///
/// # Errors
/// When cargo cannot be started or the log cannot be written. A build that fails is no error here.
pub fn build(order: &Order) -> Result<Ended, CliError> {
    let unwritable = |error| CliError::failure(format!("cannot write {}: {error}", order.log.display()));
    let mut log = File::create(order.log).map_err(unwritable)?;
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--message-format", "json", "--target-dir"]).arg(order.target);
    command.current_dir(order.package).env("KYMO_BUILD_ID", order.build_id);
    command.env("CARGO_BUILD_BUILD_DIR", order.between);
    if let Some(flags) = order.rustflags {
        command.env("RUSTFLAGS", flags);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(not_started)?;
    let missing = || CliError::failure("a pipe to cargo is missing");
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let stderr = child.stderr.take().ok_or_else(missing)?;
    let (beside, progress) = (log.try_clone().map_err(unwritable)?, order.progress);
    let said = std::thread::spawn(move || follow(stderr, beside, progress));
    let (mut executable, mut errors) = (None, Vec::new());
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
        if message.reason == "compiler-artifact" && message.executable.is_some() {
            executable = message.executable;
            continue;
        }
        let rendered = message.message.as_ref().and_then(|message| message.rendered.as_deref()).unwrap_or("");
        // A log that cannot be written is no reason to give the build up.
        let _ = log.write_all(rendered.as_bytes());
        if message.message.as_ref().is_some_and(|message| message.level == "error") {
            errors.push(Diagnostic {
                manifest: message.manifest_path.unwrap_or_default(),
                package: message.package_id.as_deref().map(package_name).unwrap_or_default(),
                rendered: rendered.trim_end().to_owned(),
            });
        }
    }
    let status = child.wait().map_err(|error| CliError::failure(format!("cannot wait for cargo: {error}")))?;
    let said = said.join().unwrap_or_default();
    Ok(match executable {
        Some(executable) if status.success() => Ended::Built(executable),
        _ if !errors.is_empty() => Ended::Errors(errors),
        _ => Ended::Refused(complaint(&said, &status.to_string())),
    })
}

/// Passes on what cargo says, line by line, and gives it back.
fn follow(stderr: impl Read, mut log: File, progress: bool) -> String {
    let mut text = String::new();
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        let _ = writeln!(log, "{line}");
        if progress {
            remark(&line);
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// From cargo's first error on. Where none is marked, how it ended: a cargo that something else killed has no error to
/// tell.
fn complaint(said: &str, status: &str) -> String {
    const LINES_MAX: usize = 20;
    let start = if said.starts_with("error") { Some(0) } else { said.find("\nerror").map(|at| at + 1) };
    let Some(start) = start else {
        let last = said.lines().rev().map(str::trim).find(|line| !line.is_empty());
        let last = last.map(|line| format!("; the last that it said: {line}")).unwrap_or_default();
        return format!("it ended with {status} and told of no error{last}");
    };
    let lines: Vec<&str> = said[start..].lines().take(LINES_MAX).collect();
    lines.join("\n").trim_end().to_owned()
}

/// `path+file:///x/wasmi#wasmi_core@2.0.0` is `wasmi_core 2.0.0`; the name may be in the path alone.
fn package_name(id: &str) -> String {
    let (place, fragment) = id.rsplit_once('#').unwrap_or(("", id));
    match fragment.split_once('@') {
        Some((name, version)) => format!("{name} {version}"),
        None => format!("{} {fragment}", place.rsplit('/').next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_for_people() {
        assert_eq!(package_name("path+file:///x/copies/core#wasmi_core@2.0.0"), "wasmi_core 2.0.0");
        assert_eq!(package_name("path+file:///x/wasmi#2.0.0"), "wasmi 2.0.0");
        assert_eq!(package_name("registry+https://example.org/index#sha2@0.11.1"), "sha2 0.11.1");
    }

    #[test]
    fn a_complaint_begins_with_the_error() {
        let said = "    Updating index\nerror: failed to select a version for `wasmi_ir`.\n  needed by x\n";
        assert_eq!(
            complaint(said, "exit status: 101"),
            "error: failed to select a version for `wasmi_ir`.\n  needed by x"
        );
        let killed = complaint("  Updating index\n  Blocking\n\n", "signal: 15 (SIGTERM)");
        assert_eq!(killed, "it ended with signal: 15 (SIGTERM) and told of no error; the last that it said: Blocking");
        assert_eq!(complaint("", "exit status: 1"), "it ended with exit status: 1 and told of no error");
    }
}
