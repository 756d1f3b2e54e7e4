//! Flavours of a benchmark compared, with the mock worker, whose times are its input: instant and exact.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use support::{Home, program};

/// The SHA-256 of the module that [`program`] writes.
const SHA256: &str = "5647c39a1d25d8728350f9619025292a62e78a602068a2ad9b6f075751c93d99";

/// A home with a suite of two benchmarks, one of which lacks a flavour, and a script of times.
fn home() -> Home {
    let home = Home::new();
    let flavour = |name: &str, file: &str| {
        format!("[[benchmark.flavour]]\nname = \"{name}\"\nartifact = \"{file}.wasm\"\nsha256 = \"{SHA256}\"\n")
    };
    let benchmark = |name: &str| format!("[[benchmark]]\nname = \"{name}\"\nabout = \"A test.\"\ncheck = \"none\"\n");
    let head = "schema = 1\nname = \"s\"\nabout = \"A test.\"\n".to_owned();
    let both = [benchmark("call"), flavour("core", "near"), flavour("component", "far")].concat();
    let one = [benchmark("alone"), flavour("core", "alone")].concat();
    home.write("s/suite.toml", [head, both, one].concat());
    let times = |time_s: f64| (0..13).map(|round| [time_s * (1.0 + 0.001 * f64::from(round % 7))]).collect::<Vec<_>>();
    let mut script = serde_json::Map::new();
    for (file, time_s) in [("near", 0.001), ("far", 0.02), ("alone", 0.1)] {
        program(&home, &format!("s/{file}"));
        script.insert(file.to_owned(), json!({"execute": {"wall_time": times(time_s)}}));
    }
    home.write("times.json", serde_json::Value::Object(script).to_string());
    home
}

/// A run of the suite on one variant, or on two that are the same.
fn run(home: &Home, variants: usize) {
    let mut args = vec!["run", "s/suite.toml", "--phase", "execute", "--rounds", "12", "--seed", "1", "--quiet"];
    let all = ["mock[script=times.json,state=a.state]", "mock[other,script=times.json,state=b.state]"];
    args.extend(all.iter().take(variants).flat_map(|variant| ["-e", variant]));
    home.ok(&args);
}

#[test]
fn the_price_of_a_flavour() {
    let home = home();
    run(&home, 1);
    let compare = ["compare", "latest", "--flavour", "core", "--flavour", "component"];
    snapshot!("one-variant", home.shown(&home.run(&compare)));
    run(&home, 2);
    snapshot!("two-variants", home.shown(&home.run(&compare)));
}

#[test]
fn what_cannot_be_compared_says_so() {
    let home = home();
    run(&home, 1);
    let mut text = String::new();
    let wrong: [&[&str]; 5] = [
        &["--flavour", "core"],
        &["--flavour", "core", "--flavour", "core"],
        &["--flavour", "core", "--flavour", "nonsense"],
        &["latest", "--flavour", "core", "--flavour", "component"],
        &["--flavour", "core", "--flavour", "component", "--fail-on", "slower"],
    ];
    for more in wrong {
        text.push_str(&home.shown(&home.run(&[&["compare", "latest"], more].concat())));
    }
    snapshot!("wrong", text);
}

/// A module of the same program with so many bytes more in a custom section, and its hash.
fn padded(bytes: usize) -> (Vec<u8>, String) {
    let mut module = support::PROGRAM.to_vec();
    // A custom section without a name, small enough that its length is one byte.
    module.extend([0, u8::try_from(bytes + 1).unwrap(), 0]);
    module.extend(std::iter::repeat_n(7, bytes));
    let hash = kymo_suite::inspect(&module).unwrap().sha256.as_str().to_owned();
    (module, hash)
}

/// A home with a suite that names its engines, a base flavour, published figures and a module in all flavours.
fn home_with_base() -> Home {
    let home = Home::new();
    let mut text = r#"schema = 1
name = "s"
about = "A test."
engines = ["mock[script=times.json,state=a.state]", "nonsense", "mock[winhc]"]
base-flavour = "base"
"#
    .to_owned();
    let mut script = serde_json::Map::new();
    let times = |time_s: f64| (0..13).map(|round| [time_s * (1.0 + 0.001 * f64::from(round % 7))]).collect::<Vec<_>>();
    let mut module = |name: &str, bytes: usize, time_s: f64| {
        let (module, hash) = padded(bytes);
        home.write(&format!("s/{name}.wasm"), module);
        script.insert(name.to_owned(), json!({"execute": {"wall_time": times(time_s)}}));
        format!("artifact = \"{name}.wasm\"\nsha256 = \"{hash}\"\n")
    };
    let benchmark = |name: &str| format!("[[benchmark]]\nname = \"{name}\"\nabout = \"A test.\"\ncheck = \"none\"\n");
    text += &(benchmark("nothing") + &module("nothing", 10, 1e-6));
    for (program, published) in [("sieve", true), ("hello", false)] {
        text += &(benchmark(program) + "size-baseline = \"nothing\"\n");
        for (flavour, bytes, time_s) in [("base", 60, 0.002), ("fast", 40, 0.001), ("pool", 35, 0.00201)] {
            text += &format!("[[benchmark.flavour]]\nname = \"{flavour}\"\n");
            text += &module(&format!("{program}-{flavour}"), bytes, time_s);
            if published && flavour == "fast" {
                text += "[[benchmark.flavour.published]]\nof = \"run-time\"\nratio = 0.75\nsource = \"a test\"\n";
            }
        }
    }
    home.write("s/suite.toml", text);
    home.write("times.json", serde_json::Value::Object(script).to_string());
    home
}

