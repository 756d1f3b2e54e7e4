//! What the commands of the queue print: tables, single jobs, and what is said when something is wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use support::tracker::{PROJECT, Tracker, commits, request};
use support::{Home, Ran, Repository, masked};

/// What differs from run to run, in the order in which it is looked for.
const SHAPES: [(&str, &str); 4] = [
    ("dddd-dd-dd dd:dd", "YYYY-MM-DD hh:mm"),
    ("hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "COMMIT"),
    ("hhhhhhhhhhhhhhhh", "TOKEN"),
    ("hhhhhhhhhhhh", "COMMIT"),
];

/// Appends what a command said, as a person sees it.
fn append(out: &mut String, tracker: &Tracker<'_>, home: &Home, args: &[&str], ran: &Ran) {
    let places = [(tracker.url(), "URL"), (home.folder().display().to_string(), "HOME")];
    let text = |text: &str| {
        let text = places.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from.as_str(), to));
        SHAPES.iter().fold(text, |text, (shape, name)| masked(&text, shape, name))
    };
    out.push_str(&format!("$ kymo {}\n{}", text(&args.join(" ")), text(&ran.stdout)));
    if !ran.stderr.is_empty() {
        out.push_str(&format!("--- stderr\n{}", text(&ran.stderr)));
    }
    out.push_str(&format!("--- exit code {}\n\n", ran.code.unwrap()));
}

#[test]
fn what_the_queue_says() {
    let home = Home::new();
    let repository = Repository::new(&home);
    let mut tracker = Tracker::new(&home, home.path("kymo.db").to_str().unwrap());
    tracker.write_project(PROJECT);
    let commits = commits(&repository, 3);
    let mut out = String::new();
    // What is set in the store.
    for args in [
        &["user", "add", "ada", "--role", "requester", "--external", "github:1234567"][..],
        &["user", "add", "ada", "--role", "viewer"],
        &["user", "add", "bob", "--role", "viewer", "--external", "github:bob"],
        &["user", "disable", "ada"],
        &["user", "list"],
        &["token", "revoke", "none"],
        &["token", "list"],
        &["project", "set", "sample", "--remote", "git@example.org:a/b.git", "--machine", "here"],
        &["project", "list"],
        &["machine", "pause", "here", "--because", "it gets a new fan"],
        &["machine", "pause", "there", "--because", "it gets a new fan"],
        &["machine", "list"],
        &["machine", "resume", "here"],
    ] {
        append(&mut out, &tracker, &home, args, &home.finish(tracker.kymo(args), args));
    }
    // What is asked of the server.
    tracker.start_server();
    request(&tracker, &commits);
    for args in [
        &["queue"][..],
        &["job", "priority", "3", "--to", "70"],
        &["job", "cancel", "2"],
        &["job", "cancel", "2"],
        &["job", "retry", "2"],
        &["job", "retry", "3"],
        &["job", "log", "1"],
        &["job", "show", "9"],
        &["request", "sample", "no-such-branch"],
        &["request", "other", "main"],
        &["request", "sample", "main", "--tier", "smoke", "--machine", "there"],
        &["queue", "--machine", "here", "--count", "2"],
    ] {
        append(&mut out, &tracker, &home, args, &tracker.ask(args));
    }
    let url = tracker.url();
    home.write("wrong.token", "kymo_0123_4567");
    private(&home, "wrong.token");
    for args in [
        &["queue", "--server", &url, "--token-file", "wrong.token"][..],
        &["queue", "--server", &url, "--token-file", "none.token"],
        &["request", "sample", "main", "--server", &url],
        &["queue", "--server", "http://127.0.0.1:9"],
        &["queue", "--server", "here"],
    ] {
        append(&mut out, &tracker, &home, args, &home.finish(tracker.kymo(args), args));
    }
    insta::with_settings!({snapshot_path => "snapshots/queue", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("said", out);
    });
}

fn private(home: &Home, name: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(home.path(name), std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// What only looks makes no store.
#[test]
fn looking_makes_no_store() {
    let home = Home::new();
    for args in [
        &["user", "list"][..],
        &["user", "disable", "ada"],
        &["token", "list"],
        &["token", "revoke", "none"],
        &["project", "list"],
        &["machine", "list"],
        &["machine", "pause", "here", "--because", "of this"],
    ] {
        let ran = home.run(args);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("there is no store at") && ran.stderr.contains("kymo user add"), "{ran:#?}");
        assert!(!home.path("kymo.db").exists(), "{args:?}");
    }
    home.ok(&["user", "add", "ada", "--role", "admin"]);
    assert!(home.ok(&["user", "list"]).contains("ada"));
}
