//! One cost an invocation: the unit of evidence.

use kymo_model::{Invocation, Metric, ModuleHash, Phase, Run};

/// The costs of one variant: a round and a cost for each measured invocation, in the order of rounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VariantCosts {
    costs: Vec<(u32, f64)>,
    samples: Vec<f64>,
    code: Code,
}

/// The machine code that a variant's invocations agree on.
#[derive(Clone, Debug, Default, PartialEq)]
enum Code {
    /// No invocation was seen yet.
    #[default]
    Unseen,
    /// All that were seen made this.
    One(ModuleHash),
    /// They differ, or the engine does not show it.
    Unknown,
}

impl Code {
    fn note(&mut self, made: Option<&ModuleHash>) {
        *self = match (std::mem::take(self), made) {
            (Self::Unseen, Some(made)) => Self::One(made.clone()),
            (Self::One(before), Some(made)) if before == *made => Self::One(before),
            _ => Self::Unknown,
        };
    }
}

/// The costs of one benchmark, phase and metric, by variant. All variants are cut at the same iteration.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    variants: Vec<VariantCosts>,
    /// Iterations left out at the front of every invocation.
    pub cut: usize,
    /// Whether the cut was assessed from the series rather than taken from the suite.
    pub assessed: bool,
}

/// A benchmark of one of two runs, with its own invocations.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Number of variants of the run.
    pub variants: usize,
    /// Index of the benchmark in the run's plan.
    pub benchmark: usize,
    /// The invocations of the benchmark.
    pub invocations: &'a [&'a Invocation],
}

impl Costs {
    /// The costs in a run. Calibration and variants that failed are left out; what cannot be measured has no costs.
    pub fn of(run: &Run, benchmark: usize, phase: Phase, metric: Metric) -> Self {
        Self::of_invocations(run.plan.variants.len(), run.invocations.iter(), benchmark, phase, metric)
    }

    /// The costs in these invocations of a run with `variants` variants.
    pub fn of_invocations<'a>(
        variants: usize,
        invocations: impl Iterator<Item = &'a Invocation> + Clone,
        benchmark: usize,
        phase: Phase,
        metric: Metric,
    ) -> Self {
        let evidence = evidence(variants, invocations, benchmark);
        let (cut, assessed) = shared_cut(variants, evidence.clone(), phase, metric);
        Self { variants: gathered(variants, evidence, cut, phase, metric), cut, assessed }
    }

    /// The costs of a benchmark in two runs, both cut at the larger of their cuts, so that neither side is measured
    /// earlier in its life than the other.
    pub fn of_two(sides: [Side; 2], phase: Phase, metric: Metric) -> [Self; 2] {
        let all = sides.map(|side| evidence(side.variants, side.invocations.iter().copied(), side.benchmark));
        let cuts = [0, 1].map(|one| shared_cut(sides[one].variants, all[one].clone(), phase, metric));
        let cut = cuts[0].0.max(cuts[1].0);
        let assessed = cuts.iter().any(|(_, assessed)| *assessed);
        [0, 1].map(|one| {
            let variants = gathered(sides[one].variants, all[one].clone(), cut, phase, metric);
            Self { variants, cut, assessed }
        })
    }

    /// The costs of a variant, if it has any.
    pub fn variant(&self, variant: usize) -> Option<&VariantCosts> {
        self.variants.get(variant).filter(|own| !own.costs.is_empty())
    }
}

/// The invocations that count: measured in rounds, of variants that never failed.
fn evidence<'a>(
    variants: usize,
    invocations: impl Iterator<Item = &'a Invocation> + Clone,
    benchmark: usize,
) -> impl Iterator<Item = &'a Invocation> + Clone {
    let own = invocations.filter(move |invocation| invocation.benchmark as usize == benchmark);
    // A variant that failed is shown as such: what it measured before stands against nothing, and must not make the
    // others wait for a precision that it can no longer reach.
    let mut failed = vec![false; variants];
    let closing = |one: &&Invocation| !one.outcome.is_measured() && one.counting.is_none();
    for invocation in own.clone().filter(closing) {
        if let Some(failed) = failed.get_mut(invocation.variant as usize) {
            *failed = true;
        }
    }
    own.filter(move |invocation| invocation.round > 0 && failed.get(invocation.variant as usize) == Some(&false))
}

