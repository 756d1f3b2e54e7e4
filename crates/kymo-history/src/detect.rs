//! Where series changed. Each stretch of a series is looked at alone; values are relative to the canary where one was
//! measured in the same runs.

use crate::series::{Loaded, Series, Stretch};
use kymo_model::Ratio;
use kymo_model::metric::{Direction, Nature};
use kymo_model::watch::RegressionRule;
use kymo_stats::steps::{self, Step};
use kymo_stats::{Margin, canary};
use kymo_store::SeriesKey;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

/// Share of a stretch's points that must have a canary beside them for it to be read relative to the canary: a canary that
/// came late would hide all that was measured before. Ours.
const CANARY_SHARE: f64 = 0.9;

/// Least change of an exact metric that is an incident: sizes and counts move by a byte at every commit. Ours.
const EXACT_DELTA: f64 = 0.001;

/// A change of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The series' key in the store.
    pub series: i64,
    /// The machine's name.
    pub machine: String,
    /// Positions of the commits of which one made it: after the last value before, up to the first after it.
    pub commits: RangeInclusive<u32>,
    /// Position of the likeliest: the first measured after it.
    pub at: u32,
    /// Position of the last commit that was measured before all of `commits`.
    pub before: u32,
    /// Relative size: 0.05 = +5 %.
    pub size: f64,
    /// Its 95 % interval, relative; `None` for metrics that are exact.
    pub interval: Option<(f64, f64)>,
    /// How sure it is, 0 to 1 (see [`Step::confidence`]).
    pub confidence: f64,
    /// Whether the change is for the worse.
    pub worse: bool,
    /// Whether the machine code before and after is byte-identical: then no change of the compiler's output did it, and it
    /// raises no alarm.
    pub same_code: bool,
    /// Whether values were read relative to a canary.
    pub relative: bool,
    /// Values around it, relative to the first of them.
    pub spark: Vec<f64>,
    /// The place in `spark` of the first value after it.
    pub spark_at: usize,
}

/// Values shown on each side of a change.
const SPARK_REACH: usize = 20;

/// Finds changes, with one setting for all.
#[derive(Clone, Debug, Default)]
pub struct Detector {
    /// Noise floors by machine's fingerprint, benchmark, phase and metric, as logarithms of ratios; the benchmark is empty for
    /// the floor over all.
    pub floors: HashMap<(String, String, &'static str, &'static str), f64>,
    /// What the project says counts as a regression.
    pub rule: RegressionRule,
}

impl Detector {
    /// The changes of all series, on all processors of this machine.
    pub fn changes(&self, loaded: &Loaded) -> Vec<Change> {
        let canaries = Canaries::of(loaded);
        let counts = |series: &&Series| self.rule.tells_of(&series.key.benchmark, series.key.metric);
        let own = |series: &&Series| !series.key.canary && series.key.relative_to.is_empty();
        let subjects: Vec<&Series> = loaded.series.iter().filter(own).filter(counts).collect();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let share = subjects.len().div_ceil(threads).max(1);
        let found = std::thread::scope(|scope| {
            let workers: Vec<_> = subjects
                .chunks(share)
                .map(|part| {
                    let canaries = &canaries;
                    scope.spawn(move || part.iter().flat_map(|series| self.of(series, loaded, canaries)).collect())
                })
                .collect();
            let joined = workers.into_iter().map(|worker| worker.join().unwrap_or_default());
            joined.collect::<Vec<Vec<Change>>>()
        });
        found.into_iter().flatten().collect()
    }

    fn of(&self, series: &Series, loaded: &Loaded, canaries: &Canaries<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        for stretch in series.stretches(&loaded.contexts) {
            let values = Values::of(series, &stretch, canaries.beside(series));
            let margin = self.margin(&stretch.fingerprint, &series.key);
            for step in suspected(&values, margin) {
                changes.extend(values.change(series, loaded, &step));
            }
        }
        changes
    }

    /// The margin δ for a series: the machine's floor, and never less than 1 %, nor than what matters to the project; for
    /// exact metrics, where there is no noise, a tenth of the 1 %.
    fn margin(&self, fingerprint: &str, key: &SeriesKey) -> Margin {
        let matters = self.rule.least.map_or(0.0, Ratio::get);
        if key.metric.nature() == Nature::Exact {
            return Margin::new(EXACT_DELTA.max(matters)).unwrap_or(Margin::LEAST);
        }
        let floor = |benchmark: &str| {
            let name = (fingerprint.to_owned(), benchmark.to_owned(), key.phase.name(), key.metric.name());
            self.floors.get(&name)
        };
        match floor(&key.benchmark).or_else(|| floor("")) {
            Some(floor) => Margin::of_floor(floor.exp_m1().max(matters)),
            None => Margin::of_floor(matters),
        }
    }
}

/// The steps that this analysis and the one a commit ago both find.
fn suspected(values: &Values, margin: Margin) -> Vec<Step> {
    let now = steps::steps_in_epochs(&values.logs, &values.epochs, margin);
    if values.exact {
        return now;
    }
    let Some(earlier) = values.logs.len().checked_sub(1) else { return now };
    let before = steps::steps_in_epochs(&values.logs[..earlier], &values.epochs, margin);
    steps::suspected(&before, &now)
}

/// The canary's values, by machine, benchmark, phase and metric.
struct Canaries<'a> {
    by_key: BTreeMap<(&'a str, &'a str, &'static str, &'static str), &'a Series>,
}

