//! From wasmi's errors to outcomes.

use kymo_worker::protocol::Failure;
use wasmi::Error;
use wasmi::errors::{ErrorKind, LinkerError};

/// wasmi refused something: a configuration, a module.
pub fn failed(error: Error) -> Failure {
    Failure::failed(error.to_string())
}

/// Guest code was left by an error: the exit code where it asked to exit, else a failure. wasmi gives no backtraces.
pub fn left(error: Error) -> Result<i32, Failure> {
    if let Some(code) = error.i32_exit_status() {
        return Ok(code);
    }
    Err(match error.kind() {
        ErrorKind::TrapCode(code) => Failure::trapped(code.trap_message()),
        ErrorKind::Linker(LinkerError::MissingDefinition { name, .. }) => {
            Failure::invalid(format!("import \"{}\"::\"{}\" is unknown", name.module(), name.name()))
        }
        // Types of imports that differ; what else can fail at instantiation is a trap by now.
        ErrorKind::Linker(_) | ErrorKind::Instantiation(_) => Failure::invalid(error.to_string()),
        _ => failed(error),
    })
}

/// Guest code was left by an error before the region that counts.
pub fn left_early<T>(error: Error) -> Result<T, Failure> {
    let code = left(error)?;
    Err(Failure::invalid(format!("the guest exited with code {code} before its region")))
}
