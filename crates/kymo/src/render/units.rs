//! Quantities as people read them. What is written to be read by programs keeps its base unit and never comes here.

use kymo_model::{Seconds, Unit};

/// The minus sign: as wide as the plus sign, so that columns of differences stay in line.
const MINUS: char = '−';

/// A scale of a unit: what one of it is in the base unit, and its symbol.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// One of it, in the base unit.
    pub factor: f64,
    /// Its symbol; empty for plain numbers.
    pub symbol: &'static str,
}

const fn scale(factor: f64, symbol: &'static str) -> Scale {
    Scale { factor, symbol }
}

const SECONDS: [Scale; 4] = [scale(1e-9, "ns"), scale(1e-6, "µs"), scale(1e-3, "ms"), scale(1.0, "s")];
const BYTES: [Scale; 5] = [
    scale(1.0, "B"),
    scale(1024.0, "KiB"),
    scale(1_048_576.0, "MiB"),
    scale(1_073_741_824.0, "GiB"),
    scale(1_099_511_627_776.0, "TiB"),
];
/// No thousands: up to a million a number with separators is read at a glance.
const COUNTS: [Scale; 4] = [scale(1.0, ""), scale(1e6, "M"), scale(1e9, "G"), scale(1e12, "T")];
const RATES: [Scale; 3] = [scale(1.0, "/s"), scale(1e3, "k/s"), scale(1e6, "M/s")];

impl Scale {
    /// The scale in which `value`, given in the base unit, is read best.
    pub fn of(value: f64, unit: Unit) -> Self {
        let scales: &[Scale] = match unit {
            Unit::Second => &SECONDS,
            Unit::Byte => &BYTES,
            Unit::Count => &COUNTS,
            Unit::PerSecond => &RATES,
        };
        let size = value.abs();
        // Nothing has no scale of its own: 0 s, 0 B.
        let fallback = if size == 0.0 && unit == Unit::Second { SECONDS[3] } else { scales[0] };
        // What would be rounded up to the next scale's 1 belongs there: 999.6 µs is 1.00 ms.
        let reached = |scale: &&Scale| rounded(size / scale.factor) >= 1.0 && size / scale.factor >= 0.9995;
        scales.iter().rev().find(reached).copied().unwrap_or(fallback)
    }

    /// One scale for values that are to be compared by eye, where one will do: that of the smallest, unless the largest
    /// has five digits in it.
    pub fn common(values: &[f64], unit: Unit) -> Option<Self> {
        let positive = || values.iter().copied().filter(|value| *value > 0.0);
        let smallest = positive().min_by(f64::total_cmp)?;
        let largest = positive().max_by(f64::total_cmp)?;
        let scale = Self::of(smallest, unit);
        (largest / scale.factor < 9_999.5).then_some(scale)
    }

    /// `value`, given in the base unit, in this scale with three significant digits.
    pub fn show(self, value: f64) -> String {
        let value = value / self.factor;
        // Events and bytes that can be counted are not measured to a tenth.
        let countable = self.factor == 1.0 && self.symbol != "s" && value.fract() == 0.0;
        self.with_symbol(&if countable || value == 0.0 {
            grouped(value, 0)
        } else {
            grouped(value, decimals_for(value))
        })
    }

    /// As [`Scale::show`], with a sign and a fixed number of decimals.
    pub fn show_signed(self, value: f64, decimals: usize) -> String {
        self.with_symbol(&signed(value / self.factor, decimals))
    }

    fn with_symbol(self, number: &str) -> String {
        if self.symbol.is_empty() { number.to_owned() } else { format!("{number} {}", self.symbol) }
    }
}

/// A quantity in its base unit with three significant digits, in the scale that fits: `85.1 ms`, `1.20 MiB`, `12,345`.
pub fn quantity(value: f64, unit: Unit) -> String {
    Scale::of(value, unit).show(value)
}

/// A quantity of which every unit counts: `123,456 B`.
pub fn exact(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Second | Unit::PerSecond => quantity(value, unit),
        Unit::Byte => format!("{} B", whole(value)),
        Unit::Count => whole(value),
    }
}

