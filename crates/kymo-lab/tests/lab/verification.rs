//! What the guest gave against what it should have given.

use crate::support::made_up::right;
use crate::support::stage::{Stage, hash, plan};
use kymo_model::{Bytes, Check, Close, Outcome, Phase, Verification};

/// What the second variant gives from its n-th invocation on.
struct Case {
    check: Check,
    found: Option<Verification>,
    from: usize,
    stdout: &'static str,
    stderr: &'static str,
}

impl Default for Case {
    fn default() -> Self {
        Self { check: Check::Stable, found: Some(right()), from: 0, stdout: "fine\n", stderr: "" }
    }
}

impl Case {
    /// The reason why the second variant's output is wrong; `None` where it is right.
    fn check(self, expect: Option<&str>) {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut wanted = plan(1, 2);
        wanted.benchmarks[0].check = match self.check {
            Check::StdoutFile { path, sha256 } => {
                let file = folder.path().join("expected");
                std::fs::write(&file, path).expect("the scratch folder can be written to");
                Check::StdoutFile { path: file.to_string_lossy().into_owned(), sha256 }
            }
            check => check,
        };
        let mut stage = Stage::new(wanted, Default::default());
        stage.folder = folder.path().to_owned();
        stage.invoker.output = Some((self.stdout.to_owned(), self.stderr.to_owned()));
        stage.invoker.verifications.insert((0, 1), (self.from, self.found));
        stage.conduct();
        let failed: Vec<_> = stage.invocations_of(0, 1).filter(|one| !one.outcome.is_measured()).collect();
        match expect {
            None => assert!(failed.is_empty(), "{:?}", failed[0].outcome),
            Some(reason) => {
                assert_eq!(failed.len(), 1, "never invoked again");
                assert_eq!(failed[0].outcome.reason(), reason);
                assert!(failed[0].samples.is_empty(), "samples of a wrong output are none");
                assert_eq!(stage.invocations_of(0, 1).count(), self.from + 1);
            }
        }
        assert_eq!((stage.rounds_of(0, 0), stage.closed(0)), (4, Close::Rounds), "the first variant goes on");
    }
}

fn other() -> Verification {
    Verification { stdout_sha256: hash(2), stdout_bytes: Bytes::new(7), ..right() }
}

#[test]
fn exit_codes() {
    let found = || Some(Verification { exit_code: 3, ..right() });
    Case { found: found(), ..Case::default() }.check(Some("exit code 3, expected 0"));
    Case { found: found(), check: Check::None, stderr: " it\nbroke \n", ..Case::default() }
        .check(Some(r"exit code 3, expected 0; its standard error: it\nbroke"));
}

#[test]
fn a_trap_tells_what_the_guest_said_last() {
    let reason = |stderr: &str| {
        let mut stage = Stage::new(plan(1, 1), Default::default());
        let folder = tempfile::tempdir().expect("a scratch folder");
        stage.folder = folder.path().to_owned();
        stage.invoker.output = Some((String::new(), stderr.to_owned()));
        let outcome = Outcome::Trapped { message: "unreachable\n  at panic\n  at main".to_owned() };
        stage.invoker.failures.insert((0, 0, 0), outcome);
        stage.conduct();
        stage.run.invocations[0].outcome.reason().to_owned()
    };
    assert_eq!(reason("\n"), "unreachable\n  at panic\n  at main");
    let said = "one\n\npanicked at main.rs:1:\nno such file\nnote: more\n";
    let told = "  standard error: panicked at main.rs:1:\n  standard error: no such file\n  standard error: note: more";
    assert_eq!(reason(said), format!("unreachable\n{told}\n  at panic\n  at main"));
}

#[test]
fn another_exit_code_may_be_the_right_one() {
    let mut wanted = plan(1, 1);
    wanted.benchmarks[0].exit_code = 3;
    let mut stage = Stage::new(wanted, Default::default());
    stage.invoker.verifications.insert((0, 0), (0, Some(Verification { exit_code: 3, ..right() })));
    stage.conduct();
    assert_eq!(stage.rounds_of(0, 0), 4);
}

#[test]
fn stable_across_variants_and_invocations() {
    Case::default().check(None);
    let reason = "its standard output has 7 B (SHA-256 020202020202…), but 5 B (SHA-256 010101010101…) on engine[v0]";
    Case { found: Some(other()), ..Case::default() }.check(Some(reason));
    Case { found: Some(other()), from: 3, ..Case::default() }.check(Some(reason));
    let returned = Some(Verification { result: Some("43".to_owned()), ..right() });
    Case { found: returned, ..Case::default() }.check(Some("it returned '43', but '42' on engine[v0]"));
}

#[test]
fn without_a_check_only_the_exit_code_counts() {
    Case { check: Check::None, found: Some(other()), ..Case::default() }.check(None);
}

#[test]
fn hashes() {
    Case { check: Check::StdoutHash(hash(1)), ..Case::default() }.check(None);
    Case { check: Check::StdoutHash(hash(1)), found: Some(other()), from: 2, stdout: "oh\nno", ..Case::default() }
        .check(Some("standard output has SHA-256 020202020202…, expected 010101010101…; it starts with 'oh'"));
}

#[test]
fn files_show_their_first_difference() {
    let check = || Check::StdoutFile { path: "one\ntwo\n".to_owned(), sha256: hash(1) };
    Case { check: check(), ..Case::default() }.check(None);
    Case { check: check(), found: Some(other()), stdout: "one\nTWO\n", ..Case::default() }
        .check(Some("line 2 of standard output is 'TWO', expected 'two'"));
    Case { check: check(), found: Some(other()), stdout: "one\n", ..Case::default() }
        .check(Some("standard output ends before line 2, expected 'two'"));
}

#[test]
fn results() {
    Case { check: Check::Result("42".to_owned()), ..Case::default() }.check(None);
    let found = |result: Option<&str>| Some(Verification { result: result.map(str::to_owned), ..right() });
    Case { check: Check::Result("42".to_owned()), found: found(Some("41")), ..Case::default() }
        .check(Some("it returned '41', expected '42'"));
    Case { check: Check::Result("42".to_owned()), found: found(None), ..Case::default() }
        .check(Some("it returned '', expected '42'"));
}

#[test]
fn what_ran_must_be_verified() {
    Case { found: None, ..Case::default() }.check(Some("the worker gave no verification of what it ran"));
}

#[test]
fn what_never_ran_need_not_be() {
    let mut wanted = plan(1, 2);
    wanted.phases = vec![Phase::Compile];
    let mut stage = Stage::new(wanted, Default::default());
    stage.conduct();
    assert!(stage.run.invocations.iter().all(|one| one.outcome == Outcome::Measured && one.verification.is_none()));
    assert_eq!(stage.rounds_of(0, 1), 4);
}
