//! What a service level objective demands of response times.

use crate::{Censored, Summary};
use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::str::FromStr;

/// What of a distribution must lie below a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// The quantile, above 0 and below 1.
    Quantile(f64),
    /// The arithmetic mean.
    Mean,
    /// The longest.
    Max,
}

/// One demand: a measure of the response times, and the limit that it must stay below.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// What is measured.
    pub measure: Measure,
    /// The limit, in seconds.
    pub below_s: f64,
}

/// A service level objective: one demand or several, all of which must be met.
#[derive(Clone, Debug, PartialEq)]
pub struct Slo {
    /// The demands; at least one.
    pub objectives: Vec<Objective>,
}

/// The largest quantile of an objective: above it a step would take a million requests and more.
const QUANTILE_MAX: f64 = 0.999_99;

impl Slo {
    /// Requests that a step needs at least, so that ten lie beyond the highest quantile that is asked for.
    pub fn requests(&self) -> u64 {
        let quantiles = self.objectives.iter().filter_map(|objective| match objective.measure {
            Measure::Quantile(quantile) => kymo_stats::estimate::requests_for_quantile(quantile),
            Measure::Mean | Measure::Max => None,
        });
        quantiles.max().unwrap_or(0).max(100)
    }
}

impl Objective {
    /// What was measured, in seconds, and whether it is a lower bound only: requests without an answer may have waited
    /// longer than any that has one.
    pub fn measured(&self, response: &Histogram<u64>, summary: &Summary, censored: &Censored) -> (f64, bool) {
        match self.measure {
            Measure::Quantile(quantile) => {
                let value = response.value_at_quantile(quantile) as f64 / 1e9;
                // Where requests without an answer reach down to the quantile, one of them may stand there.
                let bound = censored.count > 0 && quantile * 100.0 >= censored.percentile;
                (if bound { value.max(censored.age_max) } else { value }, bound)
            }
            Measure::Mean => (summary.mean, censored.count > 0),
            Measure::Max => (summary.max.max(censored.age_max), censored.count > 0),
        }
    }
}

impl std::fmt::Display for Objective {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.measure {
            // 99.9, not 99.90000000000001.
            Measure::Quantile(quantile) => write!(f, "p{}", (quantile * 1e8).round() / 1e6)?,
            Measure::Mean => f.write_str("mean")?,
            Measure::Max => f.write_str("max")?,
        }
        let (scale, unit) = match self.below_s {
            below if below >= 1.0 => (1.0, "s"),
            below if below >= 1e-3 => (1e3, "ms"),
            _ => (1e6, "us"),
        };
        write!(f, "<{}{unit}", (self.below_s * scale * 1e6).round() / 1e6)
    }
}

impl std::fmt::Display for Slo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all: Vec<String> = self.objectives.iter().map(Objective::to_string).collect();
        f.write_str(&all.join(","))
    }
}

impl Serialize for Slo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Slo {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Slo".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "A service level objective, as p99<10ms,max<1s."})
    }
}

impl FromStr for Slo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let objectives = text.split(',').map(|part| objective(part.trim())).collect::<Result<_, _>>()?;
        Ok(Self { objectives })
    }
}

fn objective(part: &str) -> Result<Objective, String> {
    let wrong = || {
        format!("'{part}' is no objective; write p99<10ms, p99.9<50ms, mean<2ms or max<1s, with commas between several")
    };
    let (measure, limit) = part.split_once('<').ok_or_else(wrong)?;
    let limit = limit.trim_start_matches('=').trim();
    let measure = match measure.trim() {
        "mean" => Measure::Mean,
        "max" => Measure::Max,
        quantile => {
            let percent: f64 = quantile.strip_prefix('p').and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
            let quantile = percent / 100.0;
            if !(quantile > 0.0 && quantile <= QUANTILE_MAX + 1e-9) {
                return Err(format!("'{part}': a percentile above 0 and up to {} is needed", QUANTILE_MAX * 100.0));
            }
            Measure::Quantile(quantile)
        }
    };
    let units = [("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)];
    let below_s = units.into_iter().find_map(|(unit, scale)| {
        let digits = limit.strip_suffix(unit)?;
        digits.parse::<f64>().ok().map(|value| value * scale)
    });
    match below_s {
        Some(below_s) if below_s > 0.0 && below_s <= 3600.0 => Ok(Objective { measure, below_s }),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn objectives_are_read_and_written() {
        for text in ["p99<10ms", "p99.9<50ms", "p50<250us,p99<10ms", "max<1s", "mean<1.5ms", "p99.99<2s"] {
            assert_eq!(text.parse::<Slo>().unwrap().to_string(), text);
        }
        assert_eq!("p99 <= 10ms".parse::<Slo>().unwrap().to_string(), "p99<10ms");
        for text in
            ["", "p99", "p99<", "p99<10", "p100<1s", "p0<1s", "p-1<1s", "q<1s", "p99<0ms", "p99<NaNs", "p99<1s,"]
        {
            assert!(text.parse::<Slo>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_step_has_ten_requests_beyond_the_highest_quantile() {
        for (text, requests) in [("p99<1s", 1000), ("p50<1s,p99.9<2s", 10_000), ("max<1s", 100), ("p50<1s", 100)] {
            assert_eq!(text.parse::<Slo>().unwrap().requests(), requests, "{text}");
        }
    }

    #[test]
    fn requests_without_an_answer_bound_what_they_could_move() {
        let mut response = Histogram::<u64>::new(3).unwrap();
        response.record_n(1_000_000, 990).unwrap();
        let slo: Slo = "p99<10ms,p50<10ms,max<1s".parse().unwrap();
        let summary = Summary { max: 0.001, mean: 0.001, ..Summary::default() };
        let censored = Censored { count: 10, age_max: 2.0, percentile: 99.0 };
        let got: Vec<(f64, bool)> =
            slo.objectives.iter().map(|one| one.measured(&response, &summary, &censored)).collect();
        assert_eq!((got[0], got[2]), ((2.0, true), (2.0, true)));
        assert!((got[1].0 - 0.001).abs() < 1e-5 && !got[1].1, "{got:?}");
    }
}
