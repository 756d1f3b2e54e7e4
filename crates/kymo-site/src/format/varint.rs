//! LEB128 numbers, unsigned, of at most 53 bits: what a page's numbers hold exactly.

use super::FormatError;

/// The largest number that is written.
pub const MAX: u64 = (1 << 53) - 1;

/// Appends a number; at most [`MAX`].
pub fn write(out: &mut Vec<u8>, mut number: u64) {
    debug_assert!(number <= MAX, "{number} has more than 53 bits");
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a signed number as a zigzag.
pub fn write_signed(out: &mut Vec<u8>, number: i64) {
    write(out, ((number << 1) ^ (number >> 63)) as u64);
}

/// Reads bytes one after the other, and never beyond their end.
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// At the first of some bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next bytes.
    ///
    /// # Errors
    /// When there are not so many.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], FormatError> {
        if count > self.left() {
            return Err(FormatError::new(format!("the file ends early: {count} bytes wanted at byte {}", self.at)));
        }
        let taken = &self.bytes[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }

    /// The next number.
    ///
    /// # Errors
    /// When the file ends, or the number has more than 53 bits.
    pub fn number(&mut self) -> Result<u64, FormatError> {
        let mut number = 0_u64;
        for shift in (0..56).step_by(7) {
            let byte = self.bytes(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return if number <= MAX { Ok(number) } else { break };
            }
        }
        Err(FormatError::new(format!("a number of more than 53 bits before byte {}", self.at)))
    }

    /// The next signed number.
    ///
    /// # Errors
    /// Those of [`Self::number`].
    pub fn signed(&mut self) -> Result<i64, FormatError> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A count of things that take at least one byte each, so that a wrong one asks for no memory.
    ///
    /// # Errors
    /// When there are fewer bytes left.
    pub fn count(&mut self) -> Result<usize, FormatError> {
        let count = self.number()?;
        if count > self.left() as u64 {
            return Err(FormatError::new(format!("{count} entries are promised in {} bytes", self.left())));
        }
        Ok(count as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), MAX] {
            let mut out = Vec::new();
            write(&mut out, number);
            assert_eq!(Reader::new(&out).number(), Ok(number));
        }
        for number in [0, -1, 1, -64, 64, i64::from(i32::MIN), (1 << 52) - 1, -(1 << 52)] {
            let mut out = Vec::new();
            write_signed(&mut out, number);
            assert_eq!(Reader::new(&out).signed(), Ok(number));
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(Reader::new(&[0xff; 9]).number().is_err());
        assert!(Reader::new(&[0xff; 8]).number().is_err());
        assert!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]).number().is_ok());
        assert!(Reader::new(&[0x80]).number().is_err());
        assert!(Reader::new(&[5, 0]).count().is_err());
    }
}
