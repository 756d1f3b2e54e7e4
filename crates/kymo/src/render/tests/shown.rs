//! Tables and notes as people see them.

use super::made::{Made, costs, run};
use super::snapshot;
use crate::render::{Look, markdown, notes, tables};
use kymo_lab::analysis::{self, Comparable, Settings, Table};
use kymo_model::*;

const BASICS: [&str; 13] = [
    "basics/noop",
    "basics/integer",
    "basics/float",
    "basics/chase",
    "basics/stream",
    "basics/calls",
    "basics/sort",
    "basics/switch",
    "basics/indirect",
    "basics/simd",
    "basics/grow",
    "basics/bulk",
    "basics/words",
];

fn analysed(made: &Made) -> Vec<Table> {
    analysis::tables(&made.0, &Settings::default())
}

/// Tables and notes below each other, as a terminal shows them.
fn page(made: &Made) -> String {
    let found = analysed(made);
    let table = tables(&found, &Look { colour: false });
    for line in table.lines() {
        assert_eq!(line, line.trim_end());
    }
    format!("{table}\n{}\n", notes(&made.0, &found, &[]).join("\n"))
}

/// A benchmark whose rounds need various numbers: closed by precision at different looks.
pub fn two_variants() -> Made {
    let centres = [2.1e-6, 0.0851, 0.112, 0.230, 0.0423, 0.0911, 0.154, 0.0733, 0.0612, 0.0334, 0.0121, 0.0452, 0.301];
    let ratios = [1.02, 1.67, 1.42, 1.003, 0.999, 2.31, 1.21, 1.88, 1.55, 1.0, 0.93, 1.001, 1.015];
    let mut made = run(&["wasmtime", "wasmtime[winch]"], &BASICS);
    for benchmark in 0..13 {
        let rounds = [10, 14, 18, 26][benchmark % 4];
        let sd = [0.012, 0.006, 0.004, 0.02][benchmark % 4];
        let number = benchmark as u32;
        made = made.times(number, 0, costs(centres[benchmark], sd, rounds));
        if BASICS[benchmark] == "basics/simd" {
            made = made.outcome(number, 1, Outcome::unsupported(Feature::Simd));
        } else {
            made = made.times(number, 1, costs(centres[benchmark] * ratios[benchmark], sd, rounds));
        }
        made.0.closed.insert(number, if benchmark == 3 { Close::Budget } else { Close::Precise });
    }
    made
}

#[test]
fn two_variants_side_by_side() {
    let page = page(&two_variants());
    let table_end = page.find("\n\n").map_or(0, |title| title + 2);
    let widest = page[table_end..].lines().take_while(|line| !line.is_empty()).map(|line| line.chars().count()).max();
    assert!(widest <= Some(110), "the usual table is {widest:?} columns wide");
    snapshot!("two_variants", page);
}

#[test]
fn colours() {
    let made =
        run(&["wasmtime", "wasmtime[winch]"], &["basics/integer", "basics/float", "basics/chase", "basics/sort"])
            .times(0, 0, costs(0.0851, 0.004, 12))
            .times(0, 1, costs(0.142, 0.004, 12))
            .times(1, 0, costs(0.112, 0.004, 12))
            .times(1, 1, costs(0.0912, 0.004, 12))
            .times(2, 0, costs(0.231, 0.03, 12))
            .times(2, 1, costs(0.233, 0.03, 12))
            .times(3, 0, costs(0.0451, 0.004, 12))
            .outcome(3, 1, Outcome::Crashed { signal: "SIGSEGV".to_owned(), message: String::new() });
    let shown = tables(&analysed(&made), &Look { colour: true });
    assert!(shown.contains("\u{1b}[1;31mcrashed(SIGSEGV)\u{1b}[0m"));
    snapshot!("colours", shown.replace('\u{1b}', "␛"));
}

