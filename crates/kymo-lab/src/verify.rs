//! The verification of an invocation: its exit code and its output against what the benchmark expects.

use kymo_model::{Benchmark, Check, Outcome, Verification};
use std::path::Path;

/// How much of a differing line is shown.
const SHOWN_CHARS: usize = 80;

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
        Check::Stable => match first {
            Some((_, first)) if first == found => Outcome::Measured,
            Some((name, first)) => wrong(disagreement(name, first, found)),
            None => Outcome::Measured,
        },
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
        Check::StdoutFile { path, .. } => wrong(first_difference(Path::new(path), stdout)),
        Check::Result(expected) if found.result.as_deref() == Some(expected) => Outcome::Measured,
        Check::Result(expected) => {
            wrong(format!("it returned '{}', expected '{expected}'", found.result.as_deref().unwrap_or("")))
        }
    }
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

fn first_difference(expected: &Path, found: &Path) -> String {
    let expected_bytes = match std::fs::read(expected) {
        Ok(bytes) => bytes,
        Err(error) => {
            return format!("standard output differs; the expected one is gone: {}: {error}", expected.display());
        }
    };
    let found_bytes = std::fs::read(found).unwrap_or_default();
    let (expected_text, found_text) = (String::from_utf8_lossy(&expected_bytes), String::from_utf8_lossy(&found_bytes));
    let mut wanted = expected_text.lines();
    let mut given = found_text.lines();
    let mut line = 0_u32;
    loop {
        line += 1;
        match (wanted.next(), given.next()) {
            (Some(wanted), Some(given)) if wanted == given => {}
            (Some(wanted), Some(given)) => {
                return format!("line {line} of standard output is '{}', expected '{}'", clip(given), clip(wanted));
            }
            (Some(wanted), None) => {
                return format!("standard output ends before line {line}, expected '{}'", clip(wanted));
            }
            (None, Some(given)) => {
                return format!("standard output goes on after its expected end: line {line} is '{}'", clip(given));
            }
            (None, None) => return "standard output differs in its line ends or its last line's end".to_owned(),
        }
    }
}

fn clip(text: &str) -> String {
    let escaped = text.escape_debug().to_string();
    match escaped.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &escaped[..end]),
        None => escaped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(expected: &str, found: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("expected"), folder.path().join("found"));
        std::fs::write(&a, expected).unwrap();
        std::fs::write(&b, found).unwrap();
        first_difference(&a, &b)
    }

    #[test]
    fn the_first_difference_is_shown() {
        assert_eq!(difference("a\nb\n", "a\nc\n"), "line 2 of standard output is 'c', expected 'b'");
        assert_eq!(difference("a\nb\n", "a\n"), "standard output ends before line 2, expected 'b'");
        assert_eq!(difference("a\n", "a\nb"), "standard output goes on after its expected end: line 2 is 'b'");
        assert_eq!(difference("a\n", "a"), "standard output differs in its line ends or its last line's end");
        let long = "x".repeat(100);
        assert!(difference("a", &long).contains(&format!("'{}…'", "x".repeat(80))));
    }
}
