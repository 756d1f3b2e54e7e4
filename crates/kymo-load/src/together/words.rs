//! What the machines say to each other.

use crate::{Histograms, Interval, LoadReport, LoadSpec};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use serde::{Deserialize, Serialize};

/// From the machine that leads.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromLead {
    /// What time is it?
    Ping {
        /// To be sent back.
        number: u64,
    },
    /// The share of a load.
    Work {
        /// What to do.
        spec: Box<LoadSpec>,
        /// When to begin, by the clock of the machine that joins, in nanoseconds since 1970-01-01 UTC.
        start_unix_ns: u64,
    },
    /// End the load now.
    Stop,
}

/// From a machine that joined.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromMember {
    /// The answer to a ping.
    Pong {
        /// The ping's number.
        number: u64,
        /// The time, in nanoseconds since 1970-01-01 UTC.
        unix_ns: u64,
    },
    /// The load goes on; there is no interval to tell of.
    Alive,
    /// An interval is over.
    Interval(Box<Interval>),
    /// The load is over.
    Done {
        /// What came of it.
        report: Box<LoadReport>,
        /// Its histograms.
        histograms: Packed,
    },
    /// The load could not be put.
    Failed {
        /// Why.
        message: String,
    },
}

/// Histograms in HdrHistogram's compressed form V2.
#[derive(Debug, Serialize, Deserialize)]
pub struct Packed {
    response: Vec<u8>,
    service: Vec<u8>,
    lateness: Vec<u8>,
}

impl Packed {
    /// Packs histograms.
    ///
    /// # Errors
    /// What the format said.
    pub fn pack(histograms: &Histograms) -> Result<Self, String> {
        let pack = |histogram: &Histogram<u64>| {
            let mut bytes = Vec::new();
            let packed = V2DeflateSerializer::new().serialize(histogram, &mut bytes);
            packed.map(|_| bytes).map_err(|error| format!("a histogram cannot be packed: {error:?}"))
        };
        Ok(Self {
            response: pack(&histograms.response)?,
            service: pack(&histograms.service)?,
            lateness: pack(&histograms.lateness)?,
        })
    }

    /// Unpacks them.
    ///
    /// # Errors
    /// When they are none.
    pub fn unpack(&self) -> Result<Histograms, String> {
        let unpack = |bytes: &[u8]| {
            let unpacked = Deserializer::new().deserialize::<u64, _>(&mut &*bytes);
            unpacked.map_err(|error| format!("a histogram cannot be read: {error:?}"))
        };
        Ok(Histograms {
            response: unpack(&self.response)?,
            service: unpack(&self.service)?,
            lateness: unpack(&self.lateness)?,
        })
    }
}
