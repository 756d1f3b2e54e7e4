//! From runs to tables: families, margins, cuts and remarks.

use crate::support::made_up::Model;
use crate::support::stage::{Stage, hash, plan};
use kymo_lab::analysis::{
    Cell, Comparable, CompareError, Difference, Floors, Judged, Remark, Settings, Table, compare, tables,
};
use kymo_model::{Imported, Lack, Metric, Phase, Plan, Run, RunId, StopRule, Tool};
use kymo_stats::{Margin, Method, Verdict, Warning};
use std::collections::{BTreeMap, BTreeSet};

fn rounds(benchmarks: usize, variants: usize, rounds: u32) -> Plan {
    Plan { stop: StopRule::Rounds { rounds }, ..plan(benchmarks, variants) }
}

fn conducted(plan: Plan, model: Model) -> Run {
    let mut stage = Stage::new(plan, model);
    stage.conduct();
    stage.run
}

fn all_judged(tables: &[Table]) -> impl Iterator<Item = (&Table, &Judged)> {
    tables.iter().flat_map(|table| {
        let cells = table.rows.iter().flat_map(|row| &row.cells);
        cells.filter_map(Cell::judged).map(move |judged| (table, judged))
    })
}

#[test]
fn q_is_over_wall_times_and_over_the_rest() {
    let mut wanted = rounds(3, 3, 12);
    wanted.phases = vec![Phase::Compile, Phase::Execute];
    wanted.metrics = vec![Metric::WallTime, Metric::CpuTime, Metric::PageFaults, Metric::CodeSize];
    let mut model = Model::noisy(3);
    model.effects.insert((1, 1), 0.01);
    let tables = tables(&conducted(wanted, model), &Settings::default());
    assert_eq!(tables.len(), 8);
    for of_wall_time in [true, false] {
        let family: Vec<&Judged> = all_judged(&tables)
            .filter(|(table, _)| (table.metric == Metric::WallTime) == of_wall_time)
            .map(|(_, judged)| judged)
            .collect();
        assert_eq!(family.len(), if of_wall_time { 2 } else { 6 } * 3 * 2, "phases, metrics, benchmarks, variants");
        let p: Vec<f64> = family.iter().map(|judged| judged.difference.p()).collect();
        let q: Vec<f64> = family.iter().map(|judged| judged.q).collect();
        assert_eq!(Some(q), kymo_stats::benjamini_hochberg(&p));
    }
    for (table, judged) in all_judged(&tables) {
        assert_eq!(judged.verdict.is_none(), table.metric == Metric::PageFaults, "no verdict without a margin");
    }
}

#[test]
fn tables_are_a_pure_function_and_leave_the_run_alone() {
    let run = conducted(rounds(3, 2, 12), Model::noisy(1));
    let before = run.clone();
    assert_eq!(tables(&run, &Settings::default()), tables(&run, &Settings::default()));
    assert_eq!(run, before);
}

#[test]
fn a_document_read_again_gives_the_same_figures() {
    let run = conducted(rounds(3, 2, 12), Model::noisy(1));
    let text = serde_json::to_string(&run).unwrap();
    let again: Run = serde_json::from_str(&text).unwrap();
    assert_eq!(tables(&run, &Settings::default()), tables(&again, &Settings::default()));
}

#[test]
fn floors_widen_the_margin() {
    let mut model = Model { between_sd: 0.005, ..Model::default() };
    model.effects.extend([((0, 1), 0.03), ((1, 1), 0.03)]);
    let run = conducted(rounds(2, 2, 20), model);
    let verdicts = |settings: &Settings| -> Vec<(Verdict, f64)> {
        let tables = tables(&run, settings);
        all_judged(&tables).map(|(_, judged)| (judged.verdict.unwrap(), judged.margin.delta())).collect()
    };
    let real = Verdict::Same { small_but_real: true };
    assert_eq!(verdicts(&Settings::default()), [(Verdict::Slower, 0.01), (Verdict::Slower, 0.01)]);
    let mut floors = Floors::default();
    floors.of_all.insert((Phase::Execute, Metric::WallTime), 0.05);
    let of_all = Settings { floors: floors.clone(), ..Settings::default() };
    assert_eq!(verdicts(&of_all), [(real, 0.05), (real, 0.05)]);
    floors.of_benchmark.insert((run.plan.benchmarks[0].name.clone(), Phase::Execute, Metric::WallTime), 0.002);
    let of_one = Settings { floors, ..Settings::default() };
    assert_eq!(
        verdicts(&of_one),
        [(Verdict::Slower, 0.01), (real, 0.05)],
        "its own floor, and never below what was asked"
    );
    let asked = Settings { margin: Margin::new(0.04).unwrap(), ..Settings::default() };
    assert_eq!(verdicts(&asked), [(real, 0.04), (real, 0.04)]);
}

