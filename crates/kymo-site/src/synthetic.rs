//! A made-up history of any size, the same at every call: for benchmarks, tests, and to see pages with much on them.
//!
//! A history of more points is one of fewer points with more filings, so that what is added can be published, too.

use crate::entries::{
    Benchmark, Cell, Commit, Epoch, Floor, Happened, Incident, IncidentCommit, IncidentState, Machine, Module, Moved,
    Project, Run, RunSamples,
};
use crate::source::{Context, Failure, Generation, Metric, Outcome, Point, PointSet, SeriesInfo, Source, SourceError};
use std::collections::BTreeMap;
use std::ops::Range;

const PROJECT: &str = "synthetic";
const MACHINES: [&str; 2] = ["bench-1", "bench-2"];
const VARIANTS: [&str; 4] = ["canary", "engine", "engine[baseline]", "engine[interpreter]"];
const PHASES: [&str; 3] = ["compile", "instantiate", "execute"];

/// Series of one benchmark on one machine: each variant in each phase, and the code size of each.
const OF_BENCHMARK: usize = VARIANTS.len() * (PHASES.len() + 1);

/// The first commit is of this time, and each is an hour after the one before.
const FIRST_UNIX_S: u64 = 1_750_000_000;
const COMMIT_S: u64 = 3600;

/// The kernel of the machines is a new one from here on.
const EPOCH: u32 = 400;

