//! The raw samples of the newest runs.

use super::PublishError;
use super::base::Base;
use crate::entries::{Cell, Run, RunSamples, SamplesPart};
use crate::folder::Folder;
use crate::format::figures::significant;
use crate::format::parts::PART_BYTES;
use crate::source::{Source, SourceError};
use serde::Serialize;
use std::collections::HashMap;

/// Digits of a sample: more than any clock gives, and half the bytes of a full number.
const SAMPLE_DIGITS: usize = 6;

/// Samples of one cell: beyond, every second, third … is published, which shows the same distribution.
const CELL_SAMPLES: usize = 20_000;

#[derive(Serialize)]
struct Part<'a> {
    cells: &'a [Cell],
}

/// Publishes the samples of so many of the newest runs, and notes in the runs where they are.
///
/// # Errors
/// When the source or the folder fails.
pub fn publish(
    source: &dyn Source,
    folder: &Folder,
    base: Option<&Base>,
    runs: &mut [Run],
    newest: usize,
) -> Result<(), PublishError> {
    let first = runs.len().saturating_sub(newest);
    for run in &mut runs[..first] {
        run.data = None;
    }
    let mut published = HashMap::new();
    // The newest parts have them all, unless more are wanted than before, which is found out below.
    for part in base.into_iter().flat_map(|base| &base.head.runs) {
        if published.len() >= newest {
            break;
        }
        let before: Vec<Run> = folder.get_json(part)?;
        published.extend(before.into_iter().filter_map(|run| Some((run.id, run.data?))));
    }
    for run in &mut runs[first..] {
        run.data = match published.remove(&run.id) {
            // A run never changes once it is finished.
            Some(data) if folder.path_of(&data).exists() => Some(data),
            _ => match source.samples(&run.id)? {
                Some(samples) => Some(write(folder, samples)?),
                None => None,
            },
        };
    }
    Ok(())
}

fn write(folder: &Folder, mut run: RunSamples) -> Result<String, PublishError> {
    let mut cells = std::mem::take(&mut run.cells);
    let mut sizes = Vec::with_capacity(cells.len());
    for cell in &mut cells {
        trim(cell);
        let bytes = serde_json::to_vec(cell).map_err(|error| SourceError::new(format!("run {}: {error}", run.id)))?;
        sizes.push(bytes.len() + 1);
    }
    run.parts.clear();
    let mut rest = cells.as_slice();
    for length in cut(&sizes) {
        let (part, behind) = rest.split_at(length);
        rest = behind;
        let mut benchmarks: Vec<String> = part.iter().map(|cell| cell.benchmark.clone()).collect();
        benchmarks.dedup();
        run.parts.push(SamplesPart { benchmarks, file: folder.put_json("samples", &Part { cells: part })? });
    }
    Ok(folder.put_json("run", &run)?)
}

/// Parts that are not too large, as numbers of cells. (Those of lists that grow are cut otherwise.)
fn cut(sizes: &[usize]) -> Vec<usize> {
    let mut parts = Vec::new();
    let mut bytes = 0;
    for size in sizes {
        match parts.last_mut() {
            Some(cells) if bytes + size <= PART_BYTES => {
                *cells += 1;
                bytes += size;
            }
            _ => {
                parts.push(1);
                bytes = *size;
            }
        }
    }
    parts
}

/// Leaves out digits and samples that no picture shows. Costs stay as they are: verdicts are made of them.
fn trim(cell: &mut Cell) {
    let total: usize = cell.samples.iter().map(Vec::len).sum();
    let step = total.div_ceil(CELL_SAMPLES).max(1);
    for samples in &mut cell.samples {
        let kept = samples.iter().step_by(step).filter_map(|value| significant(*value, SAMPLE_DIGITS));
        *samples = kept.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_full_and_not_too_large() {
        assert_eq!(cut(&[PART_BYTES / 2; 5]), [2, 2, 1]);
        assert_eq!(cut(&[]), [0; 0]);
    }

    #[test]
    fn a_large_cell_is_thinned_evenly() {
        let mut cell = Cell {
            benchmark: "a/b".to_owned(),
            variant: 0,
            phase: "execute".to_owned(),
            metric: "wall_time".to_owned(),
            outcome: "measured".to_owned(),
            reason: None,
            code: None,
            rounds: vec![1, 2],
            costs: vec![1.234_567_89, 2.0],
            samples: vec![(0..30_000).map(f64::from).collect(), vec![0.123_456_789; 30_000]],
        };
        trim(&mut cell);
        assert_eq!(cell.samples[0].len(), 10_000);
        assert_eq!(cell.samples[0][..3], [0.0, 3.0, 6.0]);
        assert_eq!(cell.samples[1][0], 0.123_457);
        assert_eq!(cell.costs[0], 1.234_567_89);
    }
}
