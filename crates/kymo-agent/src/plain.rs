//! Plain text from hostile bytes: what a commit prints must not reach a terminal or a page as anything but text.

/// Bytes of a line of a log at most; the rest of it is left out.
pub(crate) const LINE_MAX_BYTES: usize = 2000;

/// What stands for a character that could do something: the picture of a control character, where there is one.
fn harmless(character: char) -> char {
    match character {
        '\t' => '\t',
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        // Controls of the second block; marks that turn or hide text; separators of lines that are no line feed.
        '\u{80}'..='\u{9f}'
        | '\u{061c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

/// One line of plain text of at most so many characters.
pub(crate) fn line(text: &str, characters_max: usize) -> String {
    let text = text.trim();
    let mut out: String =
        text.chars().map(|c| if c == '\n' { ' ' } else { harmless(c) }).take(characters_max).collect();
    if text.chars().nth(characters_max).is_some() {
        out.pop();
        out.push('…');
    }
    out
}

/// Makes lines of text from bytes as they come.
#[derive(Default)]
pub(crate) struct Cleaner {
    /// The line that is not over yet.
    pending: Vec<u8>,
    /// Bytes of it that were left out.
    left_out: usize,
    /// Whether the last byte was a carriage return.
    returned: bool,
}

impl Cleaner {
    /// Takes bytes, and appends the lines that they finish.
    pub(crate) fn take(&mut self, bytes: &[u8], out: &mut String) {
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.returned, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                // A progress bar goes back to the start of its line; here each of its states is a line.
                b'\n' | b'\r' => self.end_line(out),
                _ if self.pending.len() >= LINE_MAX_BYTES => self.left_out += 1,
                _ => self.pending.push(byte),
            }
        }
    }

    /// Ends the line that is not over, if there is one.
    pub(crate) fn finish(&mut self, out: &mut String) {
        if !self.pending.is_empty() {
            self.end_line(out);
        }
    }

    fn end_line(&mut self, out: &mut String) {
        out.extend(String::from_utf8_lossy(&self.pending).chars().map(harmless));
        if self.left_out > 0 {
            out.push_str(&format!("… ({} bytes more)", self.left_out));
        }
        out.push('\n');
        self.pending.clear();
        self.left_out = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaned(parts: &[&[u8]]) -> String {
        let (mut cleaner, mut out) = (Cleaner::default(), String::new());
        parts.iter().for_each(|part| cleaner.take(part, &mut out));
        cleaner.finish(&mut out);
        out
    }

    #[test]
    fn escape_sequences_are_shown_and_do_nothing() {
        assert_eq!(cleaned(&[b"\x1b]0;owned\x07\x1b[2J\n"]), "␛]0;owned␇␛[2J\n");
        assert_eq!(cleaned(&["a\u{202e}b\u{9b}c".as_bytes()]), "a\u{fffd}b\u{fffd}c\n");
        assert_eq!(cleaned(&[b"<script>alert(1)</script>"]), "<script>alert(1)</script>\n", "text stays text");
    }

    #[test]
    fn lines_end_where_they_end_whatever_ends_them() {
        assert_eq!(cleaned(&[b"a\r", b"\nb\rc\n\nd"]), "a\nb\nc\n\nd\n");
    }

    #[test]
    fn long_lines_are_cut_and_say_so() {
        let long = vec![b'x'; LINE_MAX_BYTES + 5];
        assert!(cleaned(&[&long, b"\nnext\n"]).ends_with("x… (5 bytes more)\nnext\n"));
        assert_eq!(line(&"y".repeat(300), 10), "yyyyyyyyy…");
        assert_eq!(line("two\nlines\x1b[1m", 40), "two lines␛[1m");
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_give_the_same_plain_lines(bytes: Vec<u8>, cut in 0usize..64) {
            let cut = cut.min(bytes.len());
            let whole = cleaned(&[&bytes]);
            prop_assert_eq!(&whole, &cleaned(&[&bytes[..cut], &bytes[cut..]]));
            prop_assert!(whole.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
            prop_assert!(whole.lines().all(|line| line.len() <= 3 * LINE_MAX_BYTES + 40));
        }
    }
}
