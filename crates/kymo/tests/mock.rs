//! The whole tool with the mock worker, whose times are its input: instant and exact.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::{Value, json};
use support::{A, B, Home, program, scripted};

/// A run of two variants on two programs with times that are known.
const SCRIPTED: [&str; 13] =
    ["run", "fib.wasm", "sort.wasm", "-e", A, "-e", B, "--phase", "execute", "--rounds", "12", "--seed", "1"];

fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [args, more].concat()
}

#[test]
fn tables_for_known_times() {
    let home = scripted();
    snapshot!("table", home.shown(&home.run(&SCRIPTED)));
    for format in ["table", "markdown", "csv"] {
        snapshot!(format!("show-{format}"), home.shown(&home.run(&["show", "latest", "--format", format])));
    }
    snapshot!("export-csv", times_replaced(&home.ok(&["export", "--format", "csv"])));
    snapshot!("compare", home.shown(&home.run(&["compare", "latest"])));
}

/// Columns that a clock filled are left out of raw samples.
fn times_replaced(csv: &str) -> String {
    let heading: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let kept: Vec<usize> =
        (0..heading.len()).filter(|column| !["start_s", "duration_s", "run"].contains(&heading[*column])).collect();
    let line = |line: &str| {
        // Names of variants hold commas and are quoted: the quotes' insides are kept together.
        let mut fields = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                c => fields.last_mut().unwrap().push(c),
            }
        }
        kept.iter().map(|column| fields[*column].clone()).collect::<Vec<_>>().join(" | ")
    };
    csv.lines().take(20).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_format_of_a_run_is_that_of_showing_it() {
    let home = scripted();
    for format in ["table", "json", "csv", "markdown"] {
        for state in ["a.state", "b.state"] {
            // Absent at first; the scripts start anew.
            let _ = std::fs::remove_file(home.path(state));
        }
        let ran = home.run(&with(&SCRIPTED, &["--format", format]));
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert_eq!(ran.stdout, home.ok(&["show", "latest", "--format", format]), "{format}");
    }
    // The id is the same to the second only for runs within it; so each format's run was its own.
    assert_eq!(home.json(&["runs", "--format", "json"]).as_array().unwrap().len(), 4);
}

#[test]
fn json_is_the_document_and_has_its_schema() {
    let home = scripted();
    let ran = home.run(&with(&SCRIPTED, &["--format", "json", "--out", "out.json", "--label", "known times"]));
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let from_file: Value = serde_json::from_str(&std::fs::read_to_string(home.path("out.json")).unwrap()).unwrap();
    assert_eq!(document, home.json(&["export", "known times"]));
    assert_eq!(document, from_file);
    assert_eq!(document["state"], "finished");
    assert_eq!(document["label"], "known times");
    assert_eq!(document["plan"]["seed"], 1);
    // Two programs on two variants, calibration and twelve rounds.
    assert_eq!(document["invocations"].as_array().unwrap().len(), 2 * 2 * (1 + 12));
    let validator = jsonschema::validator_for(&home.json(&["schema", "run"])).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    // A file takes the place of the store.
    let shown = home.ok(&["show", "out.json"]);
    assert_eq!(shown, home.ok(&["show", "known times"]));
    let analysis = home.json(&["compare", "out.json", "--format", "json"]);
    let validator = jsonschema::validator_for(&home.json(&["schema", "analysis"])).unwrap();
    assert!(validator.is_valid(&analysis));
}

#[test]
fn quiet_says_nothing_beside_the_result() {
    let home = scripted();
    let ran = home.run(&with(&SCRIPTED, &["--quiet"]));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("fib.wasm"), "{}", ran.stdout);
}

#[test]
fn what_is_not_saved_is_not_in_the_store() {
    let home = scripted();
    let ran = home.run(&with(&SCRIPTED, &["--no-save"]));
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(!ran.stderr.contains("saved"), "{}", ran.stderr);
    assert!(!home.path("kymo.db").exists(), "not even a store is made");
    assert_eq!(home.json(&["runs", "--format", "json"]), json!([]));
}

#[test]
fn a_variant_named_twice_is_an_aa_run() {
    let home = scripted();
    let args = ["run", "fib.wasm", "-e", "mock", "-e", "mock", "-e", "mock[other]", "-e", "mock"];
    let ran = home.run(&with(&args, &["--phase", "execute", "--rounds", "6", "--seed", "1"]));
    snapshot!("aa", home.shown(&ran));
    let document = home.json(&["export"]);
    let names: Vec<&str> =
        document["plan"]["variants"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["mock", "mock#2", "mock[other]", "mock#3"]);
}

