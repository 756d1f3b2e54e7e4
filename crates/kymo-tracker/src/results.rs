//! Results that agents report. They come from a machine that builds and runs strangers' code, so everything about them
//! may be hostile: their size, their shape, their numbers, and what they say they are.

use crate::api::Api;
use crate::api::problem::{Kind, Problem};
use crate::clean::{self, line};
use flate2::bufread::GzDecoder;
use kymo_model::run::RunState;
use kymo_model::watch::Order;
use kymo_model::{Commit, Filing, Machine, Run};
use kymo_store::{FiledResult, NewPoint, PointValue};
use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of a run document as it is sent, at most.
pub const PACKED_MAX: u64 = 32 << 20;

/// Bytes of all documents of a job when unpacked, at most.
const UNPACKED_MAX: u64 = 256 << 20;

/// Bytes of one text in a document at most: the end of a worker's standard error is the longest.
const TEXT_MAX: usize = 64 << 10;

/// Limits of one document.
const LIMITS: [(&str, usize); 6] = [
    ("benchmarks", 5_000),
    ("variants", 256),
    ("metrics and phases", 64),
    ("invocations", 200_000),
    ("notes", 10_000),
    ("benchmarks times variants", 100_000),
];

/// Invocations of a benchmark and variant at most.
const CELL_MAX: usize = 10_000;

/// Samples of all documents of a job at most.
const SAMPLES_MAX: usize = 10_000_000;

/// No quantity that is measured is larger, in its base unit: 2^60.
const VALUE_MAX: f64 = (1u64 << 60) as f64;

/// No measurement takes longer: a year, in seconds.
const SPAN_MAX_S: f64 = 366.0 * 86_400.0;

/// The results of a job, ready to be filed; or in one line why they are refused.
///
/// # Errors
/// When the server itself cannot, so that the agent may try again.
pub fn of_job(
    api: &Api,
    machine: &str,
    order: &Order,
    commit: &Commit,
    results: &[String],
) -> Result<Result<Vec<FiledResult>, String>, Problem> {
    let mut left = Left { bytes: UNPACKED_MAX, samples: SAMPLES_MAX };
    let mut filed: Vec<FiledResult> = Vec::new();
    for (index, sha256) in results.iter().enumerate() {
        let place = format!("result {} of {}", index + 1, results.len());
        let Some(packed) = api.pool.with(|store| store.upload(machine, sha256))? else {
            let missing = format!("{place} was not uploaded whole");
            let job = api.pool.with(|store| store.job(order.job))?;
            // After the same request was answered its uploads are gone, and the store answers as it did then.
            if job.is_some_and(|job| job.state.is_ended()) {
                return Ok(Err(missing));
            }
            return Err(Problem::new(Kind::Conflict, format!("{missing}: upload it, then end the job again")));
        };
        let job = Job { machine, order, commit };
        match document(&packed, &mut left, &job, api.options.points) {
            Ok(one) if filed.iter().any(|other| other.run.id == one.run.id) => {
                return Ok(Err(format!("{place} has the id of another one")));
            }
            Ok(one) => filed.push(one),
            Err(problem) => return Ok(Err(format!("{place} is refused: {problem}"))),
        }
    }
    Ok(Ok(filed))
}

/// What the documents of a job may still have.
struct Left {
    bytes: u64,
    samples: usize,
}

/// What the server knows of a job, whatever its results say.
struct Job<'a> {
    machine: &'a str,
    order: &'a Order,
    commit: &'a Commit,
}

/// How the points of a run are made.
pub type Points = fn(&Run, &Filing) -> Vec<NewPoint>;

