//! Figures as people read them.

use crate::render::units::{self, Scale};
use kymo_model::{Seconds, Unit};
use proptest::prelude::*;

fn check(value: f64, unit: Unit, expect: &str) {
    assert_eq!(units::quantity(value, unit), expect, "for {value}");
}

#[test]
fn quantities() {
    check(0.0, Unit::Second, "0 s");
    check(0.0851, Unit::Second, "85.1 ms");
    check(4.23e-8, Unit::Second, "42.3 ns");
    check(4.2e-10, Unit::Second, "0.420 ns");
    check(9.996e-4, Unit::Second, "1.00 ms");
    check(9.994e-4, Unit::Second, "999 µs");
    check(1.0, Unit::Second, "1.00 s");
    check(1234.5, Unit::Second, "1,234 s");
    check(0.0, Unit::Byte, "0 B");
    check(512.0, Unit::Byte, "512 B");
    check(1010.0, Unit::Byte, "1,010 B");
    check(1024.0, Unit::Byte, "1.00 KiB");
    check(12.5 * 1_048_576.0, Unit::Byte, "12.5 MiB");
    check(3.0e12, Unit::Byte, "2.73 TiB");
    check(0.0, Unit::Count, "0");
    check(12.0, Unit::Count, "12");
    check(12.25, Unit::Count, "12.2");
    check(12_345.0, Unit::Count, "12,345");
    check(999_999.0, Unit::Count, "1.00 M");
    check(3.21e9, Unit::Count, "3.21 G");
}

#[test]
fn ratios_and_percents() {
    let ratios = [1.1434, 0.9999, 9.9996, 35.214, 135.21, 1234.5, 0.01234, 0.0].map(units::ratio);
    assert_eq!(ratios, ["1.143", "1.000", "10.00", "35.21", "135.2", "1,234", "0.0123", "0"]);
    let percents = [0.0312, -0.0312, 0.0004, 0.0, -0.00001, 12.5].map(units::percent);
    assert_eq!(percents, ["+3.1 %", "−3.1 %", "+0.04 %", "0.0 %", "0.00 %", "+1,250.0 %"]);
    assert_eq!([0.006, 0.0004, 0.0].map(units::plus_minus), ["±0.6 %", "<0.1 %", "±0.0 %"]);
    assert_eq!([0.01, 0.0235, 0.1].map(units::share), ["1 %", "2.35 %", "10 %"]);
}

#[test]
fn durations() {
    let said = [0.0423, 59.94, 59.96, 80.0, 3599.6, 11_100.0, 7200.0, 93_600.0].map(Seconds::new).map(units::duration);
    assert_eq!(said, ["42.3 ms", "59.9 s", "1 min", "1 min 20 s", "1 h", "3 h 5 min", "2 h", "26 h"]);
}

/// The number that a shown quantity stands for.
fn read_back(text: &str) -> f64 {
    let (number, symbol) = text.split_once(' ').unwrap_or((text, ""));
    let factor = match symbol {
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        "KiB" => 1024.0,
        "MiB" => 1024f64.powi(2),
        "GiB" => 1024f64.powi(3),
        "TiB" => 1024f64.powi(4),
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "s" | "B" | "" => 1.0,
        other => panic!("unknown scale {other}"),
    };
    number.replace(',', "").replace('−', "-").parse::<f64>().unwrap() * factor
}

fn units() -> impl Strategy<Value = Unit> {
    prop_oneof![Just(Unit::Second), Just(Unit::Byte), Just(Unit::Count)]
}

proptest! {
    #[test]
    fn three_digits_survive(exponent in -9.0..13.0f64, unit in units()) {
        let value = 10f64.powf(exponent);
        let shown = read_back(&units::quantity(value, unit));
        prop_assert!((shown / value - 1.0).abs() <= 0.00501, "{} as {}", value, units::quantity(value, unit));
    }

    #[test]
    fn larger_is_never_shown_smaller(exponent in -9.0..13.0f64, factor in 1.0..1.1f64, unit in units()) {
        let value = 10f64.powf(exponent);
        let (less, more) = (units::quantity(value, unit), units::quantity(value * factor, unit));
        // Two scales round the same number to neighbouring values: a factor of two ulps is no disorder.
        prop_assert!(read_back(&less) <= read_back(&more) * (1.0 + 1e-12), "{} then {}", less, more);
    }

    #[test]
    fn a_common_scale_shows_what_each_is(exponent in -8.0..3.0f64, factor in 1.0..2000.0f64) {
        let values = [10f64.powf(exponent), 10f64.powf(exponent) * factor];
        if let Some(scale) = Scale::common(&values, Unit::Second) {
            for value in values {
                prop_assert!((read_back(&scale.show(value)) / value - 1.0).abs() <= 0.00501);
            }
        }
    }

    #[test]
    fn numbers_never_panic(value in proptest::num::f64::ANY, unit in units()) {
        let _ = (units::quantity(value, unit), units::exact(value, unit), units::ratio(value));
        let _ = (units::percent(value), units::plus_minus(value), units::share(value), units::duration(Seconds::new(value)));
    }
}
