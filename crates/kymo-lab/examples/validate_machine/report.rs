//! What was measured, as Markdown.

use crate::bench::{Bench, ENGINE};
use crate::figures::{band, median, pooled_sd, power};
use crate::{Done, Kind, Measured, ROUNDS_FIXED, ROUNDS_SLOWED, SLOWED_PERCENT};
use kymo_measure::clock::{Clock, SystemClock};
use kymo_model::Share;
use kymo_stats::compare::ALPHA;
use kymo_stats::floor::false_alarm_band;
use kymo_stats::{Comparison, Verdict};
use std::fmt::Write;

/// The section.
pub const HEADING: &str = "## On a real machine";

/// Mean load up to which the machine counts as quiet: our one busy process and half another.
const LOAD_QUIET: f64 = 1.5;

const DISTURBED: &str = "\n**The machine was not quiet**, other work ran beside: these are figures of a disturbed machine. \
                         The level must hold all the same; the power is that of the noise there was.\n";

/// The section's text, and whether the identical pairs were told apart as seldom as they may be.
pub fn render(bench: &Bench, measured: &Measured) -> Option<(String, bool)> {
    let mut text = head(bench, measured);
    let identical = |done: &&Done| matches!(done.kind, Kind::Fixed | Kind::Adaptive);
    let all: Vec<&Done> = measured.done.iter().filter(identical).collect();
    text.push_str(
        "\n**A worker against a byte-identical copy of itself.** A pair differs when p ≤ 5 %; *may* is the 99 % band of \
         the binomial distribution. The verdicts are those of a report with this one comparison, δ = 1 %.\n\n\
         | | pairs | differ | may | faster, slower | same | inconclusive | sd of a round, median | 95 % of \\|D\\| within |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for (index, name) in measured.modules.iter().enumerate() {
        for (kind, rounds) in [(Kind::Fixed, "ten rounds"), (Kind::Adaptive, "adaptive")] {
            let own: Vec<&Done> =
                all.iter().copied().filter(|done| done.module == index && done.kind == kind).collect();
            text.push_str(&identical_row(&format!("{name}, {rounds}"), &own)?);
        }
    }
    for (kind, name) in [(Kind::Fixed, "all, ten rounds"), (Kind::Adaptive, "all, adaptive")] {
        let own: Vec<&Done> = all.iter().copied().filter(|done| done.kind == kind).collect();
        text.push_str(&identical_row(name, &own)?);
    }
    text.push_str(&identical_row("**all**", &all)?);
    let differing = count(&all, differs);
    let holds = differing as u64 <= false_alarm_band(all.len() as u64)?.1;
    let adaptive = all.iter().filter(|done| done.kind == Kind::Adaptive).map(|done| done.compared.rounds.len() as f64);
    let (rounds, judged) = (median(adaptive)?, if holds { "at most the nominal share" } else { "**too many**" });
    let _ = writeln!(
        text,
        "\n{differing} of {} differ: {judged}. Adaptive stopping took {rounds:.0} rounds in the median.",
        all.len()
    );
    text.push_str(&slowed(measured)?);
    Some((text, holds))
}

fn head(bench: &Bench, measured: &Measured) -> String {
    let machine = &bench.machine;
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "not told".to_owned());
    let share = |share: Option<Share>| share.map_or("not told".to_owned(), |share| percent(share.get(), 2));
    let conditions = &measured.conditions;
    let load =
        measured.load.map_or("not told".to_owned(), |(mean, most)| format!("{mean:.2} in the mean, {most:.2} at most"));
    let disturbed = measured.load.is_some_and(|(mean, _)| mean > LOAD_QUIET);
    let (times, modules) = (time_of(measured), measured.modules.len());
    format!(
        "Not simulated: the worker of {ENGINE} {} as processes, from the conductor to the verdict, wall time of the \
         execution phase of {modules} small modules ({times}). Written by\n\n\
         ```\ncargo run --release -p kymo-lab --example validate_machine -- --workers FOLDER docs/validation.md {}\n```\n\n\
         on {} with seed {} (the seed fixes every order; times are the machine's). FOLDER holds the workers.\n\n\
         - machine: {}, {} logical processors, kernel {}, hypervisor {}, governor {}\n\
         - conditions over {:.0} s: load average {load} (the measurement itself is about 1 of it); steal {}; other \
         processes {} of all processors; some task waited for a processor {} of the time\n{}",
        bench.engine_version,
        measured.seed,
        date(SystemClock.unix_s()),
        measured.seed,
        known(&machine.cpu_model),
        machine.logical_cpus,
        known(&machine.kernel),
        known(&machine.hypervisor),
        known(&machine.governor),
        conditions.over.get(),
        share(conditions.steal),
        share(conditions.others_cpu),
        share(conditions.cpu_pressure),
        if disturbed { DISTURBED } else { "" },
    )
}

/// What an iteration of each module takes.
fn time_of(measured: &Measured) -> String {
    let times = measured.modules.iter().enumerate().filter_map(|(index, name)| {
        let own = measured.done.iter().filter(|done| done.module == index).map(|done| done.compared.iteration_s);
        Some(format!("{name}, {:.1} ms an iteration", median(own)? * 1e3))
    });
    times.collect::<Vec<_>>().join("; ")
}

