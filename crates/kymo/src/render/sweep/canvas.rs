//! Lines drawn with characters: a braille character has two dots across and four up. The crates that draw so bring axes of
//! their own, which know neither units, logarithms, gaps nor marks that tell lines apart without colours.

/// Dots of a character across and up.
const DOTS: (usize, usize) = (2, 4);

/// The character without dots, from which the others are counted.
const BLANK: u32 = 0x2800;

/// The bit of each dot in a character, by row and column (Unicode, block Braille Patterns).
const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// What stands where marks of several lines fall together.
pub const SEVERAL: char = '*';

/// A field of characters.
pub struct Canvas {
    width: usize,
    height: usize,
    cells: Vec<u32>,
    marks: Vec<Option<char>>,
}

impl Canvas {
    /// An empty field of so many characters.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, cells: vec![0; width * height], marks: vec![None; width * height] }
    }

    /// The dot at a place; both numbers lie between 0 and 1, upwards.
    fn dot(&self, (x, y): (f64, f64)) -> (i64, i64) {
        let on = |share: f64, dots: usize| (share.clamp(0.0, 1.0) * (dots - 1) as f64).round() as i64;
        (on(x, self.width * DOTS.0), on(1.0 - y, self.height * DOTS.1))
    }

    /// Draws from one place to another.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let ((x0, y0), (x1, y1)) = (self.dot(from), self.dot(to));
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).max(1);
        for step in 0..=steps {
            let share = step as f64 / steps as f64;
            let between = |a: i64, b: i64| (a as f64 + (b - a) as f64 * share).round() as usize;
            let (x, y) = (between(x0, x1), between(y0, y1));
            self.cells[y / DOTS.1 * self.width + x / DOTS.0] |= BITS[y % DOTS.1][x % DOTS.0];
        }
    }

    /// Puts a mark at a place; where another line's is, both are told by [`SEVERAL`]. Gives whether that was so.
    pub fn mark(&mut self, at: (f64, f64), mark: char) -> bool {
        let (x, y) = self.dot(at);
        let cell = &mut self.marks[y as usize / DOTS.1 * self.width + x as usize / DOTS.0];
        let shared = cell.is_some_and(|known| known != mark);
        *cell = Some(if shared { SEVERAL } else { mark });
        shared
    }

    /// The rows, from the top, without spaces at their ends.
    pub fn rows(&self) -> Vec<String> {
        let character = |at: usize| match (self.marks[at], self.cells[at]) {
            (Some(mark), _) => mark,
            (None, 0) => ' ',
            // Eight bits above the blank pattern are all patterns.
            (None, dots) => char::from_u32(BLANK + dots).unwrap_or(' '),
        };
        let row = |row: usize| (0..self.width).map(|column| character(row * self.width + column)).collect::<String>();
        (0..self.height).map(|number| row(number).trim_end().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_marks() {
        let mut canvas = Canvas::new(4, 2);
        canvas.line((0.0, 0.0), (1.0, 1.0));
        assert_eq!(canvas.rows(), ["  ⡠⠊", "⡠⠊"]);
        assert!(!canvas.mark((0.0, 0.0), 'a'));
        assert!(!canvas.mark((0.0, 0.0), 'a'));
        assert!(canvas.mark((0.0, 0.0), 'b'));
        assert_eq!(canvas.rows(), ["  ⡠⠊", "*⠊"]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_leaves_the_field(x in -1.0..2.0f64, y in -1.0..2.0f64, width in 1usize..9, height in 1usize..9) {
            let mut canvas = Canvas::new(width, height);
            canvas.line((x, y), (y, x));
            canvas.mark((x, y), 'a');
            proptest::prop_assert_eq!(canvas.rows().len(), height);
        }
    }
}
