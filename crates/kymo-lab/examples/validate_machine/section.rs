//! Sections of a Markdown file, replaced in their places.

use std::path::Path;

/// Whatever follows this line is kept when the simulations are run again.
const MARKER: &str = kymo_stats::simulate::report::KEEP_MARKER;

/// The file, which must have the marker.
pub fn read(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if text.contains(MARKER) { Ok(text) } else { Err(format!("{}: it has no line '{MARKER}'", file.display())) }
}

/// Puts `body` under `heading`, instead of what is there up to the next heading of any level, or at the end.
pub fn replace(file: &Path, heading: &str, body: &str) -> Result<(), String> {
    let text = read(file)?;
    let (above, below) = text.split_once(MARKER).unwrap_or((&text, ""));
    let mut parts: Vec<String> = parts(below).into_iter().filter(|part| !part.starts_with(heading)).collect();
    let part = format!("{heading}\n\n{}", body.trim());
    // The section itself comes before its parts.
    let at = if heading.starts_with("## ") { 0 } else { parts.len() };
    parts.insert(at, part);
    let below = parts.join("\n\n");
    std::fs::write(file, format!("{above}{MARKER}\n\n{below}\n"))
        .map_err(|error| format!("{}: {error}", file.display()))
}

/// A text cut before each heading of the second and third level; what comes before the first is a part, too.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    for line in text.lines() {
        if line.starts_with("## ") || line.starts_with("### ") {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
