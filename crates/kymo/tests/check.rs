//! `kymo check`: what is wrong with a kymo.toml, where, and what to do; and what a good one measures.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use support::Home;

const GOOD: &str = r#"version = 1
project = "sample"

[environment]
dockerfile = "bench.Dockerfile"

[prepare]
run = ["cargo fetch --locked"]

[build]
run = ["cargo build --release --offline", "kymo engine build wasmi --path . --name head"]
limits = { wall_time = "20min", memory = "4GiB" }

[[measure]]
name = "basics"
suites = ["basics", "real/quickjs"]
engines = ["wasmi@head"]
canary = "wasmi"

[[measure]]
name = "parser"
command = "cargo bench --offline"
import = "criterion"
results = "target/criterion"

[[measure]]
name = "whole"
command = "./target/release/tool input"

[tiers.smoke]
measure = ["basics"]
budget = "2min"

[regression]
least = "2%"
"#;

fn home(text: &str) -> Home {
    let home = Home::new();
    home.write("kymo.toml", text);
    home.write("bench.Dockerfile", "FROM scratch\n");
    home
}

#[test]
fn a_good_file_says_what_it_measures() {
    let home = home(GOOD);
    snapshot!("good", home.shown(&home.run(&["check"])));
    assert_eq!(home.json(&["check", ".", "--format", "json"])["errors"], serde_json::json!([]));
    // What editors are told is the same file.
    let schema: serde_json::Value = serde_json::from_str(&home.ok(&["schema", "project"])).unwrap();
    let file: serde_json::Value = toml::from_str(GOOD).unwrap();
    assert!(jsonschema::is_valid(&schema, &file));
}

#[test]
fn what_is_wrong_has_its_line_and_column() {
    let changes = [
        ("version = 1", "version = 9"),
        ("\"bench.Dockerfile\"", "\"other.Dockerfile\""),
        ("\"bench.Dockerfile\"", "\"../bench.Dockerfile\""),
        ("[build]", "[bild]"),
        ("\"20min\"", "\"long\""),
        ("\"4GiB\"", "4"),
        ("wasmi@head\"", "wasmi[\""),
        ("\"criterion\"", "\"criterium\""),
        ("[\"basics\"]\n", "[\"basic\"]\n"),
        ("\"2%\"", "\"200%\""),
        ("\"sample\"", "\"sample"),
        ("name = \"whole\"", "name = \"\u{1b}[31mred\""),
    ];
    let mut shown = String::new();
    for (from, to) in changes {
        let home = home(&GOOD.replacen(from, to, 1));
        let ran = home.run(&["check"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(!ran.stderr.contains('\u{1b}'), "{ran:#?}");
        shown.push_str(&home.shown(&ran));
        let errors = home.run(&["check", "kymo.toml", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&errors.stdout).unwrap();
        assert_eq!((errors.code, report["errors"].as_array().map(Vec::len)), (Some(1), Some(1)));
    }
    snapshot!("wrong", shown);
}

#[test]
fn what_is_no_file_is_said() {
    let home = Home::new();
    home.write("latin.toml", b"version = 1\n# \xe9\n");
    home.write("large.toml", "#".repeat(300 << 10));
    let mut shown = String::new();
    for (args, code) in [
        (["check", "."], 2),
        (["check", "nowhere/kymo.toml"], 2),
        (["check", "latin.toml"], 2),
        (["check", "large.toml"], 1),
    ] {
        let ran = home.run(&args);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        shown.push_str(&home.shown(&ran));
    }
    snapshot!("no_file", shown);
}
