//! The chain: each finished run is kept under a link that is made from the link before it and the run's document. What
//! was altered, removed from the middle or put in between shows, for every later link would have to be made again; that
//! the end was not cut off shows to whoever wrote the last link down.

use crate::db::{Db, Lock};
use crate::fault::Fault;
use crate::packing::Selection;
use crate::{read, sql_record as sql, summary};
use kymo_model::{Run, RunId, RunState};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A link for a run that was kept.
const KEPT: &str = "kept";

/// A link for a run that was removed on request.
const REMOVED: &str = "removed";

/// What is wrong with a link or a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainFault {
    /// The run's document is not the one that was kept.
    Altered,
    /// The run is gone, and nobody removed it by the store's own means.
    Missing,
    /// The run's document cannot be read.
    Unreadable,
    /// The link does not follow from the one before it: it was altered, or something before it was removed.
    Broken,
}

/// What a look at the whole chain found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainReport {
    /// Links, in all.
    pub links: usize,
    /// Runs whose documents are as they were kept.
    pub intact: usize,
    /// Runs that were removed on request.
    pub removed: usize,
    /// What is wrong, with the run's id.
    pub faults: Vec<(String, ChainFault)>,
    /// Finished runs that no link is for: kept before there was a chain, or put in behind its back.
    pub unlinked: Vec<String>,
    /// Runs that are not finished, which get their link when they are.
    pub unfinished: usize,
    /// The last link; `None` for an empty chain.
    pub head: Option<String>,
    /// Whether the link that was asked for is there; `None` where none was.
    pub found: Option<bool>,
}

/// The end of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainState {
    /// The last link; `None` for an empty chain.
    pub head: Option<String>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of the run document as `kymo export` writes it.
fn document_sha256(run: &Run) -> Result<String, Fault> {
    struct Hashing(Sha256);
    impl std::io::Write for Hashing {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hashing = Hashing(Sha256::new());
    serde_json::to_writer(&mut hashing, run)
        .map_err(|error| crate::document::invalid(run.id.as_str(), error.to_string()))?;
    Ok(hex(&hashing.0.finalize()))
}

/// SHA-256 over the link before and all columns of this one, each on a line.
fn link(before: &str, kind: &str, run: &str, document: &str, unix_s: i64) -> String {
    hex(&Sha256::digest(format!("{before}\n{kind}\n{run}\n{document}\n{unix_s}\n")))
}

fn append(db: &Db, kind: &str, run: &str, document: &str, unix_s: u64) -> Result<(), Fault> {
    // Of two servers the second waits here until the first has committed its link, and follows on it.
    db.lock(Lock::Chain)?;
    let before = last(db)?.unwrap_or_default();
    let unix_s = unix_s.cast_signed();
    let made = link(&before, kind, run, document, unix_s);
    db.execute(sql::INSERT_LINK, &[&kind, &run, &document, &unix_s, &made])?;
    Ok(())
}

fn last(db: &Db) -> Result<Option<String>, Fault> {
    db.row(sql::LAST_LINK, &[], |row| row.get(0))
}

/// The end of the chain.
pub fn state(db: &Db) -> Result<ChainState, Fault> {
    Ok(ChainState { head: last(db)? })
}

fn is_linked(db: &Db, id: &str) -> Result<bool, Fault> {
    let kind: Option<String> = db.row(sql::LINK_OF, &[&id], |row| row.get(0))?;
    Ok(kind.is_some_and(|kind| kind == KEPT))
}

/// Links a finished run, unless it has a link.
pub fn keep(db: &Db, id: &RunId, unix_s: u64) -> Result<(), Fault> {
    if is_linked(db, id.as_str())? {
        return Ok(());
    }
    let run = read::load(db, id, Selection::All)?;
    if run.state != RunState::Finished {
        return Ok(());
    }
    append(db, KEPT, id.as_str(), &document_sha256(&run)?, unix_s)
}

/// Notes that a run was removed on request.
pub fn remove(db: &Db, id: &RunId, unix_s: u64) -> Result<(), Fault> {
    if is_linked(db, id.as_str())? {
        append(db, REMOVED, id.as_str(), "", unix_s)?;
    }
    Ok(())
}

/// Links every finished run that has no link and can be read, oldest first; how many there were.
pub fn keep_all(db: &Db, unix_s: u64) -> Result<usize, Fault> {
    let mut linked = 0;
    for id in verify(db, None)?.unlinked {
        match keep(db, &RunId::new(id), unix_s) {
            Err(Fault::Damaged(_)) => {}
            kept => kept.map(|()| linked += 1)?,
        }
    }
    Ok(linked)
}

/// Reads every link and every document again. `known` is a link that somebody wrote down.
pub fn verify(db: &Db, known: Option<&str>) -> Result<ChainReport, Fault> {
    let mut report = ChainReport { found: known.map(|_| false), ..ChainReport::default() };
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut before = String::new();
    db.each(sql::LINKS, &[], |row| {
        let (kind, run, document): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let there: String = row.get(5)?;
        report.links += 1;
        if link(&before, &kind, &run, &document, row.get(4)?) != there {
            report.faults.push((run.clone(), ChainFault::Broken));
        }
        if known.is_some_and(|known| !known.is_empty() && there.starts_with(known)) {
            report.found = Some(true);
        }
        before = there;
        if kind == KEPT {
            kept.push((run, document));
        } else {
            kept.retain(|(other, _)| *other != run);
            report.removed += 1;
        }
        Ok(())
    })?;
    report.head = (report.links > 0).then_some(before);
    let there: Vec<(String, String)> = db.rows(sql::STATES, &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let ids: BTreeSet<&str> = there.iter().map(|(id, _)| id.as_str()).collect();
    let linked: BTreeSet<&str> = kept.iter().map(|(id, _)| id.as_str()).collect();
    for (id, document) in &kept {
        match fault(db, &ids, id, document)? {
            None => report.intact += 1,
            Some(fault) => report.faults.push((id.clone(), fault)),
        }
    }
    let finished = summary::state_name(RunState::Finished);
    report.unfinished = there.iter().filter(|(_, state)| state != finished).count();
    let unlinked = there.iter().filter(|(id, state)| state == finished && !linked.contains(id.as_str()));
    report.unlinked = unlinked.map(|(id, _)| id.clone()).collect();
    Ok(report)
}

fn fault(db: &Db, ids: &BTreeSet<&str>, id: &str, document: &str) -> Result<Option<ChainFault>, Fault> {
    if !ids.contains(id) {
        return Ok(Some(ChainFault::Missing));
    }
    let run = match read::load(db, &RunId::new(id), Selection::All) {
        Ok(run) => run,
        Err(Fault::Damaged(_)) => return Ok(Some(ChainFault::Unreadable)),
        Err(other) => return Err(other),
    };
    Ok((document_sha256(&run)? != document).then_some(ChainFault::Altered))
}
