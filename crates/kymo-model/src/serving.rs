//! Servers under load: what is asked of them, how fast, and with what.

use crate::quantity::Seconds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is asked of a server: a benchmark with this is measured in the phase `serve`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServeTest {
    /// The test, as servers know it: `plaintext`, `json`, `db`, `fortunes` …
    pub test: String,
    /// Path and query of the requests.
    pub path: String,
    /// The rule that answers are verified by before anything is timed; one of TechEmpower's tests, or `ok` for any
    /// status below 400.
    pub expect: String,
    /// Requests under way on a connection at a time.
    pub pipeline: u32,
    /// Connections.
    pub connections: u32,
    /// How fast requests come.
    pub rate: ServeRate,
    /// How many of the servers' logical processors the server gets; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// The database that the server must reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Database>,
}

/// How fast requests come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServeRate {
    /// As fast as answers come: a closed loop on all connections. It gives the largest throughput, and no response
    /// times, since nobody waits in a closed loop.
    Peak,
    /// So many requests a second, planned ahead.
    PerSecond(u64),
    /// So many hundredths of the throughput at the peak that the first variant had in its calibrating invocation.
    OfBase(u32),
}

impl std::fmt::Display for ServeRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Peak => f.pad("peak"),
            Self::PerSecond(rate) => f.pad(&rate.to_string()),
            Self::OfBase(percent) => f.pad(&format!("{percent}%")),
        }
    }
}

/// A text that is no rate.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{0}' is no rate; write peak, requests a second as 40000 or 40k, or a share of the base line's peak as 75%")]
pub struct NotARate(String);

impl std::str::FromStr for ServeRate {
    type Err = NotARate;
    fn from_str(text: &str) -> Result<Self, NotARate> {
        let fail = || NotARate(text.to_owned());
        if text == "peak" {
            return Ok(Self::Peak);
        }
        let whole = |digits: &str| digits.parse::<u64>().ok().filter(|number| *number > 0).ok_or_else(fail);
        if let Some(percent) = text.strip_suffix('%') {
            return u32::try_from(whole(percent)?).map(Self::OfBase).map_err(|_| fail());
        }
        match text.strip_suffix(['k', 'K']) {
            Some(thousands) => whole(thousands)?.checked_mul(1000).map(Self::PerSecond).ok_or_else(fail),
            None => whole(text).map(Self::PerSecond),
        }
    }
}

/// A database that servers reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Database {
    /// PostgreSQL, with TechEmpower's tables.
    Postgres,
}

/// How requests are spread over time at a fixed rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arrivals {
    /// At a constant distance.
    #[default]
    Constant,
    /// As a Poisson process, from the run's seed.
    Poisson,
}

/// How the load of a run is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServePlan {
    /// Length of the window that counts.
    pub duration: Seconds,
    /// Load before it.
    pub warmup: Seconds,
    /// Threads of the generator.
    pub threads: u32,
    /// The logical processors of the servers; empty where the scheduler places them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_cpus: Vec<u32>,
    /// The logical processors of the generator, none of them a server's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_cpus: Vec<u32>,
    /// How requests are spread at a fixed rate.
    #[serde(default)]
    pub arrivals: Arrivals,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_people_type_them() {
        let read = |text: &str| text.parse::<ServeRate>().map_err(|error| error.to_string());
        assert_eq!(read("peak"), Ok(ServeRate::Peak));
        assert_eq!(read("40000"), Ok(ServeRate::PerSecond(40_000)));
        assert_eq!(read("40k"), Ok(ServeRate::PerSecond(40_000)));
        assert_eq!(read("75%"), Ok(ServeRate::OfBase(75)));
        for wrong in ["", "0", "-1", "fast", "1.5k", "%", "0%", "99999999999999999999k"] {
            assert!(read(wrong).unwrap_err().starts_with(&format!("'{wrong}' is no rate")), "{wrong}");
        }
    }
}
