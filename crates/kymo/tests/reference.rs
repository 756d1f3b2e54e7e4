//! The reference pages that are made from the program: the command line and the schemas. `KYMO_BLESS=1` rewrites them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use support::{Home, repository};

const HEAD: &str = "# The command line\n\nWhat `--help` says of every command. This page is made by a test; the \
    sentences\nare written beside the flags, in `crates/kymo/src/cli.rs`.\n";

/// The commands below one, as its help lists them.
fn commands(help: &str) -> Vec<String> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = list.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

fn page(home: &Home, path: &[String], text: &mut String) {
    let args: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
    // Without this home's places, which are none of the page's business.
    let mut command = home.command(support::bin().join("kymo"));
    command.args(&args);
    let ran = home.finish(command, &args);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let name = ["kymo"].into_iter().chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    let help: Vec<&str> = ran.stdout.lines().map(str::trim_end).collect();
    text.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.join("\n").trim_end()));
    for command in commands(&ran.stdout) {
        page(home, &[path, &[command]].concat(), text);
    }
}

/// Compares a text with a file of the repository, or writes it there if asked to.
fn check(file: &str, text: &str) {
    let path = repository().join(file);
    if std::env::var_os("KYMO_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = text.lines().zip(found.lines()).find(|(ours, theirs)| ours != theirs);
    let line = differs.map(|(ours, theirs)| format!("\nis: {theirs}\nto be: {ours}")).unwrap_or_default();
    assert!(found == text, "{file} is not what the program says; KYMO_BLESS=1 writes it anew{line}");
}

#[test]
fn the_command_line() {
    let mut text = HEAD.to_owned();
    page(&Home::new(), &[], &mut text);
    check("docs/src/cli.md", &text);
}

#[test]
fn the_schemas() {
    let home = Home::new();
    for name in ["analysis", "load", "peak", "project"] {
        check(&format!("docs/src/schemas/{name}-1.json"), &home.ok(&["schema", name]));
    }
    // Written by the tests of the crates that they are of; what the program prints must mean the same.
    for name in ["run", "suite"] {
        let file = repository().join(format!("docs/src/schemas/{name}-1.json"));
        let published: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert!(home.json(&["schema", name]) == published, "{name}-1.json is not what kymo schema {name} prints");
    }
}
