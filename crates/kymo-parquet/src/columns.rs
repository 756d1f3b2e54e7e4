//! Columns that are gathered row by row.

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use std::io::Write;

/// A value on its way into a column; `None` is a null.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text.
    Text(Option<&'a str>),
    /// A whole number of 32 bits.
    Int(Option<i32>),
    /// A whole number of 64 bits, as a time.
    Long(Option<i64>),
    /// A number.
    Double(Option<f64>),
    /// Yes or no.
    Bool(bool),
}

/// The values of a column, and for each row whether there is one.
enum Column {
    Text(Vec<ByteArray>, Vec<i16>),
    Int(Vec<i32>, Vec<i16>),
    Long(Vec<i64>, Vec<i16>),
    Double(Vec<f64>, Vec<i16>),
    Bool(Vec<bool>),
}

/// The columns of one group of rows.
#[derive(Default)]
pub struct Columns {
    columns: Vec<Column>,
    rows: usize,
}

impl Columns {
    /// Number of rows gathered.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row; all rows have the same kinds of values in the same order.
    pub fn push(&mut self, values: &[Value]) {
        if self.columns.is_empty() {
            self.columns = values.iter().map(empty).collect();
        }
        for (column, value) in self.columns.iter_mut().zip(values) {
            match (column, value) {
                (Column::Text(values, levels), Value::Text(value)) => {
                    // Neighbours mostly say the same, and then share the bytes.
                    let same = |value: &str| values.last().filter(|last| last.data() == value.as_bytes()).cloned();
                    let value = value.map(|value| same(value).unwrap_or_else(|| ByteArray::from(value)));
                    add(values, levels, value);
                }
                (Column::Int(values, levels), Value::Int(value)) => add(values, levels, *value),
                (Column::Long(values, levels), Value::Long(value)) => add(values, levels, *value),
                (Column::Double(values, levels), Value::Double(value)) => add(values, levels, *value),
                (Column::Bool(values), Value::Bool(value)) => values.push(*value),
                _ => debug_assert!(false, "a row of another table"),
            }
        }
        self.rows += 1;
    }

    /// Writes the rows as a group, and forgets them.
    pub fn write<W: Write + Send>(&mut self, file: &mut SerializedFileWriter<W>) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = file.next_row_group()?;
        for column in std::mem::take(&mut self.columns) {
            if let Some(mut writer) = group.next_column()? {
                write(&column, &mut writer)?;
                writer.close()?;
            }
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

fn add<T>(values: &mut Vec<T>, levels: &mut Vec<i16>, value: Option<T>) {
    levels.push(i16::from(value.is_some()));
    values.extend(value);
}

fn empty(value: &Value) -> Column {
    match value {
        Value::Text(_) => Column::Text(Vec::new(), Vec::new()),
        Value::Int(_) => Column::Int(Vec::new(), Vec::new()),
        Value::Long(_) => Column::Long(Vec::new(), Vec::new()),
        Value::Double(_) => Column::Double(Vec::new(), Vec::new()),
        Value::Bool(_) => Column::Bool(Vec::new()),
    }
}

fn write(column: &Column, writer: &mut SerializedColumnWriter) -> Result<()> {
    match column {
        Column::Text(values, levels) => writer.typed::<ByteArrayType>().write_batch(values, Some(levels), None),
        Column::Int(values, levels) => writer.typed::<Int32Type>().write_batch(values, Some(levels), None),
        Column::Long(values, levels) => writer.typed::<Int64Type>().write_batch(values, Some(levels), None),
        Column::Double(values, levels) => writer.typed::<DoubleType>().write_batch(values, Some(levels), None),
        Column::Bool(values) => writer.typed::<BoolType>().write_batch(values, None, None),
    }
    .map(|_| ())
}
