//! The watch as a whole: a server, an agent with its sandbox, and a project's commits; and what is left of it when any of
//! them is killed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_testing::{Postgres, Setup};
use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;
use support::tracker::Tracker;
use support::{Home, Repository};

const PROJECT: &str = r#"version = 1
project = "sample"

[build]
run = ["test -f work.sh", "cp work.sh built.sh"]

[[measure]]
name = "work"
command = "sh built.sh"

[tiers.smoke]
rounds = 10
"#;

/// Whether this machine can hold a sandbox; where not, one line says why.
fn is_able() -> bool {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0);
    let has_bwrap = Command::new("bwrap").arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_root || !has_bwrap {
        eprintln!("skipped: the agent's sandbox needs root and bubblewrap");
    }
    is_root && has_bwrap
}

/// Commits of the sample, each with another note.
fn commits(repository: &Repository<'_>, count: usize) -> Vec<String> {
    repository.git(&["add", "."]);
    repository.commits(count)
}

/// Asks for commits; the numbers of their jobs.
fn request(tracker: &Tracker<'_>, commits: &[String]) -> Vec<u64> {
    let commits: Vec<&str> = commits.iter().map(String::as_str).collect();
    let ran = tracker.ask(&[&["request", "sample", "--tier", "smoke"], &commits[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

fn state(tracker: &Tracker<'_>, job: u64) -> serde_json::Value {
    tracker.json(&["job", "show", &job.to_string()])
}

fn is_ended(tracker: &Tracker<'_>, job: u64) -> bool {
    let job = state(tracker, job);
    !matches!(job["state"].as_str(), Some("queued" | "running"))
}

/// Each job has one run, each run is of one job, and the record says that nothing was altered.
fn is_whole(tracker: &Tracker<'_>, jobs: &[u64]) {
    let mut runs = BTreeSet::new();
    for job in jobs {
        let job = state(tracker, *job);
        assert_eq!(job["state"], "finished", "{job:#}\n{}", tracker.logs());
        let of_job = job["runs"].as_array().unwrap();
        assert_eq!(of_job.len(), 1, "{job:#}");
        assert!(runs.insert(of_job[0].as_str().unwrap().to_owned()), "{job:#}");
    }
    let kept: serde_json::Value = serde_json::from_str(&tracker.ok(&["runs", "--format", "json"])).unwrap();
    assert_eq!(kept.as_array().map(Vec::len), Some(jobs.len()), "{kept:#}");
    tracker.ok(&["verify"]);
    let shown = tracker.ok(&["history", "show", "--project", "sample", "--format", "csv"]);
    let points = shown.lines().skip(1).filter(|line| line.contains("wall_time")).count();
    assert_eq!(points, jobs.len(), "{shown}");
}

#[test]
fn commits_that_are_asked_for_come_into_the_record() {
    if !is_able() {
        return;
    }
    let home = Home::new();
    let repository = Repository::new(&home);
    let mut tracker = Tracker::new(&home, home.path("kymo.db").to_str().unwrap());
    tracker.write_project(PROJECT);
    let commits = commits(&repository, 3);
    tracker.start_server();
    tracker.start_agent();
    let jobs = request(&tracker, &commits);
    assert_eq!(jobs.len(), 3);
    // Asking again for what waits or runs is no second job.
    assert!(request(&tracker, &commits[2..]).iter().all(|job| jobs.contains(job)));
    tracker.until("all are measured", |tracker| jobs.iter().all(|job| is_ended(tracker, *job)));
    is_whole(&tracker, &jobs);
    let log = tracker.ask(&["job", "log", &jobs[0].to_string()]).stdout;
    assert!(log.contains("test -f work.sh"), "{log}");
    // A commit that does not build ends with its reason, and the next is measured all the same.
    home.write("repo/kymo.toml", PROJECT.replace("test -f work.sh", "test -f other.sh"));
    repository.git(&["add", "."]);
    let broken = repository.commit("broken", "a commit that does not build");
    home.write("repo/kymo.toml", PROJECT);
    repository.git(&["add", "."]);
    let mended = repository.commit("mended", "the next");
    let more = request(&tracker, &[broken, mended]);
    tracker.until("both have ended", |tracker| more.iter().all(|job| is_ended(tracker, *job)));
    let end = state(&tracker, more[0]);
    assert_eq!((end["state"].as_str(), end["end"]["step"].as_str()), (Some("failed"), Some("build")), "{end:#}");
    is_whole(&tracker, &[&jobs[..], &more[1..]].concat());
}

/// Moments between two kills, in milliseconds: within every step of a job, some of them twice.
const MOMENTS_MS: [u64; 10] = [150, 900, 400, 1300, 2100, 650, 1700, 300, 2600, 1000];

#[test]
fn a_server_that_is_killed_at_any_moment_loses_and_repeats_nothing() {
    if !is_able() {
        return;
    }
    let home = Home::new();
    let repository = Repository::new(&home);
    let mut tracker = Tracker::new(&home, home.path("kymo.db").to_str().unwrap());
    tracker.write_project(PROJECT);
    let commits = commits(&repository, 4);
    tracker.start_server();
    let jobs = request(&tracker, &commits);
    tracker.start_agent();
    for moment in MOMENTS_MS {
        std::thread::sleep(Duration::from_millis(moment));
        tracker.kill_server();
        std::thread::sleep(Duration::from_millis(moment / 3));
        tracker.start_server();
    }
    tracker.until("all are measured", |tracker| jobs.iter().all(|job| is_ended(tracker, *job)));
    is_whole(&tracker, &jobs);
}

#[test]
fn an_agent_that_is_killed_at_any_moment_loses_and_repeats_nothing() {
    if !is_able() {
        return;
    }
    let home = Home::new();
    let repository = Repository::new(&home);
    let mut tracker = Tracker::new(&home, home.path("kymo.db").to_str().unwrap());
    tracker.write_project(PROJECT);
    let commits = commits(&repository, 4);
    tracker.start_server();
    let jobs = request(&tracker, &commits);
    tracker.start_agent();
    for moment in MOMENTS_MS {
        std::thread::sleep(Duration::from_millis(moment));
        tracker.kill_agent();
        tracker.start_agent();
    }
    tracker.until("all are measured", |tracker| jobs.iter().all(|job| is_ended(tracker, *job)));
    is_whole(&tracker, &jobs);
}

#[test]
fn a_database_that_is_killed_at_any_moment_loses_and_repeats_nothing() {
    if !is_able() {
        return;
    }
    let mut postgres = match Postgres::start(&Setup::default()) {
        Ok(postgres) => postgres,
        Err(missing) => {
            eprintln!("skipped: {missing}");
            return;
        }
    };
    let home = Home::new();
    let repository = Repository::new(&home);
    let mut tracker = Tracker::new(&home, &postgres.database());
    tracker.write_project(PROJECT);
    let commits = commits(&repository, 3);
    tracker.start_server();
    let jobs = request(&tracker, &commits);
    tracker.start_agent();
    for moment in &MOMENTS_MS[..6] {
        std::thread::sleep(Duration::from_millis(*moment));
        postgres.kill();
        std::thread::sleep(Duration::from_millis(moment / 3));
        postgres.start_again().unwrap();
    }
    tracker.until("all are measured", |tracker| jobs.iter().all(|job| is_ended(tracker, *job)));
    is_whole(&tracker, &jobs);
}
