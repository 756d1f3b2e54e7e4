//! The flavours of programs against their base flavour, in words: a table of run times and sizes, and one of
//! compilation where that was measured. Published figures have columns of their own.

use super::block::{Block, interval_text, nothing};
use super::grid::{Align, Column, Text, Tone};
use super::notes::distinct;
use super::{harmless, units, words};
use kymo_lab::analysis::{AgainstBase, Cell, Difference, FlavourRow, Pair, Sizes};
use kymo_model::{Published, PublishedOf, Unit};

/// Columns that a comparison takes: ratio, interval, verdict.
const OF_COMPARISON: usize = 3;

/// The blocks of one base flavour.
pub fn blocks(part: &AgainstBase) -> Vec<Block> {
    let frame = Frame::of(part);
    let mut blocks = vec![frame.run_time()];
    if part.compile_time.is_some() || part.code_size {
        blocks.push(frame.compilation());
    }
    blocks
}

/// What the rows of a part have in common.
struct Frame<'a> {
    part: &'a AgainstBase,
    /// What all programs' names begin with; said once.
    suite: &'a str,
    /// The labels of the published figures, if they are the same wherever there are any.
    labels: Option<Vec<&'a str>>,
    has: Columns,
}

/// Which of the columns have something in them.
struct Columns {
    run_time: bool,
    variants: bool,
    without_baseline: bool,
    published_time: bool,
    published_size: bool,
}

impl<'a> Frame<'a> {
    fn of(part: &'a AgainstBase) -> Self {
        let published = |of: PublishedOf| figures(part, of).next().is_some();
        let has = Columns {
            run_time: part.run_time.is_some(),
            variants: part.run_time.is_some() && part.variants.len() > 1,
            without_baseline: part.rows.iter().any(|row| row.without_baseline.is_some()),
            published_time: published(PublishedOf::RunTime),
            published_size: published(PublishedOf::ModuleSize),
        };
        Self { part, suite: common_suite(&part.rows), labels: common_labels(part), has }
    }

    fn run_time(&self) -> Block {
        let base = &self.part.base;
        let method = match (self.part.run_time, self.part.variants.as_slice()) {
            (None, _) => "ratio of the modules' sizes: below 1, the flavour is smaller".to_owned(),
            (Some((_, metric)), [only]) => {
                format!("{only}: ratio of {metric}, 95 % interval: below 1, the flavour is faster")
            }
            (Some((_, metric)), _) => format!("ratio of {metric}, 95 % interval: below 1, the flavour is faster"),
        };
        let mut method = harmless::line(&method).into_owned();
        for more in [self.about_sizes(), self.about_published()].into_iter().flatten() {
            method.push('\n');
            method.push_str(&harmless::line(&more));
        }
        Block {
            name: harmless::line(&format!("flavours against {base}")).into_owned(),
            method,
            columns: self.run_time_columns(),
            groups: self.groups(|row, variant| self.run_time_row(row, variant), self.has.run_time),
            summary: Vec::new(),
        }
    }

    fn run_time_columns(&self) -> Vec<Column> {
        let has = &self.has;
        let mut columns = front(has.variants);
        if has.run_time {
            columns.extend(comparison("run time"));
        }
        let right = |heading| column(heading, Align::Right);
        columns.extend(has.published_time.then(|| right("published")));
        columns.push(right("size"));
        columns.extend(has.without_baseline.then(|| right("bare")));
        columns.extend(has.published_size.then(|| right("published size")));
        columns
    }

    fn run_time_row(&self, row: &FlavourRow, variant: usize) -> Vec<Text> {
        let mut line = Vec::new();
        let unit = self.part.run_time.map_or(Unit::Count, |(_, metric)| metric.unit());
        if self.has.run_time {
            line.extend(compared(&row.on[variant].run_time, &self.part.base, unit));
        }
        if variant > 0 {
            // Sizes and published figures are those of the flavour, whatever engine runs it.
            return line;
        }
        if self.has.published_time {
            line.push(self.published(row, PublishedOf::RunTime));
        }
        let size = |sizes: Sizes| Text::plain(&units::ratio(sizes.ratio().get()));
        line.push(size(row.module));
        if self.has.without_baseline {
            line.push(row.without_baseline.map_or_else(nothing, size));
        }
        if self.has.published_size {
            line.push(self.published(row, PublishedOf::ModuleSize));
        }
        line
    }

