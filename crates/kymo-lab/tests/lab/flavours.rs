//! Flavours against the base flavour that their suite names.

use crate::support::made_up::Model;
use crate::support::stage::{Stage, plan};
use kymo_lab::analysis::{AgainstBase, Cell, Settings, against_base, compare_flavours};
use kymo_model::{
    BenchmarkName, Bytes, Imported, Lack, Metric, Phase, Plan, Reference, Run, SizeBaseline, StopRule, Tool,
};
use std::collections::BTreeSet;

/// Two programs in three flavours, the second without the base, and a benchmark without flavours.
fn flavoured() -> Plan {
    let names = ["a:slow(n=3)", "a:base(n=3)", "a:fast(n=3)", "b:fast", "b:slow", "c"];
    let mut plan = Plan { stop: StopRule::Rounds { rounds: 12 }, ..plan(names.len(), 2) };
    plan.phases = vec![Phase::Compile, Phase::Execute];
    plan.metrics = vec![Metric::WallTime, Metric::CodeSize];
    for (place, (benchmark, name)) in plan.benchmarks.iter_mut().zip(names).enumerate() {
        benchmark.name = BenchmarkName::new(format!("s/{name}"));
        let flavour = name.split_once(':').map(|(_, rest)| rest.split('(').next().unwrap_or(rest));
        benchmark.flavour = flavour.map(str::to_owned);
        if name.ends_with("(n=3)") {
            benchmark.parameters = [("n".to_owned(), "3".to_owned())].into();
        }
        benchmark.module_bytes = Bytes::new(1000 + 100 * place as u64);
        if name.starts_with('a') {
            let common = SizeBaseline { benchmark: BenchmarkName::new("s/c"), module_bytes: Bytes::new(600) };
            benchmark.reference =
                Some(Reference { base: "base".to_owned(), size_baseline: Some(common), published: Vec::new() });
        }
    }
    plan
}

fn conducted(model: Model) -> Run {
    let mut stage = Stage::new(flavoured(), model);
    stage.conduct();
    stage.run
}

fn one(run: &Run) -> AgainstBase {
    let mut parts = against_base(run, &Settings::default());
    assert_eq!(parts.len(), 1);
    parts.remove(0)
}

#[test]
fn every_flavour_meets_its_base_on_every_variant() {
    let mut model = Model::noisy(3);
    model.effects.extend([((2, 0), -0.2), ((2, 1), -0.2)]);
    let run = conducted(model);
    let part = one(&run);
    assert_eq!((part.base.as_str(), part.variants.len()), ("base", 2));
    let rows: Vec<(&str, &str)> = part.rows.iter().map(|row| (row.program.as_str(), row.flavour.as_str())).collect();
    assert_eq!(rows, [("s/a(n=3)", "slow"), ("s/a(n=3)", "fast")], "b has no base flavour, c no flavours");
    let fast = &part.rows[1];
    assert_eq!(fast.module.ratio().get(), 1200.0 / 1100.0);
    assert_eq!(fast.without_baseline.unwrap().ratio().get(), 600.0 / 500.0);
    for (variant, on) in fast.on.iter().enumerate() {
        // The same figures as those of the comparison that a user asks for by name; only the family is another.
        let mut bare = run.clone();
        for benchmark in &mut bare.plan.benchmarks {
            benchmark.name = BenchmarkName::new(benchmark.name.as_str().replace("(n=3)", ""));
        }
        let asked = compare_flavours(&bare, &[variant], "base", &["fast"], &Settings::default()).unwrap().remove(0);
        let table = asked.tables.iter().find(|table| (table.phase, table.metric) == (Phase::Execute, Metric::WallTime));
        let row = table.unwrap().rows.iter().find(|row| row.benchmark.as_str() == "s/a").unwrap();
        assert_eq!(on.run_time.own.judged().unwrap().difference, row.cells[1].judged().unwrap().difference);
        assert!(on.run_time.ratio().unwrap() < 1.0, "made to be faster");
        assert!(on.code_size.own.judged().is_some() && on.compile_time.own.judged().is_some());
    }
}

#[test]
fn verdicts_allow_for_the_whole_table() {
    let part = one(&conducted(Model::noisy(3)));
    let times: Vec<_> = part
        .rows
        .iter()
        .flat_map(|row| &row.on)
        .flat_map(|on| [&on.run_time, &on.compile_time])
        .filter_map(|pair| pair.own.judged())
        .collect();
    assert_eq!(times.len(), 2 * 2 * 2, "flavours, variants, phases");
    let p: Vec<f64> = times.iter().map(|judged| judged.difference.p()).collect();
    let mut q: Vec<f64> = times.iter().map(|judged| judged.q).collect();
    let mut expected = kymo_stats::benjamini_hochberg(&p).unwrap();
    q.sort_by(f64::total_cmp);
    expected.sort_by(f64::total_cmp);
    assert_eq!(q, expected);
}

#[test]
fn what_was_not_reached_is_pending_and_what_has_no_modules_is_nothing() {
    let mut run = conducted(Model::noisy(3));
    run.invocations.retain(|one| (one.benchmark, one.variant) != (2, 1));
    let part = one(&run);
    assert_eq!(part.rows[1].on[1].run_time.own, Cell::Pending);
    assert!(matches!(part.rows[1].on[0].run_time.own, Cell::Measured { .. }));
    run.imported =
        Some(Imported { from: Tool::Hyperfine, lacks: BTreeSet::from([Lack::Modules]), processes: Vec::new() });
    assert_eq!(against_base(&run, &Settings::default()), []);
}