fn document(packed: &[u8], left: &mut Left, job: &Job<'_>, points: Points) -> Result<FiledResult, String> {
    let text = unpacked(packed, &mut left.bytes)?;
    let text = clean::json(&text, TEXT_MAX)?;
    let mut run = kymo_store::parse_document("the document", &text).map_err(|error| error.to_string())?;
    sizes(&run, &mut left.samples)?;
    numbers(&run)?;
    belongs(&mut run, job)?;
    // What is checked above is what is known to matter; whatever else a stranger finds ends his own job alone.
    let made = catch_unwind(AssertUnwindSafe(|| match &run.filed {
        Some(filing) if run.state == RunState::Finished => points(&run, filing),
        _ => Vec::new(),
    }));
    let points = made.map_err(|_| "no points can be made of it".to_owned())?;
    if !points.iter().all(|point| is_finite(&point.value)) {
        return Err("a point of it is not a finite number".to_owned());
    }
    Ok(FiledResult { run, points })
}

fn is_finite(value: &PointValue) -> bool {
    match value {
        PointValue::Measured(measured) => {
            let (low, high) = measured.interval.unwrap_or((measured.value, measured.value));
            [measured.value, low, high].into_iter().all(f64::is_finite)
        }
        PointValue::Failed(_) => true,
    }
}

/// Unpacks gzip, and stops as soon as there is more than there may be.
fn unpacked(packed: &[u8], left: &mut u64) -> Result<Vec<u8>, String> {
    let mut decoder = GzDecoder::new(packed).take(*left + 1);
    let mut text = Vec::new();
    decoder.read_to_end(&mut text).map_err(|error| format!("it is no gzip: {error}"))?;
    let length = text.len() as u64;
    if length > *left {
        return Err(format!("the documents of a job have {UNPACKED_MAX} bytes unpacked at most"));
    }
    // A second member, or anything else behind the first.
    if !decoder.into_inner().into_inner().is_empty() {
        return Err("there is something behind its end".to_owned());
    }
    *left -= length;
    Ok(text)
}

fn sizes(run: &Run, samples_left: &mut usize) -> Result<(), String> {
    let plan = &run.plan;
    let notes = run.notes.len() + run.invocations.iter().map(|one| one.notes.len()).sum::<usize>();
    let (benchmarks, variants) = (plan.benchmarks.len(), plan.variants.len());
    let counts = [
        benchmarks,
        variants,
        plan.metrics.len().max(plan.phases.len()),
        run.invocations.len(),
        notes,
        benchmarks.saturating_mul(variants),
    ];
    for ((what, most), count) in LIMITS.into_iter().zip(counts) {
        if count > most {
            return Err(format!("it has {count} {what}, {most} are the most"));
        }
    }
    distinct(run)?;
    let samples: usize = run.invocations.iter().flat_map(|one| &one.samples).map(|one| one.values.len()).sum();
    *samples_left = samples_left
        .checked_sub(samples)
        .ok_or_else(|| format!("the documents of a job have {SAMPLES_MAX} samples at most"))?;
    let named =
        plan.benchmarks.iter().map(|one| one.name.as_str()).chain(plan.variants.iter().map(|v| v.name.as_str()));
    for name in named {
        if name.is_empty() || name.len() > 512 || name.contains(['\n', '\t']) {
            return Err("a name of a benchmark or variant in it is empty, over 512 bytes or several lines".to_owned());
        }
    }
    Ok(())
}

/// Nothing is there twice that readers look for one by one, and no cell has more than statistics are made for.
fn distinct(run: &Run) -> Result<(), String> {
    let plan = &run.plan;
    let metrics: BTreeSet<_> = plan.metrics.iter().collect();
    let phases: BTreeSet<_> = plan.phases.iter().collect();
    if metrics.len() < plan.metrics.len() || phases.len() < plan.phases.len() {
        return Err("its plan has a metric or a phase twice".to_owned());
    }
    let mut cells: HashMap<(u32, u32), usize> = HashMap::new();
    for one in &run.invocations {
        let kinds: BTreeSet<_> = one.samples.iter().map(|samples| (samples.phase, samples.metric)).collect();
        if kinds.len() < one.samples.len() {
            return Err(format!("invocation {} has samples of a metric twice", one.sequence));
        }
        let count = cells.entry((one.benchmark, one.variant)).or_default();
        *count += 1;
        if *count > CELL_MAX {
            return Err(format!("a benchmark has more than {CELL_MAX} invocations of a variant"));
        }
    }
    Ok(())
}

