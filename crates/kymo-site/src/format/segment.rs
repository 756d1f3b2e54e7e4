//! Segments: the points of the series of one group at a stretch of positions.

use super::FormatError;
use super::contexts::Contexts;
use super::quantum;
use super::tracks::{self, Bounds, Numbers};
use super::varint::{Reader, write};
use crate::source::{Context, Failure, Measured, Point, PointSet};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

const MAGIC: &[u8; 4] = b"KSEG";
/// 2: contexts are columns.
const VERSION: u8 = 2;

/// A segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// First position.
    pub first: u32,
    /// Position behind the last.
    pub end: u32,
    /// Number of the group.
    pub group: u32,
    /// What points were measured with, by number.
    pub contexts: Vec<Context>,
    /// Ids of runs, by number.
    pub runs: Vec<String>,
    /// One for each series of the group.
    pub series: Vec<Track>,
    /// Earlier segments of the group, newest first.
    pub older: Vec<Older>,
}

/// One series within a segment; positions ascend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// The step to which values are kept; `None` until there is a point.
    pub quantum: Option<f64>,
    /// The values.
    pub points: Vec<Point>,
    /// What gave none.
    pub failures: Vec<Failure>,
}

/// An earlier segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Older {
    /// Its first position.
    pub first: u32,
    /// Where it is.
    pub file: String,
}

#[derive(Serialize, Deserialize)]
struct Header {
    first: u32,
    end: u32,
    group: u32,
    series: Vec<TrackHeader>,
    contexts: Contexts,
    runs: Vec<String>,
    older: Vec<Older>,
}

#[derive(Serialize, Deserialize)]
struct TrackHeader {
    bytes: u64,
    quantum: f64,
}

impl Segment {
    /// An empty one for so many series.
    pub fn new(first: u32, end: u32, group: u32, series: usize) -> Self {
        Self { first, end, group, series: vec![Track::default(); series], ..Self::default() }
    }

    /// Adds what a set has of series within the segment's positions, and chooses the steps; gives for each how many of
    /// its points are at positions that had none.
    pub fn add(&mut self, set: &PointSet, given: &[Given]) -> Vec<u32> {
        let inside = self.first..self.end;
        let mut numbering = Numbering::of(self, set);
        let mut added = Vec::with_capacity(given.len());
        for one in given {
            let track = &mut self.series[one.track];
            let before = track.points.len();
            for point in one.measured.points.iter().filter(|point| inside.contains(&point.position)) {
                let (context, run) = (numbering.context(point.context), numbering.run(point.run));
                track.points.push(Point { context, run, ..*point });
            }
            for failure in one.measured.failures.iter().filter(|failure| inside.contains(&failure.position)) {
                track.failures.push(Failure { run: numbering.run(failure.run), ..*failure });
            }
            latest(&mut track.points, |point| point.position);
            latest(&mut track.failures, |failure| failure.position);
            track.quantum = match track.quantum {
                _ if track.points.is_empty() => None,
                None => Some(quantum::choose(&track.points, one.exact)),
                Some(before) => Some(quantum::keep(before, &track.points, one.exact)),
            };
            added.push((track.points.len() - before) as u32);
        }
        self.contexts = numbering.contexts;
        self.runs = numbering.runs;
        added
    }

    /// As bytes, not compressed. Contexts and runs are numbered anew by their first use.
    ///
    /// # Errors
    /// When a point has no place in a segment.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        let mut used = Used::of(self);
        let mut body = Vec::new();
        let mut headers = Vec::with_capacity(self.series.len());
        for track in &self.series {
            let quantum = track.quantum.unwrap_or(1.0);
            let before = body.len();
            tracks::encode(track, self.first, quantum, &mut used, &mut body);
            headers.push(TrackHeader { bytes: (body.len() - before) as u64, quantum });
        }
        let header = Header {
            first: self.first,
            end: self.end,
            group: self.group,
            series: headers,
            contexts: Contexts::of(used.contexts.iter().map(|number| &self.contexts[*number as usize])),
            runs: used.runs.iter().map(|number| self.runs[*number as usize].clone()).collect(),
            older: self.older.clone(),
        };
        let header = serde_json::to_vec(&header).map_err(FormatError::new)?;
        let mut out = Vec::with_capacity(header.len() + body.len() + 16);
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        write(&mut out, header.len() as u64);
        out.extend_from_slice(&header);
        out.extend_from_slice(&body);
        Ok(out)
    }

    /// Reads bytes that are not compressed.
    ///
    /// # Errors
    /// When they are no segment.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new(bytes);
        let header = read_header(&mut reader)?;
        let bounds =
            Bounds { first: header.first, end: header.end, contexts: header.contexts.len(), runs: header.runs.len() };
        let mut series = Vec::with_capacity(header.series.len());
        for track in &header.series {
            if !(track.quantum.is_finite() && track.quantum > 0.0) {
                return Err(FormatError::new(format!("{} is no quantum", track.quantum)));
            }
            let before = reader.at();
            let mut found = tracks::decode(&mut reader, &bounds, track.quantum)?;
            if (reader.at() - before) as u64 != track.bytes {
                return Err(FormatError::new("a series is not as long as the header says"));
            }
            if found.points.is_empty() {
                found.quantum = None;
            }
            series.push(found);
        }
        if reader.left() > 0 {
            return Err(FormatError::new(format!("{} bytes after the last series", reader.left())));
        }
        Ok(Self {
            first: header.first,
            end: header.end,
            group: header.group,
            contexts: header.contexts.into_contexts()?,
            runs: header.runs,
            series,
            older: header.older,
        })
    }

    /// A segment without its series, which are not read.
    ///
    /// # Errors
    /// When the bytes are no segment.
    pub fn outline(bytes: &[u8]) -> Result<Self, FormatError> {
        let header = read_header(&mut Reader::new(bytes))?;
        let Header { first, end, group, contexts, runs, older, .. } = header;
        let contexts = contexts.into_contexts()?;
        Ok(Self { first, end, group, contexts, runs, series: Vec::new(), older })
    }
}

