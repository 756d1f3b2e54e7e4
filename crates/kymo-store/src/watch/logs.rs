//! Jobs' logs. They come in pieces, some of them again; what is kept is each byte once, of all tries one after the other.

use super::job_row::{self, JobRow};
use super::{JobLog, Refusal};
use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{JobId, LogPiece};

/// A piece's bytes at most.
const PIECE_MAX_BYTES: usize = 64 << 10;

/// A kept piece's bytes at most: each control character in it is one of three bytes.
const KEPT_MAX_BYTES: u64 = 3 * PIECE_MAX_BYTES as u64 + CUT.len() as u64;

/// Bytes of a job's log that are kept; what comes behind is counted and dropped.
const LOG_MAX_BYTES: u64 = 32 << 20;

/// What stands at the end of a log that was cut.
const CUT: &str = "\n[the log goes on; the rest is not kept]\n";

/// Appends the part of a piece that was not sent before. A piece that begins behind what was sent waits: the agent is
/// told by how much the server has. Gives that, in bytes of this try's log.
pub fn append(db: &Db, job: &JobRow, piece: Option<&LogPiece>) -> Result<u64, Fault> {
    const PIECE: &str = "a piece of a log";
    let heard = job.log_heard_bytes;
    let Some(piece) = piece else { return Ok(heard) };
    if piece.text.len() > PIECE_MAX_BYTES {
        return Err(Refusal::invalid(PIECE, format!("at most {PIECE_MAX_BYTES} bytes")).into());
    }
    let known = match heard.checked_sub(piece.offset) {
        Some(known) if known < piece.text.len() as u64 => known as usize,
        _ => return Ok(heard),
    };
    let Some(new) = piece.text.get(known..) else {
        let problem = format!("it was cut within a character before, at byte {heard} of the log");
        return Err(Refusal::invalid(PIECE, problem).into());
    };
    let now_heard = heard + new.len() as u64;
    let kept = keep(db, job, &plain(new))?;
    db.execute(sql::COUNT_LOG, &[&kept, &now_heard, &job.id])?;
    Ok(now_heard)
}

/// Says in the log that another try begins.
pub fn begin_try(db: &Db, job: &JobRow, attempt: u32) -> Result<(), Fault> {
    if job.log_bytes == 0 {
        return Ok(());
    }
    let kept = keep(db, job, &format!("\n[try {attempt} on {}]\n", job.machine))?;
    db.execute(sql::COUNT_LOG, &[&kept, &0_u64, &job.id])?;
    Ok(())
}

/// Keeps a text at the end of a job's log, as far as there is room; the log's length then.
fn keep(db: &Db, job: &JobRow, text: &str) -> Result<u64, Fault> {
    let there = job.log_bytes;
    if there > LOG_MAX_BYTES {
        return Ok(there);
    }
    let room = LOG_MAX_BYTES - there;
    if text.len() as u64 > room {
        // Beyond the limit by its last words: what comes next is known to be behind the end.
        let cut = format!("{}{CUT}", &text[..end_in(text, room)]);
        db.execute(sql::ADD_LOG, &[&job.id, &there, &cut])?;
        return Ok(there + cut.len() as u64);
    }
    db.execute(sql::ADD_LOG, &[&job.id, &there, &text])?;
    Ok(there + text.len() as u64)
}

/// The text without what does something to a terminal, and without the character that PostgreSQL has no place for.
fn plain(text: &str) -> String {
    let plain = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    text.chars().map(plain).collect()
}

/// A stretch of a job's log.
pub fn read(db: &Db, id: JobId, offset: u64, limit_bytes: u32) -> Result<Option<JobLog>, Fault> {
    let Some(job) = job_row::find(db, id)? else { return Ok(None) };
    let offset = offset.min(job.log_bytes);
    let end = offset.saturating_add(u64::from(limit_bytes)).min(job.log_bytes);
    let pieces: Vec<(u64, String)> =
        db.rows(sql::LOG, &[&id.0, &offset.saturating_sub(KEPT_MAX_BYTES), &end], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let (mut text, mut start) = (String::new(), offset);
    for (at, piece) in pieces {
        let from = start_in(&piece, offset.saturating_sub(at));
        let to = end_in(&piece, end - at);
        if from >= to {
            continue;
        }
        if text.is_empty() {
            start = at + from as u64;
        }
        text.push_str(&piece[from..to]);
    }
    Ok(Some(JobLog { total_bytes: job.log_bytes, offset: start, text }))
}

/// The first start of a character at or behind this byte.
fn start_in(text: &str, byte: u64) -> usize {
    let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    (byte..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// The last end of a character at or before this byte.
fn end_in(text: &str, byte: u64) -> usize {
    let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    (0..=byte).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
