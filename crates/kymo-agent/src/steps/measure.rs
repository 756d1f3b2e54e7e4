//! Measure: each measure of the tier, without network; its run documents are taken out and spooled one by one.

use super::results::{self, DOCUMENT_MAX_BYTES, Packed};
use super::{Stopped, timed};
use crate::beat::Shared;
use crate::cell::{Cell, Task, cannot, failed, inside};
use crate::halt::Why;
use crate::plain;
use kymo_model::watch::project_file::{Measure, Tier};
use kymo_model::watch::{JobEnd, Limits, MeasureKind, Order, ProjectFile, Step};
use kymo_model::{Commit, Machine, RunState};
use kymo_sandbox::Stream;
use serde::Deserialize;
use std::sync::atomic::Ordering;

/// What the lines of `kymo run --progress-lines` begin with.
const PROGRESS: &str = "kymo-progress ";

/// Results of one measure at most; a command could leave many.
const RESULTS_MAX: usize = 64;

/// What all measures of a job have in common.
pub(crate) struct Plan<'a> {
    pub(crate) order: &'a Order,
    pub(crate) file: &'a ProjectFile,
    pub(crate) tier: &'a Tier,
    /// The most that a measure may use.
    pub(crate) most: Limits,
    pub(crate) commit: &'a Commit,
    pub(crate) machine: &'a Machine,
}

/// A run in the workspace's store, as `kymo runs --format json` tells of it.
#[derive(Deserialize)]
struct Listed {
    id: String,
    #[serde(default)]
    label: Option<String>,
    state: RunState,
}

/// A result that was spooled, or the reason why there is none.
pub(crate) type Spool<'s> = &'s mut dyn FnMut(&str, &[u8]) -> Result<(), Stopped>;

