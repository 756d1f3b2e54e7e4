//! What a run of servers needs beside any other run: its rates, its metrics, and processors for both sides.

use super::targets::{self, Targets};
use crate::cli::{LoadCpus, RunArgs, ServeRunArgs};
use crate::context::Context;
use crate::error::CliError;
use kymo_model::{Benchmark, Metric, Phase, ServePlan, ServeRate};

/// The parameter that is a server's rate.
const RATE: &str = "rate";

/// The rates where nobody says: what a server can do, and how long one waits below, near and at what the base line can.
const RATES: [ServeRate; 4] = [ServeRate::Peak, ServeRate::OfBase(50), ServeRate::OfBase(75), ServeRate::OfBase(100)];

/// What is measured of servers where nobody says.
const METRICS: [Metric; 11] = [
    Metric::Throughput,
    Metric::LatencyP50,
    Metric::LatencyP90,
    Metric::LatencyP99,
    Metric::LatencyP999,
    Metric::LatencyMax,
    Metric::CpuPerRequest,
    Metric::SyscallsPerRequest,
    Metric::PageFaultsPerRequest,
    Metric::ContextSwitchesPerRequest,
    Metric::PeakPss,
];

/// Whether the run is one of servers: where nobody names a phase and all benchmarks are servers, or where it is named.
///
/// # Errors
/// The phase together with others: a server under load and a program in a loop have no round in common.
pub fn is_asked(args: &RunArgs, targets: &Targets) -> Result<bool, CliError> {
    let servers = targets.benchmarks.iter().filter(|benchmark| benchmark.serve.is_some()).count();
    if args.phase.contains(&Phase::Serve) {
        if args.phase.iter().any(|phase| *phase != Phase::Serve) {
            return Err(CliError::usage(
                "--phase serve goes with no other phase: servers are measured in runs of their own",
            )
            .with_hint("measure the other phases in a second run"));
        }
        if servers == 0 {
            return Err(CliError::usage("--phase serve: none of the benchmarks is a server")
                .with_hint("servers have [benchmark.serve] in their suite; kymo suite list shows what there is"));
        }
        return Ok(true);
    }
    if args.phase.is_empty() && servers > 0 && servers < targets.benchmarks.len() {
        return Err(CliError::usage("some of the benchmarks are servers and some are not")
            .with_hint("name a phase, or measure them in two runs"));
    }
    Ok(args.phase.is_empty() && servers > 0)
}

/// The targets at each of the rates, the peak first: shares of it are known only once it was measured.
///
/// # Errors
/// Rates for benchmarks that have none; a share of a peak that is not measured.
pub fn at_rates(context: &Context, args: &RunArgs, found: Targets) -> Result<Targets, CliError> {
    let has_rate = |benchmark: &Benchmark| benchmark.parameters.contains_key(RATE);
    let given = args.params.iter().any(|(name, _)| name == RATE);
    if let Some(other) = found.benchmarks.iter().find(|one| !has_rate(one)).filter(|_| !args.serving.rates.is_empty()) {
        return Err(CliError::usage(format!("--rates: {} has no parameter 'rate'", other.name)));
    }
    if given && !args.serving.rates.is_empty() {
        return Err(CliError::usage("--rates and --param rate=… say the same twice; keep one"));
    }
    if given || !found.benchmarks.iter().all(has_rate) {
        return Ok(found);
    }
    let mut rates = if args.serving.rates.is_empty() { RATES.to_vec() } else { args.serving.rates.clone() };
    let is_share = |rate: &ServeRate| matches!(rate, ServeRate::OfBase(_));
    if rates.iter().any(is_share) && !rates.contains(&ServeRate::Peak) {
        return Err(CliError::usage("--rates: a share of the base line's peak needs the peak, too")
            .with_hint("write --rates peak,75%, or requests a second, as --rates 40000,60000"));
    }
    rates.sort_by_key(|rate| *rate != ServeRate::Peak);
    let mut all = Targets { engines: found.engines, ..Targets::default() };
    for rate in rates {
        let mut parameters: std::collections::BTreeMap<String, String> = args.params.iter().cloned().collect();
        parameters.insert(RATE.to_owned(), rate.to_string());
        all.add(targets::with_parameters(context, args, &parameters)?.into_selected());
    }
    Ok(all)
}

