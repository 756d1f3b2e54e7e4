//! What must be said of flavours against their base flavours.

use super::listing;
use kymo_lab::analysis::{AgainstBase, Judged, Remark, flavours::REMARK};
use kymo_stats::Warning;

/// How they were compared, and which comparisons are too small for a verdict.
pub fn flavours(parts: &[AgainstBase]) -> Vec<String> {
    let mut notes = Vec::new();
    let judged = || parts.iter().flat_map(AgainstBase::judged);
    if judged().next().is_none() {
        return notes;
    }
    notes.push(REMARK.to_owned());
    let few = |judged: &Judged| {
        judged.remarks.iter().any(|remark| matches!(remark, Remark::Statistics(Warning::FewRounds { .. })))
    };
    let concerned = listing::distinct(judged().filter(|(_, judged)| few(judged)).map(|(program, _)| program));
    if !concerned.is_empty() {
        let least = kymo_stats::verdict::ROUNDS_FOR_VERDICT;
        let all = judged().all(|(_, judged)| few(judged));
        let concerned = if all { "all flavours".to_owned() } else { listing::names(concerned) };
        notes.push(format!("fewer than {least} processes a flavour, too few for a verdict: {concerned}"));
    }
    notes
}
