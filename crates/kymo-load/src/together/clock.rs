//! How far two clocks are apart, by round trips: the answer was given somewhere between the question and its arrival,
//! and the shortest trip of several says best where.

use super::TogetherError;
use super::channel::Channel;
use super::words::{FromLead, FromMember};
use serde::Serialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// Round trips: the shortest of so many met no queue.
const TRIPS: u64 = 16;

/// How far another machine's clock is ahead of ours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Offset {
    /// By so many seconds.
    pub ahead_s: f64,
    /// Give or take so many: half the round trip.
    pub uncertainty_s: f64,
}

/// Our clock, in nanoseconds since 1970-01-01 UTC.
pub fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// A question and its answer, in nanoseconds: when it was asked, what the other clock said, when the answer was here.
fn offset(asked: u64, theirs: u64, answered: u64) -> Offset {
    let half = answered.saturating_sub(asked) as f64 / 2.0;
    // Differences first: a nanosecond since 1970 is below what a float resolves.
    let ahead = (i128::from(theirs) - i128::from(asked)) as f64 - half;
    Offset { ahead_s: ahead / 1e9, uncertainty_s: half / 1e9 }
}

/// Compares the clock of a machine that joined with ours.
///
/// # Errors
/// When the connection breaks.
pub fn compare(channel: &mut Channel) -> Result<Offset, TogetherError> {
    let mut best: Option<Offset> = None;
    for number in 0..TRIPS {
        let asked = now_ns();
        channel.send(&FromLead::Ping { number })?;
        let theirs = match channel.receive()? {
            FromMember::Pong { number: answered, unix_ns } if answered == number => unix_ns,
            other => {
                let (peer, what) = (channel.peer().to_owned(), format!("it answered a ping with {other:?}"));
                return Err(TogetherError::Protocol { peer, what });
            }
        };
        let trip = offset(asked, theirs, now_ns());
        if best.is_none_or(|best| trip.uncertainty_s < best.uncertainty_s) {
            best = Some(trip);
        }
    }
    // There was at least one trip.
    Ok(best.unwrap_or(Offset { ahead_s: 0.0, uncertainty_s: f64::INFINITY }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_true_offset_is_within_the_uncertainty(
            asked in 1_700_000_000_000_000_000..1_900_000_000_000_000_000_u64,
            there in 0..50_000_000_u64,
            back in 0..50_000_000_u64,
            ahead in -5_000_000_000..5_000_000_000_i64,
        ) {
            let theirs = (asked + there).checked_add_signed(ahead).unwrap_or(0);
            let found = offset(asked, theirs, asked + there + back);
            prop_assert!((found.ahead_s - ahead as f64 / 1e9).abs() <= found.uncertainty_s + 1e-9, "{found:?}");
        }
    }
}
