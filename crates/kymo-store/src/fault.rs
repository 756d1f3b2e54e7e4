//! What goes wrong inside, before the store is named.

use crate::{Refusal, StoreError};
use kymo_model::RunId;

/// What goes wrong inside. [`crate::db::Db::explain`] makes of it what a person is told.
#[derive(Debug)]
pub enum Fault {
    Sqlite(rusqlite::Error),
    Postgres(postgres::Error),
    Damaged(String),
    NoSuchRun(RunId),
    Exists(RunId),
    Told(StoreError),
    /// Nothing failed: what was asked cannot be.
    Refused(Refusal),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<postgres::Error> for Fault {
    fn from(error: postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
