//! Folders as those of the sightglass suite, written here: they run as they lie.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeMap;
use support::{Home, Ran};

/// Copies `default.input` to standard output between `bench.start` and `bench.end`, says `done` on standard error, and
/// leaves with `proc_exit(0)`. What is in the environment goes to standard output, too.
const COPIES: &str = r#"(module
  (import "bench" "start" (func $start))
  (import "bench" "end" (func $end))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "default.input")
  (data (i32.const 16) "done\n")
  (func $print (param $stream i32) (param $at i32) (param $bytes i32)
    (i32.store (i32.const 32) (local.get $at))
    (i32.store (i32.const 36) (local.get $bytes))
    (drop (call $write (local.get $stream) (i32.const 32) (i32.const 1) (i32.const 40))))
  (func (export "_start")
    (call $start)
    ;; The first folder that a program is given is number 3; right 2 is that to read.
    (if (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 13) (i32.const 0)
          (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 44))
      (then (call $exit (i32.const 4))))
    (i32.store (i32.const 48) (i32.const 1024))
    (i32.store (i32.const 52) (i32.const 1024))
    (drop (call $read (i32.load (i32.const 44)) (i32.const 48) (i32.const 1) (i32.const 56)))
    (call $print (i32.const 1) (i32.const 1024) (i32.load (i32.const 56)))
    (drop (call $sizes (i32.const 60) (i32.const 64)))
    (drop (call $environ (i32.const 4096) (i32.const 8192)))
    (call $print (i32.const 1) (i32.const 8192) (i32.load (i32.const 64)))
    (call $print (i32.const 2) (i32.const 16) (i32.const 5))
    (call $end)
    (call $exit (i32.const 0))))"#;

/// Leaves with `proc_exit(0)` while its region is open.
const LEAVES: &str = r#"(module
  (import "bench" "start" (func $start))
  (import "bench" "end" (func $end))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $start) (call $exit (i32.const 0)) (call $end)))"#;

fn module(home: &Home, path: &str, text: &str) {
    home.write(path, wat::parse_str(text).unwrap());
}

/// Writes eight random bytes to standard output: no run of it is like another, and nothing says what is right.
const DRAWS: &str = r#"(module
  (import "bench" "start" (func $start))
  (import "bench" "end" (func $end))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\08\00\00\00")
  (func (export "_start")
    (call $start)
    (drop (call $random (i32.const 16) (i32.const 8)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $end)))"#;

/// Says on standard error what it misses, and traps: as a program that panics.
const PANICS: &str = r#"(module
  (import "bench" "start" (func $start))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\11\00\00\00")
  (data (i32.const 16) "no default.input\n")
  (func (export "_start")
    (call $start)
    (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
    (unreachable)))"#;

/// A home with the folder `copies`, which holds what such a folder holds.
fn home() -> Home {
    let home = Home::new();
    module(&home, "copies/benchmark.wasm", COPIES);
    home.write("copies/default.input", "one\ntwo\n");
    home.write("copies/default.stdout.expected", "one\r\ntwo");
    home.write("copies/default.stderr.expected", "done\n");
    home
}

fn run(home: &Home, target: &str, engine: &str, more: &[&str]) -> Ran {
    let args = ["run", target, "-e", engine, "--phase", "execute", "--rounds", "1", "--no-save"];
    home.run(&[args.as_slice(), more].concat())
}

/// The last outcome of each benchmark on each variant of a run, in the plan's order, from its document.
fn outcomes(home: &Home, target: &str, engines: &[&str]) -> Vec<String> {
    let mut args =
        vec!["run", target, "--phase", "execute", "--rounds", "1", "--no-save", "--quiet", "--format", "json"];
    args.extend(engines.iter().flat_map(|engine| ["-e", engine]));
    let ran = home.run(&args);
    let run: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:#?}"));
    let mut last = BTreeMap::new();
    for one in run["invocations"].as_array().unwrap() {
        let place = [&one["benchmark"], &one["variant"]].map(|index| index.as_u64().unwrap());
        last.insert(place, one["outcome"].to_string());
    }
    last.into_values().collect()
}

#[test]
fn a_folder_runs_as_it_lies() {
    let home = home();
    for engine in ["wasmtime", "wasmi", "javascript"] {
        for target in ["copies", "copies/", "copies/benchmark.wasm", "./copies/benchmark.wasm"] {
            let ran = run(&home, target, engine, &["--quiet"]);
            assert_eq!(ran.code, Some(0), "{engine}, {target}: {ran:#?}");
        }
    }
}

#[test]
fn the_files_own_name_goes_before_default() {
    let home = home();
    home.write("copies/benchmark.stdout.expected", "one\nthree\n");
    let ran = run(&home, "copies", "wasmtime", &[]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("line 2 of standard output is 'two', expected 'three'"), "{ran:#?}");
    std::fs::remove_file(home.path("copies/benchmark.stdout.expected")).unwrap();
    home.write("copies/benchmark.stderr.expected", "done\nand more\n");
    let ran = run(&home, "copies", "wasmtime", &[]);
    assert!(ran.stderr.contains("standard error ends before line 2, expected 'and more'"), "{ran:#?}");
}

