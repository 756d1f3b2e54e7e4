//! The measuring loop: phases, warm-up, iterations, verification.

use super::{Ended, Meter, Session};
use crate::protocol::{Absent, Failure, Measure, Measured, Open, PhasePlan, WireSamples};
use kymo_model::{Bytes, Metric, ModuleHash, Outcome, Phase, Verification};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Metrics that come from the session or the kernel after an iteration rather than from the region.
const AFTER_ITERATION: [Metric; 5] =
    [Metric::PeakPss, Metric::CodeSize, Metric::Fuel, Metric::PeakRss, Metric::ModuleSize];

/// How long the simulator's other threads are given to go to sleep. They need some thousand instructions.
const SETTLING: Duration = Duration::from_millis(50);
/// Metrics that can be told of work that other processes do.
const ELSEWHERE: [Metric; 3] = [Metric::WallTime, Metric::CodeSize, Metric::ModuleSize];

/// One measurement of an opened module.
pub(super) struct Loop<'a> {
    pub session: &'a mut dyn Session,
    pub meter: &'a Meter,
    pub open: &'a Open,
    pub module_bytes: u64,
    /// The metrics that the hello offers.
    pub offered: &'a [Metric],
    /// Whether the session holds code already, from a measurement before this one.
    pub compiled: bool,
}

