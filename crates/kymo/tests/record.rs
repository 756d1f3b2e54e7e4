//! The record, as its users see it: runs filed under commits of a real repository, changes found, named, decided about
//! and confirmed, drift told, tampering found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::{Value, json};
use support::{Home, Repository, bin, program};

/// Go's benchmark output for a commit: three benchmarks of known costs with a spread that is a table of remainders.
fn go_output(commit: usize, costs: [f64; 3]) -> String {
    let mut text = String::from("goos: linux\ngoarch: amd64\n");
    for (at, (name, cost)) in ["Fib", "Sort", "Flat"].iter().zip(costs).enumerate() {
        for repetition in 0..5 {
            let jitter =
                ((commit * 37 + repetition * 17 + at * 11) * 2_654_435_761 % 4_294_967_296) as f64 / 4_294_967_296.0;
            text.push_str(&format!("Benchmark{name}\t100\t{:.2} ns/op\n", cost * (1.0 + 0.02 * (jitter - 0.5))));
        }
    }
    text
}

/// A home with a repository of 40 commits, each filed: Fib steps by 8 % at commit 24, and Sort by 6 %.
fn filed(home: &Home) -> Vec<String> {
    let commits = Repository::new(home).commits(40);
    for (number, hash) in commits.iter().enumerate() {
        let costs = if number < 24 { [1000.0, 5000.0, 700.0] } else { [1080.0, 5300.0, 700.0] };
        import(home, number, hash, costs);
    }
    commits
}

fn import(home: &Home, number: usize, commit: &str, costs: [f64; 3]) {
    home.write("go.txt", go_output(number, costs));
    home.ok(&[
        "import",
        "go.txt",
        "--project",
        "demo",
        "--commit",
        commit,
        "--repo",
        "repo",
        "--machine",
        "bench",
        "-q",
    ]);
}

#[test]
fn a_change_is_found_shown_and_decided_about() {
    let home = Home::new();
    let commits = filed(&home);
    snapshot!("list", without_dates(&home.shown(&home.run(&["history", "list"]))));
    snapshot!("show", home.shown(&home.run(&["history", "show"])));
    let first = home.run(&["detect", "--fail-on", "new"]);
    assert_eq!(first.code, Some(1), "{first:#?}");
    snapshot!("detect", home.shown(&first));
    snapshot!("incident", without_dates(&home.shown(&home.run(&["incident", "demo-1"]))));
    let found = home.json(&["detect", "--format", "json"]);
    let incident = &found["incidents"][0];
    assert_eq!((&incident["at"]["commit"], &incident["new"]), (&json!(commits[24]), &json!(false)), "{found}");
    assert_eq!(incident["series"].as_array().unwrap().len(), 2, "one incident for both series");
    // Known, and so no new alarm; open, and so still one.
    assert_eq!(home.run(&["detect", "--fail-on", "new"]).code, Some(0));
    assert_eq!(home.run(&["detect", "--fail-on", "open"]).code, Some(1));
    home.ok(&["ack", "demo-1", "--reason", "we look into it"]);
    assert_eq!(home.run(&["detect", "--fail-on", "open"]).code, Some(0));
    let decisions = std::fs::read_to_string(home.path("repo/.kymograph/decisions.toml")).unwrap();
    assert!(decisions.contains(&commits[24]) && decisions.contains("we look into it"), "{decisions}");
    // The shift has been announced: more values at the new level raise nothing.
    let repository_commits = commits.len();
    let more = home.json(&["detect", "--format", "json"]);
    assert_eq!(more["incidents"].as_array().unwrap().len(), 1, "{repository_commits} {more}");
}

#[test]
fn what_was_expected_raises_no_alarm_and_what_is_larger_does() {
    let home = Home::new();
    let commits = filed(&home);
    home.ok(&["expect", &commits[24], "--reason", "checks were added", "--at-most", "7%"]);
    // Fib moved by 8 %: more than was expected.
    assert_eq!(home.run(&["detect", "--fail-on", "open"]).code, Some(1));
    home.ok(&["expect", "demo-1", "--reason", "they cost what they cost"]);
    assert_eq!(home.run(&["detect", "--fail-on", "open"]).code, Some(0));
    std::fs::remove_file(home.path("repo/.kymograph/decisions.toml")).unwrap();
    home.ok(&["ignore", "--series", "*Fib*", "--reason", "known to jump"]);
    assert_eq!(home.run(&["detect", "--fail-on", "open"]).code, Some(1), "Sort is not ignored");
    home.ok(&["ignore", "--series", "Sort", "--reason", "as well"]);
    assert_eq!(home.run(&["detect", "--fail-on", "open"]).code, Some(0));
}

