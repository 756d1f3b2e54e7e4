//! A store as one file that either database can be made of again: back-up, restoring, moving from one to the other.

mod catalog;
mod fill;
mod format;
mod reader;
mod writer;

use crate::fault::Fault;
use crate::record::chain;
use crate::{ChainReport, Store, StoreError};
use std::io::{Read, Seek, Write};

/// What a store, or a back-up of one, has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Version of the schema.
    pub schema: u32,
    /// Tables with their numbers of rows, in the order in which they refer to each other.
    pub tables: Vec<(String, u64)>,
}

impl Contents {
    /// Rows in all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// What became of a store that was made of a back-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the back-up had, all of which is in the store now.
    pub contents: Contents,
    /// The chain of runs as it was read again in the new store.
    pub chain: ChainReport,
}

/// Reads a back-up to its end, and says whether it is whole and this version can restore it.
///
/// # Errors
/// Where it cannot be used.
pub fn check_back_up(name: &str, from: &mut (impl Read + Seek)) -> Result<(), StoreError> {
    reader::check(name, from).map(|_| ())
}

impl Store {
    /// Writes all of the store as one file: one state of it, whatever others write meanwhile. `name` stands for the file
    /// in errors, `made_by` says what wrote it.
    ///
    /// # Errors
    /// Those of the store, and those of writing.
    pub fn back_up(&self, name: &str, made_by: &str, out: impl Write) -> Result<Contents, StoreError> {
        let head = format::Head::new(made_by, crate::store::now_unix_s());
        self.read(|db| writer::write(db, name, &head, out))
    }

    /// Makes this store what a back-up says; all or nothing. The file is read to its end before anything is changed.
    ///
    /// # Errors
    /// Where the store is not empty and need not be replaced; where the file is no back-up, damaged, or of a newer kymo.
    pub fn restore(
        &mut self,
        name: &str,
        from: &mut (impl Read + Seek),
        replace: bool,
    ) -> Result<Restored, StoreError> {
        let end = reader::check(name, from)?;
        let store = self.address().clone();
        self.write_synced(|db, _| {
            if !replace && catalog::contents(db)?.rows() > 0 {
                return Err(Fault::Told(StoreError::NotEmpty { store: store.clone() }));
            }
            let contents = fill::fill(db, name, from, end)?;
            Ok(Restored { contents, chain: chain::verify(db, None)? })
        })
    }

    /// What the store has.
    ///
    /// # Errors
    /// Those of the store.
    pub fn contents(&self) -> Result<Contents, StoreError> {
        self.read(catalog::contents)
    }

    /// Bytes that the store takes in its file, or in the files of its database.
    ///
    /// # Errors
    /// Those of the store.
    pub fn size_bytes(&self) -> Result<u64, StoreError> {
        self.read(catalog::size_bytes)
    }
}
