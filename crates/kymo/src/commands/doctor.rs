//! `kymo doctor`.

use super::calibrate;
use crate::cli::{DoctorArgs, Format};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use kymo_measure::doctor::{Check, Status, checks};
use kymo_model::Machine;
use std::io::Write;
use std::process::ExitCode;

/// Says what makes this machine unfit for measuring; calibrates it if asked.
pub fn doctor(context: &Context, args: &DoctorArgs) -> Result<ExitCode, CliError> {
    if args.calibrate {
        return calibrate::calibrate(context, args);
    }
    let machine = kymo_measure::fingerprint::machine();
    let mut found = checks();
    if args.agent {
        found.extend(of_the_sandbox());
    }
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Json => {
            let list: Vec<serde_json::Value> = found
                .iter()
                .map(|check| {
                    serde_json::json!({"name": check.name, "status": status(check.status).trim(),
                        "finding": check.finding, "remedy": check.remedy})
                })
                .collect();
            let document = serde_json::json!({"machine": machine, "checks": list});
            serde_json::to_writer(&mut out, &document).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => print(&mut out, &machine, &found, context)?,
        Format::Csv | Format::Markdown => {
            return Err(CliError::usage("kymo doctor writes --format table or json"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the sandbox lacks on this machine.
fn of_the_sandbox() -> Vec<Check> {
    let lacks = kymo_sandbox::check();
    if lacks.is_empty() {
        let finding = "everything that a job may ask for can be limited".to_owned();
        return vec![Check { name: "sandbox", status: Status::Good, finding, remedy: None }];
    }
    let check = |one: kymo_sandbox::Finding| {
        let no_job = if one.is_needed { "no job can run: " } else { "" };
        let finding = format!("{no_job}{}", one.message);
        Check { name: "sandbox", status: Status::Warning, finding, remedy: Some(one.remedy) }
    };
    lacks.into_iter().map(check).collect()
}

fn print(out: &mut impl Write, machine: &Machine, found: &[Check], context: &Context) -> Result<(), CliError> {
    let unknown = "unknown".to_owned();
    let cpu = machine.cpu_model.as_ref().unwrap_or(&unknown);
    let kernel = machine.kernel.as_ref().unwrap_or(&unknown);
    writeln!(
        out,
        "machine {} (fingerprint {}): {cpu}, {} logical processors, kernel {kernel}",
        machine.name, machine.fingerprint, machine.logical_cpus
    )?;
    let mut rows = vec![["", "check", "finding", "how to mend it"].map(str::to_owned).to_vec()];
    rows.extend(found.iter().map(|check| {
        let remedy = check.remedy.clone().unwrap_or_default();
        vec![status(check.status).to_owned(), check.name.to_owned(), check.finding.clone(), remedy]
    }));
    out.write_all(columns(&rows, context.colour).as_bytes())?;
    let calibrated = context.store_exists() && !context.store()?.floors(&machine.fingerprint)?.is_empty();
    if calibrated {
        writeln!(out, "the noise floor of this machine is calibrated; verdicts use it")?;
    } else {
        writeln!(out, "the noise floor of this machine is not known; kymo doctor --calibrate measures it")?;
    }
    Ok(())
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Good => "good",
        Status::Warning => "warning",
        Status::Unknown => "unknown",
    }
}
