//! The store's interface: each call is one transaction.

use crate::document;
use crate::fault::{Fault, explain};
use crate::find::{Miss, find};
use crate::packing::Selection;
use crate::record::chain;
use crate::write::Texts;
use crate::{Floor, RunSummary, StoreError, floor, open, read, write};
use kymo_model::{Invocation, Metric, Phase, Run, RunId};
use rusqlite::{Connection, TransactionBehavior};
use std::path::{Path, PathBuf};

/// A store, open for reading and writing. Several processes may have the same one open.
pub struct Store {
    pub(crate) connection: Connection,
    path: PathBuf,
    texts: Option<Texts>,
}

impl Store {
    /// Opens the store in the file `path`; creates it, and its folder, where there is none.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: open::open(path)?, path: path.to_owned(), texts: None })
    }

    /// Saves a new run: its header, and the invocations it already has.
    pub fn begin(&mut self, run: &Run) -> Result<(), StoreError> {
        document::check(run.id.as_str(), run)?;
        self.write(|connection, texts| {
            *texts = Some(write::insert(connection, run)?);
            Ok(())
        })
    }

    /// Saves one more invocation. When this returns, the invocation outlives a kill of the process. The same
    /// invocation twice is no error.
    pub fn append(&mut self, id: &RunId, invocation: &Invocation) -> Result<(), StoreError> {
        self.write(|connection, texts| write::append(connection, texts, id, invocation))
    }

    /// Saves what changes in a run's header: state, closed, conditions, noise, notes. The rest is fixed at `begin`.
    pub fn update(&mut self, run: &Run) -> Result<(), StoreError> {
        self.write(|connection, _| write::update(connection, run))
    }

    /// Saves the header as `update` does, links the run into the chain if it is finished, then makes the whole store
    /// outlive a loss of power.
    pub fn finish(&mut self, run: &Run) -> Result<(), StoreError> {
        self.sync_each_commit(true)?;
        // This commit syncs the log, and with it all that was appended before.
        let updated = self.write(|connection, _| {
            write::update(connection, run)?;
            chain::keep(connection, &run.id, now_unix_s())
        });
        self.sync_each_commit(false)?;
        updated?;
        // The log is safe already; folding it into the file now only spares the next reader the time.
        let _ = open::checkpoint(&self.connection);
        Ok(())
    }

    /// Loads a run with all its invocations, in the order of their sequence numbers.
    pub fn load(&self, id: &RunId) -> Result<Run, StoreError> {
        self.read(|connection| read::load(connection, id, Selection::All))
    }

    /// Loads a run for a table: of its samples only those of these phases and metrics, and every invocation without
    /// its settings and verification. Several times faster than [`Store::load`]; what it gives is no document
    /// to keep or to export.
    pub fn load_selected(&self, id: &RunId, phases: &[Phase], metrics: &[Metric]) -> Result<Run, StoreError> {
        self.read(|connection| read::load(connection, id, Selection::Of(phases, metrics)))
    }

    /// Loads a run without its invocations: what was planned, the machine, what disturbed it.
    pub fn load_head(&self, id: &RunId) -> Result<Run, StoreError> {
        self.read(|connection| read::head(connection, id))
    }

    /// Saves a whole document. The same document twice is no error.
    pub fn insert(&mut self, run: &Run) -> Result<(), StoreError> {
        document::check(run.id.as_str(), run)?;
        self.write(|connection, _| match write::insert(connection, run) {
            Err(Fault::Exists(_)) if document::same(&read::load(connection, &run.id, Selection::All)?, run) => Ok(()),
            inserted => {
                inserted?;
                chain::keep(connection, &run.id, now_unix_s())
            }
        })
    }

    /// All runs, newest first.
    pub fn list(&self) -> Result<Vec<RunSummary>, StoreError> {
        self.read(read::list)
    }

    /// The run that `text` means: its id, its label (the newest run with it), the beginning of its id, `latest`, or
    /// `latest~1` for the one before.
    pub fn find(&self, text: &str) -> Result<RunId, StoreError> {
        let mut names = self.read(read::names)?;
        match find(&names, text) {
            Ok(index) => Ok(RunId::new(names.swap_remove(index).id)),
            Err(Miss::None(hint)) => Err(StoreError::NotFound { path: self.path.clone(), text: text.to_owned(), hint }),
            Err(Miss::Several(candidates)) => Err(StoreError::Ambiguous { text: text.to_owned(), candidates }),
        }
    }

    /// Deletes a run and all its invocations; the chain keeps that it was there.
    pub fn delete(&mut self, id: &RunId) -> Result<(), StoreError> {
        self.write(|connection, _| {
            chain::remove(connection, id, now_unix_s())?;
            write::delete(connection, id)
        })
    }

    /// Saves floors of a machine; each replaces the one of the same variant, benchmark, phase and metric.
    pub fn set_floors(&mut self, fingerprint: &str, floors: &[Floor]) -> Result<(), StoreError> {
        self.write(|connection, _| floor::save(connection, fingerprint, floors))
    }

    /// All floors of a machine.
    pub fn floors(&self, fingerprint: &str) -> Result<Vec<Floor>, StoreError> {
        self.read(|connection| floor::load(connection, fingerprint))
    }

    /// One transaction that has the write lock from its start: one that reads first and asks for the lock later is
    /// refused at once, without waiting, when another process wrote in between.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Option<Texts>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        // Out of the store meanwhile: after a failure they may name rows that were rolled back, and are dropped.
        let mut texts = self.texts.take();
        let done = (|| {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction, &mut texts)?;
            transaction.commit()?;
            Ok(value)
        })();
        let value = done.map_err(|fault| self.told(fault))?;
        self.texts = texts;
        Ok(value)
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        let done = (|| {
            let transaction = self.connection.unchecked_transaction()?;
            work(&transaction)
        })();
        done.map_err(|fault| self.told(fault))
    }

    fn sync_each_commit(&self, on: bool) -> Result<(), StoreError> {
        open::sync_each_commit(&self.connection, on).map_err(|error| explain(&self.path, &self.connection, error))
    }

    fn told(&self, fault: Fault) -> StoreError {
        let path = self.path.clone();
        match fault {
            Fault::Sqlite(error) => explain(&path, &self.connection, error),
            Fault::Damaged(problem) => StoreError::Damaged { path, problem },
            Fault::Exists(id) => StoreError::Exists { path, id: id.to_string() },
            Fault::NoSuchRun(id) => {
                StoreError::NotFound { path, text: id.to_string(), hint: "kymo runs lists what is there".to_owned() }
            }
            Fault::Told(error) => error,
        }
    }
}

