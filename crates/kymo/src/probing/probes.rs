//! The probes: at least one for each feature, but for those of servers, which `kymo run http` tries. Each says in its
//! first line what it does.

use kymo_model::Feature;

/// A small module and what is right.
#[derive(Debug)]
pub struct Probe {
    /// Its name: that of the feature, and what part of it where there are several.
    pub name: &'static str,
    /// The feature that it needs.
    pub feature: Feature,
    /// The module as text.
    pub text: &'static str,
    /// What it gives.
    pub right: Right,
}

/// What a probe gives.
#[derive(Clone, Copy, Debug)]
pub enum Right {
    /// The result of its export `probe`.
    Result(&'static str),
    /// What it writes to its standard output, as a program.
    Output(&'static str),
}

/// The name of the export that probes are called by.
pub const EXPORT: &str = "probe";

const OUTPUT: Right = Right::Output("probe\n");

macro_rules! probe {
    ($name:literal, $feature:ident, $right:expr) => {
        Probe {
            name: $name,
            feature: Feature::$feature,
            text: include_str!(concat!("../../probes/", $name, ".wat")),
            right: $right,
        }
    };
}

/// Every probe, by the age of its feature.
pub const PROBES: &[Probe] = &[
    probe!("mutable-globals", MutableGlobals, Right::Result("42")),
    probe!("saturating-float-to-int", SaturatingFloatToInt, Right::Result("2147483647")),
    probe!("sign-extension", SignExtension, Right::Result("-32896")),
    probe!("reference-types-tables", ReferenceTypes, Right::Result("18")),
    probe!("reference-types-extern", ReferenceTypes, Right::Result("5")),
    probe!("multi-value", MultiValue, Right::Result("43")),
    probe!("bulk-memory", BulkMemory, Right::Result("21")),
    probe!("simd", Simd, Right::Result("110")),
    probe!("relaxed-simd", RelaxedSimd, Right::Result("17")),
    probe!("threads", Threads, Right::Result("3")),
    probe!("tail-call", TailCall, Right::Result("1000000")),
    probe!("multi-memory", MultiMemory, Right::Result("5")),
    probe!("exceptions", Exceptions, Right::Result("42")),
    probe!("legacy-exceptions", LegacyExceptions, Right::Result("42")),
    probe!("memory64", Memory64, Right::Result("12")),
    probe!("memory64-table", Memory64, Right::Result("9")),
    probe!("extended-const", ExtendedConst, Right::Result("43")),
    probe!("function-references", FunctionReferences, Right::Result("43")),
    probe!("gc-struct", Gc, Right::Result("499500")),
    probe!("gc-array", Gc, Right::Result("10")),
    probe!("gc-casts", Gc, Right::Result("123")),
    probe!("wide-arithmetic", WideArithmetic, Right::Result("2")),
    probe!("custom-page-sizes", CustomPageSizes, Right::Result("201")),
    probe!("stack-switching", StackSwitching, Right::Result("55")),
    probe!("host-fibers", HostFibers, Right::Result("55")),
    probe!("component-model", ComponentModel, Right::Result("42")),
    probe!("component-model-strings", ComponentModel, Right::Result("11")),
    probe!("component-model-async", ComponentModelAsync, Right::Result("42")),
    probe!("wasi-p1", WasiP1, OUTPUT),
    probe!("wasi-p2", WasiP2, OUTPUT),
    probe!("wasi-nn", WasiNn, Right::Result("42")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_feature_has_a_probe_that_requires_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut probed = BTreeSet::new();
        for probe in PROBES {
            let bench = super::super::Bench::new(folder.path()).unwrap();
            let benchmark = bench.benchmark(probe).unwrap();
            assert!(benchmark.requires.contains(&probe.feature), "{}: {:?}", probe.name, benchmark.requires);
            assert!(probe.text.starts_with(";; "), "{}", probe.name);
            probed.insert(probe.feature);
        }
        // What servers need is tried where servers are: a probe is a program that ends.
        let of_servers = [Feature::WasiHttp, Feature::WasiHttpP3, Feature::WasiSockets, Feature::HostSockets];
        let all: BTreeSet<Feature> = Feature::ALL.iter().copied().filter(|one| !of_servers.contains(one)).collect();
        assert_eq!(probed, all);
    }
}