#[test]
fn only_the_size_of_the_work_passes_from_the_environment() {
    let home = home();
    let args =
        ["run", "copies", "-e", "wasmtime", "--phase", "execute", "--rounds", "1", "--no-save", "--format", "json"];
    let mut command = home.kymo(&args);
    command.env("WASM_BENCH_USE_SMALL_WORKLOAD", "1").env("SECRET", "2");
    let ran = home.finish(command, &args);
    let run: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let benchmark = &run["plan"]["benchmarks"][0];
    assert_eq!(benchmark["env"], serde_json::json!({"WASM_BENCH_USE_SMALL_WORKLOAD": "1"}));
    assert_eq!(benchmark["dirs"].as_object().unwrap().keys().collect::<Vec<_>>(), ["."]);
    let outcome = run["invocations"][0]["outcome"].to_string();
    assert!(outcome.contains("WASM_BENCH_USE_SMALL_WORKLOAD=1") && !outcome.contains("SECRET"), "{outcome}");
}

#[test]
fn folders_and_outputs_may_be_told_otherwise() {
    let home = home();
    home.write("else/default.input", "three\n");
    let ran = run(&home, "copies", "wasmtime", &["--dir", "else::."]);
    assert!(ran.stderr.contains("line 1 of standard output is 'three', expected 'one'"), "{ran:#?}");
    home.write("three", "three\n");
    let ran = run(&home, "copies", "wasmtime", &["--dir", "else::.", "--expect-stdout", "three"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[test]
fn a_list_of_modules_is_a_target() {
    let home = home();
    module(&home, "leaves/benchmark.wasm", LEAVES);
    home.write("lists/all.suite", "# two of them\n\n../copies/benchmark.wasm\n../leaves # a folder\n");
    let told = outcomes(&home, "lists/all.suite", &["wasmtime"]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("measured") && told[1].contains("invalid"), "{told:?}");
    home.write("lists/lost.suite", "../copies/benchmark.wasm\n../nowhere/benchmark.wasm\n");
    home.write("lists/empty.suite", "# nothing\n");
    let shown = ["lists/lost.suite", "lists/empty.suite", "lists/none.suite"].map(|target| {
        let args = ["run", target, "-e", "mock"];
        home.shown(&home.run(&args))
    });
    snapshot!("lists", shown.join("\n"));
}

#[test]
fn a_region_left_open_by_an_exit_is_invalid_on_every_engine() {
    let home = Home::new();
    module(&home, "leaves/benchmark.wasm", LEAVES);
    let engines = ["wasmtime", "wasmi", "javascript"];
    let told = outcomes(&home, "leaves", &engines);
    assert_eq!(told.len(), engines.len(), "{told:?}");
    for outcome in told {
        assert!(outcome.contains("invalid") && outcome.contains("bench.end was never called"), "{outcome}");
    }
}

#[test]
fn what_varies_without_an_expected_output_may_do_so_in_a_list() {
    let home = home();
    module(&home, "draws/benchmark.wasm", DRAWS);
    let ran = run(&home, "draws", "wasmtime", &[]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("no expected output is known; --output-varies allows another one"), "{ran:#?}");
    home.write("all.suite", "copies\ndraws\n");
    let ran = run(&home, "all.suite", "wasmtime", &["--output-varies"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    // What has an expected output is held to it all the same, where it is not named itself.
    home.write("copies/default.stdout.expected", "other\n");
    let ran = run(&home, "all.suite", "wasmtime", &["--output-varies"]);
    assert!(ran.stderr.contains("wrong_output on wasmtime: copies/benchmark.wasm"), "{ran:#?}");
    assert!(!ran.stderr.contains("wasmtime: draws") && !ran.stderr.contains("--output-varies allows"), "{ran:#?}");
    assert_eq!(run(&home, "copies", "wasmtime", &["--output-varies"]).code, Some(0));
}

#[test]
fn a_trap_tells_what_the_program_said_before() {
    let home = Home::new();
    module(&home, "panics/benchmark.wasm", PANICS);
    for engine in ["wasmtime", "wasmi"] {
        let ran = run(&home, "panics", engine, &[]);
        assert!(ran.stderr.contains("trapped") && ran.stderr.contains("standard error: no default.input"), "{ran:#?}");
    }
}

#[test]
fn a_folder_of_modules_is_all_of_them() {
    let home = home();
    for name in ["one", "two"] {
        module(&home, &format!("many/{name}.wasm"), COPIES);
    }
    home.write("many/default.input", "one\ntwo\n");
    home.write("many/one.stdout.expected", "one\ntwo\n");
    home.write("many/notes.txt", "no module\n");
    let told = outcomes(&home, "many", &["wasmtime"]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|outcome| outcome.contains("measured")), "{told:?}");
    home.write("none/notes.txt", "no module\n");
    home.write("native/benchmark.so", b"\x7fELF\x02\x01");
    let shown = ["none", "native/benchmark.so"].map(|target| home.shown(&home.run(&["run", target, "-e", "mock"])));
    snapshot!("no_modules", shown.join("\n"));
}
