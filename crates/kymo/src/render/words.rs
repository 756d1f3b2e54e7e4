//! Verdicts and outcomes in words.

use super::grid::Tone;
use super::units;
use kymo_lab::analysis::{Difference, Judged, Table};
use kymo_model::{Outcome, Unit};
use kymo_stats::{Comparison, Method, Verdict};

/// Words for costing less and costing more: bytes are not faster.
fn directions(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Second => ("faster", "slower"),
        Unit::Byte => ("less", "more"),
        Unit::Count => ("fewer", "more"),
        // More answers a second is better, and a verdict says so (`Direction::HigherIsBetter`).
        Unit::PerSecond => ("faster", "slower"),
    }
}

/// A verdict in words, with its tone.
pub fn verdict(judged: &Judged, unit: Unit) -> (String, Tone) {
    let (Difference::Ratio(comparison), Some(verdict)) = (&judged.difference, judged.verdict) else {
        return (String::new(), Tone::Plain);
    };
    let tone = match verdict {
        Verdict::Same { .. } => Tone::Plain,
        Verdict::Faster => Tone::Green,
        Verdict::Slower => Tone::Red,
        Verdict::Inconclusive { .. } => Tone::Yellow,
    };
    if comparison.method == Method::Exact {
        return (exact(comparison), tone);
    }
    let (less, more) = directions(unit);
    let text = match verdict {
        Verdict::Same { small_but_real: false } => "same".to_owned(),
        Verdict::Same { small_but_real: true } => {
            format!("same, small but real: {}", units::percent(comparison.diff_log.exp_m1()))
        }
        Verdict::Faster => with_least(less, comparison),
        Verdict::Slower => with_least(more, comparison),
        Verdict::Inconclusive { rounds_needed: Some(rounds) } => {
            let what = if comparison.method == Method::Unpaired { "processes a side" } else { "rounds" };
            format!("inconclusive, about {} {what} needed", units::grouped(about(rounds) as f64, 0))
        }
        Verdict::Inconclusive { rounds_needed: None } => "inconclusive".to_owned(),
    };
    let text = if judged.same_code { format!("{text}; same code") } else { text };
    (text, tone)
}

/// A verdict in one word, where its bound stands beside it as an interval.
pub fn verdict_word(judged: &Judged, unit: Unit) -> (&'static str, Tone) {
    let (less, more) = directions(unit);
    match judged.verdict {
        None => ("", Tone::Plain),
        Some(Verdict::Same { .. }) => ("same", Tone::Plain),
        Some(Verdict::Faster) => (less, Tone::Green),
        Some(Verdict::Slower) => (more, Tone::Red),
        Some(Verdict::Inconclusive { .. }) => ("inconclusive", Tone::Yellow),
    }
}

/// Thousands of rounds to two digits, upwards: an estimate from a spread knows no more.
fn about(rounds: u64) -> u64 {
    let mut digit = 1;
    while rounds / digit >= 100 {
        digit *= 10;
    }
    if rounds < 1000 { rounds } else { rounds.div_ceil(digit).saturating_mul(digit) }
}

fn with_least(word: &str, comparison: &Comparison) -> String {
    match comparison.at_least_log().and_then(at_least) {
        Some(least) => format!("{word}, at least {least}"),
        None => word.to_owned(),
    }
}

/// The end of an interval as a bound, rounded towards zero: rounded away from it, it would claim more than was shown.
/// `None` where nothing would be left of it.
fn at_least(log: f64) -> Option<String> {
    // Absorbs the rounding of logarithms, so that exactly 2.1 % is not shown as 2.0 %.
    const ROUNDING: f64 = 1e-9;
    let times = log.abs().exp();
    if times >= 2.0 {
        // Beyond a factor of two percentages confuse: 1,140 % more, 91 % less.
        let floored = |digit: f64| (times / digit + ROUNDING).floor() * digit;
        let text = if times < 100.0 { units::grouped(floored(0.1), 1) } else { units::grouped(floored(1.0), 0) };
        return Some(format!("{text}×"));
    }
    let percent = 100.0 * log.exp_m1().abs();
    let (per_percent, decimals) = if percent >= 0.1 { (10.0, 1) } else { (100.0, 2) };
    let floored = (percent * per_percent + ROUNDING).floor() / per_percent;
    (floored > 0.0).then(|| format!("{floored:.decimals$} %"))
}

fn exact(comparison: &Comparison) -> String {
    if comparison.diff_log == 0.0 {
        return "equal".to_owned();
    }
    let word = if comparison.diff_log > 0.0 { "larger" } else { "smaller" };
    if comparison.ratio() >= 2.0 {
        return format!("{}× as large", units::ratio(comparison.ratio()));
    }
    // A difference of a single byte is no equality, however small its share.
    let percent = 100.0 * comparison.diff_log.exp_m1().abs();
    if percent < 0.01 {
        return format!("{word} by less than 0.01 %");
    }
    let decimals = if percent < 0.1 { 2 } else { 1 };
    format!("{word} by {percent:.decimals$} %")
}

/// How loud an outcome is: what an engine does not claim to do is no news, a crash is.
pub fn tone_of(outcome: &Outcome) -> Tone {
    match outcome {
        Outcome::Measured => Tone::Plain,
        Outcome::Unsupported { .. } => Tone::Dim,
        Outcome::Invalid { .. } | Outcome::TimedOut { .. } | Outcome::OutOfMemory { .. } => Tone::Yellow,
        Outcome::Trapped { .. } | Outcome::WrongOutput { .. } | Outcome::Failed { .. } => Tone::Red,
        Outcome::Crashed { .. } => Tone::Loud,
    }
}

/// How often each verdict was given to a variant: `3 faster, 1 slower, 8 same`; `None` without verdicts.
pub fn counts(table: &Table, variant: usize, is_exact: bool) -> Option<String> {
    let counts = tally(table, variant, is_exact);
    let said: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// How often each verdict was given to a variant: costs less, costs more, same, inconclusive, each in its word.
///
/// An exact table counts what is equal, not what is the same within a margin.
pub fn tally(table: &Table, variant: usize, is_exact: bool) -> [(&'static str, usize); 4] {
    let (less, more) = if is_exact { ("smaller", "larger") } else { directions(table.metric.unit()) };
    let same = if is_exact { "equal" } else { "same" };
    let mut counts = [(less, 0), (more, 0), (same, 0), ("inconclusive", 0)];
    for row in &table.rows {
        let Some(judged) = row.cells.get(variant).and_then(|cell| cell.judged()) else { continue };
        let place = match (judged.verdict, &judged.difference) {
            (Some(_), Difference::Ratio(comparison)) if is_exact => match comparison.diff_log {
                less if less < 0.0 => 0,
                more if more > 0.0 => 1,
                _ => 2,
            },
            (Some(Verdict::Faster), _) => 0,
            (Some(Verdict::Slower), _) => 1,
            (Some(Verdict::Same { .. }), _) => 2,
            (Some(Verdict::Inconclusive { .. }), _) => 3,
            (None, _) => continue,
        };
        counts[place].1 += 1;
    }
    counts
}
