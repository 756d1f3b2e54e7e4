//! Benchmark machines.

use super::words::{self, check_line};
use super::{Refusal, seconds};
use crate::db::{Db, Row};
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{JobId, MachineReport, MachineState, MachineView};
use std::collections::HashMap;

/// After how long without a word a machine is called silent, in milliseconds.
const SILENT_MS: i64 = 60_000;

/// A report's bytes at most, as JSON.
const REPORT_MAX_BYTES: usize = 64 << 10;

/// A session name's bytes at most.
const SESSION_MAX_BYTES: usize = 128;

/// A machine's row.
pub struct MachineRow {
    pub name: String,
    pub report: Option<MachineReport>,
    pub session: Option<String>,
    pub unfit: bool,
    pub heard_ms: Option<i64>,
    pub paused_because: Option<String>,
}

fn columns(row: &Row<'_>) -> Result<MachineRow, Fault> {
    let report: Option<String> = row.get(1)?;
    Ok(MachineRow {
        name: row.get(0)?,
        report: report.map(|text| words::of_json("a machine's report", &text)).transpose()?,
        session: row.get(2)?,
        unfit: row.get(3)?,
        heard_ms: row.get(4)?,
        paused_because: row.get(5)?,
    })
}

/// Makes a machine; one that is there stays as it is.
pub fn add(db: &Db, now_ms: i64, name: &str) -> Result<(), Fault> {
    db.execute(sql::ADD_MACHINE, &[&name, &seconds(now_ms)])?;
    Ok(())
}

/// The machine, which must be there.
pub fn known(db: &Db, name: &str) -> Result<MachineRow, Fault> {
    Ok(db.row(sql::MACHINE, &[&name], columns)?.ok_or_else(|| Refusal::no_such("machine", name))?)
}

/// Keeps what an agent says of its machine.
pub fn hear(db: &Db, now_ms: i64, name: &str, report: &MachineReport) -> Result<(), Fault> {
    if report.session.is_empty() {
        return Err(Refusal::invalid("the session of an agent", "it is empty").into());
    }
    check_line("the session of an agent", &report.session, SESSION_MAX_BYTES)?;
    let text = words::json(report)?;
    if text.len() > REPORT_MAX_BYTES {
        return Err(Refusal::invalid("the report of a machine", format!("at most {REPORT_MAX_BYTES} bytes")).into());
    }
    let unfit = !report.paused_because.is_empty();
    db.execute(sql::HEAR, &[&text, &report.session, &unfit, &now_ms, &name])?;
    Ok(())
}

/// Sets when a machine was heard of, as to correct a time that lies ahead.
pub fn heard_at(db: &Db, at_ms: i64, name: &str) -> Result<(), Fault> {
    db.execute(sql::HEARD_AT, &[&at_ms, &name])?;
    Ok(())
}

pub fn pause(db: &Db, name: &str, because: Option<&str>) -> Result<(), Fault> {
    const BECAUSE: &str = "the reason of a pause";
    if let Some(because) = because {
        check_line(BECAUSE, because, 500)?;
        if because.trim().is_empty() {
            return Err(Refusal::invalid(BECAUSE, "say why, for whoever finds the machine paused").into());
        }
    }
    match db.execute(sql::PAUSE, &[&because, &name])? {
        0 => Err(Refusal::no_such("machine", name).into()),
        _ => Ok(()),
    }
}

/// All machines, with the jobs that they hold and those that wait for them.
pub fn all(db: &Db, now_ms: i64) -> Result<Vec<MachineView>, Fault> {
    let waiting: HashMap<String, u32> =
        db.rows(sql::WAITING_COUNTS, &[], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect();
    let held: HashMap<String, u64> =
        db.rows(sql::HOLDERS, &[], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect();
    let rows = db.rows(sql::MACHINES, &[], columns)?;
    let view = |row: MachineRow| {
        let job = held.get(&row.name).copied().map(JobId);
        MachineView {
            state: state(&row, job, now_ms),
            job,
            queued: waiting.get(&row.name).copied().unwrap_or(0),
            heard_unix_s: row.heard_ms.map(seconds),
            paused_by_operator: row.paused_because,
            report: row.report,
            name: row.name,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

fn state(row: &MachineRow, job: Option<JobId>, now_ms: i64) -> MachineState {
    match row.heard_ms {
        None => MachineState::New,
        // One that is silent is that before anything else: what it said last may not be so any more.
        Some(heard) if now_ms - heard > SILENT_MS => MachineState::Silent,
        _ if job.is_some() => MachineState::Running,
        _ if row.unfit || row.paused_because.is_some() => MachineState::Paused,
        _ => MachineState::Idle,
    }
}

/// Machines that could take a job now.
pub fn waiting(db: &Db) -> Result<Vec<String>, Fault> {
    db.rows(sql::WAITING_MACHINES, &[], |row| row.get(0))
}
