//! `kymo report`.

use super::compare::{compare_pairs, pairs_between, pairs_within, remarks};
use super::measure::analysis_settings;
use super::run::check_writable;
use super::runs::date;
use super::sides::{Side, load_side};
use super::sweep;
use crate::cli::ReportArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::html::{self, Report, SIZE_MAX, Section, Shown, Sided, Subject};
use crate::render::{sweep as swept, units};
use crate::saving::write_file;
use kymo_lab::analysis::sweep::View;
use kymo_lab::analysis::{Settings, Table, against_base, tables};
use kymo_model::{Ratio, Run, Unit};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The name that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// Writes the report and says where it is.
pub fn report(context: &Context, args: &ReportArgs) -> Result<ExitCode, CliError> {
    let to_file = |path: &&PathBuf| path.as_os_str() != STANDARD_OUTPUT;
    if let Some(path) = args.out.as_ref().filter(to_file) {
        check_writable("--out", path)?;
    }
    let sides = args.runs.iter().map(|text| load_side(context, text)).collect::<Result<Vec<Side>, CliError>>()?;
    let sections = match sides.as_slice() {
        [a, b] if !args.each => vec![between(context, a, b, args)?],
        several => several.iter().map(|side| alone(context, side, args)).collect::<Result<_, CliError>>()?,
    };
    let title = args.title.clone().unwrap_or_else(|| title(&sections));
    let command = made_by(&sides, args);
    let page = html::page(&Report { title, sections, command, version: env!("CARGO_PKG_VERSION") });
    if page.len() > SIZE_MAX && !args.quiet {
        let size = units::quantity(page.len() as f64, Unit::Byte);
        remark(format_args!("the report has {size}, without plots of raw samples: name fewer runs in one"));
    }
    let path = args.out.clone().unwrap_or_else(|| file_name(&sides));
    write(&path, &page)?;
    if path.as_os_str() != STANDARD_OUTPUT && !args.quiet {
        writeln!(std::io::stdout(), "{}", path.display())?;
    }
    // The process ends here: taking thousands of invocations apart first is time that a person waits.
    std::mem::forget(sides);
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, page: &str) -> Result<(), CliError> {
    if path.as_os_str() == STANDARD_OUTPUT {
        let mut out = std::io::stdout().lock();
        out.write_all(page.as_bytes())?;
        return Ok(out.flush()?);
    }
    write_file(path, &mut |out| out.write_all(page.as_bytes()))
        .map_err(|error| CliError::failure(format!("cannot write {}: {error}", path.display())))
}

/// A run by itself, or its variants against the one that was named.
fn alone<'a>(context: &Context, side: &'a Side, args: &ReportArgs) -> Result<Section<'a>, CliError> {
    let run = &side.run;
    if side.variant.is_some() {
        let settings = settings(context, &[run], args.margin.or(run.plan.margin()), args)?;
        return compared(side, side, &pairs_within(side)?, &settings, vec![typed(side)]);
    }
    let settings = settings(context, &[run], args.margin.or(run.plan.margin()), args)?;
    let (shown, notes) = if run.plan.sweep.is_some() {
        let analysed = sweep::analysed(run, &View::default(), &settings)?;
        let tables: Vec<Table> = analysed.charts.iter().map(|chart| chart.table.clone()).collect();
        let mut notes = html::notes(run, &tables, &[]);
        notes.extend(swept::remarks(&analysed));
        (Shown::Sweep(Box::new(analysed)), notes)
    } else {
        let (tables, flavours) = (tables(run, &settings), against_base(run, &settings));
        let notes = html::notes(run, &tables, &flavours);
        (Shown::Tables(tables.into_iter().map(|table| Sided::of_run(table, run)).collect(), flavours), notes)
    };
    let (heading, subjects) = (called(run), vec![subject(run)]);
    Ok(Section { heading, subjects, shown, notes, commands: Vec::new() })
}

/// Two sides compared.
fn between<'a>(context: &Context, a: &'a Side, b: &'a Side, args: &ReportArgs) -> Result<Section<'a>, CliError> {
    let settings = settings(context, &[&a.run, &b.run], args.margin, args)?;
    let pairs = pairs_between(a, b, (&args.runs[0], &args.runs[1]))?;
    compared(a, b, &pairs, &settings, vec![typed(a), typed(b)])
        .map_err(|error| error.or_hint("--each gives each of them a section, without comparing them"))
}