fn read_header(reader: &mut Reader) -> Result<Header, FormatError> {
    if reader.bytes(4)? != MAGIC {
        return Err(FormatError::new("it does not begin as a segment"));
    }
    let version = reader.bytes(1)?[0];
    if version != VERSION {
        return Err(FormatError::new(format!("a segment of version {version}; this kymo reads {VERSION}")));
    }
    let length = reader.count()?;
    let header: Header = serde_json::from_slice(reader.bytes(length)?).map_err(FormatError::new)?;
    // A series takes two bytes at least.
    if header.series.len() > reader.left() / 2 || header.first > header.end {
        return Err(FormatError::new("the header promises what is not there"));
    }
    Ok(header)
}

/// Keeps the last of those at one position, by position.
fn latest<T>(entries: &mut Vec<T>, position: impl Fn(&T) -> u32) {
    // Stable, so that the later of two stays behind the earlier.
    entries.sort_by_key(|entry| position(entry));
    entries.reverse();
    entries.dedup_by_key(|entry| position(entry));
    entries.reverse();
}

/// What a series is given.
pub struct Given<'a> {
    /// Place of the series in the group.
    pub track: usize,
    /// Its points and failures, those of later filings behind.
    pub measured: &'a Measured,
    /// Whether its metric is exact.
    pub exact: bool,
}

/// Numbers of a set's contexts and runs within a segment.
struct Numbering<'a> {
    set: &'a PointSet,
    contexts: Vec<Context>,
    runs: Vec<String>,
    known_contexts: HashMap<Context, u32>,
    known_runs: HashMap<String, u32>,
    /// By the set's number; [`NONE`] until it is used.
    of_set_contexts: Vec<u32>,
    of_set_runs: Vec<u32>,
}

impl<'a> Numbering<'a> {
    fn of(segment: &mut Segment, set: &'a PointSet) -> Self {
        let contexts = std::mem::take(&mut segment.contexts);
        let runs = std::mem::take(&mut segment.runs);
        Self {
            set,
            known_contexts: contexts.iter().cloned().zip(0..).collect(),
            known_runs: runs.iter().cloned().zip(0..).collect(),
            contexts,
            runs,
            of_set_contexts: vec![NONE; set.contexts().len()],
            of_set_runs: vec![NONE; set.runs().len()],
        }
    }

    fn context(&mut self, number: u32) -> u32 {
        let known = &mut self.of_set_contexts[number as usize];
        if *known == NONE {
            let context = &self.set.contexts()[number as usize];
            *known = *self.known_contexts.entry(context.clone()).or_insert_with(|| {
                self.contexts.push(context.clone());
                self.contexts.len() as u32 - 1
            });
        }
        *known
    }

    fn run(&mut self, number: u32) -> u32 {
        let known = &mut self.of_set_runs[number as usize];
        if *known == NONE {
            let run = &self.set.runs()[number as usize];
            *known = *self.known_runs.entry(run.clone()).or_insert_with(|| {
                self.runs.push(run.clone());
                self.runs.len() as u32 - 1
            });
        }
        *known
    }
}

/// A number that was not given yet.
const NONE: u32 = u32::MAX;

/// Numbers by first use, so that what no point names any more is left out.
struct Used {
    contexts: Vec<u32>,
    runs: Vec<u32>,
    of_contexts: Vec<u32>,
    of_runs: Vec<u32>,
}

impl Used {
    fn of(segment: &Segment) -> Self {
        let (of_contexts, of_runs) = (vec![NONE; segment.contexts.len()], vec![NONE; segment.runs.len()]);
        Self { contexts: Vec::new(), runs: Vec::new(), of_contexts, of_runs }
    }
}

fn first_use(number: u32, numbers: &mut [u32], order: &mut Vec<u32>) -> u32 {
    let known = &mut numbers[number as usize];
    if *known == NONE {
        *known = order.len() as u32;
        order.push(number);
    }
    *known
}

impl Numbers for Used {
    fn context(&mut self, number: u32) -> u32 {
        first_use(number, &mut self.of_contexts, &mut self.contexts)
    }

    fn run(&mut self, number: u32) -> u32 {
        first_use(number, &mut self.of_runs, &mut self.runs)
    }
}
