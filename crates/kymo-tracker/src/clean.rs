//! JSON from strangers: looked over before anything is made of it, so that no text in it can harm a terminal, a log or a
//! page, and no shape of it the server.

/// Levels of lists and objects at most; ours have a dozen.
const DEPTH_MAX: usize = 64;

/// Text without control characters but for line feed and tab, and without those that turn the direction of writing.
/// What is replaced keeps its length in bytes: places in a log stay right.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => out.push(character),
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            control if control.is_control() => out.extend(std::iter::repeat_n('?', control.len_utf8())),
            other => out.push(other),
        }
    }
    out
}

/// Plain text in one line of at most so many characters.
pub fn line(text: &str, characters_max: usize) -> String {
    plain(text).replace(['\n', '\t'], " ").trim().chars().take(characters_max).collect()
}

/// Looks JSON over: UTF-8, not deep, no text longer than `text_max` bytes; with every text made [`plain`]. Whether it is
/// JSON at all is for the parser to say.
///
/// # Errors
/// In a line of plain text.
pub fn json(bytes: &[u8], text_max: usize) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("it is no UTF-8: {error}"))?;
    let mut out = String::with_capacity(text.len());
    let mut depth = 0usize;
    let mut rest = text;
    while let Some(at) = rest.find(['"', '[', '{', ']', '}']) {
        let found = rest.as_bytes()[at];
        match found {
            b'"' => {
                let end = string_end(rest, at).ok_or("a text in it does not end")?;
                out.push_str(&rest[..at]);
                push_string(&mut out, &rest[at..end], text_max)?;
                rest = &rest[end..];
                continue;
            }
            b'[' | b'{' => depth += 1,
            _ => depth = depth.saturating_sub(1),
        }
        if depth > DEPTH_MAX {
            return Err(format!("it is deeper than {DEPTH_MAX} levels"));
        }
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Where the text that begins at a quotation mark is over: behind the closing mark.
fn string_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

fn push_string(out: &mut String, token: &str, text_max: usize) -> Result<(), String> {
    if token.len() > text_max.saturating_mul(6) {
        return Err(format!("a text in it is longer than {text_max} bytes"));
    }
    // What has no escapes, nothing beyond ASCII and no control character stands for itself.
    if token.len() <= text_max && token.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'\\') {
        out.push_str(token);
        return Ok(());
    }
    let text: String = serde_json::from_str(token).map_err(|error| format!("a text in it cannot be read: {error}"))?;
    if text.len() > text_max {
        return Err(format!("a text in it is longer than {text_max} bytes"));
    }
    let text = serde_json::to_string(&plain(&text)).map_err(|error| error.to_string())?;
    out.push_str(&text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_harms_a_terminal_or_a_page_is_replaced_length_for_length() {
        assert_eq!(plain("a\u{1b}[31m\r\u{0}b\n\tc"), "a?[31m??b\n\tc");
        assert_eq!(plain("x\u{202e}y\u{9b}"), "x\u{fffd}y??");
        for text in ["a\u{1b}\u{7f}\u{9b}\u{202e}\u{2028}ü€𝄞", "", "plain"] {
            assert_eq!(plain(text).len(), text.len());
            assert_eq!(plain(&plain(text)), plain(text));
        }
        assert_eq!(line(" two\nlines\u{7} ", 9), "two lines");
    }

    #[test]
    fn json_is_passed_on_as_it_is_but_for_its_texts() {
        let same = |text: &str| assert_eq!(json(text.as_bytes(), 100).unwrap(), text);
        same(r#"{"a": [1.5e-9, "b", {"c": null}], "d": "<b>&amp;"}"#);
        same(r#""quote \" and \\ backslash""#);
        same("not json at all");
        assert_eq!(json(br#"["\u001b[2J","\u202e"]"#, 100).unwrap(), "[\"?[2J\",\"\u{fffd}\"]");
        assert_eq!(json("[\"\u{9b}1m\"]".as_bytes(), 100).unwrap(), "[\"??1m\"]");
    }

    #[test]
    fn what_is_deep_long_or_broken_is_refused() {
        let refused = |bytes: &[u8]| json(bytes, 10).unwrap_err();
        assert_eq!(refused("[".repeat(100_000).as_bytes()), "it is deeper than 64 levels");
        assert_eq!(refused(br#""12345678901""#), "a text in it is longer than 10 bytes");
        assert_eq!(refused(b"\"abc"), "a text in it does not end");
        assert_eq!(refused(b"\"abc\\\""), "a text in it does not end");
        assert!(refused(b"\xff").starts_with("it is no UTF-8"));
        assert!(refused(br#""\ud800""#).starts_with("a text in it cannot be read"));
        assert_eq!(json(br#""1234567890""#, 12).unwrap(), r#""1234567890""#);
    }
}
