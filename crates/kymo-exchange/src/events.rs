//! The names that sightglass has for phases and events, and what they are called here.
//!
//! Source: sightglass, `crates/recorder/src/measure`. Its event `cycles` reads the time stamp counter, which counts no
//! cycles of the core; those are its `cpu-cycles`.

use kymo_model::{Metric, Phase, Unit};

/// Phases, by sightglass's name.
const PHASES: [(&str, Phase); 3] =
    [("Compilation", Phase::Compile), ("Instantiation", Phase::Instantiate), ("Execution", Phase::Execute)];

/// The event that tells that a file's `instructions-retired` were counted by callgrind.
pub const OF_CALLGRIND: &str = "virtual-cycles";

/// The event of retired instructions, counted by the processor or by callgrind.
pub const INSTRUCTIONS: &str = "instructions-retired";

/// Whole numbers up to this one are exact in floating point.
const EXACT_MAX: u64 = 1 << 53;

/// Events by the name that is written. The first seven are sightglass's; it has no names for the others.
const EVENTS: [(&str, Metric); 14] = [
    ("nanoseconds", Metric::WallTime),
    ("cycles", Metric::TimerTicks),
    ("cpu-cycles", Metric::Cycles),
    (INSTRUCTIONS, Metric::Instructions),
    (INSTRUCTIONS, Metric::InstructionsSimulated),
    ("task-clocks", Metric::ThreadCpuTime),
    // The name of old versions; what is written is `cycles`.
    ("wall-cycles", Metric::TimerTicks),
    ("cpu-nanoseconds", Metric::CpuTime),
    ("fuel", Metric::Fuel),
    ("page-faults", Metric::PageFaults),
    ("context-switches", Metric::ContextSwitches),
    ("peak-rss-bytes", Metric::PeakRss),
    ("peak-pss-bytes", Metric::PeakPss),
    ("code-size-bytes", Metric::CodeSize),
];

/// The phase with this name of sightglass.
pub fn phase(name: &str) -> Option<Phase> {
    PHASES.into_iter().find(|(known, _)| *known == name).map(|(_, phase)| phase)
}

/// sightglass's name of a phase; none for a whole process.
pub fn phase_name(phase: Phase) -> Option<&'static str> {
    PHASES.into_iter().find(|(_, known)| *known == phase).map(|(name, _)| name)
}

/// The metric of an event; `simulated` says whether callgrind counted.
pub fn metric(event: &str, simulated: bool) -> Option<Metric> {
    let metric = EVENTS.into_iter().find(|(known, _)| *known == event).map(|(_, metric)| metric)?;
    Some(if simulated && metric == Metric::Instructions { Metric::InstructionsSimulated } else { metric })
}

/// The event of a metric, where one is written.
pub fn event(metric: Metric) -> Option<&'static str> {
    EVENTS.into_iter().find(|(_, known)| *known == metric).map(|(event, _)| event)
}

/// A count as a value in the metric's base unit; `None` where the count would not come back as it is.
pub fn value(metric: Metric, number: u64) -> Option<f64> {
    let value = match metric.unit() {
        Unit::Second => number as f64 * 1e-9,
        Unit::Byte | Unit::Count | Unit::PerSecond => number as f64,
    };
    (number <= EXACT_MAX && count(metric, value) == number).then_some(value)
}

/// A value as a count: times in nanoseconds, rounded to whole ones.
pub fn count(metric: Metric, value: f64) -> u64 {
    // Samples are not negative, and what no u64 holds is no measurement.
    match metric.unit() {
        Unit::Second => (value * 1e9).round() as u64,
        Unit::Byte | Unit::Count | Unit::PerSecond => value.round() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lead_to_metrics_and_back() {
        for metric in Metric::of_programs().filter(|metric| *metric != Metric::ModuleSize) {
            let event = event(metric).unwrap();
            assert_eq!(super::metric(event, metric == Metric::InstructionsSimulated), Some(metric), "{event}");
        }
        for (name, phase) in PHASES {
            assert_eq!((super::phase(name), phase_name(phase)), (Some(phase), Some(name)));
        }
        assert_eq!(phase_name(Phase::Lifetime), None);
        assert_eq!(metric("wall-cycles", false), Some(Metric::TimerTicks));
        assert_eq!(metric("cache-misses", false), None);
    }

    #[test]
    fn the_largest_count_is_refused() {
        // Rounded to a power of two it would come back by saturation alone.
        assert_eq!(value(Metric::TimerTicks, u64::MAX), None);
    }

    proptest! {
        #[test]
        fn counts_come_back_or_are_refused(number in any::<u64>(), shift in 0_u32..64) {
            let number = number >> shift;
            for metric in [Metric::WallTime, Metric::TimerTicks, Metric::PeakRss] {
                match value(metric, number) {
                    Some(value) => prop_assert!(count(metric, value) == number && number <= EXACT_MAX, "{number}"),
                    None => prop_assert!(number > 1 << 50, "{} is refused", number),
                }
            }
        }
    }
}
