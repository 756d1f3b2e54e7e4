//! `kymo check`.

use crate::cli::{CheckArgs, CheckFormat, ImportFormat};
use crate::error::CliError;
use crate::remark::remark;
use clap::ValueEnum;
use kymo_model::VariantSpec;
use kymo_model::watch::project_file::{EnvironmentKind, FILE_NAME, Measure, SIZE_MAX, Tier};
use kymo_model::watch::{MeasureKind, ProjectFile, ProjectFileError};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Reads the file, checks it and what it names, and says what it measures.
pub fn check(args: &CheckArgs) -> Result<ExitCode, CliError> {
    let path = match &args.path {
        here if here == Path::new(".") => PathBuf::from(FILE_NAME),
        folder if folder.is_dir() => folder.join(FILE_NAME),
        file => file.clone(),
    };
    let text = read(&path)?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let checked = ProjectFile::parse(&text).and_then(|file| beyond_the_text(&file, &text, &folder).map(|()| file));
    match (args.format, checked) {
        (CheckFormat::Json, checked) => json(&path, checked),
        (CheckFormat::Text, Ok(file)) => {
            std::io::stdout().lock().write_all(summary(&path, &file).as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        (CheckFormat::Text, Err(error)) => {
            remark(format_args!("{}:{}:{}: {}", path.display(), error.line, error.column, error.message));
            if let Some(shown) = excerpt(&text, &error) {
                remark(shown);
            }
            Ok(ExitCode::from(1))
        }
    }
}

fn read(path: &Path) -> Result<String, CliError> {
    let failed = |problem: String| CliError::usage(format!("{}: {problem}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => failed("there is no such file".to_owned())
            .with_hint(format!("name the folder of a project that has a {FILE_NAME}, or the file")),
        _ => failed(error.to_string()),
    })?;
    let mut bytes = Vec::new();
    // One byte more than may be there: the check of the size tells the rest.
    file.take(SIZE_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes)
        .map_err(|error| failed(format!("it is not UTF-8 after byte {}", error.utf8_error().valid_up_to())))
}

/// What the text alone cannot tell: files that are not there, engines and formats that nobody knows.
fn beyond_the_text(file: &ProjectFile, text: &str, folder: &Path) -> Result<(), ProjectFileError> {
    let (key, named) = match file.environment_kind() {
        EnvironmentKind::Host => ("host", None),
        EnvironmentKind::Dockerfile(path) => ("dockerfile", Some(path)),
        EnvironmentKind::Image(name) => ("image", Some(name).filter(|name| !name.contains("@sha256:"))),
        EnvironmentKind::Archive { from, .. } => ("archive", Some(from).filter(|from| !from.contains("://"))),
    };
    if let Some(path) = named.filter(|path| !folder.join(path).is_file()) {
        let message = format!("there is no file {path} in the repository");
        return Err(ProjectFileError::at(text, &["environment", key], message));
    }
    for (place, measure) in file.measure.iter().enumerate() {
        let place = place.to_string();
        let at = |key, message| Err(ProjectFileError::at(text, &["measure", &place, key], message));
        for engine in &measure.engines {
            if let Err(error) = engine.parse::<VariantSpec>() {
                return at("engines", error.to_string());
            }
        }
        if let Some(Err(error)) = measure.canary.as_ref().map(|canary| canary.parse::<VariantSpec>()) {
            return at("canary", error.to_string());
        }
        if let Some(format) = measure.import.as_ref().filter(|format| ImportFormat::from_str(format, false).is_err()) {
            return at("import", format!("'{format}' is no format that kymo import reads: {}", formats()));
        }
    }
    Ok(())
}

fn formats() -> String {
    let names = ImportFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    names.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
}

/// The line that is wrong, with a mark below the place.
fn excerpt(text: &str, error: &ProjectFileError) -> Option<String> {
    let line = text.lines().nth(error.line - 1)?;
    let plain: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect();
    let mark = " ".repeat((error.column - 1).min(100));
    let width = error.line.to_string().len();
    Some(format!("{} | {plain}\n{} | {mark}^", error.line, " ".repeat(width)))
}

fn summary(path: &Path, file: &ProjectFile) -> String {
    let mut out = String::new();
    let environment = match file.environment_kind() {
        EnvironmentKind::Host => "the machine's own tools".to_owned(),
        EnvironmentKind::Dockerfile(path) => format!("what {path} builds"),
        EnvironmentKind::Image(name) => format!("the image {name}"),
        EnvironmentKind::Archive { from, .. } => format!("the root file system {from}"),
    };
    // A String takes all that is written to it.
    let _ = writeln!(out, "{}: good", path.display());
    let _ = writeln!(out, "  project  {}, in {environment}", file.project);
    for (step, commands) in [("prepare", &file.prepare.run), ("build", &file.build.run)] {
        for command in commands {
            let _ = writeln!(out, "  {step:<8} {command}");
        }
    }
    for measure in &file.measure {
        let _ = writeln!(out, "  measure  {}: {}", measure.name, what(measure));
    }
    let mut tiers: Vec<(&str, Tier)> = file.tiers.iter().map(|(name, tier)| (name.as_str(), tier.clone())).collect();
    if !file.tiers.contains_key("full") {
        tiers.push(("full", Tier::default()));
    }
    for (name, tier) in tiers {
        let measures = if tier.measure.is_empty() { "everything".to_owned() } else { tier.measure.join(", ") };
        let much = match (tier.rounds, tier.budget) {
            (Some(rounds), _) => format!(", {rounds} rounds each"),
            (_, Some(budget)) => format!(", {} s each at most", budget.get()),
            _ => String::new(),
        };
        let _ = writeln!(out, "  tier     {name}: {measures}{much}");
    }
    out
}

fn what(measure: &Measure) -> String {
    match measure.kind() {
        MeasureKind::Suites => {
            let engines =
                if measure.engines.is_empty() { "the suite's engines".to_owned() } else { measure.engines.join(", ") };
            let canary = measure.canary.as_ref().map(|name| format!(", beside {name}")).unwrap_or_default();
            format!("{} on {engines}{canary}", measure.suites.join(", "))
        }
        MeasureKind::Import { command, format, results } => {
            format!("{format} results in {} of `{command}`", results.unwrap_or("the output"))
        }
        MeasureKind::Timed { command } => format!("`{command}` as a whole"),
    }
}

#[derive(Serialize)]
struct Report {
    file: PathBuf,
    errors: Vec<Wrong>,
}

#[derive(Serialize)]
struct Wrong {
    line: usize,
    column: usize,
    message: String,
}

fn json(path: &Path, checked: Result<ProjectFile, ProjectFileError>) -> Result<ExitCode, CliError> {
    let errors: Vec<Wrong> = checked
        .err()
        .map(|error| Wrong { line: error.line, column: error.column, message: error.message })
        .into_iter()
        .collect();
    let code = ExitCode::from(u8::from(!errors.is_empty()));
    let report = Report { file: path.to_owned(), errors };
    let text = serde_json::to_string(&report).map_err(std::io::Error::from)?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(code)
}
