//! Counts that do not depend on what else the machine does, from real engines and a real simulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use support::Home;

/// A loop that goes round so many times, with a product so that no compiler sees through it.
fn module(times: u32) -> String {
    format!(
        r#"(module (func (export "f") (result i64) (local $i i32) (local $x i64)
             (local.set $x (i64.const 1))
             (loop $again
               (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (i64.const 1)))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (br_if $again (i32.lt_u (local.get $i) (i32.const {times}))))
             (local.get $x)))"#
    )
}

/// The samples of a metric of the execution, by benchmark and variant, of the invocations that counted it.
fn counted(document: &Value, metric: &str, benchmark: u64, variant: u64) -> Vec<f64> {
    let invocations = document["invocations"].as_array().unwrap().iter();
    let own = invocations.filter(|one| one["benchmark"] == benchmark && one["variant"] == variant);
    let own = own.filter(|one| one["counting"] == metric);
    own.flat_map(|one| one["samples"].as_array().unwrap())
        .filter(|samples| samples["metric"] == metric && samples["phase"] == "execute")
        .map(|samples| samples["values"].as_array().unwrap().last().unwrap().as_f64().unwrap())
        .collect()
}

#[test]
fn a_loop_of_twice_the_length_counts_twice() {
    let home = Home::new();
    home.write("short.wat", module(100_000));
    home.write("long.wat", module(200_000));
    let metrics = "instructions_simulated,fuel";
    let files = ["short.wat", "long.wat", "--invoke", "f", "--phase", "execute", "--metric", metrics];
    let engines = ["-e", "wasmtime", "-e", "wasmtime[winch]", "-e", "javascript", "--format", "json", "--quiet"];
    let document = home.json(&[&["run"][..], &files, &engines].concat());
    for variant in [0, 1] {
        for metric in ["instructions_simulated", "fuel"] {
            let of = |benchmark| counted(&document, metric, benchmark, variant);
            let (short, long) = (of(0), of(1));
            assert_eq!((short.len(), long.len()), (2, 2), "{metric} of {variant}");
            assert!(short[0] == short[1] && long[0] == long[1], "{metric} of {variant}: {short:?}, {long:?}");
            // 100,000 times round the loop, some 5 to 30 instructions each in any compiler's code.
            let per_turn = (long[0] - short[0]) / 100_000.0;
            assert!((4.0..40.0).contains(&per_turn), "{metric} of {variant}: {per_turn} a turn");
            assert!((per_turn - per_turn.round()).abs() < 0.01, "{metric} of {variant}: {per_turn} a turn");
        }
    }
    let notes: Vec<&str> = document["notes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let missing = |note: &&str| note.ends_with("is absent: javascript cannot count it");
    assert_eq!(notes.iter().filter(|note| missing(note)).count(), 2, "{notes:?}");
}

#[test]
fn the_same_machine_code_is_said_to_be_the_same() {
    let home = Home::new();
    home.write("loop.wat", module(1000));
    let file = ["run", "loop.wat", "--invoke", "f", "--phase", "execute", "--rounds", "10", "--quiet"];
    let engines =
        ["-e", "wasmtime", "-e", "wasmtime[memory-init-cow=off]", "-e", "wasmtime[opt=none]", "-e", "wasmtime[pulley]"];
    let shown = home.ok(&[&file[..], &engines].concat());
    let analysis = home.json(&["compare", "latest", "--format", "json"]);
    let text = analysis.to_string();
    let flags: Vec<&str> = text.match_indices("\"same_code\":").map(|(at, key)| &text[at + key.len()..][..4]).collect();
    assert_eq!(flags, ["true", "fals", "fals"]);
    let row = shown.lines().find(|line| line.contains("memory-init-cow=off")).unwrap();
    assert!(row.contains("; same code"), "{shown}");
    assert_eq!(shown.matches("; same code").count(), 1, "{shown}");
    // The same build against itself: that the code is the same goes without saying.
    let shown = home.ok(&[&file[..], &["-e", "wasmtime", "-e", "wasmtime"]].concat());
    assert!(!shown.contains("same code"), "{shown}");
}

/// wasmi's handlers jump to each other. Where the simulator knows them for functions, each jump is a call to it that never
/// returns, and a run of this length takes more memory than it may.
#[test]
fn an_interpreter_whose_handlers_jump_is_counted() {
    let home = Home::new();
    home.write("short.wat", module(1_000_000));
    home.write("long.wat", module(2_000_000));
    let files = ["short.wat", "long.wat", "--invoke", "f", "--phase", "execute", "--memory", "512MiB"];
    let how = ["-e", "wasmi", "--metric", "instructions_simulated", "--format", "json", "--quiet"];
    let document = home.json(&[&["run"][..], &files, &how].concat());
    let of = |benchmark| counted(&document, "instructions_simulated", benchmark, 0);
    let (short, long) = (of(0), of(1));
    assert_eq!((short.len(), long.len()), (2, 2), "{document:#}");
    let per_turn = (long[0] - short[0]) / 1e6;
    assert!((10.0..400.0).contains(&per_turn), "{per_turn} a turn");
}
