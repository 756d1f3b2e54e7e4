//! Reading `kymo.toml`: every error has its line and column.

use super::{EnvironmentKind, FILE_NAME, Measure, MeasureKind, ProjectFile, ProjectFileError, SIZE_MAX, Tier, VERSION};
use std::collections::BTreeSet;
use toml::de::{DeTable, DeValue};

/// A place in the file: keys and places in lists, from the root.
type Path<'a> = Vec<&'a str>;

/// Something wrong at a place.
struct Wrong<'a> {
    at: Path<'a>,
    message: String,
}

fn wrong<'a, T>(at: Path<'a>, message: impl Into<String>) -> Result<T, Wrong<'a>> {
    Err(Wrong { at, message: message.into() })
}

impl ProjectFile {
    /// Reads and checks the text of a `kymo.toml`.
    ///
    /// # Errors
    /// What is wrong first, with its place.
    pub fn parse(text: &str) -> Result<Self, ProjectFileError> {
        if text.len() > SIZE_MAX {
            let message = format!("the file has {} bytes, {SIZE_MAX} are the most", text.len());
            return Err(ProjectFileError { line: 1, column: 1, message });
        }
        let file: Self = toml::from_str(text).map_err(|error| {
            let (line, column) = line_and_column(text, error.span().map_or(0, |span| span.start));
            ProjectFileError { line, column, message: error.message().replace('\n', ", ") }
        })?;
        match file.check() {
            Ok(()) => Ok(file),
            Err(Wrong { at, message }) => Err(ProjectFileError::at(text, &at, message)),
        }
    }

    /// The tier of that name. `full` without an entry is everything; another must have one.
    ///
    /// # Errors
    /// A sentence with the tiers there are.
    pub fn tier(&self, name: &str) -> Result<Tier, String> {
        if let Some(tier) = self.tiers.get(name) {
            return Ok(tier.clone());
        }
        if name == "full" {
            return Ok(Tier::default());
        }
        let known: Vec<&str> = self.tiers.keys().map(String::as_str).chain(["full"]).collect();
        Err(format!("{FILE_NAME} has no tier '{name}'; it has {}", known.join(", ")))
    }

    /// What a tier measures, in the order of the file.
    pub fn measures<'a>(&'a self, tier: &'a Tier) -> impl Iterator<Item = &'a Measure> {
        self.measure.iter().filter(|one| tier.measure.is_empty() || tier.measure.contains(&one.name))
    }

    /// What everything runs in.
    pub fn environment_kind(&self) -> EnvironmentKind {
        let chosen = &self.environment;
        match (&chosen.dockerfile, &chosen.image, &chosen.archive) {
            (Some(path), ..) => EnvironmentKind::Dockerfile(path.clone()),
            (_, Some(image), _) => EnvironmentKind::Image(image.clone()),
            (.., Some(from)) => {
                EnvironmentKind::Archive { from: from.clone(), sha256: chosen.sha256.clone().unwrap_or_default() }
            }
            _ => EnvironmentKind::Host,
        }
    }