fn every_outcome() -> Made {
    let benchmarks = [
        "mix/ok",
        "mix/simd",
        "mix/loop",
        "mix/memory",
        "mix/trap",
        "mix/output",
        "mix/crash",
        "mix/panic",
        "mix/bad",
        "mix/base",
    ];
    let message = |text: &str| text.to_owned();
    let mut made = run(&["wasmtime", "wasmtime[winch]", "wasmi"], &benchmarks);
    for benchmark in 0..9 {
        made = made.times(benchmark, 0, costs(0.05 + f64::from(benchmark) * 0.01, 0.005, 12));
    }
    made.times(0, 1, costs(0.0502, 0.005, 12))
        .times(0, 2, costs(1.71, 0.005, 12))
        .outcome(1, 1, Outcome::unsupported(Feature::Simd))
        .outcome(1, 2, Outcome::unsupported(Feature::Simd))
        .times(2, 1, costs(0.081, 0.005, 12))
        .outcome(2, 2, Outcome::TimedOut { message: message("ended after 60 s") })
        .times(3, 1, costs(0.088, 0.005, 12))
        .outcome(3, 2, Outcome::OutOfMemory { message: message("more than 4 GiB") })
        .outcome(
            4,
            1,
            Outcome::Trapped {
                message: message(
                    "wasm trap: integer overflow\nwasm backtrace:\n    0: 0x1a3 - inner\n    1: 0x88 - _start",
                ),
            },
        )
        .times(4, 2, costs(2.5, 0.005, 12))
        .outcome(5, 1, Outcome::WrongOutput { message: message("line 3: expected \"42\", found \"41\"") })
        .times(5, 2, costs(2.5, 0.005, 12))
        .outcome(
            6,
            1,
            Outcome::Crashed {
                signal: message("SIGSEGV"),
                message: message("thread 'main' \u{1b}[31mgone\u{1b}[0m\ncore dumped"),
            },
        )
        .times(6, 2, costs(2.6, 0.005, 12))
        .outcome(7, 1, Outcome::Failed { message: (1..=9).map(|line| format!("panicked, line {line}\n")).collect() })
        .outcome(7, 2, Outcome::Failed { message: message("unreachable code in lowering") })
        .outcome(8, 1, Outcome::Invalid { message: message("unknown import env.missing") })
        .outcome(8, 2, Outcome::Failed { message: message("unreachable code in lowering") })
        .outcome(9, 0, Outcome::Trapped { message: message("wasm trap: unreachable") })
        .times(9, 1, costs(0.05, 0.005, 12))
        .times(9, 2, costs(1.5, 0.005, 12))
}

#[test]
fn every_outcome_of_three_variants() {
    snapshot!("every_outcome", page(&every_outcome()));
}

#[test]
fn the_same_build_twice() {
    let mut made = run(&["wasmtime", "wasmtime#2"], &["basics/integer", "basics/float", "basics/sort"]);
    for benchmark in 0..3 {
        made = made.times(benchmark, 0, costs(0.0851, 0.005, 14)).times(benchmark, 1, costs(0.0851, 0.005, 14));
    }
    snapshot!("same_build", page(&made));
}

#[test]
fn one_variant() {
    let made = run(&["wasmtime"], &["basics/integer", "basics/noop", "basics/grow"])
        .times(0, 0, costs(0.0851, 0.0003, 10))
        .times(1, 0, costs(4.23e-8, 0.02, 10))
        .times(2, 0, costs(71.5, 0.008, 10));
    snapshot!("one_variant", page(&made));
}

#[test]
fn few_rounds() {
    let made = run(&["wasmtime", "wasmi"], &["basics/integer", "basics/float", "basics/sort"])
        .times(0, 0, costs(0.0851, 0.01, 5))
        .times(0, 1, costs(1.9, 0.01, 5))
        .times(1, 0, costs(0.0851, 0.01, 3))
        .times(1, 1, costs(0.0861, 0.01, 3))
        .times(2, 0, costs(0.0851, 0.01, 1))
        .times(2, 1, costs(0.0861, 0.01, 1))
        .with(|run| run.state = RunState::Interrupted)
        .with(|run| run.closed = [(0, Close::Rounds), (1, Close::Interrupted)].into());
    snapshot!("few_rounds", page(&made));
}

