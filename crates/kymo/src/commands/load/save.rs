//! `kymo load --save`: a load as a run of one invocation. What is not valid is no measurement, and says why.

use super::asked::Asked;
use crate::cli::LoadArgs;
use crate::commands::measure::new_run;
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::load::{described, errors};
use kymo_load::{Load, LoadReport, VerdictKind};
use kymo_model::plan::{Plan, StopRule};
use kymo_model::{
    Benchmark, Bytes, Close, EngineRecord, Imported, Invocation, Lack, Metric, Outcome, Phase, Run, RunState, Samples,
    Seconds, Settings, Tool, Value, Variant,
};
use std::collections::{BTreeMap, BTreeSet};

/// The metrics of a load.
const METRICS: [Metric; 6] = [
    Metric::Throughput,
    Metric::LatencyP50,
    Metric::LatencyP90,
    Metric::LatencyP99,
    Metric::LatencyP999,
    Metric::LatencyMax,
];

/// Saves a load as a run, and says under which id.
///
/// # Errors
/// Those of the store.
pub fn save(context: &Context, args: &LoadArgs, asked: &Asked, load: &Load) -> Result<(), CliError> {
    let run = run(args, asked, load);
    context.store()?.insert(&run)?;
    if !args.output.quiet {
        let outcome = run.invocations.first().map_or("", |invocation| invocation.outcome.name());
        remark(format_args!("saved as run {} ({outcome})", run.id));
    }
    Ok(())
}

fn run(args: &LoadArgs, asked: &Asked, load: &Load) -> Run {
    let report = &load.report;
    let (outcome, samples) = match outcome(report) {
        Outcome::Measured => (Outcome::Measured, samples(report)),
        other => (other, Vec::new()),
    };
    let invocation = Invocation {
        benchmark: 0,
        variant: 0,
        round: 1,
        sequence: 0,
        start: Seconds::new(0.0),
        duration: Seconds::new((asked.spec.warmup + asked.spec.duration).as_secs_f64()),
        outcome,
        samples,
        verification: None,
        settings: Settings::new(),
        notes: report.notes.clone(),
        code_sha256: None,
        counting: None,
        steal: None,
    };
    let seed = asked.spec.seed;
    let plan = plan(args, asked, seed);
    let engine = EngineRecord {
        name: asked.target.authority.clone(),
        version: String::new(),
        build_id: String::new(),
        features: BTreeSet::new(),
    };
    let mut run = new_run(plan, vec![engine], args.output.label.clone());
    run.state = RunState::Finished;
    run.closed = BTreeMap::from([(0, Close::Rounds)]);
    run.notes = vec![described(&asked.spec)];
    run.imported = Some(Imported {
        from: Tool::Load,
        lacks: BTreeSet::from([Lack::Rounds, Lack::Modules, Lack::Processes]),
        processes: Vec::new(),
    });
    run.invocations = vec![invocation];
    run
}

/// From this share of failed requests on, times are those of the rest, and no measurement of the server.
const FAILED_MAX: f64 = 0.01;

/// Measured only where the verdict is valid, and nearly all answers were as they should be.
fn outcome(report: &LoadReport) -> Outcome {
    let requests = &report.requests;
    if requests.completed == 0 || requests.failed as f64 > FAILED_MAX * requests.planned as f64 {
        let kinds = errors(report).into_iter().map(|(kind, count)| format!("{kind} {count}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        return Outcome::Failed {
            message: format!("{} of {} requests failed: {kinds}", requests.failed, requests.planned),
        };
    }
    if report.verdict.kind == VerdictKind::Valid {
        return Outcome::Measured;
    }
    let reasons = report.verdict.reasons.join("; ");
    Outcome::Failed { message: format!("{}: {reasons}", report.verdict.kind.name()) }
}

/// The metrics; a percentile that requests without an answer could move is none.
fn samples(report: &LoadReport) -> Vec<Samples> {
    let response = &report.response;
    let whole = report.censored.percentile;
    let below = |percentile: f64| report.censored.count == 0 || percentile < whole;
    METRICS
        .into_iter()
        .filter_map(|metric| {
            let value = match metric {
                Metric::Throughput => Some(report.rates.achieved),
                Metric::LatencyP50 => below(50.0).then_some(response.p50),
                Metric::LatencyP90 => below(90.0).then_some(response.p90),
                Metric::LatencyP99 => below(99.0).then_some(response.p99),
                Metric::LatencyP999 => below(99.9).then_some(response.p99_9),
                Metric::LatencyMax => below(100.0).then_some(response.max),
                _ => None,
            };
            Some(Samples { phase: Phase::Serve, metric, warmup: 0, values: vec![Value::new(value?)] })
        })
        .collect()
}

fn plan(args: &LoadArgs, asked: &Asked, seed: u64) -> Plan {
    let path = asked.target.path.split('?').next().unwrap_or_default();
    let name = args.output.name.clone().unwrap_or_else(|| format!("load/{}{path}", asked.target.host));
    let variant = Variant {
        name: asked.target.authority.clone(),
        engine: asked.target.authority.clone(),
        build: None,
        strategy: String::new(),
        settings: Settings::new(),
    };
    Plan {
        // 53 bits, so that it survives readers of JSON that know only floating point.
        seed: seed & ((1 << 53) - 1),
        variants: vec![variant],
        benchmarks: vec![Benchmark::named(&name)],
        phases: vec![Phase::Serve],
        metrics: METRICS.to_vec(),
        stop: StopRule::Rounds { rounds: 1 },
        timeout: Seconds::new(asked.spec.timeout.as_secs_f64()),
        memory_max: Bytes::new(0),
        output_max: Bytes::new(0),
        cpus: Vec::new(),
        sweep: None,
        serve: None,
    }
}
