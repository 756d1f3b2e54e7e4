//! How often invocations repeat, read from what was ordered.

use crate::support::made_up::Model;
use crate::support::stage::{Stage, plan};
use kymo_model::{Metric, Phase, Seconds};

/// The warm-up and iterations of each phase in the rounds of one benchmark.
struct Case {
    iteration_s: f64,
    start_s: f64,
    warmup: u32,
    timeout_s: f64,
    phases: Vec<Phase>,
    metrics: Vec<Metric>,
    /// What the second variant's iterations cost more, as a factor.
    slower: f64,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            iteration_s: 0.2,
            start_s: 2.0,
            warmup: 0,
            timeout_s: 1000.0,
            phases: vec![Phase::Execute],
            metrics: vec![Metric::WallTime],
            slower: 1.0,
        }
    }
}

impl Case {
    fn check(self, expect: &[(Phase, u32, u32)]) {
        let mut wanted = plan(1, 2);
        wanted.benchmarks[0].warmup = self.warmup;
        wanted.timeout = Seconds::new(self.timeout_s);
        wanted.phases = self.phases;
        wanted.metrics = self.metrics;
        let mut model = Model { iteration_s: self.iteration_s, start_s: self.start_s, ..Model::default() };
        model.effects.insert((0, 1), self.slower.ln());
        let mut stage = Stage::new(wanted, model);
        stage.conduct();
        let calibration = &stage.invoker.log[0].phases;
        assert!(calibration.iter().all(|phase| phase.iterations == 2 && phase.warmup == self.warmup.min(1)));
        for entry in &stage.invoker.log[2..] {
            let found: Vec<_> =
                entry.phases.iter().map(|phase| (phase.phase, phase.warmup, phase.iterations)).collect();
            assert_eq!(found, expect, "the same for all variants and rounds");
        }
    }
}

#[test]
fn iterations_are_the_root_of_the_ratio_of_costs() {
    // The examples of the statistics reference, 2.1, and both ends of the clamp.
    Case::default().check(&[(Phase::Execute, 0, 4)]);
    Case { iteration_s: 0.01, start_s: 0.001, ..Case::default() }.check(&[(Phase::Execute, 0, 3)]);
    Case { iteration_s: 1e-6, ..Case::default() }.check(&[(Phase::Execute, 0, 50)]);
    // A warm-up is part of what starting costs: √((2 + 10 · 0.2)/0.2) = 4.5.
    Case { warmup: 10, ..Case::default() }.check(&[(Phase::Execute, 10, 5)]);
}

#[test]
fn the_slowest_variant_decides_for_all() {
    // √(2/0.2) for the first variant, √(2/0.02) for one that is ten times as fast.
    Case { iteration_s: 0.02, slower: 10.0, ..Case::default() }.check(&[(Phase::Execute, 0, 4)]);
    Case { iteration_s: 0.02, slower: 100.0, warmup: 5, ..Case::default() }.check(&[(Phase::Execute, 1, 1)]);
}

#[test]
fn long_iterations_are_measured_once() {
    Case { iteration_s: 0.6, warmup: 8, ..Case::default() }.check(&[(Phase::Execute, 1, 1)]);
    Case { iteration_s: 0.6, warmup: 0, ..Case::default() }.check(&[(Phase::Execute, 0, 1)]);
    Case { iteration_s: 0.49, start_s: 0.1, warmup: 0, ..Case::default() }.check(&[(Phase::Execute, 0, 3)]);
}

#[test]
fn half_of_the_time_limit_is_enough() {
    // 0.4 s an iteration: in 2.5 s there is room for six.
    Case { iteration_s: 0.4, start_s: 100.0, timeout_s: 5.0, ..Case::default() }.check(&[(Phase::Execute, 0, 6)]);
    Case { iteration_s: 0.4, start_s: 100.0, timeout_s: 5.0, warmup: 4, ..Case::default() }.check(&[(
        Phase::Execute,
        4,
        2,
    )]);
    Case { iteration_s: 0.4, start_s: 100.0, timeout_s: 5.0, warmup: 40, ..Case::default() }.check(&[(
        Phase::Execute,
        5,
        1,
    )]);
    // At least one, whatever the limit.
    Case { iteration_s: 3.0, timeout_s: 5.0, warmup: 1, ..Case::default() }.check(&[(Phase::Execute, 0, 1)]);
}

#[test]
fn each_phase_has_its_own_number() {
    // Compiling takes half of an iteration, instantiating a tenth; each counts the others as the cost of a start.
    let phases = vec![Phase::Execute, Phase::Compile, Phase::Instantiate];
    Case { phases, start_s: 2.0, ..Case::default() }.check(&[
        (Phase::Compile, 0, 5),
        (Phase::Instantiate, 0, 10),
        (Phase::Execute, 0, 4),
    ]);
}

#[test]
fn the_lifetime_changes_nothing() {
    Case { phases: vec![Phase::Execute, Phase::Lifetime], ..Case::default() }.check(&[(Phase::Execute, 0, 4)]);
    // Alone it needs a guest that ran once.
    Case { phases: vec![Phase::Lifetime], iteration_s: 0.01, warmup: 7, ..Case::default() }.check(&[(
        Phase::Execute,
        0,
        1,
    )]);
}

#[test]
fn without_times_the_duration_is_all_that_is_known() {
    let fuel = || vec![Metric::CodeSize];
    Case { metrics: fuel(), start_s: 0.01, ..Case::default() }.check(&[(Phase::Execute, 0, 3)]);
    Case { metrics: fuel(), start_s: 0.01, iteration_s: 9.0, timeout_s: 60.0, warmup: 9, ..Case::default() }
        .check(&[(Phase::Execute, 1, 1)]);
}

#[test]
fn calibration_is_no_evidence() {
    let mut stage = Stage::new(plan(1, 2), Model::noisy(1));
    stage.conduct();
    let tables = kymo_lab::analysis::tables(&stage.run, &Default::default());
    let judged = tables[0].rows[0].cells[1].judged().unwrap();
    assert_eq!(judged.rounds.len(), 4);
}
