//! Fibers that the host makes, on every engine that claims them: what a guest can do with them, and what is misuse.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, unused_imports, reason = "this file uses a part of it")]
mod conforming;
mod support;

use conforming::{Engine, engines, outcomes};
use kymo_model::{Feature, Outcome};
use serde_json::Value;
use support::{Home, repository};

fn fixture(name: &str) -> String {
    repository().join("suites/fixtures").join(name).to_string_lossy().into_owned()
}

/// The engines that claim fibers. Wasmtime is built by every test run, so it is never none.
fn with_fibers() -> Vec<&'static Engine> {
    let found: Vec<&Engine> = engines().iter().filter(|engine| engine.claims(Feature::HostFibers)).collect();
    assert!(found.iter().any(|engine| engine.variant == "wasmtime[cranelift]"), "build the workers first");
    found
}

/// Calls an export of the fixture on every engine: its result where fibers are claimed.
fn gives(export: &str, args: &[&str], result: &str) {
    let home = Home::new();
    let file = fixture("host-fibers.wat");
    let mut all = vec!["--invoke", export, "--timeout", "5min"];
    all.extend(args.iter().flat_map(|arg| ["--arg", arg]));
    let found = outcomes(&home, &[&file], &all);
    assert!(found.requires(&file).contains(&Feature::HostFibers));
    for engine in engines() {
        let (outcome, given) = found.of(&file, &engine.variant);
        if engine.claims(Feature::HostFibers) {
            let what = format!("{export} on {}: {}", engine.variant, outcome.reason());
            assert_eq!((outcome, given.as_deref()), (Outcome::Measured, Some(result)), "{what}");
        } else {
            assert!(matches!(outcome, Outcome::Unsupported { .. }), "{export} on {}: {outcome:?}", engine.variant);
        }
    }
}

#[test]
fn control_goes_back_and_forth() {
    // 1 + 2 + ... + 100 000, in 32 bits.
    gives("yields", &["100000"], "705082704");
    // Three deep: two more for each of 10 000 yields.
    gives("nested", &["10000"], "50025000");
}

#[test]
fn fibers_are_many_at_a_time_and_one_after_the_other() {
    gives("alive", &["10000"], "50005000");
    // More than there could be at a time: a hundred times 1 + 2 + ... + 1000.
    gives("short", &["100000", "1000"], "50050000");
}

#[test]
fn a_dropped_fiber_gives_its_stack_back() {
    // More than there could be at a time.
    gives("dropped", &["40000"], "1");
}

/// Fails in the same way on every engine that has fibers.
fn fails(name: &str, parts: &[&str]) {
    let home = Home::new();
    let file = fixture(name);
    let found = outcomes(&home, &[&file], &[]);
    for engine in with_fibers() {
        let (outcome, _) = found.of(&file, &engine.variant);
        assert_eq!(outcome.label(), "trapped", "{name} on {}: {}", engine.variant, outcome.reason());
        for part in parts {
            assert!(outcome.reason().contains(part), "{name} on {}: {}", engine.variant, outcome.reason());
        }
    }
}

#[test]
fn a_trap_in_a_fiber_is_the_guests() {
    fails("host-fibers-trap.wat", &["unreachable", "burn", "light", "enter"]);
}

#[test]
fn misuse_is_told() {
    fails("host-fibers-yield-outside.wat", &["kymo_fiber.yield was called outside of a fiber"]);
    fails("host-fibers-resumes-itself.wat", &["kymo_fiber.resume(7): this fiber is running"]);
}

#[test]
fn a_fiber_prints_and_exits_for_its_program() {
    let home = Home::new();
    home.write("expected.txt", "a\nb c\n");
    let file = fixture("host-fibers-prints.wat");
    let found = outcomes(&home, &[&file], &["--expect-stdout", "expected.txt"]);
    for engine in with_fibers() {
        let (outcome, _) = found.of(&file, &engine.variant);
        assert_eq!(outcome, Outcome::Measured, "{}: {}", engine.variant, outcome.reason());
    }
}

#[test]
fn modules_that_are_no_guests_of_fibers_are_invalid() {
    let home = Home::new();
    let memory = "(import \"env\" \"memory\" (memory 1 1 shared)) (export \"memory\" (memory 0))";
    let resume = "(import \"kymo_fiber\" \"resume\" (func (param i32) (result i32)))";
    let start = "(func (export \"_start\"))";
    home.write("no-entry.wat", format!("(module {memory} {resume} {start})"));
    home.write("other-entry.wat", format!("(module {memory} {resume} {start} (func (export \"kymo_fiber_enter\")))"));
    home.write("no-memory.wat", format!("(module {resume} {start} (func (export \"kymo_fiber_enter\") (param i32)))"));
    let files = ["no-entry.wat", "other-entry.wat", "no-memory.wat"];
    let found = outcomes(&home, &files, &[]);
    for engine in with_fibers() {
        for file in files {
            // What is not run is not seen: a fixture without atomics requires less of an engine than fibers do.
            let (outcome, _) = found.of(file, &engine.variant);
            let part = if file == "no-memory.wat" { "memory, shared, as env.memory" } else { "kymo_fiber_enter" };
            assert_eq!(outcome.label(), "invalid", "{file} on {}: {}", engine.variant, outcome.reason());
            assert!(outcome.reason().contains(part), "{file} on {}: {}", engine.variant, outcome.reason());
        }
    }
}

/// The host can make no other fiber: the guest is told, and goes on with those that it has.
#[test]
fn the_last_fiber_is_told() {
    let home = Home::new();
    let file = fixture("host-fibers.wat");
    // A pool has stacks for so many calls, of which the program takes one.
    let pool = "wasmtime[pooling,pooling-slots=100]";
    let mut variants = vec![pool];
    variants.extend(with_fibers().iter().map(|engine| engine.variant.as_str()).filter(|name| name.starts_with("java")));
    let engines: Vec<&str> = variants.iter().flat_map(|variant| ["-e", variant]).collect();
    let args = ["run", &file, "--invoke", "exhausted", "--arg", "16000000", "--phase", "execute", "--rounds", "1"];
    let more = ["--timeout", "5min", "--format", "json", "--no-save", "--quiet"];
    let ran = home.run(&[&args[..], &engines[..], &more].concat());
    let run: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    for (invocation, variant) in run["invocations"].as_array().unwrap().iter().zip(variants) {
        assert_eq!(invocation["outcome"]["kind"], "measured", "{variant}: {invocation}");
        assert_eq!(invocation["verification"]["result"], "-1", "{variant}: {invocation}");
    }
}
