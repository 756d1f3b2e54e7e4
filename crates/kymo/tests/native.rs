//! The machine itself as an engine: native twins, good and bad, through the whole tool.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{Metric, Outcome, Phase};
use support::{Home, c_library, c_program, last, outcome, run_once, samples};

/// A module with a region, that prints nothing.
const MODULE: &str = r#"(module
    (import "bench" "start" (func $start)) (import "bench" "end" (func $end))
    (memory (export "memory") 1)
    (func (export "_start") (call $start) (call $end)))"#;

/// What a twin needs to be one.
const CALLS: &str = "void bench_start(void); void bench_end(void);\n";

/// A suite of one benchmark whose twin is `twin`, with further keys.
fn suite(home: &Home, twin: &str, keys: &str) -> String {
    home.write("twins/empty.wat", MODULE);
    let text = format!(
        "schema = 1\nname = \"twins\"\nabout = \"Twins of all sorts.\"\n[[benchmark]]\nname = \"empty\"\n\
         about = \"Nothing.\"\nartifact = \"empty.wat\"\nnative = {{ artifact = \"{twin}\" }}\nregion = \"bench\"\n{keys}\n"
    );
    home.write("twins/suite.toml", text);
    home.path("twins/suite.toml").to_string_lossy().into_owned()
}

/// The outcome of a twin under a strategy.
fn of(home: &Home, strategy: &str, twin: &str) -> String {
    let suite = suite(home, twin, "check = \"none\"");
    let engine = format!("native[{strategy}]");
    let phase = if strategy == "process" { "lifetime" } else { "execute" };
    outcome(&run_once(home, &[&suite, "-e", &engine, "--phase", phase]), 0, 0)
}

#[test]
fn every_twin_of_the_basics_gives_the_expected_output() {
    let home = Home::new();
    let run = run_once(
        &home,
        &["basics", "-e", "native", "--phase", "instantiate,execute", "--metric", "wall_time,code_size"],
    );
    assert!(run.plan.benchmarks.len() >= 13);
    for (index, benchmark) in run.plan.benchmarks.iter().enumerate() {
        let invocation = last(&run, index, 0);
        assert_eq!(invocation.outcome, Outcome::Measured, "{}: {}", benchmark.name, invocation.outcome.reason());
        for phase in [Phase::Instantiate, Phase::Execute] {
            assert!(samples(invocation, phase, Metric::WallTime).iter().all(|s| *s > 0.0), "{}", benchmark.name);
            assert!(samples(invocation, phase, Metric::CodeSize).iter().all(|bytes| *bytes > 100.0));
        }
        assert!(invocation.code_sha256.is_some() && invocation.settings.contains_key("twin-sha256"));
    }
}

#[test]
fn a_twin_is_measured_beside_its_module_in_the_phases_that_it_has() {
    let home = Home::new();
    let run = run_once(&home, &["basics/integer", "-e", "wasmtime", "-e", "native"]);
    let (wasm, native) = (last(&run, 0, 0), last(&run, 0, 1));
    assert_eq!(native.outcome, Outcome::Measured);
    assert_eq!(wasm.verification, native.verification);
    assert!(!samples(wasm, Phase::Compile, Metric::WallTime).is_empty());
    assert!(samples(native, Phase::Compile, Metric::WallTime).is_empty());
    assert!(!samples(native, Phase::Execute, Metric::WallTime).is_empty());
}