#[test]
fn history_follows_git_and_not_time() {
    let home = Home::new();
    let repository = Repository::new(&home);
    let commits = repository.commits(6);
    // Filed in another order than they were committed in.
    for number in [5, 0, 3, 1, 4, 2] {
        import(&home, number, &commits[number], [1000.0 + number as f64, 1.0, 1.0]);
    }
    let shown = home.json(&["history", "show", "Fib", "--format", "json"]);
    let order: Vec<&str> =
        shown[0]["points"].as_array().unwrap().iter().map(|one| one["commit"].as_str().unwrap()).collect();
    assert_eq!(order, commits);
    // The last two are written again: one with the same tree, one without. Nobody tells of the old ones.
    repository.git(&["reset", "--quiet", "--hard", &commits[3]]);
    let same_tree = repository.commit("4", "commit 4, with another message");
    repository.commit("new", "something else");
    let synced = home.ok(&["history", "sync"]);
    assert!(synced.contains("6 commits on main, 2 new, 2 left the line"), "{synced}");
    let shown = home.json(&["history", "show", "Fib", "--format", "json"]);
    let after: Vec<&str> =
        shown[0]["points"].as_array().unwrap().iter().map(|one| one["commit"].as_str().unwrap()).collect();
    assert_eq!(after, [&commits[0], &commits[1], &commits[2], &commits[3], &same_tree]);
    let listed = home.json(&["history", "list", "--format", "json"]);
    assert_eq!((&listed[0]["runs"], &listed[0]["off_line"]), (&json!(6), &json!(1)));
    // A side branch is kept, and no point of the history.
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    let side = repository.commit("side", "on a branch");
    import(&home, 7, &side, [1.0, 1.0, 1.0]);
    assert_eq!(home.json(&["history", "list", "--format", "json"])[0]["off_line"], 2);
}

#[test]
fn another_module_or_machine_is_no_change_of_the_program() {
    let home = Home::new();
    let commits = Repository::new(&home).commits(24);
    for (number, hash) in commits.iter().enumerate() {
        home.write("go.txt", go_output(number, if number < 12 { [1000.0; 3] } else { [1500.0; 3] }));
        let machine = if number < 12 { "old" } else { "new" };
        home.ok(&[
            "import",
            "go.txt",
            "--project",
            "demo",
            "--commit",
            hash,
            "--repo",
            "repo",
            "--machine",
            machine,
            "-q",
        ]);
    }
    assert_eq!(home.json(&["detect", "--format", "json"])["incidents"], json!([]));
}

const A: &str = "mock[script=a.json,state=a.state]";
const PINNED: &str = "mock@pinned[script=c.json,state=c.state]";

/// Registers the mock under names, as `kymo engine build` would.
fn register(home: &Home, builds: &[(&str, &str)]) {
    for (name, commit) in builds {
        let folder = format!("data/kymograph/engines/mock@{name}");
        let record = json!({
            "schema": 1, "engine": "mock", "name": name, "version": "1", "build_id": name, "built_unix_s": 0,
            "sources": [{"path": "repo", "commit": commit}], "packages": {}, "rustflags": "", "profile": {},
            "features": [], "toolchain": "none", "kymo": "none",
        });
        home.write(&format!("{folder}/build.json"), record.to_string());
        std::fs::copy(bin().join("kymo-worker-mock"), home.path(&format!("{folder}/kymo-worker-mock"))).unwrap();
    }
}

/// Writes the times of a variant: `time_s`, with a small spread that is a table of remainders.
fn script(home: &Home, name: &str, time_s: f64, salt: usize) {
    let times: Vec<[f64; 1]> =
        (0..40).map(|round| [time_s * (1.0 + 0.0005 * ((round * 5 + salt * 3) % 7) as f64)]).collect();
    home.write(&format!("{name}.json"), json!({"fib": {"execute": {"wall_time": times}}}).to_string());
    let _ = std::fs::remove_file(home.path(&format!("{name}.state")));
}

