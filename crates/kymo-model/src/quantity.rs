//! Newtypes for quantities. None derefs to its number, and arithmetic exists only where it means something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A span of time in seconds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Seconds(f64);

impl Seconds {
    /// A span of `seconds` seconds.
    pub const fn new(seconds: f64) -> Self {
        Self(seconds)
    }

    /// A span given in nanoseconds, as clocks read it.
    pub fn from_nanos(nanoseconds: u64) -> Self {
        // A u64 of nanoseconds loses sub-nanosecond precision above 104 days: of no account for a measured span.
        Self(nanoseconds as f64 * 1e-9)
    }

    /// The number of seconds.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The span as a `Duration`; negative and non-finite spans become zero.
    pub fn to_duration(self) -> std::time::Duration {
        std::time::Duration::try_from_secs_f64(self.0).unwrap_or_default()
    }
}

impl From<std::time::Duration> for Seconds {
    fn from(duration: std::time::Duration) -> Self {
        Self(duration.as_secs_f64())
    }
}

impl std::ops::Add for Seconds {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Seconds {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::ops::Div for Seconds {
    type Output = Ratio;
    fn div(self, other: Self) -> Ratio {
        Ratio(self.0 / other.0)
    }
}

/// An amount of memory or storage in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Bytes(u64);

impl Bytes {
    /// An amount of `bytes` bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// The quotient of two quantities of one kind; 1 means equal.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Ratio(f64);

impl Ratio {
    /// A ratio with this value.
    pub const fn new(ratio: f64) -> Self {
        Self(ratio)
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Its natural logarithm.
    pub fn ln(self) -> LogRatio {
        LogRatio(self.0.ln())
    }
}

/// The natural logarithm of a ratio; 0 means equal. Differences of logarithms add, ratios multiply.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct LogRatio(f64);

impl LogRatio {
    /// A log ratio with this value.
    pub const fn new(log_ratio: f64) -> Self {
        Self(log_ratio)
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The ratio it is the logarithm of.
    pub fn exp(self) -> Ratio {
        Ratio(self.0.exp())
    }
}

/// A part of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Share(f64);

impl Share {
    /// A share with this value.
    pub const fn new(share: f64) -> Self {
        Self(share)
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// One sample of a metric, in that metric's base unit ([`crate::Metric::unit`]).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Value(f64);

impl Value {
    /// A sample with this value, already in the metric's base unit.
    pub const fn new(value: f64) -> Self {
        Self(value)
    }

    /// The number, in the metric's base unit.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Whether it can be a sample at all: finite and not negative.
    pub fn is_plausible(self) -> bool {
        self.0.is_finite() && self.0 >= 0.0
    }
}
