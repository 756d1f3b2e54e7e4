//! What agents ask and report. Whatever they send may come from a hostile machine.

use super::access::Access;
use super::answer::Answer;
use super::call::Call;
use super::problem::{Kind, Problem};
use super::route::{Field, Route};
use crate::clean::line;
use crate::results;
use axum::http::{Method, StatusCode};
use kymo_model::Commit;
use kymo_model::watch::agent::{LogPiece, Order};
use kymo_model::watch::{
    EndRequest, EndResponse, Granted, Heartbeat, HeartbeatAnswer, JobEnd, LeaseId, LeaseRequest, MachineReport,
    UploadState,
};
use kymo_store::Put;
use serde_json::json;

/// Bytes of one piece of an upload at most.
pub const PIECE_MAX: usize = 4 << 20;

/// Bytes of a heartbeat at most: 64 KiB of log, escaped at worst, and a report.
const BEAT_MAX: usize = 768 << 10;

/// Bytes of a piece of log at most.
const LOG_MAX: usize = 64 << 10;

/// Results of one job at most.
const RESULTS_MAX: usize = 64;

const PIECE: [Field; 2] = [
    Field {
        name: "offset",
        schema: || json!({"type": "integer", "minimum": 0, "maximum": i64::MAX}),
        what: "bytes of the upload before this piece",
        required: true,
    },
    Field {
        name: "size",
        schema: || json!({"type": "integer", "minimum": 1, "maximum": i64::MAX}),
        what: "bytes of the whole upload",
        required: true,
    },
];

/// The routes.
pub fn routes() -> Vec<Route> {
    let agent = |route: Route| route.access(Access::Agent);
    vec![
        agent(Route::lease("/agent/lease"))
            .takes::<LeaseRequest>()
            .gives::<Granted>(200)
            .gives_nothing(204)
            .summary("Ask for a job, and wait for one"),
        agent(Route::post("/agent/leases/{lease}/heartbeat", heartbeat))
            .takes::<Heartbeat>()
            .up_to(BEAT_MAX)
            .gives::<HeartbeatAnswer>(200)
            .summary("Keep a lease, and say how far the job is"),
        agent(Route::get("/agent/uploads/{sha256}", upload))
            .gives::<UploadState>(200)
            .summary("How much of an upload is there"),
        agent(Route::other(Method::PUT, "/agent/uploads/{sha256}", put))
            .query(&PIECE)
            .takes_bytes(PIECE_MAX)
            .gives::<UploadState>(200)
            .gives::<UploadState>(409)
            .summary("Add a piece to an upload; 409 with the state when it begins elsewhere"),
        agent(Route::post("/agent/leases/{lease}/end", end))
            .takes::<EndRequest>()
            .up_to(BEAT_MAX)
            .gives::<EndResponse>(200)
            .summary("End a job, with its results"),
    ]
}

/// Makes what an agent says of its machine fit to be kept and shown.
///
/// # Errors
/// When it is more than a report can be.
pub fn report(report: &mut MachineReport) -> Result<(), Problem> {
    if report.paused_because.len() > 32 {
        return Err(Problem::invalid("report.paused_because has more than 32 lines"));
    }
    if report.session.is_empty() || report.session.len() > 128 {
        return Err(Problem::invalid("report.session must have from 1 to 128 characters"));
    }
    let numbers = [Some(report.disk_free.get()), Some(report.disk_size.get()), report.calibrated_unix_s];
    if numbers.into_iter().flatten().any(|number| i64::try_from(number).is_err()) {
        return Err(Problem::invalid("a number in the report is too large"));
    }
    report.agent = line(&report.agent, 100);
    report.paused_because.iter_mut().for_each(|because| *because = line(because, 300));
    results::machine(&mut report.machine);
    Ok(())
}

fn log(piece: Option<&LogPiece>) -> Result<(), Problem> {
    let Some(piece) = piece else { return Ok(()) };
    if piece.text.len() > LOG_MAX || i64::try_from(piece.offset).is_err() {
        return Err(Problem::invalid(format!("a piece of log has {LOG_MAX} bytes at most")));
    }
    Ok(())
}

fn lease(call: &Call) -> Result<LeaseId, Problem> {
    let text = call.param("lease");
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if plain && (1..=128).contains(&text.len()) { Ok(LeaseId(text.to_owned())) } else { Err(gone()) }
}

fn gone() -> Problem {
    Problem::new(Kind::LeaseGone, "this machine holds no such lease any more: drop the job, and ask for another")
}

