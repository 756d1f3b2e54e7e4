//! A section: a run or a comparison, from what came of it to how to see it again.

use super::mark::Mark;
use super::table::{plain, table};
use super::{Section, Shown, Sided, Subject, commands, facts, line, name, plot, state, summary, table as tables};
use crate::render::grid::{Align, Text};
use crate::render::sweep::{self, sheet::Sheet};
use crate::render::{against_base, notes, words};
use kymo_lab::analysis::sweep::Swept;
use kymo_lab::analysis::{AgainstBase, imported_remark};
use kymo_model::Run;
use maud::{Markup, PreEscaped, html};

/// A section of a report; one that is not alone has a heading.
pub fn section(section: &Section, number: usize, several: bool, with_samples: bool) -> Markup {
    html! {
        section id={ "s" (number) } {
            @if several { h2.head { bdi { (line(&section.heading)) } } }
            (disturbances(section))
            (summary::summary(&section.shown))
            (unmeasured(section))
            @match &section.shown {
                Shown::Tables(tables, flavours) => (figures(tables, flavours, with_samples)),
                Shown::Sweep(swept) => (lines(swept)),
            }
            (remarks(section))
            (subjects(section))
            (again(section))
        }
    }
}

/// What the figures must not be read without.
fn disturbances(section: &Section) -> Markup {
    html! {
        @for subject in &section.subjects {
            @for finding in notes::state::noise(subject.run) { p.warning { (finding) } }
        }
    }
}

/// Why something was not measured, with what was said of it.
fn unmeasured(section: &Section) -> Markup {
    let of = |run: &'_ Run, asked: &dyn Fn(usize) -> bool| -> Vec<Markup> {
        notes::outcomes::unmeasured(run, asked).iter().map(outcome).collect()
    };
    let all: Vec<Markup> = match &section.shown {
        Shown::Sweep(_) => section.subjects.iter().flat_map(|subject| of(subject.run, &|_| true)).collect(),
        Shown::Tables(tables, _) => {
            let sides = || tables.iter().flat_map(|sided| &sided.sides);
            let subjects = section.subjects.iter();
            subjects
                .flat_map(|subject| {
                    let own = |variant: usize| {
                        sides().any(|side| std::ptr::eq(side.run, subject.run) && side.variant == variant)
                    };
                    of(subject.run, &own)
                })
                .collect()
        }
    };
    html! {
        @if !all.is_empty() {
            h3 { "Not measured" }
            ul.outcomes { @for one in all { li { (one) } } }
        }
    }
}

fn outcome(one: &notes::outcomes::Unmeasured) -> Markup {
    html! {
        p class=(tables::tone(words::tone_of(one.outcome))) { (Mark::Unmeasured.icon()) " " (one.head) }
        @if !one.reason.is_empty() { pre { (one.reason.join("\n")) } }
    }
}

fn figures(tables: &[Sided], flavours: &[AgainstBase], with_samples: bool) -> Markup {
    html! {
        @for sided in tables {
            h3 {
                (sided.table.phase) " · " (sided.table.metric)
                @if is_one_of_several(sided, tables) {
                    ": " (name(&sided.table.variants[1])) " against " (name(&sided.table.variants[0]))
                }
            }
            @if let Some(plot) = plot::plot(&sided.table) { (plot) }
            (table(sided, with_samples))
        }
        @for block in flavours.iter().flat_map(against_base::blocks) {
            h3 { (block.name) }
            (plain(&block))
        }
    }
}

/// Whether other variants are compared in another table of this phase and metric.
fn is_one_of_several(sided: &Sided, tables: &[Sided]) -> bool {
    let alike = |other: &&Sided| (other.table.phase, other.table.metric) == (sided.table.phase, sided.table.metric);
    sided.table.variants.len() == 2 && tables.iter().filter(alike).count() > 1
}

