//! S2: how often two identical sides are called different; and that the simulator bites: usual practice must fail in it.

use super::check::{Bound, Check, Plan};
use super::draw::Draw;
use super::machine::{Machine, Schedule};
use super::noise::Noise;
use super::process::Process;
use super::stopping::{adaptive, rounds_max};
use crate::compare::{ALPHA, Comparison, of_differences, paired, unpaired};
use crate::estimate::invocation_cost;
use crate::floor::{COMPARISONS_MIN, aa_floor};
use crate::verdict::Margin;

const ROUNDS: usize = 20;

/// Standard deviation of a process, on the log scale.
const PROCESS_SD: f64 = 0.01;

const SCHEDULES: [Schedule; 4] = [Schedule::Blocks, Schedule::Shuffled, Schedule::Alternating, Schedule::Rounds];

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = Vec::new();
    for machine in Machine::ALL {
        for schedule in SCHEDULES {
            checks.extend(on_machine(plan, machine, schedule));
        }
        checks.push(adaptive_on_machine(plan, machine));
    }
    for noise in Noise::ALL {
        checks.extend(under_noise(plan, noise));
    }
    for (process, iterations) in [(Process::Normal, 10), (Process::Normal, 30), (Process::TwoLayouts, 30)] {
        checks.extend(pooled(plan, process, iterations));
    }
    checks.push(floor_band(plan.part(20)));
    checks
}

/// Level and, for comparison, power at +1 %, with a fixed number of rounds.
fn on_machine(plan: Plan, machine: Machine, schedule: Schedule) -> Vec<Check> {
    let name = format!("{}, {}", machine.name(), schedule.name());
    let mut draw = Draw::new(plan.seed, &format!("S2 {name}"));
    let mut called = |effect_log: f64| {
        let mut found = || compared(&mut draw, machine, schedule, effect_log);
        (0..plan.repetitions).filter(|_| found().is_some_and(|found| found.p <= ALPHA)).count()
    };
    let (false_alarms, detections) = (called(0.0), called(0.01_f64.ln_1p()));
    let bound = match schedule {
        Schedule::Rounds => Bound::AtMost(0.06),
        Schedule::Blocks if machine != Machine::Quiet => Bound::AtLeast(0.30),
        _ => Bound::Shown,
    };
    vec![
        Check::share("S2", format!("A/A, {name}"), false_alarms, plan.repetitions, bound),
        Check::share("S2", format!("found at +1 %, {name}"), detections, plan.repetitions, Bound::Shown),
    ]
}

fn compared(draw: &mut Draw, machine: Machine, schedule: Schedule, effect_log: f64) -> Option<Comparison> {
    let disturbances = machine.disturbances(draw, 2 * ROUNDS);
    let mut sides = [Vec::new(), Vec::new()];
    for (variant, disturbance) in schedule.places(draw, ROUNDS).into_iter().zip(disturbances) {
        let effect = if variant == 1 { effect_log } else { 0.0 };
        sides[variant].push((effect + disturbance + PROCESS_SD * draw.normal()).exp());
    }
    let compare = if schedule.is_paired() { paired } else { unpaired };
    compare(&sides[0], &sides[1])
}

/// Level with adaptive stopping, on a machine that disturbs the whole budget of rounds.
fn adaptive_on_machine(plan: Plan, machine: Machine) -> Check {
    let what = format!("A/A, {}, random rounds, adaptive stopping", machine.name());
    let mut draw = Draw::new(plan.seed, &format!("S2 {what}"));
    let false_alarms = (0..plan.repetitions).filter(|_| {
        let disturbances = machine.disturbances(&mut draw, 2 * rounds_max());
        let places = Schedule::Rounds.places(&mut draw, rounds_max());
        let differences = adaptive(Margin::LEAST, |round| {
            let signed = |place: usize| {
                let sign = if places[place] == 1 { 1.0 } else { -1.0 };
                sign * (disturbances[place] + PROCESS_SD * draw.normal())
            };
            [2 * round, 2 * round + 1].map(signed).iter().sum()
        });
        of_differences(&differences).is_some_and(|found| found.p <= ALPHA)
    });
    Check::share("S2", what, false_alarms.count(), plan.repetitions, Bound::AtMost(0.065))
}

/// Level under each kind of noise, with twenty rounds and with adaptive stopping.
fn under_noise(plan: Plan, noise: Noise) -> [Check; 2] {
    let name = format!("A/A, {} noise", noise.name());
    let mut draw = Draw::new(plan.seed, &format!("S2 {name}"));
    let is_false = |differences: &[f64]| of_differences(differences).is_some_and(|found| found.p <= ALPHA);
    let mut round = |_| PROCESS_SD * (noise.draw(&mut draw) - noise.draw(&mut draw));
    let fixed = (0..plan.repetitions).filter(|_| is_false(&(0..ROUNDS).map(&mut round).collect::<Vec<f64>>())).count();
    let stopped = (0..plan.repetitions).filter(|_| is_false(&adaptive(Margin::LEAST, &mut round))).count();
    [
        Check::share("S2", format!("{name}, {ROUNDS} rounds"), fixed, plan.repetitions, Bound::AtMost(0.06)),
        Check::share("S2", format!("{name}, adaptive stopping"), stopped, plan.repetitions, Bound::AtMost(0.065)),
    ]
}

/// Welch's test on iterations pooled over ten processes, as harnesses in use do, beside the test on process means.
fn pooled(plan: Plan, process: Process, iterations: usize) -> [Check; 2] {
    const PROCESSES: usize = 10;
    let name = format!("A/A, {}, {PROCESSES} × {iterations}", process.name());
    let mut draw = Draw::new(plan.seed, &format!("S2 {name}"));
    let (mut by_iterations, mut by_processes) = (0, 0);
    for _ in 0..plan.repetitions {
        let mut side = || (0..PROCESSES).map(|_| process.invocation(&mut draw, iterations)).collect::<Vec<_>>();
        let (a, b) = (side(), side());
        let differs = |a: &[f64], b: &[f64]| unpaired(a, b).is_some_and(|found| found.p <= ALPHA);
        let means = |side: &[Vec<f64>]| side.iter().filter_map(|i| invocation_cost(i, 0)).collect::<Vec<f64>>();
        by_iterations += usize::from(differs(&a.concat(), &b.concat()));
        by_processes += usize::from(differs(&means(&a), &means(&b)));
    }
    [
        Check::share(
            "S2",
            format!("{name}, Welch on pooled iterations"),
            by_iterations,
            plan.repetitions,
            Bound::AtLeast(0.30),
        ),
        Check::share(
            "S2",
            format!("{name}, Welch on process means"),
            by_processes,
            plan.repetitions,
            Bound::AtMost(0.06),
        ),
    ]
}

/// How often a sound machine's A/A experiment lies within the band that it must lie in.
fn floor_band(plan: Plan) -> Check {
    let mut draw = Draw::new(plan.seed, "S2 floor");
    let sound = (0..plan.repetitions).filter(|_| {
        let aa: Vec<Comparison> = (0..COMPARISONS_MIN)
            .filter_map(|_| of_differences(&(0..ROUNDS).map(|_| PROCESS_SD * draw.normal()).collect::<Vec<f64>>()))
            .collect();
        aa_floor(&aa).is_some_and(|found| found.warnings.is_empty())
    });
    let what = format!("A/A floor: {COMPARISONS_MIN} comparisons on a sound machine lie within their 99 % band");
    Check::share("S2", what, sound.count(), plan.repetitions, Bound::AtLeast(0.99))
}
