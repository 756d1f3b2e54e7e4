//! The registries' own clients.

use super::{FetchError, Package, Registry};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How many lines of what a client said are shown: the reason is in its last ones.
const SHOWN_LINES: usize = 4;

/// Has the client put the package's file into an empty folder.
pub(super) fn download(package: &Package, folder: &Path) -> Result<PathBuf, FetchError> {
    let (client, debian, mut commands) = match package.registry {
        Registry::Pypi => ("pip", "python3-pip", vec![pip("pip3", package, folder), pip("pip", package, folder)]),
        Registry::Npm => ("npm", "npm", vec![npm(package, folder)]),
    };
    for command in &mut commands {
        let output = match command.current_dir(folder).stdin(Stdio::null()).output() {
            Ok(output) => output,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(package, client, format!(": {error}"))),
        };
        if !output.status.success() {
            return Err(failed(package, client, last_words(&output.stderr)));
        }
        return the_one_file(folder).ok_or_else(|| failed(package, client, " to bring exactly one file".to_owned()));
    }
    Err(FetchError::NoClient { package: package.clone(), client, debian })
}

/// Wheels only: a source distribution would run its own code here to say what it is.
fn pip(program: &str, package: &Package, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--no-input"]);
    command.args(["--disable-pip-version-check", "--quiet", "--retries=2", "--dest"]).arg(folder);
    command.arg(format!("{}=={}", package.name, package.version));
    command
}

fn npm(package: &Package, folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.args(["pack", "--ignore-scripts", "--loglevel=error", "--fetch-retries=2", "--pack-destination"]);
    command.arg(folder).arg(format!("{}@{}", package.name, package.version));
    command
}

fn the_one_file(folder: &Path) -> Option<PathBuf> {
    let mut files = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let file = files.next()?;
    (files.next().is_none() && file.is_file()).then_some(file)
}

fn failed(package: &Package, client: &'static str, said: String) -> FetchError {
    FetchError::Client { package: package.clone(), client, said }
}

fn last_words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last: Vec<String> =
        lines[lines.len().saturating_sub(SHOWN_LINES)..].iter().map(|line| format!("\n| {line}")).collect();
    if last.is_empty() { " without a word".to_owned() } else { format!(":{}", last.concat()) }
}