#[test]
fn an_outcome_beside_results_stands_in_its_place() {
    let home = scripted();
    let args = ["run", "fib.wasm", "-e", "mock", "-e", "mock[exit-code=3]", "-e", "mock[stdout=other]"];
    let ran = home.run(&with(&args, &["--phase", "execute", "--rounds", "3", "--seed", "1"]));
    snapshot!("outcomes", home.shown(&ran));
    assert_eq!(ran.code, Some(1), "something that was tried went wrong");
}

/// What the log and the run document say of the order: lines of (benchmark, variant, round).
fn order(document: &Value) -> Vec<(u64, u64, u64)> {
    let number = |one: &Value, key: &str| one[key].as_u64().unwrap();
    let invocations = document["invocations"].as_array().unwrap();
    for (place, one) in invocations.iter().enumerate() {
        assert_eq!(number(one, "sequence"), place as u64);
    }
    invocations.iter().map(|one| (number(one, "benchmark"), number(one, "variant"), number(one, "round"))).collect()
}

#[test]
fn the_order_of_execution_is_balanced_interleaved_and_the_seeds() {
    let home = scripted();
    let logged = |seed: &str| {
        let _ = std::fs::remove_file(home.path("log"));
        let variants = ["-e", "mock[log=log]", "-e", "mock[other,log=log]", "-e", "mock[minimal,log=log]"];
        let args =
            with(&["run", "fib.wasm", "sort.wasm", "--rounds", "6", "--format", "json", "--seed", seed], &variants);
        let document = home.json(&args);
        (std::fs::read_to_string(home.path("log")).unwrap(), order(&document))
    };
    let (log, order) = logged("7");
    // The log is what was executed, the document what was recorded: they agree.
    let names = |(benchmark, variant, _): &(u64, u64, u64)| {
        format!("mock {} {}", ["fib", "sort"][*benchmark as usize], ["mock", "other", "minimal"][*variant as usize])
    };
    assert_eq!(log.lines().collect::<Vec<_>>(), order.iter().map(names).collect::<Vec<_>>());
    let rounds: Vec<&[(u64, u64, u64)]> = order[6..].chunks(3).collect();
    let mut places = [[[0_u32; 3]; 3]; 2];
    for (number, round) in rounds.iter().enumerate() {
        let benchmark = round[0].0;
        assert!(round.iter().all(|one| (one.0, one.2) == (benchmark, number as u64 / 2 + 1)), "{round:?}");
        for (place, one) in round.iter().enumerate() {
            places[benchmark as usize][place][one.1 as usize] += 1;
        }
    }
    // Six rounds of three variants: each was twice in each place.
    assert_eq!(places, [[[2; 3]; 3]; 2]);
    snapshot!("order", log);
    assert_eq!(logged("7"), (log.clone(), order));
    assert_ne!(logged("8").0, log, "another seed, another order");
}

#[test]
fn two_runs_at_once_share_a_store_that_is_new() {
    let home = scripted();
    let args = ["run", "fib.wasm", "-e", "mock", "-e", "mock[other]", "--rounds", "20", "--quiet"];
    let both = [home.start(&args), home.start(&args)].map(support::Running::finish);
    for ran in &both {
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }
    let runs = home.json(&["runs", "--format", "json"]);
    let found: Vec<(&Value, &Value)> =
        runs.as_array().unwrap().iter().map(|run| (&run["state"], &run["invocations"])).collect();
    assert_eq!(found, vec![(&json!("finished"), &json!(2 * 21)); 2]);
}

#[test]
fn listings() {
    let home = scripted();
    snapshot!("runs-empty", home.shown(&home.run(&["runs"])));
    home.ok(&with(&SCRIPTED, &["--label", "first", "--quiet"]));
    let runs = home.json(&["runs", "--format", "json"]);
    assert_eq!(runs[0]["label"], "first");
    assert_eq!((&runs[0]["rounds"], &runs[0]["benchmarks"]), (&json!(12), &json!(2)));
    let list = home.ok(&["runs"]);
    assert!(list.contains("finished") && list.contains("first"), "{list}");
    assert!(home.ok(&["suite", "list"]).contains("basics/noop"));
    assert!(home.ok(&["engine", "list", "mock"]).contains("Seconds that an iteration takes"));
    assert!(home.ok(&["doctor"]).contains("kymo doctor --calibrate measures it"));
}

#[test]
fn what_the_hypervisor_took_is_recorded_where_the_machine_says() {
    let home = Home::new();
    program(&home, "long");
    // Long enough for ticks to mean something.
    let args = ["long.wasm", "--phase", "execute", "-e", "mock[sleep=0.3]", "-e", "mock"];
    let run = support::run_once(&home, &args);
    let watch = kymo_measure::steal::StealWatch::start();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let long = support::last(&run, 0, 0);
    assert_eq!(long.steal.is_some(), watch.finish().is_some(), "{long:?}");
    assert!(long.steal.is_none_or(|share| (0.0..=1.0).contains(&share.get())), "{long:?}");
}
