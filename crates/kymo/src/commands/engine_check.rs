use crate::{cli::EngineCheckArgs, context::Context, error::CliError};
pub fn check(_: &Context, _: &EngineCheckArgs) -> Result<std::process::ExitCode, CliError> {
    Err(CliError::usage("x"))
}