impl Loop<'_> {
    /// Runs the phases in the order given.
    pub fn run(mut self, measure: &Measure) -> Result<Measured, Failure> {
        let mut absent = Vec::new();
        let mut metrics = Vec::new();
        for metric in &measure.metrics {
            if self.offered.contains(metric) {
                metrics.push(*metric);
            } else {
                absent.push(Absent { metric: *metric, reason: "this worker does not give it".to_owned() });
            }
        }
        let own = self.session.reads().to_vec();
        let in_region = |m: &Metric| !AFTER_ITERATION.contains(m) && !own.contains(m);
        let in_region: Vec<Metric> = metrics.iter().copied().filter(in_region).collect();
        for missing in self.meter.choose(&in_region)? {
            metrics.retain(|metric| *metric != missing.metric);
            absent.push(Absent { metric: missing.metric, reason: missing.reason });
        }
        let mut table = Table::default();
        let mut verification = None;
        if !self.compiled && !measure.phases.iter().any(|plan| plan.phase == Phase::Compile) {
            self.session.compile()?;
            self.meter.reset();
        }
        for plan in &measure.phases {
            table.begin(*plan);
            match plan.phase {
                Phase::Compile => self.compile(plan, &metrics, &mut table)?,
                Phase::Instantiate => self.instantiate(plan, &metrics, &mut table)?,
                // A session that is asked for a lifetime starts a process: its execution is that process's lifetime.
                Phase::Serve => {
                    return Err(Failure::failed("'serve' is a request of its own, not a phase of 'measure'"));
                }
                Phase::Execute | Phase::Lifetime => self.execute(plan, &metrics, &mut table, &mut verification)?,
            }
        }
        for lost in self.meter.lost() {
            // Half a series is none: what was read before the loss goes, too.
            table.samples.retain(|samples| samples.metric != lost.metric);
            metrics.retain(|metric| *metric != lost.metric);
            absent.push(Absent { metric: lost.metric, reason: lost.reason });
        }
        absent.extend(table.never_given(&metrics));
        let (stdout, stderr) = (self.open.stdout.clone(), self.open.stderr.clone());
        let code_sha256 = self.session.code_sha256();
        Ok(Measured { samples: table.samples, verification, absent, code_sha256, stdout, stderr })
    }

    fn compile(&mut self, plan: &PhasePlan, metrics: &[Metric], table: &mut Table) -> Result<(), Failure> {
        for _ in 0..plan.warmup + plan.iterations {
            self.meter.reset();
            self.session.compile()?;
            self.record(metrics, table)?;
        }
        Ok(())
    }

    fn instantiate(&mut self, plan: &PhasePlan, metrics: &[Metric], table: &mut Table) -> Result<(), Failure> {
        for _ in 0..plan.warmup + plan.iterations {
            self.empty_outputs()?;
            self.meter.reset();
            settle(metrics);
            self.session.instantiate()?;
            self.record(metrics, table)?;
            self.session.discard();
        }
        Ok(())
    }

    fn execute(
        &mut self,
        plan: &PhasePlan,
        metrics: &[Metric],
        table: &mut Table,
        verification: &mut Option<Verification>,
    ) -> Result<(), Failure> {
        for iteration in 0..plan.warmup + plan.iterations {
            self.empty_outputs()?;
            self.session.instantiate()?;
            self.meter.reset();
            settle(metrics);
            self.meter.warm();
            let ended = self.session.execute()?;
            self.record(metrics, table)?;
            self.session.discard();
            let found = self.verify(ended)?;
            match verification {
                Some(first) if !self.agree(first, &found) => return Err(disagreement(iteration, first, &found)),
                _ => *verification = Some(found),
            }
        }
        Ok(())
    }

    fn agree(&self, first: &Verification, found: &Verification) -> bool {
        let same_output = self.open.output_varies || first.stdout_sha256 == found.stdout_sha256;
        same_output && first.exit_code == found.exit_code && first.result == found.result
    }

    /// Takes what the region read, and the metrics that are read after an iteration.
    fn record(&mut self, metrics: &[Metric], table: &mut Table) -> Result<(), Failure> {
        let elsewhere = table.phase.is_some_and(|plan| self.session.elsewhere(plan.phase));
        let told = |metric: Metric| !elsewhere || ELSEWHERE.contains(&metric);
        for (metric, value) in self.meter.take()? {
            if told(metric) {
                table.push(metric, value);
            }
        }
        for metric in metrics.iter().filter(|metric| told(**metric)) {
            if self.session.reads().contains(metric) {
                if let Some(value) = self.session.reading(*metric) {
                    table.push(*metric, value);
                }
                continue;
            }
            let value = match metric {
                // Read while the code and the instance are alive and outside the timed stretch. A linear memory
                // never shrinks, so the end of an execution is its peak.
                Metric::PeakPss => kymo_measure::memory::pss_bytes_tree(std::process::id()),
                Metric::PeakRss => kymo_measure::memory::peak_rss_bytes(std::process::id()),
                Metric::CodeSize => self.session.code_bytes(),
                Metric::ModuleSize => Some(self.module_bytes),
                Metric::Fuel => self.session.fuel(),
                _ => continue,
            };
            if let Some(value) = value {
                table.push(*metric, value as f64);
            }
        }
        Ok(())
    }

    fn empty_outputs(&self) -> Result<(), Failure> {
        for path in [&self.open.stdout, &self.open.stderr] {
            std::fs::File::create(path).map_err(|error| Failure::failed(format!("cannot empty {path}: {error}")))?;
        }
        Ok(())
    }

    fn verify(&self, ended: Ended) -> Result<Verification, Failure> {
        let path = &self.open.stdout;
        let output =
            std::fs::read(path).map_err(|error| Failure::failed(format!("cannot read {path} back: {error}")))?;
        Ok(Verification {
            exit_code: ended.exit_code,
            stdout_sha256: ModuleHash::from_bytes(Sha256::digest(&output).into()),
            stdout_bytes: Bytes::new(output.len() as u64),
            result: ended.result,
        })
    }
}

/// The simulator counts all threads and runs one at a time. Those that compiled look for more work before they go to
/// sleep; while this thread sleeps they do.
fn settle(metrics: &[Metric]) {
    if metrics.contains(&Metric::InstructionsSimulated) {
        std::thread::sleep(SETTLING);
    }
}