#[test]
fn exact_metrics_are_compared_exactly_or_by_rounds() {
    let mut wanted = rounds(1, 2, 12);
    wanted.metrics = vec![Metric::Fuel, Metric::CodeSize];
    let exact = tables(&conducted(wanted.clone(), Model::default()), &Settings::default());
    let [fuel, size] = &all_judged(&exact).map(|(_, judged)| judged).collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!((fuel.verdict, fuel.q), (Some(Verdict::Same { small_but_real: false }), 1.0));
    assert_eq!((size.verdict, size.q), (Some(Verdict::Slower), 0.0));
    let varying = tables(&conducted(wanted, Model { fuel_varies: true, ..Model::default() }), &Settings::default());
    let (_, fuel) = all_judged(&varying).next().unwrap();
    let Difference::Ratio(comparison) = &fuel.difference else { panic!("{fuel:?}") };
    assert_eq!(
        (comparison.method, comparison.n, fuel.rounds.len()),
        (Method::Paired, 2, 2),
        "a fresh process each is the unit"
    );
    assert!(fuel.remarks.contains(&Remark::NotExact));
}

#[test]
fn an_interpreter_without_a_phase_is_absent_there() {
    let mut run = conducted(rounds(1, 2, 10), Model::noisy(1));
    for invocation in run.invocations.iter_mut().filter(|invocation| invocation.variant == 1) {
        invocation.samples.clear();
    }
    let found = tables(&run, &Settings::default());
    assert!(matches!(&found[0].rows[0].cells[..], [Cell::Measured { .. }, Cell::Absent]));
    run.invocations.retain(|invocation| invocation.variant == 0 || invocation.round == 0);
    let found = tables(&run, &Settings::default());
    assert!(matches!(&found[0].rows[0].cells[..], [Cell::Measured { .. }, Cell::Pending]));
}

/// Forty iterations whose first ten are half as slow again under the second variant, and whose first five are a little
/// slower under the first: too little to be a warm-up.
fn warming(name: &str) -> Run {
    let mut model = Model { start_s: 2.0, ..Model::default() };
    model.warm_up = BTreeMap::from([(0, vec![0.01; 5]), (1, vec![0.5_f64.ln_1p(); 10])]);
    let mut run = conducted(rounds(1, 2, 10), model);
    run.id = RunId::new(name);
    run
}

fn means(table: &Table) -> Vec<f64> {
    let mean = |cell: &Cell| match cell {
        Cell::Measured { mean, .. } => *mean,
        _ => f64::NAN,
    };
    table.rows[0].cells.iter().map(mean).collect()
}

#[test]
fn both_sides_are_cut_at_the_same_iteration() {
    let run = warming("a");
    let steady = |means: &[f64]| means.iter().all(|mean| (mean / 0.001 - 1.0).abs() < 1e-12);
    let found = tables(&run, &Settings::default());
    assert!(found[0].rows[0].assessed);
    assert!(steady(&means(&found[0])), "{:?}", means(&found[0]));
    // Two runs, in which the sides were never together, with one variant each.
    let only = |variant: u32, name: &str| {
        let mut run = warming(name);
        run.invocations.retain(|invocation| invocation.variant == variant);
        run
    };
    let (a, b) = (only(0, "a"), only(1, "b"));
    let sides = [Comparable { run: &a, variant: 0, name: "a" }, Comparable { run: &b, variant: 1, name: "b" }];
    for (one, other) in [(sides[0], sides[1]), (sides[1], sides[0])] {
        let compared = compare(one, other, &Settings::default()).unwrap();
        let means = means(&compared.tables[0]);
        assert!(steady(&means), "{means:?}");
    }
}

fn two_runs(change: impl FnOnce(&mut Run)) -> (Run, Run) {
    let a = conducted(rounds(2, 2, 15), Model::noisy(1));
    let mut b = conducted(rounds(2, 2, 15), Model::noisy(2));
    b.id = RunId::new("other");
    change(&mut b);
    (a, b)
}

fn compared(a: &Run, b: &Run) -> Result<kymo_lab::analysis::compare::Compared, CompareError> {
    let side = |run, name| Comparable { run, variant: 0, name };
    compare(side(a, "before"), side(b, "after"), &Settings::default())
}

#[test]
fn two_runs_are_compared_on_processes_with_a_remark() {
    let (a, b) = two_runs(|_| {});
    let found = compared(&a, &b).unwrap();
    assert!(!found.paired);
    assert_eq!(found.remarks.len(), 1, "{:?}", found.remarks);
    assert!(found.remarks[0].contains("a drift of the machine between them is not excluded"));
    for (_, judged) in all_judged(&found.tables) {
        let Difference::Ratio(comparison) = &judged.difference else { panic!("{judged:?}") };
        assert_eq!(comparison.method, Method::Unpaired);
        assert!(judged.remarks.contains(&Remark::Statistics(Warning::Unpaired)));
    }
    assert_eq!(found.tables[0].variants, ["before", "after"]);
    assert!(found.tables[0].means[1].is_some());
}

