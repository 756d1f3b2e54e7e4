//! Quantities as people read them.

use kymo_model::{Seconds, Unit};

/// A quantity in its base unit, with three significant digits: `85.1 ms`, `1.2 MiB`, `12,345`.
pub fn quantity(value: f64, unit: Unit) -> String {
    format!("{value} {}", unit.symbol())
}

/// A stretch of time as people say it: `1 min 20 s`.
pub fn duration(span: Seconds) -> String {
    format!("{} s", span.get())
}
