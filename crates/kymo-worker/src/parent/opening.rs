//! What every conversation has alike: the hello and the opening before, the closing after.

use super::conversation::{Break, Conversation, Excess};
use super::invoke::{Limits, Order};
use super::judge;
use crate::protocol::{PROTOCOL, Request, Response};
use kymo_model::{Outcome, Settings};
use std::time::Instant;

/// How the conversation went where there was no answer: an outcome that the worker reported, or a break.
pub(super) enum Stop {
    Outcome(Outcome),
    Broke(Break),
}

impl From<Break> for Stop {
    fn from(cause: Break) -> Self {
        Self::Broke(cause)
    }
}

/// Hears the hello and opens the module; the settings as the worker resolved them.
pub(super) fn open(
    conversation: &mut Conversation,
    order: &Order,
    deadline: Instant,
    watch: &mut dyn FnMut(u32) -> Option<Excess>,
) -> Result<Settings, Stop> {
    let hello = conversation.hello(deadline, watch)?;
    if hello.protocol != PROTOCOL {
        let message = format!("the worker speaks protocol {}, this kymo speaks {PROTOCOL}", hello.protocol);
        return Err(Stop::Outcome(Outcome::Failed { message }));
    }
    if hello.build_id != order.build_id {
        let message = "the worker is another one than when the run was planned; start a new run".to_owned();
        return Err(Stop::Outcome(Outcome::Failed { message }));
    }
    match conversation.ask(&Request::Open(order.open.clone()), deadline, watch)? {
        Response::Opened(opened) => Ok(opened.settings),
        Response::Failure(failure) => Err(Stop::Outcome(failure.outcome)),
        _ => Err(Stop::Broke(Break::Garbage("'open' was answered by neither 'opened' nor 'failure'".into()))),
    }
}

/// Asks the worker to exit. Its answers are in: an engine that crashes while it cleans up is still told of.
pub(super) fn close(conversation: &mut Conversation) -> Outcome {
    // A worker that has already gone shows it in its exit status.
    let _ = conversation.tell(&Request::Close);
    let end = conversation.finish();
    match &end {
        Ok(ended) if ended.status.success() => Outcome::Measured,
        // It did not exit in time and was killed by us: odd, but what it measured stands.
        Ok(ended) if ended.killed => Outcome::Measured,
        _ => judge::broken(&Break::Closed, &end, conversation).into_outcome(),
    }
}

/// The outcome of a conversation that broke.
pub(super) fn broke(conversation: &mut Conversation, cause: &Break, limits: &Limits) -> Outcome {
    // A closed pipe means that the process is ending by itself: let it, to see how. Else it must be ended.
    let end = if matches!(cause, Break::Closed) { conversation.finish() } else { conversation.kill() };
    let outcome = judge::broken(cause, &end, conversation).into_outcome();
    judge::with_limits(outcome, cause, limits)
}
