//! Flavours against their base flavour, as people and programs see them.

use super::made::{Made, costs, run};
use super::snapshot;
use crate::render::{Look, csv, markdown, notes, tables};
use kymo_lab::analysis::{self, AgainstBase, Settings, against_base};
use kymo_model::*;
use unicode_width::UnicodeWidthStr;

const PROGRAMS: [&str; 3] = ["sieve", "c10m", "treesum"];
const FLAVOURS: [&str; 3] = ["asyncify", "wasmfx", "wasmfx-pool"];

/// A made-up run of three programs in three flavours. Every figure in it is invented.
fn suite(variants: &[&str]) -> Made {
    let names: Vec<String> = PROGRAMS
        .iter()
        .flat_map(|program| FLAVOURS.iter().map(move |flavour| format!("stack-switching/{program}:{flavour}")))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    run(variants, &names).with(|run| {
        for (place, benchmark) in run.plan.benchmarks.iter_mut().enumerate() {
            let (program, flavour) = (place / 3, place % 3);
            benchmark.flavour = Some(FLAVOURS[flavour].to_owned());
            benchmark.module_bytes = Bytes::new([39_704, 31_146, 30_757][flavour] + 100 * program as u64);
            let figure = |label: &str, ratio| Published {
                of: PublishedOf::RunTime,
                ratio: Ratio::new(ratio),
                label: Some(label.to_owned()),
                source: "a made-up talk".to_owned(),
            };
            let published = match (program, flavour) {
                (0, 1) => vec![figure("then", 2.5), figure("now", 1.25)],
                (1, 1) => vec![figure("then", 3.0), figure("now", 2.125)],
                _ => Vec::new(),
            };
            let baseline = SizeBaseline {
                benchmark: BenchmarkName::new("stack-switching/nothing"),
                module_bytes: Bytes::new(27_000),
            };
            // The last program links no C library.
            let size_baseline = (program < 2).then_some(baseline);
            benchmark.reference = Some(Reference { base: "asyncify".to_owned(), size_baseline, published });
        }
    })
}

/// Times for everything, but where the engine has no stack switching.
fn timed(variants: &[&str]) -> Made {
    let mut made = suite(variants);
    let ratios = [[1.0, 1.8, 1.5], [1.0, 1.0, 4.8], [1.0, 0.3, 1.003]];
    for (program, ratios) in ratios.iter().enumerate() {
        for (flavour, ratio) in ratios.iter().enumerate() {
            let benchmark = (program * 3 + flavour) as u32;
            for (variant, name) in variants.iter().enumerate() {
                let variant = variant as u32;
                made = match (*name, FLAVOURS[flavour]) {
                    ("wasmi", "wasmfx" | "wasmfx-pool") => {
                        made.outcome(benchmark, variant, Outcome::unsupported(Feature::StackSwitching))
                    }
                    ("wasmtime", "wasmfx") if PROGRAMS[program] == "c10m" => made.outcome(
                        benchmark,
                        variant,
                        Outcome::Failed { message: "out of mappings: Cannot allocate memory (os error 12)".to_owned() },
                    ),
                    _ => made.times(benchmark, variant, costs(0.07 * ratio * f64::from(variant + 1), 0.006, 14)),
                };
            }
        }
    }
    made
}

fn parts(made: &Made) -> Vec<AgainstBase> {
    against_base(&made.0, &Settings::default())
}

fn page(made: &Made) -> String {
    let found = analysis::tables(&made.0, &Settings::default());
    let parts = parts(made);
    let text = tables::against_base(&parts, &Look { colour: false });
    assert!(text.lines().all(|line| line == line.trim_end()));
    format!("{text}\n{}\n", notes(&made.0, &found, &parts).join("\n"))
}

/// The width of the widest line of the table, its head included; the notes begin with what was not measured.
fn width(page: &str) -> usize {
    let lines = page.lines().take_while(|line| !line.starts_with("failed on"));
    lines.map(UnicodeWidthStr::width).max().unwrap_or(0)
}

