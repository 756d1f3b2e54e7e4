//! What was measured, on which engines, in facts.

use super::{Subject, line, name};
use crate::render::notes::listing;
use crate::render::units;
use kymo_model::{Lack, Run, RunState, StopRule, Unit};
use maud::{Markup, html};

/// A list of facts: what it is, and its value. A value of nothing is left out.
pub fn list(facts: Vec<(&str, Option<String>)>) -> Markup {
    html! {
        dl {
            @for (what, value) in facts {
                @if let Some(value) = value.filter(|value| !value.is_empty()) {
                    div { dt { (what) } dd { bdi { (line(&value)) } } }
                }
            }
        }
    }
}

/// What a run set out to measure, and when.
pub fn measured(subject: &Subject) -> Markup {
    let (run, plan) = (subject.run, &subject.run.plan);
    let known = |what| !run.lacks(what);
    let ours = run.imported.is_none();
    let names = |names: Vec<&str>| format!("{}: {}", units::grouped(names.len() as f64, 0), listing::names(names));
    let commit = run.harness.commit.as_ref().map(|commit| format!(" ({commit})")).unwrap_or_default();
    let sweep = plan.sweep.as_ref();
    html! {
        @if run.state != RunState::Finished { (unfinished(run)) }
        (list(vec![
            ("run", Some(run.id.to_string())),
            ("label", run.label.clone()),
            ("imported from", run.imported.as_ref().map(|imported| imported.from.to_string())),
            (if known(Lack::Time) { "started" } else { "imported" }, Some(format!("{} UTC", subject.started))),
            ("took", took(run)),
            ("benchmarks", Some(names(plan.benchmarks.iter().map(|one| one.name.as_str()).collect()))),
            ("variants", Some(names(plan.variants.iter().map(|one| one.name.as_str()).collect()))),
            ("sweep over", sweep.map(|sweep| format!("{} = {}", sweep.parameter, sweep.values.join(", ")))),
            ("phases", Some(plan.phases.iter().map(|phase| phase.name()).collect::<Vec<_>>().join(", "))),
            ("metrics", Some(plan.metrics.iter().map(|metric| metric.name()).collect::<Vec<_>>().join(", "))),
            ("processes", Some(processes(run))),
            ("until", ours.then(|| until(plan.stop))),
            ("processors", ours.then(|| processors(&plan.cpus))),
            ("limits", ours.then(|| limits(run))),
            ("seed", ours.then(|| plan.seed.to_string())),
            (if ours { "measured by" } else { "imported by" }, Some(format!("kymo {}{commit}", run.harness.version))),
        ]))
    }
}

fn unfinished(run: &Run) -> Markup {
    let (what, why) = match run.state {
        RunState::Interrupted => ("interrupted", "it holds what was measured until then"),
        RunState::Running | RunState::Finished => ("not finished", "it is still going on, or its process is gone"),
    };
    html! {
        p.warning { strong { "This run was " (what) ":" } " " (why) ". " code { "kymo resume " (line(run.id.as_str())) } " goes on." }
    }
}

/// The time from the start to the end of the last process; other tools do not say.
fn took(run: &Run) -> Option<String> {
    let ends = run.invocations.iter().map(|one| one.start + one.duration);
    let last = ends.max_by(|a, b| a.get().total_cmp(&b.get())).filter(|_| !run.lacks(Lack::Time))?;
    Some(units::duration(last))
}

fn processes(run: &Run) -> String {
    let rounds = run.invocations.iter().map(|one| one.round).max().unwrap_or(0);
    let all = units::counted(run.invocations.len(), "process");
    if run.lacks(Lack::Rounds) { all } else { format!("{all} in {}", units::counted(rounds as usize, "round")) }
}

fn until(stop: StopRule) -> String {
    match stop {
        StopRule::Rounds { rounds } => format!("{} were measured", units::counted(rounds as usize, "round")),
        StopRule::Precision { margin, budget, rounds_max } => {
            let budget = budget.map(|budget| format!(", {} were spent", units::duration(budget))).unwrap_or_default();
            format!(
                "a difference of {} would be seen{budget}, or {} were measured",
                units::share(margin.get()),
                units::counted(rounds_max as usize, "round")
            )
        }
    }
}

fn processors(cpus: &[u32]) -> String {
    if cpus.is_empty() {
        return "where the scheduler put them".to_owned();
    }
    let cpus: Vec<String> = cpus.iter().map(u32::to_string).collect();
    format!("{} took turns, one a round", listing::names(cpus.iter().map(String::as_str)))
}

fn limits(run: &Run) -> String {
    let plan = &run.plan;
    let memory = units::quantity(plan.memory_max.get() as f64, Unit::Byte);
    format!("{} and {memory} a process", units::duration(plan.timeout))
}

/// The engines of the variants: versions, builds and settings.
pub fn engines(run: &Run) -> Markup {
    let settings = |settings: &kymo_model::Settings| {
        settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="Table: engines" {
            table {
                thead { tr { @for what in ["variant", "engine", "version", "build", "strategy", "settings"] { th scope="col" { (what) } } } }
                tbody {
                    @for (variant, engine) in run.plan.variants.iter().zip(&run.engines) {
                        tr {
                            th.name scope="row" { (name(&variant.name)) }
                            td.name { (name(&engine.name)) }
                            td.name { (name(&engine.version)) }
                            td.name { (name(&engine.build_id)) }
                            td.name { (name(&variant.strategy)) }
                            td.name { (name(&settings(&variant.settings))) }
                        }
                    }
                }
            }
        }
    }
}

/// The modules of the benchmarks; `None` where only their names are known.
pub fn modules(run: &Run) -> Option<Markup> {
    if run.lacks(Lack::Modules) {
        return None;
    }
    Some(html! {
        details {
            summary { "Modules and their hashes" }
            div.scroll tabindex="0" role="region" aria-label="Table: modules" {
                table {
                    thead { tr { th scope="col" { "benchmark" } th.num scope="col" { "size" } th scope="col" { "SHA-256" } } }
                    tbody {
                        @for benchmark in &run.plan.benchmarks {
                            tr {
                                th.name scope="row" { (name(benchmark.name.as_str())) }
                                td.num { (units::exact(benchmark.module_bytes.get() as f64, Unit::Byte)) }
                                td { code { (benchmark.sha256.as_str()) } }
                            }
                        }
                    }
                }
            }
        }
    })
}