fn differs(done: &Done) -> bool {
    done.compared.comparison.p <= ALPHA
}

fn count(done: &[&Done], what: impl Fn(&Done) -> bool) -> usize {
    done.iter().filter(|done| what(done)).count()
}

fn identical_row(name: &str, done: &[&Done]) -> Option<String> {
    let (low, high) = false_alarm_band(done.len() as u64)?;
    let verdicts = |wanted: fn(&Verdict) -> bool| count(done, |done| wanted(&done.compared.verdict));
    let sizes: Vec<f64> = done.iter().map(|done| done.compared.comparison.diff_log.abs()).collect();
    Some(format!(
        "| {name} | {} | {} | {low} to {high} | {} | {} | {} | {} | {} |\n",
        done.len(),
        count(done, differs),
        verdicts(|verdict| matches!(verdict, Verdict::Faster | Verdict::Slower)),
        verdicts(|verdict| matches!(verdict, Verdict::Same { .. })),
        verdicts(|verdict| matches!(verdict, Verdict::Inconclusive { .. })),
        percent(median(done.iter().map(|done| done.compared.comparison.sd_log))?, 2),
        percent(kymo_stats::sample::quantile(&sizes, 0.95)?.exp_m1(), 2),
    ))
}

fn slowed(measured: &Measured) -> Option<String> {
    let mut text = format!(
        "\n**The same program, slowed by a known share.** The copy runs the compute-bound module with a loop that goes round \
         exactly 1.01, 1.02 and 1.05 times as often. *Found*: p ≤ 5 % and D > 0. *Predicted*: the power of the paired t at \
         the standard deviation of a round's difference, pooled over these comparisons (as if the machine were equally \
         noisy all the time); *by each*: the mean of the powers at each comparison's own, which is fairer where disturbances come \
         and go. *May*: the 99 % bands about the two. The rows of {ROUNDS_FIXED} rounds are the first {ROUNDS_FIXED} of the same {ROUNDS_SLOWED}.\n\n\
         | | pairs | found | predicted | may | by each | may | sd of a round, pooled | median |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let mut effects = String::from(
        "\n| true | pairs | mean estimate | 95 % interval | holds the truth |\n|---|---:|---:|---:|---|\n",
    );
    for percent in SLOWED_PERCENT {
        let own: Vec<&Done> = measured.done.iter().filter(|done| done.kind == Kind::Slowed(percent)).collect();
        let effect = (f64::from(percent) / 100.0).ln_1p();
        for rounds in [ROUNDS_FIXED, ROUNDS_SLOWED] {
            let compared = own.iter().map(|done| done.compared.rounds.get(..rounds as usize));
            let compared: Option<Vec<Comparison>> =
                compared.map(|rounds| kymo_stats::of_differences(rounds?)).collect();
            text.push_str(&found_row(&format!("+{percent} %, {rounds} rounds"), effect, &compared?)?);
        }
        effects.push_str(&effect_row(effect, &own)?);
    }
    text.push_str(&effects);
    Some(text)
}

fn found_row(name: &str, effect: f64, compared: &[Comparison]) -> Option<String> {
    let (pairs, rounds) = (compared.len(), compared.first()?.n);
    let found = compared.iter().filter(|one| one.p <= ALPHA && one.diff_log > 0.0).count();
    let sds: Vec<f64> = compared.iter().map(|one| one.sd_log).collect();
    let predicted = power(effect, pooled_sd(&sds), rounds)?;
    let powers: Option<Vec<f64>> = sds.iter().map(|sd| power(effect, *sd, rounds)).collect();
    let by_each = kymo_stats::sample::mean(&powers?)?;
    let (low, high) = band(predicted, pairs)?;
    let (each_low, each_high) = band(by_each, pairs)?;
    Some(format!(
        "| {name} | {pairs} | {found}, {} | {} | {low} to {high} | {} | {each_low} to {each_high} | {} | {} |\n",
        percent(found as f64 / pairs as f64, 1),
        percent(predicted, 1),
        percent(by_each, 1),
        percent(pooled_sd(&sds), 2),
        percent(median(sds.iter().copied())?, 2),
    ))
}

fn effect_row(effect: f64, done: &[&Done]) -> Option<String> {
    let estimates: Vec<f64> = done.iter().map(|done| done.compared.comparison.diff_log).collect();
    let all = kymo_stats::of_differences(&estimates)?;
    let interval = all.ci95?;
    Some(format!(
        "| {} | {} | {} | {} to {} | {} |\n",
        signed(effect, 0),
        done.len(),
        signed(all.diff_log, 3),
        signed(interval.lo, 3),
        signed(interval.hi, 3),
        if interval.contains(effect) { "yes" } else { "no" },
    ))
}

/// A difference of logarithms in percent, with its sign.
fn signed(log: f64, digits: usize) -> String {
    format!("{:+.digits$} %", log.exp_m1() * 100.0)
}

/// A share in percent.
pub fn percent(share: f64, digits: usize) -> String {
    format!("{:.digits$} %", share * 100.0)
}

/// The date of a time, in the Gregorian calendar, by counting.
pub fn date(unix_s: u64) -> String {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut day, mut year, mut month) = (unix_s / 86_400, 1970, 1);
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", day + 1)
}