fn disagreement(iteration: u32, first: &Verification, found: &Verification) -> Failure {
    let message = format!(
        "iteration {} gave another result than iteration 1: exit code {} and {}, standard output of {} B and {} B \
         (SHA-256 {}… and {}…), result {:?} and {:?}",
        iteration + 1,
        first.exit_code,
        found.exit_code,
        first.stdout_bytes.get(),
        found.stdout_bytes.get(),
        first.stdout_sha256.short(),
        found.stdout_sha256.short(),
        first.result.as_deref().unwrap_or(""),
        found.result.as_deref().unwrap_or(""),
    );
    Failure { outcome: Outcome::WrongOutput { message } }
}

/// The samples so far; those of the phase under way are at the end.
#[derive(Default)]
struct Table {
    samples: Vec<WireSamples>,
    phase: Option<PhasePlan>,
}

impl Table {
    fn begin(&mut self, plan: PhasePlan) {
        self.phase = Some(plan);
    }

    fn push(&mut self, metric: Metric, value: f64) {
        let Some(plan) = self.phase else { return };
        let known = self.samples.iter_mut().find(|samples| samples.phase == plan.phase && samples.metric == metric);
        match known {
            Some(samples) => samples.values.push(Some(value)),
            None => {
                // All room is taken before the first iteration ends, so that later iterations allocate nothing.
                let mut values = Vec::with_capacity((plan.warmup + plan.iterations) as usize);
                values.push(Some(value));
                let unit = metric.unit().symbol().to_owned();
                self.samples.push(WireSamples { phase: plan.phase, metric, unit, warmup: plan.warmup, values });
            }
        }
    }

    fn never_given(&self, metrics: &[Metric]) -> Vec<Absent> {
        let missing = metrics.iter().filter(|metric| !self.samples.iter().any(|samples| samples.metric == **metric));
        missing
            .map(|metric| Absent {
                metric: *metric,
                reason: "the engine does not give it under these settings".to_owned(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kymo_model::{ModuleKind, Region, Settings};

    /// An engine whose compiler is another program.
    struct Compiles(Meter);

    impl Session for Compiles {
        fn settings(&self) -> Settings {
            Settings::new()
        }

        fn compile(&mut self) -> Result<(), Failure> {
            self.0.start();
            self.0.end();
            Ok(())
        }

        fn instantiate(&mut self) -> Result<(), Failure> {
            self.compile()
        }

        fn execute(&mut self) -> Result<Ended, Failure> {
            self.compile().map(|()| Ended::default())
        }

        fn discard(&mut self) {}

        fn elsewhere(&self, phase: Phase) -> bool {
            phase == Phase::Compile
        }
    }

    #[test]
    fn what_others_do_is_not_told_as_this_process_s() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let open = Open {
            module: file("module"),
            sha256: ModuleHash::from_bytes([0; 32]),
            kind: ModuleKind::Core,
            strategy: String::new(),
            settings: Settings::new(),
            region: Region::Start,
            args: Vec::new(),
            env: Default::default(),
            stdin: None,
            dirs: Vec::new(),
            stdout: file("stdout"),
            stderr: file("stderr"),
            native: None,
            output_varies: false,
        };
        let meter = Meter::default();
        let plan = |phase| PhasePlan { phase, warmup: 0, iterations: 2 };
        let asked = [Metric::WallTime, Metric::CpuTime, Metric::PeakRss];
        let measure = Measure { phases: [Phase::Compile, Phase::Execute].map(plan).to_vec(), metrics: asked.to_vec() };
        let mut session = Compiles(meter.clone());
        let (session, meter) = (&mut session, &meter);
        let all = Loop { session, meter, open: &open, module_bytes: 0, offered: &asked, compiled: false };
        let samples = all.run(&measure).unwrap().samples;
        let told =
            |phase| -> Vec<Metric> { samples.iter().filter(|one| one.phase == phase).map(|one| one.metric).collect() };
        assert_eq!(told(Phase::Compile), [Metric::WallTime]);
        assert_eq!(told(Phase::Execute), asked);
    }
}