#[test]
fn a_twin_finds_the_benchmarks_surroundings_and_a_fresh_state() {
    let home = Home::new();
    home.write("twins/input.txt", "from the input\n");
    home.write("twins/files/note.txt", "from a file\n");
    let source = format!(
        r#"#include <stdio.h>
        #include <stdlib.h>
        {CALLS}
        static int calls;
        static void copy(FILE *from) {{ int c; while ((c = fgetc(from)) != EOF) putchar(c); }}
        int native_entry(int argc, char **argv) {{
            bench_start(); bench_end();
            printf("call %d of %s\n", ++calls, argv[0]);
            for (int i = 1; i < argc; i++) printf("%s\n", argv[i]);
            copy(stdin);
            copy(fopen("note.txt", "r"));
            printf("%s %s\n", getenv("GREETING"), getenv("HOME") ? "leaked" : "alone");
            fprintf(stderr, "aside\n");
            return 3;
        }}"#
    );
    c_library(&home, "twins/all.so", &source);
    let keys = "args = [\"a\", \"b c\"]\nstdin = \"input.txt\"\nfiles = \"files\"\nexit-code = 3\nwarmup = 2\n\
                stdout = { file = \"expected\" }\nenv = { GREETING = \"hello\" }";
    let suite = suite(&home, "all.so", keys);
    // A `.wat` file runs as its translation, whose name is its own.
    let name = |run: &kymo_model::Run| {
        let path = &run.plan.benchmarks[0].path;
        path.rsplit('/').next().unwrap().to_owned()
    };
    let expected = |name: &str| format!("call 1 of {name}\na\nb c\nfrom the input\nfrom a file\nhello alone\n");
    home.write("twins/expected", "");
    let first = run_once(&home, &[&suite, "-e", "native", "--phase", "execute"]);
    home.write("twins/expected", expected(&name(&first)));
    let run = run_once(&home, &[&suite, "-e", "native", "--phase", "execute"]);
    assert_eq!(outcome(&run, 0, 0), "measured: ");
    assert!(samples(last(&run, 0, 0), Phase::Execute, Metric::WallTime).len() >= 3, "warm-up and more");
}

#[test]
fn twins_that_cannot_be_called_say_why() {
    let home = Home::new();
    c_program(&home, "twins-program", "int main(void) { return 0; }");
    std::fs::create_dir_all(home.path("twins")).unwrap();
    std::fs::rename(home.path("twins-program"), home.path("twins/program")).unwrap();
    assert_contains(&of(&home, "library", "program"), &["invalid: ", "is an executable", "native[process] runs it"]);
    assert_eq!(of(&home, "process", "program"), "measured: ");

    c_library(&home, "twins/without.so", "int other(void) { return 0; }");
    assert_contains(&of(&home, "library", "without.so"), &["invalid: ", "exports no function native_entry"]);
    c_library(&home, "twins/well.so", "int native_entry(int c, char **v) { return 0; }");
    assert_contains(&of(&home, "process", "well.so"), &["invalid: ", "is a shared library", "native[library] runs it"]);
    home.write("twins/text.so", "no object at all\n");
    assert_contains(&of(&home, "library", "text.so"), &["invalid: ", "is no shared library"]);
    c_library(
        &home,
        "twins/dangling.so",
        "void nobody(void); int native_entry(int c, char **v) { nobody(); return 0; }",
    );
    assert_contains(&of(&home, "library", "dangling.so"), &["invalid: ", "cannot be loaded", "nobody"]);
    assert_contains(&of(&home, "library", "missing.so"), &["unsupported", "make natives"]);
}

#[test]
fn twins_that_go_wrong_have_their_outcomes() {
    let home = Home::new();
    let twin = |name: &str, body: &str| {
        let source = format!("#include <stdlib.h>\n{CALLS}int native_entry(int c, char **v) {{ {body} }}");
        c_library(&home, &format!("twins/{name}.so"), &source);
        of(&home, "library", &format!("{name}.so"))
    };
    assert_contains(&twin("open", "bench_start(); return 0;"), &["invalid: ", "bench.end was never called"]);
    assert_contains(&twin("unmarked", "return 0;"), &["invalid: ", "bench.start was never called"]);
    assert_contains(&twin("twice", "bench_start(); bench_start(); return 0;"), &["invalid: ", "called twice"]);
    assert_contains(&twin("wild", "*(volatile int *)8 = 1; return 0;"), &["crashed(SIGSEGV)"]);
    assert_contains(&twin("leaves", "exit(0);"), &["failed: ", "the native twin called exit"]);
    assert_contains(&twin("code", "bench_start(); bench_end(); return 7;"), &["wrong_output: ", "exit code 7"]);
    assert_eq!(of(&home, "library", "code.so"), twin("code", "bench_start(); bench_end(); return 7;"));
}

#[test]
fn a_twin_that_stays_in_memory_is_told_apart() {
    let home = Home::new();
    let source = format!("{CALLS}int native_entry(int c, char **v) {{ bench_start(); bench_end(); return 0; }}");
    let file = home.write("twins/stays.c", source);
    let out = home.path("twins/stays.so");
    let made = std::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-Wl,-z,nodelete", "-o"])
        .arg(out)
        .arg(file)
        .status();
    assert!(made.unwrap().success());
    assert_contains(&of(&home, "library", "stays.so"), &["invalid: ", "stays in memory after dlclose"]);
}

fn assert_contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "'{part}' is not in: {text}");
    }
}
