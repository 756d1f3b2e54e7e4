//! Requests for measurements: names become commits, commits become jobs, the main line is kept.

use crate::support::{Server, on_both, policy, sqlite};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn ask(server: &Server, name: &str, body: &Value) -> crate::support::Answer {
    server.ask_as(name, "POST", "/api/v1/jobs").json(body).send()
}

#[test]
fn names_become_commits_by_the_projects_own_repository() {
    on_both(|server| {
        let repository = &server.repository;
        let short = &repository.main[1][..9];
        let commits = ["main", "v1", "side", short, &repository.main[1], "main"];
        let body = json!({"project": "sample", "commits": commits, "tier": "smoke"});
        let answer = ask(server, "rita", &body);
        assert_eq!(answer.status, 201, "{answer:?}");
        let jobs: Vec<u64> = serde_json::from_value(answer.value()["jobs"].clone()).unwrap();
        assert_eq!(jobs.len(), 8, "four commits on two machines");
        let first = server.ask("GET", &format!("/api/v1/jobs/{}", jobs[0])).send().value();
        assert_eq!(first["commit"], repository.main[2]);
        assert_eq!(
            (&first["title"], &first["tier"], &first["asked_by"]),
            (&json!("commit 2"), &json!("smoke"), &json!("rita"))
        );
        // What waits already is named again.
        let again = ask(server, "otto", &body).value();
        assert_eq!(again["jobs"], answer.value()["jobs"]);
        // A branch that moved is looked up anew.
        std::thread::sleep(Duration::from_millis(2100));
        let newer = repository.commit("newer");
        let moved = server.requested(&["main"])[0];
        assert_eq!(server.ask("GET", &format!("/api/v1/jobs/{moved}")).send().value()["commit"], newer);
    });
}

#[test]
fn the_main_line_is_kept_as_the_remote_has_it() {
    let server = sqlite(|_| {});
    server.requested(&["main"]);
    let store = server.store();
    let begun = Instant::now();
    let length = || {
        let project = store.project(&"sample".parse().unwrap()).unwrap();
        project.map_or(0, |project| store.line_length(project.key).unwrap())
    };
    while length() < 3 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the line is not kept");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused_with_its_reason() {
    let server = sqlite(|_| {});
    let good = json!({"project": "sample", "commits": ["main"], "machines": ["bench-1"]});
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    let refused = [
        with("project", json!("other")),
        with("project", json!("../x")),
        with("commits", json!([])),
        with("commits", json!(vec!["main"; 1001])),
        with("commits", json!(["nobranch"])),
        with("commits", json!(["0".repeat(40)])),
        with("commits", json!(["--upload-pack=touch /tmp/x"])),
        with("commits", json!(["-n"])),
        with("commits", json!([":/commit"])),
        with("commits", json!(["HEAD^{/commit}"])),
        with("commits", json!(["main..side"])),
        with("commits", json!(["refs/../../x"])),
        with("commits", json!(["main\u{0}"])),
        with("commits", json!([""])),
        with("machines", json!(["bench-9"])),
        with("tier", json!("a tier")),
        with("tier", json!("")),
        with("reason", json!("nothing")),
        with("unknown", json!(1)),
    ];
    for body in refused {
        let answer = ask(&server, "rita", &body);
        assert!(matches!(answer.status, 400 | 422), "{body}: {answer:?}");
        answer.problem();
    }
    // Only operators give another reason.
    assert_eq!(ask(&server, "rita", &with("reason", json!("bisect"))).status, 403);
    assert_eq!(ask(&server, "otto", &with("reason", json!("bisect"))).status, 201);
}

#[test]
fn a_policy_names_no_remote_that_git_would_run() {
    let server = sqlite(|options| options.api.as_mut().unwrap().allow_file_remotes = false);
    let put = |remote: &str| {
        let body = serde_json::to_value(policy(remote)).unwrap();
        server.ask_as("anna", "PUT", "/api/v1/projects/sample").json(&body).send()
    };
    for remote in ["ext::sh -c 'touch /tmp/x'", "--upload-pack=x", "file:///etc", "/etc", "git@-oProxyCommand=x:y"] {
        assert_eq!(put(remote).problem(), "invalid", "{remote}");
    }
    // One that is kept already from other times is not read either.
    let body = json!({"project": "sample", "commits": ["main"]});
    let answer = ask(&server, "rita", &body);
    assert_eq!((answer.status, answer.problem().as_str()), (503, "unavailable"), "{answer:?}");
    let named = server.ask_as("anna", "PUT", "/api/v1/projects/other");
    let other = named.json(&serde_json::to_value(policy("https://example.org/x")).unwrap()).send();
    assert_eq!(other.problem(), "invalid", "another project than the address says");
}
