//! The suite `components` on every engine: its flavours do the same work, and a user sees what the boundary costs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, unused_imports, reason = "this file uses a part of it")]
mod conforming;
mod support;

use conforming::{Engine, engines};
use kymo_model::{Benchmark, Check, Feature, Metric, ModuleKind, Outcome, Phase, Run, Settings};
use kymo_suite::{Selection, Suites};
use kymo_worker::protocol::{Measure, PhasePlan};
use std::collections::BTreeMap;
use support::{Home, repository};

fn benchmarks(home: &Home) -> Vec<Benchmark> {
    let suites = Suites::new(vec![repository().join("suites")]);
    let selected = suites.select("components", &Selection::default(), &home.path("cache")).unwrap();
    selected.into_iter().map(|selected| selected.benchmark).collect()
}

/// What a benchmark's export returns when it is called once with these arguments.
fn result(home: &Home, engine: &Engine, benchmark: &Benchmark, args: Vec<String>) -> String {
    let mut order = engine.order(home, benchmark.name.as_str(), &Settings::new());
    order.open.args = args;
    let execute = PhasePlan { phase: Phase::Execute, warmup: 0, iterations: 1 };
    order.measure = Measure { phases: vec![execute], metrics: vec![Metric::WallTime] };
    let report = engine.invoke(&order);
    assert_eq!(report.outcome, Outcome::Measured, "{} on {}", benchmark.name, engine.variant);
    report.verification.unwrap().result.unwrap()
}

#[test]
fn every_flavour_returns_what_the_suite_expects() {
    let home = Home::new();
    let wasmtime = engines().iter().find(|engine| engine.variant == "wasmtime[cranelift]").unwrap();
    for benchmark in benchmarks(&home) {
        let Check::Result(expected) = &benchmark.check else { panic!("{} expects no result", benchmark.name) };
        assert_eq!(&result(&home, wasmtime, &benchmark, benchmark.args.clone()), expected, "{}", benchmark.name);
    }
}

/// With fewer calls, since interpreters take their time. Which result is right, the first engine says.
#[test]
fn every_engine_returns_the_same() {
    let home = Home::new();
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    let mut measured: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for benchmark in benchmarks(&home) {
        let name = benchmark.name.as_str().rsplit_once(':').unwrap().0.to_owned();
        let mut args = benchmark.args.clone();
        let calls: u32 = args[0].parse().unwrap();
        args[0] = calls.min(50).to_string();
        for engine in engines() {
            let takes = engine.hello.strategies.iter().any(|one| one.kinds.contains(&benchmark.kind));
            if !takes || !benchmark.requires.iter().all(|feature| engine.claims(*feature)) {
                continue;
            }
            let result = result(&home, engine, &benchmark, args.clone());
            assert_eq!(first.entry(name.clone()).or_insert_with(|| result.clone()), &result, "{}", engine.variant);
            *measured.entry((&engine.variant, benchmark.kind.to_string())).or_default() += 1;
        }
    }
    let all = benchmarks(&home);
    for strategy in ["wasmtime[cranelift]", "wasmtime[winch]", "wasmtime[pulley]"] {
        for kind in [ModuleKind::Core, ModuleKind::Component] {
            let there = all.iter().filter(|benchmark| benchmark.kind == kind).count();
            assert_eq!(measured.get(&(strategy, kind.to_string())), Some(&there), "{strategy}, {kind}");
        }
    }
}

#[test]
fn a_user_sees_what_the_boundary_costs() {
    let home = Home::new();
    let run = ["run", "components", "--tag", "smoke", "-e", "wasmtime", "-e", "wasmi", "--phase", "execute"];
    let text = home.ok(&[&run[..], &["--rounds", "2", "--format", "json", "--quiet"]].concat());
    let run: Run = serde_json::from_str(&text).unwrap();
    let of = |name: &str, variant: u32| {
        let index = run.plan.benchmarks.iter().position(|one| one.name.as_str() == name).unwrap();
        let own = run.invocations.iter().rfind(|one| (one.benchmark as usize, one.variant) == (index, variant));
        own.unwrap().outcome.clone()
    };
    assert_eq!(of("components/call:core", 0), Outcome::Measured);
    assert_eq!(of("components/call:component", 0), Outcome::Measured);
    assert_eq!(of("components/host-clock:component", 0), Outcome::Measured);
    assert_eq!(of("components/call:core", 1), Outcome::Measured);
    let lacks = Outcome::Unsupported { feature: Feature::ComponentModel.name().to_owned() };
    assert_eq!(of("components/call:component", 1), lacks);
    let flavours = ["compare", "latest:wasmtime", "--flavour", "core", "--flavour", "component", "--format", "json"];
    let analysis = home.json(&flavours);
    let validator = jsonschema::validator_for(&home.json(&["schema", "analysis"])).unwrap();
    assert!(validator.is_valid(&analysis));
    assert_eq!(analysis["paired"], false);
    let rows = analysis["tables"][0]["rows"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["benchmark"].as_str().unwrap()).collect();
    assert_eq!(names, ["components/call", "components/host-clock"]);
}
