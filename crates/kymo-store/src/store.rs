//! The store's interface: each call is one transaction.

use crate::db::Db;
use crate::document;
use crate::fault::Fault;
use crate::find::{Miss, find};
use crate::packing::Selection;
use crate::record::chain;
use crate::write::Texts;
use crate::{Floor, RunSummary, StoreAddress, StoreError, floor, read, write};
use kymo_model::{Invocation, Metric, Phase, Run, RunId};
use std::path::Path;

/// A store, open for reading and writing. Several processes may have the same one open.
pub struct Store {
    pub(crate) db: Db,
    address: StoreAddress,
    texts: Option<Texts>,
    pub(crate) clock: Option<crate::Clock>,
}

impl Store {
    /// Opens the store in the file `path`; creates it, and its folder, where there is none.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::connect(&path.into())
    }

    /// Opens the store at this address: a file as [`Store::open`] does, or a database of PostgreSQL, whose tables are
    /// made where there are none. It blocks, as every call on the store does, and so does dropping it: not for the
    /// threads of an asynchronous runtime.
    pub fn connect(address: &StoreAddress) -> Result<Self, StoreError> {
        Ok(Self { db: Db::open(address)?, address: address.clone(), texts: None, clock: None })
    }

    /// Where the store is.
    pub fn address(&self) -> &StoreAddress {
        &self.address
    }

    /// Saves a new run: its header, and the invocations it already has.
    pub fn begin(&mut self, run: &Run) -> Result<(), StoreError> {
        document::check(run.id.as_str(), run)?;
        self.write(|db, texts| {
            *texts = Some(write::insert(db, run)?);
            Ok(())
        })
    }

    /// Saves one more invocation. When this returns, the invocation outlives a kill of the process. The same
    /// invocation twice is no error.
    pub fn append(&mut self, id: &RunId, invocation: &Invocation) -> Result<(), StoreError> {
        self.write(|db, texts| write::append(db, texts, id, invocation))
    }

    /// Saves what changes in a run's header: state, closed, conditions, noise, notes. The rest is fixed at `begin`.
    pub fn update(&mut self, run: &Run) -> Result<(), StoreError> {
        self.write(|db, _| write::update(db, run))
    }

    /// Saves the header as `update` does, links the run into the chain if it is finished, then makes the whole store
    /// outlive a loss of power.
    pub fn finish(&mut self, run: &Run) -> Result<(), StoreError> {
        // This commit syncs the log, and with it all that was appended before.
        self.write_synced(|db, _| {
            write::update(db, run)?;
            chain::keep(db, &run.id, now_unix_s())
        })?;
        // The log is safe already; folding it into the file now only spares the next reader the time.
        let _ = self.db.checkpoint();
        Ok(())
    }

    /// Loads a run with all its invocations, in the order of their sequence numbers.
    pub fn load(&self, id: &RunId) -> Result<Run, StoreError> {
        self.read(|db| read::load(db, id, Selection::All))
    }

    /// Loads a run for a table: of its samples only those of these phases and metrics, and every invocation without
    /// its settings and verification. Several times faster than [`Store::load`]; what it gives is no document
    /// to keep or to export.
    pub fn load_selected(&self, id: &RunId, phases: &[Phase], metrics: &[Metric]) -> Result<Run, StoreError> {
        self.read(|db| read::load(db, id, Selection::Of(phases, metrics)))
    }

    /// Loads a run without its invocations: what was planned, the machine, what disturbed it.
    pub fn load_head(&self, id: &RunId) -> Result<Run, StoreError> {
        self.read(|db| read::head(db, id))
    }

    /// Saves a whole document. The same document twice is no error.
    pub fn insert(&mut self, run: &Run) -> Result<(), StoreError> {
        document::check(run.id.as_str(), run)?;
        self.write(|db, _| match write::insert(db, run) {
            Err(Fault::Exists(_)) if document::same(&read::load(db, &run.id, Selection::All)?, run) => Ok(()),
            inserted => {
                inserted?;
                chain::keep(db, &run.id, now_unix_s())
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
            Err(Miss::None(hint)) => {
                Err(StoreError::NotFound { store: self.address.clone(), text: text.to_owned(), hint })
            }
            Err(Miss::Several(candidates)) => Err(StoreError::Ambiguous { text: text.to_owned(), candidates }),
        }
    }

    /// Deletes a run and all its invocations; the chain keeps that it was there.
    pub fn delete(&mut self, id: &RunId) -> Result<(), StoreError> {
        self.write(|db, _| {
            chain::remove(db, id, now_unix_s())?;
            write::delete(db, id)
        })
    }

    /// Saves floors of a machine; each replaces the one of the same variant, benchmark, phase and metric.
    pub fn set_floors(&mut self, fingerprint: &str, floors: &[Floor]) -> Result<(), StoreError> {
        self.write(|db, _| floor::save(db, fingerprint, floors))
    }

    /// All floors of a machine.
    pub fn floors(&self, fingerprint: &str) -> Result<Vec<Floor>, StoreError> {
        self.read(|db| floor::load(db, fingerprint))
    }

    /// One transaction that writes; see [`crate::db`] for what may stand in it.
    pub(crate) fn write<T>(
        &mut self,
        mut work: impl FnMut(&Db, &mut Option<Texts>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        // Out of the store meanwhile: after a failure they may name rows that were rolled back, and are dropped.
        let mut texts = self.texts.take();
        let mut tried = false;
        let done = self.db.write(|db| {
            if std::mem::replace(&mut tried, true) {
                texts = None;
            }
            work(db, &mut texts)
        });
        let value = done.map_err(|fault| self.told(fault))?;
        self.texts = texts;
        Ok(value)
    }

    /// One transaction that outlives a loss of power when this returns.
    pub(crate) fn write_synced<T>(
        &mut self,
        work: impl FnMut(&Db, &mut Option<Texts>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.sync_each_commit(true)?;
        let written = self.write(work);
        self.sync_each_commit(false)?;
        written
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&Db) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.db.read(work).map_err(|fault| self.told(fault))
    }

    pub(crate) fn sync_each_commit(&self, on: bool) -> Result<(), StoreError> {
        self.db.sync_each_commit(on).map_err(|fault| self.told(fault))
    }

    pub(crate) fn told(&self, fault: Fault) -> StoreError {
        self.db.explain(&self.address, fault)
    }
}

/// Now by this process's clock, in milliseconds since 1970-01-01 UTC; 0 on a clock before that.
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
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
        let pages: i64 = store.db.sqlite().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        store.db.sqlite().pragma_update_and_check(None, "max_page_count", pages + 20, |_| Ok(())).unwrap();
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
        assert!(
            matches!(&error, StoreError::Full { store: named } if named.file() == Some(path.as_path())),
            "{error:?}"
        );
        assert!(saved > 100, "{saved}");
        assert!(matches!(store.append(&run.id, &invocation), Err(StoreError::Full { .. })));
        let count = |store: &Store| store.load(&run.id).map(|run| run.invocations.len() as u32);
        assert_eq!(count(&store).unwrap(), saved);
        store.db.sqlite().pragma_update_and_check(None, "max_page_count", pages + 2000, |_| Ok(())).unwrap();
        store.append(&run.id, &invocation).unwrap();
        let loaded = Store::open(&path).unwrap().load(&run.id).unwrap();
        assert_eq!(loaded.invocations.len() as u32, saved + 1);
        assert_eq!(loaded.invocations[saved as usize], invocation);
    }
}
