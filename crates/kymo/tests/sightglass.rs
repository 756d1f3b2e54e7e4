//! Engine libraries with the C interface of sightglass, good and bad, through the whole tool.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{Metric, Phase};
use support::{Home, bin, c_library, last, outcome, run_once, samples};

/// A whole engine library in C, whose parts a test may replace: it marks its phases and runs nothing.
const LIBRARY: &str = r#"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef struct { const char *at; size_t len; } text;
typedef struct { void *given; void (*start)(void *); void (*end)(void *); } timer;
typedef struct { text dir, out, err, in; timer compilation, instantiation, execution; text flags; } config;
static config kept;
#ifndef CREATE
#define CREATE *state = &kept; return 0;
#endif
#ifndef COMPILE
#define COMPILE kept.compilation.start(kept.compilation.given); kept.compilation.end(kept.compilation.given); return 0;
#endif
#ifndef EXECUTE
#define EXECUTE kept.execution.start(kept.execution.given); kept.execution.end(kept.execution.given); return 0;
#endif
int32_t wasm_bench_create(config c, void **state) { kept = c; CREATE }
int32_t wasm_bench_compile(void *state, const uint8_t *wasm, size_t len) { COMPILE }
int32_t wasm_bench_instantiate(void *state) {
    kept.instantiation.start(kept.instantiation.given);
    kept.instantiation.end(kept.instantiation.given);
    return 0;
}
int32_t wasm_bench_execute(void *state) { EXECUTE }
#ifndef WITHOUT_FREE
void wasm_bench_free(void *state) { if (state != &kept) abort(); }
#endif
"#;

/// The engine library that is built for the tests: wasmi.
fn engine() -> String {
    let path = bin().join("libsightglass_engine.so");
    assert!(path.exists(), "build it first: make sightglass-engine");
    format!("sightglass[library={}]", path.display())
}

fn fixture(name: &str) -> String {
    support::repository().join("suites/fixtures").join(name).to_string_lossy().into_owned()
}

/// The outcome of a module with a region on a library in C with some of its parts replaced.
fn of(home: &Home, name: &str, parts: &str, phase: &str) -> String {
    c_library(home, &format!("{name}.so"), &format!("{parts}\n{LIBRARY}"));
    let engine = format!("sightglass[library=./{name}.so]");
    let run = run_once(home, &[&fixture("exits-0.wat"), "-e", "wasmi", "-e", &engine, "--phase", phase]);
    outcome(&run, 0, 1)
}

#[test]
fn a_real_engine_behind_the_interface_is_measured() {
    let home = Home::new();
    let run = run_once(
        &home,
        &["basics/integer", "basics/words", "-e", &engine(), "-e", "wasmi", "--metric", "wall_time,peak_pss"],
    );
    for benchmark in 0..2 {
        assert_eq!(outcome(&run, benchmark, 0), "measured: ");
        let invocation = last(&run, benchmark, 0);
        assert_eq!(invocation.verification, last(&run, benchmark, 1).verification, "the same engine twice");
        for phase in Phase::ALL.into_iter().filter(|phase| *phase != Phase::Lifetime) {
            assert!(samples(invocation, phase, Metric::WallTime).iter().all(|time| *time > 0.0), "{phase}");
        }
        let hash = &invocation.settings["library-sha256"];
        assert!(hash.starts_with(&run.engines[0].build_id), "the build is the library's: {:?}", run.engines[0]);
    }
}

#[test]
fn regions_are_the_guests_to_mark() {
    let home = Home::new();
    let engine = engine();
    let of = |name: &str| {
        let run = run_once(&home, &[&fixture(name), "-e", &engine, "--phase", "execute", "--output-varies"]);
        outcome(&run, 0, 0)
    };
    assert_contains(&of("region-never-closed.wat"), &["invalid: ", "bench.end was never called"]);
    assert_contains(&of("region-opened-twice.wat"), &["invalid: ", "called twice"]);
    assert_contains(&of("region-closed-first.wat"), &["invalid: "]);
    assert_eq!(of("exits-0.wat"), "measured: ", "an exit with code 0 after the region is success");
    home.write("plain.wat", "(module (memory (export \"memory\") 1) (func (export \"_start\")))");
    let plain = run_once(&home, &["plain.wat", "-e", &engine, "--phase", "execute"]);
    assert_contains(&outcome(&plain, 0, 0), &["unsupported", "a region other than bench"]);
}

