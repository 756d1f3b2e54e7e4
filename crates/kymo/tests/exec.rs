//! Commands timed as whole processes, good and bad, through the whole tool.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{Metric, Phase};
use support::{Home, c_program, last, outcome, run_once, samples};

/// A program that prints its arguments after the module's path.
const ECHO: &str =
    "#include <stdio.h>\nint main(int c, char **v) { for (int i = 2; i < c; i++) puts(v[i]); return 0; }";

/// A module that prints `a` and `b c`, its arguments, as the fixture does.
fn fixture(name: &str) -> String {
    support::repository().join("suites/fixtures").join(name).to_string_lossy().into_owned()
}

/// The outcome of a command on a module that may print anything.
fn of(home: &Home, command: &str, args: &[&str]) -> String {
    let engine = format!("exec:{command}");
    let module = fixture("exits-0.wat");
    outcome(&run_once(home, &[&[module.as_str(), "-e", &engine, "--output-varies"], args].concat()), 0, 0)
}

#[test]
fn a_program_gets_the_module_and_the_arguments() {
    let home = Home::new();
    let program = c_program(&home, "echo", ECHO);
    home.write("expected.txt", "a\nb c\n");
    let module = fixture("echoes-args.wat");
    let first = format!("exec:{} {{module}}", program.display());
    let run = run_once(
        &home,
        &[
            &module,
            "-e",
            &first,
            "-e",
            "exec:./echo '{module}' {args}",
            "-e",
            "wasmtime",
            "--arg",
            "a",
            "--arg",
            "b c",
            "--expect-stdout",
            "expected.txt",
            "--metric",
            "wall_time,cpu_time,page_faults,context_switches,cycles",
        ],
    );
    assert_eq!(run.plan.phases, [Phase::Lifetime], "all that such engines have in common with others");
    assert_eq!(run.plan.variants[1].name, "exec:./echo '{module}' {args}");
    for variant in 0..3 {
        assert_eq!(outcome(&run, 0, variant), "measured: ");
        assert!(samples(last(&run, 0, variant), Phase::Lifetime, Metric::WallTime)[0] > 0.0);
    }
    let invocation = last(&run, 0, 0);
    assert!(samples(invocation, Phase::Lifetime, Metric::PageFaults)[0] > 0.0);
    assert_eq!(samples(invocation, Phase::Lifetime, Metric::CpuTime).len(), 1);
    assert_eq!(samples(invocation, Phase::Lifetime, Metric::ContextSwitches).len(), 1);
    assert!(invocation.notes.iter().any(|note| note.starts_with("cycles:")), "{:?}", invocation.notes);
    assert_eq!(invocation.settings["program"], program.display().to_string());
    assert_ne!(run.engines[0].build_id, run.engines[1].build_id, "other words are another build");
}

#[test]
fn node_runs_a_module_of_the_basics() {
    let home = Home::new();
    home.write(
        "run.mjs",
        "import { readFileSync } from 'node:fs'
         import { WASI } from 'node:wasi'
         const wasi = new WASI({ version: 'preview1' })
         const bench = { start() {}, end() {} }
         const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { ...wasi.getImportObject(), bench })
         wasi.start(instance)\n",
    );
    let run = run_once(
        &home,
        &["basics/integer", "-e", "exec:node --no-warnings run.mjs {module}", "--metric", "wall_time,peak_rss"],
    );
    assert_eq!(outcome(&run, 0, 0), "measured: ");
    let peak = samples(last(&run, 0, 0), Phase::Lifetime, Metric::PeakRss);
    assert!(peak[0] > (20 << 20) as f64, "node alone needs more: {peak:?}");
}

#[test]
fn commands_that_cannot_be_started_say_why() {
    let home = Home::new();
    home.write("notes.txt", "");
    let missing = of(&home, "no-such-program {module}", &[]);
    assert_eq!(missing, "failed: there is no program 'no-such-program' on PATH; give its path, or install it");
    assert_contains(&of(&home, "./none", &[]), &["failed: there is no program ", "none"]);
    assert_contains(&of(&home, "./notes.txt", &[]), &["is not executable; chmod +x makes it so"]);
    assert_contains(&of(&home, "sh -c 'open", &[]), &["a quote that is never closed"]);
    let ran = home.run(&["run", &fixture("exits-0.wat"), "-e", "exec:"]);
    assert_eq!(ran.code, Some(2));
    assert_contains(&ran.stderr, &["there is no command after 'exec:'"]);
    let bare = run_once(&home, &[&fixture("exits-0.wat"), "-e", "exec"]);
    assert_contains(&outcome(&bare, 0, 0), &["failed: there is no command; write it as -e exec:'PROGRAM {module}'"]);
}

#[test]
fn commands_that_go_wrong_have_their_outcomes() {
    let home = Home::new();
    assert_eq!(of(&home, "sh -c 'exit 0'", &[]), "measured: ");
    assert_contains(&of(&home, "sh -c 'echo why >&2; exit 4'", &[]), &["wrong_output: exit code 4", "why"]);
    assert_eq!(of(&home, "sh -c 'echo last >&2; kill -s SEGV $$'", &[]), "crashed(SIGSEGV): last");
    let started = std::time::Instant::now();
    assert_contains(
        &of(&home, "sh -c 'sleep 600 & wait'", &["--timeout", "500ms"]),
        &["timed_out: ended after 500 ms"],
    );
    assert!(started.elapsed().as_secs() < 300, "it was waited for");
    assert_eq!(support::processes_of(home.folder()), Vec::<String>::new(), "what it started was ended, too");
    home.write("expected.txt", "right\n");
    let wrong = run_once(&home, &[&fixture("exits-0.wat"), "-e", "exec:echo wrong", "--expect-stdout", "expected.txt"]);
    assert_contains(&outcome(&wrong, 0, 0), &["wrong_output: line 1 of standard output is 'wrong', expected 'right'"]);
    let hungry = "int main(void) { char *p = malloc(1 << 30); memset(p, 1, 1 << 30); sleep(600); return *p; }";
    c_program(&home, "hungry", &format!("#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n{hungry}"));
    assert_contains(&of(&home, "./hungry", &["--memory", "256MiB"]), &["out_of_memory", "256 MiB"]);
}

#[test]
fn standard_input_and_environment_are_the_benchmarks() {
    let home = Home::new();
    home.write("input.txt", "from the input\n");
    home.write("folder/note.txt", "from a file\n");
    home.write("expected.txt", "from the input\nfrom a file\nhello\n");
    let command = "exec:sh -c 'cat; cat note.txt; echo $GREETING'";
    let run = run_once(
        &home,
        &[
            &fixture("exits-0.wat"),
            "-e",
            command,
            "--stdin",
            "input.txt",
            "--dir",
            "folder::.",
            "--env",
            "GREETING=hello",
            "--expect-stdout",
            "expected.txt",
        ],
    );
    assert_eq!(outcome(&run, 0, 0), "measured: ");
}

fn assert_contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "'{part}' is not in: {text}");
    }
}
