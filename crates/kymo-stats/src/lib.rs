//! The mathematics of Kymograph, on slices of `f64`.
//!
//! Everything that compares works on natural logarithms of *costs* (seconds, cycles, bytes: less is better; a
//! throughput enters as its reciprocal), so exchanging the two sides exchanges the verdict exactly, and no unit
//! changes a verdict. Evidence is counted in invocations and compared in rounds; iterations of one process are never
//! counted as if they were independent.
//!
//! What this crate refuses to do: read a clock or a file, know what a benchmark is, bootstrap a verdict, estimate by
//! the minimum, drop a value for what it is, or say "no difference". Where something cannot be said, a function returns
//! `None` or a [`Warning`], never a stand-in.
//!
//! | question | module |
//! |---|---|
//! | how fast is one variant? | [`mod@estimate`], [`mod@components`], [`warmup`], [`mod@outliers`] |
//! | is B faster than A? | [`mod@order`], [`looks`], [`compare`], [`mod@exact`], [`units`], [`family`], [`mod@verdict`], [`rounds`] |
//! | and over a suite? | [`mod@summary`] |
//! | when did a series change? | [`canary`], [`mod@steps`], [`plain`], [`noise`], [`segments`], [`mod@trend`], [`anchors`] |
//! | what can this machine resolve? | [`floor`] |
//! | are these methods any good? | [`simulate`] |

pub mod anchors;
pub mod canary;
pub mod compare;
pub mod components;
mod envelope;
pub mod estimate;
pub mod exact;
pub mod family;
pub mod floor;
pub mod grain;
pub mod looks;
pub mod noise;
pub mod order;
pub mod outliers;
pub mod plain;
pub mod rank;
pub mod robust;
pub mod rounds;
pub mod sample;
pub mod segments;
pub mod simulate;
pub mod steps;
pub mod student;
pub mod summary;
pub mod trend;
pub mod units;
pub mod verdict;
pub mod warmup;
pub mod warning;

pub use compare::{Comparison, Method, of_differences, paired, unpaired};
pub use components::{Components, Cost, components, iterations_per_invocation};
pub use estimate::{Estimate, Interval, estimate, invocation_cost};
pub use exact::exact;
pub use family::{benjamini_hochberg, holm};
pub use floor::{AaFloor, aa_floor};
pub use looks::{LOOKS, is_precise, next_look};
pub use order::order;
pub use outliers::outliers;
pub use plain::{Plain, detect_plain};
pub use rounds::{rounds_to_detect, rounds_to_settle};
pub use steps::{Step, Steps, steps};
pub use summary::{Summary, summary};
pub use trend::{Trend, trend};
pub use units::{UnitsDifference, difference_in_units, verdict_in_units};
pub use verdict::{Margin, Verdict, verdict};
pub use warmup::{Assessment, Warmup, assess, shared_cut};
pub use warning::Warning;