/// Measures a commit, with more flags.
fn measure(home: &Home, commit: &str, rounds: &str, more: &[&str]) -> support::Ran {
    let fixed = ["run", "fib.wasm", "--phase", "execute", "--rounds", rounds, "--project", "demo", "--commit", commit];
    let ran = home.run(&[&fixed[..], &["--repo", "repo", "-q"], more].concat());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran
}

#[test]
fn a_canary_takes_the_machine_out_and_is_kept_beside() {
    let home = Home::new();
    program(&home, "fib");
    let commits = Repository::new(&home).commits(24);
    register(&home, &[("pinned", "0")]);
    for (number, commit) in commits.iter().enumerate() {
        // From commit 12 on the machine is slower by a tenth, which hits both.
        let machine = if number < 12 { 1.0 } else { 1.1 };
        script(&home, "a", 0.010 * machine, number);
        script(&home, "c", 0.020 * machine, number + 1);
        measure(&home, commit, "5", &["-e", A, "--canary", PINNED]);
    }
    assert_eq!(home.json(&["detect", "--format", "json"])["incidents"], json!([]));
    let shown = home.json(&["history", "show", "--format", "json"]);
    let kinds: Vec<(&str, &Value, &Value)> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["series"].as_str().unwrap(), &one["unit"], &one["canary"]))
        .collect();
    let name = |variant: &str| format!("fib.wasm {variant} execute wall_time");
    let relative = name(&format!("{A} / {PINNED}"));
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    assert!(kinds.contains(&(&name(A), &json!("s"), &json!(false))), "{kinds:?}");
    assert!(kinds.contains(&(&relative, &json!("ratio"), &json!(false))), "{kinds:?}");
    assert!(kinds.contains(&(&name(PINNED), &json!("s"), &json!(true))), "{kinds:?}");
}

#[test]
fn confirming_settles_a_suspicion() {
    let home = Home::new();
    program(&home, "fib");
    let commits = Repository::new(&home).commits(20);
    for (number, commit) in commits.iter().enumerate() {
        script(&home, "a", if number < 10 { 0.010 } else { 0.011 }, number);
        measure(&home, commit, "3", &["-e", A]);
    }
    let found = home.json(&["detect", "--format", "json"]);
    assert_eq!(found["incidents"][0]["at"]["commit"], json!(commits[10]), "{found}");
    let missing = home.run(&["confirm", "demo-1"]);
    assert_eq!(missing.code, Some(2));
    snapshot!("confirm-without-builds", home.shown(&missing));
    // Both ends have the same times: the mock's script says so, whatever build it is.
    register(&home, &[("before", &commits[9]), ("after", &commits[10])]);
    script(&home, "a", 0.010, 0);
    let refuted = home.ok(&["confirm", "demo-1", "--rounds", "12", "-q"]);
    assert!(refuted.contains("demo-1: refuted by "), "{refuted}");
    assert_eq!(home.json(&["detect", "--format", "json"])["incidents"][0]["state"], "refuted");
    assert_eq!(home.run(&["detect", "--fail-on", "open"]).code, Some(0));
}

#[test]
fn an_anchor_tells_drift() {
    let home = Home::new();
    program(&home, "fib");
    let repository = Repository::new(&home);
    let commits = repository.commits(30);
    repository.git(&["tag", "v1", &commits[4]]);
    register(&home, &[("v1", &commits[4])]);
    assert_eq!(home.run(&["drift"]).code, Some(2));
    script(&home, "a", 0.0104, 1);
    script(&home, "o", 0.010, 2);
    let a = "mock[script=a.json,state=a.state]";
    measure(&home, &commits[29], "20", &["-e", a, "--anchor", "v1=mock@v1[script=o.json,state=o.state]"]);
    // The strategies are the same, the settings are not: nothing to compare with.
    assert_eq!(home.json(&["drift", "--format", "json"])["drifts"], json!([]));
    script(&home, "a", 0.0104, 1);
    home.write("both.json", json!({"fib": {"execute": {"wall_time": (0..90).map(|at| [0.01 + 0.0004 * f64::from(at % 2)]).collect::<Vec<_>>()}}}).to_string());
    let both = "[script=both.json,state=both.state]";
    let anchor = format!("v1=mock@v1{both}");
    measure(&home, &commits[29], "20", &["-e", &format!("mock{both}"), "--anchor", &anchor]);
    let said = home.run(&["drift"]);
    assert!(said.stdout.contains("since release v1: "), "{said:#?}");
    let document = home.json(&["drift", "--since", "v1", "--format", "json"]);
    assert_eq!(document["drifts"][0]["steps"], 25, "{document}");
}