#[test]
fn what_differs_between_runs_is_said() {
    let remarks = |change: fn(&mut Run)| {
        let (a, b) = two_runs(change);
        compared(&a, &b).map(|found| (found.tables[0].rows.len(), found.remarks[..found.remarks.len()].join("; ")))
    };
    let drift =
        "these runs never ran together: unpaired on processes, and a drift of the machine between them is not excluded";
    let check = |change, rows: usize, expect: &str| {
        let (found, remark) = remarks(change).unwrap();
        assert_eq!((found, remark.replace(drift, "DRIFT").as_str()), (rows, expect));
    };
    check(
        |b| b.machine.fingerprint = "other".to_owned(),
        2,
        "DRIFT; the runs were made on different machines: the difference is theirs as much as the variants'",
    );
    check(
        |b| b.plan.benchmarks[1].sha256 = hash(9),
        1,
        "suite/b1 is left out: its module is not the same on both sides; DRIFT",
    );
    check(
        |b| b.plan.benchmarks[1].name = kymo_model::BenchmarkName::new("suite/new"),
        1,
        "suite/b1 is in the first side only; suite/new is in the second side only; DRIFT",
    );
    let error = remarks(|b| b.plan.benchmarks.iter_mut().for_each(|one| one.sha256 = hash(9)));
    assert_eq!(
        error.unwrap_err().to_string(),
        "the benchmarks that before and after have in common are all of other modules: suite/b0, suite/b1"
    );
    let error = remarks(|b| {
        b.plan.benchmarks.truncate(1);
        b.plan.benchmarks[0].name = kymo_model::BenchmarkName::new("suite/new");
    });
    assert_eq!(
        error.unwrap_err().to_string(),
        "the two sides have no benchmark in common: before has suite/b0, suite/b1; after has suite/new"
    );
}

#[test]
fn variants_of_one_run_are_compared_by_rounds() {
    let run = conducted(rounds(3, 2, 15), Model::noisy(4));
    let side = |variant: usize| Comparable { run: &run, variant, name: &run.plan.variants[variant].name };
    let found = compare(side(0), side(1), &Settings::default()).unwrap();
    assert!(found.paired && found.remarks.is_empty());
    assert_eq!(found.tables, tables(&run, &Settings::default()), "the tables of the run itself");
}

#[test]
fn the_mean_is_over_benchmarks_that_both_have() {
    let mut model = Model { between_sd: 0.001, ..Model::default() };
    model.effects.extend([((0, 1), 0.1), ((1, 1), 0.2), ((2, 1), 9.0)]);
    let mut stage = Stage::new(rounds(3, 2, 12), model);
    stage.setup.unprovided[2] = vec!["env.now".to_owned()];
    let run = stage.conduct();
    let mean = tables(run, &Settings::default())[0].means[1].unwrap();
    assert_eq!(mean.benchmarks, 2);
    assert!((mean.shown().mean_log - 0.15).abs() < 0.005, "{mean:?}");
}

#[test]
fn what_was_imported_without_rounds_is_never_paired() {
    let import = |run: &mut Run| {
        let lacks = BTreeSet::from([Lack::Rounds, Lack::Machine, Lack::Modules]);
        run.imported = Some(Imported { from: Tool::Hyperfine, lacks, processes: Vec::new() });
    };
    let unpaired = |tables: &[Table]| {
        assert!(all_judged(tables).count() > 0);
        for (_, judged) in all_judged(tables) {
            let Difference::Ratio(comparison) = &judged.difference else { panic!("{judged:?}") };
            assert_eq!((comparison.method, judged.rounds.len()), (Method::Unpaired, 0));
        }
    };
    let (ours, mut theirs) = two_runs(|b| b.plan.benchmarks[1].sha256 = hash(9));
    import(&mut theirs);
    unpaired(&tables(&theirs, &Settings::default()));
    let side = |variant, name| Comparable { run: &theirs, variant, name };
    let within = compare(side(0, "a"), side(1, "b"), &Settings::default()).unwrap();
    unpaired(&within.tables);
    let lacks = "no rounds, so nothing is paired and drift is not excluded; no machine, so a difference may be that of \
                 machines; no modules, so benchmarks are told by name alone";
    assert_eq!((within.paired, within.remarks), (false, vec![format!("imported from hyperfine: {lacks}")]));
    // The name alone tells benchmarks, and the machine is not said to be another one.
    let between = compared(&ours, &theirs).unwrap();
    assert_eq!(between.tables[0].rows.len(), 2);
    assert_eq!(between.remarks[1..], [format!("other was imported from hyperfine: {lacks}")]);
}

/// Rounded figures that are all the same are not measured exactly.
#[test]
fn without_rounds_and_spread_there_is_nothing_to_judge_by() {
    let (a, b) = (conducted(rounds(1, 2, 12), Model::default()), conducted(rounds(1, 2, 12), Model::default()));
    let b = Run { id: RunId::new("other"), ..b };
    let found = compared(&a, &b).unwrap();
    assert_eq!(all_judged(&found.tables).count(), 0);
    assert!(all_judged(&tables(&a, &Settings::default())).count() > 0, "rounds have what the others have not: pairs");
}
