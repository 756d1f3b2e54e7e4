//! `kymo compare`.

use super::measure::analysis_settings;
use super::sides::{Side, load_side};
use crate::cli::{CompareArgs, FailOn, Format};
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render;
use kymo_lab::analysis::{Cell, Comparable, Judged, Settings, Table, compare::Compared, compare_all, compare_flavours};
use kymo_model::{Run, Unit};
use kymo_stats::Verdict;
use std::io::Write;
use std::process::ExitCode;

/// Compares and, where asked, gates.
pub fn compare(context: &Context, args: &CompareArgs) -> Result<ExitCode, CliError> {
    let a = load_side(context, &args.a)?;
    let b = args.b.as_deref().map(|text| load_side(context, text)).transpose()?;
    let machines = std::iter::once(&a).chain(&b).map(|side| side.run.machine.fingerprint.as_str());
    let mut settings = analysis_settings(context, machines, args.margin)?;
    settings.alpha = args.level.get();
    let compared = match (&b, args.flavours.as_slice()) {
        (Some(b), _) => {
            let names = (args.a.as_str(), args.b.as_deref().unwrap_or(""));
            compare_pairs(&a, b, &pairs_between(&a, b, names)?, &settings)?
        }
        (None, []) => compare_pairs(&a, &a, &pairs_within(&a)?, &settings)?,
        (None, flavours) => of_flavours(&a, flavours, &settings)?,
    };
    let runs: Vec<&Run> = std::iter::once(&a).chain(&b).map(|side| &side.run).collect();
    print(context, &compared, &runs, &settings, args)?;
    Ok(gate(&compared, &args.fail_on))
}

/// Every variant of a run with its first, or with the one that was named: two indices for each comparison.
pub fn pairs_within(a: &Side) -> Result<Vec<(usize, usize)>, CliError> {
    let variants = &a.run.plan.variants;
    if variants.len() < 2 {
        return Err(CliError::usage(format!("the run {} has one variant only", a.run.id))
            .with_hint("name a second run, or measure with a second -e"));
    }
    let base = a.variant.unwrap_or(0);
    Ok((0..variants.len()).filter(|other| *other != base).map(|other| (base, other)).collect())
}

/// Flavours of a run's benchmarks, for each of its variants or for the one that was named.
fn of_flavours(a: &Side, flavours: &[String], settings: &Settings) -> Result<Vec<Compared>, CliError> {
    let (base, others) = match flavours {
        // The suite may say what a flavour is compared with.
        [only] => match base_of(&a.run, only) {
            Some(base) => (base, flavours),
            None => {
                return Err(CliError::usage("one --flavour has nothing to be compared with")
                    .with_hint("name two or more: --flavour core --flavour component"));
            }
        },
        [base, others @ ..] => (base.as_str(), others),
        [] => return Err(CliError::usage("no --flavour is named")),
    };
    if let Some(twice) = flavours.iter().enumerate().find(|(at, name)| flavours[..*at].contains(name)) {
        return Err(CliError::usage(format!("the flavour '{}' is named twice", twice.1)));
    }
    let variants = a.variant.map_or_else(|| (0..a.run.plan.variants.len()).collect(), |only| vec![only]);
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    compare_flavours(&a.run, &variants, base, &others, settings).map_err(CliError::usage)
}

/// The base flavour that a suite names for a flavour of the run's benchmarks.
fn base_of<'a>(run: &'a Run, flavour: &str) -> Option<&'a str> {
    let mut own = run.plan.benchmarks.iter().filter(|benchmark| benchmark.flavour.as_deref() == Some(flavour));
    let base = own.find_map(|benchmark| benchmark.reference.as_ref())?.base.as_str();
    (base != flavour).then_some(base)
}

/// Two sides, called so. Where no variant was named and there are several, those of the same name are compared: two
/// indices for each comparison.
pub fn pairs_between(a: &Side, b: &Side, names: (&str, &str)) -> Result<Vec<(usize, usize)>, CliError> {
    let mut pairs = match (chosen(a), chosen(b)) {
        (Some(a), Some(b)) => vec![(a, b)],
        (Some(only), None) => (0..b.run.plan.variants.len()).map(|other| (only, other)).collect(),
        (None, Some(only)) => (0..a.run.plan.variants.len()).map(|other| (other, only)).collect(),
        (None, None) => common_names(a, b),
    };
    if pairs.is_empty() {
        return Err(CliError::usage(format!("{} and {} have no variant of the same name", names.0, names.1))
            .with_hint("name one of each: RUN:VARIANT"));
    }
    if a.run.id == b.run.id {
        pairs.retain(|(in_a, in_b)| in_a != in_b);
    }
    if pairs.is_empty() {
        return Err(CliError::usage("both sides are the same variant of the same run"));
    }
    Ok(pairs)
}

fn chosen(side: &Side) -> Option<usize> {
    side.variant.or_else(|| (side.run.plan.variants.len() == 1).then_some(0))
}

