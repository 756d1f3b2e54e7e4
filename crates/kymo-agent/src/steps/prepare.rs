//! Prepare: the environment is made, and what the build needs from the network is had.

use super::Stopped;
use crate::cell::{Cell, Task};
use kymo_model::watch::{Limits, Order, ProjectFile, Step};
use kymo_sandbox::Network;

/// Runs the project's commands that may need the network.
///
/// # Errors
/// Every other way in which they may end.
pub(crate) fn prepare(cell: &Cell, order: &Order, file: &ProjectFile, most: &Limits) -> Result<(), Stopped> {
    let network = order.policy.network_in_prepare && cell.options.settings.network.prepare;
    let network = if network { Network::Host } else { Network::None };
    lines(cell, Step::Prepare, &file.prepare.run, network, file.prepare.limits.within(most))
}

/// Runs lines of a shell, one after the other; the first that fails ends the job.
pub(super) fn lines(
    cell: &Cell,
    step: Step,
    lines: &[String],
    network: Network,
    limits: Limits,
) -> Result<(), Stopped> {
    cell.room(step, &limits)?;
    for (place, line) in lines.iter().enumerate() {
        cell.shared.progress(step, Some(place as f64 / lines.len() as f64), line);
        cell.shared.log.say(&format!("$ {line}"));
        let mut task = Task::new(step, line, &["/bin/sh", "-e", "-c", line], limits);
        task.network = network;
        cell.must(&task)?;
    }
    Ok(())
}
