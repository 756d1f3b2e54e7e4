//! The points of series that are not published yet: all of them, or new ones.

use super::PublishError;
use crate::entries::Project;
use crate::folder::Folder;
use crate::format::catalog::{Catalog, Group};
use crate::format::latest::Latest;
use crate::format::segment::{Given, Older, Segment};
use crate::format::{GROUP_SERIES, SEGMENT_POSITIONS};
use crate::parallel;
use crate::source::{Measured, Point, PointSet, SeriesInfo, Source, SourceError};
use std::ops::Range;

/// Series with their newest values, and what the source calls them.
#[derive(Clone, Debug, Default)]
pub struct Points {
    /// The catalogue.
    pub catalog: Catalog,
    /// The newest values.
    pub latest: Latest,
    /// What the source calls the series, in the catalogue's order.
    pub ids: Vec<i64>,
}

/// The series of one project and machine, whose points are read together.
struct Shard<'a> {
    ids: Vec<i64>,
    groups: Vec<GroupInWork<'a>>,
    commits: u32,
}

struct GroupInWork<'a> {
    number: u32,
    first_series: u32,
    series: Vec<&'a SeriesInfo>,
    /// Written so far, newest first.
    segments: Vec<Older>,
}

/// What one segment came to: where it is, and for each series its newest point and how many there are.
struct Written {
    segment: Older,
    series: Vec<(Option<Point>, u32)>,
}

/// Points of one shard at one stretch of positions.
struct Read {
    shard: usize,
    positions: Range<u32>,
    set: PointSet,
}

/// Writes the points of all series.
///
/// # Errors
/// When the source or the folder fails.
pub fn all(
    source: &dyn Source,
    folder: &Folder,
    projects: &[Project],
    series: &[SeriesInfo],
) -> Result<Points, PublishError> {
    let mut points = Points::default();
    add(source, folder, projects, series.iter().collect(), &mut points)?;
    Ok(points)
}

/// Writes the points of series that are new, in groups of their own.
///
/// # Errors
/// When the source or the folder fails.
pub fn add(
    source: &dyn Source,
    folder: &Folder,
    projects: &[Project],
    series: Vec<&SeriesInfo>,
    points: &mut Points,
) -> Result<(), PublishError> {
    let mut shards = cut(projects, series, points);
    points.latest.resize(points.catalog.len());
    // The source is read by one thread while the others pack what came before: it is rows in a file, and rarely faster
    // when several ask.
    let plan: Vec<(usize, Vec<i64>, Range<u32>)> = shards
        .iter()
        .enumerate()
        .flat_map(|(number, shard)| {
            let stretches = (0..shard.commits).step_by(SEGMENT_POSITIONS as usize);
            stretches.map(move |first| (number, shard.ids.clone(), first..first + SEGMENT_POSITIONS))
        })
        .collect();
    let (send, receive) = std::sync::mpsc::sync_channel::<Result<Read, SourceError>>(1);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for (shard, ids, positions) in plan {
                let read = source.points(&ids, positions.clone());
                let read = read.map(|set| Read { shard, positions, set });
                let failed = read.is_err();
                // The other end goes away when it fails; then nobody wants more.
                if send.send(read).is_err() || failed {
                    return;
                }
            }
        });
        for read in receive {
            let read = read?;
            let shard = &mut shards[read.shard];
            let written = parallel::each(&shard.groups, |group| write(folder, group, &read));
            for (group, written) in shard.groups.iter_mut().zip(written) {
                let Some(written) = written? else { continue };
                group.segments.insert(0, written.segment);
                for (series, (newest, count)) in (group.first_series..).zip(&written.series) {
                    points.latest.note(series as usize, newest.as_ref(), *count);
                }
            }
        }
        Ok::<_, PublishError>(())
    })?;
    for group in shards.into_iter().flat_map(|shard| shard.groups) {
        points.catalog.groups[group.number as usize].tail = group.segments.into_iter().next().map(|one| one.file);
    }
    Ok(())
}

/// Gives series their numbers and groups: those of one project and machine together, and among these what is looked at
/// together.
fn cut<'a>(projects: &[Project], mut series: Vec<&'a SeriesInfo>, points: &mut Points) -> Vec<Shard<'a>> {
    let place = |one: &'a SeriesInfo| {
        let metric = (&one.metric.name, &one.metric.unit);
        (&one.project, &one.machine, &one.benchmark, &one.phase, metric, &one.variant, one.id)
    };
    series.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
    let mut shards = Vec::new();
    for of_shard in series.chunk_by(|a, b| (&a.project, &a.machine) == (&b.project, &b.machine)) {
        let mut groups = Vec::new();
        for of_group in of_shard.chunks(GROUP_SERIES) {
            let first_series = points.catalog.len() as u32;
            let number = points.catalog.groups.len() as u32;
            points.catalog.extend(of_group);
            points.ids.extend(of_group.iter().map(|one| one.id));
            points.catalog.groups.push(Group { first: first_series, count: of_group.len() as u32, tail: None });
            groups.push(GroupInWork { number, first_series, series: of_group.to_vec(), segments: Vec::new() });
        }
        let project = projects.iter().find(|project| project.name == of_shard[0].project);
        shards.push(Shard {
            ids: of_shard.iter().map(|one| one.id).collect(),
            groups,
            commits: project.map_or(0, |project| project.commits),
        });
    }
    shards
}

fn write(folder: &Folder, group: &GroupInWork, read: &Read) -> Result<Option<Written>, PublishError> {
    let given = given(&group.series, &read.set);
    if given.is_empty() {
        return Ok(None);
    }
    check(&given, &group.series, &read.positions)?;
    let Range { start, end } = read.positions;
    let mut segment = Segment::new(start, end, group.number, group.series.len());
    segment.older = group.segments.clone();
    segment.add(&read.set, &given);
    let raw = segment.encode().map_err(SourceError::new)?;
    let file = folder.put("segments", &raw)?;
    let series = segment.series.iter().map(|track| (track.points.last().copied(), track.points.len() as u32)).collect();
    Ok(Some(Written { segment: Older { first: start, file }, series }))
}

/// What a set has of the series of a group.
pub fn given<'a>(series: &[&SeriesInfo], set: &'a PointSet) -> Vec<Given<'a>> {
    let of = |(track, one): (usize, &&SeriesInfo)| {
        let measured = set.of(one.id).filter(|one| !one.points.is_empty() || !one.failures.is_empty())?;
        Some(Given { track, measured, exact: one.metric.exact })
    };
    series.iter().enumerate().filter_map(of).collect()
}

/// What a source gives is looked at before it is published for ever.
///
/// # Errors
/// When a point is at a position that was not asked for, or its value is no number.
pub fn check(given: &[Given], series: &[&SeriesInfo], positions: &Range<u32>) -> Result<(), SourceError> {
    for one in given {
        let Measured { points, failures } = one.measured;
        let number = |point: &Point| {
            point.value.is_finite() && point.interval.is_none_or(|(low, high)| low.is_finite() && high.is_finite())
        };
        let id = series[one.track].id;
        if let Some(point) = points.iter().find(|point| !number(point)) {
            return Err(SourceError::new(format!(
                "series {id} has a value or an interval that is no number at position {}",
                point.position
            )));
        }
        let mut at = points.iter().map(|point| point.position).chain(failures.iter().map(|failure| failure.position));
        if let Some(position) = at.find(|position| !positions.contains(position)) {
            return Err(SourceError::new(format!(
                "series {id} has a point at position {position}, which is not one of {} to {}",
                positions.start,
                positions.end.saturating_sub(1)
            )));
        }
    }
    Ok(())
}
