//! Sizes of modules, against those of their base flavours: exact, and known without a run.

use kymo_model::{Benchmark, Bytes, Ratio};

/// The sizes of a flavour and of its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The flavour's.
    pub own: Bytes,
    /// The base flavour's.
    pub base: Bytes,
}

impl Sizes {
    /// The flavour's size over the base flavour's.
    pub fn ratio(self) -> Ratio {
        Ratio::new(self.own.get() as f64 / self.base.get() as f64)
    }

    /// Both without `common`; `None` where nothing would be left of one of them.
    pub fn without(self, common: Bytes) -> Option<Self> {
        let less = |size: Bytes| size.get().checked_sub(common.get()).filter(|rest| *rest > 0).map(Bytes::new);
        Some(Self { own: less(self.own)?, base: less(self.base)? })
    }
}

/// The size of a benchmark's module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleSize {
    /// The benchmark's name without its flavour.
    pub program: String,
    /// The flavour, where the benchmark has several.
    pub flavour: Option<String>,
    /// The module's file.
    pub bytes: Bytes,
    /// Against the base flavour, where there is one among the benchmarks.
    pub against: Option<Sizes>,
    /// The same without the module that the suite says is in all flavours.
    pub without_baseline: Option<Sizes>,
    /// The benchmark of that module.
    pub baseline: Option<String>,
}

/// The sizes of these benchmarks' modules, in their order.
pub fn module_sizes(benchmarks: &[Benchmark]) -> Vec<ModuleSize> {
    let one = |benchmark: &Benchmark| {
        let base = base_of(benchmarks, benchmark).map(|place| &benchmarks[place]);
        let against = base.map(|base| Sizes { own: benchmark.module_bytes, base: base.module_bytes });
        let baseline = benchmark.reference.as_ref().and_then(|reference| reference.size_baseline.as_ref());
        ModuleSize {
            program: program(benchmark),
            flavour: benchmark.flavour.clone(),
            bytes: benchmark.module_bytes,
            against,
            without_baseline: against.zip(baseline).and_then(|(sizes, common)| sizes.without(common.module_bytes)),
            baseline: baseline.map(|baseline| baseline.benchmark.to_string()),
        }
    };
    benchmarks.iter().map(one).collect()
}

/// A benchmark's name without its flavour: what its flavours have in common.
pub(super) fn program(benchmark: &Benchmark) -> String {
    let name = benchmark.name.as_str();
    let parts = benchmark.flavour.as_ref().and_then(|flavour| name.split_once(&format!(":{flavour}")));
    match parts {
        // Parameters that are not at their defaults follow the flavour, in parentheses.
        Some((program, rest)) if rest.is_empty() || rest.starts_with('(') => format!("{program}{rest}"),
        _ => name.to_owned(),
    }
}

/// The place among `benchmarks` of the base flavour of one of them; its own, if it is the base.
pub(super) fn base_of(benchmarks: &[Benchmark], benchmark: &Benchmark) -> Option<usize> {
    let base = benchmark.reference.as_ref()?.base.as_str();
    let name = program(benchmark);
    benchmarks.iter().position(|one| one.flavour.as_deref() == Some(base) && program(one) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_common_is_taken_from_both_sides() {
        let sizes = Sizes { own: Bytes::new(1200), base: Bytes::new(1500) };
        assert_eq!(sizes.ratio(), Ratio::new(0.8));
        assert_eq!(sizes.without(Bytes::new(1000)).map(Sizes::ratio), Some(Ratio::new(0.4)));
        assert_eq!(sizes.without(Bytes::new(1200)), None, "nothing is left of one of them");
        assert_eq!(sizes.without(Bytes::new(9000)), None);
    }
}
