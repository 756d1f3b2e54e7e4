//! Where the guest's output differs from a file, said in a line.

use kymo_model::{ExpectedFile, ModuleHash};
use sha2::{Digest, Sha256};
use std::path::Path;

/// How much of a differing line is shown.
const SHOWN_CHARS: usize = 80;

/// How much of a line of standard error is shown.
const COMPLAINT_CHARS: usize = 240;

/// How standard output differs from a file, byte for byte; the two are known to differ.
pub(super) fn in_bytes(expected: &Path, found: &Path) -> String {
    let (expected, found) = match read("output", expected, found) {
        Ok(texts) => texts,
        Err(gone) => return gone,
    };
    in_lines("output", &expected, &found)
        .unwrap_or_else(|| "standard output differs in its line ends or its last line's end".to_owned())
}

/// How standard output or standard error (`stream` is `output` or `error`) differs from a file, line by line.
pub(super) fn difference(stream: &str, wanted: &ExpectedFile, found: &Path) -> Option<String> {
    let path = Path::new(&wanted.path);
    let (expected, found) = match read(stream, path, found) {
        Ok(texts) => texts,
        Err(gone) => return Some(gone),
    };
    if ModuleHash::from_bytes(Sha256::digest(&expected).into()) != wanted.sha256 {
        return Some(format!("the expected standard {stream} changed after the run was planned: {}", path.display()));
    }
    in_lines(stream, &expected, &found)
}

fn read(stream: &str, expected: &Path, found: &Path) -> Result<(Vec<u8>, Vec<u8>), String> {
    let gone = |error: std::io::Error| {
        format!("standard {stream} differs; the expected one is gone: {}: {error}", expected.display())
    };
    let expected = std::fs::read(expected).map_err(gone)?;
    Ok((expected, std::fs::read(found).unwrap_or_default()))
}

/// The first line that is not the same; nothing where only line ends differ.
fn in_lines(stream: &str, expected: &[u8], found: &[u8]) -> Option<String> {
    let (expected, found) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(found));
    let (mut wanted, mut given) = (expected.lines(), found.lines());
    let mut line = 0_u32;
    loop {
        line += 1;
        return Some(match (wanted.next(), given.next()) {
            (Some(wanted), Some(given)) if wanted == given => continue,
            (Some(wanted), Some(given)) => {
                format!("line {line} of standard {stream} is '{}', expected '{}'", clip(given), clip(wanted))
            }
            (Some(wanted), None) => format!("standard {stream} ends before line {line}, expected '{}'", clip(wanted)),
            (None, Some(given)) => {
                format!("standard {stream} goes on after its expected end: line {line} is '{}'", clip(given))
            }
            (None, None) => return None,
        });
    }
}

/// A text as it fits into a sentence.
pub(super) fn clip(text: &str) -> String {
    shortened(text.escape_debug().to_string(), SHOWN_CHARS)
}

/// A whole line of a program's complaint, which names what it could not do at its end.
pub(super) fn clip_long(text: &str) -> String {
    shortened(text.to_owned(), COMPLAINT_CHARS)
}

fn shortened(text: String, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown() {
        let difference = |expected: &str, found: &str| {
            let folder = tempfile::tempdir().unwrap();
            let (a, b) = (folder.path().join("expected"), folder.path().join("found"));
            std::fs::write(&a, expected).unwrap();
            std::fs::write(&b, found).unwrap();
            in_bytes(&a, &b)
        };
        assert_eq!(difference("a\nb\n", "a\nc\n"), "line 2 of standard output is 'c', expected 'b'");
        assert_eq!(difference("a\nb\n", "a\n"), "standard output ends before line 2, expected 'b'");
        assert_eq!(difference("a\n", "a\nb"), "standard output goes on after its expected end: line 2 is 'b'");
        assert_eq!(difference("a\n", "a"), "standard output differs in its line ends or its last line's end");
        let long = "x".repeat(100);
        assert!(difference("a", &long).contains(&format!("'{}…'", "x".repeat(80))));
    }

    #[test]
    fn line_by_line_only_the_lines_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
        let sha256 = ModuleHash::from_bytes(Sha256::digest(b"a\nb\n").into());
        let wanted = ExpectedFile { path: path("expected").to_string_lossy().into_owned(), sha256 };
        write("expected", "a\nb\n");
        for same in ["a\nb\n", "a\nb", "a\r\nb\r\n"] {
            write("found", same);
            assert_eq!(difference("output", &wanted, &path("found")), None, "{same:?}");
        }
        write("found", "a\nb\n\n");
        let said = difference("error", &wanted, &path("found"));
        assert_eq!(said.as_deref(), Some("standard error goes on after its expected end: line 3 is ''"));
        write("expected", "a\nc\n");
        let said = difference("output", &wanted, &path("found")).unwrap();
        assert!(said.starts_with("the expected standard output changed after the run was planned: "), "{said}");
    }
}
