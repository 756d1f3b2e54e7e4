//! One load by several machines: one leads, the others join it.
//!
//! Both sides first prove to each other that they know the secret. Then the machine that leads compares the clocks by
//! round trips, gives each machine its share of the load and the time to begin, and merges what they measured.

mod auth;
mod channel;
mod clock;
mod join;
mod lead;
mod merge;
mod share;
mod words;

pub use auth::{SECRET_LENGTH_MIN, Secret};
pub use clock::Offset;
pub use join::join;
pub use lead::{Lead, Led, Member};

use crate::LoadError;
use std::io;

/// Why machines could not work together.
#[derive(Debug, thiserror::Error)]
pub enum TogetherError {
    /// The secret cannot be used.
    #[error(
        "the secret has {0} characters; at least {SECRET_LENGTH_MIN} are needed, since whoever guesses it can order loads"
    )]
    ShortSecret(usize),
    /// Nothing could be listened on.
    #[error("cannot wait for machines on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The machine that leads could not be reached.
    #[error("cannot reach the machine that leads at {address}: {source}")]
    Reach {
        /// The address.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The other side does not know the secret.
    #[error("{peer} does not know our secret: is it the same on both machines?")]
    Secret {
        /// The other side.
        peer: String,
    },
    /// The other side speaks something else.
    #[error("{peer} does not speak as kymo load does: {what}")]
    Protocol {
        /// The other side.
        peer: String,
        /// What it did.
        what: String,
    },
    /// The connection broke.
    #[error("the connection to {peer} broke: {source}")]
    Broken {
        /// The other side.
        peer: String,
        /// What the system said.
        source: io::Error,
    },
    /// No machine gave a result.
    #[error("no machine gave a result:\n{0}")]
    Nobody(String),
    /// The command was interrupted before there was anything to measure.
    #[error("interrupted before the load began")]
    Interrupted,
    /// This machine could not put its share.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}