/// The section of a comparison, whose sides are typed so.
fn compared<'a>(
    a: &'a Side,
    b: &'a Side,
    pairs: &[(usize, usize)],
    settings: &Settings,
    typed: Vec<String>,
) -> Result<Section<'a>, CliError> {
    let compared = compare_pairs(a, b, pairs, settings)?;
    let all: Vec<Table> = compared.iter().flat_map(|one| one.tables.iter().cloned()).collect();
    let notes = remarks(&compared, &all);
    let mut sided = Vec::new();
    for (one, (in_a, in_b)) in compared.into_iter().zip(pairs) {
        let sides = [html::Side { run: &a.run, variant: *in_a }, html::Side { run: &b.run, variant: *in_b }];
        sided.extend(one.tables.into_iter().map(|table| Sided { table, sides: sides.to_vec() }));
    }
    let same_run = a.run.id == b.run.id;
    let heading = match (same_run, a.variant, b.variant) {
        (true, Some(base), Some(other)) if base == other => format!("{}: against {}", called(&a.run), variant(a)),
        (true, Some(_), Some(_)) => format!("{}: {} against {}", called(&a.run), variant(b), variant(a)),
        (true, ..) => called(&a.run),
        (false, ..) => format!("{} against {}", side_called(b), side_called(a)),
    };
    let subjects = if same_run { vec![subject(&a.run)] } else { vec![subject(&a.run), subject(&b.run)] };
    let mut words = vec!["kymo".to_owned(), "compare".to_owned()];
    words.extend(typed);
    let commands = vec![words.iter().map(|word| html::quoted(word)).collect::<Vec<_>>().join(" ")];
    Ok(Section { heading, subjects, shown: Shown::Tables(sided, Vec::new()), notes, commands })
}

fn settings(context: &Context, runs: &[&Run], margin: Option<Ratio>, args: &ReportArgs) -> Result<Settings, CliError> {
    let machines = runs.iter().map(|run| run.machine.fingerprint.as_str());
    let mut settings = analysis_settings(context, machines, margin)?;
    settings.alpha = args.level.get();
    Ok(settings)
}

fn subject(run: &Run) -> Subject<'_> {
    Subject { run, started: date(run.created_unix_s) }
}

/// What a run is called: by its label, else its id.
fn called(run: &Run) -> String {
    run.label.clone().unwrap_or_else(|| run.id.to_string())
}

fn variant(side: &Side) -> &str {
    let chosen = side.run.plan.variants.get(side.variant.unwrap_or(0));
    chosen.map_or("", |variant| variant.name.as_str())
}

fn side_called(side: &Side) -> String {
    match side.variant {
        Some(_) => format!("{}:{}", called(&side.run), variant(side)),
        None => called(&side.run),
    }
}

/// A side as it can be typed at any time: `latest` is another run tomorrow.
fn typed(side: &Side) -> String {
    match side.variant {
        Some(_) => format!("{}:{}", side.run.id, variant(side)),
        None => side.run.id.to_string(),
    }
}

fn title(sections: &[Section]) -> String {
    match sections {
        [only] => only.heading.clone(),
        [first, others @ ..] => format!("{} and {}", first.heading, units::counted(others.len(), "more run")),
        [] => String::new(),
    }
}

/// The command that makes this report again.
fn made_by(sides: &[Side], args: &ReportArgs) -> String {
    let mut words = vec!["kymo".to_owned(), "report".to_owned()];
    words.extend(sides.iter().map(typed));
    words.extend(args.each.then(|| "--each".to_owned()));
    words.extend(args.margin.map(|margin| format!("--margin={}", margin.get())));
    if args.level.get() != kymo_stats::verdict::ALPHA {
        words.push(format!("--level={}", args.level.get()));
    }
    words.iter().map(|word| html::quoted(word)).collect::<Vec<_>>().join(" ")
}

/// `kymo-report-RUN.html`, of the runs that are in it; an id comes from a document, which may say anything.
fn file_name(sides: &[Side]) -> PathBuf {
    let safe = |id: &str| -> String {
        let kept = id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' });
        kept.take(NAME_LENGTH_MAX).collect()
    };
    let mut ids: Vec<String> = Vec::new();
    for side in sides {
        let id = safe(side.run.id.as_str());
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let name = match ids.as_slice() {
        [first, second] => format!("{first}-{second}"),
        [first, others @ ..] if !others.is_empty() => format!("{first}-and-{}-more", others.len()),
        _ => ids.concat(),
    };
    PathBuf::from(format!("kymo-report-{name}.html"))
}

/// Characters of an id in the name of a file.
const NAME_LENGTH_MAX: usize = 40;
