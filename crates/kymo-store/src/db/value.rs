//! Values as they go into statements and come out of rows, the same for both databases.

use crate::fault::Fault;
use std::borrow::Cow;

/// A value that a statement is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
    Blob(&'a [u8]),
}

impl Cell<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a number",
            Self::Text(_) => "a text",
            Self::Blob(_) => "bytes",
        }
    }
}

/// What a statement can be given.
pub trait Parameter {
    fn value(&self) -> Value<'_>;
}

macro_rules! parameters {
    ($($type:ty: $this:ident => $value:expr;)*) => {
        $(impl Parameter for $type {
            fn value(&self) -> Value<'_> {
                let $this = self;
                $value
            }
        })*
    };
}

parameters! {
    i64: this => Value::Integer(*this);
    i32: this => Value::Integer(i64::from(*this));
    u32: this => Value::Integer(i64::from(*this));
    // By its bits: what is above the half of the range comes back as it was, and compares as a negative number.
    u64: this => Value::Integer(this.cast_signed());
    bool: this => Value::Integer(i64::from(*this));
    f64: this => Value::Real(*this);
    str: this => Value::Text(this);
    String: this => Value::Text(this);
    [u8]: this => Value::Blob(this);
    Vec<u8>: this => Value::Blob(this);
}

impl<T: Parameter + ?Sized> Parameter for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Parameter> Parameter for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Parameter::value)
    }
}

impl Parameter for Value<'_> {
    fn value(&self) -> Value<'_> {
        *self
    }
}

impl Parameter for Cell<'_> {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(value) => Value::Integer(*value),
            Self::Real(value) => Value::Real(*value),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

/// What a column can be read as.
pub trait Column<'a>: Sized {
    /// What is wanted, in words.
    const WANTED: &'static str;

    /// The value; gives the cell back where it is another.
    fn from_cell(cell: Cell<'a>) -> Result<Self, Cell<'a>>;
}

/// A cell as what the caller wants it to be.
pub fn read<'a, T: Column<'a>>(index: usize, cell: Cell<'a>) -> Result<T, Fault> {
    T::from_cell(cell).map_err(|cell| {
        let value = if let Cell::Integer(value) = cell { format!(" {value}") } else { String::new() };
        Fault::Damaged(format!("column {index} has {}{value} where {} belongs", cell.kind(), T::WANTED))
    })
}

macro_rules! columns {
    ($($type:ty, $wanted:literal: $($cell:pat => $value:expr),+;)*) => {
        $(impl<'a> Column<'a> for $type {
            const WANTED: &'static str = $wanted;

            fn from_cell(cell: Cell<'a>) -> Result<Self, Cell<'a>> {
                match cell {
                    $($cell => $value,)+
                    other => Err(other),
                }
            }
        })*
    };
}

columns! {
    i64, "an integer": Cell::Integer(value) => Ok(value);
    i32, "a small integer": Cell::Integer(value) => i32::try_from(value).map_err(|_| Cell::Integer(value));
    u32, "a count": Cell::Integer(value) => u32::try_from(value).map_err(|_| Cell::Integer(value));
    u64, "a count": Cell::Integer(value) => Ok(value.cast_unsigned());
    bool, "0 or 1": Cell::Integer(0) => Ok(false), Cell::Integer(1) => Ok(true);
    f64, "a number": Cell::Real(value) => Ok(value), Cell::Integer(value) => Ok(value as f64);
    String, "a text": Cell::Text(text) => Ok(text.into_owned());
    Cow<'a, str>, "a text": Cell::Text(text) => Ok(text);
    Vec<u8>, "bytes": Cell::Blob(bytes) => Ok(bytes.to_vec());
    &'a [u8], "bytes": Cell::Blob(bytes) => Ok(bytes);
}

impl<'a> Column<'a> for Cell<'a> {
    const WANTED: &'static str = "anything";

    fn from_cell(cell: Cell<'a>) -> Result<Self, Cell<'a>> {
        Ok(cell)
    }
}

impl<'a, T: Column<'a>> Column<'a> for Option<T> {
    const WANTED: &'static str = T::WANTED;

    fn from_cell(cell: Cell<'a>) -> Result<Self, Cell<'a>> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}
