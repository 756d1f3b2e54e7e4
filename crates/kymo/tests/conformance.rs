//! What every worker must do, held against every real worker that is found: the protocol's promises, the fixtures.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conforming;
mod support;

use conforming::{Engine, Outcomes, engines, outcomes};
use kymo_model::{Feature, Metric, Outcome, Phase, Settings};
use kymo_worker::protocol::Accepts;
use std::collections::BTreeSet;
use support::Home;

#[test]
fn hellos_are_sane() {
    let engines = engines();
    assert!(engines.iter().any(|engine| engine.variant == "wasmtime[cranelift]"), "build the workers first");
    for Engine { variant, hello, strategy, .. } in engines {
        assert!(!hello.engine_version.is_empty() && !hello.build_id.is_empty(), "{variant}");
        assert!(variant.starts_with(&hello.name), "{variant}");
        let own = hello.strategies.iter().filter(|one| one.name == *strategy);
        assert_eq!(own.count(), 1, "{variant}");
        let unknown = hello.metrics.iter().filter(|name| name.parse::<Metric>().is_err());
        assert_eq!(unknown.count(), 0, "{variant}: {:?}", hello.metrics);
        let unknown =
            hello.strategies.iter().flat_map(|one| &one.features).filter(|name| name.parse::<Feature>().is_err());
        assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&String>::new(), "{variant}");
        let mut names = BTreeSet::new();
        for setting in &hello.settings {
            assert!(names.insert(&setting.name), "{variant}: {} twice", setting.name);
            assert!(setting.about.ends_with('.'), "{variant}: {}", setting.name);
            setting.accepts.check(&setting.name, &setting.default).unwrap();
        }
    }
}

