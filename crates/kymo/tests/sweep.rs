//! `kymo sweep` with the mock worker, whose times are its input: instant and exact.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::{Value, json};
use support::{Home, program};

/// The SHA-256 of the module that [`program`] writes.
const SHA256: &str = "5647c39a1d25d8728350f9619025292a62e78a602068a2ad9b6f075751c93d99";

const SUITE: &str = r#"schema = 1
name = "s"
about = "A test."

[[benchmark]]
name = "tree"
about = "A test."
check = "none"
args = ["{depth}", "{n}"]
tags = ["smoke", "quick"]
parameters.depth = { default = "4", about = "How deep." }
parameters.n = { default = "100", by-tag = { smoke = "3", quick = "5" }, values = ["3", "5", "100"], about = "How many." }

[[benchmark.flavour]]
name = "asyncify"
artifact = "near.wasm"
sha256 = "HASH"

[[benchmark.flavour]]
name = "wasmfx"
artifact = "far.wasm"
sha256 = "HASH"

[[benchmark]]
name = "plain"
about = "A test without parameters."
check = "none"
artifact = "near.wasm"
sha256 = "HASH"
"#;

/// A home with a suite whose benchmark `tree` grows with depth in one flavour, and fails at 16 in the other.
fn home() -> Home {
    let home = Home::new();
    home.write("s/suite.toml", SUITE.replace("HASH", SHA256));
    let mut script = serde_json::Map::new();
    let times = |time_s: f64, step: i32| -> Value {
        let spread = |round: i32| 1.0 + 0.002 * f64::from(round * step % 7);
        (0..13).map(|round| json!([time_s * spread(round)])).collect()
    };
    for depth in [0, 1, 2, 4, 8, 16] {
        for n in [3, 100] {
            let near = times(0.010 + 0.001 * f64::from(depth), 5);
            let far = if depth == 16 { json!([[]]) } else { times(0.0125, 3) };
            script.insert(format!("near {depth} {n}"), json!({"execute": {"wall_time": near}}));
            script.insert(format!("far {depth} {n}"), json!({"execute": {"wall_time": far}}));
        }
    }
    for file in ["s/near", "s/far", "fib"] {
        program(&home, file);
    }
    for size in [1, 10, 100, 1000] {
        script.insert(format!("fib {size}"), json!({"execute": {"wall_time": times(1e-4 * f64::from(size), 5)}}));
    }
    home.write("times.json", Value::Object(script).to_string());
    home
}

const MOCK: &str = "mock[script=times.json,state=state]";
const ROUNDS: [&str; 6] = ["-e", MOCK, "--rounds", "12", "--seed", "1"];

fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [args, &ROUNDS, more].concat()
}

