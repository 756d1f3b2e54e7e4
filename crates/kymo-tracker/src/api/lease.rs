//! An agent asks for a job, and waits for one.

use super::access::unauthenticated;
use super::agent::report;
use super::answer::Answer;
use super::call::Call;
use super::credentials::{Credentials, identify};
use super::gate::waiting;
use super::problem::{Kind, Problem};
use axum::http::Method;
use kymo_model::watch::LeaseRequest;
use kymo_store::Leased;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long an agent waits at most.
const WAIT_MAX_S: u32 = 30;

/// The store is asked again after this, woken or not: a pause may have ended, or another server's clock be ahead.
const AGAIN: Duration = Duration::from_secs(10);

/// Gives the agent a job, or says after a while that there is none.
pub async fn lease(call: Call) -> Result<Answer, Problem> {
    let machine = call.machine()?.to_owned();
    let mut request: LeaseRequest = call.json()?;
    report(&mut request.report)?;
    let until = Instant::now() + Duration::from_secs(u64::from(request.wait_s.min(WAIT_MAX_S)));
    let mut stopping = call.api.stopping.clone();
    let (call, request) = (Arc::new(call), Arc::new(request));
    let waker = call.api.wakers.of(&machine);
    let mut waited = false;
    loop {
        // Before the store is asked, so that a job that comes meanwhile wakes us.
        let woken = waker.notified();
        let (own, asked, name) = (call.clone(), request.clone(), machine.clone());
        let again = std::mem::replace(&mut waited, true);
        let leased = waiting(move || {
            if again {
                still(&own)?;
            }
            own.store(|store| store.lease(&name, &asked, own.api.options.lease_s))
        })
        .await?;
        let paused = match leased {
            Leased::Granted(granted) => return Answer::ok(&*granted),
            Leased::OtherSession => {
                let detail = "another agent with this machine's token was heard of: stop one of the two";
                return Err(Problem::new(Kind::OtherSession, detail));
            }
            Leased::Nothing => false,
            Leased::Paused => true,
        };
        if Instant::now() >= until {
            return Ok(Answer::nothing());
        }
        tokio::select! {
            () = woken, if !paused => {}
            () = tokio::time::sleep_until(until.min(Instant::now() + AGAIN)) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return Ok(Answer::nothing()),
        }
    }
}

/// Whether who waited is still who it was: a token that was revoked meanwhile gets no job.
fn still(call: &Call) -> Result<(), Problem> {
    let known = identify(&call.api, Credentials::of(&call.api, &call.headers)?, &Method::POST, &call.headers)?;
    if known.caller == call.caller { Ok(()) } else { Err(unauthenticated()) }
}
