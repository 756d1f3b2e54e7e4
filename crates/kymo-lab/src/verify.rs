//! The verification of an invocation: its exit code and its output against what the benchmark expects.

use kymo_model::{Benchmark, Check, Outcome, Verification};
use lines::clip;
use std::path::Path;

mod lines;

/// Checks a verification. `stdout` and `stderr` are the guest's files, `first` is the verification of the benchmark's
/// first measured invocation, with the name of its variant.
pub fn check(
    benchmark: &Benchmark,
    found: Option<&Verification>,
    files: (&Path, &Path),
    first: Option<(&str, &Verification)>,
) -> Outcome {
    let Some(found) = found else {
        // Only compilation or instantiation was measured: nothing ran that could be checked.
        return Outcome::Measured;
    };
    let (stdout, stderr) = files;
    let wrong = |message: String| Outcome::WrongOutput { message };
    if found.exit_code != benchmark.exit_code {
        let tail = std::fs::read(stderr).unwrap_or_default();
        let tail = String::from_utf8_lossy(&tail);
        let tail = tail.trim();
        let said = if tail.is_empty() { String::new() } else { format!("; its standard error: {}", clip(tail)) };
        return wrong(format!("exit code {}, expected {}{said}", found.exit_code, benchmark.exit_code));
    }
    match &benchmark.check {
        Check::None => Outcome::Measured,
        Check::Stable => stable(found, first).map_or(Outcome::Measured, wrong),
        Check::Lines { stdout: wanted, stderr: wanted_error } => {
            let output = match wanted {
                Some(wanted) if wanted.sha256 == found.stdout_sha256 => None,
                Some(wanted) => lines::difference("output", wanted, stdout),
                None => stable(found, first),
            };
            let error = || wanted_error.as_ref().and_then(|wanted| lines::difference("error", wanted, stderr));
            output.or_else(error).map_or(Outcome::Measured, wrong)
        }
        Check::StdoutHash(expected) if *expected == found.stdout_sha256 => Outcome::Measured,
        Check::StdoutHash(expected) => {
            let start = std::fs::read(stdout).unwrap_or_default();
            let start = String::from_utf8_lossy(&start);
            let first_line = start.lines().next().unwrap_or("");
            wrong(format!(
                "standard output has SHA-256 {}…, expected {}…; it starts with '{}'",
                found.stdout_sha256.short(),
                expected.short(),
                clip(first_line)
            ))
        }
        Check::StdoutFile { sha256, .. } if *sha256 == found.stdout_sha256 => Outcome::Measured,
        Check::StdoutFile { path, .. } => wrong(lines::in_bytes(Path::new(path), stdout)),
        Check::Result(expected) if found.result.as_deref() == Some(expected) => Outcome::Measured,
        Check::Result(expected) => {
            wrong(format!("it returned '{}', expected '{expected}'", found.result.as_deref().unwrap_or("")))
        }
    }
}

/// What a guest said before it trapped, in the outcome: where a program panics, the trap is only its last step, and the
/// reason is on standard error.
pub fn with_last_words(outcome: Outcome, stderr: &Path) -> Outcome {
    const LINES_MAX: usize = 3;
    let Outcome::Trapped { message } = &outcome else { return outcome };
    let text = std::fs::read(stderr).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return outcome;
    }
    // Before the backtrace, of which little is shown.
    let (what, frames) = message.split_once('\n').unwrap_or((message, ""));
    let mut parts = vec![what.to_owned()];
    let last = &lines[lines.len().saturating_sub(LINES_MAX)..];
    parts.extend(last.iter().map(|line| format!("  standard error: {}", lines::clip_long(line))));
    parts.extend(Some(frames.to_owned()).filter(|frames| !frames.is_empty()));
    Outcome::Trapped { message: parts.join("\n") }
}

/// How it differs from the first invocation, if it does.
fn stable(found: &Verification, first: Option<(&str, &Verification)>) -> Option<String> {
    first.filter(|(_, first)| *first != found).map(|(name, first)| disagreement(name, first, found))
}

fn disagreement(name: &str, first: &Verification, found: &Verification) -> String {
    if first.result != found.result {
        let (theirs, ours) = (first.result.as_deref().unwrap_or(""), found.result.as_deref().unwrap_or(""));
        return format!("it returned '{ours}', but '{theirs}' on {name}");
    }
    format!(
        "its standard output has {} B (SHA-256 {}…), but {} B (SHA-256 {}…) on {name}",
        found.stdout_bytes.get(),
        found.stdout_sha256.short(),
        first.stdout_bytes.get(),
        first.stdout_sha256.short()
    )
}
