//! Sweeps as people see them.

use super::made::{Made, costs, run};
use super::snapshot;
use crate::render::{Look, sweep as show};
use kymo_lab::analysis::sweep::{SweepError, Swept, View, sweep};
use kymo_lab::analysis::{Settings, sweep::Axis};
use kymo_model::*;
use std::collections::BTreeMap;

/// A sweep of `suite/tree` over `parameter`: a benchmark for each flavour at each value. The default is the first value.
fn swept_run(variants: &[&str], flavours: &[&str], parameter: &str, values: &[&str]) -> Made {
    let mut benchmarks = Vec::new();
    for value in values {
        for flavour in flavours {
            let changed = if *value == values[0] {
                BTreeMap::new()
            } else {
                BTreeMap::from([(parameter.to_owned(), (*value).to_owned())])
            };
            let flavour = Some(*flavour).filter(|flavour| !flavour.is_empty());
            let name = BenchmarkName::composed("suite/tree", flavour, &changed);
            benchmarks.push((name, flavour.map(str::to_owned), (*value).to_owned()));
        }
    }
    let names: Vec<&str> = benchmarks.iter().map(|(name, ..)| name.as_str()).collect();
    run(variants, &names).with(|run| {
        for (benchmark, (_, flavour, value)) in run.plan.benchmarks.iter_mut().zip(&benchmarks) {
            benchmark.flavour.clone_from(flavour);
            benchmark.parameters = BTreeMap::from([(parameter.to_owned(), value.clone())]);
        }
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        run.plan.sweep = Some(Sweep { parameter: parameter.to_owned(), values, base: None, per: None });
    })
}

const DEPTHS: [&str; 8] = ["0", "1", "2", "4", "8", "12", "16", "25"];

/// Two flavours: one grows with depth, the other does not; they cross between 1 and 4, and nobody knows at 2.
fn crossing() -> Made {
    let mut made = swept_run(&["wasmtime"], &["asyncify", "wasmfx"], "depth", &DEPTHS);
    for (point, depth) in DEPTHS.iter().enumerate() {
        let depth: f64 = depth.parse().unwrap();
        let sd = if *DEPTHS[point] == *"2" { 0.2 } else { 0.01 };
        let first = 2 * point as u32;
        made = made.times(first, 0, costs(0.036 + 0.0036 * depth, sd, 12)).times(first + 1, 0, costs(0.0425, sd, 12));
    }
    made
}

/// Fibers from few to many: time and memory, one line that ends where mappings do.
fn gaps() -> Made {
    let values = ["10", "100", "1000", "10000", "40000"];
    let flavours = ["asyncify", "wasmfx", "wasmfx-pool"];
    let mut made =
        swept_run(&["wasmtime"], &flavours, "fibers", &values).metric(Metric::PeakRss).metric(Metric::PageFaults);
    for (point, value) in values.iter().enumerate() {
        let fibers: f64 = value.parse().unwrap();
        for (flavour, price) in [2.1e-7, 8.3e-7, 4.0e-7].into_iter().enumerate() {
            let number = (3 * point + flavour) as u32;
            if flavours[flavour] == "wasmfx" && *value == "40000" {
                let message =
                    "cannot map the stack of a continuation:\nCannot allocate memory (os error 12)".to_owned();
                made = made.outcome(number, 0, Outcome::Failed { message });
                continue;
            }
            let rss = 3.0e7 + fibers * [4096.0, 12_288.0, 8192.0][flavour];
            made = made
                .times(number, 0, costs(1e-5 + price * fibers, 0.01, 12))
                .series((number, 0), (Phase::Execute, Metric::PeakRss), costs(rss, 0.002, 12))
                .values(
                    (number, 0),
                    (Phase::Execute, Metric::PageFaults),
                    vec![if point == 0 { 0.0 } else { fibers }; 12],
                );
        }
    }
    made
}

/// Engines instead of flavours.
fn engines() -> Made {
    let values = ["1", "10", "100", "1000"];
    let mut made = swept_run(&["wasmtime", "wasmi"], &[""], "n", &values);
    for (point, value) in values.iter().enumerate() {
        let n: f64 = value.parse().unwrap();
        made = made.times(point as u32, 0, costs(1e-3 + 1e-6 * n, 0.01, 10)).times(
            point as u32,
            1,
            costs(2e-5 + 2.1e-5 * n, 0.01, 10),
        );
    }
    made
}

fn analysed(made: &Made, view: &View) -> Swept {
    sweep(&made.0, view, &Settings::default()).unwrap()
}

fn page(made: &Made, view: &View) -> String {
    let swept = analysed(made, view);
    let text = show::text(&swept, &Look { colour: false });
    for line in text.lines() {
        assert_eq!(line, line.trim_end());
    }
    format!("{text}\n--- notes\n{}\n", show::notes(&made.0, &swept).join("\n"))
}

#[test]
fn lines_that_cross() {
    let made = crossing();
    snapshot!("sweep-crossing", page(&made, &View::default()));
    let swept = analysed(&made, &View::default());
    snapshot!("sweep-crossing-markdown", show::markdown(&swept));
    snapshot!("sweep-crossing-csv", show::csv(&swept));
    snapshot!("sweep-crossing-svg", show::svg(&made.0, &swept));
}

