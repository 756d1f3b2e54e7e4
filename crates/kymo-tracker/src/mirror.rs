//! The projects' histories: for each a bare repository with commits and no files, fetched from the project's remote. It
//! gives names their commits and the main line its order. It is a cache: what is lost is fetched again.

use crate::api::problem::{Kind, Problem};
use crate::git::{self, Git};
use crate::places::Places;
use kymo_history::Repository;
use kymo_model::watch::ProjectPolicy;
use kymo_model::{Commit, GitHash};
use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The first fetch of a large history takes minutes.
const FETCH_WITHIN: Duration = Duration::from_secs(300);

/// What git does on this machine alone.
const LOCAL_WITHIN: Duration = Duration::from_secs(30);

/// How long one waits for another who fetches the same.
const LOCK_WITHIN: Duration = Duration::from_secs(60);

/// Requests that wait for remotes at once.
const FETCHES_AT_ONCE: usize = 32;

/// What was fetched so lately is not fetched again.
const FRESH: Duration = Duration::from_secs(2);

/// The branches and tags of the remote, as they are there.
const REFS: [&str; 2] = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

/// All mirrors.
pub struct Mirrors {
    folder: PathBuf,
    git: Git,
    known: Mutex<HashMap<String, Known>>,
    fetches: Places,
}

#[derive(Clone, Default)]
struct Known {
    fetched: Option<Instant>,
    line_head: Option<GitHash>,
}

/// A main line that the store does not have yet.
pub struct Line {
    /// Its newest commit.
    pub head: GitHash,
    /// All of it, oldest first.
    pub commits: Vec<Commit>,
    /// Where people look at commits.
    pub web_url: Option<String>,
}

impl Mirrors {
    /// Those in a folder.
    pub fn new(data: &Path, file_remotes: bool) -> Self {
        let git = Git { home: data.join("git-home"), file_remotes };
        Self { folder: data.join("mirrors"), git, known: Mutex::default(), fetches: Places::new(FETCHES_AT_ONCE) }
    }

    fn path(&self, policy: &ProjectPolicy) -> PathBuf {
        self.folder.join(format!("{}.git", policy.project))
    }

    fn with_known<T>(&self, policy: &ProjectPolicy, work: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        work(known.entry(policy.project.to_string()).or_default())
    }

    /// The commits that names mean, in the order of the names.
    ///
    /// # Errors
    /// When a name means none, or the remote cannot be asked.
    pub fn commits(&self, policy: &ProjectPolicy, names: &[&str]) -> Result<Vec<Commit>, Problem> {
        for name in names {
            git::name(name).map_err(Problem::invalid)?;
        }
        let hash = |name: &str| name.parse::<GitHash>().is_ok();
        // A whole hash never changes its meaning; a branch may have moved.
        if names.iter().all(|name| hash(name))
            && let Some(all) = self.all_here(policy, names)
        {
            return Ok(all);
        }
        self.refresh(policy)?;
        let mut here: Vec<Option<Commit>> = names.iter().map(|name| self.here(policy, name)).collect();
        if here.iter().any(Option::is_none) {
            // Pushed since: however fresh the mirror is, it is too old.
            self.with_known(policy, |known| known.fetched = None);
            self.refresh(policy)?;
            here = names.iter().map(|name| self.here(policy, name)).collect();
        }
        let mut found = Vec::new();
        for (name, mut commit) in names.iter().zip(here) {
            if commit.is_none() && hash(name) {
                self.fetch_commit(policy, name)?;
                commit = self.here(policy, name);
            }
            found.push(commit.ok_or_else(|| {
                let shown = crate::clean::line(name, 80);
                Problem::invalid(format!("the remote of {} has no commit '{shown}'", policy.project))
            })?);
        }
        Ok(found)
    }

    fn all_here(&self, policy: &ProjectPolicy, names: &[&str]) -> Option<Vec<Commit>> {
        names.iter().map(|name| self.here(policy, name)).collect()
    }

    /// The commit of a name, if the mirror has it now.
    fn here(&self, policy: &ProjectPolicy, name: &str) -> Option<Commit> {
        let path = self.path(policy);
        if !path.join("HEAD").exists() {
            return None;
        }
        let repository = Repository::at(&path).ok()?;
        let digits = (7..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let refs = [format!("refs/heads/{name}"), format!("refs/tags/{name}")];
        let tried = refs.iter().map(String::as_str).chain(digits.then_some(name));
        tried.into_iter().find_map(|name| repository.commit(name).ok())
    }

    /// What is known of a job's commit. A remote that cannot be asked now is no reason to lose results: then its hash is
    /// all that is known.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn known(&self, policy: &ProjectPolicy, hash: &GitHash) -> Result<Commit, Problem> {
        if let Some(commit) = self.here(policy, hash.as_str()) {
            return Ok(commit);
        }
        let found = self.commits(policy, &[hash.as_str()]).ok().and_then(|mut found| found.pop());
        Ok(found.unwrap_or_else(|| Commit::unknown(hash.clone())))
    }

