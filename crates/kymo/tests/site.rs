//! `kymo site`: building, pushing, checking, and being disturbed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use support::{Home, bin};

/// A made-up web app.
fn app(home: &Home) -> String {
    home.write("app/index.html", "<!doctype html><script type=module src=assets/app.js></script>");
    home.write("app/assets/app.js", "1");
    home.path("app").to_string_lossy().into_owned()
}

/// Builds a site of this size.
fn build(home: &Home, size: &str) -> String {
    home.ok(&["site", "build", "--out", "site", "--synthetic", size, "--data-only", "--samples", "1"])
}

fn check(home: &Home) -> String {
    home.ok(&["site", "check", "site"])
}

#[test]
fn a_site_is_built_and_added_to() {
    let home = Home::new();
    let first = build(&home, "40x30");
    assert!(first.contains("everything made anew"), "{first}");
    let next = build(&home, "40x31");
    assert!(next.contains("what is new added"), "{next}");
    // Two of the forty begin later.
    assert!(check(&home).starts_with("whole: 38 series"));
}

#[test]
fn what_is_said_is_this() {
    let home = Home::new();
    let app = app(&home);
    let empty = home.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let mut shown = String::new();
    for args in [
        &["site", "build", "--out", "none", "--synthetic", "1x1", "--web-dir", "empty"] as &[&str],
        &["site", "build", "--out", "none", "--synthetic", "many"],
        &["site", "build"],
        &["site", "check", "none"],
        &["site", "push", "none", "--to", "elsewhere"],
        &["site", "push", "none"],
        &["serve", "--listen", "here"],
        &["export", "--format", "parquet"],
        &["export", "--format", "csv", "--samples"],
    ] {
        shown.push_str(&home.shown(&home.run(args)));
    }
    let built = home.run(&["site", "build", "--out", "site", "--synthetic", "2x2", "--web-dir", &app]);
    assert_eq!(built.code, Some(0), "{built:?}");
    std::fs::remove_file(home.path("site/data/head.json")).unwrap();
    shown.push_str(&home.shown(&home.run(&["site", "check", "site"])));
    snapshot!("said", shown);
}

#[test]
fn an_end_at_any_moment_leaves_a_whole_site() {
    let home = Home::new();
    build(&home, "300x260");
    let mut points = 260;
    let mut ended = 0;
    // Whenever it is hit, the site must be whole; later and later, until it is no longer hit.
    for step in 0_u64..60 {
        let size = format!("300x{}", points + 5);
        let mut running = home.start(&[
            "site",
            "build",
            "--out",
            "site",
            "--synthetic",
            &size,
            "--data-only",
            "--samples",
            "1",
            "--full",
        ]);
        std::thread::sleep(std::time::Duration::from_millis(step * 4));
        running.child.kill().unwrap();
        if running.child.wait().unwrap().code() == Some(0) {
            points += 5;
            ended += 1;
        }
        let said = check(&home);
        assert!(said.starts_with("whole: "), "{said}");
        if ended > 1 {
            break;
        }
    }
    build(&home, &format!("300x{}", points + 10));
    check(&home);
    let pruned = home.ok(&[
        "site",
        "build",
        "--out",
        "site",
        "--synthetic",
        &format!("300x{}", points + 10),
        "--data-only",
        "--samples",
        "1",
        "--prune=all",
    ]);
    assert!(pruned.contains("files of older sites removed"), "{pruned}");
    check(&home);
    let left = std::fs::read_dir(home.path("site/data/segments")).unwrap().flatten();
    assert!(left.into_iter().all(|file| !file.file_name().to_string_lossy().starts_with('.')));
}

