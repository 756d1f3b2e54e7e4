//! Time to verdict: what a run of two identical engines cost, against ten processes of ten iterations.

use crate::report::{date, percent};
use crate::section;
use kymo_lab::analysis::{self, Difference, Settings};
use kymo_model::{Close, Metric, Phase, Run, StopRule};
use kymo_stats::Verdict;
use std::fmt::Write;
use std::path::Path;

/// The part of the section.
const HEADING: &str = "### Time to verdict";

/// Processes and iterations of each that usual practice takes (the harness of Sightglass: ten by ten).
const USUAL: f64 = 10.0;

/// Where the time of a benchmark went.
struct Costs {
    /// Seconds of all its invocations.
    spent_s: f64,
    /// Seconds that ten processes of ten iterations would take, for all variants: no warm-up, starts as measured.
    usual_s: f64,
    /// Rounds.
    rounds: u32,
    /// Iterations of an invocation, its warm-up included.
    iterations: usize,
}

/// Writes the part of the section about the run in a file.
pub fn write(run: &Path, file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(run).map_err(|error| format!("{}: {error}", run.display()))?;
    let run: Run = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", run.display()))?;
    let body = render(&run).ok_or("the run has nothing to show")?;
    section::replace(file, HEADING, &body)
}

fn costs(run: &Run, benchmark: usize) -> Option<Costs> {
    let own: Vec<_> = run.invocations.iter().filter(|i| i.benchmark as usize == benchmark).collect();
    let mut usual_s = 0.0;
    for variant in 0..run.plan.variants.len() {
        let (mut processes, mut start_s, mut iterations, mut iteration_s) = (0.0, 0.0, 0.0, 0.0);
        for invocation in own.iter().filter(|i| i.variant as usize == variant && i.round > 0) {
            let samples = invocation.samples(Phase::Execute, Metric::WallTime)?;
            let measured_s: f64 = samples.values.iter().map(|value| value.get()).sum();
            processes += 1.0;
            start_s += (invocation.duration.get() - measured_s).max(0.0);
            iterations += samples.steady().len() as f64;
            iteration_s += samples.steady().iter().map(|value| value.get()).sum::<f64>();
        }
        if processes == 0.0 || iterations == 0.0 {
            return None;
        }
        usual_s += USUAL * (start_s / processes + USUAL * iteration_s / iterations);
    }
    let iterations = own.iter().filter(|i| i.round > 0).filter_map(|i| i.samples(Phase::Execute, Metric::WallTime));
    Some(Costs {
        spent_s: own.iter().map(|invocation| invocation.duration.get()).sum(),
        usual_s,
        rounds: own.iter().map(|invocation| invocation.round).max().unwrap_or(0),
        iterations: iterations.map(|samples| samples.values.len()).max().unwrap_or(0),
    })
}

/// The verdict in words, with what the t of the comparison says.
fn verdict(verdict: Option<&Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Same { small_but_real: false }) => "same",
        Some(Verdict::Same { small_but_real: true }) => "same (small but real)",
        Some(Verdict::Faster) => "**faster**",
        Some(Verdict::Slower) => "**slower**",
        Some(Verdict::Inconclusive { .. }) => "inconclusive",
        None => "none",
    }
}

fn render(run: &Run) -> Option<String> {
    let tables = analysis::tables(run, &Settings::default());
    let table = tables.first()?;
    let mut rows = String::new();
    let (mut spent_s, mut usual_s, mut same) = (0.0, 0.0, 0);
    for (index, row) in table.rows.iter().enumerate() {
        let judged = row.cells.get(1).and_then(|cell| cell.judged());
        let Some(costs) = costs(run, index) else {
            let _ = writeln!(rows, "| {} | not measured | | | | | |", row.benchmark);
            continue;
        };
        let half_width = judged.and_then(|judged| match &judged.difference {
            Difference::Ratio(comparison) => comparison.half_width(),
            Difference::Units(_) => None,
        });
        let found = judged.and_then(|judged| judged.verdict.as_ref());
        same += usize::from(matches!(found, Some(Verdict::Same { .. })));
        spent_s += costs.spent_s;
        usual_s += costs.usual_s;
        let _ = writeln!(
            rows,
            "| {} | {} | ± {} | {} | {} | {:.2} s | {:.2} s |",
            row.benchmark,
            verdict(found),
            half_width.map_or("—".to_owned(), |width| percent(width, 2)),
            costs.rounds,
            costs.iterations,
            costs.spent_s,
            costs.usual_s,
        );
    }
    let count = table.rows.len();
    let precise = run.closed.values().filter(|close| **close == Close::Precise).count();
    let target = if same == count && spent_s < usual_s { "met" } else { "**missed**" };
    Some(format!(
        "{}\n\
         | | verdict | interval | rounds | iterations | took | 10 × 10 would take |\n|---|---|---:|---:|---:|---:|---:|\n\
         {rows}| **all** | {same} of {count} same | | | | {spent_s:.1} s | {usual_s:.1} s |\n\n\
         {same} of {count} verdicts are `same`, {precise} of {count} benchmarks were closed as precise, the others when the time was \
         over or at the most rounds. The run took {} of the time of ten by ten. To be shown: all `same`, in less time than ten \
         by ten: {target}. *Took* has the calibrating processes and all warm-up in it. *10 × 10* is computed from \
         this run: for both engines ten starts and a hundred iterations, as long as they were measured here, without any \
         warm-up; it would not have told by itself whether it was precise.",
        head(run),
        percent(spent_s / usual_s, 0),
    ))
}

fn head(run: &Run) -> String {
    let conditions = run.conditions.as_ref();
    let share = |share: Option<kymo_model::Share>| share.map_or("not told".to_owned(), |share| percent(share.get(), 2));
    let budget = match run.plan.stop {
        StopRule::Precision { margin, budget, rounds_max } => format!(
            "margin {}, at most {rounds_max} rounds, budget {}",
            percent(margin.get(), 0),
            budget.map_or("none".to_owned(), |budget| format!("{:.0} s", budget.get()))
        ),
        StopRule::Rounds { rounds } => format!("{rounds} rounds"),
    };
    format!(
        "`kymo run basics -e wasmtime -e wasmtime --phase execute --seed {}` on {}, {budget}: two variants that are the \
         same worker. It ran {:.0} s; load average at its end {}, steal {}, other processes {} of all processors.\n",
        run.plan.seed,
        date(run.created_unix_s),
        conditions.map_or(0.0, |conditions| conditions.over.get()),
        conditions.and_then(|c| c.load_1m).map_or("not told".to_owned(), |load| format!("{load:.2}")),
        share(conditions.and_then(|conditions| conditions.steal)),
        share(conditions.and_then(|conditions| conditions.others_cpu)),
    )
}
