//! `kymo project`.

use super::{console, existing, print, print_json, store};
use crate::cli::{Format, ProjectCommand, ProjectSetArgs};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use kymo_model::watch::{Limits, ProjectPolicy};
use kymo_model::{Bytes, Seconds};
use std::process::ExitCode;

/// Projects that are watched.
pub fn project(context: &Context, command: &ProjectCommand) -> Result<ExitCode, CliError> {
    let mut store = if matches!(command, ProjectCommand::Set(_)) { store(context)? } else { existing(context)? };
    match command {
        ProjectCommand::Set(args) => {
            let policy = policy(args);
            kymo_tracker::check_policy(&policy, args.allow_file_remotes).map_err(CliError::usage)?;
            store.set_policy(&console(), &policy)?;
        }
        ProjectCommand::List(args) => list(context, &store.policies()?, args.format)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn policy(args: &ProjectSetArgs) -> ProjectPolicy {
    let build = (args.build_time, args.build_memory, args.build_disk, args.build_processes);
    let measure = (args.measure_time, args.measure_memory, args.measure_disk, args.measure_processes);
    ProjectPolicy {
        project: args.name.clone(),
        remote: args.remote.clone(),
        branch: args.branch.clone(),
        machines: args.machines.clone(),
        network_in_prepare: args.network_in_prepare,
        build_limits: limits(build),
        measure_limits: limits(measure),
        attempts_max: args.attempts,
        queued_max: args.queued,
    }
}

type Given = (Option<Seconds>, Option<Bytes>, Option<Bytes>, Option<u32>);

fn limits((time, memory, disk, processes): Given) -> Limits {
    let usual = Limits::default();
    Limits {
        wall_time: time.unwrap_or(usual.wall_time),
        memory: memory.unwrap_or(usual.memory),
        disk: disk.unwrap_or(usual.disk),
        processes: processes.unwrap_or(usual.processes),
        ..usual
    }
}

fn list(context: &Context, policies: &[ProjectPolicy], format: Format) -> Result<(), CliError> {
    if format == Format::Json {
        return print_json(&policies);
    }
    let mut rows = vec![["project", "branch", "machines", "network in prepare", "remote"].map(str::to_owned).to_vec()];
    rows.extend(policies.iter().map(|policy| {
        let network = if policy.network_in_prepare { "yes" } else { "no" };
        vec![
            policy.project.to_string(),
            policy.branch.clone(),
            policy.machines.join(" "),
            network.to_owned(),
            policy.remote.clone(),
        ]
    }));
    print(&columns(&rows, context.colour))
}