    fn compilation(&self) -> Block {
        let (base, part) = (&self.part.base, self.part);
        let mut columns = front(part.variants.len() > 1);
        columns.extend(part.code_size.then(|| column("code size", Align::Right)));
        columns.extend(part.compile_time.into_iter().flat_map(|_| comparison("compile time")));
        let what = match (part.compile_time, part.code_size) {
            (Some(metric), true) => format!("{metric} and of the machine code's size"),
            (Some(metric), false) => metric.to_string(),
            (None, _) => "the machine code's size".to_owned(),
        };
        let method = format!("ratio of {what}: below 1, the flavour costs less");
        let row = |row: &FlavourRow, variant: usize| {
            let on = &row.on[variant];
            let mut line = Vec::new();
            if part.code_size {
                line.push(on.code_size.ratio().map_or_else(nothing, |ratio| Text::plain(&units::ratio(ratio))));
            }
            if let Some(metric) = part.compile_time {
                line.extend(compared(&on.compile_time, base, metric.unit()));
            }
            line
        };
        Block {
            name: harmless::line(&format!("flavours against {base} · compilation")).into_owned(),
            method: harmless::line(&method).into_owned(),
            columns,
            groups: self.groups(row, true),
            summary: Vec::new(),
        }
    }

    /// A group for each program; within it the flavours, within these the variants where they matter. Names are said on
    /// the first line that they hold for.
    fn groups(&self, figures: impl Fn(&FlavourRow, usize) -> Vec<Text>, by_variant: bool) -> Vec<Vec<Vec<Text>>> {
        let variants = if by_variant { self.part.variants.len() } else { 1 };
        let shows_variant = by_variant && variants > 1;
        let programs = distinct(self.part.rows.iter().map(|row| row.program.as_str()));
        let group = |program: &str| {
            let mut lines = Vec::new();
            for row in self.part.rows.iter().filter(|row| row.program == program) {
                for variant in 0..variants {
                    let program =
                        if lines.is_empty() { program.strip_prefix(self.suite).unwrap_or(program) } else { "" };
                    let flavour = if variant == 0 { row.flavour.as_str() } else { "" };
                    let mut line = vec![Text::name(program), Text::name(flavour)];
                    line.extend(shows_variant.then(|| Text::name(&self.part.variants[variant])));
                    line.extend(figures(row, variant));
                    lines.push(line);
                }
            }
            lines
        };
        programs.into_iter().map(group).collect()
    }

    fn about_sizes(&self) -> Option<String> {
        let of_rows = self.part.rows.iter().filter(|row| row.without_baseline.is_some());
        let baselines = distinct(of_rows.filter_map(|row| row.baseline.as_deref()));
        let bare = format!("bare: less that of {}, which is in all flavours", baselines.join(" or "));
        match (self.has.run_time, baselines.is_empty()) {
            (false, true) => None,
            (false, false) => Some(bare),
            (true, true) => Some("size: ratio of the modules' sizes".to_owned()),
            (true, false) => Some(format!("size: ratio of the modules' sizes; {bare}")),
        }
    }

    fn about_published(&self) -> Option<String> {
        let all = || self.part.rows.iter().flat_map(|row| &row.published);
        let sources = distinct(all().map(|one| one.source.as_str()));
        let labels = match &self.labels {
            Some(labels) if !labels.is_empty() => format!("{}, ", labels.join(" → ")),
            _ => String::new(),
        };
        (!sources.is_empty())
            .then(|| format!("published: {labels}{}; same direction, not measured here", sources.join("; ")))
    }

