//! `kymo ack`, `kymo ignore`, `kymo expect`.

use super::super::measure::civil;
use crate::cli::{DecideArgs, ExpectArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::record::project;
use crate::remark::remark;
use kymo_history::{Decision, DecisionKind, Incident, Repository, decision};
use kymo_measure::clock::{Clock, SystemClock};
use kymo_store::{Project, Store};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Writes a decision about an incident, or about certain series.
pub fn decide(context: &Context, kind: DecisionKind, args: &DecideArgs) -> Result<ExitCode, CliError> {
    let store = context.store()?;
    let (project, incident) = match &args.incident {
        Some(text) => {
            let (project, incident) = project::incident(&store, text)?;
            (project, Some(incident))
        }
        None => (project::project(&store, args.project.as_ref())?, None),
    };
    let decision = Decision { series: args.series.clone(), ..about(kind, &project, incident.as_ref(), &args.reason)? };
    write(&project, args.decisions.as_deref(), &decision)
}

/// Writes that a change is meant.
pub fn expect(context: &Context, args: &ExpectArgs) -> Result<ExitCode, CliError> {
    let store = context.store()?;
    let (project, named) = named(&store, args)?;
    let mut decision = match named {
        Named::Incident(incident) => about(DecisionKind::Expect, &project, Some(&incident), &args.reason)?,
        Named::Commit => {
            let upto = project::commit(&store, &project, &args.what)?;
            Decision { upto: Some(upto), ..about(DecisionKind::Expect, &project, None, &args.reason)? }
        }
    };
    decision.series.clone_from(&args.series);
    decision.at_most = args.at_most.map(|most| most.get());
    write(&project, args.decisions.as_deref(), &decision)
}

enum Named {
    Incident(Box<Incident>),
    Commit,
}

/// What a text names: an incident where there is a project and a number of it, else a commit.
fn named(store: &Store, args: &ExpectArgs) -> Result<(Project, Named), CliError> {
    let project_of = |name: &str| store.projects().map(|all| all.into_iter().any(|one| one.name.as_str() == name));
    if let Some((name, number)) = args.what.rsplit_once('-')
        && number.parse::<u32>().is_ok()
        && project_of(name)?
    {
        let (project, incident) = project::incident(store, &args.what)?;
        return Ok((project, Named::Incident(Box::new(incident))));
    }
    Ok((project::project(store, args.project.as_ref())?, Named::Commit))
}

fn about(
    kind: DecisionKind,
    project: &Project,
    incident: Option<&Incident>,
    reason: &str,
) -> Result<Decision, CliError> {
    if reason.trim().is_empty() {
        return Err(CliError::usage("--reason is empty: say why, for whoever reviews it"));
    }
    let by = match &project.source.repository {
        Some(path) => Repository::at(Path::new(path)).and_then(|repository| repository.user()).ok().flatten(),
        None => None,
    };
    let (year, month, day) = civil(SystemClock.unix_s() / 86_400);
    Ok(Decision {
        kind,
        incident: incident.map(|incident| incident.name(project.name.as_str())),
        after: incident.map(|incident| incident.before.clone()),
        upto: incident.map(|incident| incident.upto.clone()),
        series: None,
        machine: incident.map(|incident| incident.machine.clone()),
        at_most: None,
        reason: reason.trim().to_owned(),
        by,
        date: format!("{year:04}-{month:02}-{day:02}"),
    })
}

fn write(project: &Project, named: Option<&Path>, decision: &Decision) -> Result<ExitCode, CliError> {
    let path = project::decisions_path(project, named)?;
    decision::append(&path, decision)?;
    writeln!(std::io::stdout(), "{} written to {}", decision.kind.name(), path.display())?;
    remark("commit the file: decisions count for whoever has it, and are reviewed with the code");
    Ok(ExitCode::SUCCESS)
}
