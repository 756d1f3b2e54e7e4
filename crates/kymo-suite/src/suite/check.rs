//! Checks of single values.

use super::Expectation;
use crate::error::Fault;
use crate::raw::{RawBenchmark, RawRegion, RawStdout, SCHEMA};
use crate::template::Template;
use kymo_model::variant::NotAVariant;
use kymo_model::{ModuleHash, VariantSpec};
use std::path::{Component, Path};
use toml::Spanned;

/// The version of the format.
pub(super) fn version(schema: &Spanned<i64>) -> Result<(), Fault> {
    if *schema.get_ref() == SCHEMA {
        return Ok(());
    }
    let message =
        format!("version {} of the format is not known; this program reads version {SCHEMA}", schema.get_ref());
    Err(Fault::new(schema.span(), "schema", message))
}

/// A name of a suite, benchmark, flavour, tag or parameter: fit for a path, a URL and `suite/name:flavour`.
pub(super) fn name(name: &Spanned<String>, key: &str) -> Result<(), Fault> {
    let text = name.get_ref();
    let first = text.chars().next().is_some_and(|letter| letter.is_ascii_alphanumeric());
    let rest = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    if first && rest {
        return Ok(());
    }
    let message =
        format!("'{text}' is no name: letters, digits, '.', '_' and '-' are allowed, the first a letter or digit");
    Err(Fault::new(name.span(), key, message))
}

/// Something must be said.
pub(super) fn prose(text: &Spanned<String>, key: &str) -> Result<(), Fault> {
    if text.get_ref().trim().is_empty() {
        return Err(Fault::new(text.span(), key, "say in a sentence what it shows"));
    }
    Ok(())
}

/// A path beside `suite.toml`, so that a suite can be moved as a whole.
pub(super) fn relative(path: &Spanned<String>, key: &str) -> Result<(), Fault> {
    let text = path.get_ref();
    let inside = Path::new(text).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if inside && !text.is_empty() {
        return Ok(());
    }
    let message = format!("'{text}' leaves the suite; a path is relative to the folder of suite.toml and stays in it");
    Err(Fault::new(path.span(), key, message))
}

/// The engines of a run where nobody names one. Whether they are there is for the run to find out.
pub(super) fn engines(engines: &[Spanned<String>]) -> Result<Vec<String>, Fault> {
    let mut checked: Vec<String> = Vec::new();
    for engine in engines {
        let fault = |message: String| Fault::new(engine.span(), "engines", message);
        let spec: VariantSpec = engine.get_ref().parse().map_err(|error: NotAVariant| fault(error.to_string()))?;
        let name = spec.to_string();
        if checked.contains(&name) {
            return Err(fault(format!("{name} is there twice")));
        }
        checked.push(name);
    }
    Ok(checked)
}

pub(super) fn tags(tags: &[Spanned<String>], key: &str) -> Result<Vec<String>, Fault> {
    let mut checked: Vec<String> = Vec::new();
    for tag in tags {
        name(tag, key)?;
        if checked.contains(tag.get_ref()) {
            return Err(Fault::new(tag.span(), key, format!("the tag '{}' is there twice", tag.get_ref())));
        }
        checked.push(tag.get_ref().clone());
    }
    Ok(checked)
}

pub(super) fn hash(text: &str, at: std::ops::Range<usize>, key: &str) -> Result<ModuleHash, Fault> {
    ModuleHash::try_from(text.to_owned()).map_err(|error| Fault::new(at, key, error.to_string()))
}

/// The one of `stdout`, `result` and `check` that is there.
pub(super) fn expectation(raw: &RawBenchmark, declared: &[&str]) -> Result<Expectation, Fault> {
    let key = |key: &str| format!("{}.{key}", raw.name.get_ref());
    match (&raw.stdout, &raw.result, &raw.check) {
        (Some(stdout), None, None) => self::stdout(stdout, &key("stdout"), declared),
        (None, Some(result), None) => match raw.region.as_ref().map(Spanned::get_ref) {
            Some(RawRegion::Export(_)) => Ok(Expectation::Result(result.get_ref().clone())),
            _ => Err(Fault::new(
                result.span(),
                key("result"),
                "only an invoked export has a result; add region = { export = \"NAME\" }, or expect stdout",
            )),
        },
        (None, None, Some(_)) => Ok(Expectation::None),
        // What a server answers is verified by the rule in `serve`.
        (None, None, None) if raw.serve.is_some() => Ok(Expectation::None),
        (None, None, None) => Err(Fault::new(
            raw.name.span(),
            raw.name.get_ref(),
            "nothing says how its result is verified; add stdout = { file = \"…\" }, { sha256 = \"…\" } or { text = \
             \"…\" }, or result = \"…\" for an export, or check = \"none\" where nothing can be expected",
        )),
        (stdout, result, check) => {
            let given = [
                stdout.as_ref().map(|value| ("stdout", value.span())),
                result.as_ref().map(|value| ("result", value.span())),
                check.as_ref().map(|value| ("check", value.span())),
            ];
            let given: Vec<_> = given.into_iter().flatten().collect();
            let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
            let at = given.last().map_or_else(|| raw.name.span(), |(_, at)| at.clone());
            let message = format!("{} exclude each other; keep one", names.join(" and "));
            Err(Fault::new(at, raw.name.get_ref(), message))
        }
    }
}

fn stdout(stdout: &Spanned<RawStdout>, key: &str, declared: &[&str]) -> Result<Expectation, Fault> {
    match stdout.get_ref() {
        RawStdout { file: Some(path), sha256: None, text: None } => {
            let key = format!("{key}.file");
            relative(path, &key)?;
            Ok(Expectation::StdoutFile(Template::parse(path, &key, declared)?))
        }
        RawStdout { file: None, sha256: Some(text), text: None } => {
            let hash = hash(text.get_ref(), text.span(), &format!("{key}.sha256"))?;
            Ok(Expectation::StdoutHash(hash))
        }
        RawStdout { file: None, sha256: None, text: Some(text) } => {
            Ok(Expectation::StdoutHash(crate::inspect::hash(text.as_bytes())))
        }
        _ => Err(Fault::new(stdout.span(), key, "write exactly one of file, sha256 and text")),
    }
}
