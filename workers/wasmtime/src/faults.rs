//! From Wasmtime's errors to outcomes.

use crate::fibers::Misuse;
use crate::mappings;
use kymo_model::Outcome;
use kymo_worker::protocol::Failure;
use wasmtime::{Error, GcHeapOutOfMemory, ThrownException, Trap, UnknownImportError, WasmBacktrace};
use wasmtime_wasi::I32Exit;

/// Wasmtime refused something: a configuration, a module.
pub fn failed(error: Error) -> Failure {
    Failure::failed(format!("{error:#}"))
}

/// The module's imports cannot be had.
pub fn unlinkable(error: Error) -> Failure {
    Failure::invalid(match error.downcast_ref::<UnknownImportError>() {
        Some(unknown) => format!("import \"{}\"::\"{}\" is unknown", unknown.module(), unknown.name()),
        None => format!("{error:#}"),
    })
}

/// Guest code was left by an error: the exit code where it asked to exit, else a failure.
pub fn left(error: Error) -> Result<i32, Failure> {
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return Ok(exit.0);
    }
    if error.is::<GcHeapOutOfMemory<()>>() {
        return Err(Failure { outcome: Outcome::OutOfMemory { message: described(&error) } });
    }
    if mappings::refused(&error) {
        let text = described(&error);
        // The reason before the backtrace: a table shows one line.
        let (what, frames) = text.split_once('\n').unwrap_or((&text, ""));
        let message = format!("{what}: {}\n{frames}", mappings::reason()).trim_end().to_owned();
        return Err(Failure { outcome: Outcome::OutOfMemory { message } });
    }
    // All else is an error of a host function, or of the engine.
    let by_guest = error.is::<Trap>() || error.is::<ThrownException>() || error.is::<Misuse>();
    let message = described(&error);
    Err(if by_guest { Failure::trapped(message) } else { Failure::failed(message) })
}

/// Guest code was left by an error before the region that counts.
pub fn left_early<T>(error: Error) -> Result<T, Failure> {
    let code = left(error)?;
    Err(Failure::invalid(format!("the guest exited with code {code} before its region")))
}

/// The cause, and the functions that were active, innermost first; a recursion takes one line.
pub fn described(error: &Error) -> String {
    let frames = error.downcast_ref::<WasmBacktrace>().map_or(&[][..], WasmBacktrace::frames);
    let names: Vec<String> = frames
        .iter()
        .map(|frame| frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), str::to_owned))
        .collect();
    let mut lines = vec![error.root_cause().to_string()];
    for run in names.chunk_by(|one, next| one == next) {
        lines.push(match run {
            [once] => format!("  at {once}"),
            [first, ..] => format!("  at {first}, {} times", run.len()),
            [] => continue,
        });
    }
    lines.join("\n")
}