#[test]
fn a_suite_says_what_it_is_measured_on_and_compared_with() {
    let home = home_with_base();
    let run = ["run", "s/suite.toml", "--phase", "execute", "--rounds", "12", "--seed", "1"];
    let ran = home.run(&run);
    assert!(
        ran.stderr.contains("nonsense, which the suite names, is left out: no engine 'nonsense' was found"),
        "{ran:#?}"
    );
    assert!(ran.stderr.contains("mock[winhc], which the suite names, is left out: "), "{ran:#?}");
    snapshot!("with-base", home.shown(&home.run(&["show"])));
    snapshot!("with-base-csv", home.shown(&home.run(&["show", "--format", "csv", "--quiet"])));
    snapshot!("with-base-compared", home.shown(&home.run(&["compare", "latest", "--flavour", "fast"])));
    let document = home.json(&["export", "latest"]);
    let published = &document["plan"]["benchmarks"][2]["reference"]["published"][0];
    assert_eq!(published, &json!({"of": "run-time", "ratio": 0.75, "source": "a test"}));
}

#[test]
fn engines_that_a_user_names_must_be_there() {
    let home = home_with_base();
    let run = ["run", "s/suite.toml", "--rounds", "1", "--phase", "execute"];
    let ran = home.run(&[&run[..], &["-e", "mock", "-e", "nonsense"]].concat());
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    // And where none of the suite's is there, the first is what is missing.
    let text = std::fs::read_to_string(home.path("s/suite.toml")).unwrap();
    let engines = text.lines().find(|line| line.starts_with("engines")).unwrap();
    home.write("s/suite.toml", text.replace(engines, "engines = [\"nonsense\", \"humbug\"]"));
    let ran = home.run(&run);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.starts_with("kymo: no engine 'nonsense' was found"), "{ran:#?}");
}

#[test]
fn sizes_are_shown_without_a_run() {
    let home = home_with_base();
    snapshot!("sizes", home.shown(&home.run(&["suite", "sizes", "s/suite.toml"])));
    let list = home.json(&["suite", "sizes", "s/suite.toml", "--format", "json"]);
    assert_eq!(list[2]["flavour"], "fast");
    assert_eq!(list[2]["baseline"], "s/nothing");
    let (own, base, common) = (padded(40).0.len(), padded(60).0.len(), padded(10).0.len());
    assert_eq!(list[2]["ratio"], own as f64 / base as f64);
    assert_eq!(list[2]["ratio_without_baseline"], (own - common) as f64 / (base - common) as f64);
    let ran = home.run(&["suite", "sizes", "s/suite.toml", "--format", "csv"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), "kymo: kymo suite sizes writes --format table or json\n"));
}

#[test]
fn the_same_code_fails_no_gate() {
    let home = home();
    run(&home, 1);
    let out = home.path("run.json");
    home.ok(&["export", "latest", "--out", out.to_str().unwrap()]);
    let text = std::fs::read_to_string(&out).unwrap();
    let (mut slower, mut document): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
    slower["id"] = "slower".into();
    for (run, factor) in [(&mut document, 1.0), (&mut slower, 1.5)] {
        for invocation in run["invocations"].as_array_mut().unwrap() {
            invocation["code_sha256"] = SHA256.into();
            for value in invocation["samples"][0]["values"].as_array_mut().unwrap() {
                *value = (value.as_f64().unwrap() * factor).into();
            }
        }
    }
    home.write("a.json", document.to_string());
    home.write("b.json", slower.to_string());
    let gate = ["compare", "a.json", "b.json", "--fail-on", "slower", "--quiet"];
    let ran = home.run(&gate);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains("same code"), "{ran:#?}");
    let said = "kymo: --fail-on: 3 execution times left out, of which both sides executed the same code\n";
    assert_eq!(ran.stderr, said);
    home.write("b.json", slower.to_string().replace("\"code_sha256\":\"5", "\"code_sha256\":\"6"));
    assert_eq!(home.run(&gate).code, Some(1), "other code is what a gate is for");
}