/// A whole number with separators; one that is not whole keeps three decimals.
fn whole(value: f64) -> String {
    // Means of equal numbers may miss the number by a rounding.
    let off = (value - value.round()).abs();
    if off <= 1e-9 * value.abs().max(1.0) { grouped(value, 0) } else { grouped(value, 3) }
}

/// Decimals that give `value` three significant digits.
pub fn decimals_for(value: f64) -> usize {
    let size = rounded(value.abs());
    if size == 0.0 || !size.is_finite() {
        return 0;
    }
    // At most 12: below a billionth of the smallest scale nothing is measured.
    (2.0 - size.log10().floor()).clamp(0.0, 12.0) as usize
}

/// `value` rounded to three significant digits.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digit = 10f64.powi(value.abs().log10().floor() as i32 - 2);
    (value / digit).round() * digit
}

/// With a comma between thousands and, where negative, a minus sign.
pub fn grouped(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "—".to_owned();
    }
    let plain = format!("{:.decimals$}", value.abs());
    let (integer, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() + 8);
    // Nothing that is rounded to zero is negative.
    if value < 0.0 && plain.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        text.push(MINUS);
    }
    for (position, digit) in integer.chars().enumerate() {
        if position > 0 && (integer.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// With its sign, unless it is rounded to zero.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = grouped(value, decimals);
    let is_zero = !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if value > 0.0 && !is_zero && value.is_finite() { format!("+{text}") } else { text }
}

/// Decimals in which a ratio is shown: three about 1, and no digits that nobody needs far from it.
pub fn ratio_decimals(ratio: f64) -> usize {
    match ratio.abs() {
        size if size >= 999.95 => 0,
        size if size >= 99.995 => 1,
        size if size >= 9.9995 => 2,
        size if size >= 0.1 => 3,
        size => decimals_for(size),
    }
}

/// A ratio: `1.143`, `35.21`.
pub fn ratio(ratio: f64) -> String {
    grouped(ratio, ratio_decimals(ratio))
}

/// A relative difference (0.01 = 1 %) in percent, with its sign: `+3.1 %`.
pub fn percent(fraction: f64) -> String {
    let percent = 100.0 * fraction;
    // A difference worth showing is not shown as zero.
    let decimals = if percent != 0.0 && percent.abs() < 0.05 { 2 } else { 1 };
    format!("{} %", signed(percent, decimals))
}

/// A relative half-width (0.01 = 1 %): `±0.6 %`.
pub fn plus_minus(fraction: f64) -> String {
    let percent = 100.0 * fraction;
    if percent > 0.0 && percent < 0.05 { "<0.1 %".to_owned() } else { format!("±{} %", grouped(percent, 1)) }
}

/// A share or margin (0.01 = 1 %) without a sign and without needless decimals: `1 %`, `2.35 %`.
pub fn share(fraction: f64) -> String {
    let text = format!("{:.2}", 100.0 * fraction);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A number of things, by the English plural: `1 process`, `12 processes`.
pub fn counted(number: usize, thing: &str) -> String {
    let ending = match number {
        1 => "",
        _ if thing.ends_with('s') => "es",
        _ => "s",
    };
    format!("{} {thing}{ending}", grouped(number as f64, 0))
}

/// A stretch of time as people say it: `0.42 s`, `1 min 20 s`, `3 h 5 min`.
pub fn duration(span: Seconds) -> String {
    let seconds = span.get().max(0.0);
    if seconds < 59.95 {
        return quantity(seconds, Unit::Second);
    }
    let whole = seconds.round();
    if whole < 3600.0 {
        return parts((whole / 60.0).floor(), "min", whole % 60.0, "s");
    }
    let minutes = (seconds / 60.0).round();
    parts((minutes / 60.0).floor(), "h", minutes % 60.0, "min")
}

fn parts(large: f64, large_unit: &str, small: f64, small_unit: &str) -> String {
    let large = grouped(large, 0);
    if small == 0.0 { format!("{large} {large_unit}") } else { format!("{large} {large_unit} {small} {small_unit}") }
}