/// Now, as seconds since 1970-01-01 UTC; 0 on a clock before that.
pub(crate) fn now_unix_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_document;

    #[test]
    fn a_full_disk_keeps_what_was_saved_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kymo.db");
        let mut store = Store::open(&path).unwrap();
        let mut run = parse_document("run-1.json", include_str!("../tests/documents/run-1.json")).unwrap();
        let mut invocation = run.invocations[0].clone();
        run.invocations.clear();
        store.begin(&run).unwrap();
        let pages: i64 = store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        store.connection.pragma_update_and_check(None, "max_page_count", pages + 20, |_| Ok(())).unwrap();
        let mut saved = 0;
        let error = loop {
            invocation.sequence = saved;
            // A text of its own each: a rolled-back text must not be taken for saved.
            invocation.notes = vec![format!("remark {saved}")];
            match store.append(&run.id, &invocation) {
                Ok(()) => saved += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(&error, StoreError::Full { path: named } if *named == path), "{error:?}");
        assert!(saved > 100, "{saved}");
        assert!(matches!(store.append(&run.id, &invocation), Err(StoreError::Full { .. })));
        let count = |store: &Store| store.load(&run.id).map(|run| run.invocations.len() as u32);
        assert_eq!(count(&store).unwrap(), saved);
        store.connection.pragma_update_and_check(None, "max_page_count", pages + 2000, |_| Ok(())).unwrap();
        store.append(&run.id, &invocation).unwrap();
        let loaded = Store::open(&path).unwrap().load(&run.id).unwrap();
        assert_eq!(loaded.invocations.len() as u32, saved + 1);
        assert_eq!(loaded.invocations[saved as usize], invocation);
    }
}
