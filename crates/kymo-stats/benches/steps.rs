//! What the detector costs: one long series, and many short ones. The ratio of two lengths decides; times are printed.

use kymo_stats::noise::of_differences;
use kymo_stats::robust::winsorise;
use kymo_stats::segments::partition;
use kymo_stats::simulate::draw::Draw;
use kymo_stats::steps;
use kymo_stats::verdict::Margin;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Runs of each, of which the fastest is taken: what is asked is what the work costs, not what the machine does beside it.
const RUNS: usize = 15;

/// Ten times the length takes ten times as long if it is linear, a hundred times if it is quadratic.
const RATIO_MAX: f64 = 30.0;

const SERIES: usize = 10_000;
const POINTS: usize = 500;

fn fastest<T>(mut work: impl FnMut() -> T) -> Duration {
    let mut once = || {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    (0..RUNS).map(|_| once()).min().unwrap_or_default()
}

/// A series in which the level moves by 5 % every so many values, if at all.
fn series(n: usize, every: usize) -> Vec<f64> {
    let mut draw = Draw::new(1, "bench");
    (0..n).map(|i| 0.01 * draw.normal() + 0.05 * ((i / every) % 2) as f64).collect()
}

fn main() {
    let detect = |logs: &[f64]| fastest(|| steps(black_box(logs), Margin::LEAST));
    let mut fails = false;
    for (what, every) in [("flat", usize::MAX), ("a step every 100", 100)] {
        let (short, long) = (detect(&series(1000, every)), detect(&series(10_000, every)));
        let ratio = long.as_secs_f64() / short.as_secs_f64();
        println!("{what}: 1,000 points {short:.2?}, 10,000 points {long:.2?}, ratio {ratio:.1}");
        fails |= ratio > RATIO_MAX;
    }
    let flat: Vec<f64> = series(10_000, usize::MAX).iter().map(|value| value * 100.0).collect();
    println!("one partition of 10,000 flat points: {:.2?}", fastest(|| partition(&flat, 36.8, 3)));
    println!("winsorising them: {:.2?}", fastest(|| winsorise(black_box(&flat))));
    println!("their noise: {:.2?}", fastest(|| of_differences(black_box(&flat))));
    let many: Vec<Vec<f64>> = (0..64).map(|i| series(POINTS, if i % 2 == 0 { usize::MAX } else { 120 })).collect();
    let start = Instant::now();
    let found: usize =
        (0..SERIES).filter_map(|i| steps(&many[i % many.len()], Margin::LEAST)).map(|f| f.steps.len()).sum();
    println!("{SERIES} series of {POINTS} points on one core: {:.2?}, {found} steps", start.elapsed());
    if fails {
        println!("ten times the length took more than {RATIO_MAX} times as long");
        std::process::exit(1);
    }
}
