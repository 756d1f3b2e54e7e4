//! A load as wrk2 writes it, for scripts that read its text; then what wrk2 does not say.

use super::super::harmless;
use super::{Shown, text, units};
use hdrhistogram::Histogram;
use kymo_load::{Interval, Summary};
use kymo_model::Unit;

/// The percentiles of wrk2's table.
const PERCENTILES: [f64; 8] = [50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 99.999, 100.0];

/// Ticks of the spectrum for each half of the distance to 100 %.
const TICKS: u32 = 5;

/// Sub-buckets of a histogram of three significant digits: the power of two at or above 2 · 10³.
const SUB_BUCKETS: u32 = 2048;

/// What else is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distributions {
    /// The distribution of response times, from when each request was due (`-L`).
    pub latency: bool,
    /// That of service times, from when each was sent (`-U`).
    pub uncorrected: bool,
}

/// The load as wrk2 writes it, with the verdict and the generator's lateness after it.
pub fn wrk2(shown: &Shown, what: Distributions) -> String {
    let (report, histograms) = (shown.report(), &shown.load.histograms);
    let mut out = format!("Running {} test @ {}\n", long_time(report.window_s), harmless::line(shown.url));
    out.push_str(&format!("  {} threads and {} connections\n", shown.spec.threads, shown.spec.connections));
    out.push_str(&format!("  Thread Stats{:>6}{:>11}{:>8}{:>12}\n", "Avg", "Stdev", "Max", "+/- Stdev"));
    out.push_str(&latency_row(&histograms.response, &report.response));
    out.push_str(&rate_row(&report.series, report.window_s, shown.spec.threads));
    if what.latency || what.uncorrected {
        out.push_str(&distribution(&histograms.response, "Recorded Latency"));
    }
    if what.uncorrected {
        out.push('\n');
        let name = "Uncorrected Latency (measured without taking delayed starts into account)";
        out.push_str(&distribution(&histograms.service, name));
    }
    // wrk2 counts every answer, and of those with status 400 and above says so besides.
    let answers = report.requests.completed + report.errors.status + report.errors.body;
    let (bytes, window) = (report.bytes_read as f64, report.window_s);
    out.push_str(&format!("  {answers} requests in {}, {}B read\n", micros(window * 1e6), binary(bytes)));
    let errors = &report.errors;
    let connect = errors.connect + errors.tls;
    let read = errors.read + errors.protocol;
    if connect + read + errors.write + errors.timeout > 0 {
        out.push_str(&format!(
            "  Socket errors: connect {connect}, read {read}, write {}, timeout {}\n",
            errors.write, errors.timeout
        ));
    }
    let bad: u64 = report.statuses.iter().filter(|(status, _)| **status > 399).map(|(_, count)| count).sum();
    if bad > 0 {
        out.push_str(&format!("  Non-2xx or 3xx responses: {bad}\n"));
    }
    let per_second = |amount: f64| if window > 0.0 { amount / window } else { 0.0 };
    out.push_str(&format!("Requests/sec: {:>9.2}\n", per_second(answers as f64)));
    out.push_str(&format!("Transfer/sec: {:>10}B\n", binary(per_second(bytes))));
    out.push('\n');
    out.push_str(&besides(shown));
    out
}

/// What wrk2 does not say.
fn besides(shown: &Shown) -> String {
    let report = shown.report();
    let mut out = text::judged(report).join("\n") + "\n";
    let seconds = |value: f64| units::quantity(value, Unit::Second);
    let late = &report.lateness;
    out.push_str(&format!(
        "lateness of the generator: p50 {}, p99 {}, max {}\n",
        seconds(late.p50),
        seconds(late.p99),
        seconds(late.max)
    ));
    let all = &report.requests;
    out.push_str(&format!("without an answer at the end: {} in flight, {} unsent\n", all.in_flight, all.unsent));
    out
}

fn latency_row(histogram: &Histogram<u64>, summary: &Summary) -> String {
    let (lo, hi) = (summary.mean - summary.stddev, summary.mean + summary.stddev);
    let within = |value: u64| (lo..=hi).contains(&(value as f64 / 1e9));
    let inside: u64 =
        histogram.iter_recorded().filter(|one| within(one.value_iterated_to())).map(|one| one.count_at_value()).sum();
    let share = if histogram.is_empty() { 0.0 } else { 100.0 * inside as f64 / histogram.len() as f64 };
    let micros = |seconds: f64| self::micros(seconds * 1e6);
    row("Latency", [micros(summary.mean), micros(summary.stddev), micros(summary.max)], share)
}

