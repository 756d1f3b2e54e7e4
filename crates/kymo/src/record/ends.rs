//! The builds of a project's commits: registered ones, or made now from its repository.

use crate::cli::EngineBuildArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::record::project;
use crate::remark::remark;
use kymo_store::Project;
use std::path::Path;
use std::process::Command;

/// The name of a registered build of `engine` at the commit `hash`; where there is none and `may_build`, it is built by
/// `builder` from a checkout of its own, which goes afterwards.
///
/// # Errors
/// When there is none and it must not, or cannot, be built. The message says how to make one.
pub fn build(
    context: &Context,
    project: &Project,
    engine: &str,
    hash: &str,
    flag: &str,
    may_build: bool,
    builder: &mut dyn FnMut(&EngineBuildArgs) -> Result<(), CliError>,
) -> Result<String, CliError> {
    let at_commit =
        |source: &crate::builds::Source| source.commit.as_deref() == Some(hash) && source.changes_sha256.is_none();
    let known = context
        .builds
        .all()
        .into_iter()
        .find(|built| built.record.engine == engine && built.record.sources.iter().any(at_commit));
    if let Some(built) = known {
        return Ok(built.record.name);
    }
    let short = hash.get(..12).unwrap_or(hash);
    if !may_build {
        return Err(CliError::usage(format!("there is no build of {engine} at {short}")).with_hint(format!(
            "--build makes it from the repository of {}; or name a build with {flag}; or: kymo engine build {engine} --path \
             CHECKOUT --name {short}",
            project.name
        )));
    }
    let repository = project::repository(Some(project), None)?;
    let folder = tempfile::Builder::new().prefix("kymo-checkout-").tempdir()?;
    let checkout = folder.path().join(short);
    let tree = Worktree::add(repository.path(), &checkout, hash)?;
    remark(format_args!("building {engine} at {short}"));
    let wish = EngineBuildArgs {
        engine: engine.to_owned(),
        paths: vec![checkout.clone()],
        name: short.to_owned(),
        rustflags: None,
        profile: Vec::new(),
        features: Vec::new(),
        fetch: false,
        force: false,
        quiet: false,
    };
    let built = builder(&wish);
    drop(tree);
    built.map(|()| short.to_owned())
}

/// A work tree beside the repository's own, for as long as this lives.
struct Worktree<'a> {
    repository: &'a Path,
    folder: &'a Path,
}

impl<'a> Worktree<'a> {
    fn add(repository: &'a Path, folder: &'a Path, hash: &str) -> Result<Self, CliError> {
        let output = Command::new("git")
            .arg("-C")
            .arg(repository)
            .args(["worktree", "add", "--quiet", "--detach"])
            .arg(folder)
            .arg(hash)
            .output()
            .map_err(|error| CliError::failure(format!("cannot start git: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(CliError::failure(format!("git cannot check {hash} out: {said}")));
        }
        Ok(Self { repository, folder })
    }
}

impl Drop for Worktree<'_> {
    fn drop(&mut self) {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.repository).args(["worktree", "remove", "--force"]).arg(self.folder);
        // What is left is a folder for temporary files, and an entry that `git worktree prune` takes away.
        let _ = command.output();
    }
}
