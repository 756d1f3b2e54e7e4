//! What came of all probes on all subjects, as a table and as a document.

use super::probes::Probe;
use super::subject::Subject;
use super::trial::{Finding, Trial};
use crate::columns::columns;
use crate::render::grid::{Style, Tone};
use crate::render::harmless;
use serde_json::{Value, json};

/// The version of the document.
const SCHEMA: u32 = 1;

/// Put before a cell that is not as claimed, or is a crash.
const LOUD: &str = "!! ";

/// Put before a cell that is better than claimed.
const BETTER: &str = "?? ";

/// What came of everything.
pub struct Checked<'a> {
    /// The probes: the rows.
    pub probes: Vec<&'a Probe>,
    /// The subjects: the columns.
    pub subjects: &'a [Subject],
    /// A trial for each probe of each subject.
    pub trials: Vec<Vec<Trial>>,
}

/// Something that differs between two builds of an engine.
struct Change {
    probe: &'static str,
    strategy: String,
    from: String,
    to: String,
}

/// Two builds of one engine, or two settings of it: the first that was named, and a later one.
struct Pair {
    one: String,
    other: String,
    changes: Vec<Change>,
}

impl Checked<'_> {
    /// The trials that a signal ended, with the names of probe and subject.
    pub fn crashes(&self) -> Vec<String> {
        let crashed = self.each().filter(|(_, _, trial)| trial.finding == Finding::Crashed);
        crashed
            .map(|(probe, subject, trial)| format!("{} on {}: {}", probe.name, subject.name, trial.label()))
            .collect()
    }

    fn each(&self) -> impl Iterator<Item = (&Probe, &Subject, &Trial)> {
        let rows = self.probes.iter().enumerate();
        rows.flat_map(move |(row, probe)| {
            let columns = self.subjects.iter().zip(&self.trials);
            columns.filter_map(move |(subject, trials)| Some((*probe, subject, trials.get(row)?)))
        })
    }

    fn pairs(&self) -> Vec<Pair> {
        let sides = sides(self.subjects);
        let mut pairs = Vec::new();
        for (at, (engine, other)) in sides.iter().enumerate() {
            let Some((_, one)) = sides[..at].iter().find(|(first, _)| first == engine) else { continue };
            // Sides without a strategy in common are not to be compared.
            if let Some(changes) = self.changes(one, other) {
                pairs.push(Pair { one: one.clone(), other: other.clone(), changes });
            }
        }
        pairs
    }

    /// The subjects of a side, each with its trials.
    fn of_side(&self, name: &str) -> impl Iterator<Item = (&Subject, &Vec<Trial>)> {
        self.subjects.iter().zip(&self.trials).filter(move |(subject, _)| side(subject) == name)
    }

    fn changes(&self, one: &str, other: &str) -> Option<Vec<Change>> {
        let mut changes = None;
        for (first, trials) in self.of_side(one) {
            let second = self.of_side(other).find(|(subject, _)| subject.strategy == first.strategy);
            let Some((_, others)) = second else { continue };
            let changes = changes.get_or_insert_with(Vec::new);
            for (probe, (before, after)) in self.probes.iter().zip(trials.iter().zip(others)) {
                let (from, to) = (with_claim(before), with_claim(after));
                if from != to {
                    changes.push(Change { probe: probe.name, strategy: first.strategy.clone(), from, to });
                }
            }
        }
        changes
    }
}

/// What distinguishes subjects apart from their strategy: the build, else the settings are part of the name.
fn side(subject: &Subject) -> String {
    let settings: Vec<String> = subject.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let build = subject.build.as_ref().map(|build| format!("@{build}")).unwrap_or_default();
    let settings = if settings.is_empty() { String::new() } else { format!("[{}]", settings.join(",")) };
    format!("{}{build}{settings}", subject.engine)
}

/// Engine and side, each side once, in the order of the subjects.
fn sides(subjects: &[Subject]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for subject in subjects {
        let side = side(subject);
        if !found.iter().any(|(_, known)| *known == side) {
            found.push((subject.engine.clone(), side));
        }
    }
    found
}

fn with_claim(trial: &Trial) -> String {
    format!("{}{}", trial.label(), if trial.claimed { ", claimed" } else { ", not claimed" })
}

