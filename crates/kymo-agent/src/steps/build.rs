//! Build: the project is built, without network.

use super::Stopped;
use crate::cell::Cell;
use kymo_model::watch::{Limits, ProjectFile, Step};
use kymo_sandbox::Network;

/// Runs the project's commands that build.
///
/// # Errors
/// Every other way in which they may end.
pub(crate) fn build(cell: &Cell, file: &ProjectFile, most: &Limits) -> Result<(), Stopped> {
    super::prepare::lines(cell, Step::Build, &file.build.run, Network::None, file.build.limits.within(most))
}