#[test]
fn two_flavours_cross() {
    let home = home();
    let ran = home.run(&with(&["sweep", "s/tree", "--param", "depth=0..2,4..8*2,16"], &["--svg", "tree.svg"]));
    snapshot!("crossing", home.shown(&ran));
    assert_eq!(ran.code, Some(1), "a point that was tried failed");
    // The store keeps that it was a sweep: it is shown again, as it was, in any format.
    assert_eq!(home.ok(&["show", "latest"]), ran.stdout);
    let svg = std::fs::read_to_string(home.path("tree.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains(">s/tree over depth</text>"), "{svg}");
    home.ok(&["show", "latest", "--svg", "again.svg", "--quiet"]);
    assert_eq!(std::fs::read_to_string(home.path("again.svg")).unwrap(), svg);
    for format in ["csv", "markdown"] {
        snapshot!(format!("crossing-{format}"), home.shown(&home.run(&["show", "--format", format, "--quiet"])));
    }
    let run = home.json(&["export"]);
    let sweep = json!({"parameter": "depth", "values": ["0", "1", "2", "4", "8", "16"]});
    assert_eq!(run["plan"]["sweep"], sweep);
    let names: Vec<&str> =
        run["plan"]["benchmarks"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    // The default has no suffix: it is the benchmark that `kymo run` measures.
    assert!(names.contains(&"s/tree:wasmfx") && names.contains(&"s/tree:wasmfx(depth=16)"), "{names:?}");
    let validator = jsonschema::validator_for(&home.json(&["schema", "run"])).unwrap();
    assert!(validator.is_valid(&run));
    // All points share their rounds: each round goes through all that are still open.
    let invocations = run["invocations"].as_array().unwrap();
    let of_round = |round: u64| invocations.iter().filter(move |one| one["round"] == round);
    let benchmarks: std::collections::BTreeSet<u64> =
        of_round(7).map(|one| one["benchmark"].as_u64().unwrap()).collect();
    assert_eq!(benchmarks.len(), names.len() - 1);
    let first_of = |round| of_round(round).map(|one| one["sequence"].as_u64().unwrap()).min().unwrap();
    let last_of = |round| of_round(round).map(|one| one["sequence"].as_u64().unwrap()).max().unwrap();
    assert!(last_of(6) < first_of(7), "round 7 begins when all points have round 6");
}

#[test]
fn a_file_with_a_template() {
    let home = home();
    let file = ["sweep", "fib.wasm", "--arg", "{size}", "--param", "size=1..1000*10", "--per", "size"];
    let ran = home.run(&with(&file, &["--metric", "wall_time,peak_rss"]));
    snapshot!("file", home.shown(&ran));
    assert_eq!(ran.code, Some(0));
    let run = home.json(&["export"]);
    assert_eq!(run["plan"]["benchmarks"][1]["name"], "fib.wasm(size=10)");
    assert_eq!(run["plan"]["benchmarks"][1]["args"], json!(["10"]));
    assert_eq!(run["plan"]["phases"], json!(["execute"]));
    // What was asked for is what is shown again, unless something else is.
    assert_eq!(home.ok(&["show", "latest"]), ran.stdout);
    assert_ne!(home.ok(&["show", "latest", "--per", "1"]), ran.stdout);
}

#[test]
fn values_by_tag_and_a_grid() {
    let home = home();
    let name = |args: &[&str]| {
        home.ok(&with(args, &["--quiet", "--format", "csv"]));
        let run = home.json(&["export"]);
        let all = run["plan"]["benchmarks"].as_array().unwrap();
        all.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let tree = "s/tree:asyncify";
    assert_eq!(name(&["run", tree, "--phase", "execute", "--tag", "smoke"]), ["s/tree:asyncify(n=3)"]);
    assert_eq!(name(&["run", tree, "--phase", "execute", "--tag", "smoke", "--param", "n=100"]), ["s/tree:asyncify"]);
    let grid = name(&["sweep", tree, "--param", "depth=2,4", "--param", "n=3,100"]);
    assert_eq!(
        grid,
        ["s/tree:asyncify(depth=2,n=3)", "s/tree:asyncify(depth=2)", "s/tree:asyncify(n=3)", "s/tree:asyncify"]
    );
    snapshot!("grid", home.shown(&home.run(&["show", "latest"])));
}

#[test]
fn an_interrupted_sweep_is_resumed_as_one() {
    let home = home();
    let mut ran = home.start(&[
        "sweep",
        "fib.wasm",
        "--arg",
        "{n}",
        "--param",
        "n=1,2,3",
        "-e",
        "mock[log=log]",
        "--rounds",
        "150",
        "--quiet",
    ]);
    ran.until_lines(&home.path("log"), 40);
    ran.signal("INT");
    assert_eq!(ran.finish().code, Some(130));
    let shown = home.ok(&["show", "latest"]);
    assert!(shown.contains("execute · wall_time") && shown.contains('┤'), "{shown}");
    assert_eq!(home.json(&["export"])["state"], "interrupted");
    let resumed = home.ok(&["resume", "--quiet"]);
    let run = home.json(&["export"]);
    assert_eq!((&run["state"], &run["plan"]["sweep"]["parameter"]), (&json!("finished"), &json!("n")));
    assert_eq!(home.ok(&["show", "latest"]), resumed);
}

#[test]
fn what_is_wrong_is_told_before_anything_runs() {
    let home = home();
    std::fs::create_dir(home.path("folder")).unwrap();
    let mut text = String::new();
    let sweep = |more: &[&'static str]| [&["sweep", "s/tree", "-e", "mock"], more].concat();
    let file = |more: &[&'static str]| [&["sweep", "fib.wasm", "-e", "mock"], more].concat();
    let commands = [
        sweep(&[]),
        sweep(&["--param", "depth=4"]),
        sweep(&["--param", "width=1,2"]),
        sweep(&["--param", "n=3,4"]),
        sweep(&["--param", "depth="]),
        sweep(&["--param", "depth=1,1"]),
        sweep(&["--param", "depth=9..1"]),
        sweep(&["--param", "depth=0..1000000"]),
        sweep(&["--param", "depth=1,2", "--param", "depth=3"]),
        sweep(&["--param", "depth=1,a b"]),
        sweep(&["--param", "depth=1,2", "--base", "bespoke"]),
        sweep(&["--param", "depth=0,1", "--per", "depth"]),
        sweep(&["--param", "depth=0,1", "--per", "fibers"]),
        sweep(&["--param", "depth=0,1", "--svg", "folder"]),
        sweep(&["--param", "depth=0,1", "--svg", "nowhere/tree.svg"]),
        sweep(&["--param", "depth=0,1", "--tag", "smoke", "--tag", "quick"]),
        vec!["sweep", "s/suite.toml", "-e", "mock", "--param", "depth=1,2"],
        file(&["--param", "n=1,2"]),
        file(&["--param", "n=1,2", "--arg", "{m}"]),
        file(&["--param", "n=1,2", "--arg", "{n"]),
        vec!["run", "fib.wasm", "-e", "mock", "--param", "n=1"],
    ];
    for args in &commands {
        let ran = home.run(args);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        text.push_str(&home.shown(&ran));
        text.push('\n');
    }
    home.ok(&["run", "fib.wasm", "-e", "mock", "--rounds", "1", "--quiet"]);
    for args in [["show", "latest", "--svg", "x.svg"], ["show", "latest", "--per", "3"]] {
        let ran = home.run(&args);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        text.push_str(&home.shown(&ran));
    }
    snapshot!("wrong", text);
    assert_eq!(home.json(&["runs", "--format", "json"]).as_array().unwrap().len(), 1);
}
