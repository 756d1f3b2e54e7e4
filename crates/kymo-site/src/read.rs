//! Reading a published site: what its head names, and whether all of it is there and sound.

use crate::entries::{Benchmark, Incident, Machine, Run, RunSamples};
use crate::folder::{Folder, FolderError};
use crate::format::catalog::Catalog;
use crate::format::head::{Commits, Head};
use crate::format::latest::Latest;
use crate::format::segment::{Segment, Track};
use crate::format::{FORMAT, FormatError};
use crate::publish::HEAD;
use std::collections::HashSet;
use std::path::Path;

/// A published site.
pub struct Site {
    folder: Folder,
    /// Its head.
    pub head: Head,
    /// Its catalogue.
    pub catalog: Catalog,
    /// Its newest values.
    pub latest: Latest,
}

/// What a check found, all of it sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Files that the head names.
    pub files: u64,
    /// Series.
    pub series: u64,
    /// Points.
    pub points: u64,
    /// Size of the largest file, in bytes.
    pub largest: u64,
}

impl Site {
    /// Opens a site.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn open(root: &Path) -> Result<Self, FolderError> {
        let folder = Folder::new(root);
        let path = root.join(HEAD);
        let Some(head) = folder.named_json::<Head>(HEAD)? else { return Err(FolderError::NoSite { path }) };
        if head.format != FORMAT {
            return Err(FolderError::Damaged {
                path,
                error: FormatError::new("it is of another version of the format"),
            });
        }
        let catalog: Catalog = folder.get_json(&head.catalog)?;
        folder.understood(&head.catalog, catalog.check())?;
        let latest: Latest = folder.get_json(&head.latest)?;
        if !latest.has(catalog.len()) {
            let error = FormatError::new("its columns do not fit the catalogue");
            return Err(FolderError::Damaged { path: folder.path_of(&head.latest), error });
        }
        Ok(Self { folder, head, catalog, latest })
    }

    /// The segments of a group, oldest first.
    ///
    /// # Errors
    /// When one is not there or damaged.
    pub fn segments(&self, group: usize) -> Result<Vec<Segment>, FolderError> {
        let Some(tail) = self.catalog.groups.get(group).and_then(|group| group.tail.as_deref()) else {
            return Ok(Vec::new());
        };
        let tail = self.segment(tail)?;
        let mut segments = Vec::new();
        for older in tail.older.iter().rev() {
            segments.push(self.segment(&older.file)?);
        }
        segments.push(tail);
        Ok(segments)
    }

    fn segment(&self, file: &str) -> Result<Segment, FolderError> {
        self.folder.understood(file, Segment::decode(&self.folder.get(file)?))
    }

    /// One series in the segments of its group.
    ///
    /// # Errors
    /// Those of [`Self::segments`].
    pub fn tracks(&self, series: usize) -> Result<Vec<Track>, FolderError> {
        let group = self.catalog.groups.partition_point(|group| group.first as usize <= series).saturating_sub(1);
        let first = self.catalog.groups.get(group).map_or(0, |group| group.first as usize);
        let segments = self.segments(group)?.into_iter();
        Ok(segments.filter_map(|segment| segment.series.into_iter().nth(series - first)).collect())
    }

    /// The incidents, newest first.
    ///
    /// # Errors
    /// When a part is not there or damaged.
    pub fn incidents(&self) -> Result<Vec<Incident>, FolderError> {
        self.joined(&self.head.incidents)
    }

    /// The runs, newest first.
    ///
    /// # Errors
    /// When a part is not there or damaged.
    pub fn runs(&self) -> Result<Vec<Run>, FolderError> {
        self.joined(&self.head.runs)
    }

    fn joined<T: serde::de::DeserializeOwned>(&self, parts: &[String]) -> Result<Vec<T>, FolderError> {
        let mut all = Vec::new();
        for part in parts {
            all.extend(self.folder.get_json::<Vec<T>>(part)?);
        }
        Ok(all)
    }

    /// Reads everything that the head names.
    ///
    /// # Errors
    /// With the first file that is not there or damaged.
    pub fn check(&self) -> Result<Checked, FolderError> {
        let mut checked = Checked { series: self.catalog.len() as u64, ..Checked::default() };
        for (number, group) in self.catalog.groups.iter().enumerate() {
            for segment in self.segments(number)? {
                if segment.series.len() != group.count as usize {
                    let error = FormatError::new(format!("a segment of group {number} has not as many series"));
                    return Err(FolderError::Damaged { path: self.folder.path_of(&self.head.catalog), error });
                }
                checked.points += segment.series.iter().map(|track| track.points.len() as u64).sum::<u64>();
            }
        }
        let told: u64 = self.latest.points.iter().map(|points| u64::from(*points)).sum();
        if told != checked.points {
            let error = FormatError::new(format!("it counts {told} points, the segments have {}", checked.points));
            return Err(FolderError::Damaged { path: self.folder.path_of(&self.head.latest), error });
        }
        for project in &self.head.projects {
            let mut first = 0;
            for file in &project.commit_files {
                let commits: Commits = self.folder.get_json(file)?;
                if commits.first != first {
                    let error = FormatError::new(format!("its first position is {}, not {first}", commits.first));
                    return Err(FolderError::Damaged { path: self.folder.path_of(file), error });
                }
                first += commits.hashes.len() as u32;
            }
        }
        self.incidents()?;
        self.folder.get_json::<Vec<Machine>>(&self.head.machines)?;
        self.folder.get_json::<Vec<Benchmark>>(&self.head.benchmarks)?;
        for reference in references(&self.folder, &self.head)? {
            self.folder.get(&reference)?;
            let size = std::fs::metadata(self.folder.path_of(&reference)).map_or(0, |about| about.len());
            checked.files += 1;
            checked.largest = checked.largest.max(size);
        }
        Ok(checked)
    }
}

/// All references that a page can come to from a head.
///
/// # Errors
/// When a file that names others is not there or damaged.
pub fn references(folder: &Folder, head: &Head) -> Result<HashSet<String>, FolderError> {
    let single = [&head.catalog, &head.latest, &head.machines, &head.benchmarks, &head.state];
    let mut found: HashSet<String> = single.into_iter().cloned().collect();
    found.extend(head.incidents.iter().chain(&head.runs).cloned());
    found.extend(head.projects.iter().flat_map(|project| project.commit_files.iter().cloned()));
    let catalog: Catalog = folder.get_json(&head.catalog)?;
    for tail in catalog.groups.into_iter().filter_map(|group| group.tail) {
        let outline = folder.understood(&tail, Segment::outline(&folder.get(&tail)?))?;
        found.extend(outline.older.into_iter().map(|older| older.file));
        found.insert(tail);
    }
    for part in &head.runs {
        for data in folder.get_json::<Vec<Run>>(part)?.into_iter().filter_map(|run| run.data) {
            let run: RunSamples = folder.get_json(&data)?;
            found.extend(run.parts.into_iter().map(|part| part.file));
            found.insert(data);
        }
    }
    Ok(found)
}
