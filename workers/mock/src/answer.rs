//! Answers of a worker that behaves: an opened module, samples, the guest's output, its verification.

use crate::times::Times;
use kymo_model::{Bytes, Metric, ModuleHash, Phase, Region, Verification};
use kymo_worker::protocol::{Failure, Measure, Measured, Open, PhasePlan, WireSamples};
use sha2::{Digest, Sha256};

/// What the guest gives, made up.
#[derive(Clone, Debug, Default)]
pub struct Guest {
    /// What it writes on standard output.
    pub stdout: String,
    /// What an invoked export returns.
    pub result: String,
    /// Its exit code.
    pub exit_code: i32,
}

/// Reads the module and checks its hash, as every worker must; returns its size.
///
/// # Errors
/// `invalid`, when it cannot be read or is another.
pub fn check_module(open: &Open) -> Result<u64, Failure> {
    let module = std::fs::read(&open.module)
        .map_err(|error| Failure::invalid(format!("cannot read {}: {error}", open.module)))?;
    let found = ModuleHash::from_bytes(Sha256::digest(&module).into());
    if found == open.sha256 {
        return Ok(module.len() as u64);
    }
    Err(Failure::invalid(format!("{} has SHA-256 {found}, not {}", open.module, open.sha256)))
}

/// The result for `measure`: times as given, other metrics made from them.
///
/// # Errors
/// `failed`, when the output file cannot be written or the lifetime is asked for.
pub fn result(
    open: &Open,
    measure: &Measure,
    module_bytes: u64,
    guest: &Guest,
    times: &mut Times,
) -> Result<Measured, Failure> {
    let mut samples = Vec::new();
    for plan in &measure.phases {
        if plan.phase == Phase::Lifetime {
            return Err(Failure::failed("the lifetime is for the parent to measure"));
        }
        let seconds = times.of_phase(plan.phase, (plan.warmup + plan.iterations) as usize);
        samples.extend(measure.metrics.iter().map(|metric| WireSamples {
            values: seconds.iter().map(|time_s| Some(value(*metric, *time_s, module_bytes))).collect(),
            ..empty(plan, *metric)
        }));
    }
    let executes = measure.phases.iter().any(|plan| plan.phase == Phase::Execute);
    let verification = if executes { Some(verify(open, guest)?) } else { None };
    let (stdout, stderr) = (open.stdout.clone(), open.stderr.clone());
    Ok(Measured { samples, verification, absent: Vec::new(), code_sha256: None, stdout, stderr })
}

fn empty(plan: &PhasePlan, metric: Metric) -> WireSamples {
    let unit = metric.unit().symbol().to_owned();
    WireSamples { phase: plan.phase, metric, unit, warmup: plan.warmup, values: Vec::new() }
}

/// A processor of 3 GHz that ends an instruction a cycle, and round numbers for the rest.
fn value(metric: Metric, time_s: f64, module_bytes: u64) -> f64 {
    match metric {
        Metric::WallTime | Metric::CpuTime | Metric::ThreadCpuTime => time_s,
        Metric::Cycles | Metric::TimerTicks | Metric::Instructions => (time_s * 3e9).round(),
        Metric::InstructionsSimulated | Metric::Fuel => 1000.0,
        Metric::PageFaults | Metric::ContextSwitches => 0.0,
        // The mock serves nobody.
        Metric::Throughput
        | Metric::LatencyP50
        | Metric::LatencyP90
        | Metric::LatencyP99
        | Metric::LatencyP999
        | Metric::LatencyMax
        | Metric::CpuPerRequest
        | Metric::PageFaultsPerRequest
        | Metric::ContextSwitchesPerRequest
        | Metric::SyscallsPerRequest => 0.0,
        Metric::PeakRss => f64::from(16 << 20),
        Metric::PeakPss => f64::from(12 << 20),
        Metric::CodeSize => module_bytes as f64 * 4.0,
        Metric::ModuleSize => module_bytes as f64,
    }
}

fn verify(open: &Open, guest: &Guest) -> Result<Verification, Failure> {
    for (path, text) in [(&open.stdout, guest.stdout.as_str()), (&open.stderr, "")] {
        std::fs::write(path, text).map_err(|error| Failure::failed(format!("cannot write {path}: {error}")))?;
    }
    Ok(Verification {
        exit_code: guest.exit_code,
        stdout_sha256: ModuleHash::from_bytes(Sha256::digest(&guest.stdout).into()),
        stdout_bytes: Bytes::new(guest.stdout.len() as u64),
        result: matches!(open.region, Region::Export(_)).then(|| guest.result.clone()),
    })
}
