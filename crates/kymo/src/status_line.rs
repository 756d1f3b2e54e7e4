//! The line on a terminal's standard error that changes while something goes on.
//!
//! It never wraps: of a line that wrapped only the last part could be taken away again.

use std::io::Write;
use unicode_width::UnicodeWidthChar;

/// The width where the terminal does not tell it.
const USUAL_COLUMNS: usize = 80;

/// The line, and whether it is there.
#[derive(Debug, Default)]
pub struct StatusLine {
    shown: bool,
}

impl StatusLine {
    /// Shows a line in place of the one before. `line` is told how many columns there are.
    pub fn show(&mut self, line: impl FnOnce(usize) -> String) {
        let columns = columns();
        // A terminal that cannot be written to is no reason to stop measuring.
        let _ = write!(std::io::stderr(), "\r\x1b[2K{}", cut(&line(columns), columns));
        self.shown = true;
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
            self.shown = false;
        }
    }
}

/// The columns of the terminal that a line may fill, as it is now. The last one is left free: some terminals begin the
/// next line once it is filled.
fn columns() -> usize {
    let told = rustix::termios::tcgetwinsize(std::io::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if told == 0 { USUAL_COLUMNS - 1 } else { told - 1 }
}

/// A line as wide as there is room for; what was cut off is told by its last character.
fn cut(line: &str, columns: usize) -> String {
    let width = |text: &str| text.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>();
    if width(line) <= columns {
        return line.to_owned();
    }
    let mut used = 0;
    let kept = line.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used < columns
    });
    let mut kept: String = kept.collect();
    if columns > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn lines_are_cut_by_their_width_and_say_so() {
        assert_eq!(cut("p50 1 µs", 8), "p50 1 µs");
        assert_eq!(cut("p50 1 µs", 7), "p50 1 …");
        // Wide characters take two columns.
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!((cut("ab", 1), cut("ab", 0)), ("…".to_owned(), String::new()));
    }
}
