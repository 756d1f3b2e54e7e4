//! The builds that are registered: a folder `ENGINE@NAME` each, with the worker and its record.

use super::record::Record;
use crate::error::CliError;
use kymo_worker::parent::WorkerProgram;
use std::path::{Path, PathBuf};

const RECORD: &str = "build.json";

/// A registered build.
#[derive(Clone, Debug)]
pub struct Built {
    /// Where it came from.
    pub record: Record,
    /// Its worker.
    pub program: WorkerProgram,
}

/// The folder with the builds.
#[derive(Clone, Debug)]
pub struct Registry {
    folder: PathBuf,
}

impl Registry {
    /// The registry in this folder, which need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder of a build.
    pub fn folder_of(&self, engine: &str, name: &str) -> PathBuf {
        self.folder.join(format!("{engine}@{name}"))
    }

    /// Where a build is made, until it is known to work. What failed stays there, to be looked into.
    pub fn workshop_of(&self, engine: &str, name: &str) -> PathBuf {
        self.folder.join(format!(".building-{engine}@{name}"))
    }

    /// Every build, by engine and name. Folders without a readable record are no builds.
    pub fn all(&self) -> Vec<Built> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut found: Vec<Built> = entries
            .filter_map(|entry| {
                let file = entry.file_name();
                let (engine, name) = file.to_str()?.split_once('@')?;
                (!engine.starts_with('.')).then(|| self.read(engine, name)).flatten()
            })
            .collect();
        found.sort_by(|a, b| (&a.record.engine, &a.record.name).cmp(&(&b.record.engine, &b.record.name)));
        found
    }

    fn read(&self, engine: &str, name: &str) -> Option<Built> {
        let folder = self.folder_of(engine, name);
        let record: Record = serde_json::from_slice(&std::fs::read(folder.join(RECORD)).ok()?).ok()?;
        let path = folder.join(format!("kymo-worker-{engine}"));
        path.is_file().then(|| Built { record, program: WorkerProgram { name: engine.to_owned(), path } })
    }

    /// The build `ENGINE@NAME`.
    ///
    /// # Errors
    /// When there is none; the message lists those that there are.
    pub fn find(&self, engine: &str, name: &str) -> Result<Built, CliError> {
        let valid = valid_name(engine).and(valid_name(name));
        let found = valid.ok().and_then(|()| self.read(engine, name));
        found.ok_or_else(|| {
            let names: Vec<String> = self.all().iter().map(|built| full_name(&built.record)).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            CliError::usage(format!("there is no build '{name}' of {engine}; registered are: {known}")).with_hint(
                format!("kymo engine build {engine} --path CHECKOUT --name {name} makes it; leave out the '@{name}' to use the installed one"),
            )
        })
    }

    /// Whether something is registered under the name.
    pub fn holds(&self, engine: &str, name: &str) -> bool {
        self.folder_of(engine, name).exists()
    }

    /// Registers what was made in a workshop, in place of what has the name now. A process that is still running the
    /// old worker keeps it: its file only loses its name.
    ///
    /// # Errors
    /// Those of the file system; the build that was there is then still there.
    pub fn register(&self, record: &Record) -> Result<PathBuf, CliError> {
        let (engine, name) = (&record.engine, &record.name);
        let workshop = self.workshop_of(engine, name);
        let text = serde_json::to_vec_pretty(record).map_err(std::io::Error::from)?;
        let failed = |what: &Path, error: std::io::Error| {
            CliError::failure(format!("cannot register {}: {}: {error}", full_name(record), what.display()))
        };
        std::fs::write(workshop.join(RECORD), text).map_err(|error| failed(&workshop, error))?;
        let folder = self.folder_of(engine, name);
        let old = self.folder.join(format!(".old-{engine}@{name}"));
        remove_folder(&old).map_err(|error| failed(&old, error))?;
        if folder.exists() {
            std::fs::rename(&folder, &old).map_err(|error| failed(&folder, error))?;
        }
        if let Err(error) = std::fs::rename(&workshop, &folder) {
            // Whatever happened to the new one, the old one is better than none.
            let _ = std::fs::rename(&old, &folder);
            return Err(failed(&folder, error));
        }
        // Nothing depends on it any more; if it stays, the next build takes it away.
        let _ = remove_folder(&old);
        Ok(folder)
    }

    /// Takes a build away, and what is left of one that failed.
    ///
    /// # Errors
    /// When there is none, or its folder cannot be removed.
    pub fn remove(&self, engine: &str, name: &str) -> Result<(), CliError> {
        if valid_name(engine).and(valid_name(name)).is_err() {
            // No folder of such a name was ever made, and none is to be looked for.
            return self.find(engine, name).map(drop);
        }
        let folders = [self.folder_of(engine, name), self.workshop_of(engine, name)];
        if !folders.iter().any(|folder| folder.exists()) {
            // It says what there is.
            self.find(engine, name)?;
        }
        for folder in folders {
            remove_folder(&folder)
                .map_err(|error| CliError::failure(format!("cannot remove {}: {error}", folder.display())))?;
        }
        Ok(())
    }
}

/// What people type to choose a build.
pub fn full_name(record: &Record) -> String {
    format!("{}@{}", record.engine, record.name)
}

/// Removes a folder that may be there or not.
pub fn remove_folder(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Names of builds are parts of file names and of what people type in `-e ENGINE@NAME[...]`.
///
/// # Errors
/// A sentence that says what a name may be.
pub fn valid_name(name: &str) -> Result<(), String> {
    const LENGTH_MAX: usize = 64;
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if name.contains(odd) || !begins_well || name.len() > LENGTH_MAX {
        let shown = name.escape_debug();
        return Err(format!(
            "'{shown}' is no name for a build: use letters, digits, '-', '_' and '.', a letter or digit first, at most \
             {LENGTH_MAX}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::valid_name;

    #[test]
    fn names_are_parts_of_file_names() {
        for name in ["base", "v48.0.8", "2026-11_fix", "a"] {
            assert_eq!(valid_name(name), Ok(()), "{name}");
        }
        for name in ["", ".hidden", "-x", "a/b", "..", "a b", "a@b", "a[b", "ä", &"x".repeat(65)] {
            assert!(valid_name(name).is_err(), "{name}");
        }
    }
}