impl Plan<'_> {
    /// The measures of the tier.
    pub(crate) fn measures(&self) -> Vec<&Measure> {
        self.file.measures(self.tier).collect()
    }

    /// Carries one out, which is the `place`-th of `count`; gives the hashes of its results. One that was begun before
    /// goes on.
    ///
    /// # Errors
    /// Every other way in which it may end.
    pub(crate) fn measure(
        &self,
        cell: &Cell,
        measure: &Measure,
        (place, count): (usize, usize),
        spool: Spool,
    ) -> Result<Vec<String>, Stopped> {
        let limits = measure.limits.within(&self.most);
        cell.room(Step::Measure, &limits)?;
        let label = measure.name.as_str();
        let mut listed = self.listed(cell, label, limits)?;
        if !listed.iter().any(|run| run.state == RunState::Finished) {
            let share = |part: f64| (place as f64 + part) / count as f64;
            cell.shared.progress(Step::Measure, Some(share(0.0)), label);
            let code = match measure.kind() {
                MeasureKind::Suites => {
                    let arguments = self.suites(measure)?;
                    self.run(cell, (label, inside::SOURCE), arguments, limits, listed.first(), &share)?
                }
                MeasureKind::Timed { command } => {
                    let (target, engine) = timed::give(&cell.given, &self.order.policy.project, label, command)
                        .map_err(|error| Stopped::Machine(format!("{}: {error}", cell.given.display())))?;
                    let arguments = self.timed(measure, target, engine, &limits);
                    self.run(cell, (label, inside::GIVEN), arguments, limits, listed.first(), &share)?
                }
                MeasureKind::Import { command, format, results } => {
                    self.import(cell, label, (command, format, results), limits)?
                }
            };
            listed = self.listed(cell, label, limits)?;
            if !listed.iter().any(|run| run.state == RunState::Finished) {
                let (code, last) = code;
                return Err(Stopped::End(failed(Step::Measure, label, code, &last)));
            }
        }
        let finished = listed.iter().filter(|run| run.state == RunState::Finished).take(RESULTS_MAX);
        let mut hashes = Vec::new();
        for run in finished {
            let Packed { sha256, bytes } = self.take_out(cell, label, &run.id, limits)?;
            spool(&sha256, &bytes)?;
            hashes.push(sha256);
        }
        Ok(hashes)
    }

    /// Words for `kymo run` over suites.
    fn suites(&self, measure: &Measure) -> Result<Vec<String>, Stopped> {
        let mut words: Vec<String> = measure.suites.clone();
        words.extend(measure.engines.iter().flat_map(|engine| ["-e".to_owned(), engine.clone()]));
        if let Some(canary) = &measure.canary {
            if canary.starts_with('-') {
                return Err(cannot(Step::Measure, format!("canary '{canary}' begins with a dash")));
            }
            words.extend(["--canary".to_owned(), canary.clone()]);
            words.extend(["--project".to_owned(), self.order.policy.project.to_string()]);
            words.extend(["--commit".to_owned(), self.order.commit.to_string()]);
        }
        words.extend(self.asked(measure));
        Ok(words)
    }

    /// Words for `kymo run` over a command.
    fn timed(&self, measure: &Measure, target: String, engine: String, limits: &Limits) -> Vec<String> {
        let mut words = vec![target, "-e".to_owned(), engine];
        if measure.phases.is_empty() {
            words.extend(["--phase", "lifetime"].map(str::to_owned));
        }
        // The command is held by the step's own limits, not by those that are usual for a module.
        words.extend(["--timeout".to_owned(), format!("{}s", limits.wall_time.get())]);
        words.extend(["--memory".to_owned(), format!("{}KiB", (limits.memory.get() >> 10).max(1))]);
        words.extend(self.asked(measure));
        words
    }

    fn asked(&self, measure: &Measure) -> Vec<String> {
        let mut words = Vec::new();
        let list = |items: Vec<String>| items.join(",");
        if !measure.phases.is_empty() {
            words.extend(["--phase".to_owned(), list(measure.phases.iter().map(ToString::to_string).collect())]);
        }
        if !measure.metrics.is_empty() {
            words.extend(["--metric".to_owned(), list(measure.metrics.iter().map(ToString::to_string).collect())]);
        }
        match (self.tier.rounds, self.tier.budget) {
            (Some(rounds), _) => words.extend(["--rounds".to_owned(), rounds.to_string()]),
            (None, Some(budget)) => words.extend(["--budget".to_owned(), format!("{}s", budget.get())]),
            (None, None) => {}
        }
        words
    }

    /// `kymo run`, or `kymo resume` of a run that was begun: at most its last invocation is lost.
    fn run(
        &self,
        cell: &Cell,
        (label, folder): (&str, &'static str),
        arguments: Vec<String>,
        limits: Limits,
        begun: Option<&Listed>,
        share: &dyn Fn(f64) -> f64,
    ) -> Result<(i32, String), Stopped> {
        if let Some(begun) = begun.filter(|begun| is_id(&begun.id)) {
            cell.shared.log.say(&format!("{label}: the run {} goes on", begun.id));
            let ended = kymo(cell, (label, folder), &["resume", &begun.id], limits, Some(share))?;
            // Of another build of an engine, or broken: it is measured anew.
            if self.listed(cell, label, limits)?.iter().any(|run| run.state == RunState::Finished) {
                return Ok(ended);
            }
        }
        let mut words = vec!["run", "--label", label];
        words.extend(arguments.iter().map(String::as_str));
        kymo(cell, (label, folder), &words, limits, Some(share))
    }

    /// The command, then `kymo import` of what it left.
    fn import(
        &self,
        cell: &Cell,
        label: &str,
        (command, format, results): (&str, &str, Option<&str>),
        limits: Limits,
    ) -> Result<(i32, String), Stopped> {
        let output = format!("{}/.kymo/results/{label}", inside::WORK);
        let script = match results {
            Some(_) => command.to_owned(),
            None => format!("exec > {output}\n{command}"),
        };
        cell.shared.log.say(&format!("$ {command}"));
        cell.must(&Task::new(Step::Measure, label, &["/bin/sh", "-e", "-c", &script], limits))?;
        let file = results.map_or(output, |path| format!("{}/{path}", inside::SOURCE));
        kymo(cell, (label, inside::SOURCE), &["import", &file, "--format", format, "--label", label], limits, None)
    }

    /// The runs of a measure, newest first.
    fn listed(&self, cell: &Cell, label: &str, limits: Limits) -> Result<Vec<Listed>, Stopped> {
        let task = Task::new(Step::Measure, label, &["kymo", "runs", "--format", "json", "-n", "100000"], limits);
        let text = cell.read(&task)?;
        let listed: Vec<Listed> = serde_json::from_slice(&text)
            .map_err(|_| cannot(Step::Measure, "the store of the workspace was written by something else"))?;
        let own = |run: &Listed| run.label.as_deref() == Some(label) && is_id(&run.id);
        Ok(listed.into_iter().filter(own).collect())
    }

    /// A run as a document, out of the sandbox.
    fn take_out(&self, cell: &Cell, label: &str, id: &str, limits: Limits) -> Result<Packed, Stopped> {
        let path = format!(".kymo/out/{label}.json");
        let to = format!("{}/{path}", inside::WORK);
        let (code, last) = kymo(cell, (label, inside::SOURCE), &["export", id, "--out", &to], limits, None)?;
        if code != 0 {
            return Err(Stopped::End(failed(Step::Measure, label, code, &last)));
        }
        let rejected =
            |why: String| Stopped::End(JobEnd::Rejected { message: plain::line(&format!("{label}: {why}"), 300) });
        let text = cell.take_out(&path, DOCUMENT_MAX_BYTES).map_err(rejected)?;
        results::pack(&text, &self.order.policy.project, self.commit, self.machine).map_err(rejected)
    }
}

