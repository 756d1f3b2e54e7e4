//! What is new since the last publication: the segments that new points belong to are written again, and no others.

use super::PublishError;
use super::base::Base;
use super::shards::{self, Points};
use crate::entries::Project;
use crate::folder::{Folder, FolderError};
use crate::format::segment::{Older, Segment};
use crate::format::{FormatError, GROUP_SERIES, SEGMENT_POSITIONS};
use crate::parallel;
use crate::source::{PointSet, SeriesInfo, Source, SourceError};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many groups more than the series need, and everything is written anew in good order.
const SPARE_GROUPS: usize = 16;

/// A group with new points.
struct Task<'a> {
    number: usize,
    first_series: usize,
    series: Vec<&'a SeriesInfo>,
    tail: Option<&'a str>,
    commits: u32,
}

/// Adds what is new to what was published; `None` where everything must be made anew.
///
/// # Errors
/// When the source or the folder fails, or a file of the last publication is missing or damaged.
pub fn grow(
    source: &dyn Source,
    folder: &Folder,
    base: &Base,
    projects: &[Project],
    series: &[SeriesInfo],
) -> Result<Option<Points>, PublishError> {
    let mut points = Points { catalog: base.catalog.clone(), latest: base.latest.clone(), ids: base.state.ids.clone() };
    let by_id: HashMap<i64, &SeriesInfo> = series.iter().map(|one| (one.id, one)).collect();
    let known: HashMap<i64, usize> = points.ids.iter().copied().zip(0..).collect();
    // A series that was published and is gone: the source should have told of a rewritten history; better slow than
    // wrong.
    if known.keys().any(|id| !by_id.contains_key(id)) {
        return Ok(None);
    }
    let new: Vec<&SeriesInfo> = series.iter().filter(|one| !known.contains_key(&one.id)).collect();
    let set = source.points_of_filings(base.state.generation.last_filing)?;
    let commits: HashMap<&str, u32> = projects.iter().map(|project| (project.name.as_str(), project.commits)).collect();
    let tasks = tasks(&points, &by_id, &known, &set, &commits)?;
    let grown = parallel::each(&tasks, |task| grow_group(folder, task, &set));
    let mut tails = Vec::new();
    let mut notes = Vec::new();
    for (task, grown) in tasks.iter().zip(grown) {
        let (tail, added) = grown?;
        tails.push((task.number, tail));
        for (track, one) in task.series.iter().enumerate() {
            let newest = set.of(one.id).and_then(|measured| {
                // Of two at one position the later filing counts, which is the later here; max_by_key gives that one.
                measured.points.iter().max_by_key(|point| point.position).copied()
            });
            notes.push((task.first_series + track, newest, added[track]));
        }
    }
    for (group, tail) in tails {
        points.catalog.groups[group].tail = Some(tail);
    }
    for (number, newest, added) in notes {
        points.latest.note(number, newest.as_ref(), added);
    }
    shards::add(source, folder, projects, new, &mut points)?;
    let needed = points.catalog.len() / GROUP_SERIES;
    Ok((points.catalog.groups.len() <= 2 * needed + base_groups(&points) + SPARE_GROUPS).then_some(points))
}

/// Groups that the projects and machines need by themselves.
fn base_groups(points: &Points) -> usize {
    let pairs: BTreeSet<(u32, u32)> =
        points.catalog.project.iter().copied().zip(points.catalog.machine.iter().copied()).collect();
    pairs.len()
}

/// The groups with new points.
fn tasks<'a>(
    points: &'a Points,
    by_id: &HashMap<i64, &'a SeriesInfo>,
    known: &HashMap<i64, usize>,
    set: &PointSet,
    commits: &HashMap<&str, u32>,
) -> Result<Vec<Task<'a>>, SourceError> {
    let mut touched = BTreeSet::new();
    for id in set.ids() {
        match known.get(&id) {
            Some(number) => {
                touched.insert(points.catalog.groups.partition_point(|group| group.first as usize <= *number) - 1);
            }
            // A new one, which is read as a whole.
            None if by_id.contains_key(&id) => {}
            None => return Err(SourceError::new(format!("there are points of series {id}, which is not listed"))),
        }
    }
    let task = |number: usize| {
        let group = &points.catalog.groups[number];
        let range = group.first as usize..(group.first + group.count) as usize;
        let series: Vec<&SeriesInfo> = points.ids[range].iter().filter_map(|id| by_id.get(id).copied()).collect();
        let commits = series.first().and_then(|one| commits.get(one.project.as_str()).copied()).unwrap_or(0);
        Task { number, first_series: group.first as usize, series, tail: group.tail.as_deref(), commits }
    };
    Ok(touched.into_iter().map(task).collect())
}

/// Writes the segments of a group that have new points; gives the tail, and for each series how many points it has more.
fn grow_group(folder: &Folder, task: &Task, set: &PointSet) -> Result<(String, Vec<u32>), PublishError> {
    let given = shards::given(&task.series, set);
    shards::check(&given, &task.series, &(0..task.commits))?;
    let positions = given.iter().flat_map(|one| {
        let points = one.measured.points.iter().map(|point| point.position);
        points.chain(one.measured.failures.iter().map(|failure| failure.position))
    });
    let mut touched: BTreeSet<u32> = positions.map(|position| position / SEGMENT_POSITIONS).collect();
    let (mut files, mut tail) = segments_of(folder, task)?;
    // The tail names all earlier ones, so it is written whenever one of them is.
    touched.extend(files.keys().next_back().copied());
    let mut added = vec![0; task.series.len()];
    for number in touched {
        let first = number * SEGMENT_POSITIONS;
        let mut segment = match files.get(&number) {
            Some(_) if tail.as_ref().is_some_and(|tail| tail.first == first) => tail.take().unwrap_or_default(),
            Some(file) => folder.understood(file, Segment::decode(&folder.get(file)?))?,
            None => Segment::new(first, first + SEGMENT_POSITIONS, task.number as u32, task.series.len()),
        };
        if segment.series.len() != task.series.len() {
            let path = files.get(&number).map_or_else(Default::default, |file| folder.path_of(file));
            let error = FormatError::new("it has not as many series as its group");
            return Err(FolderError::Damaged { path, error }.into());
        }
        for (one, more) in given.iter().zip(segment.add(set, &given)) {
            added[one.track] += more;
        }
        let older = files.range(..number).rev();
        segment.older =
            older.map(|(number, file)| Older { first: number * SEGMENT_POSITIONS, file: file.clone() }).collect();
        let raw = segment.encode().map_err(SourceError::new)?;
        files.insert(number, folder.put("segments", &raw)?);
    }
    let newest = files.into_values().next_back();
    Ok((newest.unwrap_or_default(), added))
}

/// The segments of a group by number, and the newest of them, read.
fn segments_of(folder: &Folder, task: &Task) -> Result<(BTreeMap<u32, String>, Option<Segment>), FolderError> {
    let Some(tail) = task.tail else { return Ok((BTreeMap::new(), None)) };
    let segment = folder.understood(tail, Segment::decode(&folder.get(tail)?))?;
    let older = segment.older.iter().map(|older| (older.first / SEGMENT_POSITIONS, older.file.clone()));
    let mut files: BTreeMap<u32, String> = older.collect();
    files.insert(segment.first / SEGMENT_POSITIONS, tail.to_owned());
    Ok((files, Some(segment)))
}
