//! From Wasmer's errors to outcomes.

use crate::wasi::Left;
use kymo_model::Outcome;
use kymo_worker::protocol::Failure;
use wasmer::{InstantiationError, LinkError, RuntimeError};

/// An instance could not be made: the exit code where the module's start asked to exit, else a failure.
pub fn no_instance(error: InstantiationError) -> Result<i32, Failure> {
    match error {
        InstantiationError::Start(error) | InstantiationError::Link(LinkError::Trap(error)) => left(error),
        InstantiationError::Link(LinkError::Resource(message)) => {
            Err(Failure { outcome: Outcome::OutOfMemory { message } })
        }
        InstantiationError::Link(error @ LinkError::Import(..)) => Err(Failure::invalid(error.to_string())),
        other => Err(Failure::failed(other.to_string())),
    }
}

/// Guest code was left by an error: the exit code where it asked to exit, else a failure.
pub fn left(error: RuntimeError) -> Result<i32, Failure> {
    match error.downcast_ref::<Left>() {
        Some(Left::Exit(code)) => Ok(*code),
        Some(Left::Failed(why)) => Err(Failure::failed(why.clone())),
        None => Err(Failure::trapped(described(&error))),
    }
}

/// Guest code was left before the region that counts.
pub fn left_early<T>(code: Result<i32, Failure>) -> Result<T, Failure> {
    let code = code?;
    Err(Failure::invalid(format!("the guest exited with code {code} before its region")))
}

/// The cause, and the functions that were active, innermost first; a recursion takes one line.
fn described(error: &RuntimeError) -> String {
    let names: Vec<String> = error
        .trace()
        .iter()
        .map(|frame| frame.function_name().map_or_else(|| format!("function {}", frame.func_index()), str::to_owned))
        .collect();
    let mut lines = vec![error.message()];
    for run in names.chunk_by(|one, next| one == next) {
        lines.push(match run {
            [once] => format!("  at {once}"),
            [first, ..] => format!("  at {first}, {} times", run.len()),
            [] => continue,
        });
    }
    lines.join("\n")
}
