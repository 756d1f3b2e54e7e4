//! A reader of Rust sources, as far as the rules need one: code without comments and texts, functions, tests.

use crate::repository::{File, files};

/// A Rust source, and its code alone.
pub struct Source {
    /// Path from the root.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// The text with comments and the insides of literals blanked out, line for line.
    pub code: String,
}

/// A function with a body.
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// Lines from its name to the end of its body.
    pub lines: usize,
    /// The code of its body.
    pub body: String,
}

/// All Rust sources of the repository.
pub fn sources() -> Vec<Source> {
    files(&["crates", "workers"], &[".rs"]).into_iter().map(Source::new).collect()
}

impl Source {
    fn new(file: File) -> Self {
        let code = code(&file.text);
        Self { name: file.name, text: file.text, code }
    }

    /// Whether all of it is there for tests, benchmarks, examples or the build.
    pub fn is_aside(&self) -> bool {
        let parts: Vec<&str> = self.name.split('/').collect();
        let file = parts.last().copied().unwrap_or_default();
        parts.iter().any(|part| ["tests", "benches", "examples"].contains(part))
            || file.ends_with("tests.rs")
            || file.ends_with("build.rs")
    }

    /// The code with the modules that are compiled for tests only blanked out; nothing of a file that is aside.
    pub fn shipped(&self) -> String {
        if self.is_aside() { String::new() } else { without_tests(&self.code) }
    }

    /// The crate or worker that it belongs to, as `crates/kymo-lab`.
    pub fn package(&self) -> String {
        self.name.split('/').take(2).collect::<Vec<_>>().join("/")
    }

    /// Its functions that have a body.
    pub fn functions(&self) -> Vec<Function> {
        functions(&self.code)
    }
}

/// Blanks out comments, texts and characters; what is left has the same length and lines.
fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = skipped_end(bytes, at);
        if end > at {
            let skipped = &text[at..end];
            out.extend(skipped.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            // The start is on a character boundary: every skipped stretch ends on an ASCII character.
            let c = text[at..].chars().next().unwrap();
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

/// Where the comment or literal that begins at `at` ends; `at` itself where none begins.
fn skipped_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let find = |from: usize, end: &[u8]| {
        let place = bytes[from..].windows(end.len()).position(|window| window == end);
        place.map_or(bytes.len(), |place| from + place + end.len())
    };
    if rest.starts_with(b"//") {
        return find(at, b"\n").saturating_sub(1).max(at + 2);
    }
    if rest.starts_with(b"/*") {
        return find(at + 2, b"*/");
    }
    let in_name = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    if rest[0] == b'r' && !in_name {
        let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
        if rest.get(1 + hashes) == Some(&b'"') {
            let end = [b"\"".as_slice(), "#".repeat(hashes).as_bytes()].concat();
            return find(at + 2 + hashes, &end);
        }
    }
    match rest[0] {
        b'"' => {
            let mut end = at + 1;
            while end < bytes.len() && bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            (end + 1).min(bytes.len())
        }
        // A character is closed by the next quote, a lifetime is not.
        b'\'' if rest.get(1) == Some(&b'\\') => find(at + 3, b"'"),
        b'\'' => {
            let length = std::str::from_utf8(&rest[1..rest.len().min(5)]).map_or_else(
                |error| std::str::from_utf8(&rest[1..1 + error.valid_up_to()]).ok().and_then(|t| t.chars().next()),
                |text| text.chars().next(),
            );
            let end = 1 + length.map_or(0, char::len_utf8);
            if rest.get(end) == Some(&b'\'') { at + end + 1 } else { at }
        }
        _ => at,
    }
}

/// The place after the bracket that closes the one at `open`.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return open + at + c.len_utf8();
        }
    }
    code.len()
}

fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(start) = ["#[cfg(test)]", "#[cfg(all(test"].iter().filter_map(|mark| out.find(mark)).min() {
        let end = match body(&out, start) {
            Some(open) => closing(&out, open),
            None => out[start..].find(';').map_or(out.len(), |semicolon| start + semicolon + 1),
        };
        let blank: String = out[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(start..end, &blank);
    }
    out
}

fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("fn ") {
        let before = code[..start].chars().next_back();
        let name: String =
            code[start + 3..].trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name.is_empty() || before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let Some(open) = body(code, start) else { continue };
        let end = closing(code, open);
        let line = code[..start].matches('\n').count() + 1;
        let lines = code[start..end].matches('\n').count() + 1;
        found.push(Function { name, line, lines, body: code[open..end].to_owned() });
    }
    found
}

/// The brace that opens the body of the function that begins at `start`; `None` for a declaration without one.
fn body(code: &str, start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let place = at + code[at..].find(['{', ';', '(', '['])?;
        match code.as_bytes()[place] {
            b'{' => return Some(place),
            b';' => return None,
            _ => at = closing(code, place),
        }
    }
}

/// Whether `word` stands in `code` as a word of its own.
pub fn has_word(code: &str, word: &str) -> bool {
    count_word(code, word) > 0
}

/// How often `word` stands in `code` as a word of its own.
pub fn count_word(code: &str, word: &str) -> usize {
    let part_of_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let alone = |at: usize| {
        let after = code[at + word.len()..].chars().next();
        let ends_open = !part_of_name(word.chars().next_back());
        !part_of_name(code[..at].chars().next_back()) && (ends_open || !part_of_name(after))
    };
    code.match_indices(word).filter(|(at, _)| alone(*at)).count()
}

/// Names of all tests of the repository: functions under `#[test]`, and those of property tests.
pub fn tests() -> Vec<String> {
    let mut names = Vec::new();
    for source in sources() {
        for (start, _) in source.code.match_indices("#[test]") {
            let rest = &source.code[start..];
            names.extend(
                rest.find("fn ").map(|at| {
                    rest[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
                }),
            );
        }
        // Tests that run on both databases are functions whose names stand in a list.
        for (start, found) in source.code.match_indices("on_both!(") {
            let list = source.code[start + found.len()..].split(')').next().unwrap_or_default();
            names.extend(list.split(',').map(|name| name.trim().to_owned()));
        }
    }
    names
}

#[test]
fn the_reader_of_rust_reads_rust() {
    let text = "/// a \"b\nfn f<'a>(x: [u8; 2], c: char) -> &'a str {\n  let _ = '{'; // }\n  r#\"}\"# }\nfn g();\n";
    let code = code(text);
    assert_eq!(code.len(), text.len());
    assert_eq!(code.lines().next().unwrap().trim(), "");
    let found = functions(&code);
    assert_eq!(found.iter().map(|one| (one.name.as_str(), one.line, one.lines)).collect::<Vec<_>>(), [("f", 2, 3)]);
    let tested = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() {} }\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}";
    let left = without_tests(tested);
    assert_eq!(functions(&left).into_iter().map(|one| one.name).collect::<Vec<_>>(), ["a", "c", "d"]);
    assert_eq!(count_word("unsafe unsafely _unsafe (unsafe)", "unsafe"), 2);
}
