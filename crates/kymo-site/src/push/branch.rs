//! To a branch of a git repository, as hosts of static pages take it: one commit, by the user's own `git`.

use super::contents::contents;
use super::{PushError, Pushed};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Tells hosts to serve the files as they are.
const AS_THEY_ARE: &str = ".nojekyll";

/// Commits a site to a branch and pushes it. Files of the branch that are not of a site, such as `CNAME`, stay. A
/// branch that is not there begins without a history.
///
/// # Errors
/// When the site cannot be read, or git refuses.
pub fn to_branch(root: &Path, remote: &str, branch: &str) -> Result<Pushed, PushError> {
    let contents = contents(root)?;
    let remote = resolved(remote)?;
    if branch.starts_with('-') || git(None, &["check-ref-format", "--branch", branch]).is_err() {
        return Err(PushError::Target(format!("--branch {branch}: git takes no such name of a branch")));
    }
    let work = tempfile::Builder::new().prefix("kymo-push-").tempdir()?;
    let work = work.path();
    git(Some(work), &["init", "--quiet"])?;
    let full = format!("refs/heads/{branch}");
    if git(None, &["ls-remote", "--heads", "--", &remote, &full])?.is_empty() {
        git(Some(work), &["symbolic-ref", "HEAD", &full])?;
    } else {
        git(Some(work), &["fetch", "--quiet", "--depth", "1", "--", &remote, &full])?;
        git(Some(work), &["checkout", "--quiet", "-B", branch, "FETCH_HEAD"])?;
    }
    let tops: BTreeSet<&str> = contents.iter().filter_map(|content| content.name.split('/').next()).collect();
    for top in tops {
        remove(&work.join(top))?;
    }
    for content in &contents {
        let to = work.join(&content.name);
        std::fs::create_dir_all(to.parent().unwrap_or(work))?;
        std::fs::copy(root.join(&content.name), to)?;
    }
    std::fs::write(work.join(AS_THEY_ARE), "")?;
    git(Some(work), &["add", "--all", "--force", "."])?;
    let changed = git(Some(work), &["diff", "--cached", "--name-only", "--no-renames", "--diff-filter=AM", "-z"])?;
    let changed: BTreeSet<&str> = changed.split('\0').filter(|name| !name.is_empty()).collect();
    let new = contents.iter().filter(|content| changed.contains(content.name.as_str()));
    let pushed = new.fold(Pushed::default(), |pushed, content| Pushed {
        files: pushed.files + 1,
        bytes: pushed.bytes + content.bytes,
        ..pushed
    });
    let pushed = Pushed { there: contents.len() as u64 - pushed.files, ..pushed };
    if git(Some(work), &["status", "--porcelain"])?.is_empty() {
        return Ok(pushed);
    }
    commit(work)?;
    git(Some(work), &["push", "--quiet", "--", &remote, &format!("HEAD:{full}")])?;
    Ok(pushed)
}

/// A name of a remote becomes its URL, and a path an absolute one: git runs in a folder of its own.
fn resolved(remote: &str) -> Result<String, PushError> {
    if remote.is_empty() || remote.starts_with('-') {
        return Err(PushError::Target(format!("--git {remote}: a URL, a path or the name of a remote is wanted")));
    }
    if let Ok(url) = git(None, &["remote", "get-url", "--", remote]) {
        return Ok(url.trim_end().to_owned());
    }
    match Path::new(remote).canonicalize() {
        Ok(path) => Ok(path.to_string_lossy().into_owned()),
        Err(_) => Ok(remote.to_owned()),
    }
}

fn remove(path: &Path) -> Result<(), PushError> {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Commits in the user's name, and in ours where git knows none.
fn commit(work: &Path) -> Result<(), PushError> {
    let mut settings = Vec::new();
    for (key, ours) in [("user.name", "user.name=kymo"), ("user.email", "user.email=kymo@localhost")] {
        if git(Some(work), &["config", key]).is_err() {
            settings.extend(["-c", ours]);
        }
    }
    settings.extend(["-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "Publish the site"]);
    git(Some(work), &settings).map(|_| ())
}

fn git(folder: Option<&Path>, args: &[&str]) -> Result<String, PushError> {
    let mut command = Command::new("git");
    if let Some(folder) = folder {
        // The bytes as they are, whatever the user prefers for texts.
        command.arg("-C").arg(folder).args(["-c", "core.autocrlf=false", "-c", "core.safecrlf=false"]);
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(variable);
        }
    }
    // Nobody is there to answer a question.
    command.args(args).env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
    let name = args.iter().find(|arg| !arg.starts_with('-') && !arg.contains('=')).copied().unwrap_or_default();
    let failed = |message: String| PushError::Git { command: name.to_owned(), message };
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| failed(format!("the program git cannot be started: {error}")))?;
    if !status.success() {
        return Err(failed(String::from_utf8_lossy(&stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}
