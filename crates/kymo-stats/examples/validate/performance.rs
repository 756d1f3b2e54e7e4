//! The public performance series, as `tools/validate/fetch-series` lays them down.

use kymo_stats::simulate::injected::{Asked, RealNoise, score};
use kymo_stats::simulate::report::Section;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Shortest series that is used, in values.
const VALUES_MIN: usize = 90;

/// A series is used if more than this share of its values differ from the one before: others are exact.
const MOVING_MIN: f64 = 0.6;

const TITLE: &str = "Real performance series with injected steps";

/// The folders that must be there.
pub const SOURCES: [&str; 7] =
    ["deno", "mongodb", "rocksdb", "rust-analyzer", "tigerbeetle", "github-action-benchmark", "bsl-language-server"];

/// The metrics of RocksDB's benchmarks that are used: throughput, processor time, quantiles of latency. Maxima are left out.
const ROCKSDB: [&str; 8] = ["ops_sec", "p50", "p99", "p99.9", "u_cpu", "s_cpu", "c_wsecs", "c_csecs"];

/// The metrics of rust-analyzer that are times.
const RUST_ANALYZER: [&str; 5] = [
    "build",
    "analysis-stats/self/total time",
    "analysis-stats/ripgrep/total time",
    "analysis-stats/webrender/total time",
    "analysis-stats/diesel/diesel/total time",
];

/// Where a series comes from, and whether its machines were of one sort.
type Series = BTreeMap<&'static str, Vec<RealNoise>>;

/// Scores the detector on the series in `folder`.
pub fn section(folder: &Path, seed: u64) -> Result<Section, String> {
    let mut one: Series = BTreeMap::new();
    one.insert("deno", deno(folder)?);
    one.insert("MongoDB", mongodb(folder)?);
    one.insert("RocksDB", rocksdb(folder)?);
    one.insert("rust-analyzer, by processor", rust_analyzer(folder, true)?);
    one.insert("TigerBeetle", tigerbeetle(folder)?);
    let mut mixed: Series = BTreeMap::new();
    mixed.insert("rust-analyzer, processors mixed", rust_analyzer(folder, false)?);
    mixed.insert("github-action-benchmark", github_action(folder, "github-action-benchmark")?);
    mixed.insert("bsl-language-server", github_action(folder, "bsl-language-server")?);
    let targets = Asked { false_alarms: Some(1.0), recall: [None, Some(0.5), Some(0.9)] };
    let all = |series: &Series| series.values().flatten().cloned().collect::<Vec<RealNoise>>();
    let mut checks = score("all on machines of one sort", &all(&one), targets, seed);
    for (name, noises) in &one {
        checks.extend(score(name, noises, Asked::default(), seed));
    }
    checks.extend(score("all on mixed machines", &all(&mixed), Asked::default(), seed));
    for (name, noises) in &mixed {
        checks.extend(score(name, noises, Asked::default(), seed));
    }
    let listed = |series: &Series| {
        series.iter().map(|(name, noises)| format!("{name} {}", noises.len())).collect::<Vec<String>>().join(", ")
    };
    let about = format!(
        "Noise of {} real series: divided by a running median over 31 values, drawn in blocks of 8 to 150 values; a step of \
         0, 2, 5 or 10 % at a random place from 50 to 120. *Found*: an alarm within ± 5. A false alarm is any other one after \
         the first 35 values. Blocks keep disturbances of up to 8 values, at which any alarm is right and counted false.\n\n\
         A series of Kymograph is one of one machine, so the bounds are for series of one sort of machine ({}); mixed ones \
         are shown ({}). *Placed by who knows that there is one*: the place of least squares, if somebody said that there \
         is exactly one step; nobody who must say where it is finds many more. Who never alarms has no false alarm and finds \
         nothing.",
        all(&one).len() + all(&mixed).len(),
        listed(&one),
        listed(&mixed),
    );
    Ok(Section { title: TITLE.to_owned(), about, checks })
}

/// What stands there if there are no series.
pub fn without(reason: &str) -> Section {
    Section { title: TITLE.to_owned(), about: format!("Not measured here: {reason}."), checks: Vec::new() }
}

