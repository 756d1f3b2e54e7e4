//! Which benchmarks of a run make a line, what the lines are called, and what each is compared with.

use super::{Point, SweepError};
use kymo_model::{NameParts, Run, Sweep};
use std::collections::{BTreeMap, BTreeSet};

/// What makes a line: all that stays the same along it.
#[derive(Clone, Debug)]
pub(super) struct LineKey {
    /// Index of the variant.
    pub variant: usize,
    /// The name without the parameter of the sweep.
    pub parts: NameParts,
    /// All other parameters, those at their defaults, too.
    pub others: BTreeMap<String, String>,
    /// For each point the index of the benchmark, if there is one.
    pub benchmarks: Vec<Option<usize>>,
}

/// The lines of a run: variant by variant, the benchmarks in their order.
pub(super) fn keys(run: &Run, sweep: &Sweep, points: &[Point]) -> Vec<LineKey> {
    let mut keys: Vec<LineKey> = Vec::new();
    for (index, benchmark) in run.plan.benchmarks.iter().enumerate() {
        let value = benchmark.parameters.get(&sweep.parameter);
        let point = value.and_then(|value| points.iter().position(|point| point.text == *value));
        let Some(point) = point else { continue };
        let mut parts = benchmark.parts();
        parts.changed.remove(&sweep.parameter);
        let known = keys.iter().position(|key| key.parts == parts).unwrap_or_else(|| {
            let mut others = benchmark.parameters.clone();
            others.remove(&sweep.parameter);
            keys.push(LineKey { variant: 0, parts, others, benchmarks: vec![None; points.len()] });
            keys.len() - 1
        });
        keys[known].benchmarks[point] = Some(index);
    }
    let of_variant = |variant| keys.iter().map(move |key| LineKey { variant, ..key.clone() });
    (0..run.plan.variants.len()).flat_map(of_variant).collect()
}

/// For each line what distinguishes it from the others.
pub(super) fn names(run: &Run, keys: &[LineKey]) -> Vec<String> {
    let differ = |part: &dyn Fn(&LineKey) -> String| keys.iter().map(part).collect::<BTreeSet<_>>().len() > 1;
    let suite_of = |base: &str| base.split_once('/').map(|(suite, _)| suite.to_owned());
    let suites: BTreeSet<_> = keys.iter().map(|key| suite_of(&key.parts.base)).collect();
    let base = differ(&|key| key.parts.base.clone());
    let flavour = differ(&|key| key.parts.flavour.clone().unwrap_or_default());
    let variant = run.plan.variants.len() > 1;
    let name = |key: &LineKey| {
        let mut parts = key.parts.clone();
        // What all lines of a benchmark have in common says nothing; what differs is said of each, if it is the default.
        let alike = keys.iter().filter(|other| other.parts.base == key.parts.base);
        let differs =
            |(name, value): &(&String, &String)| alike.clone().any(|other| other.others.get(*name) != Some(*value));
        parts.changed = key.others.iter().filter(differs).map(|(name, value)| (name.clone(), value.clone())).collect();
        if !flavour {
            parts.flavour = None;
        }
        if !base {
            parts.base.clear();
        } else if let ([Some(_)], Some((_, name))) =
            (suites.iter().collect::<Vec<_>>().as_slice(), parts.base.split_once('/'))
        {
            parts.base = name.to_owned();
        }
        let name = parts.name();
        let name = name.as_str().trim_start_matches(':');
        let engine = run.plan.variants.get(key.variant).map_or("", |variant| variant.name.as_str());
        match (name, variant) {
            ("", false) => key.parts.flavour.clone().unwrap_or_else(|| engine.to_owned()),
            ("", true) => engine.to_owned(),
            (name, false) => name.to_owned(),
            (name, true) => format!("{name} · {engine}"),
        }
    };
    keys.iter().map(name).collect()
}

/// For each line the one that it is compared with: the line that differs from it in nothing but the flavour, or the
/// variant, that was asked for. Where nothing was, in the first flavour, else in the first variant, else the first line
/// of the same benchmark.
pub(super) fn bases(
    run: &Run,
    keys: &[LineKey],
    names: &[String],
    wanted: Option<&str>,
) -> Result<Vec<Option<usize>>, SweepError> {
    let flavours = distinct(keys.iter().filter_map(|key| key.parts.flavour.as_deref()));
    let variants: Vec<&str> = run.plan.variants.iter().map(|variant| variant.name.as_str()).collect();
    let by_flavour = |base: &str| of_each(keys, |own, other| own.with_flavour(base).is(other));
    let by_variant = |base: usize| of_each(keys, |own, other| own.with_variant(base).is(other));
    // The suite may say which flavour the others are compared with.
    let of_suite = run.plan.benchmarks.iter().find_map(|one| one.reference.as_ref()).map(|one| one.base.as_str());
    let of_suite = of_suite.filter(|base| flavours.len() > 1 && flavours.contains(base));
    let Some(wanted) = wanted.or(of_suite) else {
        return Ok(match (flavours.as_slice(), variants.len()) {
            ([first, _, ..], _) => by_flavour(first),
            (_, 2..) => by_variant(0),
            _ => of_each(keys, |own, other| own.parts.base == other.parts.base),
        });
    };
    if flavours.contains(&wanted) {
        return Ok(by_flavour(wanted));
    }
    if let Some(variant) = variants.iter().position(|name| *name == wanted) {
        return Ok(by_variant(variant));
    }
    if let Some(line) = names.iter().position(|name| name == wanted) {
        return Ok((0..keys.len()).map(|own| (own != line).then_some(line)).collect());
    }
    let found = distinct(flavours.into_iter().chain(variants).chain(names.iter().map(String::as_str)));
    Err(SweepError::NoBase { wanted: wanted.to_owned(), found: found.join(", ") })
}

/// For each line the first that is its base; a line is not compared with itself.
fn of_each(keys: &[LineKey], is_base: impl Fn(&LineKey, &LineKey) -> bool) -> Vec<Option<usize>> {
    let base = |own: usize| keys.iter().position(|other| is_base(&keys[own], other)).filter(|base| *base != own);
    (0..keys.len()).map(base).collect()
}

impl LineKey {
    fn with_flavour(&self, flavour: &str) -> Self {
        let mut key = self.clone();
        key.parts.flavour = Some(flavour.to_owned());
        key
    }

    fn with_variant(&self, variant: usize) -> Self {
        Self { variant, ..self.clone() }
    }

    fn is(&self, other: &Self) -> bool {
        self.variant == other.variant && self.parts == other.parts
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