impl<'a> Canaries<'a> {
    fn of(loaded: &'a Loaded) -> Self {
        let canaries = loaded.series.iter().filter(|series| series.key.canary && series.key.relative_to.is_empty());
        let mut by_key: BTreeMap<_, &'a Series> = BTreeMap::new();
        for series in canaries {
            // A new pin begins a new series: the one that was measured most is the one that history can be read by.
            let place = by_key.entry(key(series)).or_insert(series);
            if series.points.len() > place.points.len() {
                *place = series;
            }
        }
        Self { by_key }
    }

    fn beside(&self, series: &'a Series) -> Option<&'a Series> {
        self.by_key.get(&key(series)).copied().filter(|_| series.key.metric.nature() == Nature::Noisy)
    }
}

fn key(series: &Series) -> (&str, &str, &'static str, &'static str) {
    (&series.machine, &series.key.benchmark, series.key.phase.name(), series.key.metric.name())
}

/// The values of a stretch, one a commit.
struct Values {
    /// Logarithms, relative to the canary where there is one.
    logs: Vec<f64>,
    /// The first index of each epoch that the canary opened.
    epochs: Vec<usize>,
    /// Index into the series' points of the last measurement of each commit.
    points: Vec<usize>,
    exact: bool,
    relative: bool,
}

impl Values {
    fn of(series: &Series, stretch: &Stretch, canary: Option<&Series>) -> Self {
        let exact = series.key.metric.nature() == Nature::Exact;
        let beside: HashMap<i64, f64> =
            canary.iter().flat_map(|canary| &canary.points).map(|point| (point.filing, point.value)).collect();
        let with: Vec<usize> = stretch
            .points
            .iter()
            .copied()
            .filter(|&index| series.points.get(index).is_some_and(|point| beside.contains_key(&point.filing)))
            .collect();
        let relative = with.len() as f64 >= CANARY_SHARE * stretch.points.len() as f64 && !with.is_empty();
        let used = if relative { &with } else { &stretch.points };
        let own: Vec<f64> = used.iter().map(|&index| series.points[index].value).collect();
        let mut epochs = Vec::new();
        let logs = if relative {
            let machine: Vec<f64> = used.iter().map(|&index| beside[&series.points[index].filing]).collect();
            // A step of the canary is the machine's: nothing is compared across it.
            let canary_logs: Option<Vec<f64>> = kymo_stats::sample::logs(&machine);
            let moved = canary_logs.map(|logs| steps::steps_in_epochs(&logs, &[], Margin::LEAST)).unwrap_or_default();
            epochs = moved.iter().map(|step| step.at).collect();
            canary::relative_to_canary(&own, &machine).map(|relative| relative.logs)
        } else {
            kymo_stats::sample::logs(&own)
        };
        let mut values = Self { logs: Vec::new(), epochs, points: Vec::new(), exact, relative };
        // Values that are zero or less have no logarithm: such a series is shown, and no change is looked for.
        if let Some(logs) = logs {
            values.one_a_commit(series, used, &logs);
        }
        values
    }

    /// A commit that was measured several times counts once, with the mean of its logarithms.
    fn one_a_commit(&mut self, series: &Series, used: &[usize], logs: &[f64]) {
        let mut starts = Vec::with_capacity(self.epochs.len());
        let mut place = 0;
        while place < used.len() {
            let position = series.points[used[place]].position;
            let length = used[place..].iter().take_while(|&&index| series.points[index].position == position).count();
            if self.epochs.iter().any(|&start| (place..place + length).contains(&start)) {
                starts.push(self.logs.len());
            }
            self.logs.push(logs[place..place + length].iter().sum::<f64>() / length as f64);
            self.points.push(used[place + length - 1]);
            place += length;
        }
        self.epochs = starts;
    }

    fn change(&self, series: &Series, loaded: &Loaded, step: &Step) -> Option<Change> {
        let position = |place: usize| self.points.get(place).map(|&index| series.points[index].position);
        let (first, last) = (step.range.start.max(1), step.range.end.max(step.at + 1) - 1);
        let before = position(first - 1)?;
        let code = |place: usize| {
            let context = loaded.contexts.get(&series.points[*self.points.get(place)?].context)?;
            Some(context.code.as_str()).filter(|code| !code.is_empty())
        };
        let sides = (code(first - 1), code(last));
        let worse = match series.key.metric.direction() {
            Direction::LowerIsBetter => step.diff_log > 0.0,
            Direction::HigherIsBetter => step.diff_log < 0.0,
        };
        let from = step.at.saturating_sub(SPARK_REACH);
        let shown = &self.logs[from..(step.at + SPARK_REACH).min(self.logs.len())];
        Some(Change {
            series: series.id,
            machine: series.machine.clone(),
            commits: before + 1..=position(last)?,
            at: position(step.at)?,
            before,
            size: step.diff_log.exp_m1(),
            interval: step.interval_log.map(|(low, high)| (low.exp_m1(), high.exp_m1())),
            confidence: step.confidence,
            worse,
            same_code: series.key.phase == kymo_model::Phase::Execute && matches!(sides, (Some(a), Some(b)) if a == b),
            relative: self.relative,
            spark: shown.iter().map(|log| (log - shown[0]).exp()).collect(),
            spark_at: step.at - from,
        })
    }
}