#[test]
fn two_engines() {
    let page = page(&timed(&["wasmtime", "javascript[v8-next]"]));
    assert!((80..=110).contains(&width(&page)), "the table is {} columns wide\n{page}", width(&page));
    snapshot!("flavours_two_engines", page);
}

#[test]
fn four_engines() {
    let page = page(&timed(&["wasmtime", "javascript[v8-next]", "wasmi", "wasmtime[no-gc]"]));
    assert!((80..=110).contains(&width(&page)), "the table is {} columns wide\n{page}", width(&page));
    snapshot!("flavours_four_engines", page);
}

#[test]
fn one_engine_with_compilation() {
    let mut made = timed(&["wasmtime"]).phase(Phase::Compile).metric(Metric::CodeSize);
    for benchmark in 0..9 {
        let flavour = benchmark as usize % 3;
        if benchmark == 4 {
            continue;
        }
        let (size, time) = ([112_304.0, 88_560.0, 90_112.0][flavour], [0.05, 0.04, 0.041][flavour]);
        made = made.values((benchmark, 0), (Phase::Compile, Metric::CodeSize), vec![size; 14]).series(
            (benchmark, 0),
            (Phase::Compile, Metric::WallTime),
            costs(time, 0.01, 14),
        );
    }
    snapshot!("flavours_compilation", page(&made));
}

#[test]
fn few_processes_give_ratios_and_no_verdicts() {
    let mut made = suite(&["wasmtime", "wasmi"]);
    for benchmark in 0..9 {
        let rounds = [1, 4, 6][benchmark as usize / 3];
        if benchmark != 3 {
            made = made.times(benchmark, 0, costs(0.1 * f64::from(benchmark % 3 + 1), 0.01, rounds));
        }
    }
    let made = made.outcome(3, 0, Outcome::Trapped { message: "unreachable".to_owned() });
    snapshot!("flavours_few", page(&made));
}

#[test]
fn sizes_alone_where_nothing_was_executed() {
    let made = suite(&["wasmtime"]).with(|run| {
        run.plan.phases = vec![Phase::Compile];
        for benchmark in &mut run.plan.benchmarks {
            let reference = benchmark.reference.as_mut().unwrap();
            reference.published.clear();
            if benchmark.flavour.as_deref() == Some("wasmfx") {
                let source = "a made-up page".to_owned();
                let ratio = Ratio::new(0.8);
                reference.published.push(Published { of: PublishedOf::ModuleSize, ratio, label: None, source });
            }
        }
    });
    snapshot!("flavours_sizes", page(&made));
}

#[test]
fn labels_that_differ_stand_at_their_figures() {
    let made = timed(&["wasmtime"]).with(|run| {
        let published = &mut run.plan.benchmarks[4].reference.as_mut().unwrap().published;
        published.truncate(1);
        published[0].source = "another talk\u{1b}[2J".to_owned();
    });
    let page = page(&made);
    assert!(page.contains("then 2.5 → now 1.25"), "{page}");
    assert!(
        page.contains("published: a made-up talk; another talk\\u{1b}[2J; same direction, not measured here"),
        "{page}"
    );
}

#[test]
fn runs_without_a_base_flavour_have_no_such_table() {
    let made = timed(&["wasmtime"]).with(|run| {
        for benchmark in &mut run.plan.benchmarks {
            benchmark.reference = None;
        }
    });
    assert_eq!(parts(&made), []);
    let only =
        timed(&["wasmtime"]).with(|run| run.plan.benchmarks.retain(|one| one.flavour.as_deref() == Some("wasmfx")));
    assert_eq!(parts(&only), [], "nor do those in which the base flavour was not measured");
}

#[test]
fn files_have_it_too() {
    let made = timed(&["wasmtime", "wasmi"]);
    snapshot!("flavours_markdown", markdown(&[], &parts(&made)));
    let text = csv(&[], &parts(&made));
    let fields = |line: &str| line.split(',').count();
    assert!(text.lines().all(|line| fields(line) == fields(text.lines().next().unwrap())), "{text}");
    snapshot!("flavours_csv", text);
}