#[test]
fn time_and_memory_per_fiber_with_a_gap() {
    let made = gaps();
    let view = View { base: Some("wasmfx-pool".to_owned()), per: Some("{fibers}".to_owned()) };
    snapshot!("sweep-gaps", page(&made, &view));
    snapshot!("sweep-gaps-svg", show::svg(&made.0, &analysed(&made, &view)));
}

#[test]
fn engines_against_the_first() {
    let made = engines();
    snapshot!("sweep-engines", page(&made, &View::default()));
    let swept = analysed(&made, &View { base: Some("wasmi".to_owned()), per: None });
    let names: Vec<(&str, Option<usize>)> = swept.lines.iter().map(|line| (line.name.as_str(), line.base)).collect();
    assert_eq!((names, swept.axis), (vec![("wasmtime", Some(1)), ("wasmi", None)], Axis::Log));
}

#[test]
fn words_and_single_points_make_no_lines() {
    let mut made = swept_run(&["wasmtime"], &["core", "component"], "mode", &["small", "large", "none"]);
    for (number, time_s) in [0.1, 0.2, 0.4, 0.3].into_iter().enumerate() {
        made = made.times(number as u32, 0, costs(time_s, 0.01, 10));
    }
    snapshot!("sweep-words", page(&made, &View::default()));
    let single = swept_run(&["wasmtime"], &["core"], "n", &["7"]).times(0, 0, costs(0.1, 0.01, 10));
    snapshot!("sweep-single", page(&single, &View::default()));
    let nothing = swept_run(&["wasmtime"], &["core"], "n", &["7", "8"]);
    snapshot!("sweep-nothing", page(&nothing, &View::default()));
    let svg = show::svg(&nothing.0, &analysed(&nothing, &View::default()));
    assert!(svg.contains("nothing was measured"), "{svg}");
}

#[test]
fn flavours_on_several_engines_have_bases_of_their_own() {
    let made = swept_run(&["a", "b"], &["x", "y"], "n", &["1", "2"]);
    let swept = analysed(&made, &View::default());
    let lines: Vec<(&str, Option<usize>)> = swept.lines.iter().map(|line| (line.name.as_str(), line.base)).collect();
    assert_eq!(lines, [("x · a", None), ("y · a", Some(0)), ("x · b", None), ("y · b", Some(2))]);
    let by_engine = analysed(&made, &View { base: Some("b".to_owned()), per: None });
    let bases: Vec<Option<usize>> = by_engine.lines.iter().map(|line| line.base).collect();
    assert_eq!(bases, [Some(2), Some(3), None, None]);
    let by_line = analysed(&made, &View { base: Some("y · a".to_owned()), per: None });
    let bases: Vec<Option<usize>> = by_line.lines.iter().map(|line| line.base).collect();
    assert_eq!(bases, [Some(1), None, Some(1), Some(1)]);
}

#[test]
fn what_does_not_fit_a_sweep_is_told() {
    let made = crossing();
    let told = |view: View| sweep(&made.0, &view, &Settings::default()).unwrap_err().to_string();
    let base = |text: &str| told(View { base: Some(text.to_owned()), per: None });
    let per = |text: &str| told(View { base: None, per: Some(text.to_owned()) });
    let no_sweep = made.0.clone();
    let no_sweep = Run { plan: Plan { sweep: None, ..no_sweep.plan }, ..no_sweep };
    let none = sweep(&no_sweep, &View::default(), &Settings::default()).unwrap_err();
    assert_eq!(none, SweepError::NoSweep("20260102T030405-abcd".to_owned()));
    let all = [base("nonsense"), per("fibers"), per("depth"), per("0"), per("-3"), none.to_string()];
    snapshot!("sweep-told", all.join("\n"));
}

/// The tags of a document, checked to be closed in order.
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in svg.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{svg}");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn names_of_others_are_nothing_but_text() {
    let evil = "<script>alert('x')</script>&\"\u{1b}[31m";
    let made = swept_run(&[evil, "b"], &["core"], "n", &["1", "2", "3"])
        .times(0, 0, costs(0.1, 0.01, 10))
        .outcome(1, 0, Outcome::Failed { message: evil.to_owned() })
        .with(|run| run.engines[0].version = evil.to_owned());
    let swept = analysed(&made, &View::default());
    let svg = show::svg(&made.0, &swept);
    assert!(!svg.contains("<script") && !svg.contains('\u{1b}'), "{svg}");
    assert_well_formed(&svg);
    for text in [show::text(&swept, &Look { colour: false }), show::markdown(&swept)] {
        assert!(!text.contains('\u{1b}'), "{text}");
    }
    for made in [crossing(), gaps(), engines()] {
        assert_well_formed(&show::svg(&made.0, &analysed(&made, &View::default())));
    }
}

#[test]
fn all_floats_in_a_picture_are_finite() {
    // A cost of zero in all processes, an interval without width, a single point.
    let made =
        swept_run(&["a"], &["x", "y"], "n", &["0"]).values((0, 0), (Phase::Execute, Metric::WallTime), vec![0.0; 10]);
    let svg = show::svg(&made.0, &analysed(&made, &View::default()));
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}
