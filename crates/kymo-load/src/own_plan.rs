//! Plans of single connections, as wrk2 has them: each has its share of the rate, and nobody else sends what it owes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The plan of one connection: requests at a constant distance. Those of all connections together are at a constant
/// distance, too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnPlan {
    gap_ns: f64,
    offset_ns: f64,
}

impl OwnPlan {
    /// The plan of connection `number` of `connections` that share `rate`.
    pub(crate) fn new(number: u32, connections: u32, rate: f64) -> Self {
        Self { gap_ns: f64::from(connections) / rate * 1e9, offset_ns: f64::from(number) / rate * 1e9 }
    }

    /// When its request `index` is due, from the start.
    pub(crate) fn due(&self, index: u64) -> u64 {
        (self.offset_ns + index as f64 * self.gap_ns).round() as u64
    }

    /// How many are due before a time.
    pub(crate) fn before(&self, time_ns: u64) -> u64 {
        let mut count = ((time_ns as f64 - self.offset_ns) / self.gap_ns).ceil().max(0.0) as u64;
        while count > 0 && self.due(count - 1) >= time_ns {
            count -= 1;
        }
        while self.due(count) < time_ns {
            count += 1;
        }
        count
    }
}

/// Free connections by when they are due: time, place, generation.
pub(crate) type Queue = BinaryHeap<Reverse<(u64, u32, u32)>>;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_plans_together_are_the_constant_one(connections in 1_u32..50, rate in 1_u32..10_000, seconds in 1_u64..4) {
            let end = seconds * 1_000_000_000;
            let count: u64 = (0..connections).map(|one| OwnPlan::new(one, connections, f64::from(rate)).before(end)).sum();
            prop_assert_eq!(count, u64::from(rate) * seconds);
        }

        #[test]
        fn what_is_before_a_time_is_due_before_it(number in 0_u32..9, rate in 0.1..1e5_f64, time in 0_u64..10_000_000_000) {
            let plan = OwnPlan::new(number, 9, rate);
            let count = plan.before(time);
            prop_assert!(plan.due(count) >= time);
            prop_assert!(count == 0 || plan.due(count - 1) < time);
        }
    }
}
