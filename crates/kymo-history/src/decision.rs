//! What people decided about changes: a file in the project's own repository, so that it is reviewed as code is.

use crate::error::HistoryError;
use crate::incident::Incident;
use crate::pattern::Pattern;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The file's place within a repository.
pub const DECISIONS_FILE: &str = ".kymograph/decisions.toml";

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionKind {
    /// Somebody looks after it.
    Ack,
    /// It is no change of the program, or does not matter.
    Ignore,
    /// It was meant: the new level is the right one.
    Expect,
}

impl DecisionKind {
    /// The name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Ignore => "ignore",
            Self::Expect => "expect",
        }
    }
}

/// A decision, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What was decided.
    pub kind: DecisionKind,
    /// The incident's name when it was decided; for people, since numbers are a store's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// The commit before the change; without it, the parent of `upto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The last commit that can have made the change. Without it, the decision is about all changes of its series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upto: Option<String>,
    /// The series that it is about, as a pattern for their names; without it, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The machine that it is about; without it, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// The largest change that it covers, as a share: 0.03 = ±3 %. A larger one is not covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Why.
    pub reason: String,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When, as 2026-11-22.
    pub date: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    decision: Vec<Decision>,
}

/// All decisions of a file, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// The decisions.
    pub list: Vec<Decision>,
}

/// The positions of an incident's commits, and those that a decision names; `None` for commits that are off the main line.
pub trait Places {
    /// The position of the commit whose hash begins so.
    fn position(&self, hash: &str) -> Option<u32>;
}

impl Decisions {
    /// Reads a file; one that is not there holds no decision.
    ///
    /// # Errors
    /// When it cannot be read, or is no file with decisions; with line and column.
    pub fn read(path: &Path) -> Result<Self, HistoryError> {
        let fail = |problem: String| HistoryError::Decisions { what: "read", path: path.to_owned(), problem };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(fail(error.to_string())),
        };
        let file: File = toml::from_str(&text).map_err(|error| fail(error.to_string().trim_end().to_owned()))?;
        Ok(Self { list: file.decision })
    }

    /// The last decision on a series of an incident.
    pub fn on(&self, incident: &Incident, series: usize, places: &dyn Places) -> Option<&Decision> {
        self.list.iter().rev().find(|decision| covers(decision, incident, series, places))
    }

    /// The decision on the incident as a whole: the last one on its largest series, if all its series are decided.
    pub fn on_all(&self, incident: &Incident, places: &dyn Places) -> Option<&Decision> {
        let each: Option<Vec<&Decision>> =
            (0..incident.series.len()).map(|series| self.on(incident, series, places)).collect();
        each?.first().copied()
    }
}

fn covers(decision: &Decision, incident: &Incident, series: usize, places: &dyn Places) -> bool {
    let Some(series) = incident.series.get(series) else { return false };
    decision.machine.as_ref().is_none_or(|machine| *machine == incident.machine)
        && decision.series.as_ref().is_none_or(|pattern| Pattern::new(pattern).fits(&series.name))
        && decision.at_most.is_none_or(|most| series.size.abs() <= most)
        && decision.upto.as_ref().is_none_or(|upto| overlaps(decision.after.as_deref(), upto, incident, places))
}

/// Whether one commit can be both the one decided about and the one that made the incident.
fn overlaps(after: Option<&str>, upto: &str, incident: &Incident, places: &dyn Places) -> bool {
    let Some(last) = places.position(upto) else {
        // Off the main line, where nothing has a place: only the very same incident fits.
        return incident.upto.starts_with(upto) || upto.starts_with(&incident.upto);
    };
    let first = match after {
        Some(after) => places.position(after).map_or(last, |before| before + 1),
        None => last,
    };
    let own = (places.position(&incident.before), places.position(&incident.upto));
    let (Some(before), Some(upto)) = own else { return false };
    first <= upto && before < last
}

