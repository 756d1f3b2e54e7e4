//! Reports as HTML files: what is in them, that nothing in them runs or is fetched, and that what others wrote is text.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::{Value, json};
use std::process::Stdio;
use support::{A, B, Home, repository, scripted};

fn measured(home: &Home, more: &[&str]) {
    let _ = std::fs::remove_file(home.path("a.state"));
    let _ = std::fs::remove_file(home.path("b.state"));
    let args = ["run", "fib.wasm", "sort.wasm", "--phase", "execute", "--rounds", "12", "--seed", "1", "--quiet"];
    home.ok(&[&args[..], more].concat());
}

/// Whether a text is a page that is well formed, holds no script and fetches nothing; gives what people read of it.
fn read(home: &Home, page: &str) -> String {
    home.write("page.html", page);
    let mut command = home.command("python3");
    command.arg(repository().join("crates/kymo/tests/support/page.py")).arg(home.path("page.html"));
    let output = command.stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!page.contains("<script") && !page.contains("://"), "{page}");
    String::from_utf8(output.stdout).unwrap()
}

fn report(home: &Home, args: &[&str]) -> String {
    read(home, &home.ok(&[&["report", "--out", "-"], args].concat()))
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "'{part}' is not in\n{text}");
    }
}

#[test]
fn a_run_has_all_that_must_be_known_of_it() {
    let home = scripted();
    measured(&home, &["-e", A, "-e", B, "--label", "known times"]);
    let text = report(&home, &[]);
    let run = home.json(&["export"]);
    let id = run["id"].as_str().unwrap();
    // What `kymo show` says is in the page: every cell of its tables.
    let shown = home.ok(&["show", "--format", "markdown"]);
    for cell in shown.lines().filter(|line| line.starts_with("| `")).flat_map(|line| line.split(" | ")) {
        let plain: String = cell.trim_matches(['|', ' ']).replace(['`', '*', '\\'], "");
        assert!(text.contains(&plain), "'{plain}' is not in\n{text}");
    }
    has(&text, &["known times", id, "12 rounds", "execute · wall_time", "2 slower", "geometric mean of 2 benchmarks"]);
    has(&text, &[run["machine"]["fingerprint"].as_str().unwrap(), "How to read this", "\"same\" means"]);
    has(&text, &[run["engines"][0]["version"].as_str().unwrap(), run["engines"][0]["build_id"].as_str().unwrap()]);
    has(&text, &[" samples, 10.0 ms – 10.1 ms", "--rounds 12", "--seed 1", &format!("kymo report {id}")]);
    // The pictures: a dot for each ratio and one for their mean, a strip for each row.
    assert_eq!((text.matches("[picture: ratios").count(), text.matches(" samples, ").count()), (1, 4));
}