#[test]
fn long_names() {
    let long = "real-world/a-module-with-a-very-long-name-that-somebody-chose:asyncify";
    let made = run(&["wasmtime@2f5d3c1[opt=speed,pooling]", "a-strange-engine[höhe=größer]"], &[long, "数/测试"])
        .times(0, 0, costs(0.0851, 0.004, 10))
        .times(0, 1, costs(0.0951, 0.004, 10))
        .times(1, 0, costs(0.0851, 0.004, 10))
        .times(1, 1, costs(0.0751, 0.004, 10));
    snapshot!("long_names", page(&made));
}

/// Exact metrics, and one that reaches zero.
pub fn exact_and_zero() -> Made {
    let (compile, execute) = (Phase::Compile, Phase::Execute);
    run(&["wasmtime", "wasmtime[winch]"], &["basics/integer", "basics/float", "basics/sort"])
        .phase(compile)
        .metric(Metric::PeakRss)
        .metric(Metric::CodeSize)
        .metric(Metric::PageFaults)
        .times(0, 0, costs(0.0851, 0.005, 10))
        .times(0, 1, costs(0.1851, 0.005, 10))
        .times(1, 0, costs(0.0851, 0.005, 10))
        .times(1, 1, costs(0.1851, 0.005, 10))
        .times(2, 0, costs(0.0851, 0.005, 10))
        .times(2, 1, costs(0.1851, 0.005, 10))
        .series((0, 0), (execute, Metric::PeakRss), costs(12.4e6, 0.002, 10))
        .series((0, 1), (execute, Metric::PeakRss), costs(10.1e6, 0.002, 10))
        .series((1, 0), (execute, Metric::PeakRss), costs(12.4e6, 0.002, 10))
        .series((1, 1), (execute, Metric::PeakRss), costs(12.5e6, 0.002, 10))
        .values((0, 0), (compile, Metric::CodeSize), vec![123_456.0; 10])
        .values((0, 1), (compile, Metric::CodeSize), vec![198_765.0; 10])
        .values((1, 0), (compile, Metric::CodeSize), vec![51_200.0; 10])
        .values((1, 1), (compile, Metric::CodeSize), vec![51_200.0; 10])
        .values((2, 0), (compile, Metric::CodeSize), vec![1_234_567.0; 10])
        .values((2, 1), (compile, Metric::CodeSize), vec![1_234_566.0; 10])
        .values((0, 0), (execute, Metric::PageFaults), vec![0.0; 10])
        .values((0, 1), (execute, Metric::PageFaults), vec![0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 0.0])
        .series((1, 0), (execute, Metric::PageFaults), costs(1234.0, 0.01, 10))
        .series((1, 1), (execute, Metric::PageFaults), costs(2345.0, 0.01, 10))
        .values((2, 0), (execute, Metric::PageFaults), vec![8.0; 10])
        .values((2, 1), (execute, Metric::PageFaults), vec![8.0; 10])
}

#[test]
fn exact_metrics_and_metrics_that_reach_zero() {
    snapshot!("exact_and_zero", page(&exact_and_zero()));
}

#[test]
fn an_exact_metric_that_varies_is_shown_as_noisy() {
    let mut made = run(&["wasmtime", "wasmi"], &["basics/integer", "basics/float"]);
    made.0.plan.metrics = vec![Metric::Fuel];
    let fuel = (Phase::Execute, Metric::Fuel);
    let made = made
        .values((0, 0), fuel, vec![1e6; 10])
        .series((0, 1), fuel, costs(1.1e6, 0.001, 10))
        .values((1, 0), fuel, vec![3e9; 10])
        .values((1, 1), fuel, vec![3e9; 10]);
    snapshot!("not_exact", page(&made));
}

#[test]
fn nothing_measured_yet() {
    snapshot!("nothing_yet", page(&run(&["wasmtime", "wasmi"], &BASICS)));
}

