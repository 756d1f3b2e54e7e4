//! A file for each format that is read.

pub mod criterion;
pub mod go;
pub mod hyperfine;
pub mod libtest;
pub mod sightglass;

use crate::error::ExchangeError;
use crate::format::Format;
use crate::reading::Reading;
use kymo_model::{Metric, Phase, Samples, Value};

/// Reads a text in a format. `name` stands for the file in errors.
///
/// # Errors
/// What is wrong with it, and where. A run document is refused: it needs no reading, but the check of its store.
pub fn read(format: Format, name: &str, text: &str) -> Result<Reading, ExchangeError> {
    let text = text.trim_start_matches('\u{feff}');
    match format {
        Format::Run => Err(ExchangeError::of(name, "a run document is kymo's own and is not translated")),
        Format::SightglassCsv => sightglass::read_csv(name, text),
        Format::SightglassJson => sightglass::read_json(name, text),
        Format::Hyperfine => hyperfine::read(name, text),
        Format::Criterion => criterion::read_messages(name, text),
        Format::Libtest => libtest::read(name, text),
        Format::Go => go::read(name, text),
    }
}

/// A series without warm-up.
fn series(phase: Phase, metric: Metric, values: Vec<f64>) -> Samples {
    Samples { phase, metric, warmup: 0, values: values.into_iter().map(Value::new).collect() }
}

/// A time in nanoseconds as people and programs print it, with commas between thousands or not; in seconds.
fn nanoseconds(text: &str) -> Option<f64> {
    let number: f64 = text.replace(',', "").parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number * 1e-9)
}

/// Names in a remark, each once, in order.
fn listed(mut names: Vec<String>) -> String {
    names.sort();
    names.dedup();
    names.join(", ")
}
