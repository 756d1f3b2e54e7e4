//! Steps of known size in the noise of real series: what simulated noise cannot stand for.

use super::check::{Bound, Check, Kind};
use super::draw::Draw;
use crate::steps::steps;
use crate::verdict::Margin;
use crate::{robust, sample};

/// Width of the running median that a real series is divided by, lest its own steps count as noise. Source: detection
/// reference, 4.
const MEDIAN_WIDTH: usize = 31;

/// Length of the blocks that are drawn, so that autocorrelation over a few values stays. Source: as above.
const BLOCK: usize = 8;

/// Length of a drawn series. Source: as above.
const POINTS: usize = 150;

/// A step lies in here. Source: as above.
const STEP_FROM: usize = 50;

/// See [`STEP_FROM`]; the first place after it.
const STEP_TO: usize = 121;

/// Alarms before this point do not count: a tracker has no history then. Source: as above.
const SETTLED: usize = 35;

/// A step is found by an alarm this near, in points. Source: as above.
const REACH: usize = 5;

/// Steps that are put in, relative. Source: as above, without 0, since false alarms are counted beside the steps, too.
const SIZES: [f64; 4] = [0.0, 0.02, 0.05, 0.10];

/// Series drawn of each real one, for each size.
const DRAWS: usize = 12;

/// The noise of one real series: logarithms of its values over their running median.
#[derive(Debug, Clone, PartialEq)]
pub struct RealNoise {
    logs: Vec<f64>,
}

impl RealNoise {
    /// Of positive values; `None` if there are too few to draw blocks of, or one is no positive number.
    pub fn new(values: &[f64]) -> Option<RealNoise> {
        let logs = sample::logs(values)?;
        let reach = MEDIAN_WIDTH / 2;
        let about = |at: usize| sample::median(&logs[at.saturating_sub(reach)..(at + reach + 1).min(logs.len())]);
        let noise: Option<Vec<f64>> = (0..logs.len()).map(|at| Some(logs[at] - about(at)?)).collect();
        (logs.len() >= MEDIAN_WIDTH).then_some(RealNoise { logs: noise? })
    }

    fn draw(&self, draw: &mut Draw) -> Vec<f64> {
        let mut series = Vec::with_capacity(POINTS + BLOCK);
        while series.len() < POINTS {
            let start = draw.below(self.logs.len() - BLOCK + 1);
            series.extend_from_slice(&self.logs[start..start + BLOCK]);
        }
        series.truncate(POINTS);
        series
    }
}

/// What is asked of the detector on some series.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Asked {
    /// At most so many false alarms per 1,000 points.
    pub false_alarms: Option<f64>,
    /// At least this share of steps found, of 2, 5 and 10 %.
    pub recall: [Option<f64>; 3],
}

/// The figures for the series of one source, called `name`; where something is asked, also the ceiling that anybody's recall
/// has who must say where the step is.
pub fn score(name: &str, noises: &[RealNoise], asked: Asked, seed: u64) -> Vec<Check> {
    let mut tally = Tally::default();
    let mut draw = Draw::new(seed, &format!("injected {name}"));
    for noise in noises {
        for size in 0..SIZES.len() {
            for _ in 0..DRAWS {
                tally.add(size, noise, &mut draw);
            }
        }
    }
    let bound = |asked: Option<f64>, to_bound: fn(f64) -> Bound| asked.map_or(Bound::Shown, to_bound);
    let mut checks = vec![Check {
        criterion: "R",
        what: format!("false alarms per 1,000 points, {name}"),
        kind: Kind::Number,
        repetitions: tally.points,
        measured: 1000.0 * tally.false_alarms as f64 / tally.points.max(1) as f64,
        bound: bound(asked.false_alarms, Bound::AtMost),
        tolerance: 0.0,
    }];
    let cases = noises.len() * DRAWS;
    for (size, least) in (1..SIZES.len()).zip(asked.recall) {
        let percent = 100.0 * SIZES[size];
        let found = format!("+{percent:.0} % found, {name}");
        checks.push(Check::share("R", found, tally.found[size], cases, bound(least, Bound::AtLeast)));
        if asked != Asked::default() {
            let ceiling = format!("+{percent:.0} % placed by who knows that there is one, {name}");
            checks.push(Check::share("R", ceiling, tally.placed[size], cases, Bound::Shown));
        }
    }
    checks
}

#[derive(Default)]
struct Tally {
    false_alarms: usize,
    points: usize,
    found: [usize; SIZES.len()],
    placed: [usize; SIZES.len()],
}

impl Tally {
    fn add(&mut self, size: usize, noise: &RealNoise, draw: &mut Draw) {
        let mut series = noise.draw(draw);
        let at = STEP_FROM + draw.below(STEP_TO - STEP_FROM);
        series[at..].iter_mut().for_each(|log| *log += SIZES[size].ln_1p());
        let alarms: Vec<usize> = steps(&series, Margin::LEAST)
            .map_or_else(Vec::new, |found| found.steps.iter().map(|step| step.at).collect());
        let has_step = SIZES[size] > 0.0;
        let near = |alarm: usize| has_step && alarm.abs_diff(at) <= REACH;
        self.false_alarms += alarms.iter().filter(|&&alarm| alarm >= SETTLED && !near(alarm)).count();
        self.points += POINTS - SETTLED - if has_step { 2 * REACH + 1 } else { 0 };
        self.found[size] += usize::from(alarms.iter().any(|&alarm| near(alarm)));
        self.placed[size] += usize::from(near(best_place(&series)));
    }
}

/// Where a step is likeliest if there is exactly one: least squares on the series with its spikes pulled in.
fn best_place(series: &[f64]) -> usize {
    let clipped = robust::winsorise(series);
    let n = clipped.len();
    let mean = clipped.iter().sum::<f64>() / n as f64;
    let mut sum = 0.0;
    let mut best = (0.0, 0);
    for (left, value) in clipped.iter().enumerate().map(|(index, value)| (index + 1, value)).take(n - 1) {
        sum += value - mean;
        let gain = sum * sum / (left * (n - left)) as f64;
        if gain > best.0 {
            best = (gain, left);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet() -> RealNoise {
        let mut draw = Draw::new(1, "injected");
        RealNoise::new(&(0..400).map(|_| (0.01 * draw.normal()).exp()).collect::<Vec<f64>>()).unwrap()
    }

    #[test]
    fn quiet_noise_hides_no_step_of_five_percent() {
        let asked = Asked { false_alarms: Some(0.2), recall: [Some(0.6), Some(0.9), Some(0.9)] };
        let checks = score("quiet", &[quiet()], asked, 1);
        assert!(checks.iter().all(Check::passes), "{checks:#?}");
        assert_eq!(checks.len(), 7);
    }

    #[test]
    fn steps_of_the_series_itself_are_no_noise() {
        let values: Vec<f64> = (0..200).map(|i| if i < 100 { 1.0 } else { 2.0 }).collect();
        assert!(RealNoise::new(&values).unwrap().logs.iter().all(|log| *log == 0.0));
        assert_eq!(RealNoise::new(&[1.0; 20]), None);
        assert_eq!(RealNoise::new(&[-1.0; 90]), None);
    }

    #[test]
    fn the_best_place_of_a_clear_step() {
        let series: Vec<f64> = (0..60).map(|i| f64::from(i % 2) + if i < 44 { 0.0 } else { 9.0 }).collect();
        assert_eq!(best_place(&series), 44);
    }
}