/// The charts of a sweep, each with its tables.
fn lines(swept: &Swept) -> Markup {
    html! {
        @for chart in &swept.charts {
            h3 { (sweep::name(swept, chart)) }
            figure { (PreEscaped(sweep::drawn(swept, chart))) }
            p.method { (sweep::method(chart)) }
            (sheet(&Sheet::of_values(swept, chart)))
            @if let Some((title, ratios)) = Sheet::of_ratios(swept, chart) {
                p.method { (title) }
                (sheet(&ratios))
            }
        }
    }
}

fn sheet(sheet: &Sheet) -> Markup {
    let cell = |text: &Text, right: bool| {
        html! { td class={ (if right { "num " } else { "words " }) (tables::tone(text.tone)) } colspan=(text.reach) { (text.text) } }
    };
    html! {
        div.scroll.sheet tabindex="0" role="region" aria-label="Table of a sweep" {
            table {
                thead { tr { @for heading in &sheet.headings { th scope="col" colspan=(heading.reach) { bdi { (heading.text) } } } } }
                tbody {
                    @for row in &sheet.rows {
                        tr {
                            @for (text, column) in placed(row) {
                                (cell(text, sheet.columns.get(column).is_some_and(|column| column.align == Align::Right)))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The texts of a row with the columns that they begin in.
fn placed(row: &[Text]) -> impl Iterator<Item = (&Text, usize)> {
    row.iter().scan(0, |next, text| {
        let column = *next;
        *next += text.reach.max(1);
        Some((text, column))
    })
}

/// What must be said of the figures, the lines of a note below each other.
fn remarks(section: &Section) -> Markup {
    let imported = section.subjects.iter().filter(|_| section.subjects.len() == 1);
    let imported = imported.filter_map(|subject| imported_remark(subject.run, None));
    let all: Vec<String> = imported.chain(section.notes.iter().cloned()).collect();
    html! {
        @if !all.is_empty() {
            h3 { "Notes" }
            ul.notes {
                @for note in &all {
                    li { @for (number, text) in note.lines().enumerate() { @if number > 0 { br; } (line(text.trim_start())) } }
                }
            }
        }
    }
}

/// What was measured, and where.
fn subjects(section: &Section) -> Markup {
    let alone = section.subjects.len() == 1;
    let heading = |what: &str, subject: &Subject| {
        let label = subject.run.label.as_deref().unwrap_or(subject.run.id.as_str());
        html! { h3 { (what) @if !alone { ": " bdi { (line(label)) } } } }
    };
    let known = |number: usize| {
        let fingerprint = &section.subjects[number].run.machine.fingerprint;
        section.subjects[..number].iter().any(|other| other.run.machine.fingerprint == *fingerprint)
    };
    html! {
        @for subject in &section.subjects {
            (heading("What was measured", subject))
            (facts::measured(subject))
            (facts::engines(subject.run))
            @if let Some(modules) = facts::modules(subject.run) { (modules) }
        }
        @for (number, subject) in section.subjects.iter().enumerate() {
            (heading("The machine", subject))
            @if known(number) {
                p { "The same machine, with the same fingerprint." }
            } @else {
                (state::machine(&subject.run.machine, subject.run))
            }
            h4 { "Its state over the run" }
            (state::conditions(subject.run))
        }
    }
}

/// How to see it again.
fn again(section: &Section) -> Markup {
    let measuring = section.subjects.iter().map(|subject| (subject.run, commands::measuring(subject.run)));
    let measuring: Vec<(&Run, Option<String>)> = measuring.collect();
    let imported: Vec<&Run> = measuring.iter().filter(|(_, command)| command.is_none()).map(|(run, _)| *run).collect();
    let commands: Vec<String> =
        measuring.iter().filter_map(|(_, command)| command.clone()).chain(section.commands.iter().cloned()).collect();
    html! {
        h3 { "How to reproduce" }
        @if imported.len() < measuring.len() {
            p { "With the engines, builds and modules above, on the machine above or one like it:" }
        }
        @for run in imported {
            @if let Some(imported) = &run.imported {
                p { "The run " code { (line(run.id.as_str())) } " was measured by " (imported.from) " and imported; how, is not known here." }
            }
        }
        @if !commands.is_empty() { pre { code { (commands.join("\n")) } } }
    }
}