#[test]
fn flags_and_files_reach_the_engine_and_errors_come_back() {
    let home = Home::new();
    let with = |flags: &str| engine().replace(']', &format!(",flags={flags}]"));
    let run = run_once(&home, &["basics/noop", "-e", &with("--eager"), "-e", &with("--lazier")]);
    assert_eq!(outcome(&run, 0, 0), "measured: ");
    assert_eq!(outcome(&run, 0, 1), "failed: wasm_bench_create reports an error: Error: unknown flag --lazier");
    let module = r#"(module (import "bench" "start" (func $start)) (memory (export "memory") 1)
        (func (export "_start") (call $start) unreachable))"#;
    home.write("traps.wat", module);
    let traps = run_once(&home, &["traps.wat", "-e", &engine(), "--phase", "execute"]);
    assert_contains(&outcome(&traps, 0, 0), &["failed: wasm_bench_execute reports an error: Error: ", "unreachable"]);
    let run = run_once(&home, &["traps.wat", "-e", &engine(), "--phase", "compile", "--arg", "a"]);
    assert_contains(&outcome(&run, 0, 0), &["unsupported", "arguments through the interface"]);
}

#[test]
fn libraries_that_are_none_say_why() {
    let home = Home::new();
    let of =
        |engine: &str| outcome(&run_once(&home, &[&fixture("exits-0.wat"), "-e", engine, "--phase", "compile"]), 0, 0);
    let unnamed = "failed: no engine library is named; write sightglass[library=PATH]";
    assert_eq!(of("sightglass"), unnamed);
    assert_contains(&of("sightglass[library=./none.so]"), &["failed: there is no engine library ./none.so"]);
    home.write("text.so", "no object at all\n");
    assert_contains(&of("sightglass[library=text.so]"), &["failed: ", "cannot be loaded"]);
    c_library(&home, "lacks.so", &format!("#define WITHOUT_FREE\n{LIBRARY}"));
    assert_contains(&of("sightglass[library=lacks.so]"), &["failed: ", "has no function 'wasm_bench_free'"]);
}

#[test]
fn libraries_that_go_wrong_have_their_outcomes() {
    let home = Home::new();
    let empty = "#define COMPILE return 0;";
    assert_eq!(of(&home, "well", "", "compile"), "measured: ");
    assert_eq!(
        of(&home, "silent", empty, "compile"),
        "failed: wasm_bench_compile called compilation_timer_start 0 times and compilation_timer_end 0 times; \
         each is to be called once"
    );
    let text = "#define COMPILE fprintf(stderr, \"type mismatch\\n\"); return -1;";
    assert_eq!(of(&home, "refuses", text, "compile"), "failed: wasm_bench_compile reports an error: type mismatch");
    let mute = "#define CREATE return -1;";
    assert_eq!(
        of(&home, "mute", mute, "compile"),
        "failed: wasm_bench_create reports an error and wrote nothing on standard error"
    );
    assert_contains(
        &of(&home, "wild", "#define COMPILE *(volatile int *)8 = 1; return 0;", "compile"),
        &["crashed(SIGSEGV)"],
    );
    let aborts = "#define COMPILE fprintf(stderr, \"assertion failed\\n\"); abort();";
    assert_eq!(of(&home, "aborts", aborts, "compile"), "crashed(SIGABRT): assertion failed");
}

#[test]
fn a_library_that_crashes_while_it_executes_is_told() {
    let home = Home::new();
    let of = |name: &str, execute: &str| {
        c_library(&home, &format!("{name}.so"), &format!("#define EXECUTE {execute}\n{LIBRARY}"));
        let engine = format!("sightglass[library=./{name}.so]");
        let run = run_once(&home, &["basics/noop", "-e", &engine, "--phase", "execute"]);
        outcome(&run, 0, 0)
    };
    assert_contains(&of("falls", "*(volatile int *)8 = 1; return 0;"), &["crashed(SIGSEGV)"]);
    assert_contains(&of("idle", "return 0;"), &["invalid: ", "bench.start was never called"]);
    // It marks the region and runs nothing: its output is not the expected one.
    let marks = "kept.execution.start(kept.execution.given); kept.execution.end(kept.execution.given); return 0;";
    assert_contains(&of("hollow", marks), &["wrong_output: "]);
}

fn assert_contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "'{part}' is not in: {text}");
    }
}
