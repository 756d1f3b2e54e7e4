//! Nouns of the model as texts in columns: words of closed lists, and JSON.

use super::Refusal;
use crate::fault::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Characters of a name at most.
const NAME_MAX: usize = 64;

/// A value of a closed list as its word, as `queued`.
pub fn word<T: Serialize>(value: &T) -> Result<String, Fault> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

/// The value that a word stands for.
pub fn of_word<T: DeserializeOwned>(what: &str, word: String) -> Result<T, Fault> {
    let kept = format!("'{word}' is kept as {what}");
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| Fault::Damaged(kept))
}

/// A value as JSON.
pub fn json<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Damaged(format!("a value is no JSON: {error}")))
}

/// The value that [`json`] wrote.
pub fn of_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Damaged(format!("{what} cannot be read: {error}")))
}

/// Checks a name: up to 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
pub fn check_name(what: &'static str, name: &str) -> Result<(), Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins && name.len() <= NAME_MAX && name.chars().all(plain) {
        return Ok(());
    }
    let problem = "up to 64 letters, digits, '-', '_' and '.', beginning with a letter or a digit";
    Err(Refusal::invalid(what, problem).into())
}

/// Checks a text of one line: not longer than `max` bytes, no control characters.
pub fn check_line(what: &'static str, text: &str, max: usize) -> Result<(), Fault> {
    if text.len() > max {
        return Err(Refusal::invalid(what, format!("at most {max} bytes")).into());
    }
    if text.chars().any(char::is_control) {
        return Err(Refusal::invalid(what, "one line of plain text, without control characters").into());
    }
    Ok(())
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