/// Whether a text is an id of a run: it is given to `kymo` again, so it must be no flag.
fn is_id(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()) && text.len() <= 64
}

/// Runs our own `kymo` in the sandbox; with `share`, its lines of progress are what the job reports.
fn kymo(
    cell: &Cell,
    (label, folder): (&str, &'static str),
    words: &[&str],
    limits: Limits,
    share: Option<&dyn Fn(f64) -> f64>,
) -> Result<(i32, String), Stopped> {
    let mut command = vec!["kymo"];
    if share.is_some() {
        command.push("--progress-lines");
    }
    command.extend(words);
    let mut task = Task::new(Step::Measure, label, &command, limits);
    task.folder = folder;
    let Some(share) = share else {
        return cell.run(&task, &mut |stream, bytes| cell.shared.log.take(stream, bytes));
    };
    let mut lines = Lines::default();
    cell.shared.measuring.store(true, Ordering::SeqCst);
    let ended = cell.run(&task, &mut |stream, bytes| match stream {
        Stream::Output => cell.shared.log.take(stream, bytes),
        Stream::Error => lines.take(bytes, &mut |line| match line.strip_prefix(PROGRESS.as_bytes()) {
            Some(rest) => {
                progressed(cell.shared, rest, label, share);
                (cell.options.at)("measure.running");
            }
            None => cell.shared.log.take(stream, line),
        }),
    });
    cell.shared.measuring.store(false, Ordering::SeqCst);
    ended
}

/// An invocation is over, and another begins: the best moment to stop, if that is asked.
fn progressed(shared: &Shared, line: &[u8], label: &str, share: &dyn Fn(f64) -> f64) {
    let text = String::from_utf8_lossy(line);
    let (part, text) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    if let Some(part) = part.parse::<f64>().ok().filter(|part| (0.0..=1.0).contains(part)) {
        shared.progress(Step::Measure, Some(share(part)), &format!("{label}: {text}"));
    }
    if shared.ending.load(Ordering::SeqCst) {
        shared.halt.stop(Why::Terminated);
    }
}

/// Cuts bytes as they come into lines, each with its line feed.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn take(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8])) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.0.extend_from_slice(piece);
            if self.0.ends_with(b"\n") || self.0.len() > plain::LINE_MAX_BYTES {
                each(&std::mem::take(&mut self.0));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_never_a_flag() {
        assert!(is_id("20261122-015451-0a1b2"));
        for bad in ["", "-n", "--out", "a b", "../x", "é"] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn lines_come_whole_however_they_arrive() {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for part in ["one\ntw", "o\n", "thr"] {
            lines.take(part.as_bytes(), &mut |line| found.push(String::from_utf8_lossy(line).into_owned()));
        }
        assert_eq!(found, ["one\n", "two\n"]);
    }
}
