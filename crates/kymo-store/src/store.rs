//! The store's interface.

use crate::{Floor, RunSummary, StoreError};
use kymo_model::{Invocation, Run, RunId};
use std::path::Path;

/// A store, open for reading and writing.
pub struct Store;

impl Store {
    /// Opens the store in the file `path`; creates it, and its folder, where there is none.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let _ = path;
        todo!()
    }

    /// Saves a new run: its header, and the invocations it already has.
    pub fn begin(&mut self, run: &Run) -> Result<(), StoreError> {
        let _ = run;
        todo!()
    }

    /// Saves one more invocation. When this returns, the invocation outlives a kill of the process.
    pub fn append(&mut self, id: &RunId, invocation: &Invocation) -> Result<(), StoreError> {
        let _ = (id, invocation);
        todo!()
    }

    /// Saves what changes in a run's header: state, closed, conditions, noise, notes. The rest is fixed at `begin`.
    pub fn update(&mut self, run: &Run) -> Result<(), StoreError> {
        let _ = run;
        todo!()
    }

    /// Saves the header as `update` does, then makes the whole store outlive a loss of power.
    pub fn finish(&mut self, run: &Run) -> Result<(), StoreError> {
        let _ = run;
        todo!()
    }

    /// Loads a run with all its invocations.
    pub fn load(&self, id: &RunId) -> Result<Run, StoreError> {
        let _ = id;
        todo!()
    }

    /// Saves a whole document. The same document twice is no error.
    pub fn insert(&mut self, run: &Run) -> Result<(), StoreError> {
        let _ = run;
        todo!()
    }

    /// All runs, newest first.
    pub fn list(&self) -> Result<Vec<RunSummary>, StoreError> {
        todo!()
    }

    /// The run that `text` means: its id, its label (the newest run with it), the beginning of its id, `latest`, or
    /// `latest~1` for the one before.
    pub fn find(&self, text: &str) -> Result<RunId, StoreError> {
        let _ = text;
        todo!()
    }

    /// Deletes a run and all its invocations.
    pub fn delete(&mut self, id: &RunId) -> Result<(), StoreError> {
        let _ = id;
        todo!()
    }

    /// Saves floors of a machine; each replaces the one of the same variant, benchmark, phase and metric.
    pub fn set_floors(&mut self, fingerprint: &str, floors: &[Floor]) -> Result<(), StoreError> {
        let _ = (fingerprint, floors);
        todo!()
    }

    /// All floors of a machine.
    pub fn floors(&self, fingerprint: &str) -> Result<Vec<Floor>, StoreError> {
        let _ = fingerprint;
        todo!()
    }
}
