//! Run documents to and from the formats of other tools.
//!
//! Reading goes in two steps: a file becomes a [`Reading`], which is what the tool said and what it did not say; a
//! reading becomes a run, marked with what it lacks. What has no truthful place in a run is left out, and named.
//! Nothing here opens a file but [`read_criterion_folder`], which is handed a folder.

mod error;
mod events;
mod format;
mod read;
mod reading;
mod write;

pub use error::ExchangeError;
pub use format::{Format, detect};
pub use read::criterion::read_folder as read_criterion_folder;
pub use read::read;
pub use reading::{Host, Identity, Process, Reading, Side};
pub use write::elastic::write_bulk;
pub use write::elastic_template::index_template;
pub use write::sightglass::{Rows, sightglass_rows};
