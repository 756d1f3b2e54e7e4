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
