//! Newline-delimited JSON for the `_bulk` interface of Elasticsearch and OpenSearch: an action line and a document line
//! for each sample.

use jiff::Timestamp;
use kymo_model::{Invocation, Lack, Machine, Metric, Phase, Run, Settings, Tool};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;

/// The action: put this document into that index, in place of an older one of the same id.
#[derive(Serialize)]
struct Action<'a> {
    index: Target<'a>,
}

#[derive(Serialize)]
struct Target<'a> {
    _index: &'a str,
    _id: String,
}

/// A document: a sample with everything that tells it from others; an invocation that gave none is one document, so
/// that its outcome is not lost.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: &'a str,
    run: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    benchmark: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_sha256: Option<&'a str>,
    variant: &'a str,
    engine: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    engine_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    engine_build: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    strategy: &'a str,
    #[serde(skip_serializing_if = "Settings::is_empty")]
    settings: &'a Settings,
    machine: Place<'a>,
    kymo_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported_from: Option<Tool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lacks: Option<&'a BTreeSet<Lack>>,
    round: u32,
    sequence: u32,
    outcome: String,
    #[serde(flatten)]
    sample: Option<Sample>,
}

/// The machine's identity.
#[derive(Serialize)]
struct Place<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    fingerprint: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    arch: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    os: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_model: Option<&'a str>,
}

#[derive(Serialize)]
struct Sample {
    phase: Phase,
    metric: Metric,
    unit: &'static str,
    iteration: usize,
    warmup: bool,
    value: f64,
}

/// Writes a run for the index `index`. A document's id is made of the run and the sample's place in it: written twice,
/// nothing is there twice.
///
/// # Errors
/// Those of the writer.
pub fn write_bulk(run: &Run, index: &str, mut out: impl Write) -> std::io::Result<()> {
    for invocation in &run.invocations {
        let timestamp = timestamp(run, invocation);
        let mut put = |place: &str, sample: Option<Sample>| -> std::io::Result<()> {
            let Some(document) = document(run, invocation, &timestamp, sample) else { return Ok(()) };
            let _id = format!("{}-{}{place}", run.id, invocation.sequence);
            serde_json::to_writer(&mut out, &Action { index: Target { _index: index, _id } })?;
            out.write_all(b"\n")?;
            serde_json::to_writer(&mut out, &document)?;
            out.write_all(b"\n")
        };
        if invocation.samples.iter().all(|samples| samples.values.is_empty()) {
            put("", None)?;
        }
        for samples in &invocation.samples {
            let (phase, metric) = (samples.phase, samples.metric);
            for (iteration, value) in samples.values.iter().enumerate() {
                let warmup = iteration < samples.warmup as usize;
                let (unit, value) = (metric.unit().symbol(), value.get());
                let sample = Sample { phase, metric, unit, iteration, warmup, value };
                put(&format!("-{phase}-{metric}-{iteration}"), Some(sample))?;
            }
        }
    }
    Ok(())
}

fn document<'a>(
    run: &'a Run,
    invocation: &Invocation,
    timestamp: &'a str,
    sample: Option<Sample>,
) -> Option<Document<'a>> {
    let benchmark = run.plan.benchmarks.get(invocation.benchmark as usize)?;
    let variant = run.plan.variants.get(invocation.variant as usize)?;
    let engine = run.engines.get(invocation.variant as usize);
    Some(Document {
        timestamp,
        run: run.id.as_str(),
        label: run.label.as_deref(),
        benchmark: benchmark.name.as_str(),
        module_sha256: (!run.lacks(Lack::Modules)).then(|| benchmark.sha256.as_str()),
        variant: &variant.name,
        engine: &variant.engine,
        engine_version: engine.map_or("", |engine| &engine.version),
        engine_build: engine.map_or("", |engine| &engine.build_id),
        strategy: &variant.strategy,
        settings: &variant.settings,
        machine: place(&run.machine),
        kymo_version: &run.harness.version,
        imported_from: run.imported.as_ref().map(|imported| imported.from),
        lacks: run.imported.as_ref().map(|imported| &imported.lacks),
        round: invocation.round,
        sequence: invocation.sequence,
        outcome: invocation.outcome.label(),
        sample,
    })
}

fn place(machine: &Machine) -> Place<'_> {
    Place {
        fingerprint: &machine.fingerprint,
        name: &machine.name,
        arch: &machine.arch,
        os: &machine.os,
        cpu_model: machine.cpu_model.as_deref(),
    }
}

/// When an invocation started, in ISO 8601 and UTC, to the millisecond.
fn timestamp(run: &Run, invocation: &Invocation) -> String {
    let start_ms = (invocation.start.get() * 1e3).max(0.0) as i64;
    let created_ms = i64::try_from(run.created_unix_s).unwrap_or(i64::MAX).saturating_mul(1000);
    let moment = Timestamp::from_millisecond(created_ms.saturating_add(start_ms)).unwrap_or(Timestamp::MAX);
    format!("{moment:.3}")
}