#[test]
fn a_full_disk_leaves_the_old_site() {
    let home = Home::new();
    build(&home, "300x50");
    let before = check(&home);
    // A limit on the size of files stands for a disk without room: the signal is ignored, writing fails.
    let mut command = home.command("sh");
    let kymo = bin().join("kymo");
    let line = format!(
        "trap '' XFSZ; ulimit -f 1; exec '{}' site build --out site --synthetic 300x900 --data-only",
        kymo.display()
    );
    command.args(["-c", &line]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = home.finish(command, &["site", "build"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("cannot write") && ran.stderr.contains("as it was"), "{}", ran.stderr);
    assert_eq!(check(&home), before);
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_branch_gets_the_site_in_one_commit_and_keeps_what_is_not_ours() {
    let home = Home::new();
    let app = app(&home);
    git(home.folder(), &["init", "--quiet", "--bare", "remote.git"]);
    let remote = home.path("remote.git");
    let built = |size: &str| home.ok(&["site", "build", "--out", "site", "--synthetic", size, "--web-dir", &app]);
    let push = || home.ok(&["site", "push", "site", "--git", "remote.git", "--branch", "pages"]);
    built("20x20");
    let first = push();
    assert!(!first.starts_with("0 files"), "{first}");
    assert_eq!(git(&remote, &["rev-list", "--count", "pages"]).trim(), "1");
    // Somebody adds a file of their own.
    git(home.folder(), &["clone", "--quiet", "--branch", "pages", "remote.git", "mine"]);
    let mine = home.write("mine/CNAME", "perf.example.org");
    git(mine.parent().unwrap(), &["add", "CNAME"]);
    git(mine.parent().unwrap(), &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "name"]);
    git(mine.parent().unwrap(), &["push", "--quiet"]);
    built("20x21");
    push();
    assert_eq!(git(&remote, &["rev-list", "--count", "pages"]).trim(), "3");
    let names = git(&remote, &["ls-tree", "-r", "--name-only", "pages"]);
    for name in ["CNAME", ".nojekyll", "index.html", "assets/app.js", "data/head.json", "feed.xml"] {
        assert!(names.lines().any(|line| line == name), "{name} is missing in {names}");
    }
    assert!(!names.contains(".lock"), "{names}");
    // What was pushed is what was built.
    let checkout = home.path("checkout");
    git(home.folder(), &["clone", "--quiet", "--branch", "pages", "remote.git", "checkout"]);
    assert!(home.ok(&["site", "check", &checkout.to_string_lossy()]).starts_with("whole: 19 series"));
    // Nothing new, no commit.
    assert!(push().starts_with("0 files"));
    assert_eq!(git(&remote, &["rev-list", "--count", "pages"]).trim(), "3");
}

#[test]
fn a_remote_that_is_none_is_said() {
    let home = Home::new();
    build(&home, "2x2");
    let ran = home.run(&["site", "push", "site", "--git", "nowhere.git"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("git ls-remote failed"), "{}", ran.stderr);
    let ran = home.run(&["site", "push", "site", "--git", "--upload-pack=x"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let ran = home.run(&["site", "push", "site", "--git", "nowhere.git", "--branch", "a..b"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn a_folder_gets_what_is_new() {
    let home = Home::new();
    for to in ["copy".to_owned(), format!("file://{}", home.path("copy").display())] {
        build(&home, "20x20");
        let first = home.ok(&["site", "push", "site", "--to", &to]);
        assert!(!first.starts_with("0 files"), "{first}");
        assert!(home.ok(&["site", "check", "copy"]).starts_with("whole: 19 series"));
        build(&home, "20x21");
        let next = home.ok(&["site", "push", "site", "--to", &to]);
        assert!(next.contains("were there") && !next.contains("; 0 were there"), "{next}");
        assert_eq!(home.ok(&["site", "check", "copy"]), check(&home));
        std::fs::remove_dir_all(home.path("site")).unwrap();
    }
}

#[test]
fn a_url_that_is_none_is_said() {
    let home = Home::new();
    build(&home, "2x2");
    let ran = home.run(&["site", "push", "site", "--to", "gopher://somewhere"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("s3://bucket/path"), "{}", ran.stderr);
    for (to, name) in [("s3://bucket/place", "AWS_ENDPOINT"), ("gs://bucket/place", "GOOGLE_BASE_URL")] {
        let mut command = home.kymo(&["site", "push", "site", "--to", to]);
        command.env(name, "http://no address").env("AWS_REGION", "us-east-1");
        let ran = home.finish(command, &["site", "push"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(&format!("{name}=http://no address: an address as")), "{}", ran.stderr);
    }
}