fn heartbeat(call: &Call) -> Result<Answer, Problem> {
    let (machine, lease) = (call.machine()?, lease(call)?);
    let mut beat: Heartbeat = call.json()?;
    report(&mut beat.report)?;
    log(beat.log.as_ref())?;
    beat.progress.text = line(&beat.progress.text, 200);
    if beat.progress.done.is_some_and(|done| !(0.0..=1.0).contains(&done.get())) {
        return Err(Problem::invalid("progress.done goes from 0 to 1"));
    }
    let lasts_s = call.api.options.lease_s;
    Answer::ok(&call.store(|store| store.heartbeat(machine, &lease, &beat, lasts_s))?.ok_or_else(gone)?)
}

/// The hash in the path.
fn sha256(call: &Call) -> Result<&str, Problem> {
    let text = call.param("sha256");
    let hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if hex && text.len() == 64 {
        Ok(text)
    } else {
        Err(Problem::invalid("an upload's name is its SHA-256: 64 hexadecimal digits in lower case"))
    }
}

fn upload(call: &Call) -> Result<Answer, Problem> {
    let (machine, sha256) = (call.machine()?, sha256(call)?);
    Answer::ok(&call.store(|store| store.upload_state(machine, sha256))?)
}

fn put(call: &Call) -> Result<Answer, Problem> {
    let (machine, sha256) = (call.machine()?, sha256(call)?);
    let (offset, size) = (call.number("offset")?.unwrap_or_default(), call.number("size")?.unwrap_or_default());
    if size > results::PACKED_MAX {
        return Err(Problem::new(Kind::TooLarge, format!("an upload has {} bytes at most", results::PACKED_MAX)));
    }
    if call.body.is_empty() || offset.saturating_add(call.body.len() as u64) > size {
        return Err(Problem::invalid("a piece has a byte at least, and ends within the size"));
    }
    match call.store(|store| store.put_upload(machine, sha256, offset, size, &call.body))? {
        Put::Taken(state) => Answer::ok(&state),
        Put::Elsewhere(state) => Answer::json(StatusCode::CONFLICT, &state),
    }
}

/// The job's commit as the project's own history has it. What a checkout says of it is only for people to read: a tree that
/// is another commit's would put points at that one's place.
fn commit(call: &Call, order: &Order, said: Option<Commit>) -> Result<Commit, Problem> {
    if let Some(said) = &said
        && said.hash != order.commit
    {
        // The store refuses it, with the reason.
        return Ok(Commit::unknown(said.hash.clone()));
    }
    let known = call.api.mirrors.known(&order.policy, &order.commit)?;
    if known.tree.is_some() {
        return Ok(known);
    }
    let mut commit = said.unwrap_or(known);
    results::commit(&mut commit);
    Ok(Commit { tree: None, parents: Vec::new(), ..commit })
}

fn end(call: &Call) -> Result<Answer, Problem> {
    let (machine, lease) = (call.machine()?, lease(call)?);
    let mut request: EndRequest = call.json()?;
    log(request.log.as_ref())?;
    if request.results.len() > RESULTS_MAX {
        return Err(Problem::invalid(format!("a job has {RESULTS_MAX} results at most")));
    }
    let hash =
        |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !request.results.iter().all(hash) {
        return Err(Problem::invalid("results are named by their SHA-256: 64 hexadecimal digits in lower case"));
    }
    match &mut request.end {
        JobEnd::Failed { message, .. } | JobEnd::Rejected { message } => *message = line(message, 500),
        _ => {}
    }
    if let Some(environment) = &mut request.environment {
        environment.0 = line(&environment.0, 200);
    }
    let order = call.store(|store| store.holder(machine, &lease))?.ok_or_else(gone)?;
    // Each may hold much memory; an agent that waits here is not lost, and asks again.
    let Ok(_one) = call.api.ends.clone().try_acquire_owned() else {
        let detail = "results of other jobs are being checked: try again";
        return Err(Problem { retry_after_s: Some(1), ..Problem::new(Kind::Unavailable, detail) });
    };
    let commit = commit(call, &order, request.commit.take())?;
    let checked = results::of_job(&call.api, machine, &order, &commit, &request.results);
    request.commit = Some(commit);
    let (end, filed) = match checked? {
        Ok(filed) => (request.end.clone(), filed),
        Err(message) => (JobEnd::Rejected { message: line(&message, 500) }, Vec::new()),
    };
    let response = call.store(|store| store.end_job(machine, &lease, &request, &end, &filed))?.ok_or_else(gone)?;
    if !response.runs.is_empty() {
        super::projects::sync_and_detect_later(&call.api, &order.policy);
    }
    Answer::ok(&response)
}