fn cell(trial: &Trial) -> String {
    let mark = match (trial.finding, trial.agrees()) {
        (Finding::Crashed, _) => LOUD,
        (_, true) => "",
        (Finding::Supported, false) => BETTER,
        (_, false) => LOUD,
    };
    format!("{mark}{}", trial.label())
}

/// The matrix, what the marked cells are about, and how builds differ.
pub fn table(checked: &Checked, colour: bool) -> String {
    let style = Style { colour };
    let mut rows = vec![vec!["probe".to_owned()]];
    rows[0].extend(checked.subjects.iter().map(|subject| subject.name.clone()));
    for (row, probe) in checked.probes.iter().enumerate() {
        let cells = checked.trials.iter().filter_map(|trials| trials.get(row)).map(cell);
        rows.push(std::iter::once(probe.name.to_owned()).chain(cells).collect());
    }
    let mut text = columns(&rows, colour);
    text.push_str(&marked(checked, style));
    for pair in checked.pairs() {
        text.push_str(&told(&pair));
    }
    text
}

fn marked(checked: &Checked, style: Style) -> String {
    let mut text = String::new();
    let told =
        checked.each().filter(|(_, _, trial)| !cell(trial).eq(&trial.label()) || trial.finding == Finding::Panicked);
    for (probe, subject, trial) in told {
        let tone = if trial.finding == Finding::Supported || trial.agrees() { Tone::Yellow } else { Tone::Loud };
        let tone = if trial.finding == Finding::Crashed { Tone::Loud } else { tone };
        let said = gist(trial);
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        let line = format!("{} on {}: {}{said}", probe.name, subject.name, with_claim(trial));
        text.push_str(&style.paint(&harmless::line(&line), tone));
        text.push('\n');
    }
    let agreed = checked.each().filter(|(_, _, trial)| trial.agrees()).count();
    let all = checked.each().count();
    let legend = if agreed == all {
        format!("all {all} findings are as claimed\n")
    } else {
        format!(
            "{agreed} of {all} findings are as claimed; !! worse than claimed, or a crash; ?? better than claimed\n"
        )
    };
    if text.is_empty() { format!("\n{legend}") } else { format!("\n{text}\n{legend}") }
}

fn told(pair: &Pair) -> String {
    if pair.changes.is_empty() {
        return format!("\n{}: every probe fares as on {}\n", pair.other, pair.one);
    }
    let mut text = format!("\nfrom {} to {}:\n", pair.one, pair.other);
    for change in &pair.changes {
        text.push_str(&format!("  {} [{}]: {} → {}\n", change.probe, change.strategy, change.from, change.to));
    }
    text
}

/// The first line of what was said; of a panic the second, too: the first says only where.
fn gist(trial: &Trial) -> String {
    const CHARS_MAX: usize = 200;
    let count = if trial.finding == Finding::Panicked { 2 } else { 1 };
    let lines = trial.detail.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.take(count).collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(CHARS_MAX).collect();
    if cut.len() < line.len() { format!("{cut}…") } else { cut }
}

/// Everything, for programs.
pub fn document(checked: &Checked, skipped: &[String]) -> Value {
    let engine = |(subject, trials): (&Subject, &Vec<Trial>)| {
        let probes: Vec<Value> = checked
            .probes
            .iter()
            .zip(trials)
            .map(|(probe, trial)| {
                json!({
                    "probe": probe.name, "feature": probe.feature, "claimed": trial.claimed, "finding": trial.finding,
                    "signal": trial.signal, "detail": trial.detail, "agrees": trial.agrees(),
                })
            })
            .collect();
        json!({
            "variant": subject.name, "engine": subject.engine, "build": subject.build, "strategy": subject.strategy,
            "settings": subject.settings, "engine_version": subject.version, "build_id": subject.build_id,
            "probes": probes,
        })
    };
    let pair = |pair: &Pair| {
        let change = |change: &Change| json!({"probe": change.probe, "strategy": change.strategy, "from": change.from, "to": change.to});
        json!({"from": pair.one, "to": pair.other, "changes": pair.changes.iter().map(change).collect::<Vec<_>>()})
    };
    json!({
        "schema": SCHEMA,
        "subjects": checked.subjects.iter().zip(&checked.trials).map(engine).collect::<Vec<_>>(),
        "not_probed": skipped,
        "crashes": checked.crashes(),
        "comparisons": checked.pairs().iter().map(pair).collect::<Vec<_>>(),
    })
}
