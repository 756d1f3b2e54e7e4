//! The main line of a project: its commits in the order of git's ancestry, along first parents.

use crate::db::{Db, Lock, Row};
use crate::fault::Fault;
use crate::sql_record as sql;
use kymo_model::{Commit, GitHash};
use std::collections::HashMap;
use std::ops::Range;

/// A commit, and its place on the main line: from 0 at the oldest known commit; `None` off the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedCommit {
    /// The commit.
    pub commit: Commit,
    /// Its place.
    pub position: Option<u32>,
}

/// What became of a main line that was read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineChange {
    /// Commits that are new on it.
    pub added: usize,
    /// Commits that were on it and are no more.
    pub left: usize,
    /// Whether positions changed their meaning, or results that had none have one now.
    pub rewritten: bool,
}

fn placed(row: &Row<'_>) -> Result<PlacedRow, Fault> {
    Ok(PlacedRow {
        hash: row.get(0)?,
        tree: row.get(1)?,
        parents: row.get(2)?,
        committed_unix_s: row.get(3)?,
        title: row.get(4)?,
        author: row.get(5)?,
        position: row.get(6)?,
    })
}

struct PlacedRow {
    hash: String,
    tree: Option<String>,
    parents: String,
    committed_unix_s: Option<u64>,
    title: String,
    author: String,
    position: Option<u32>,
}

fn checked(row: PlacedRow) -> Result<PlacedCommit, Fault> {
    let hash = |text: &str| -> Result<GitHash, Fault> {
        text.parse().map_err(|_| Fault::Damaged(format!("'{text}' is kept as a git hash")))
    };
    let commit = Commit {
        hash: hash(&row.hash)?,
        tree: row.tree.as_deref().map(hash).transpose()?,
        parents: row.parents.split_whitespace().map(hash).collect::<Result<_, _>>()?,
        committed_unix_s: row.committed_unix_s,
        title: row.title,
        author: row.author,
    };
    Ok(PlacedCommit { commit, position: row.position })
}

/// The commits at these positions, in order.
pub fn read(db: &Db, project: i64, positions: Range<u32>) -> Result<Vec<PlacedCommit>, Fault> {
    db.rows(sql::LINE, &[&project, &positions.start, &positions.end], |row| checked(placed(row)?))
}

/// The known commits whose hash begins so; at most `limit`.
pub fn find(db: &Db, project: i64, prefix: &str, limit: u32) -> Result<Vec<PlacedCommit>, Fault> {
    let low = prefix.to_ascii_lowercase();
    // Behind every hexadecimal digit.
    let high = format!("{low}g");
    db.rows(sql::FIND_COMMIT, &[&project, &low, &high, &limit], |row| checked(placed(row)?))
}

/// Commits on the main line.
pub fn length(db: &Db, project: i64) -> Result<u32, Fault> {
    db.one(sql::LINE_LENGTH, &[&project], |row| row.get(0))
}

/// Keeps a commit; where it stands stays as it is.
pub fn keep(db: &Db, project: i64, commit: &Commit) -> Result<(), Fault> {
    let parents: Vec<&str> = commit.parents.iter().map(GitHash::as_str).collect();
    db.execute(
        sql::KEEP_COMMIT,
        &[
            &project,
            &commit.hash.as_str(),
            &commit.tree.as_ref().map(GitHash::as_str),
            &parents.join(" "),
            &commit.committed_unix_s,
            &commit.title,
            &commit.author,
        ],
    )?;
    Ok(())
}

/// Makes `line`, oldest first, the project's main line. A line that begins later than the known one (a shallow clone)
/// keeps the known beginning; what is no longer on it leaves it, and is kept.
pub fn set(db: &Db, project: i64, line: &[Commit]) -> Result<LineChange, Fault> {
    db.lock(Lock::Record)?;
    let old: Vec<String> = db.rows(sql::LINE_HASHES, &[&project], |row| row.get(0))?;
    let places: HashMap<&str, usize> = old.iter().enumerate().map(|(at, hash)| (hash.as_str(), at)).collect();
    let start = line.first().and_then(|first| places.get(first.hash.as_str()).copied()).unwrap_or(0);
    let same = old[start.min(old.len())..]
        .iter()
        .zip(line)
        .take_while(|(known, commit)| known.as_str() == commit.hash.as_str())
        .count();
    let kept = start + same;
    let left = old.len() - kept.min(old.len());
    // Positions at and behind `kept` are taken from their commits before they are given anew: a commit may move.
    db.execute(sql::LEAVE_LINE, &[&project, &(kept as i64)])?;
    for (at, commit) in line.iter().enumerate().skip(same) {
        keep(db, project, commit)?;
        db.execute(sql::PLACE_COMMIT, &[&((start + at) as i64), &project, &commit.hash.as_str()])?;
    }
    let mut change = LineChange { added: line.len() - same, left, rewritten: left > 0 };
    if change.added > 0 || change.rewritten {
        let off = off_line(db, project)?;
        place_filings(db, project)?;
        // An old result that has a place now is older than what was published of newer ones.
        change.rewritten |= off != off_line(db, project)?;
    }
    if change.rewritten {
        db.execute(sql::COUNT_LINE, &[&project])?;
    }
    Ok(change)
}

fn off_line(db: &Db, project: i64) -> Result<i64, Fault> {
    db.one(sql::OFF_LINE, &[&project], |row| row.get(0))
}

/// Puts every filing where its commit stands; where that is off the line, at a commit with the same tree, as a rebase
/// leaves behind: of several the one with the same title, then the oldest.
pub fn place_filings(db: &Db, project: i64) -> Result<(), Fault> {
    db.execute(sql::PLACE_BY_HASH, &[&project])?;
    db.execute(sql::PLACE_BY_TREE, &[&project])?;
    Ok(())
}
