//! Plain lists: a header and rows, columns aligned, the last one as long as it likes.

use unicode_width::UnicodeWidthStr;

/// Rows as aligned text; the first is the header, bold where colour is allowed.
pub fn columns(rows: &[Vec<String>], colour: bool) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width_of = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|text| text.width()).max();
    let widths: Vec<usize> = (0..count).map(|column| width_of(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        let line = line.trim_end();
        if number == 0 && colour {
            text.push_str(&format!("\x1b[1m{line}\x1b[0m\n"));
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_aligned_by_width() {
        let rows = [["a", "header", "x"], ["µs", "1", "last"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(super::columns(&rows, false), "a   header  x\nµs  1       last\n");
    }
}
