//! The site: the record's history as static files, which pages fetch in parts.
//!
//! [`Source`] is what it reads, [`publish()`] writes the files that `docs/src/site-format.md` describes, [`read`] reads
//! them again, [`push`] brings them to where people look. Everything but a small head is named by its content, so that
//! a publication adds files and then moves one name: whoever reads meanwhile sees the old site or the new one.

pub mod app;
pub mod entries;
pub mod format;
pub mod publish;
pub mod push;
pub mod read;
pub mod source;
pub mod synthetic;

mod badge;
mod feed;
mod folder;
mod parallel;

pub use folder::FolderError;
pub use publish::{Options, PublishError, Published, prune, publish};
pub use source::{Context, Failure, Generation, Metric, Outcome, Point, PointSet, SeriesInfo, Source, SourceError};