    /// The published figures of a flavour, with their labels unless the head line says them.
    fn published(&self, row: &FlavourRow, of: PublishedOf) -> Text {
        let one = |figure: &Published| {
            let ratio = as_published(figure.ratio.get());
            match figure.label.as_deref().filter(|_| self.labels.is_none()) {
                Some(label) => format!("{label} {ratio}"),
                None => ratio,
            }
        };
        let all: Vec<String> = row.published.iter().filter(|figure| figure.of == of).map(one).collect();
        Text::new(&all.join(" → "), Tone::Dim)
    }
}

/// The published figures of a kind, by flavour; those that have none are left out.
fn figures(part: &AgainstBase, of: PublishedOf) -> impl Iterator<Item = Vec<&Published>> {
    let of_row = move |row: &'_ FlavourRow| row.published.iter().any(|one| one.of == of);
    part.rows
        .iter()
        .filter(move |row| of_row(row))
        .map(move |row| row.published.iter().filter(|one| one.of == of).collect())
}

/// The labels of the published figures, if they are the same in the same order for every flavour that has some.
fn common_labels(part: &AgainstBase) -> Option<Vec<&str>> {
    let mut common: Option<Vec<Option<&str>>> = None;
    for figures in [PublishedOf::RunTime, PublishedOf::ModuleSize].into_iter().flat_map(|of| figures(part, of)) {
        let labels: Vec<Option<&str>> = figures.iter().map(|figure| figure.label.as_deref()).collect();
        if common.get_or_insert_with(|| labels.clone()) != &labels {
            return None;
        }
    }
    // Figures without a label need none.
    Some(common.unwrap_or_default().into_iter().flatten().collect())
}

/// A ratio with the digits that were published, and no others.
fn as_published(ratio: f64) -> String {
    let text = format!("{ratio}");
    if text.contains('.') { text } else { format!("{ratio:.1}") }
}

/// `SUITE/`, where all programs are of one suite.
fn common_suite(rows: &[FlavourRow]) -> &str {
    let suite = |row: &'_ FlavourRow| row.program.find('/').map_or(0, |slash| slash + 1);
    let Some(first) = rows.first() else { return "" };
    let prefix = &first.program[..suite(first)];
    if rows.iter().all(|row| row.program[..suite(row)] == *prefix) { prefix } else { "" }
}

fn column(heading: &'static str, align: Align) -> Column {
    Column { heading, align, gap: 2 }
}

fn front(variants: bool) -> Vec<Column> {
    let mut columns = vec![column("program", Align::Left), column("flavour", Align::Left)];
    columns.extend(variants.then(|| column("variant", Align::Left)));
    columns
}

fn comparison(heading: &'static str) -> [Column; OF_COMPARISON] {
    [column(heading, Align::Right), column("interval", Align::Left), column("verdict", Align::Left)]
}

/// Ratio, interval and verdict; where there is none, why, over their columns.
fn compared(pair: &Pair, base: &str, unit: Unit) -> Vec<Text> {
    let instead = |text: &str, tone| vec![Text::new(text, tone).over(OF_COMPARISON)];
    match (&pair.own, &pair.base) {
        (Cell::Outcome(outcome), _) => return instead(&outcome.label(), words::tone_of(outcome)),
        (Cell::Absent, _) => return instead("absent", Tone::Dim),
        (Cell::Pending, _) => return instead("not measured yet", Tone::Dim),
        (_, Cell::Outcome(outcome)) => {
            return instead(&format!("{base}: {}", outcome.label()), words::tone_of(outcome));
        }
        (_, Cell::Absent | Cell::Pending) => return instead(&format!("{base}: not measured"), Tone::Dim),
        (Cell::Measured { .. }, Cell::Measured { .. }) => {}
    }
    let Some(ratio) = pair.ratio() else { return instead("—", Tone::Dim) };
    let mut line = vec![Text::plain(&units::ratio(ratio))];
    match pair.own.judged() {
        Some(judged) => {
            let interval = match &judged.difference {
                Difference::Ratio(comparison) => comparison.ratio_ci95(),
                Difference::Units(_) => None,
            };
            let (word, tone) = words::verdict_word(judged, unit);
            line.extend([interval_text(ratio, interval), Text::new(word, tone)]);
        }
        None => line.extend([nothing(), nothing()]),
    }
    line
}
