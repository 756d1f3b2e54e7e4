//! The acceptance experiments at reduced size: fixed seed, so that they pass or fail for ever. The full size is run by the
//! example `validate`, which writes `docs/validation.md`.

use kymo_stats::simulate::acceptance::ALL;
use kymo_stats::simulate::check::{Check, Plan};

fn check(criterion: &str, repetitions: usize) {
    let experiment = ALL.iter().find(|experiment| experiment.criterion == criterion).expect("the list has S1 to S11");
    let checks = (experiment.run)(Plan { repetitions, seed: 1 });
    let failed: Vec<&Check> = checks.iter().filter(|check| !check.passes()).collect();
    assert!(!checks.is_empty() && failed.is_empty(), "{failed:#?}");
}

#[test]
fn s1_coverage() {
    check("S1", 400);
}

#[test]
fn s2_level() {
    check("S2", 400);
}

#[test]
fn s3_power() {
    check("S3", 400);
}

#[test]
fn s4_adaptive_stopping() {
    check("S4", 400);
}

#[test]
fn s5_suite() {
    check("S5", 100);
}

#[test]
fn s6_sameness() {
    check("S6", 1000);
}

#[test]
fn s7_steps() {
    check("S7", 400);
}

#[test]
fn s8_drift() {
    check("S8", 400);
}

#[test]
fn s9_warmup() {
    check("S9", 400);
}

#[test]
fn s10_summary() {
    check("S10", 400);
}

#[test]
fn an_experiment_gives_the_same_figures_for_ever() {
    let plan = Plan { repetitions: 20, seed: 3 };
    for experiment in ALL {
        assert_eq!((experiment.run)(plan), (experiment.run)(plan), "{}", experiment.criterion);
    }
}

#[test]
fn s11_various() {
    check("S11", 400);
}
