//! `kymo suite sizes`.

use crate::cli::{Format, SuiteSizesArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::render::grid::{Align, Column, Grid, Style, Text};
use crate::render::units;
use kymo_lab::analysis::{ModuleSize, Sizes, module_sizes};
use kymo_model::{Benchmark, Unit};
use kymo_suite::Selection;
use std::io::Write;
use std::process::ExitCode;

/// Shows the sizes of modules: nothing is run for them.
pub fn sizes(context: &Context, args: &SuiteSizesArgs) -> Result<ExitCode, CliError> {
    let selection = Selection { tags: args.tags.clone(), ..Selection::default() };
    let selected = context.suites.select(&args.target, &selection, context.cache()?)?;
    let benchmarks: Vec<Benchmark> = selected.into_iter().map(|one| one.benchmark).collect();
    let sizes = module_sizes(&benchmarks);
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Json => {
            let list: Vec<serde_json::Value> = sizes.iter().map(document).collect();
            serde_json::to_writer(&mut out, &list).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => out.write_all(table(&sizes, Style { colour: context.colour }).as_bytes())?,
        Format::Csv | Format::Markdown => {
            return Err(CliError::usage("kymo suite sizes writes --format table or json"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn document(size: &ModuleSize) -> serde_json::Value {
    serde_json::json!({"benchmark": size.program, "flavour": size.flavour, "bytes": size.bytes,
        "ratio": size.against.map(Sizes::ratio), "ratio_without_baseline": size.without_baseline.map(Sizes::ratio),
        "baseline": size.baseline})
}

fn table(sizes: &[ModuleSize], style: Style) -> String {
    let column = |heading, align| Column { heading, align, gap: 2 };
    let mut columns = vec![column("benchmark", Align::Left), column("flavour", Align::Left)];
    columns.push(column("module", Align::Right));
    let has_base = sizes.iter().any(|size| size.against.is_some());
    let has_baseline = sizes.iter().any(|size| size.without_baseline.is_some());
    columns.extend(has_base.then(|| column("ratio", Align::Right)));
    columns.extend(has_baseline.then(|| column("bare", Align::Right)));
    let mut grid = Grid::new(columns);
    let ratio =
        |sizes: Option<Sizes>| Text::plain(&sizes.map_or("—".to_owned(), |sizes| units::ratio(sizes.ratio().get())));
    let mut before = "";
    for size in sizes {
        let name = if size.program == before { "" } else { size.program.as_str() };
        before = &size.program;
        let mut row = vec![Text::name(name), Text::name(size.flavour.as_deref().unwrap_or(""))];
        row.push(Text::plain(&units::exact(size.bytes.get() as f64, Unit::Byte)));
        row.extend(has_base.then(|| ratio(size.against)));
        row.extend(has_baseline.then(|| ratio(size.without_baseline)));
        grid.row(row);
    }
    grid.render(style) + &legend(sizes)
}

/// What the ratios are to.
fn legend(sizes: &[ModuleSize]) -> String {
    let mut text = String::new();
    if sizes.iter().any(|size| size.against.is_some()) {
        text.push_str("\nratio: to the base flavour of the same benchmark; below 1, the flavour is smaller\n");
    }
    let mut baselines: Vec<&str> = Vec::new();
    for baseline in
        sizes.iter().filter(|size| size.without_baseline.is_some()).filter_map(|size| size.baseline.as_deref())
    {
        if !baselines.contains(&baseline) {
            baselines.push(baseline);
        }
    }
    if !baselines.is_empty() {
        text.push_str(&format!(
            "bare: the same, less the size of {}, which is in all flavours\n",
            baselines.join(" or ")
        ));
    }
    text
}
