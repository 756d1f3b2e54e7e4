//! The share of a load that a machine puts.

use crate::{LoadSpec, Profile, Schedule, Segment};
use std::time::Duration;

/// The share of machine `number` (from 0) of `machines`: its part of the rate and of the connections, a seed of its own,
/// and how much later it begins, so that constant arrivals of all interleave instead of coming together. Threads and
/// processors are each machine's own.
pub fn share(spec: &LoadSpec, number: u32, machines: u32) -> (LoadSpec, Duration) {
    let part = f64::from(machines);
    let mut later = 0.0;
    let of = |profile: &Profile| {
        let segments = profile.segments.iter();
        let segments = segments.map(|one| Segment { from: one.from / part, to: one.to / part, duration: one.duration });
        Profile { segments: segments.collect() }
    };
    let schedule = match &spec.schedule {
        Schedule::Constant(profile) => {
            let highest = profile.segments.iter().flat_map(|one| [one.from, one.to]).fold(0.0, f64::max);
            if highest > 0.0 {
                later = f64::from(number) / highest;
            }
            Schedule::Constant(of(profile))
        }
        Schedule::Poisson(profile) => Schedule::Poisson(of(profile)),
        Schedule::PerConnection { rate } => Schedule::PerConnection { rate: rate / part },
        Schedule::Closed => Schedule::Closed,
    };
    let rest = u32::from(number < spec.connections % machines);
    let connections = spec.connections / machines + rest;
    let seed = spec.seed.wrapping_add(u64::from(number));
    let later = Duration::try_from_secs_f64(later).unwrap_or_default().min(Duration::from_secs(1));
    (LoadSpec { schedule, connections, seed, ..spec.clone() }, later)
}
