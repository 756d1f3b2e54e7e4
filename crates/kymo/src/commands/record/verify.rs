//! `kymo verify`.

use crate::cli::{Format, VerifyArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::units;
use kymo_store::{AuditReport, ChainFault, ChainReport};
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// Reads everything again; exit code 1 if anything is wrong.
pub fn verify(context: &Context, args: &VerifyArgs) -> Result<ExitCode, CliError> {
    if let Some(head) = &args.head
        && (head.len() < 12 || !head.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Err(CliError::usage(format!(
            "--head {head}: a link has 64 hexadecimal digits; give 12 of them or more"
        )));
    }
    let mut store = context.store()?;
    if args.link {
        let count = store.link_all()?;
        remark(format_args!("{} linked", units::counted(count, "run")));
    }
    let report = store.verify(args.head.as_deref())?;
    let audit = store.verify_audit()?;
    let sound = is_sound(&report) && audit.broken.is_empty();
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Json => {
            let faults: Vec<_> =
                report.faults.iter().map(|(run, fault)| json!({"run": run, "fault": word(*fault)})).collect();
            let document = json!({
                "links": report.links, "intact": report.intact, "removed": report.removed, "faults": faults,
                "unlinked": report.unlinked, "unfinished": report.unfinished, "head": report.head,
                "head_found": report.found, "sound": sound,
                "audit": {"entries": audit.entries, "broken": audit.broken, "head": audit.head},
            });
            serde_json::to_writer(&mut out, &document).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => {
            out.write_all(text(&report, args.head.as_deref()).as_bytes())?;
            out.write_all(audit_text(&audit).as_bytes())?;
        }
        Format::Csv | Format::Markdown => return Err(CliError::usage("kymo verify writes --format table or json")),
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_sound(report: &ChainReport) -> bool {
    report.faults.is_empty() && report.found != Some(false)
}

fn word(fault: ChainFault) -> &'static str {
    match fault {
        ChainFault::Altered => "altered",
        ChainFault::Missing => "missing",
        ChainFault::Unreadable => "unreadable",
        ChainFault::Broken => "broken link",
    }
}

fn text(report: &ChainReport, head: Option<&str>) -> String {
    let mut lines = Vec::new();
    for (run, fault) in &report.faults {
        lines.push(match fault {
            ChainFault::Altered => format!("ALTERED     {run}: its document is not the one that was kept"),
            ChainFault::Missing => format!("MISSING     {run}: it was kept, and nobody removed it by kymo"),
            ChainFault::Unreadable => format!("UNREADABLE  {run}: its document cannot be read"),
            ChainFault::Broken => {
                format!("BROKEN      the link of {run} does not follow from the one before: one of them was altered, or taken out")
            }
        });
    }
    lines.push(format!(
        "{} intact, {} wrong, {} removed by kymo, {} not finished",
        units::counted(report.intact, "run"),
        report.faults.len(),
        report.removed,
        report.unfinished
    ));
    if !report.unlinked.is_empty() {
        let count = units::counted(report.unlinked.len(), "finished run");
        lines.push(format!("{count} without a link, as those of an older kymo: kymo verify --link links them"));
    }
    match (&report.head, head, report.found) {
        (_, Some(head), Some(false)) => {
            lines.push(format!("CUT OFF     no link begins with {head}: the chain ends before it, or was made anew"));
        }
        (_, Some(head), _) => lines.push(format!("the link {head} is in the chain")),
        (Some(last), None, _) => {
            lines.push(format!("last link {last}: write it down elsewhere, and give it to --head next time"))
        }
        (None, None, _) => lines.push("the chain is empty: no run is finished yet".to_owned()),
    }
    lines.join("\n") + "\n"
}

/// What is said of the audit log; nothing where there is none.
fn audit_text(audit: &AuditReport) -> String {
    let broken = audit.broken.iter().map(|entry| {
        format!("BROKEN      entry {entry} of the audit log does not follow from the one before: one of them was altered, or taken out\n")
    });
    let last = audit.head.iter().map(|head| format!("audit log: {} entries, last link {head}\n", audit.entries));
    broken.chain(last).collect()
}
