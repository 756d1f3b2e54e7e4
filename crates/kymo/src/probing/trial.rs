//! A probe on a subject: a fresh process, and what became of it. The claims are not asked first: the point is to see
//! what happens without them.

use super::probes::{EXPORT, Probe, Right};
use super::subject::Subject;
use crate::error::CliError;
use kymo_model::{Benchmark, Bytes, Metric, Outcome, Phase, Seconds, Verification};
use kymo_suite::SingleFile;
use kymo_worker::parent::{Invoker, Limits, Order, ProcessInvoker, Report, has_panicked};
use kymo_worker::protocol::{Measure, Open, PhasePlan};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What an engine did with a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It gave what is right.
    Supported,
    /// It reported an error.
    Refused,
    /// It panicked.
    Panicked,
    /// A signal ended it.
    Crashed,
    /// It gave something else, or trapped.
    WrongResult,
    /// It did not come to an end.
    TimedOut,
    /// It took more memory than any probe needs.
    OutOfMemory,
}

/// A finding with what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What the engine did.
    pub finding: Finding,
    /// The signal's name, for a crash.
    pub signal: Option<String>,
    /// What was said, or what came instead of what is right.
    pub detail: String,
    /// Whether the subject claims the feature.
    pub claimed: bool,
}

impl Trial {
    /// The finding in words, as tables have it.
    pub fn label(&self) -> String {
        match (self.finding, &self.signal) {
            (Finding::Supported, _) => "supported".to_owned(),
            (Finding::Refused, _) => "refused".to_owned(),
            (Finding::Panicked, _) => "panicked".to_owned(),
            (Finding::Crashed, signal) => format!("crashed({})", signal.as_deref().unwrap_or("signal")),
            (Finding::WrongResult, _) => "wrong result".to_owned(),
            (Finding::TimedOut, _) => "timed out".to_owned(),
            (Finding::OutOfMemory, _) => "out of memory".to_owned(),
        }
    }

    /// Whether the finding is what the claim says.
    pub fn agrees(&self) -> bool {
        self.claimed == (self.finding == Finding::Supported)
    }
}

/// Where probes are prepared and run.
pub struct Bench {
    folder: PathBuf,
}

impl Bench {
    /// A bench in this folder, which is to be empty.
    ///
    /// # Errors
    /// When the folder for translated probes cannot be made.
    pub fn new(folder: &Path) -> Result<Self, CliError> {
        std::fs::create_dir_all(folder.join("modules"))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// A probe as a benchmark.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn benchmark(&self, probe: &Probe) -> Result<Benchmark, CliError> {
        let path = self.folder.join(format!("{}.wat", probe.name));
        std::fs::write(&path, probe.text)?;
        let invoke = matches!(probe.right, Right::Result(_)).then(|| EXPORT.to_owned());
        let file = SingleFile { path, invoke, ..SingleFile::default() };
        Ok(kymo_suite::single(&file, &self.folder.join("modules"))?.benchmark)
    }

    /// Tries a probe.
    pub fn try_out(&self, probe: &Probe, benchmark: &Benchmark, subject: &Subject, timeout: Seconds) -> Trial {
        let report = ProcessInvoker::default().invoke(&self.order(benchmark, subject, timeout));
        let signal = match &report.outcome {
            Outcome::Crashed { signal, .. } => Some(signal.clone()),
            _ => None,
        };
        let (finding, detail) = finding(&report, probe);
        Trial { finding, signal, detail, claimed: subject.claims.contains(&probe.feature) }
    }

    fn order(&self, benchmark: &Benchmark, subject: &Subject, timeout: Seconds) -> Order {
        let path = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        let execute = PhasePlan { phase: Phase::Execute, warmup: 0, iterations: 1 };
        Order {
            program: subject.program.clone(),
            build_id: subject.build_id.clone(),
            open: Open {
                module: benchmark.path.clone(),
                sha256: benchmark.sha256.clone(),
                kind: benchmark.kind,
                strategy: subject.strategy.clone(),
                settings: subject.settings.clone(),
                region: benchmark.region.clone(),
                args: Vec::new(),
                env: std::collections::BTreeMap::new(),
                stdin: None,
                dirs: Vec::new(),
                stdout: path("stdout"),
                stderr: path("stderr"),
                native: None,
                output_varies: false,
            },
            measure: Measure { phases: vec![execute], metrics: vec![Metric::WallTime] },
            lifetime: Vec::new(),
            // No probe holds a megabyte; a JavaScript engine takes some hundreds for itself.
            limits: Limits { timeout, memory_max: Bytes::new(1 << 30), output_max: Bytes::new(1 << 20) },
            padding_bytes: 0,
            cpu: None,
            simulated: false,
            serving: None,
        }
    }
}

fn finding(report: &Report, probe: &Probe) -> (Finding, String) {
    let said = report.outcome.reason().to_owned();
    match &report.outcome {
        Outcome::Measured => match wrong(report.verification.as_ref(), probe) {
            None => (Finding::Supported, String::new()),
            Some(detail) => (Finding::WrongResult, detail),
        },
        Outcome::Unsupported { feature } => (Finding::Refused, format!("unsupported: {feature}")),
        Outcome::Crashed { .. } => (Finding::Crashed, said),
        Outcome::TimedOut { .. } => (Finding::TimedOut, said),
        Outcome::OutOfMemory { .. } => (Finding::OutOfMemory, said),
        Outcome::Trapped { .. } => (Finding::WrongResult, format!("it trapped: {said}")),
        Outcome::WrongOutput { .. } => (Finding::WrongResult, said),
        outcome @ Outcome::Failed { .. } if has_panicked(outcome) => (Finding::Panicked, said),
        Outcome::Invalid { .. } | Outcome::Failed { .. } => (Finding::Refused, said),
    }
}

/// What is wrong with what the probe gave; nothing, if it is right.
fn wrong(given: Option<&Verification>, probe: &Probe) -> Option<String> {
    let Some(given) = given else { return Some("the worker did not say what came of it".to_owned()) };
    if given.exit_code != 0 {
        return Some(format!("it ended with exit code {}", given.exit_code));
    }
    match probe.right {
        Right::Result(right) => {
            let result = given.result.as_deref().unwrap_or("nothing");
            (result != right).then(|| format!("the result is '{result}', not '{right}'"))
        }
        Right::Output(right) => {
            let sha256 = kymo_model::ModuleHash::from_bytes(Sha256::digest(right).into());
            let bytes = given.stdout_bytes.get();
            (given.stdout_sha256 != sha256)
                .then(|| format!("it wrote {bytes} bytes, which are not {}", right.escape_debug()))
        }
    }
}
