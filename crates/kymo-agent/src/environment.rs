//! What a job's commands run in, made by kymo-sandbox from what the project's file names.

use crate::cell::{Cell, cannot};
use crate::download;
use crate::halt::Why;
use crate::plain;
use crate::steps::Stopped;
use kymo_model::watch::project_file::EnvironmentKind;
use kymo_model::watch::{Limits, ProjectFile, Step};
use kymo_sandbox::environment::{Environment, EnvironmentError, Environments};
use kymo_sandbox::{Beneath, Network, SandboxError};
use std::path::Path;
use std::time::SystemTime;

/// Makes the environment of a project, or finds it in the cache.
///
/// A Dockerfile on a machine without a builder ends the job, not the machine's day: what one project wants and the
/// machine lacks must not stop the others.
///
/// # Errors
/// The end of the job, or what the machine failed at.
pub(crate) fn make(
    cell: &Cell,
    file: &ProjectFile,
    cache: &Path,
    limits: Limits,
    network: bool,
) -> Result<Environment, Stopped> {
    let source = cell.workspace.folder().join("src");
    // None of the job's processes is alive; what one may have put in the checkout's place is looked at.
    if !source.symlink_metadata().is_ok_and(|about| about.is_dir()) {
        return Err(cannot(Step::Prepare, "the checkout is not where it was"));
    }
    let checkout = Beneath::open(&source).map_err(|error| Stopped::Machine(plain::line(&error.to_string(), 300)))?;
    let environments = Environments {
        cache,
        download: if network { Some(&download::download) } else { None },
        network: if network { Network::Host } else { Network::None },
        limits,
        host_folders: &cell.options.settings.host.folders,
    };
    let kind = file.environment_kind();
    if kind != EnvironmentKind::Host {
        cell.shared.log.say("environment: is made, or taken from those that were made before");
    }
    let made = environments.get(&kind, &checkout, &cell.shared.halt.flag).map_err(|error| match error {
        EnvironmentError::Project(why) => cannot(Step::Prepare, format!("environment: {why}")),
        EnvironmentError::Stopped => Stopped::Halted(cell.shared.halt.why().unwrap_or(Why::Terminated)),
        EnvironmentError::Machine(SandboxError::Unsupported(why)) => {
            cannot(Step::Prepare, format!("environment: unsupported on this machine: {why}"))
        }
        EnvironmentError::Machine(error) => Stopped::Machine(plain::line(&format!("environment: {error}"), 300)),
    })?;
    if let kymo_sandbox::Root::Folder(root) = &made.root {
        touch(root, cache);
    }
    cell.shared.log.say(&format!("environment: {}", made.digest.0));
    Ok(made)
}

/// Marks a cached environment as used now, so that those unused go first.
fn touch(root: &Path, cache: &Path) {
    let trees = cache.join("trees");
    let tree = root.ancestors().find(|folder| folder.parent() == Some(&trees));
    if let Some(folder) = tree.and_then(|tree| std::fs::File::open(tree).ok()) {
        // That it is not marked means that it may have to be made again.
        let _ = folder.set_modified(SystemTime::now());
    }
}