/// Every number that is measured can have been.
fn numbers(run: &Run) -> Result<(), String> {
    let span = |seconds: f64| (0.0..=SPAN_MAX_S).contains(&seconds);
    for one in &run.invocations {
        let place = format!("invocation {}", one.sequence);
        if !span(one.start.get()) || !span(one.duration.get()) {
            return Err(format!("{place} starts or lasts as nothing can"));
        }
        if one.steal.is_some_and(|steal| !(0.0..=1.0).contains(&steal.get())) {
            return Err(format!("{place} has a share of stolen time that is no share"));
        }
        for samples in &one.samples {
            if samples.warmup as usize > samples.values.len() {
                return Err(format!("{place} has more warm-up than samples"));
            }
            let wrong = samples.values.iter().find(|value| !value.is_plausible() || value.get() > VALUE_MAX);
            if let Some(value) = wrong {
                let (metric, phase) = (samples.metric, samples.phase);
                return Err(format!("{place} has {} for {metric} of {phase}, which nothing measures", value.get()));
            }
        }
    }
    let plan = &run.plan;
    let stop = match plan.stop {
        kymo_model::StopRule::Rounds { .. } => true,
        kymo_model::StopRule::Precision { margin, budget, .. } => {
            margin.get().is_finite() && margin.get() > 0.0 && budget.is_none_or(|budget| span(budget.get()))
        }
    };
    if !stop || !span(plan.timeout.get()) {
        return Err("its plan has a limit that is none".to_owned());
    }
    if i64::try_from(run.created_unix_s).is_err() {
        return Err("it was made at no time that there is".to_owned());
    }
    Ok(())
}

/// The run is of the job's project, commit and machine: what it says of them is replaced by what the server knows.
fn belongs(run: &mut Run, job: &Job<'_>) -> Result<(), String> {
    let id = run.id.as_str();
    if id.len() > 64 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return Err("its id is no id of a run".to_owned());
    }
    let variants = run.plan.variants.len();
    let Some(filing) = &mut run.filed else { return Err("it does not say which commit it belongs to".to_owned()) };
    if filing.project != job.order.policy.project {
        return Err("it says that it belongs to another project".to_owned());
    }
    if filing.commit.hash != job.order.commit {
        return Err("it says that it belongs to another commit".to_owned());
    }
    let beside = filing.canary.into_iter().chain(filing.anchors.iter().map(|anchor| anchor.variant));
    if beside.into_iter().any(|index| index as usize >= variants) {
        return Err("its canary or an anchor is no variant of it".to_owned());
    }
    // A tree that is another commit's would put its points at that one's place.
    filing.commit = job.commit.clone();
    for anchor in &mut filing.anchors {
        commit(&mut anchor.commit);
        anchor.commit.tree = None;
        anchor.release = line(&anchor.release, 100);
    }
    if run.closed.len() > run.plan.benchmarks.len() {
        return Err("it closed a benchmark that is none of it".to_owned());
    }
    run.machine.name = job.machine.to_owned();
    machine(&mut run.machine);
    run.label = run.label.take().map(|label| line(&label, 200));
    Ok(())
}

/// Makes what a stranger says of a machine fit to be shown.
pub fn machine(machine: &mut Machine) {
    for text in [&mut machine.fingerprint, &mut machine.name, &mut machine.arch, &mut machine.os] {
        *text = line(text, 200);
    }
    let said = [
        &mut machine.cpu_model,
        &mut machine.microcode,
        &mut machine.kernel,
        &mut machine.governor,
        &mut machine.hypervisor,
        &mut machine.container,
    ];
    for text in said.into_iter().flatten() {
        *text = line(text, 200);
    }
}

/// Makes what a stranger says of a commit fit to be shown.
pub fn commit(commit: &mut Commit) {
    commit.title = line(&commit.title, 200);
    commit.author = line(&commit.author, 100);
    commit.parents.truncate(64);
    commit.committed_unix_s = commit.committed_unix_s.filter(|at| i64::try_from(*at).is_ok());
}
