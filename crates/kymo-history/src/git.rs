//! Reads a repository by the program `git`: what git understands, this does.

use crate::error::HistoryError;
use kymo_model::{Commit, GitHash};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Hash, tree, parents, committer's time, author, title; apart by a byte that none can hold.
const FORMAT: &str = "--format=%H%x00%T%x00%P%x00%ct%x00%an%x00%s";

/// Names that main branches commonly have.
const USUAL: [&str; 2] = ["main", "master"];

/// A git repository on this machine.
#[derive(Clone, Debug)]
pub struct Repository {
    path: PathBuf,
}

impl Repository {
    /// The repository that a folder lies in; a bare one is good, too.
    ///
    /// # Errors
    /// When there is none, or no git.
    pub fn at(folder: &Path) -> Result<Self, HistoryError> {
        let asked = Self { path: folder.to_owned() };
        let output = asked.run(&["rev-parse", "--is-bare-repository", "--absolute-git-dir", "--show-cdup"])?;
        if !output.status.success() {
            let said = complaint(&output);
            return Err(HistoryError::NoRepository { path: folder.to_owned(), said });
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines = text.lines();
        let (bare, git_dir) = (lines.next() == Some("true"), lines.next().unwrap_or_default());
        if bare {
            return Ok(Self { path: PathBuf::from(git_dir) });
        }
        let up = lines.next().unwrap_or_default();
        let top = if up.is_empty() { folder.to_owned() } else { folder.join(up) };
        Ok(Self { path: top.canonicalize().unwrap_or(top) })
    }

    /// Its folder: the work tree's, or that of a bare repository.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, HistoryError> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.path).args(["-c", "i18n.logOutputEncoding=UTF-8"]).args(arguments);
        // Nothing is written, nobody is asked, and no pager gets between.
        command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("GIT_PAGER", "cat");
        command.stdin(std::process::Stdio::null());
        command.output().map_err(HistoryError::NoGit)
    }

    fn text(&self, arguments: &[&str]) -> Result<Option<String>, HistoryError> {
        let output = self.run(arguments)?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(output.status.success().then_some(text).filter(|text| !text.is_empty()))
    }

    /// The commit that a name means: a hash or its beginning, a branch, a tag, `HEAD~2`.
    ///
    /// # Errors
    /// When the repository has none of that name.
    pub fn commit(&self, name: &str) -> Result<Commit, HistoryError> {
        let none = || HistoryError::NoCommit { path: self.path.clone(), name: name.to_owned() };
        let peeled = format!("{name}^{{commit}}");
        let hash = self.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled])?.ok_or_else(none)?;
        let log = self.run(&["log", "-1", "--no-show-signature", FORMAT, &hash, "--"])?;
        self.parsed(&log)?.pop().ok_or_else(none)
    }

    /// The commits of a branch along first parents, oldest first.
    ///
    /// # Errors
    /// When there is no such branch.
    pub fn line(&self, branch: &str) -> Result<Vec<Commit>, HistoryError> {
        let head = self.commit(branch)?;
        let log =
            self.run(&["log", "--first-parent", "--reverse", "--no-show-signature", FORMAT, head.hash.as_str(), "--"])?;
        self.parsed(&log)
    }

    fn parsed(&self, output: &Output) -> Result<Vec<Commit>, HistoryError> {
        if !output.status.success() {
            return Err(HistoryError::Git { path: self.path.clone(), said: complaint(output) });
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let commits = text.lines().map(|line| {
            parse(line).ok_or_else(|| HistoryError::Git {
                path: self.path.clone(),
                said: format!("the log has an unexpected line: {line}"),
            })
        });
        commits.collect()
    }

    /// The branch that is most likely the main one: what the remote calls its head, a usual name, else what is checked out.
    ///
    /// # Errors
    /// When git fails, or there is no branch at all.
    pub fn main_branch(&self) -> Result<String, HistoryError> {
        let remote = self.text(&["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"])?;
        let remote_name = remote.as_deref().and_then(|name| name.split_once('/')).map(|(_, name)| name.to_owned());
        let candidates = remote_name.iter().map(String::as_str).chain(USUAL);
        for name in candidates {
            let full = format!("refs/heads/{name}");
            if self.text(&["rev-parse", "--verify", "--quiet", &full])?.is_some() {
                return Ok(name.to_owned());
            }
        }
        if let Some(remote) = remote {
            return Ok(remote);
        }
        let here = self.text(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        here.ok_or_else(|| HistoryError::Git {
            path: self.path.clone(),
            said: "there is no branch to take for the main one: name it with --branch".to_owned(),
        })
    }

    /// The project's page, where the remote is at a host whose pages are known to have links to commits.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn web_url(&self) -> Result<Option<String>, HistoryError> {
        Ok(self.text(&["remote", "get-url", "origin"])?.and_then(|remote| web_url(&remote)))
    }

    /// The name that git knows the user by.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn user(&self) -> Result<Option<String>, HistoryError> {
        self.text(&["config", "user.name"])
    }
}

fn complaint(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it failed and said nothing");
    line.trim_start_matches("fatal: ").to_owned()
}

fn parse(line: &str) -> Option<Commit> {
    let mut fields = line.splitn(6, '\0');
    let mut next = || fields.next();
    let (hash, tree, parents) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?);
    let parents: Option<Vec<GitHash>> = parents.split_whitespace().map(|parent| parent.parse().ok()).collect();
    let committed = next()?.parse().ok();
    let (author, title) = (next()?.to_owned(), next()?.to_owned());
    Some(Commit { hash, tree: Some(tree), parents: parents?, committed_unix_s: committed, title, author })
}

/// The page of a remote at a host that shows commits under `/commit/HASH`.
fn web_url(remote: &str) -> Option<String> {
    let rest = remote
        .strip_prefix("https://")
        .or_else(|| remote.strip_prefix("ssh://git@"))
        .or_else(|| remote.strip_prefix("git@"))?;
    // Neither a user nor a password belongs on a page.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let (host, path) = rest.split_once(['/', ':'])?;
    let known = ["github.com", "gitlab.com", "codeberg.org"].contains(&host);
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    (known && !path.is_empty()).then(|| format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_from_remotes() {
        let page = Some("https://github.com/a/b".to_owned());
        for remote in ["https://github.com/a/b.git", "git@github.com:a/b.git", "ssh://git@github.com/a/b"] {
            assert_eq!(web_url(remote), page, "{remote}");
        }
        assert_eq!(web_url("https://user:secret@github.com/a/b"), page);
        for remote in ["/srv/git/b", "https://example.org/a/b", "https://github.com/"] {
            assert_eq!(web_url(remote), None, "{remote}");
        }
    }

    #[test]
    fn a_title_may_hold_anything() {
        let (hash, tree) = ("1".repeat(40), "2".repeat(40));
        let commit = parse(&format!("{hash}\0{tree}\0\x0017\0A B\0fix\0\"x\" <b>")).unwrap();
        assert_eq!((commit.title.as_str(), commit.parents.len()), ("fix\0\"x\" <b>", 0));
        assert_eq!(parse("nonsense"), None);
    }
}
