//! Publishing: the whole of a history, or what is new since the last time.

mod around;
mod base;
mod grow;
mod lists;
mod prune;
mod samples;
mod shards;

pub use prune::{Age, Pruned, prune};

use crate::app::App;
use crate::folder::{Folder, FolderError};
use crate::format::FORMAT;
use crate::format::head::{Head, LAYOUT, State};
use crate::source::{Source, SourceError};
use base::Base;
use std::path::Path;

/// The name of the head within the folder.
pub const HEAD: &str = "data/head.json";

/// How to publish.
#[derive(Clone, Debug)]
pub struct Options {
    /// The web app; `None` leaves out the pages.
    pub app: Option<App>,
    /// Where the site will be, for the feed's links.
    pub url: Option<String>,
    /// Publish the raw samples of so many of the newest runs.
    pub samples: usize,
    /// Write everything anew, whatever is there.
    pub full: bool,
    /// The version of `kymo`, as pages show it.
    pub kymo: String,
    /// The time of publication.
    pub now_unix_s: u64,
}

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Files that were written.
    pub files_written: u64,
    /// Their bytes.
    pub bytes_written: u64,
    /// Whether everything was made anew.
    pub full: bool,
    /// Number of series.
    pub series: usize,
    /// Number of points.
    pub points: u64,
    /// What the publisher of the site should know.
    pub remarks: Vec<String>,
}

/// Why nothing was published; what was published before stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The history cannot be read, or is not as it says.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The folder cannot be read or written.
    #[error("{0}; what was published before is as it was")]
    Folder(#[from] FolderError),
    /// Somebody else publishes.
    #[error("another kymo is publishing into {0}; wait for it, or end it")]
    Busy(String),
}

/// Holds others off a folder while it lives.
struct Lock {
    _file: std::fs::File,
}

impl Lock {
    fn take(root: &Path) -> Result<Self, PublishError> {
        let path = root.join("data").join(".lock");
        let io = |error| FolderError::Io { doing: "lock", path: path.clone(), error };
        std::fs::create_dir_all(root.join("data")).map_err(io)?;
        let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(PublishError::Busy(root.display().to_string())),
            Err(std::fs::TryLockError::Error(error)) => Err(io(error).into()),
        }
    }
}

/// Publishes a history into a folder. Whoever reads the folder meanwhile, and after an end at any moment, finds the old
/// site or the new one.
///
/// # Errors
/// When the source or the folder fails, or somebody else publishes into it.
pub fn publish(source: &dyn Source, root: &Path, options: &Options) -> Result<Published, PublishError> {
    let _lock = Lock::take(root)?;
    let folder = Folder::new(root);
    // Before anything is read: what comes meanwhile is new for the next publication.
    let generation = source.generation()?;
    let mut remarks = Vec::new();
    let mut base = if options.full { None } else { Base::read(&folder, &generation, &mut remarks) };
    let projects = source.projects()?;
    let series = source.series()?;
    let grown = match &base {
        Some(base) => match grow::grow(source, &folder, base, &projects, &series) {
            Ok(grown) => grown,
            Err(PublishError::Folder(error @ FolderError::Io { doing: "write" | "make", .. })) => {
                return Err(error.into());
            }
            Err(PublishError::Folder(error)) => {
                remarks.push(format!("{error}: everything is written anew"));
                None
            }
            Err(error) => return Err(error),
        },
        None => None,
    };
    let full = grown.is_none();
    let mut points = match grown {
        Some(grown) => grown,
        None => {
            base = None;
            shards::all(source, &folder, &projects, &series)?
        }
    };
    let lists = lists::write(source, &folder, base.as_ref(), &projects, &mut points, &series, options)?;
    points.catalog.check().map_err(|error| SourceError::new(format!("the catalogue is not sound: {error}")))?;
    let state = State { layout: LAYOUT, generation, ids: points.ids };
    let head = Head {
        format: FORMAT,
        generated_unix_s: options.now_unix_s,
        kymo: options.kymo.clone(),
        catalog: folder.put_json("catalog", &points.catalog)?,
        latest: folder.put_json("latest", &points.latest)?,
        incidents: lists.incident_parts,
        machines: lists.machines,
        benchmarks: lists.benchmarks,
        runs: lists.runs,
        projects: lists.projects,
        state: folder.put_json("state", &state)?,
    };
    around::write(&folder, options, &points.catalog, &lists.incidents, &lists.machine_list)?;
    finish(&folder, &head)?;
    let (files_written, bytes_written) = folder.written();
    remarks.extend(folder.large().iter().map(|file| format!("{file} is larger than 1 MB, which some hosts refuse")));
    Ok(Published {
        files_written,
        bytes_written,
        full,
        series: points.catalog.len(),
        points: points.latest.points.iter().map(|points| u64::from(*points)).sum(),
        remarks,
    })
}

/// Moves the head, unless it would say the same as before.
fn finish(folder: &Folder, head: &Head) -> Result<(), PublishError> {
    let before: Option<Head> = folder.named_json(HEAD).ok().flatten();
    let same = before.is_some_and(|before| Head { generated_unix_s: head.generated_unix_s, ..before } == *head);
    if !same {
        folder.settle()?;
        folder.put_named_json(HEAD, head)?;
    }
    Ok(())
}
