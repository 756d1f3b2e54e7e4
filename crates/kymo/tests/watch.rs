//! The watch as a whole: a server, an agent with its sandbox, and a project's commits; and what is left of it when any of
//! them is killed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_testing::{Postgres, Setup};
use std::time::Duration;
use support::tracker::{MOMENTS_MS, PROJECT, Tracker, commits, is_able, is_ended, is_whole, request, state};
use support::{Home, Repository};

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