    /// Fetches what is new, unless it was fetched a moment ago.
    ///
    /// # Errors
    /// When the remote cannot be asked.
    pub fn refresh(&self, policy: &ProjectPolicy) -> Result<(), Problem> {
        let fresh = |known: &mut Known| known.fetched.is_some_and(|at| at.elapsed() < FRESH);
        if self.with_known(policy, fresh) && self.path(policy).join("HEAD").exists() {
            return Ok(());
        }
        let busy = || Problem::unavailable("histories of projects are being fetched, more than can wait");
        let _place = self.fetches.take().ok_or_else(busy)?;
        let begun = Instant::now();
        let _alone = self.lock(policy)?;
        // Somebody may have fetched while we waited for the lock.
        if self.with_known(policy, |known| known.fetched.is_some_and(|at| at > begun)) {
            return Ok(());
        }
        let asked = Instant::now();
        self.make(policy)?;
        self.fetch(policy, &REFS).map_err(|why| {
            let detail = format!("the remote of {} cannot be asked now: {why}", policy.project);
            Problem { log: Some(detail.clone()), retry_after_s: Some(30), ..Problem::new(Kind::Unavailable, detail) }
        })?;
        self.with_known(policy, |known| known.fetched = Some(asked));
        Ok(())
    }

    /// Fetches a commit that no branch and no tag leads to, where the remote gives such out.
    fn fetch_commit(&self, policy: &ProjectPolicy, hash: &str) -> Result<(), Problem> {
        let _alone = self.lock(policy)?;
        // A remote that has it not is told by its being missing afterwards.
        let _ = self.fetch(policy, &[&format!("+{hash}:refs/kymo/{hash}")]);
        Ok(())
    }

    fn fetch(&self, policy: &ProjectPolicy, refs: &[&str]) -> Result<(), String> {
        let path = self.path(policy);
        // Commits alone; a remote that cannot leave the files out sends all.
        let promised = ["-c", "remote.origin.promisor=true", "-c", "remote.origin.partialclonefilter=tree:0"];
        let fetch = ["fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head"];
        let filtered: Vec<&str> =
            promised.iter().chain(&fetch).chain(&["--filter=tree:0", "origin"]).chain(refs).copied().collect();
        let mut done = self.git.run(&path, &filtered, FETCH_WITHIN);
        if done.is_err() {
            let plain: Vec<&str> = fetch.iter().chain(&["origin"]).chain(refs).copied().collect();
            done = self.git.run(&path, &plain, FETCH_WITHIN);
        }
        // So that looking for what is not there asks the remote never behind our back.
        self.git.run(&path, &["config", "remote.origin.promisor", "false"], LOCAL_WITHIN)?;
        done.map(drop)
    }

    /// Makes the mirror where there is none, or where its remote is another one now.
    fn make(&self, policy: &ProjectPolicy) -> Result<(), Problem> {
        let path = self.path(policy);
        let remote = || self.git.run(&path, &["config", "remote.origin.url"], LOCAL_WITHIN).unwrap_or_default();
        if path.join("HEAD").exists() && remote().trim() == policy.remote {
            return Ok(());
        }
        let folder = |error: std::io::Error| Problem::internal(format!("{}: {error}", path.display()));
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(folder)?;
        }
        self.with_known(policy, |known| *known = Known::default());
        std::fs::create_dir_all(&path).map_err(folder)?;
        let commands: [&[&str]; 2] =
            [&["init", "--quiet", "--bare", "."], &["config", "remote.origin.url", &policy.remote]];
        for command in commands {
            self.git.run(&path, command, LOCAL_WITHIN).map_err(Problem::internal)?;
        }
        Ok(())
    }

    /// Keeps others out of a mirror, other servers with the same folder too.
    fn lock(&self, policy: &ProjectPolicy) -> Result<File, Problem> {
        let folder = |error: std::io::Error| Problem::internal(format!("{}: {error}", self.folder.display()));
        std::fs::create_dir_all(&self.folder).map_err(folder)?;
        std::fs::create_dir_all(&self.git.home).map_err(folder)?;
        let file = File::create(self.folder.join(format!("{}.lock", policy.project))).map_err(folder)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(folder(error)),
                Err(TryLockError::WouldBlock) if begun.elapsed() > LOCK_WITHIN => {
                    return Err(Problem::unavailable(format!(
                        "the history of {} is being fetched for long",
                        policy.project
                    )));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// The main line, if its newest commit is another than the store was told.
    ///
    /// # Errors
    /// When the branch is not there.
    pub fn new_line(&self, policy: &ProjectPolicy) -> Result<Option<Line>, Problem> {
        let branch = format!("refs/heads/{}", policy.branch);
        let wrong = |error: kymo_history::HistoryError| Problem::invalid(error.to_string());
        let repository = Repository::at(&self.path(policy)).map_err(wrong)?;
        let head = repository.commit(&branch).map_err(wrong)?.hash;
        if self.with_known(policy, |known| known.line_head.as_ref() == Some(&head)) {
            return Ok(None);
        }
        let commits = repository.line(&branch).map_err(wrong)?;
        Ok(Some(Line { head, commits, web_url: repository.web_url().map_err(wrong)? }))
    }

    /// The store was told of the line up to this commit.
    pub fn line_is_kept(&self, policy: &ProjectPolicy, head: &GitHash) {
        self.with_known(policy, |known| known.line_head = Some(head.clone()));
    }
}
