//! Text that others wrote, made safe to show.
//!
//! Names and reasons come from modules, engines and their standard error. An escape sequence in them could move the
//! cursor, recolour a verdict or retitle the terminal, so no control character passes.

use std::borrow::Cow;

/// The text in one line: line breaks and tabs become spaces, other control characters are shown as `\u{1b}`.
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => safe.push(' '),
            harmful if is_harmful(harmful) => safe.extend(harmful.escape_unicode()),
            other => safe.push(other),
        }
    }
    Cow::Owned(safe)
}

/// Control characters, and those that reorder what stands around them.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
