//! What one load says of one rate.

use super::report::{Demand, StepOutcome, StepReport};
use super::slo::Slo;
use crate::{Load, VerdictKind, backlog};

/// A server that answers less than this share of what is offered does not keep up.
pub const ACHIEVED_MIN: f64 = 0.99;

/// Judges a load.
pub fn judge(search: u32, rate: f64, slo: &Slo, load: &Load) -> StepReport {
    let report = &load.report;
    let mut reasons = Vec::new();
    let demands: Vec<Demand> = slo
        .objectives
        .iter()
        .map(|objective| {
            let (value_s, lower_bound) =
                objective.measured(&load.histograms.response, &report.response, &report.censored);
            let objective_text = objective.to_string();
            Demand { objective: objective_text, value_s, lower_bound, met: value_s < objective.below_s && !lower_bound }
        })
        .collect();
    let few = report.requests.planned < slo.requests();
    for demand in demands.iter().filter(|demand| !demand.met) {
        let bound = if demand.lower_bound { "at least " } else { "" };
        reasons.push(format!("{}: it was {bound}{:.3} ms", demand.objective, demand.value_s * 1e3));
    }
    let (requests, achieved) = (&report.requests, report.rates.achieved);
    if (requests.completed as f64) < ACHIEVED_MIN * requests.planned as f64 {
        reasons.push(format!("{} of {} requests were answered as expected", requests.completed, requests.planned));
    }
    if let Some(growth) = backlog::growth(&report.series, report.window_s) {
        reasons.push(format!("requests piled up by {:.0} a second", growth.per_second));
    }
    // Response times count from the plan, so that whatever disturbed the generator made them longer: what is met though
    // it was late, or others were in its way, is met. What is not met then says nothing of the server.
    let outcome = match report.verdict.kind {
        _ if reasons.is_empty() => StepOutcome::Met,
        VerdictKind::ClientLimited => StepOutcome::ClientLimited,
        VerdictKind::Noisy => StepOutcome::Disturbed,
        VerdictKind::Valid | VerdictKind::ServerOverloaded => StepOutcome::Missed,
    };
    if matches!(outcome, StepOutcome::ClientLimited | StepOutcome::Disturbed) {
        reasons = report.verdict.reasons.clone();
    }
    if few {
        reasons.push(format!("only {} requests: its percentiles rest on few", report.requests.planned));
    }
    StepReport {
        search,
        rate,
        outcome,
        demands,
        achieved,
        window_s: report.window_s,
        verdict: report.verdict.kind,
        reasons,
    }
}