#[test]
fn everything_to_be_said() {
    let reason = "no hardware counter on this machine (ENOENT)";
    let made = two_variants().metric(Metric::Cycles).metric(Metric::PeakPss).with(|run| {
        for invocation in &mut run.invocations {
            invocation.notes.push(format!("cycles: {reason}"));
            if invocation.variant == 1 {
                invocation.notes.push("the worker wrote to its standard error".to_owned());
            }
        }
        run.notes.push("the module was not checked: its output may be anything".to_owned());
        run.noise.push(Noise {
            reason: NoiseReason::Steal,
            message: "the hypervisor took 3.2 % of the processor time".to_owned(),
        });
        for invocation in &mut run.invocations {
            let (round, is_second) = (f64::from(invocation.round), invocation.variant == 1);
            let factor = match invocation.benchmark {
                // Rounds that drift, and rounds of which one is far from all others.
                7 if is_second => 1.0 + 0.01 * round,
                6 if is_second && invocation.round == 3 => 0.2,
                6 if is_second => 0.84,
                _ => 1.0,
            };
            for samples in &mut invocation.samples {
                samples.values = vec![Value::new(samples.values[0].get() * factor); 3];
            }
        }
    });
    snapshot!("notes", page(&made));
}

#[test]
fn runs_that_never_ran_together() {
    let a = run(&["wasmtime"], &["basics/integer", "basics/float"]).times(0, 0, costs(0.0851, 0.005, 12)).times(
        1,
        0,
        costs(0.0551, 0.005, 12),
    );
    let b = run(&["wasmtime"], &["basics/integer", "basics/float"])
        .times(0, 0, costs(0.0831, 0.005, 12))
        .times(1, 0, costs(0.0552, 0.005, 12))
        .with(|run| run.id = RunId::new("20260103T030405-ef01"));
    let side = |made: &'static Made, name| Comparable { run: &made.0, variant: 0, name };
    let (a, b): (&'static Made, &'static Made) = (Box::leak(Box::new(a)), Box::leak(Box::new(b)));
    let found = analysis::compare(side(a, "before:wasmtime"), side(b, "after:wasmtime"), &Settings::default()).unwrap();
    let text = tables(&found.tables, &Look::default());
    snapshot!("unpaired", format!("{text}\n{}\n", super::super::notes::of_tables(&found.tables).join("\n")));
}

#[test]
fn markdown_for_a_comment() {
    snapshot!("markdown_two_variants", markdown(&analysed(&two_variants()), &[]));
    snapshot!("markdown_every_outcome", markdown(&analysed(&every_outcome()), &[]));
}

#[test]
fn markdown_takes_names_as_they_are() {
    let made = run(&["@octocat", "a|b`c<script>"], &["x](http://example.org)|#1", "*bold*\n# title"])
        .times(0, 0, costs(0.1, 0.01, 10))
        .times(0, 1, costs(0.1, 0.01, 10))
        .times(1, 0, costs(0.1, 0.01, 10))
        .times(1, 1, costs(0.1, 0.01, 10));
    snapshot!("markdown_hostile_names", markdown(&analysed(&made), &[]).replace('\u{2060}', "⁀"));
}

#[test]
fn a_large_report_takes_no_time_that_anybody_notices() {
    let names: Vec<String> = (0..200).map(|number| format!("suite/benchmark-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut made = run(&["a", "b", "c", "d", "e", "f"], &names);
    for benchmark in 0..200 {
        for variant in 0..6 {
            made = made.values((benchmark, variant), (Phase::Execute, Metric::WallTime), vec![0.1, 0.11]);
        }
    }
    let found = analysed(&made);
    let start = std::time::Instant::now();
    let text = tables(&found, &Look { colour: true });
    // A sanity bound, far above the few milliseconds it takes: timing decides nothing here.
    assert!(start.elapsed().as_secs() < 5);
    println!("{} bytes in {:?}", text.len(), start.elapsed());
    assert_eq!(text.lines().filter(|line| line.contains("suite/benchmark-")).count(), 200);
}
