//! Runs that are disturbed: signals, full disks, readers that go away. What was measured is never lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use std::io::Read;
use std::process::Stdio;
use support::{Home, Running, bin, processes_of, program};

/// Slow enough to be interrupted, and with a log that says how far it has come.
const SLOW: [&str; 14] = [
    "run",
    "fib.wasm",
    "sort.wasm",
    "--phase",
    "execute",
    "--rounds",
    "5",
    "--seed",
    "3",
    "--quiet",
    "-e",
    "mock[log=log,sleep=0.04]",
    "-e",
    "mock[other,log=log,sleep=0.04]",
];

fn home() -> Home {
    let home = Home::new();
    program(&home, "fib");
    program(&home, "sort");
    home
}

/// Benchmark, variant and round of every invocation, in order.
fn order(document: &Value) -> Vec<[u64; 3]> {
    let invocations = document["invocations"].as_array().unwrap().iter();
    invocations.map(|one| ["benchmark", "variant", "round"].map(|key| one[key].as_u64().unwrap())).collect()
}

fn lines(home: &Home) -> usize {
    std::fs::read_to_string(home.path("log")).unwrap().lines().count()
}

/// What the run is when nobody disturbs it.
fn undisturbed(home: &Home) -> Vec<[u64; 3]> {
    let mut args = SLOW.map(|arg| if arg.starts_with("mock[other") { "mock[other]" } else { arg });
    args[11] = "mock";
    order(&home.json(&[&args[..], &["--no-save", "--format", "json"]].concat()))
}

fn resumed_as_undisturbed(home: &Home) {
    home.ok(&["resume", "--quiet"]);
    let document = home.json(&["export"]);
    assert_eq!(document["state"], "finished");
    assert_eq!(order(&document), undisturbed(home));
    let outcomes = document["invocations"].as_array().unwrap().iter().map(|one| &one["outcome"]["kind"]);
    assert!(outcomes.into_iter().all(|kind| kind == "measured"));
}

#[test]
fn ctrl_c_keeps_what_is_finished_and_resume_goes_on() {
    for signal in ["INT", "TERM"] {
        let home = home();
        let mut running = home.start(&SLOW);
        running.until_lines(&home.path("log"), 11);
        running.signal(signal);
        let ran = running.finish();
        assert_eq!(ran.code, Some(130), "{ran:#?}");
        assert!(ran.stdout.contains("fib.wasm"), "the results so far are shown: {ran:#?}");
        let document = home.json(&["export"]);
        assert_eq!(document["state"], "interrupted");
        // All that were begun but the one that was cut short, if one was.
        let (begun, kept) = (lines(&home), order(&document));
        assert!(kept.len() == begun || kept.len() + 1 == begun, "{} of {begun}", kept.len());
        assert_eq!(kept, undisturbed(&home)[..kept.len()]);
        assert_eq!(processes_of(home.folder()), Vec::<String>::new());
        resumed_as_undisturbed(&home);
    }
}

#[test]
fn ctrl_c_ends_a_worker_that_never_says_hello() {
    let home = home();
    let args = ["run", "fib.wasm", "-e", "bad[hang-hello]", "--rounds", "1", "--timeout", "100s", "--quiet"];
    let mut running = home.start(&args);
    // The store is made right before the first invocation; until then `kymo` asks what the worker can do.
    running.until(|| home.path("kymo.db").exists() && processes_of(home.folder()).contains(&"kymo-worker-bad".into()));
    running.signal("INT");
    let ran = running.finish();
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    let document = home.json(&["export"]);
    assert_eq!((&document["state"], order(&document)), (&Value::from("interrupted"), Vec::new()));
}

#[test]
fn a_finished_run_cannot_be_resumed() {
    let home = home();
    home.ok(&["run", "fib.wasm", "-e", "mock", "--rounds", "1", "--quiet"]);
    let ran = home.run(&["resume"]);
    assert_eq!(ran.code, Some(2));
    snapshot!("finished", home.shown(&ran));
}

#[test]
fn a_second_ctrl_c_ends_at_once() {
    let home = home();
    let args = ["run", "fib.wasm", "--phase", "execute", "--rounds", "400", "--format", "json", "--quiet"];
    let mut running = home.start(&[&args[..], &["-e", "mock[log=log,time=0.000001]"]].concat());
    running.until_lines(&home.path("log"), 200);
    running.signal("INT");
    // The document is larger than a pipe: once its first byte is here, `kymo` waits for us to read the rest.
    let mut first = [0];
    running.child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    running.signal("INT");
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    // It was saved before it was shown.
    assert_eq!(home.json(&["export"])["state"], "interrupted");
}