/// Every feature by a function that gives 42 with it, and is invalid without it. Features of the system's interfaces
/// and those whose programs are longer have a fixture.
const FEATURES: [(Feature, &str); 18] = [
    (
        Feature::MutableGlobals,
        "(global $g (export \"g\") (mut i32) (i32.const 42)) (func (export \"f\") (result i32) (global.get $g))",
    ),
    (Feature::SaturatingFloatToInt, "(func (export \"f\") (result i32) (i32.trunc_sat_f64_s (f64.const 42.9)))"),
    (Feature::SignExtension, "(func (export \"f\") (result i32) (i32.extend8_s (i32.const 0x12a)))"),
    (
        Feature::ReferenceTypes,
        "(table 1 funcref) (table 1 funcref)
         (func (export \"f\") (result i32)
           (i32.mul (i32.const 42) (ref.is_null (table.get 1 (i32.const 0)))))",
    ),
    (
        Feature::MultiValue,
        "(func $two (result i32 i32) (i32.const 40) (i32.const 2))
         (func (export \"f\") (result i32) (i32.add (call $two)))",
    ),
    (
        Feature::BulkMemory,
        "(memory 1)
         (func (export \"f\") (result i32)
           (memory.fill (i32.const 7) (i32.const 42) (i32.const 100))
           (memory.copy (i32.const 200) (i32.const 50) (i32.const 10))
           (i32.load8_u (i32.const 205)))",
    ),
    (Feature::Simd, "(func (export \"f\") (result i32) (i32x4.extract_lane 3 (i32x4.splat (i32.const 42))))"),
    (
        Feature::RelaxedSimd,
        "(func (export \"f\") (result i32)
           (i32x4.extract_lane 0 (i32x4.relaxed_trunc_f32x4_s (f32x4.splat (f32.const 42.5)))))",
    ),
    (
        Feature::TailCall,
        "(func $count (param i32) (result i32)
           (if (i32.eqz (local.get 0)) (then (return (i32.const 42))))
           (return_call $count (i32.sub (local.get 0) (i32.const 1))))
         (func (export \"f\") (result i32) (call $count (i32.const 1000000)))",
    ),
    (
        Feature::MultiMemory,
        "(memory $a 1) (memory $b 1)
         (func (export \"f\") (result i32)
           (i32.store $b (i32.const 0) (i32.const 42))
           (i32.add (i32.load $a (i32.const 0)) (i32.load $b (i32.const 0))))",
    ),
    (
        Feature::Exceptions,
        "(tag $e (param i32))
         (func $throws (throw $e (i32.const 42)))
         (func (export \"f\") (result i32)
           (block $caught (result i32) (try_table (catch $e $caught) (call $throws)) (i32.const 0)))",
    ),
    (
        Feature::LegacyExceptions,
        "(tag $e (param i32))
         (func $throws (throw $e (i32.const 42)))
         (func (export \"f\") (result i32)
           try (result i32) call $throws i32.const 0 catch $e end)",
    ),
    (
        Feature::Memory64,
        "(memory i64 1)
         (func (export \"f\") (result i32)
           (i32.store (i64.const 65532) (i32.const 42))
           (i32.load (i64.const 65532)))",
    ),
    (
        Feature::ExtendedConst,
        "(global $g i32 (i32.add (i32.const 40) (i32.const 2))) (func (export \"f\") (result i32) (global.get $g))",
    ),
    (
        Feature::FunctionReferences,
        "(type $t (func (result i32)))
         (func $g (type $t) (i32.const 42))
         (elem declare func $g)
         (func (export \"f\") (result i32) (call_ref $t (ref.func $g)))",
    ),
    (
        Feature::Gc,
        "(type $box (struct (field i32)))
         (func (export \"f\") (result i32) (struct.get $box 0 (struct.new $box (i32.const 42))))",
    ),
    (
        Feature::WideArithmetic,
        "(func (export \"f\") (result i32)
           (i64.add128 (i64.const 40) (i64.const 0) (i64.const 2) (i64.const 0))
           drop i32.wrap_i64)",
    ),
    (Feature::CustomPageSizes, "(memory 42 (pagesize 1)) (func (export \"f\") (result i32) (memory.size))"),
];

#[test]
fn what_a_strategy_claims_works() {
    let home = Home::new();
    let mut files = Vec::new();
    for (feature, text) in FEATURES {
        files.push(format!("{}.wat", feature.name()));
        home.write(&format!("{}.wat", feature.name()), format!("(module {text})"));
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let found = outcomes(&home, &files, &["--invoke", "f"]);
    for ((feature, _), file) in FEATURES.iter().zip(files) {
        let requires = found.requires(file);
        assert!(requires.contains(feature), "{file} requires {requires:?}");
        for engine in engines() {
            let (outcome, result) = found.of(file, &engine.variant);
            let variant = &engine.variant;
            match requires.iter().find(|feature| !engine.claims(**feature)) {
                None => {
                    assert_eq!((outcome, result.as_deref()), (Outcome::Measured, Some("42")), "{file} on {variant}")
                }
                Some(missing) => assert_eq!(outcome, Outcome::unsupported(*missing), "{file} on {variant}"),
            }
        }
    }
}

/// Checks one fixture on every engine: `expect` gives the outcome's label, and what its reason must contain.
fn check(fixture: &str, args: &[&str], expect: impl Fn(&Engine) -> (&'static str, Vec<&'static str>)) {
    let home = Home::new();
    home.write("folder/input.txt", "from a file\n");
    home.write("expected.txt", "a\nb c\n");
    let file = support::repository().join("suites/fixtures").join(fixture);
    let name = file.to_str().unwrap();
    let found: Outcomes = outcomes(&home, &[name], args);
    for engine in engines() {
        let (outcome, _) = found.of(name, &engine.variant);
        let (label, parts) = expect(engine);
        assert_eq!(outcome.label(), label, "{fixture} on {}: {}", engine.variant, outcome.reason());
        for part in parts {
            assert!(outcome.reason().contains(part), "{fixture} on {}: {}", engine.variant, outcome.reason());
        }
    }
}

fn always(label: &'static str, parts: &[&'static str]) -> impl Fn(&Engine) -> (&'static str, Vec<&'static str>) {
    move |_| (label, parts.to_vec())
}

fn where_claimed(feature: Feature, otherwise: &'static str) -> impl Fn(&Engine) -> (&'static str, Vec<&'static str>) {
    move |engine| (if engine.claims(feature) { "measured" } else { otherwise }, Vec::new())
}

#[test]
fn programs_that_are_well() {
    check("returns-42.wat", &["--invoke", "answer"], always("measured", &[]));
    check("exits-0.wat", &[], always("measured", &[]));
    check(
        "echoes-args.wat",
        &["--arg", "a", "--arg", "b c", "--expect-stdout", "expected.txt"],
        always("measured", &[]),
    );
    check("echoes-stdin.wat", &["--stdin", "expected.txt", "--expect-stdout", "expected.txt"], always("measured", &[]));
    let input = ["--dir", "folder::.", "--expect-stdout", "folder/input.txt"];
    check("reads-file.wat", &input, always("measured", &[]));
    check("nondeterministic.wat", &["--output-varies"], always("measured", &[]));
}

#[test]
fn programs_that_need_a_feature() {
    check("gc.wat", &[], where_claimed(Feature::Gc, "unsupported(gc)"));
    check("threads.wat", &[], where_claimed(Feature::Threads, "unsupported(threads)"));
    let without = "unsupported(component-model)";
    check("hello.wat", &[], where_claimed(Feature::ComponentModel, without));
    check("component-bench.wat", &[], where_claimed(Feature::ComponentModel, without));
    check("component-errs.wat", &[], |engine| match engine.claims(Feature::ComponentModel) {
        true => ("wrong_output", vec!["exit code 1"]),
        false => (without, vec![]),
    });
    // Whatever else it requires that an engine lacks.
    check("stack-switching.wat", &[], where_claimed(Feature::StackSwitching, "unsupported(stack-switching)"));
    check("host-fibers.wat", &[], where_claimed(Feature::HostFibers, "unsupported(host-fibers)"));
}

#[test]
fn programs_that_are_wrong() {
    check("exits-7.wat", &[], always("wrong_output", &["exit code 7, expected 0"]));
    let expect = ["--expect-stdout", "expected.txt"];
    check(
        "wrong-output.wat",
        &expect,
        always("wrong_output", &["line 1 of standard output is 'actual', expected 'a'"]),
    );
    check("nondeterministic.wat", &[], always("wrong_output", &[]));
    for fixture in ["never-closed", "opened-twice", "closed-first", "left-by-exit"] {
        check(&format!("region-{fixture}.wat"), &[], always("invalid", &[]));
    }
    check("missing-import.wat", &[], always("invalid", &["env", "nobody"]));
    // wasmi and wasm2c give no backtraces.
    check("traps.wat", &[], |engine| match engine.hello.name.as_str() {
        "wasmi" | "wasm2c" => ("trapped", vec!["unreachable"]),
        _ => ("trapped", vec!["unreachable", "burn", "light", "_start"]),
    });
    check("overflows.wat", &[], always("trapped", &[]));
}

#[test]
fn programs_without_measure() {
    check("endless.wat", &["--timeout", "1500ms"], always("timed_out", &["1.5 s"]));
    check("hungry.wat", &["--memory", "256MiB"], always("out_of_memory", &["256 MiB"]));
    check("chatter.wat", &["--output-limit", "1MiB"], always("failed", &["1 MiB"]));
}

#[test]
fn a_module_that_fails_to_validate_is_refused_before_any_engine_sees_it() {
    let home = Home::new();
    let file = support::repository().join("suites/fixtures/type-error.wat");
    let ran = home.run(&["run", file.to_str().unwrap(), "-e", "wasmtime"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    snapshot!("type-error", home.shown(&ran));
}

#[test]
fn another_module_than_named_is_invalid() {
    let home = Home::new();
    for engine in engines() {
        let mut order = engine.order(&home, "basics/noop", &Settings::new());
        order.open.sha256 = kymo_model::ModuleHash::from_bytes([7; 32]);
        let outcome = engine.invoke(&order).outcome;
        assert_eq!(outcome.label(), "invalid", "{}: {}", engine.variant, outcome.reason());
    }
}

#[test]
fn samples_are_plausible_and_settings_all_resolved() {
    let home = Home::new();
    for engine in engines() {
        let report = engine.invoke(&engine.order(&home, "basics/noop", &Settings::new()));
        assert_eq!(report.outcome, Outcome::Measured, "{}", engine.variant);
        let declared: Vec<&String> = engine.hello.settings.iter().map(|setting| &setting.name).collect();
        let resolved: BTreeSet<&String> = report.settings.keys().collect();
        assert_eq!(declared.into_iter().collect::<BTreeSet<_>>(), resolved, "{}", engine.variant);
        for phase in [Phase::Compile, Phase::Instantiate, Phase::Execute] {
            let of_phase = report.samples.iter().find(|one| one.phase == phase && one.metric == Metric::WallTime);
            let values = &of_phase.unwrap().values;
            assert_eq!(values.len(), 3);
            // An empty region takes some time, and none of these takes ten seconds.
            assert!(values.iter().all(|value| (0.0..10.0).contains(&value.get())), "{}: {values:?}", engine.variant);
        }
    }
}

#[test]
fn numbers_are_written_alike() {
    let home = Home::new();
    let numbers = "f64.const 0.1 f64.const -0.0 f64.const inf f64.const 1e300 f64.const 5e-324 f64.const 123456789 \
        f32.const 0.1 f32.const 16777216 f32.const -inf i32.const -1 i64.const -9223372036854775808 f64.const nan";
    let types = "f64 f64 f64 f64 f64 f64 f32 f32 f32 i32 i64 f64";
    home.write("numbers.wat", format!("(module (func (export \"f\") (result {types}) {numbers}))"));
    let found = outcomes(&home, &["numbers.wat"], &["--invoke", "f"]);
    let results: BTreeSet<String> =
        engines().iter().map(|engine| found.of("numbers.wat", &engine.variant).1.unwrap_or_default()).collect();
    snapshot!("numbers", results.into_iter().collect::<Vec<_>>().join("\n"));
    // The same by a program: its bits printed, on every engine as its authors wrote them down.
    for engine in engines() {
        let report = engine.invoke(&engine.order(&home, "basics/float", &Settings::new()));
        assert_eq!(report.outcome, Outcome::Measured, "{}", engine.variant);
        let expected = engine.order(&home, "basics/float", &Settings::new()).open.stdout;
        let written = std::fs::read(expected).unwrap();
        let right = std::fs::read(support::repository().join("suites/basics/expected/float.stdout")).unwrap();
        assert_eq!(written, right, "{}", engine.variant);
    }
}

/// A value other than the default, or several, for each setting of Wasmtime. A new setting must be thought of here.
fn other_values(name: &str, default: &str, accepts: &Accepts) -> Vec<String> {
    match accepts {
        Accepts::Flag => vec![if default == "on" { "off" } else { "on" }.to_owned()],
        Accepts::Choice(words) => words.iter().filter(|word| *word != default).cloned().collect(),
        Accepts::Text => vec!["enable_alias_analysis=false".to_owned()],
        Accepts::Integer => {
            let value: u64 = match name {
                "memory-reservation" | "memory-reservation-for-growth" | "memory-guard-size" => 64 << 20,
                "gc-heap-reservation" => 256 << 20,
                "pooling-memory-size" => 256 << 20,
                "async-stack-size" => 4 << 20,
                "pooling-slots" | "pooling-max-unused-warm-slots" | "pooling-decommit-batch-size" => 10,
                "max-wasm-stack" => 1 << 20,
                // Of programs and of WASI 0.2 there is no other.
                "instance-concurrency" => 1,
                "pooling-memories-per-module" | "pooling-tables-per-module" => 2,
                _ => 64 << 10,
            };
            vec![value.to_string()]
        }
    }
}

#[test]
fn every_setting_of_wasmtime_can_have_another_value() {
    let home = Home::new();
    let engine = engines().iter().find(|engine| engine.variant == "wasmtime[cranelift]").unwrap();
    for benchmark in ["basics/noop", "basics/integer"] {
        let right = engine.invoke(&engine.order(&home, benchmark, &Settings::new()));
        assert_eq!(right.outcome, Outcome::Measured);
        for setting in &engine.hello.settings {
            for value in other_values(&setting.name, &setting.default, &setting.accepts) {
                let mut settings = Settings::from([(setting.name.clone(), value.clone())]);
                if setting.name.starts_with("pooling-") || setting.name.ends_with("keep-resident") {
                    settings.insert("pooling".to_owned(), "on".to_owned());
                }
                if setting.name == "pooling-stack-keep-resident" {
                    settings.insert("async-stack-zeroing".to_owned(), "on".to_owned());
                }
                let report = engine.invoke(&engine.order(&home, benchmark, &settings));
                let what = format!("{benchmark} with {}={value}", setting.name);
                // Allocators are libraries of the system.
                if setting.name == "allocator" && report.outcome.reason().contains("is not installed") {
                    continue;
                }
                assert_eq!(report.outcome, Outcome::Measured, "{what}");
                assert_eq!(report.verification, right.verification, "{what}");
                if value != "auto" {
                    assert_eq!(report.settings.get(&setting.name), Some(&value), "{what}");
                }
            }
        }
    }
}