/// A file's text, with its name in the error.
pub fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A file of JSON, with its name in the error.
pub fn json(path: &Path) -> Result<Value, String> {
    serde_json::from_str(&text(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// The noise of the series that are long enough and not exact.
fn usable(series: impl IntoIterator<Item = Vec<f64>>) -> Vec<RealNoise> {
    series.into_iter().filter_map(|values| usable_one(&values)).collect()
}

fn usable_one(values: &[f64]) -> Option<RealNoise> {
    let values: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
    let moving = values.windows(2).filter(|pair| pair[0] != pair[1]).count() as f64;
    (values.len() >= VALUES_MIN && moving > MOVING_MIN * values.len() as f64).then(|| RealNoise::new(&values))?
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn deno(folder: &Path) -> Result<Vec<RealNoise>, String> {
    let runs = json(&folder.join("deno/data.json"))?;
    let mut series: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for run in array(&runs) {
        for (name, figures) in run["benchmark"].as_object().into_iter().flatten() {
            series.entry(name.clone()).or_default().extend(figures["mean"].as_f64());
        }
    }
    Ok(usable(series.into_values().filter(|values| values.len() >= 200)))
}

fn mongodb(folder: &Path) -> Result<Vec<RealNoise>, String> {
    let of = |name: &str| -> Result<Vec<f64>, String> {
        Ok(array(&json(&folder.join("mongodb").join(name))?).iter().filter_map(Value::as_f64).collect())
    };
    Ok(usable([of("mad_series.json")?, of("robust_series.json")?]))
}

fn rust_analyzer(folder: &Path, by_processor: bool) -> Result<Vec<RealNoise>, String> {
    let path = folder.join("rust-analyzer/metrics.json");
    let mut series: BTreeMap<(usize, String), Vec<f64>> = BTreeMap::new();
    for (index, line) in text(&path)?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let run: Value =
            serde_json::from_str(line).map_err(|error| format!("{}:{}: {error}", path.display(), index + 1))?;
        let processor = if by_processor { run["host"]["cpu"].as_str().unwrap_or_default() } else { "" };
        for (metric, name) in RUST_ANALYZER.iter().enumerate() {
            let values = series.entry((metric, processor.to_owned())).or_default();
            values.extend(run["metrics"][name][0].as_f64());
        }
    }
    Ok(usable(series.into_values()))
}

/// The runs of a benchmark in order, a file each: its name begins with a number.
fn rocksdb(folder: &Path) -> Result<Vec<RealNoise>, String> {
    let folder = folder.join("rocksdb");
    let mut series = Vec::new();
    for benchmark in listed(&folder)?.into_iter().filter(|path| path.is_dir()) {
        let mut runs = Vec::new();
        for file in listed(&benchmark)? {
            let run = json(&file)?;
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let number: u64 = name.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(0);
            runs.extend(array(&run).iter().map(|run| (run["timestamp"].as_u64(), number, run["metrics"].clone())));
        }
        runs.sort_by_key(|(time, number, _)| (*time, *number));
        series.extend(ROCKSDB.iter().map(|name| runs.iter().filter_map(|(.., m)| metric(m, name)).collect()));
    }
    Ok(usable(series))
}

fn tigerbeetle(folder: &Path) -> Result<Vec<RealNoise>, String> {
    let document = json(&folder.join("tigerbeetle/tigerbeetle.json"))?;
    let mut runs: Vec<&Value> = array(&document).iter().collect();
    runs.sort_by_key(|run| run["timestamp"].as_u64());
    let names = ["load_accepted", "batch_p50", "batch_p90", "transfer_p50", "transfer_p90", "duration"];
    Ok(usable(names.iter().map(|name| runs.iter().filter_map(|run| metric(&run["metrics"], name)).collect())))
}

/// What github-action-benchmark keeps: a script that assigns one document.
fn github_action(folder: &Path, project: &str) -> Result<Vec<RealNoise>, String> {
    let path = folder.join(project).join("data.js");
    let script = text(&path)?;
    let start = script.find('{').ok_or_else(|| format!("{}: there is no document in it", path.display()))?;
    let document: Value = serde_json::from_str(script[start..].trim_end().trim_end_matches(';'))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let mut series: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    for (entry, runs) in document["entries"].as_object().into_iter().flatten() {
        for bench in array(runs).iter().flat_map(|run| array(&run["benches"])) {
            let name = bench["name"].as_str().unwrap_or_default();
            series.entry((entry.clone(), name.to_owned())).or_default().extend(bench["value"].as_f64());
        }
    }
    Ok(usable(series.into_values().filter(|values| values.len() >= 100)))
}

fn metric(metrics: &Value, name: &str) -> Option<f64> {
    array(metrics).iter().find(|metric| metric["name"] == name)?["value"].as_f64()
}

fn listed(folder: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}
