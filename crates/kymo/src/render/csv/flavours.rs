//! Lines of the flavours against their base flavours: what was measured, the sizes, and what others published, which
//! has an outcome of its own.

use super::{Line, Place, cell_line};
use kymo_lab::analysis::{AgainstBase, FlavourRow, Pair, Sizes};
use kymo_model::{Metric, Phase, Published, PublishedOf};

/// The lines of one base flavour.
pub fn lines(out: &mut String, part: &AgainstBase) {
    for row in &part.rows {
        let benchmark = format!("{}:{}", row.program, row.flavour);
        let base = format!("{}:{}", row.program, part.base);
        for (variant, on) in part.variants.iter().zip(&row.on) {
            let place = Place { benchmark: &benchmark, variant, ratio_to: &base };
            let mut line = |what: Option<(Phase, Metric)>, pair: &Pair| {
                if let Some(what) = what {
                    cell_line(out, &place, what, &pair.own);
                }
            };
            line(part.run_time, &on.run_time);
            line(part.compile_time.map(|metric| (Phase::Compile, metric)), &on.compile_time);
            line(part.code_size.then_some((Phase::Compile, Metric::CodeSize)), &on.code_size);
        }
        static_lines(out, row, &benchmark, &base);
    }
}

/// What no engine has a part in.
fn static_lines(out: &mut String, row: &FlavourRow, benchmark: &str, base: &str) {
    size_line(out, benchmark, row.module, base);
    if let (Some(sizes), Some(baseline)) = (row.without_baseline, &row.baseline) {
        size_line(out, &format!("{benchmark} less {baseline}"), sizes, &format!("{base} less {baseline}"));
    }
    for figure in &row.published {
        let (phase, metric) = match figure.of {
            PublishedOf::RunTime => (Phase::Execute.name(), Metric::WallTime),
            PublishedOf::ModuleSize => ("", Metric::ModuleSize),
        };
        let mut line = Line::start(out);
        line.text(benchmark).text(&named(figure)).text(phase).text(metric.name()).text(metric.unit().symbol());
        line.text("published").count(None).number(None).interval(None);
        ratio_fields(&mut line, figure.ratio.get(), base);
    }
}

fn size_line(out: &mut String, benchmark: &str, sizes: Sizes, base: &str) {
    let metric = Metric::ModuleSize;
    let mut line = Line::start(out);
    line.text(benchmark).text("").text("").text(metric.name()).text(metric.unit().symbol());
    line.text("measured").count(None).number(Some(sizes.own.get() as f64)).interval(None);
    ratio_fields(&mut line, sizes.ratio().get(), base);
}

/// A ratio without any more to it.
fn ratio_fields(line: &mut Line, ratio: f64, ratio_to: &str) {
    line.number(Some(ratio)).interval(None);
    line.number(None).number(None).number(None).text("").count(None).number(None).interval(None);
    line.text(ratio_to);
    line.end();
}

/// What stands where a measured ratio has its variant: which figure it is, and whose.
fn named(figure: &Published) -> String {
    match &figure.label {
        Some(label) => format!("{label} ({})", figure.source),
        None => figure.source.clone(),
    }
}