    fn check(&self) -> Result<(), Wrong<'_>> {
        if self.version != VERSION {
            let message = format!("version {} is not known: this kymo reads version {VERSION}", self.version);
            return wrong(vec!["version"], message);
        }
        self.check_environment()?;
        if self.measure.is_empty() {
            return wrong(vec!["measure"], "nothing is measured: add a [[measure]]");
        }
        let mut names = BTreeSet::new();
        for (place, measure) in self.measure.iter().enumerate() {
            let place = PLACES.get(place).copied().unwrap_or("0");
            check_measure(place, measure)?;
            if !names.insert(measure.name.as_str()) {
                return wrong(vec!["measure", place, "name"], format!("the name '{}' is there twice", measure.name));
            }
        }
        for (name, tier) in &self.tiers {
            self.check_tier(name, tier, &names)?;
        }
        Ok(())
    }

    fn check_environment(&self) -> Result<(), Wrong<'_>> {
        let chosen = &self.environment;
        let kinds = [
            ("host", chosen.host),
            ("dockerfile", chosen.dockerfile.is_some()),
            ("image", chosen.image.is_some()),
            ("archive", chosen.archive.is_some()),
        ];
        let mut said = kinds.iter().filter(|(_, is_said)| *is_said).map(|(name, _)| *name);
        if let (Some(first), Some(second)) = (said.next(), said.next()) {
            return wrong(vec!["environment", second], format!("{first} and {second}: name one environment"));
        }
        if let Some(path) = [&chosen.dockerfile, &chosen.image].into_iter().flatten().find(|path| !is_inside(path)) {
            let key = if chosen.image.is_some() { "image" } else { "dockerfile" };
            return wrong(vec!["environment", key], format!("'{path}' leads out of the repository"));
        }
        let Some(from) = &chosen.archive else {
            return match &chosen.sha256 {
                Some(_) => wrong(vec!["environment", "sha256"], "sha256 belongs to an archive: name it"),
                None => Ok(()),
            };
        };
        if !from.starts_with("https://") && (!is_inside(from) || from.contains("://")) {
            let message = format!("'{from}' is neither a path in the repository nor an https:// address");
            return wrong(vec!["environment", "archive"], message);
        }
        let is_digest = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !chosen.sha256.as_ref().is_some_and(is_digest) {
            return wrong(vec!["environment", "archive"], "an archive needs its sha256: 64 hexadecimal digits");
        }
        Ok(())
    }

    fn check_tier<'a>(&'a self, name: &'a str, tier: &'a Tier, known: &BTreeSet<&str>) -> Result<(), Wrong<'a>> {
        if !is_plain(name) {
            return wrong(vec!["tiers", name], format!("the tier '{name}' needs a name of letters, digits, '-', '_'"));
        }
        if let Some(missing) = tier.measure.iter().find(|one| !known.contains(one.as_str())) {
            let list: Vec<&str> = known.iter().copied().collect();
            let message = format!("there is no [[measure]] named '{missing}'; there are {}", list.join(", "));
            return wrong(vec!["tiers", name, "measure"], message);
        }
        if tier.rounds.is_some() && tier.budget.is_some() {
            return wrong(vec!["tiers", name, "budget"], "rounds and budget: give one of them");
        }
        match tier.rounds {
            Some(0) => wrong(vec!["tiers", name, "rounds"], "at least one round is needed"),
            _ => Ok(()),
        }
    }
}

impl ProjectFileError {
    /// Something wrong with the value at a place of the text: keys and places in lists, from the root.
    pub fn at(text: &str, path: &[&str], message: String) -> Self {
        let (line, column) = line_and_column(text, offset_of(text, path).unwrap_or(0));
        Self { line, column, message }
    }
}