fn gathered<'a>(
    variants: usize,
    evidence: impl Iterator<Item = &'a Invocation>,
    cut: usize,
    phase: Phase,
    metric: Metric,
) -> Vec<VariantCosts> {
    let mut costs = vec![VariantCosts::default(); variants];
    for invocation in evidence {
        let Some(samples) = invocation.samples(phase, metric) else { continue };
        let Some(own) = costs.get_mut(invocation.variant as usize) else { continue };
        let values: Vec<f64> = samples.values.iter().map(|value| value.get()).collect();
        own.code.note(invocation.code_sha256.as_ref());
        if let Some(cost) = kymo_stats::invocation_cost(&values, cut) {
            own.costs.push((invocation.round, cost));
            own.samples.extend(&values[cut.min(values.len())..]);
        }
    }
    for own in &mut costs {
        own.costs.sort_by_key(|(round, _)| *round);
    }
    costs
}

impl VariantCosts {
    /// The costs, in the order of rounds.
    pub fn values(&self) -> Vec<f64> {
        self.costs.iter().map(|(_, cost)| *cost).collect()
    }

    /// Every steady sample, for metrics that must not vary at all.
    pub fn samples(&self) -> &[f64] {
        &self.samples
    }

    /// The machine code that all invocations agree on, where the engine shows it.
    pub fn code(&self) -> Option<&ModuleHash> {
        match &self.code {
            Code::One(code) => Some(code),
            Code::Unseen | Code::Unknown => None,
        }
    }

    /// Whether both sides ran byte-identical machine code, as far as their engines show it.
    pub fn same_code(&self, other: &Self) -> bool {
        matches!((&self.code, &other.code), (Code::One(own), Code::One(others)) if own == others)
    }

    /// Both sides' costs in the rounds that both have: an incomplete round is no pair.
    pub fn common_rounds(&self, other: &Self) -> (Vec<f64>, Vec<f64>) {
        let mut theirs = other.costs.iter().peekable();
        let mut pairs = Vec::new();
        for (round, cost) in &self.costs {
            while theirs.next_if(|(their_round, _)| their_round < round).is_some() {}
            if let Some((_, other_cost)) = theirs.next_if(|(their_round, _)| their_round == round) {
                pairs.push((*cost, *other_cost));
            }
        }
        pairs.into_iter().unzip()
    }
}

/// One cut for all variants: the largest of the variants' 90th percentiles where the series are long enough to be
/// assessed (statistics reference, 2.6), else the discard that the suite fixed. Assessed on the metric itself: a
/// counter may settle when a time does not.
fn shared_cut<'a>(
    variants: usize,
    evidence: impl Iterator<Item = &'a Invocation>,
    phase: Phase,
    metric: Metric,
) -> (usize, bool) {
    let mut cuts: Vec<Vec<usize>> = vec![Vec::new(); variants];
    let mut fixed = 0;
    let mut assessed = false;
    for invocation in evidence {
        let Some(samples) = invocation.samples(phase, metric) else { continue };
        fixed = fixed.max(samples.warmup as usize);
        // A series shorter than the method needs is not assessed; asking would copy it for nothing.
        if samples.values.len() < kymo_stats::warmup::ITERATIONS_FOR_ASSESSMENT {
            continue;
        }
        let values: Vec<f64> = samples.values.iter().map(|value| value.get()).collect();
        if let Some(kymo_stats::Assessment::Assessed(warmup)) = kymo_stats::assess(&values, samples.warmup as usize)
            && let Some(own) = cuts.get_mut(invocation.variant as usize)
        {
            // A series that never settles offers no cut: its last stretch would leave too little.
            let cut = match warmup.class {
                kymo_stats::warmup::Class::NoSteadyState => samples.warmup as usize,
                _ => warmup.cut,
            };
            own.push(cut);
            assessed = true;
        }
    }
    let with_any: Vec<&Vec<usize>> = cuts.iter().filter(|own| !own.is_empty()).collect();
    let shared = with_any.iter().filter_map(|own| kymo_stats::shared_cut(own, own)).max();
    (shared.unwrap_or(0).max(fixed), assessed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_common_rounds_make_pairs() {
        let a = VariantCosts { costs: vec![(1, 1.0), (2, 2.0), (4, 4.0)], ..VariantCosts::default() };
        let b = VariantCosts { costs: vec![(2, 20.0), (3, 30.0), (4, 40.0)], ..VariantCosts::default() };
        assert_eq!(a.common_rounds(&b), (vec![2.0, 4.0], vec![20.0, 40.0]));
        assert_eq!(b.common_rounds(&a), (vec![20.0, 40.0], vec![2.0, 4.0]));
    }
}
