//! Where PostgreSQL's programs are, and whom they may run as.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The account that PostgreSQL's packages make.
pub const ACCOUNT: &str = "postgres";

/// The folder with the server's programs: the newest version that is installed.
///
/// # Errors
/// Says what to install where there is none.
pub fn folder() -> Result<PathBuf, String> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .collect();
    folders.sort();
    folders
        .pop()
        .map(|(_, folder)| folder)
        .ok_or_else(|| "no PostgreSQL here: install the package postgresql".to_owned())
}

/// Whether this process is root's, as which PostgreSQL's server refuses to run.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

/// User and group of the account `postgres`.
///
/// # Errors
/// Where there is no such account.
pub fn account() -> Result<(u32, u32), String> {
    let accounts = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let line = accounts.lines().find_map(|line| line.strip_prefix(ACCOUNT)?.strip_prefix(':'));
    let mut fields = line.into_iter().flat_map(|line| line.split(':')).skip(1).map(str::parse);
    match (fields.next(), fields.next()) {
        (Some(Ok(user)), Some(Ok(group))) => Ok((user, group)),
        _ => Err(format!("no account {ACCOUNT} here: install the package postgresql")),
    }
}

/// A program, run as somebody who is not root.
pub fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let (user, group) = (format!("--reuid={ACCOUNT}"), format!("--regid={ACCOUNT}"));
    command.args([&user, &group, "--clear-groups", "--"]).arg(program);
    command
}

/// Runs a program to its end.
///
/// # Errors
/// With what it wrote, where it failed.
pub fn run(command: &mut Command) -> Result<String, String> {
    let name = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