#[test]
fn kill_9_loses_at_most_the_invocation_in_flight() {
    let home = home();
    let mut running = home.start(&SLOW);
    running.until_lines(&home.path("log"), 11);
    running.signal("KILL");
    running.child.wait().unwrap();
    let begun = lines(&home);
    let kept = order(&home.json(&["export"]));
    assert!(kept.len() == begun || kept.len() + 1 == begun, "{} of {begun}", kept.len());
    assert!(home.ok(&["runs"]).contains("running, or its process is gone"));
    // Workers die with their parent; they have a moment for it.
    let mut left = processes_of(home.folder());
    for _ in 0..200 {
        if left.is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        left = processes_of(home.folder());
    }
    assert_eq!(left, Vec::<String>::new());
    resumed_as_undisturbed(&home);
}

/// A limit on the size of files, which the shell sets in units of 1024 bytes, stands for a full disk.
fn on_a_full_disk(home: &Home, limit: &str, args: &[&str]) -> support::Ran {
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
    let mut command = home.command("bash");
    command.args(["-c", &script, "bash"]).arg(bin().join("kymo")).arg("--store").arg(home.path("kymo.db"));
    command.arg("--workers").arg(bin()).args(args);
    home.finish(command, args)
}

#[test]
fn a_full_disk_takes_no_result_away() {
    let home = home();
    let args = ["run", "fib.wasm", "-e", "mock", "-e", "mock[other]", "--phase", "execute", "--rounds", "60"];
    let ran = on_a_full_disk(&home, "400", &[&args[..], &["--seed", "1"]].concat());
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    snapshot!("full", home.shown(&ran));
    let file = std::fs::read_dir(home.folder()).unwrap().flatten().map(|entry| entry.file_name());
    let name = file.map(|name| name.into_string().unwrap()).find(|name| name.starts_with("kymo-run-")).unwrap();
    let document: Value = serde_json::from_str(&std::fs::read_to_string(home.path(&name)).unwrap()).unwrap();
    assert_eq!(document["invocations"].as_array().unwrap().len(), 2 * 61);
    assert_eq!(home.ok(&["show", &name]), ran.stdout);
    // What was reported as saved is there, and with room again the run goes on from there.
    let saved = order(&home.json(&["export"]));
    assert!(!saved.is_empty());
    assert_eq!(saved, order(&document)[..saved.len()]);
    home.ok(&["resume", "--quiet"]);
    assert_eq!(order(&home.json(&["export"])), order(&document));
}

#[test]
fn a_disk_that_is_full_from_the_start_is_told_before_anything_is_measured() {
    let home = home();
    let ran = on_a_full_disk(&home, "8", &["run", "fib.wasm", "-e", "mock[log=log]", "--rounds", "1"]);
    assert_eq!(ran.code, Some(1));
    snapshot!("full-from-the-start", home.shown(&ran));
    assert!(!home.path("log").exists());
}

#[test]
fn readers_that_go_away_are_no_failure() {
    let home = home();
    home.ok(&[
        "run",
        "fib.wasm",
        "-e",
        "mock",
        "-e",
        "mock[stdout=x]",
        "--rounds",
        "1",
        "--no-save",
        "--output-varies",
    ]);
    home.ok(&["run", "fib.wasm", "-e", "mock", "-e", "mock[other]", "--rounds", "1", "--quiet"]);
    let again = ["run", "fib.wasm", "-e", "mock", "-e", "mock[other]", "--rounds", "1"];
    let commands: [&[&str]; 8] = [
        &["runs"],
        &["show"],
        &["export", "--format", "csv"],
        &["export"],
        &["suite", "list"],
        &["schema", "run"],
        &["--help"],
        &again,
    ];
    for args in commands {
        // Nobody reads either of them.
        let closed = || {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            Stdio::from(writer)
        };
        let code =
            |stdout: Stdio, stderr: Stdio| home.kymo(args).stdout(stdout).stderr(stderr).status().unwrap().code();
        assert_eq!(code(closed(), Stdio::null()), Some(0), "standard output of {args:?}");
        assert_eq!(code(Stdio::null(), closed()), Some(0), "standard error of {args:?}");
        assert_eq!(code(closed(), closed()), Some(0), "both of {args:?}");
    }
}

#[test]
fn a_run_resumed_on_another_build_is_refused() {
    let home = home();
    let mut running: Running = home.start(&SLOW);
    running.until_lines(&home.path("log"), 6);
    running.signal("INT");
    running.finish();
    let mut document = home.json(&["export"]);
    let id = document["id"].as_str().unwrap().replace('-', "-x");
    document["id"] = Value::String(id);
    document["engines"][0]["build_id"] = Value::String("mock-0".to_owned());
    let run: kymo_model::Run = serde_json::from_value(document).unwrap();
    kymo_store::Store::open(&home.path("kymo.db")).unwrap().insert(&run).unwrap();
    let ran = home.run(&["resume", run.id.as_str()]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("was build mock-0 when the run began, and is build mock-1 now"), "{}", ran.stderr);
}
