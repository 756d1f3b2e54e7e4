//! Stacks that the system refuses: an outcome with its reason, whatever engine ran into the limit.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use support::{Home, repository};

/// What became of `make` of the fixture, which makes so many continuations and keeps them. `limit` is a limit that the
/// shell sets beforehand.
fn made(home: &Home, variant: &str, count: &str, limit: &str) -> (String, String) {
    let file = repository().join("suites/fixtures/continuations.wat");
    let own = ["--invoke", "make", "--arg", count, "-e", variant, "--phase", "execute", "--rounds", "1"];
    let args = [&["run", file.to_str().unwrap()][..], &own, &["--format", "json", "--no-save", "--quiet"]].concat();
    let kymo = home.kymo(&args);
    let mut shell = home.command("sh");
    shell.args(["-c", &format!("{limit} exec \"$0\" \"$@\"")]).arg(kymo.get_program()).args(kymo.get_args());
    let ran = home.finish(shell, &args);
    let run: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    let outcome = &run["invocations"][0]["outcome"];
    let text = |name: &str| outcome[name].as_str().unwrap_or_default().to_owned();
    (text("kind"), text("message") + &text("feature"))
}

#[test]
fn memory_that_the_system_refuses_is_an_outcome() {
    let home = Home::new();
    let variant = "wasmtime[memory-reservation=16MiB,memory-reservation-for-growth=0,gc-heap-reservation=16MiB]";
    assert_eq!(made(&home, variant, "100", "").0, "measured");
    // 2 MiB of address space for each stack.
    let (kind, message) = made(&home, variant, "10000", "ulimit -v 8000000;");
    assert_eq!(kind, "out_of_memory", "{message}");
    assert!(message.contains("the system has no more memory or address space"), "{message}");
    assert!(message.contains("\n  at make"), "{message}");
}

/// The limit of this machine, where it is low enough to be run into by a test.
fn low_limit() -> Option<u64> {
    let limit: u64 = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok()?.trim().parse().ok()?;
    let is_low = limit <= 70_000;
    if !is_low {
        eprintln!("skipped: vm.max_map_count is {limit}");
    }
    is_low.then_some(limit)
}

#[test]
fn the_limit_on_mappings_is_named_with_what_helps() {
    let Some(limit) = low_limit() else { return };
    let home = Home::new();
    let (kind, message) = made(&home, "wasmtime", "40000", "");
    assert_eq!(kind, "out_of_memory", "{message}");
    for part in [&format!("vm.max_map_count allows {limit}"), "takes two", "again in the guest (a pool)"] {
        assert!(message.contains(part), "{message}");
    }
    // Smaller stacks are as many mappings.
    let small = "wasmtime[async-stack-size=64KiB,max-wasm-stack=32KiB]";
    assert_eq!(made(&home, small, "40000", "").0, "out_of_memory");
    assert_eq!(made(&home, small, "30000", "").0, "measured");
}

#[test]
fn a_v8_that_ends_itself_is_out_of_memory_and_says_why() {
    let Some(limit) = low_limit() else { return };
    let home = Home::new();
    let listed = home.ok(&["engine", "list", "javascript"]);
    let next = listed.lines().find(|line| line.starts_with("v8-next ")).unwrap();
    if next.contains("cannot be used here") {
        eprintln!("skipped: {next}");
        return;
    }
    assert_eq!(made(&home, "javascript[v8-next]", "1000", "").0, "measured");
    let (kind, message) = made(&home, "javascript[v8-next]", "40000", "");
    assert_eq!(kind, "out_of_memory", "{message}");
    let mut lines = message.lines();
    assert!(lines.next().unwrap().contains("process out of memory"), "{message}");
    assert!(lines.next().unwrap().contains(&format!("vm.max_map_count allows a process {limit}")), "{message}");
}

#[test]
fn strategies_without_continuations_are_never_asked() {
    let home = Home::new();
    for variant in ["wasmtime[winch]", "wasmtime[pulley]", "javascript"] {
        let (kind, lacking) = made(&home, variant, "40000", "");
        assert_eq!((kind.as_str(), lacking.as_str()), ("unsupported", "stack-switching"), "{variant}");
    }
}

#[test]
fn stacks_can_be_small_and_no_smaller_than_what_is_used_of_them() {
    let home = Home::new();
    let variant = |settings: &str| format!("wasmtime[{settings}]");
    let both = variant("async-stack-size=65536,max-wasm-stack=32768");
    assert_eq!(made(&home, &both, "1000", "").0, "measured");
    let (kind, message) = made(&home, &variant("async-stack-size=65536"), "1000", "");
    let told = "the setting 'max-wasm-stack' is 524288, which is more than 'async-stack-size', 65536: give both";
    assert_eq!((kind.as_str(), message.as_str()), ("failed", told));
}