fn common_names(a: &Side, b: &Side) -> Vec<(usize, usize)> {
    let names = a.run.plan.variants.iter().enumerate();
    names
        .filter_map(|(in_a, variant)| {
            let in_b = b.run.plan.variants.iter().position(|other| other.name == variant.name)?;
            Some((in_a, in_b))
        })
        .collect()
}

/// Compares these variants of two sides for one report.
pub fn compare_pairs(
    a: &Side,
    b: &Side,
    pairs: &[(usize, usize)],
    settings: &Settings,
) -> Result<Vec<Compared>, CliError> {
    let same_run = a.run.id == b.run.id;
    let name = |side: &Side, index: usize| {
        let variant = side.run.plan.variants.get(index).map_or("", |variant| variant.name.as_str());
        match &side.run.label {
            _ if same_run => variant.to_owned(),
            Some(label) => format!("{label}:{variant}"),
            None => format!("{}:{variant}", side.run.id),
        }
    };
    let names: Vec<(String, String)> = pairs.iter().map(|(in_a, in_b)| (name(a, *in_a), name(b, *in_b))).collect();
    let sides: Vec<(Comparable, Comparable)> = pairs
        .iter()
        .zip(&names)
        .map(|((in_a, in_b), (name_a, name_b))| {
            let side_a = Comparable { run: &a.run, variant: *in_a, name: name_a };
            (side_a, Comparable { run: &b.run, variant: *in_b, name: name_b })
        })
        .collect();
    compare_all(&sides, settings).map_err(CliError::usage)
}

fn print(
    context: &Context,
    compared: &[Compared],
    runs: &[&Run],
    settings: &Settings,
    args: &CompareArgs,
) -> Result<(), CliError> {
    let tables: Vec<Table> = compared.iter().flat_map(|one| one.tables.iter().cloned()).collect();
    let remarks = remarks(compared, &tables);
    let mut out = std::io::stdout().lock();
    let text = match args.format {
        Format::Markdown => render::markdown(&tables, &[]),
        Format::Csv => render::csv(&tables, &[]),
        Format::Table => render::tables(&tables, &render::Look { colour: context.colour }),
        Format::Json => {
            let paired = compared.iter().all(|one| one.paired);
            let analysed = render::Analysed { runs, settings, paired, tables: &tables, remarks: &remarks };
            serde_json::to_writer(&mut out, &render::analysis_document(&analysed)).map_err(std::io::Error::from)?;
            writeln!(out)?;
            return Ok(());
        }
    };
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if !args.quiet {
        for text in &remarks {
            remark(text);
        }
    }
    Ok(())
}

/// What must be said of the comparisons, each remark once, and of their tables.
pub fn remarks(compared: &[Compared], tables: &[Table]) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    for remark in compared.iter().flat_map(|one| &one.remarks) {
        if !remarks.contains(remark) {
            remarks.push(remark.clone());
        }
    }
    remarks.extend(render::notes::of_tables(tables));
    remarks
}

/// What a verdict is to a gate.
fn finding(judged: &Judged) -> Option<FailOn> {
    match judged.verdict? {
        Verdict::Slower => Some(FailOn::Slower),
        Verdict::Faster => Some(FailOn::Faster),
        Verdict::Inconclusive { .. } => Some(FailOn::Inconclusive),
        Verdict::Same { .. } => None,
    }
}

/// Whether a difference is of execution times of byte-identical machine code: no change to the module's code made it,
/// so a gate that guards that code must not fail on it. Bytes and counts are of what surrounds the code as well.
fn is_exempt(table: &Table, judged: &Judged) -> bool {
    judged.same_code && table.metric.unit() == Unit::Second
}

fn gate(compared: &[Compared], fail_on: &[FailOn]) -> ExitCode {
    let tables = || compared.iter().flat_map(|one| &one.tables);
    let (mut found, mut exempt) = (Vec::new(), 0);
    for (table, row) in tables().flat_map(|table| table.rows.iter().map(move |row| (table, row))) {
        for judged in row.cells.iter().filter_map(Cell::judged) {
            let Some(finding) = finding(judged) else { continue };
            if is_exempt(table, judged) {
                exempt += usize::from(fail_on.contains(&finding));
            } else {
                found.push(finding);
            }
        }
        let unmeasured = |cell: &Cell| matches!(cell, Cell::Outcome(_));
        if row.cells.iter().any(unmeasured) && !row.cells.iter().all(unmeasured) {
            found.push(FailOn::Unmeasured);
        }
    }
    if exempt > 0 {
        let count = render::units::counted(exempt, "execution time");
        remark(format_args!("kymo: --fail-on: {count} left out, of which both sides executed the same code"));
    }
    let failed: Vec<FailOn> = fail_on.iter().copied().filter(|wanted| found.contains(wanted)).collect();
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    let names: Vec<String> = failed.iter().map(|one| format!("{one:?}").to_lowercase()).collect();
    remark(format_args!("kymo: --fail-on: found {}", names.join(", ")));
    ExitCode::FAILURE
}
