//! Flavours of the benchmarks of one run, compared: other programs that do the same work.
//!
//! Orders are drawn for each benchmark apart, so a round of one flavour and the round of that number of another were
//! never one block: they make no pairs, and the processes are the unit.

use super::compare::{Comparable, Compared, Sides, finish};
use super::judged::Settings;
use kymo_model::{Benchmark, BenchmarkName, Run};

/// What is said of every such comparison.
pub const REMARK: &str =
    "flavours are programs of their own, measured in processes of their own: unpaired on processes, not by rounds";

/// Why flavours cannot be compared.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FlavourError {
    /// No benchmark of the run has this flavour.
    #[error("no benchmark of the run has the flavour '{wanted}'; the flavours in it are: {found}")]
    Unknown {
        /// The flavour that was asked for.
        wanted: String,
        /// Those that there are.
        found: String,
    },
    /// The flavours never occur together.
    #[error("no benchmark of the run has both flavours, '{base}' and '{other}'")]
    NeverTogether {
        /// The first flavour.
        base: String,
        /// The one to be compared with it.
        other: String,
    },
}

/// Compares each of the other flavours with `base`, for each of the run's `variants` (by index) apart. The verdicts
/// allow for all comparisons.
///
/// # Errors
/// [`FlavourError`], where there is nothing to compare.
pub fn compare_flavours(
    run: &Run,
    variants: &[usize],
    base: &str,
    others: &[&str],
    settings: &Settings,
) -> Result<Vec<Compared>, FlavourError> {
    for wanted in std::iter::once(&base).chain(others) {
        known(run, wanted)?;
    }
    let mut compared = Vec::new();
    for &variant in variants {
        for other in others {
            compared.push(differences(run, variant, base, other, settings)?);
        }
    }
    finish(&mut compared, settings);
    Ok(compared)
}

fn known(run: &Run, wanted: &str) -> Result<(), FlavourError> {
    let mut found: Vec<&str> = run.plan.benchmarks.iter().filter_map(|one| one.flavour.as_deref()).collect();
    if found.contains(&wanted) {
        return Ok(());
    }
    found.sort_unstable();
    found.dedup();
    let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
    Err(FlavourError::Unknown { wanted: wanted.to_owned(), found })
}

fn differences(
    run: &Run,
    variant: usize,
    base: &str,
    other: &str,
    settings: &Settings,
) -> Result<Compared, FlavourError> {
    let together = together(run, base, other);
    if together.is_empty() {
        return Err(FlavourError::NeverTogether { base: base.to_owned(), other: other.to_owned() });
    }
    let engine = run.plan.variants.get(variant).map_or("", |variant| variant.name.as_str());
    // Where the run has one variant only, its name would say nothing.
    let named =
        |flavour: &str| if run.plan.variants.len() == 1 { flavour.to_owned() } else { format!("{engine}:{flavour}") };
    let (name_a, name_b) = (named(base), named(other));
    let a = Comparable { run, variant, name: &name_a };
    let b = Comparable { run, variant, name: &name_b };
    let mut tables = Sides::new(a, b, false).tables(&together, settings);
    for row in tables.iter_mut().flat_map(|table| &mut table.rows) {
        row.benchmark = BenchmarkName::new(bare(&row.benchmark, base));
    }
    Ok(Compared { tables, paired: false, remarks: vec![REMARK.to_owned()] })
}

/// Indices of the benchmarks that have both flavours, those of `base` first in each pair.
fn together(run: &Run, base: &str, other: &str) -> Vec<(usize, usize)> {
    let of = |flavour: &str, benchmark: &Benchmark| benchmark.flavour.as_deref() == Some(flavour);
    let benchmarks = run.plan.benchmarks.iter().enumerate();
    benchmarks
        .filter(|(_, benchmark)| of(base, benchmark))
        .filter_map(|(in_a, benchmark)| {
            let name = bare(&benchmark.name, base);
            let in_b = run.plan.benchmarks.iter().position(|one| of(other, one) && bare(&one.name, other) == name)?;
            Some((in_a, in_b))
        })
        .collect()
}

/// A benchmark's name without its flavour.
fn bare(name: &BenchmarkName, flavour: &str) -> String {
    let name = name.as_str();
    name.strip_suffix(flavour).and_then(|name| name.strip_suffix(':')).unwrap_or(name).to_owned()
}
