//! The formats that can be read, and which of them a text is in.

use crate::error::ExchangeError;
use crate::read::{go, libtest, sightglass};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A run document of Kymograph, which needs no reading here.
    Run,
    /// The raw CSV of sightglass.
    SightglassCsv,
    /// The raw JSON of sightglass.
    SightglassJson,
    /// The JSON of hyperfine.
    Hyperfine,
    /// Criterion's output folder, or the messages of `cargo criterion`, a JSON object a line.
    Criterion,
    /// The lines of the standard library's bench harness.
    Libtest,
    /// The lines of `go test -bench`.
    Go,
}

/// What the first JSON object of a file has that tells the formats apart.
#[derive(Deserialize)]
struct Keys {
    schema: Option<IgnoredAny>,
    plan: Option<IgnoredAny>,
    results: Option<IgnoredAny>,
    reason: Option<IgnoredAny>,
}

/// The format of a text, by what is in it. `name` stands for the file in errors.
///
/// # Errors
/// When it is none of those that can be read, with what it looks like where that helps.
pub fn detect(name: &str, text: &str) -> Result<Format, ExchangeError> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        return Err(ExchangeError::of(name, "it is empty"));
    }
    if text.starts_with('{') {
        return of_object(name, text);
    }
    if text.starts_with('[') {
        return Ok(Format::SightglassJson);
    }
    if sightglass::is_csv(text) {
        return Ok(Format::SightglassCsv);
    }
    if text.starts_with("run,benchmark,variant,") || text.starts_with("benchmark,variant,phase,") {
        return Err(ExchangeError::of(name, "this is kymo's own CSV, which is not read back")
            .with_hint("export the run with --format json and import that"));
    }
    if text.starts_with("command,mean,stddev,") {
        return Err(ExchangeError::of(name, "this is hyperfine's CSV, which has means only")
            .with_hint("let hyperfine write its samples with --export-json"));
    }
    let mut lines = text.lines();
    if lines.clone().any(go::is_result) {
        return Ok(Format::Go);
    }
    if lines.any(libtest::is_result) {
        return Ok(Format::Libtest);
    }
    Err(unknown(name))
}

fn unknown(name: &str) -> ExchangeError {
    ExchangeError::of(name, "this is no format that kymo imports").with_hint(
        "it reads run documents, sightglass's raw CSV and JSON, hyperfine's JSON, Criterion's folder, and the lines of \
         cargo bench and of go test -bench",
    )
}

fn of_object(name: &str, text: &str) -> Result<Format, ExchangeError> {
    let mut objects = serde_json::Deserializer::from_str(text).into_iter::<Keys>();
    match objects.next() {
        Some(Ok(Keys { schema: Some(_), plan: Some(_), .. })) => Ok(Format::Run),
        Some(Ok(Keys { results: Some(_), .. })) => Ok(Format::Hyperfine),
        Some(Ok(Keys { reason: Some(_), .. })) => Ok(Format::Criterion),
        Some(Err(error)) => Err(ExchangeError::json(name, &error)),
        _ => Err(unknown(name)),
    }
}
