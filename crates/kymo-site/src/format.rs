//! The files' forms, as `docs/src/site-format.md` has them: encoding and decoding, no folder and no clock.

pub mod catalog;
mod contexts;
pub mod figures;
pub mod gz;
pub mod head;
pub mod latest;
pub mod parts;
pub mod quantum;
pub mod segment;
pub mod varint;

mod tracks;

/// Version of the form of all files.
pub const FORMAT: u32 = 1;

/// Largest number of series in one segment. (Size of segments of this shape: `docs/src/site.md`.)
pub const GROUP_SERIES: usize = 64;

/// Positions of one segment.
pub const SEGMENT_POSITIONS: u32 = 256;

/// Positions of one file of commits.
pub const COMMITS_IN_FILE: u32 = 1000;

/// Largest file that is published, in bytes.
pub const FILE_BYTES: usize = 1_000_000;

/// Why bytes are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FormatError(String);

impl FormatError {
    /// With what is wrong.
    pub fn new(message: impl ToString) -> Self {
        Self(message.to_string())
    }
}
