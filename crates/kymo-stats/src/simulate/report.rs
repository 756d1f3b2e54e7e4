//! The figures of the experiments as Markdown.

use std::fmt::Write;

use super::acceptance::Experiment;
use super::check::{Bound, Check, Kind, Plan};

/// Whatever follows this line in an earlier report is kept: figures from real machines, which no simulation can make again.
pub const KEEP_MARKER: &str = "<!-- kept by re-runs: everything below this line -->";

const HEAD: &str = "# Validation of the statistics

How often the methods of `kymo-stats` err, measured by simulation and, at the end, on the series of others. Written by

```
cargo run --release -p kymo-stats --example validate -- --series $(tools/validate/fetch-series) docs/validation.md
```

which exits with 1 if a figure misses its bound; `cargo test` runs the simulations at reduced size. Every figure comes
from a seeded generator, so a run with this seed and these repetitions gives this text again.

A bound is missed if the figure misses it by more than *chance*, three standard errors at the bound; a figure that misses it
by less is marked *within chance*, and more repetitions would tell.
Figures without a bound are shown for comparison; among them, and among those that must be *at least* something bad, is what
usual practice does: if the simulated machines did not fool it, they would prove nothing about us.

s is the standard deviation of the differences of rounds, δ = 1 % throughout. *Found* and *called* are at 5 %, for anchors and
trends at 1 %.
";

/// Figures that are measured on the series of others, not simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What was done, on what; or why it was not.
    pub about: String,
    /// The figures.
    pub checks: Vec<Check>,
}

/// The report: a section an experiment, then those on `real` series, then what `earlier` holds from [`KEEP_MARKER`] on.
pub fn render(plan: Plan, sections: &[(Experiment, Vec<Check>)], real: &[Section], earlier: &str) -> String {
    let mut text = String::from(HEAD);
    let all = || sections.iter().flat_map(|(_, checks)| checks).chain(real.iter().flat_map(|section| &section.checks));
    let bounded = all().filter(|check| check.bound != Bound::Shown).count();
    let missed = all().filter(|check| !check.passes()).count();
    let near = all().filter(|check| check.passes_by_allowance()).count();
    let held = bounded - missed.min(bounded);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\nSeed {}, {} repetitions (fewer where the table says so). \
         **{held} of {bounded} bounds hold, {near} of them within chance.**",
        plan.seed, plan.repetitions
    );
    for (experiment, checks) in sections {
        let _ = writeln!(text, "\n## {} {}", experiment.criterion, experiment.title);
        table(&mut text, checks);
    }
    for section in real {
        let _ = writeln!(text, "\n## {}\n\n{}", section.title, section.about);
        table(&mut text, &section.checks);
    }
    let _ = writeln!(text, "\n{KEEP_MARKER}");
    if let Some((_, kept)) = earlier.split_once(KEEP_MARKER) {
        text.push_str(kept.trim_start_matches('\n'));
    }
    text
}

fn table(text: &mut String, checks: &[Check]) {
    if checks.is_empty() {
        return;
    }
    text.push_str("\n| | cases | measured | bound | chance | |\n|---|---:|---:|---:|---:|---|\n");
    for check in checks {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", row(check));
    }
}

fn row(check: &Check) -> String {
    let figure = |value: f64| figure(check.kind, value);
    let (bound, chance) = match check.bound {
        Bound::AtMost(hi) => (format!("≤ {}", figure(hi)), true),
        Bound::AtLeast(lo) => (format!("≥ {}", figure(lo)), true),
        Bound::Within(lo, hi) => (format!("{} to {}", figure(lo), figure(hi)), true),
        Bound::Shown => (String::new(), false),
    };
    let chance =
        if chance && check.tolerance > 0.0 { format!("± {}", figure(check.tolerance)) } else { String::new() };
    let outcome = match (check.bound, check.passes()) {
        (Bound::Shown, true) => "",
        (_, true) if check.passes_by_allowance() => "within chance",
        (_, true) => "holds",
        (_, false) => "**MISSED**",
    };
    format!("| {} | {} | {} | {bound} | {chance} | {outcome} |", check.what, check.repetitions, figure(check.measured))
}

fn figure(kind: Kind, value: f64) -> String {
    match kind {
        Kind::Share => format!("{:.1} %", 100.0 * value),
        Kind::Percent => format!("{:.3} %", 100.0 * value),
        Kind::Number if value != 0.0 && value.abs() < 1e-3 => format!("{value:.1e}"),
        Kind::Number => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::acceptance::ALL;

    fn report(earlier: &str) -> String {
        let checks = vec![
            Check::share("S1", "fine", 5, 100, Bound::AtMost(0.06)),
            Check::share("S1", "poor", 50, 100, Bound::AtMost(0.06)),
            Check::share("S1", "shown", 50, 100, Bound::Shown),
            Check::largest("S1", "error", &[2e-16], Bound::AtMost(1e-12)),
        ];
        let section =
            Section { title: "Of others".to_owned(), about: "Not measured here.".to_owned(), checks: Vec::new() };
        render(Plan { repetitions: 100, seed: 9 }, &[(ALL[0], checks)], &[section], earlier)
    }

    #[test]
    fn figures_bounds_and_outcomes() {
        let text = report("");
        assert!(text.contains("| fine | 100 | 5.0 % | ≤ 6.0 % | ± 7.1 % | holds |"), "{text}");
        assert!(text.contains("| poor | 100 | 50.0 % | ≤ 6.0 % | ± 7.1 % | **MISSED** |"));
        assert!(text.contains("| shown | 100 | 50.0 % |  |  |  |"));
        assert!(text.contains("| error | 1 | 2.0e-16 | ≤ 1.0e-12 |  | holds |"));
        assert!(text.contains("\n## Of others\n\nNot measured here.\n\n"));
        assert!(text.contains("**2 of 3 bounds hold, 0 of them within chance.**"));
    }

    #[test]
    fn what_follows_the_marker_is_kept() {
        let first = report("");
        let with_machine = format!("{first}\n## On a real machine\n\n42\n");
        let again = report(&with_machine);
        assert!(again.ends_with("## On a real machine\n\n42\n"));
        assert_eq!(again.matches("On a real machine").count(), 1);
        assert_eq!(report(&again), again);
        assert_eq!(report("nothing to keep"), first);
    }
}