fn check_measure<'a>(place: &'static str, measure: &'a Measure) -> Result<(), Wrong<'a>> {
    let at = |key: &'static str| vec!["measure", place, key];
    if !is_plain(&measure.name) {
        return wrong(at("name"), format!("'{}' is no name: letters, digits, '-' and '_', 64 at most", measure.name));
    }
    match measure.kind() {
        MeasureKind::Suites if measure.suites.is_empty() => {
            wrong(at("name"), format!("'{}' measures nothing: give it suites or a command", measure.name))
        }
        MeasureKind::Suites if measure.import.is_some() || measure.results.is_some() => {
            let key = if measure.import.is_some() { "import" } else { "results" };
            wrong(at(key), format!("{key} belongs to a command: give one"))
        }
        MeasureKind::Import { .. } | MeasureKind::Timed { .. }
            if !measure.suites.is_empty() || !measure.engines.is_empty() || measure.canary.is_some() =>
        {
            wrong(at("command"), "suites and engines are measured by kymo run, a command measures itself: give one")
        }
        MeasureKind::Import { results: Some(path), .. } if !is_inside(path) => {
            wrong(at("results"), format!("'{path}' leads out of the repository"))
        }
        MeasureKind::Timed { .. } if measure.results.is_some() => {
            wrong(at("results"), "results need their format: import = \"criterion\" or another that kymo import reads")
        }
        // Words that begin with a dash would be read as flags.
        MeasureKind::Suites => match measure.suites.iter().chain(&measure.engines).find(|one| one.starts_with('-')) {
            Some(word) => wrong(at("suites"), format!("'{word}' begins with a dash")),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Places in lists, as parts of a path. A file may have more measures; errors then point at the first.
const PLACES: [&str; 32] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
    "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31",
];

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether a path stays in the repository, as far as its text says: links are looked at when it is opened.
fn is_inside(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| part != "..") && !path.contains('\0')
}

/// Where in the text a value stands; that of the nearest parent where it does not.
fn offset_of(text: &str, path: &[&str]) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut found = table.span().start;
    let mut parts = path.iter();
    let first = parts.next()?;
    let (key, mut value) = table.get_ref().iter().find(|(key, _)| key.get_ref() == first)?;
    found = found.max(key.span().start);
    for part in parts {
        let next = match value.get_ref() {
            DeValue::Table(table) => table.iter().find(|(key, _)| key.get_ref() == part).map(|(key, value)| {
                found = key.span().start;
                value
            }),
            DeValue::Array(list) => part.parse::<usize>().ok().and_then(|place| list.get(place)).inspect(|value| {
                found = value.span().start;
            }),
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => break,
        }
    }
    Some(found)
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Limits;
    use crate::{Bytes, Seconds};

    const GOOD: &str = r#"version = 1
project = "sample"

[environment]
host = true

[build]
run = ["make"]
limits = { wall_time = "10min", memory = "64GiB" }

[[measure]]
name = "basics"
suites = ["basics"]
engines = ["wasmtime@head"]

[[measure]]
name = "bench"
command = "./bench"
import = "criterion"
results = "target/criterion"

[tiers.smoke]
measure = ["basics"]
budget = "2min"
"#;

    #[test]
    fn a_file_is_read() {
        let file = ProjectFile::parse(GOOD).unwrap();
        assert_eq!(file.environment_kind(), EnvironmentKind::Host);
        let smoke = file.tier("smoke").unwrap();
        let names: Vec<&str> = file.measures(&smoke).map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["basics"]);
        assert_eq!(file.measures(&file.tier("full").unwrap()).count(), 2);
        assert!(file.tier("nightly").unwrap_err().contains("smoke, full"));
    }

    #[test]
    fn a_file_never_widens_its_limits() {
        let file = ProjectFile::parse(GOOD).unwrap();
        let policy = Limits { memory: Bytes::new(1 << 30), ..Limits::default() };
        let limits = file.build.limits.within(&policy);
        assert_eq!((limits.memory, limits.wall_time), (Bytes::new(1 << 30), Seconds::new(600.0)));
    }

    fn check(change: (&str, &str), line: usize, column: usize, words: &str) {
        let text = GOOD.replacen(change.0, change.1, 1);
        assert_ne!(text, GOOD, "{}", change.0);
        let error = ProjectFile::parse(&text).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{error}");
        assert!(error.message.contains(words), "{error}");
    }

    #[test]
    fn errors_have_their_place() {
        check(("version = 1", "version = 2"), 1, 1, "version 2 is not known");
        check(("\"sample\"", "\"../x\""), 2, 11, "no project's name");
        check(("host = true", "host = true\nimage = \"a.tar\""), 6, 1, "host and image");
        check(("host = true", "dockerfile = \"../D\""), 5, 1, "leads out");
        check(("host = true", "archive = \"root.tar\""), 5, 1, "needs its sha256");
        check(("\"10min\"", "\"soon\""), 9, 24, "a time above zero");
        check(("name = \"bench\"", "name = \"basics\""), 17, 1, "there twice");
        check(("suites = [\"basics\"]", "suites = [\"--store\"]"), 13, 1, "begins with a dash");
        check(("[\"basics\"]\nbudget", "[\"base\"]\nbudget"), 23, 1, "no [[measure]] named 'base'");
        check(("[tiers.smoke]", "[tier.smoke]"), 22, 2, "unknown field");
        check(("import = \"criterion\"\n", ""), 19, 1, "results need their format");
        check(("command = \"./bench\"", "command = 3"), 18, 11, "string");
    }
}