/// The metrics of a run of servers.
///
/// # Errors
/// A metric that is none of a server.
pub fn metrics(args: &RunArgs) -> Result<Vec<Metric>, CliError> {
    if let Some(other) = args.metric.iter().find(|metric| !METRICS.contains(metric)) {
        let known = METRICS.map(Metric::name).join(", ");
        return Err(CliError::usage(format!("--metric {other}: of servers it is not measured"))
            .with_hint(format!("their metrics are {known}")));
    }
    Ok(if args.metric.is_empty() { METRICS.to_vec() } else { args.metric.clone() })
}

/// How the load is made, and what is to be said of it.
///
/// # Errors
/// Processors that cannot be used here or that both sides would have; a machine with a single one.
pub fn plan(args: &ServeRunArgs) -> Result<(ServePlan, Option<String>), CliError> {
    let allowed = kymo_measure::placement::allowed_cpus();
    let (server_cpus, client_cpus) = if args.share_cpus { (Vec::new(), Vec::new()) } else { sides(args, &allowed)? };
    let threads = args.load_threads.unwrap_or(client_cpus.len().max(1) as u32);
    let note = "servers and load generator share their processors: they compete, and response times show it";
    let note = args.share_cpus.then(|| note.to_owned());
    let plan = ServePlan {
        duration: args.window,
        warmup: args.warm_up,
        threads,
        server_cpus,
        client_cpus,
        arrivals: args.arrivals.into(),
    };
    Ok((plan, note))
}

/// The processors of servers and generator, disjoint.
fn sides(args: &ServeRunArgs, allowed: &[u32]) -> Result<(Vec<u32>, Vec<u32>), CliError> {
    let list = |cpus: &[u32]| cpus.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let typed = |flag: &str, cpus: &Option<LoadCpus>| -> Result<Option<Vec<u32>>, CliError> {
        let Some(cpus) = cpus else { return Ok(None) };
        match cpus.0.iter().find(|cpu| !allowed.contains(cpu)) {
            Some(cpu) => Err(CliError::usage(format!("{flag}: processor {cpu} cannot be used here"))
                .with_hint(format!("this process may use {}", list(allowed)))),
            None => Ok(Some(cpus.0.clone())),
        }
    };
    let (servers, clients) = (typed("--server-cpus", &args.server_cpus)?, typed("--client-cpus", &args.client_cpus)?);
    let without = |taken: &[u32]| allowed.iter().copied().filter(|cpu| !taken.contains(cpu)).collect::<Vec<u32>>();
    // A request costs client and server about the same (http-load reference, 3), so each side gets half.
    let half = allowed.len() / 2;
    let (servers, clients) = match (servers, clients) {
        (Some(servers), Some(clients)) => (servers, clients),
        (Some(servers), None) => (servers.clone(), without(&servers)),
        (None, Some(clients)) => (without(&clients), clients),
        (None, None) => (allowed[..half].to_vec(), allowed[half..].to_vec()),
    };
    if let Some(both) = servers.iter().find(|cpu| clients.contains(cpu)) {
        return Err(CliError::usage(format!("processor {both} is in --server-cpus and in --client-cpus")).with_hint(
            "a generator that competes with the server measures itself; --share-cpus does so all the same",
        ));
    }
    if servers.is_empty() || clients.is_empty() {
        return Err(CliError::usage("servers and load generator need a processor each, and one of them has none")
            .with_hint(format!(
                "this process may use {}; --share-cpus measures all the same, and says so",
                list(allowed)
            )));
    }
    Ok((servers, clients))
}
