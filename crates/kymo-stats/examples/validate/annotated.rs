//! The annotated series of the Turing Change Point Dataset: the hold-out. Nothing is tuned on it.

use crate::performance::json;
use kymo_stats::detect_plain;
use kymo_stats::simulate::check::{Bound, Check, Kind};
use kymo_stats::simulate::report::Section;
use kymo_stats::simulate::score::{cover, f1};
use serde_json::Value;
use std::path::Path;

const TITLE: &str = "Annotated series (TCPD), the hold-out";

/// Series of the full set.
const ALL: usize = 42;

/// Asked of the detector. Source: above every published default, 0.698 and 0.672 (van den Burg & Williams 2020).
const F1_MIN: f64 = 0.70;
const COVER_MIN: f64 = 0.68;

/// Univariate series that the repository holds at the commit that is fetched.
const HAD: usize = 25;

/// Source: means over those series of TCPDBench's `analysis/output/scores/default_{f1,cover}_scores.json`.
const ON_THOSE_HAD: &str = " Over the 25 alone the same published scores make: BINSEG F1 .690 and cover .655, PELT .684 and .656, \
     AMOC .647 and .657, BOCPD .657 and .591, the other nine methods at most .623 and .632.";

struct Annotated {
    values: Vec<f64>,
    annotations: Vec<Vec<usize>>,
}

/// Scores the detector on the series in `folder`.
pub fn section(folder: &Path) -> Result<Section, String> {
    let folder = folder.join("tcpd");
    let annotations = json(&folder.join("annotations.json"))?;
    let mut there = 0;
    let mut used = Vec::new();
    for (name, annotators) in annotations.as_object().into_iter().flatten() {
        let file = folder.join("datasets").join(name).join(format!("{name}.json"));
        if !file.exists() {
            continue;
        }
        there += 1;
        let points = annotators.as_object().into_iter().flatten().map(|(_, points)| indices(points)).collect();
        // The quality controls are simulated, and not in the published averages.
        if let Some(values) = univariate(&json(&file)?).filter(|_| !name.starts_with("quality_control")) {
            used.push(Annotated { values, annotations: points });
        }
    }
    if used.is_empty() {
        return Err(format!("{}: there is no univariate series in it", folder.display()));
    }
    let ours = |series: &Annotated| -> Vec<usize> {
        detect_plain(&series.values).map_or_else(Vec::new, |plain| plain.found.steps.iter().map(|s| s.at).collect())
    };
    let none = |_: &Annotated| Vec::new();
    let mut checks = figures("kymo", &used, ours, true);
    checks.extend(figures("who never alarms", &used, none, false));
    let points: usize = used.iter().map(|series| ours(series).len()).sum();
    let about = format!(
        "F1 (margin 5) and cover as van den Burg & Williams (2020) define them, one setting for all series, the same as for \
         performance. {there} of the {ALL} series can be had from the data set's repository; of these, {} are univariate, \
         without missing values and no quality control, and are scored. {points} change points are reported in them. The \
         published averages are over 32 such series: the best default there has F1 .698 and cover .672, who never alarms \
         .645 and .566.{}",
        used.len(),
        if used.len() == HAD { ON_THOSE_HAD } else { "" },
    );
    Ok(Section { title: TITLE.to_owned(), about, checks })
}

/// What stands there if there are no series.
pub fn without(reason: &str) -> Section {
    Section { title: TITLE.to_owned(), about: format!("Not measured here: {reason}."), checks: Vec::new() }
}

fn figures(who: &str, series: &[Annotated], of: impl Fn(&Annotated) -> Vec<usize>, asked: bool) -> Vec<Check> {
    let mean = |score: fn(&[Vec<usize>], &[usize], usize) -> f64| {
        series.iter().map(|one| score(&one.annotations, &of(one), one.values.len())).sum::<f64>() / series.len() as f64
    };
    let figure = |what: &str, measured: f64, least: f64| Check {
        criterion: "A",
        what: format!("{what}, {who}"),
        kind: Kind::Number,
        repetitions: series.len(),
        measured,
        bound: if asked { Bound::AtLeast(least) } else { Bound::Shown },
        tolerance: 0.0,
    };
    vec![figure("F1", mean(f1), F1_MIN), figure("cover", mean(cover), COVER_MIN)]
}

fn indices(points: &Value) -> Vec<usize> {
    points.as_array().into_iter().flatten().filter_map(Value::as_u64).map(|point| point as usize).collect()
}

/// The values of a series of one dimension without gaps.
fn univariate(document: &Value) -> Option<Vec<f64>> {
    let series = document["series"].as_array()?;
    let [one] = series.as_slice() else { return None };
    one["raw"].as_array()?.iter().map(Value::as_f64).collect()
}
