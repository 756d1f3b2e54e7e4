//! The form of a back-up.
//!
//! [`MAGIC`], then records in one stream of zstd, then SHA-256 over all of that. Records begin with a letter: `H` the
//! head, once; for each table `T` with its description, `R` for each row, `E` with the number of rows; `Z` with the number
//! of tables, once. Head and descriptions are JSON behind their length; a row is its cells in the order of the columns,
//! each a letter and its value. Numbers are little-endian.

use crate::StoreError;
use crate::db::{Cell, migration};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};

/// Begins every back-up.
pub const MAGIC: &[u8; 16] = b"kymograph backup";

/// Version of the form.
pub const VERSION: u32 = 1;

/// Bytes of the checksum at the end.
pub const CHECKSUM_BYTES: u64 = 32;

/// No text and no number of ours is longer than this: what says so is damaged.
const LENGTH_MAX: u64 = 1 << 31;

pub const HEAD: u8 = b'H';
pub const TABLE: u8 = b'T';
pub const ROW: u8 = b'R';
pub const END_OF_TABLE: u8 = b'E';
pub const END: u8 = b'Z';

/// What a back-up is of. Later versions may add to it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Head {
    /// Version of the form.
    pub version: u32,
    /// Version of the store's schema.
    pub schema: u32,
    /// What wrote it.
    pub made_by: String,
    /// When, as seconds since 1970-01-01 UTC.
    pub made_unix_s: u64,
}

impl Head {
    pub fn new(made_by: &str, made_unix_s: u64) -> Self {
        Self { version: VERSION, schema: migration::KNOWN as u32, made_by: made_by.to_owned(), made_unix_s }
    }
}

/// A table of a back-up.
#[derive(Debug, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the cells.
    pub columns: Vec<String>,
    /// The last key that it gave out, where it gives out keys.
    pub last_key: Option<i64>,
}

/// Passes on what is written, and hashes it.
pub struct Hashing<W> {
    pub out: W,
    pub hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

pub fn put_json(out: &mut impl Write, tag: u8, value: &impl Serialize) -> io::Result<()> {
    out.write_all(&[tag])?;
    put_bytes(out, &serde_json::to_vec(value)?)
}

pub fn put_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&(bytes.len() as u64).to_le_bytes())?;
    out.write_all(bytes)
}

pub fn put_cell(out: &mut impl Write, cell: &Cell<'_>) -> io::Result<()> {
    match cell {
        Cell::Null => out.write_all(b"n"),
        Cell::Integer(value) => {
            out.write_all(b"i")?;
            out.write_all(&value.to_le_bytes())
        }
        Cell::Real(value) => {
            out.write_all(b"r")?;
            out.write_all(&value.to_bits().to_le_bytes())
        }
        Cell::Text(text) => {
            out.write_all(b"t")?;
            put_bytes(out, text.as_bytes())
        }
        Cell::Blob(bytes) => {
            out.write_all(b"b")?;
            put_bytes(out, bytes)
        }
    }
}

/// A value of a row that was read.
#[derive(Debug, PartialEq)]
pub enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl crate::db::Parameter for Owned {
    fn value(&self) -> crate::db::Value<'_> {
        use crate::db::Value;
        match self {
            Self::Null => Value::Null,
            Self::Integer(value) => Value::Integer(*value),
            Self::Real(value) => Value::Real(*value),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

impl Owned {
    /// About how many bytes it takes on its way to the database.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Null => 1,
            Self::Integer(_) | Self::Real(_) => 8,
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }
}

pub fn take<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

pub fn take_bytes(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = u64::from_le_bytes(take(from)?);
    if length > LENGTH_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{length} bytes in one piece")));
    }
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

pub fn take_cell(from: &mut impl Read) -> io::Result<Owned> {
    let invalid = |problem: String| io::Error::new(io::ErrorKind::InvalidData, problem);
    Ok(match take::<1>(from)?[0] {
        b'n' => Owned::Null,
        b'i' => Owned::Integer(i64::from_le_bytes(take(from)?)),
        b'r' => Owned::Real(f64::from_bits(u64::from_le_bytes(take(from)?))),
        b't' => Owned::Text(String::from_utf8(take_bytes(from)?).map_err(|error| invalid(error.to_string()))?),
        b'b' => Owned::Blob(take_bytes(from)?),
        other => return Err(invalid(format!("a value begins with the byte {other}"))),
    })
}

/// The error for a back-up that cannot be used.
pub fn unusable(name: &str, problem: impl Into<String>, advice: &'static str) -> StoreError {
    StoreError::Backup { name: name.to_owned(), problem: problem.into(), advice }
}

/// The error for one that is not what was written.
pub fn damaged(name: &str, problem: impl std::fmt::Display) -> StoreError {
    unusable(name, format!("is damaged or was cut short ({problem})"), "take another copy of it; nothing was changed")
}