#[test]
fn the_command_measures_the_same_plan_again() {
    let home = scripted();
    let measured = ["-e", "mock[minimal]", "-e", "mock", "-e", "mock", "--metric", "wall_time,page_faults"];
    let args = ["run", "fib.wasm", "sort.wasm", "--arg", "a b", "--env", "X=$HOME", "--phase", "execute", "--quiet"];
    let stop = ["--precision", "3%", "--budget", "1500ms", "--timeout", "5s", "--cpus", "any", "--memory", "1GiB"];
    home.ok(&[&args[..], &measured, &stop].concat());
    let text = report(&home, &[]);
    let command: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("kymo run")).collect();
    let end = command.iter().position(|line| !line.ends_with('\\')).unwrap();
    let line = command[..=end].join("\n").replacen("kymo run", "\"$@\" run", 1);
    let plan = |document: &Value| document["plan"].clone();
    let before = plan(&home.json(&["export"]));
    // A shell takes it as it stands.
    let kymo = home.kymo(&[]);
    let mut shell = home.command("sh");
    shell.args(["-c", &line, "sh"]).arg(kymo.get_program()).args(kymo.get_args());
    let ran = home.finish(shell, &["run"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(plan(&home.json(&["export"])), before);
}

#[test]
fn two_runs_are_compared() {
    let home = scripted();
    measured(&home, &["-e", A, "--label", "before"]);
    measured(&home, &["-e", B, "--label", "after"]);
    let text = report(&home, &["before", "after"]);
    has(&text, &["after against before", "2 slower", "these runs never ran together", "before:mock[script"]);
    has(&text, &["The same machine, with the same fingerprint.", "kymo compare "]);
    let compared = home.ok(&["compare", "before", "after", "--format", "markdown"]);
    let ratio = compared.lines().find(|line| line.contains("slower")).unwrap().split(" | ").nth(4).unwrap();
    has(&text, &[ratio.trim()]);
    // Not compared, and more than two: a section each.
    for args in [&["before", "after", "--each"][..], &["before", "after", "latest"]] {
        let text = report(&home, args);
        assert_eq!(
            text.matches("What was measured").count(),
            args.len().min(3) - usize::from(args.contains(&"--each"))
        );
        assert!(!text.contains("kymo compare"), "{text}");
    }
    // Variants of one run, by rounds.
    measured(&home, &["-e", A, "-e", B, "--label", "both"]);
    let (a, b) = (format!("both:{A}"), format!("both:{B}"));
    let text = report(&home, &[&a, &b]);
    has(&text, &["2 slower"]);
    assert!(!text.contains("never ran together"), "{text}");
    has(&report(&home, &[&b]), &["2 faster"]);
}

#[test]
fn the_file_is_whole_and_named_for_its_run() {
    let home = scripted();
    measured(&home, &["-e", A]);
    let id = home.json(&["export"])["id"].as_str().unwrap().to_owned();
    let named = home.ok(&["report"]);
    assert_eq!(named, format!("kymo-report-{id}.html\n"));
    let page = std::fs::read_to_string(home.path(named.trim())).unwrap();
    assert!(page.ends_with("</html>") && page.len() < 1_000_000, "{} bytes", page.len());
    assert_eq!(page, home.ok(&["report", "--out", "-"]));
    assert_eq!(home.ok(&["report", &id, "--out", "mine.html", "--quiet", "--title", "Mine"]), "");
    has(&std::fs::read_to_string(home.path("mine.html")).unwrap(), &["<title>Mine</title>"]);
    for args in [["report", "nothing", "--quiet"], ["report", "--out", "nowhere/a.html"], ["report", "--out", "tmp"]] {
        let ran = home.run(&args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
    }
}

/// What runs, reorders or ends something where it is taken for more than text.
const HOSTILE: [&str; 4] =
    ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "שלום \u{202e}cba", "</style></title>&amp;'`"];

/// A document in which every text that others write is hostile.
fn hostile(home: &Home) -> Value {
    measured(home, &["-e", A, "-e", B]);
    let mut run = home.json(&["export"]);
    let [script, image, right_to_left, end] = HOSTILE;
    run["label"] = json!(format!("{script}{right_to_left}"));
    run["id"] = json!(format!("../{image}"));
    run["plan"]["benchmarks"][0]["name"] = json!(script);
    run["plan"]["benchmarks"][1]["name"] = json!(format!("{right_to_left}{end}"));
    run["plan"]["variants"][0]["name"] = json!(image);
    run["plan"]["variants"][1]["name"] = json!(end);
    run["plan"]["variants"][1]["settings"] = json!({script: image});
    run["engines"][0]["version"] = json!(script);
    run["engines"][0]["build_id"] = json!(end);
    run["machine"]["name"] = json!(script);
    run["machine"]["cpu_model"] = json!(format!("{end}{right_to_left}"));
    run["noise"] = json!([{"reason": "steal", "message": script}]);
    run["notes"] = json!([image, format!("{right_to_left}\u{1b}[31m")]);
    let last = run["invocations"].as_array().unwrap().len() - 1;
    run["invocations"][last]["outcome"] =
        json!({"kind": "crashed", "signal": script, "message": format!("{end}\n{image}\n{right_to_left}")});
    run
}

#[test]
fn what_others_wrote_is_text() {
    let home = scripted();
    let run = hostile(&home);
    home.write("hostile.json", run.to_string());
    let page = home.ok(&["report", "hostile.json", "--out", "-", "--title", HOSTILE[3]]);
    let text = read(&home, &page);
    // All of it is there to be read, as it was written; only what reorders is shown as an escape.
    has(&text, &[HOSTILE[0], HOSTILE[1], HOSTILE[3], "שלום \\u{202e}cba", "\\u{1b}[31m"]);
    assert!(!page.contains(['\u{202e}', '\u{1b}']), "{page}");
    let named = home.ok(&["report", "hostile.json"]);
    assert!(named.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{named}");
    assert!(home.path(named.trim()).is_file());
}

#[test]
fn failures_are_told_with_their_messages() {
    let home = scripted();
    let variants = ["-e", "mock", "-e", "mock[exit-code=3]", "-e", "mock[stdout=other]"];
    let args = ["run", "fib.wasm", "--phase", "execute", "--rounds", "3", "--seed", "1", "--quiet"];
    assert_eq!(home.run(&[&args[..], &variants].concat()).code, Some(1));
    let text = report(&home, &[]);
    let shown = home.run(&["show"]);
    let notes: Vec<&str> = shown.stderr.lines().take_while(|line| !line.contains("means")).collect();
    assert!(notes.len() > 3, "{shown:#?}");
    for note in notes.into_iter().filter(|note| !note.starts_with("noisy: ")) {
        has(&text, &[note.trim()]);
    }
    has(&text, &["Not measured", "nothing could be compared", "1 not compared"]);
    // Nothing measured at all.
    home.run(&["run", "fib.wasm", "-e", "mock[exit-code=3]", "--phase", "execute", "--rounds", "2", "--quiet"]);
    has(&report(&home, &[]), &["0 of 1 benchmark measured"]);
}

#[test]
fn an_interrupted_run_says_so() {
    let home = scripted();
    measured(&home, &["-e", A, "-e", B]);
    let mut run = home.json(&["export"]);
    let kept: Vec<Value> = run["invocations"].as_array().unwrap()[..12].to_vec();
    run["invocations"] = json!(kept);
    run["state"] = json!("interrupted");
    run["closed"] = json!({});
    home.write("cut.json", run.to_string());
    let id = run["id"].as_str().unwrap();
    has(&report(&home, &["cut.json"]), &["This run was interrupted:", &format!("kymo resume {id}"), "still open"]);
}

#[test]
fn an_imported_run_says_what_it_lacks() {
    let home = Home::new();
    let times: Vec<f64> = (0..12).map(|number| 0.5 + 0.001 * f64::from(number * 5 % 7)).collect();
    let result = |name: &str| json!({"command": name, "mean": 0.5, "times": times, "exit_codes": vec![0; times.len()]});
    home.write("commands.json", json!({"results": [result("./a --x"), result("./b")]}).to_string());
    home.ok(&["import", "commands.json", "--quiet"]);
    let text = report(&home, &[]);
    has(
        &text,
        &["imported from hyperfine", "nothing is paired", "which machine they are of", "how, is not known here"],
    );
    assert!(!text.contains("kymo run "), "{text}");
}

#[test]
fn a_sweep_has_its_lines() {
    let home = scripted();
    let args = ["sweep", "fib.wasm", "--param", "n=1,2,4", "--arg", "{n}", "--rounds", "2", "--seed", "1", "--quiet"];
    home.ok(&[&args[..], &["-e", "mock", "-e", "mock[other]"]].concat());
    let text = report(&home, &[]);
    has(&text, &["sweep over", "n = 1, 2, 4", "[picture: Lines of execute · wall_time over n", "kymo sweep fib.wasm"]);
    has(&text, &["--param n=1,2,4"]);
}

#[test]
fn a_huge_run_leaves_its_samples_out_and_says_so() {
    let home = scripted();
    measured(&home, &["-e", A, "-e", B]);
    let mut run = home.json(&["export"]);
    let benchmark = run["plan"]["benchmarks"][0].clone();
    let invocations: Vec<Value> = run["invocations"].as_array().unwrap().clone();
    let of_first = || invocations.iter().filter(|one| one["benchmark"] == 0);
    let (mut benchmarks, mut all) = (Vec::new(), Vec::new());
    for number in 0..300 {
        let mut named = benchmark.clone();
        named["name"] = json!(format!("many/{number}"));
        benchmarks.push(named);
        for one in of_first() {
            let mut one = one.clone();
            one["benchmark"] = json!(number);
            one["sequence"] = json!(all.len());
            for sample in one["samples"].as_array_mut().unwrap() {
                let time = sample["values"][0].as_f64().unwrap();
                sample["values"] = (0..20).map(|step| json!(time * (1.0 + 1e-4 * f64::from(step)))).collect();
            }
            all.push(one);
        }
    }
    run["plan"]["benchmarks"] = json!(benchmarks);
    run["invocations"] = json!(all);
    run["closed"] = json!({});
    home.write("huge.json", run.to_string());
    let page = home.ok(&["report", "huge.json", "--out", "-"]);
    let text = read(&home, &page);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    has(&text, &["The raw samples are too many to be drawn", "many/299"]);
    assert!(!text.contains(" samples, "), "{text}");
}
