//! Trees are made once, aside, and moved to their place when they are whole: what is there is complete.

use super::dockerfile::{GROUP_PREFIX, unmount_below};
use super::{Environment, EnvironmentError, Environments, identified, tree};
use crate::arguments::WORKSPACE_INSIDE;
use crate::beneath::Beneath;
use crate::cgroup::{end_groups_named, names_of_groups};
use crate::spec::Root;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Folders of an environment that is being made.
pub(super) struct Place {
    /// What becomes the root.
    pub root: PathBuf,
    /// For what is needed only meanwhile.
    pub beside: PathBuf,
}

/// How names of folders begin in which something is being made.
const MAKING: &str = "making-";

/// What is kept of an environment beside its tree.
const FACTS: &str = "environment.json";

impl Environments<'_> {
    /// The environment under `key`, made by `fill` where it is not there yet. `fill` returns variables.
    pub(super) fn kept(
        &self,
        key: &str,
        fill: impl FnOnce(&Place) -> Result<BTreeMap<String, String>, EnvironmentError>,
    ) -> Result<Environment, EnvironmentError> {
        let trees = self.cache.join("trees");
        let place = trees.join(key);
        if !place.join(FACTS).exists() {
            let making = trees.join(format!("{MAKING}{}-{key}", std::process::id()));
            let made = self.make(&making, &place, fill);
            // Nothing is left of what could not be made, and nothing of what is only needed meanwhile.
            let _ = fs::remove_dir_all(&making);
            made?;
        }
        let facts = place.join(FACTS);
        let failed = |error: &io::Error| EnvironmentError::of_machine(&facts, error);
        let text = fs::read(&facts).map_err(|error| failed(&error))?;
        let (content, variables): (String, BTreeMap<String, String>) =
            serde_json::from_slice(&text).map_err(|error| failed(&io::Error::other(error)))?;
        // Whoever makes room deletes what was used longest ago.
        if let Ok(file) = fs::File::options().append(true).open(&facts) {
            let _ = file.set_modified(SystemTime::now());
        }
        identified(Root::Folder(place.join("root")), variables, &content)
    }

    fn make(
        &self,
        making: &Path,
        place: &Path,
        fill: impl FnOnce(&Place) -> Result<BTreeMap<String, String>, EnvironmentError>,
    ) -> Result<(), EnvironmentError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error: io::Error| EnvironmentError::of_machine(&path, &error)
        };
        let aside = Place { root: making.join("root"), beside: making.join("beside") };
        let _ = fs::remove_dir_all(making);
        for folder in [&aside.root, &aside.beside] {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        let variables = fill(&aside)?;
        make_room(&aside.root)?;
        let content = tree::digest(&aside.root).map_err(failed(&aside.root))?;
        fs::remove_dir_all(&aside.beside).map_err(failed(&aside.beside))?;
        let facts = serde_json::to_vec(&(content, variables))
            .map_err(|error| EnvironmentError::of_machine(making, &io::Error::other(error)))?;
        fs::write(making.join(FACTS), facts).map_err(failed(making))?;
        // One without facts is from a runner that was killed between two steps of a removal.
        let _ = fs::remove_dir_all(place);
        fs::rename(making, place).map_err(failed(place))
    }
}

/// Makes what a sandbox mounts on, so that a root on which it cannot is the project's trouble and not the machine's.
fn make_room(root: &Path) -> Result<(), EnvironmentError> {
    let resolver = Path::new("etc/resolv.conf");
    let is_link = |path: &Path| root.join(path).symlink_metadata().is_ok_and(|facts| facts.is_symlink());
    // In many images it leads to a service that is not inside.
    if !is_link(Path::new("etc")) && is_link(resolver) {
        fs::remove_file(root.join(resolver)).map_err(|error| EnvironmentError::of_machine(root, &error))?;
    }
    let beneath = Beneath::open(root)?;
    let in_the_way =
        |error| EnvironmentError::Project(format!("the root file system leaves no room for the sandbox's: {error}"));
    for folder in ["proc", "dev", "tmp", "opt", WORKSPACE_INSIDE] {
        beneath.make_folder(Path::new(folder)).map_err(in_the_way)?;
    }
    beneath.make_empty_file(resolver).map_err(in_the_way)
}

/// Removes what a runner left in `cache` that was killed while it made an environment: half-made trees, disks that are
/// still mounted, builds that go on. To be called by the only runner that uses the folder, when it starts, after
/// [`crate::sweep`]. Returns how many half-made trees went.
pub fn sweep(cache: &Path) -> usize {
    for name in names_of_groups(GROUP_PREFIX) {
        let is_alive = Path::new("/proc").join(name.trim_start_matches(GROUP_PREFIX)).exists();
        if !is_alive {
            end_groups_named(&name);
        }
    }
    let entries = fs::read_dir(cache.join("trees")).into_iter().flatten().flatten();
    let half = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(MAKING));
    half.filter(|entry| {
        unmount_below(&entry.path());
        fs::remove_dir_all(entry.path()).is_ok()
    })
    .count()
}