/// Adds a decision to a file, which is made with its folder where there is none; what is in it stays as it is.
///
/// # Errors
/// When it cannot be written, or the file is none with decisions.
pub fn append(path: &Path, decision: &Decision) -> Result<(), HistoryError> {
    let fail = |problem: String| HistoryError::Decisions { what: "write", path: path.to_owned(), problem };
    // A file that cannot be read must not become longer.
    Decisions::read(path)?;
    let io = |error: std::io::Error| fail(error.to_string());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    let mut text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(_) => "# What was decided about changes of performance. kymo ack, ignore and expect write here; kymo detect reads.\n"
            .to_owned(),
    };
    let entry = toml::to_string(&File { decision: vec![decision.clone()] }).map_err(|error| fail(error.to_string()))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&entry);
    // By a new file and a rename: half a decision would make the whole file unreadable.
    let beside: PathBuf = path.with_extension("toml.new");
    std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path)).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::IncidentSeries;

    /// Commits a, b, c … at positions 0, 1, 2 ….
    struct Alphabet;

    impl Places for Alphabet {
        fn position(&self, hash: &str) -> Option<u32> {
            let letter = hash.bytes().next()?;
            letter.is_ascii_lowercase().then(|| u32::from(letter - b'a'))
        }
    }

    fn incident() -> Incident {
        let series = |name: &str, size| IncidentSeries {
            series: 1,
            name: name.to_owned(),
            size,
            interval: None,
            confidence: 1.0,
            worse: size > 0.0,
            same_code: false,
            spark: Vec::new(),
            spark_at: 0,
        };
        Incident {
            number: 1,
            machine: "m".to_owned(),
            opened_unix_s: 0,
            before: "d".to_owned(),
            upto: "g".to_owned(),
            at: "f".to_owned(),
            series: vec![
                series("basics/fib wasmtime execute wall_time", 0.05),
                series("basics/sum wasmtime execute wall_time", 0.02),
            ],
            gone: false,
            confirmations: Vec::new(),
            history: Vec::new(),
        }
    }

    fn decision(kind: DecisionKind) -> Decision {
        Decision {
            kind,
            incident: None,
            after: None,
            upto: None,
            series: None,
            machine: None,
            at_most: None,
            reason: "because".to_owned(),
            by: None,
            date: "2026-11-22".to_owned(),
        }
    }

    #[test]
    fn a_decision_is_about_its_commits() {
        let at = |after: Option<&str>, upto: &str| {
            let (after, upto) = (after.map(str::to_owned), Some(upto.to_owned()));
            let list = vec![Decision { after, upto, ..decision(DecisionKind::Expect) }];
            Decisions { list }.on_all(&incident(), &Alphabet).is_some()
        };
        // The incident is one of e, f, g.
        assert!(at(None, "e") && at(None, "g") && at(Some("a"), "e") && at(Some("f"), "z"));
        assert!(!at(None, "d") && !at(None, "h") && !at(Some("g"), "z"));
        assert!(!at(None, "G"));
    }

    #[test]
    fn a_decision_is_about_its_series_and_size() {
        let narrow = Decision { series: Some("basics/sum*".to_owned()), ..decision(DecisionKind::Ignore) };
        let decisions = Decisions { list: vec![narrow.clone()] };
        assert_eq!(decisions.on(&incident(), 0, &Alphabet), None);
        assert_eq!(decisions.on(&incident(), 1, &Alphabet), Some(&narrow));
        assert_eq!(decisions.on_all(&incident(), &Alphabet), None);
        let small = Decision { at_most: Some(0.03), ..decision(DecisionKind::Expect) };
        let list = vec![small];
        assert_eq!(Decisions { list: list.clone() }.on(&incident(), 0, &Alphabet), None);
        assert!(Decisions { list }.on(&incident(), 1, &Alphabet).is_some());
    }

    #[test]
    fn the_file_grows_and_keeps_what_people_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DECISIONS_FILE);
        assert_eq!(Decisions::read(&path).unwrap(), Decisions::default());
        append(&path, &decision(DecisionKind::Ack)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap() + "# a remark of ours";
        std::fs::write(&path, text).unwrap();
        append(&path, &Decision { reason: "a \"quoted\"\nreason".to_owned(), ..decision(DecisionKind::Expect) })
            .unwrap();
        let read = Decisions::read(&path).unwrap();
        assert_eq!(read.list.iter().map(|one| one.kind).collect::<Vec<_>>(), [DecisionKind::Ack, DecisionKind::Expect]);
        assert_eq!(read.list[1].reason, "a \"quoted\"\nreason");
        assert!(std::fs::read_to_string(&path).unwrap().contains("# a remark of ours\n"));
    }

    #[test]
    fn a_fault_is_pointed_at_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.toml");
        std::fs::write(&path, "[[decision]]\nkind = \"shrug\"\n").unwrap();
        let error = append(&path, &decision(DecisionKind::Ack)).unwrap_err().to_string();
        assert!(error.contains("decisions.toml") && error.contains("line 2"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[[decision]]\nkind = \"shrug\"\n");
    }
}
