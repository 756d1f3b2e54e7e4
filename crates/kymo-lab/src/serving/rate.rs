//! From a rate as planned to one in requests a second.

use super::record;
use crate::conduct::Step;
use crate::setup::EngineSetup;
use kymo_model::{Benchmark, Metric, Outcome, Run, ServeRate, ServeTest};
use kymo_worker::parent::ServingOrder;

/// What is asked of the server in this step; `None` where the benchmark is no server.
///
/// # Errors
/// The outcome of a step whose rate cannot be told.
pub(crate) fn order(
    run: &Run,
    step: Step,
    counting: Option<Metric>,
    engine: &EngineSetup,
) -> Result<Option<ServingOrder>, Outcome> {
    let (Some(plan), Some(test)) = (&run.plan.serve, &run.plan.benchmarks[step.benchmark].serve) else {
        return Ok(None);
    };
    let count_syscalls = counting == Some(Metric::SyscallsPerRequest);
    let rate = match test.rate {
        // One request after the other: that has no rate.
        _ if count_syscalls => ServeRate::Peak,
        ServeRate::OfBase(percent) => {
            let peak = peak_of_base(run, test).ok_or_else(|| Outcome::Failed { message: NO_PEAK.to_owned() })?;
            // A rate of nothing would be no load.
            ServeRate::PerSecond(((peak * f64::from(percent) / 100.0).round() as u64).max(1))
        }
        known => known,
    };
    let mut plan = plan.clone();
    if let Some(cores) = test.cores {
        let there = plan.server_cpus.len();
        if cores as usize > there {
            let feature = format!("{cores} processors for a server: {there} are kept for servers here");
            return Err(Outcome::Unsupported { feature });
        }
        plan.server_cpus.truncate(cores as usize);
    }
    let seed = run.plan.seed ^ (run.invocations.len() as u64).rotate_left(16);
    Ok(Some(ServingOrder {
        test: ServeTest { rate, ..test.clone() },
        plan,
        runs_module: !engine.only_serves(),
        thorough: step.round == 0,
        count_syscalls,
        seed,
    }))
}

const NO_PEAK: &str = "the rate is a share of the base line's peak, and there is none: measure the rate 'peak' of the same \
                       test, too, with a first variant that can serve it";

/// What the first variant achieved at the peak of the same test in its calibrating invocation: fixed for the whole run,
/// so that all rounds have one rate.
fn peak_of_base(run: &Run, test: &ServeTest) -> Option<f64> {
    let same = |benchmark: &Benchmark| {
        benchmark.serve.as_ref().is_some_and(|other| {
            other.rate == ServeRate::Peak && ServeTest { rate: ServeRate::Peak, ..test.clone() } == *other
        })
    };
    let calibrating = run
        .invocations
        .iter()
        .filter(|one| one.variant == 0 && one.round == 0 && one.counting.is_none() && one.outcome.is_measured());
    let of_peak = calibrating.filter(|one| run.plan.benchmarks.get(one.benchmark as usize).is_some_and(&same));
    of_peak.filter_map(|one| one.settings.get(record::ACHIEVED)?.parse().ok()).reduce(f64::max)
}
