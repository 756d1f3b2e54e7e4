//! Uploads: results on their way, in pieces, so that a cut connection loses one piece at most.

use super::words::hex;
use super::{Put, Refusal, machines};
use crate::db::{Db, Lock};
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::UploadState;
use sha2::{Digest, Sha256};

/// Bytes of an upload at most.
const SIZE_MAX_BYTES: u64 = 64 << 20;

/// Bytes of a piece at most.
const PIECE_MAX_BYTES: usize = 8 << 20;

/// Bytes of a piece at least, unless it is the last: a row of the database each, and not one for every byte.
const PIECE_MIN_BYTES: usize = 16 << 10;

/// Unfinished uploads of a machine at most.
const UNFINISHED_MAX: i64 = 16;

/// Uploads of a machine that are whole and belong to no ended job, at most: two jobs' worth.
const WHOLE_MAX: i64 = 128;

/// After how long untouched an upload is given up, in milliseconds.
const KEPT_MS: i64 = 7 * 86_400_000;

/// An upload's row.
struct UploadRow {
    size: u64,
    there: u64,
    complete: bool,
}

impl UploadRow {
    fn state(&self) -> UploadState {
        UploadState { offset: self.there, complete: self.complete }
    }
}

fn find(db: &Db, machine: &str, sha256: &str) -> Result<Option<UploadRow>, Fault> {
    db.row(sql::UPLOAD, &[&machine, &sha256], |row| {
        Ok(UploadRow { size: row.get(0)?, there: row.get(1)?, complete: row.get(2)? })
    })
}

fn refused(problem: impl Into<String>) -> Fault {
    Refusal::invalid("an upload", problem).into()
}

/// How much is there.
pub fn state(db: &Db, machine: &str, sha256: &str) -> Result<UploadState, Fault> {
    let found = find(db, machine, sha256)?;
    Ok(found.map_or(UploadState { offset: 0, complete: false }, |row| row.state()))
}

/// What became of a piece.
pub enum Piece {
    Put(Put),
    /// With it all bytes came, and they are not those of the hash; nothing of them is kept.
    Wrong,
}

/// Adds a piece.
pub fn put(
    db: &Db,
    now_ms: i64,
    machine: &str,
    sha256: &str,
    offset: u64,
    size: u64,
    bytes: &[u8],
) -> Result<Piece, Fault> {
    check(sha256, offset, size, bytes)?;
    db.lock(Lock::Named("uploads", machine))?;
    let row = match find(db, machine, sha256)? {
        Some(row) => row,
        None => begin(db, now_ms, machine, sha256, size)?,
    };
    if row.size != size {
        return Err(refused(format!("it was begun with a size of {} bytes, not {size}", row.size)));
    }
    if row.complete || row.there != offset {
        // What is there already comes again when an answer was lost.
        return Ok(Piece::Put(Put::Elsewhere(row.state())));
    }
    let there = offset + bytes.len() as u64;
    if !bytes.is_empty() {
        db.execute(sql::ADD_CHUNK, &[&machine, &sha256, &offset, &bytes])?;
    }
    let complete = there == size;
    if complete && hash(db, machine, sha256)? != sha256 {
        delete(db, machine, sha256)?;
        return Ok(Piece::Wrong);
    }
    db.execute(sql::GROW_UPLOAD, &[&there, &complete, &now_ms, &machine, &sha256])?;
    Ok(Piece::Put(Put::Taken(UploadState { offset: there, complete })))
}

/// What whoever sent the wrong bytes is told.
pub fn wrong(sha256: &str) -> Refusal {
    Refusal::invalid(
        "an upload",
        format!("its bytes do not have the SHA-256 {sha256}: send it again from the beginning"),
    )
}

fn check(sha256: &str, offset: u64, size: u64, bytes: &[u8]) -> Result<(), Fault> {
    if sha256.len() != 64 || !sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(refused("it is named by its SHA-256, in 64 lower-case hexadecimal digits"));
    }
    if size == 0 || size > SIZE_MAX_BYTES {
        return Err(refused(format!("its size is from 1 to {SIZE_MAX_BYTES} bytes")));
    }
    if bytes.len() > PIECE_MAX_BYTES {
        return Err(refused(format!("a piece has at most {PIECE_MAX_BYTES} bytes")));
    }
    let end = offset.checked_add(bytes.len() as u64).filter(|end| *end <= size);
    let Some(end) = end else {
        return Err(refused(format!("a piece ends behind the size of {size} bytes")));
    };
    if bytes.len() < PIECE_MIN_BYTES && end != size {
        return Err(refused(format!("a piece that is not the last has at least {PIECE_MIN_BYTES} bytes")));
    }
    Ok(())
}

fn begin(db: &Db, now_ms: i64, machine: &str, sha256: &str, size: u64) -> Result<UploadRow, Fault> {
    machines::known(db, machine)?;
    let (all, whole): (i64, i64) = db.one(sql::UPLOADS, &[&machine], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if all - whole >= UNFINISHED_MAX {
        return Err(Refusal::not_now(format!("{machine} has {UNFINISHED_MAX} unfinished uploads: finish one")).into());
    }
    if whole >= WHOLE_MAX {
        let problem = format!("{machine} has {WHOLE_MAX} uploads that no job was ended with: end one");
        return Err(Refusal::not_now(problem).into());
    }
    db.execute(sql::BEGIN_UPLOAD, &[&machine, &sha256, &size, &now_ms])?;
    Ok(UploadRow { size, there: 0, complete: false })
}

fn hash(db: &Db, machine: &str, sha256: &str) -> Result<String, Fault> {
    let mut hash = Sha256::new();
    db.each(sql::CHUNKS, &[&machine, &sha256], |row| {
        hash.update(row.get::<&[u8]>(0)?);
        Ok(())
    })?;
    Ok(hex(&hash.finalize()))
}

/// All bytes of an upload that is whole.
pub fn bytes(db: &Db, machine: &str, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
    let Some(row) = find(db, machine, sha256)?.filter(|row| row.complete) else { return Ok(None) };
    let mut all = Vec::with_capacity(row.size as usize);
    db.each(sql::CHUNKS, &[&machine, &sha256], |row| {
        all.extend_from_slice(row.get::<&[u8]>(0)?);
        Ok(())
    })?;
    Ok(Some(all))
}

pub fn delete(db: &Db, machine: &str, sha256: &str) -> Result<(), Fault> {
    db.execute(sql::DELETE_UPLOAD, &[&machine, &sha256])?;
    Ok(())
}

/// Uploads that nobody touched for long.
pub fn old(db: &Db, now_ms: i64) -> Result<Vec<(String, String)>, Fault> {
    db.rows(sql::OLD_UPLOADS, &[&(now_ms - KEPT_MS)], |row| Ok((row.get(0)?, row.get(1)?)))
}