/// Requests a second of a thread, over the intervals of the window.
fn rate_row(series: &[Interval], window_s: f64, threads: u32) -> String {
    let inside: Vec<&Interval> = series.iter().filter(|one| one.start >= 0.0 && one.start < window_s).collect();
    let width = match inside.as_slice() {
        [first, second, ..] => second.start - first.start,
        _ => window_s,
    };
    let rates: Vec<f64> =
        inside.iter().map(|one| (one.completed + one.failed) as f64 / width / f64::from(threads.max(1))).collect();
    let count = rates.len().max(1) as f64;
    let mean = rates.iter().sum::<f64>() / count;
    let stdev = (rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0)).sqrt();
    let max = rates.iter().copied().fold(0.0, f64::max);
    let inside = rates.iter().filter(|rate| (**rate - mean).abs() <= stdev).count();
    row("Req/Sec", [metric(mean), metric(stdev), metric(max)], 100.0 * inside as f64 / count)
}

fn row(name: &str, figures: [String; 3], share: f64) -> String {
    let [mean, stdev, max] = figures;
    format!("    {name:<10}{}{}{}{share:>8.2}%\n", padded(&mean, 8), padded(&stdev, 10), padded(&max, 9))
}

/// To the right, so that numbers end in the same column whether their unit has two letters, one or none.
fn padded(text: &str, width: usize) -> String {
    let letters = text.bytes().rev().take(2).filter(u8::is_ascii_alphabetic).count();
    let blanks = 2 - letters;
    format!("{text:>width$}{:blanks$}", "", width = width - blanks)
}

fn distribution(histogram: &Histogram<u64>, name: &str) -> String {
    let mut out = format!("  Latency Distribution (HdrHistogram - {name})\n");
    for percentile in PERCENTILES {
        let value = histogram.value_at_percentile(percentile) as f64 / 1e3;
        out.push_str(&format!("{percentile:>7.3}%{}\n", padded(&micros(value), 10)));
    }
    out.push_str("\n  Detailed Percentile spectrum:\n");
    out.push_str(&format!("{:>12} {:>12} {:>12} {:>12}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)"));
    let mut total = 0;
    for one in histogram.iter_quantiles(TICKS) {
        total += one.count_since_last_iteration();
        let (value, quantile) = (one.value_iterated_to() as f64 / 1e6, one.quantile_iterated_to());
        out.push_str(&format!("{value:>12.3} {quantile:>12.6} {total:>12} {:>12.2}\n", 1.0 / (1.0 - quantile)));
    }
    let milliseconds = |nanoseconds: f64| nanoseconds / 1e6;
    out.push_str(&format!(
        "#[Mean    = {:>12.3}, StdDeviation   = {:>12.3}]\n#[Max     = {:>12.3}, Total count    = {:>12}]\n\
         #[Buckets = {:>12}, SubBuckets     = {SUB_BUCKETS:>12}]\n",
        milliseconds(histogram.mean()),
        milliseconds(histogram.stdev()),
        milliseconds(histogram.max() as f64),
        histogram.len(),
        histogram.buckets(),
    ));
    out.push_str("----------------------------------------------------------\n");
    out
}

/// A number in the largest unit of which there are 0.85 or more, as wrk2 scales it.
fn scaled(amount: f64, base: &'static str, scale: f64, units: &[&'static str], decimals: usize) -> String {
    let (mut amount, mut unit) = (amount, base);
    for next in units {
        if amount < scale * 0.85 {
            break;
        }
        amount /= scale;
        unit = next;
    }
    format!("{amount:.decimals$}{unit}")
}

/// A time given in microseconds.
fn micros(amount: f64) -> String {
    if amount >= 1e6 { scaled(amount / 1e6, "s", 60.0, &["m"], 2) } else { scaled(amount, "us", 1e3, &["ms"], 2) }
}

/// A time given in seconds, whole.
fn long_time(seconds: f64) -> String {
    scaled(seconds, "s", 60.0, &["m"], 0)
}

fn binary(bytes: f64) -> String {
    scaled(bytes, "", 1024.0, &["K", "M", "G", "T"], 2)
}

fn metric(amount: f64) -> String {
    scaled(amount, "", 1e3, &["k", "M", "G", "T"], 2)
}
