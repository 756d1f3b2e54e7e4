//! `kymo machine`.

use super::{console, existing, print, print_json, words};
use crate::cli::{Format, MachineCommand};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use crate::render::harmless::line;
use kymo_model::watch::MachineView;
use std::process::ExitCode;

/// Machines that measure.
pub fn machine(context: &Context, command: &MachineCommand) -> Result<ExitCode, CliError> {
    let mut store = existing(context)?;
    match command {
        MachineCommand::List(args) if args.format == Format::Json => print_json(&store.machines()?)?,
        MachineCommand::List(_) => print(&table(&store.machines()?, context.colour))?,
        MachineCommand::Pause(args) => {
            let because = line(&args.because).trim().to_owned();
            if because.is_empty() {
                return Err(CliError::usage("--because must say why"));
            }
            store.pause_machine(&console(), &args.name, Some(&because))?;
        }
        MachineCommand::Resume(args) => store.pause_machine(&console(), &args.name, None)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Machines as a table.
pub fn table(machines: &[MachineView], colour: bool) -> String {
    let mut rows =
        vec![["machine", "state", "job", "waiting", "heard of (UTC)", "why paused"].map(str::to_owned).to_vec()];
    rows.extend(machines.iter().map(|machine| {
        let own = machine.report.iter().flat_map(|report| &report.paused_because);
        let because: Vec<String> =
            machine.paused_by_operator.iter().chain(own).map(|because| line(because).into_owned()).collect();
        vec![
            machine.name.clone(),
            words::machine(machine.state).to_owned(),
            machine.job.map(|job| job.to_string()).unwrap_or_default(),
            machine.queued.to_string(),
            machine.heard_unix_s.map_or_else(|| "never".to_owned(), words::moment),
            because.join("; "),
        ]
    }));
    columns(&rows, colour)
}
