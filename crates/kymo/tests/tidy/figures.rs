//! Figures in prose: thresholds are those of the source, measurements those of docs/validation.md.
//!
//! Right below a paragraph or table, without a blank line between, a comment ties its figures to their origin:
//! `<!-- const: CRATE::MODULE::NAME = VALUE; said as "TEXT" -->` and `<!-- measured: LABEL = VALUE -->`. A constant must
//! have that value in the source, and the paragraph must hold TEXT; a measurement must be a row of the validation with
//! that value, and the paragraph must hold the value.

use crate::repository::{File, files, root, text};

/// The paragraphs of a page: stretches without a blank line.
fn paragraphs(page: &File) -> Vec<&str> {
    page.text.split("\n\n").collect()
}

fn comments<'a>(paragraph: &'a str, kind: &str) -> Vec<&'a str> {
    let opening = format!("<!-- {kind}: ");
    let lines = paragraph.lines().filter_map(|line| line.strip_prefix(&opening));
    lines.map(|line| line.strip_suffix(" -->").unwrap_or_else(|| panic!("a comment without an end: {line}"))).collect()
}

/// The paragraph without its comments, on one line, since a figure may be broken at a space.
fn said(paragraph: &str) -> String {
    let lines = paragraph.lines().filter(|line| !line.starts_with("<!-- "));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value of a constant in the source, as written there.
fn constant(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split("::").collect();
    let (package, rest) = parts.split_first()?;
    let (name, modules) = rest.split_last()?;
    let package = package.replace('_', "-");
    let folder = root().join("crates").join(package).join("src");
    let module = if modules.is_empty() { "lib".to_owned() } else { modules.join("/") };
    let source = std::fs::read_to_string(folder.join(format!("{module}.rs"))).ok()?;
    let declared = source.split(&format!("const {name}:")).nth(1)?;
    let value = declared.split_once(" = ")?.1.split(";\n").next()?;
    Some(squeezed(value))
}

/// The figure of a row of docs/validation.md.
fn measured<'a>(validation: &'a str, label: &str) -> Option<&'a str> {
    let mut rows = validation.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        (cells.get(1) == Some(&label)).then(|| cells.get(3).copied()).flatten()
    });
    let first = rows.next()?;
    rows.next().is_none().then_some(first)
}

fn documents() -> Vec<File> {
    files(&["docs/src", "ARCHITECTURE.md", "CONTRIBUTING.md"], &[".md"])
}

#[test]
fn every_threshold_in_prose_is_that_of_the_source() {
    let mut ties = 0;
    for page in &documents() {
        for paragraph in paragraphs(page) {
            for tie in comments(paragraph, "const") {
                ties += 1;
                let (constant_text, words) =
                    tie.split_once("; said as ").unwrap_or_else(|| panic!("{}: {tie}", page.name));
                let (path, value) = constant_text.split_once(" = ").unwrap_or_else(|| panic!("{}: {tie}", page.name));
                let found = constant(path).unwrap_or_else(|| panic!("{}: there is no constant {path}", page.name));
                assert_eq!(found, squeezed(value), "{}: {path}", page.name);
                let words = words.trim_matches('"');
                assert!(said(paragraph).contains(words), "{}: '{words}' is not said in:\n{paragraph}", page.name);
            }
        }
    }
    assert!(ties > 20, "only {ties} thresholds in prose are tied to the source");
}

#[test]
fn every_measurement_in_prose_is_that_of_the_validation() {
    let validation = text("docs/validation.md");
    let mut ties = 0;
    for page in &documents() {
        for paragraph in paragraphs(page) {
            for tie in comments(paragraph, "measured") {
                ties += 1;
                let (label, value) = tie.rsplit_once(" = ").unwrap_or_else(|| panic!("{}: {tie}", page.name));
                let found = measured(&validation, label);
                assert_eq!(found, Some(value), "{}: docs/validation.md, '{label}'", page.name);
                assert!(said(paragraph).contains(value), "{}: {value} is not said in:\n{paragraph}", page.name);
            }
        }
    }
    assert!(ties > 20, "only {ties} measurements in prose are tied to the validation");
}
