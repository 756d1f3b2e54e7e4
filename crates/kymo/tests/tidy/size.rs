//! Sizes: what fits one head.

use crate::repository::ratchet;
use crate::rust::sources;

/// Longest file of Rust, in lines.
const FILE_LINES_MAX: usize = 500;

/// Longest function of Rust, in lines.
const FUNCTION_LINES_MAX: usize = 70;

/// Longest `main.rs` of a program, in lines: it dispatches, and that is all.
const MAIN_LINES_MAX: usize = 40;

/// Files that are longer. Shorten them; do not add to the list.
const LONG_FILES: [&str; 0] = [];

/// Functions that are longer.
const LONG_FUNCTIONS: [&str; 0] = [];

#[test]
fn no_file_is_long() {
    let long: Vec<String> =
        sources().into_iter().filter(|one| one.text.lines().count() > FILE_LINES_MAX).map(|one| one.name).collect();
    ratchet("a file of more than 500 lines", &long, &LONG_FILES);
}

#[test]
fn no_function_is_long() {
    let mut long = Vec::new();
    for source in sources() {
        let functions = source.functions();
        let too_long = functions.iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
        long.extend(too_long.map(|function| format!("{}: {}", source.name, function.name)));
    }
    ratchet("a function of more than 70 lines", &long, &LONG_FUNCTIONS);
}

#[test]
fn there_is_no_logic_in_main() {
    for source in sources().iter().filter(|source| source.name.ends_with("src/main.rs")) {
        let lines = source.text.lines().count();
        assert!(lines <= MAIN_LINES_MAX, "{} has {lines} lines", source.name);
    }
}