/// The same bits for the same numbers, whatever they are for (SplitMix64).
fn bits(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xd1b5_4a32_d192_ed03);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// About standard normal: the sum of twelve uniform numbers.
fn normal(a: u64, b: u64) -> f64 {
    (0..12).map(|part| (bits(a, b.wrapping_mul(12) + part) >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0
}

/// A made-up history.
#[derive(Clone, Copy, Debug)]
pub struct Synthetic {
    series: usize,
    points: u32,
}

/// Where a series stands.
struct Place {
    machine: usize,
    benchmark: usize,
    variant: usize,
    phase: usize,
    code_size: bool,
}

impl Synthetic {
    /// With so many series of so many points; some begin later.
    pub fn new(series: usize, points: u32) -> Self {
        Self { series, points }
    }

    fn place(&self, series: usize) -> Place {
        let in_benchmark = series % OF_BENCHMARK;
        let kind = in_benchmark / VARIANTS.len();
        Place {
            machine: series / OF_BENCHMARK % MACHINES.len(),
            benchmark: series / (OF_BENCHMARK * MACHINES.len()),
            variant: in_benchmark % VARIANTS.len(),
            phase: if kind == PHASES.len() { 0 } else { kind },
            code_size: kind == PHASES.len(),
        }
    }

    /// The first position of a series: most have been there from the beginning.
    fn start(series: usize) -> u32 {
        if series % 31 == 3 { 40 + (bits(series as u64, 1) % 300) as u32 } else { 0 }
    }

    /// Where a benchmark changes on a machine, and by how much.
    fn step(place: &Place) -> Option<(u32, f64)> {
        let random = bits((place.benchmark * MACHINES.len() + place.machine) as u64, 2);
        let size = if random & 8 == 0 { 0.06 } else { -0.04 };
        (random.is_multiple_of(5) && place.variant == 1 && !place.code_size)
            .then_some((30 + (random >> 8) as u32 % 900, size))
    }

    fn value(&self, series: usize, position: u32) -> (f64, Option<(f64, f64)>) {
        let place = self.place(series);
        if place.code_size {
            let random = bits(place.benchmark as u64, 3) % 90_000 + u64::from(position / 64) * 16;
            return ((10_000 + random) as f64, None);
        }
        let noise = 0.002 + (bits(series as u64, 4) % 100) as f64 * 1e-4;
        let base = 1e-4 * (1.0 + (bits(series as u64, 5) % 10_000) as f64);
        let step = Self::step(&place).filter(|(at, _)| position >= *at).map_or(1.0, |(_, size)| 1.0 + size);
        let value = base * step * (noise * normal(series as u64, u64::from(position))).exp();
        let half = value * noise * (0.7 + (bits(series as u64, u64::from(position)) % 100) as f64 * 0.006);
        (value, Some((value - half, value + half * 1.05)))
    }

    fn context(&self, place: &Place, position: u32) -> Context {
        let hex = |number: u64| format!("{number:016x}")[..12].to_owned();
        Context {
            fingerprint: format!("{}-{}", MACHINES[place.machine], u32::from(position >= EPOCH)),
            module: hex(bits(place.benchmark as u64, 6 + u64::from(position >= 700 && place.benchmark % 9 == 4))),
            build: format!("1.{}.0 ({})", position / 100, &hash(position)[..9]),
            code: (place.variant != 3).then(|| hex(bits(place.benchmark as u64, 90 + u64::from(position / 64)))),
        }
    }

    fn run_id(machine: usize, position: u32) -> String {
        format!("20260101-{position:06}-{:05x}", bits(machine as u64, u64::from(position)) & 0xf_ffff)
    }

    fn add(&self, set: &mut PointSet, series: usize, positions: Range<u32>) {
        let place = self.place(series);
        for position in positions.start.max(Self::start(series))..positions.end.min(self.points) {
            let run = set.run(&Self::run_id(place.machine, position));
            if series % 97 == 5 && position % 50 == 7 {
                let outcome = Outcome::ALL[series / 97 % Outcome::ALL.len()];
                set.fail(series as i64, Failure { position, outcome, run });
                continue;
            }
            let context = set.context(&self.context(&place, position));
            let (value, interval) = self.value(series, position);
            set.push(series as i64, Point { position, value, interval, context, run });
        }
    }

    fn benchmarks_count(&self) -> usize {
        self.series.div_ceil(OF_BENCHMARK * MACHINES.len())
    }

    fn incident(&self, benchmark: usize, machine: usize) -> Option<Incident> {
        let first = (benchmark * MACHINES.len() + machine) * OF_BENCHMARK;
        let moving = |series: &usize| Self::step(&self.place(*series)).is_some();
        let series: Vec<usize> = (first..(first + OF_BENCHMARK).min(self.series)).filter(moving).collect();
        let (at, size) = Self::step(&self.place(*series.first()?))?;
        // It takes some points to be seen.
        (at + 5 <= self.points).then(|| Incident {
            id: format!("{PROJECT}-{}", first / OF_BENCHMARK + 1),
            project: PROJECT.to_owned(),
            machine: MACHINES[machine].to_owned(),
            state: if benchmark.is_multiple_of(3) { IncidentState::Confirmed } else { IncidentState::Suspected },
            first: at.saturating_sub(1),
            last: at + 1,
            at,
            opened_unix_s: FIRST_UNIX_S + u64::from(at + 5) * COMMIT_S,
            size,
            worse: size > 0.0,
            commits: (at.saturating_sub(1)..at + 2).map(incident_commit).collect(),
            commits_total: 3,
            series: series.iter().map(|series| self.moved(*series, at, size)).collect(),
            series_total: 0,
            decision: None,
            history: vec![Happened {
                unix_s: FIRST_UNIX_S + u64::from(at + 5) * COMMIT_S,
                text: format!("suspected at {}", &hash(at)[..12]),
            }],
            reproduce: Some(format!("kymo confirm {PROJECT}-{}", first / OF_BENCHMARK + 1)),
            confirmations: Vec::new(),
        })
    }

    fn moved(&self, series: usize, at: u32, size: f64) -> Moved {
        let first = at.saturating_sub(20);
        let values: Vec<f64> = (first..(at + 20).min(self.points)).map(|p| self.value(series, p).0).collect();
        Moved {
            series: series as i64,
            size,
            low: Some(size - 0.01),
            high: Some(size + 0.01),
            confidence: Some(0.99),
            spark: values.iter().map(|value| Some(value / values[0])).collect(),
            spark_at: at - first,
        }
    }

    fn run_at(&self, machine: usize, position: u32) -> Run {
        Run {
            id: Self::run_id(machine, position),
            label: None,
            project: Some(PROJECT.to_owned()),
            commit: Some(hash(position)[..12].to_owned()),
            position: Some(position),
            created_unix_s: FIRST_UNIX_S + u64::from(position) * COMMIT_S + 600,
            duration_s: Some(540.0),
            machine: MACHINES[machine].to_owned(),
            fingerprint: format!("{}-{}", MACHINES[machine], u32::from(position >= EPOCH)),
            variants: VARIANTS.map(str::to_owned).to_vec(),
            benchmarks: self.benchmarks_count() as u32,
            outcomes: BTreeMap::from([("measured".to_owned(), (self.series / MACHINES.len()) as u32)]),
            noise: Vec::new(),
            data: None,
        }
    }
}

fn hash(position: u32) -> String {
    (0..3).map(|part| format!("{:016x}", bits(u64::from(position), 50 + part))).collect::<String>()[..40].to_owned()
}

fn commit(position: u32) -> Commit {
    Commit {
        hash: hash(position),
        unix_s: Some(FIRST_UNIX_S + u64::from(position) * COMMIT_S),
        title: format!("Made-up change number {position}"),
        author: ["Ada", "Grace", "Edsger", "Barbara"][position as usize % 4].to_owned(),
    }
}

fn incident_commit(position: u32) -> IncidentCommit {
    let Commit { hash, unix_s, title, author } = commit(position);
    IncidentCommit { position, hash, title, author, unix_s }
}

fn benchmark_name(number: usize) -> String {
    format!("made/up-{number:03}")
}

impl Source for Synthetic {
    fn generation(&self) -> Result<Generation, SourceError> {
        let points = u64::from(self.points);
        Ok(Generation { history: self.series as u64, last_filing: points, revision: points })
    }

    fn projects(&self) -> Result<Vec<Project>, SourceError> {
        Ok(vec![Project {
            name: PROJECT.to_owned(),
            branch: Some("main".to_owned()),
            commits: self.points,
            repository: None,
            commit_url: None,
            range_url: None,
        }])
    }

    fn commits(&self, _project: &str, from: u32) -> Result<Vec<Commit>, SourceError> {
        Ok((from..self.points).map(commit).collect())
    }

    fn series(&self) -> Result<Vec<SeriesInfo>, SourceError> {
        let there = (0..self.series).filter(|series| Self::start(*series) < self.points);
        let info = |series: usize| {
            let place = self.place(series);
            let metric = if place.code_size { kymo_model::Metric::CodeSize } else { kymo_model::Metric::WallTime };
            SeriesInfo {
                id: series as i64,
                project: PROJECT.to_owned(),
                machine: MACHINES[place.machine].to_owned(),
                benchmark: benchmark_name(place.benchmark),
                variant: VARIANTS[place.variant].to_owned(),
                phase: PHASES[place.phase].to_owned(),
                metric: Metric::from(metric),
                canary: place.variant == 0,
                noise: (!place.code_size).then(|| 0.002 + (bits(series as u64, 4) % 100) as f64 * 1e-4),
            }
        };
        Ok(there.map(info).collect())
    }

    fn points(&self, ids: &[i64], positions: Range<u32>) -> Result<PointSet, SourceError> {
        let mut set = PointSet::default();
        for id in ids {
            self.add(&mut set, *id as usize, positions.clone());
        }
        Ok(set)
    }

    fn points_of_filings(&self, after: u64) -> Result<PointSet, SourceError> {
        let mut set = PointSet::default();
        for series in 0..self.series {
            self.add(&mut set, series, after as u32..self.points);
        }
        Ok(set)
    }

    fn incidents(&self) -> Result<Vec<Incident>, SourceError> {
        let benchmarks = 0..self.benchmarks_count();
        Ok(benchmarks
            .flat_map(|one| (0..MACHINES.len()).filter_map(move |machine| self.incident(one, machine)))
            .collect())
    }

    fn machines(&self) -> Result<Vec<Machine>, SourceError> {
        let newest = FIRST_UNIX_S + u64::from(self.points) * COMMIT_S;
        let machine = |name: &str| Machine {
            name: name.to_owned(),
            epochs: vec![Epoch {
                fingerprint: format!("{name}-0"),
                first_unix_s: FIRST_UNIX_S,
                last_unix_s: newest,
                runs: self.points,
                fields: BTreeMap::from([("cpu_model".to_owned(), "Made-up processor".to_owned())]),
            }],
            floors: vec![Floor {
                fingerprint: format!("{name}-0"),
                variant: VARIANTS[1].to_owned(),
                benchmark: None,
                phase: "execute".to_owned(),
                metric: "wall_time".to_owned(),
                floor: 0.012,
                sd: Some(0.01),
                rounds: Some(20),
                comparisons: 312,
                flagged: 17,
                unix_s: FIRST_UNIX_S,
            }],
            last_run_unix_s: Some(newest),
            runs: self.points,
            noisy_of_last: Some((3, 20)),
            remarks: vec!["Everything about this machine is made up.".to_owned()],
        };
        Ok(MACHINES.iter().map(|name| machine(name)).collect())
    }

    fn benchmarks(&self) -> Result<Vec<Benchmark>, SourceError> {
        let benchmark = |number: usize| Benchmark {
            name: benchmark_name(number),
            suite: "made".to_owned(),
            description: Some("A benchmark that was made up".to_owned()),
            source: None,
            license: None,
            modules: vec![Module {
                sha256: (0..4).map(|part| format!("{:016x}", bits(number as u64, 6 + part))).collect(),
                bytes: Some(1000 + bits(number as u64, 7) % 100_000),
                first_unix_s: Some(FIRST_UNIX_S),
            }],
            features: vec!["wasi-p1".to_owned()],
            args: Vec::new(),
        };
        Ok((0..self.benchmarks_count()).map(benchmark).collect())
    }

    fn runs(&self) -> Result<Vec<Run>, SourceError> {
        let runs = (0..self.points).flat_map(|position| (0..MACHINES.len()).map(move |machine| (machine, position)));
        Ok(runs.map(|(machine, position)| self.run_at(machine, position)).collect())
    }

    fn samples(&self, run: &str) -> Result<Option<RunSamples>, SourceError> {
        let mut parts = run.split('-');
        let position: Option<u32> = parts.nth(1).and_then(|part| part.parse().ok());
        let Some(position) = position.filter(|position| *position < self.points) else { return Ok(None) };
        let machine = (0..MACHINES.len()).find(|machine| Self::run_id(*machine, position) == run).unwrap_or(0);
        let of_machine = (0..self.series).filter(|series| self.place(*series).machine == machine);
        let cells = of_machine.filter(|series| Self::start(*series) <= position).map(|series| {
            let place = self.place(series);
            let cost =
                |round: u32| self.value(series, position).0 * (0.01 * normal(series as u64, u64::from(round))).exp();
            let costs: Vec<f64> = (0..10).map(cost).collect();
            let metric = if place.code_size { "code_size" } else { "wall_time" };
            Cell {
                benchmark: benchmark_name(place.benchmark),
                variant: place.variant as u32,
                phase: PHASES[place.phase].to_owned(),
                metric: metric.to_owned(),
                outcome: "measured".to_owned(),
                reason: None,
                code: self.context(&place, position).code,
                rounds: (1..=10).collect(),
                samples: costs.iter().map(|cost| vec![*cost; 3]).collect(),
                costs,
            }
        });
        let about = self.run_at(machine, position);
        Ok(Some(RunSamples {
            id: run.to_owned(),
            commit: about.commit,
            machine: about.machine,
            fingerprint: about.fingerprint,
            command: None,
            variants: about.variants,
            paired: true,
            harness: "made up".to_owned(),
            notes: Vec::new(),
            cells: cells.collect(),
            parts: Vec::new(),
        }))
    }
}