#[test]
fn tampering_is_found() {
    let home = Home::new();
    let commits = Repository::new(&home).commits(4);
    for (number, hash) in commits.iter().enumerate() {
        import(&home, number, hash, [1000.0, 1.0, 1.0]);
    }
    let sound = home.json(&["verify", "--format", "json"]);
    assert_eq!((&sound["intact"], &sound["sound"]), (&json!(4), &json!(true)), "{sound}");
    let head = sound["head"].as_str().unwrap().to_owned();
    assert_eq!(home.run(&["verify", "--head", &head]).code, Some(0));
    let sql = |text: &str| {
        let code = "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as db: db.execute(sys.argv[2])";
        let mut command = home.command("python3");
        assert!(command.arg("-c").arg(code).arg(home.path("kymo.db")).arg(text).status().unwrap().success());
    };
    sql("UPDATE run SET label = 'better than it was' WHERE key = 1");
    assert_eq!(home.run(&["verify"]).code, Some(0), "the label of the list is a copy of the document's");
    sql("DELETE FROM invocation WHERE run = 2 AND sequence = 1");
    sql("DELETE FROM run WHERE key = 3");
    let broken = home.run(&["verify"]);
    assert_eq!(broken.code, Some(1), "{broken:#?}");
    assert!(broken.stdout.contains("ALTERED") && broken.stdout.contains("MISSING"), "{broken:#?}");
    sql("DELETE FROM chain WHERE sequence = 4");
    let cut = home.run(&["verify", "--head", &head]);
    assert!(cut.stdout.contains("CUT OFF"), "{cut:#?}");
    sql("DELETE FROM chain WHERE sequence = 2");
    assert!(home.run(&["verify"]).stdout.contains("BROKEN"));
}

#[test]
fn bad_words_are_told_apart() {
    let home = Home::new();
    let mut text = String::new();
    home.write("go.txt", go_output(0, [1.0; 3]));
    let commit = "0123456789012345678901234567890123456789";
    for args in [
        &["detect"][..],
        &["import", "go.txt", "--project", "a/b"],
        &["import", "go.txt", "--commit", "x"],
        &["import", "go.txt", "--project", "demo", "--commit", "main"],
        &["import", "go.txt", "--project", "demo", "--commit", commit, "--repo", "nowhere"],
        &["verify", "--head", "xyz"],
    ] {
        text.push_str(&home.shown(&home.run(args)));
    }
    Repository::new(&home).commits(2);
    for args in [
        &["import", "go.txt", "--project", "demo", "--commit", "no-such", "--repo", "repo"][..],
        &["import", "go.txt", "--project", "demo", "--repo", "repo", "-q"],
        &["detect", "--project", "other"],
        &["incident", "demo-7"],
        &["incident", "demo"],
        &["history", "show", "nothing"],
        &["ack", "demo-7", "--reason", "x"],
        &["ignore", "--series", "Fib", "--reason", " "],
        &["history", "sync", "--url", "ftp://x"],
    ] {
        text.push_str(&home.shown(&home.run(args)));
    }
    home.write("repo/.kymograph/decisions.toml", "[[decision]]\nkind = \"shrug\"\n");
    text.push_str(&home.shown(&home.run(&["detect"])));
    snapshot!("bad-words", text);
}

/// A date of today is none of tomorrow.
fn without_dates(text: &str) -> String {
    let is_date = |word: &str| word.len() == 16 && word.as_bytes()[4] == b'-' && word.as_bytes()[13] == b':';
    text.lines()
        .map(|line| {
            let dated = line.char_indices().find(|(at, _)| line.get(*at..at + 16).is_some_and(is_date));
            match dated {
                Some((at, _)) => format!("{}DATE            {}\n", &line[..at], &line[at + 16..]),
                None => format!("{line}\n"),
            }
        })
        .collect()
}
