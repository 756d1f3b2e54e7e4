//! Publishing what is new: the same site as if it had been published at once, at the cost of what is new.

use crate::altered::Altered;
use crate::published::{files, options, published};
use kymo_site::read::Site;
use kymo_site::synthetic::Synthetic;
use kymo_site::{Generation, Point, PointSet, Source, publish};
use std::path::Path;

/// A series' name, its values by position, and the step that each is kept to.
type Values = (String, Vec<(u32, f64)>, f64);

/// The values of all series, as the site has them.
fn values(root: &Path) -> Vec<Values> {
    let site = Site::open(root).unwrap();
    let mut all: Vec<_> = (0..site.catalog.len())
        .map(|number| {
            let tracks = site.tracks(number).unwrap();
            let points = tracks.iter().flat_map(|track| track.points.iter().map(|point| (point.position, point.value)));
            let step = tracks.iter().filter_map(|track| track.quantum).fold(0.0, f64::max);
            (format!("{:?}", site.catalog.names(number).unwrap()), points.collect(), step)
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// Both sites show the same.
fn assert_same(one: &Path, two: &Path) {
    for ((name, one, step_one), (other, two, step_two)) in values(one).into_iter().zip(values(two)) {
        assert_eq!(name, other);
        assert_eq!(one.len(), two.len(), "{name}");
        for (a, b) in one.iter().zip(&two) {
            assert!(a.0 == b.0 && (a.1 - b.1).abs() <= step_one + step_two, "{name}: {a:?} {b:?}");
        }
    }
    let (one, two) = (Site::open(one).unwrap(), Site::open(two).unwrap());
    assert_eq!(one.check().unwrap().points, two.check().unwrap().points);
    assert_eq!(one.runs().unwrap(), two.runs().unwrap());
    assert_eq!(one.head.projects, two.head.projects);
}

#[test]
fn grown_is_the_same_as_made_at_once() {
    let (grown, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Across the ends of a segment and of a file of commits, with series that begin meanwhile.
    for points in [1, 30, 200, 256, 257, 511, 600, 601, 999, 1000, 1003] {
        let done = published(&Synthetic::new(150, points), grown.path());
        assert_eq!(done.full, points == 1, "{points}");
        assert_eq!(done.remarks, [] as [&str; 0]);
    }
    published(&Synthetic::new(150, 1003), whole.path());
    assert_same(grown.path(), whole.path());
}

#[test]
fn one_more_run_costs_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let first = published(&Synthetic::new(640, 700), folder.path());
    let before = files(folder.path());
    let next = published(&Synthetic::new(640, 701), folder.path());
    let after = files(folder.path());
    let written = after.iter().filter(|(name, content)| before.get(*name) != Some(content)).count();
    assert_eq!(next.files_written as usize, written);
    // 640 series are ten groups, each with one new tail; catalogue, newest values, state, head, commits, machines, runs,
    // the samples of two runs in two files each, and at most the feed and some badges.
    let segments =
        after.keys().filter(|name| name.starts_with("data/segments/") && !before.contains_key(*name)).count();
    assert_eq!(segments, 10);
    assert!(written <= 10 + 7 + 4 + 6, "{written} files");
    // The tails hold 189 of 701 positions.
    assert!(next.bytes_written * 5 < first.bytes_written * 2, "{next:?} after {first:?}");
    let gone: Vec<_> = before.keys().filter(|name| !after.contains_key(*name)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn a_late_run_goes_into_its_place() {
    let (grown, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let inner = Synthetic::new(100, 600);
    published(&inner, grown.path());
    // Position 100 of one series is measured again, and the value is another one.
    let old = inner.points(&[7], 100..101).unwrap();
    let point = old.of(7).unwrap().points[0];
    let mut filings = PointSet::default();
    let (context, run) = (filings.context(&old.contexts()[0]), filings.run("late"));
    let value = point.value * 1.5;
    filings.push(7, Point { value, interval: None, context, run, ..point });
    let mut late = Altered::new(inner);
    late.generation = Some(Generation { last_filing: 601, ..inner.generation().unwrap() });
    late.filings = Some(filings);
    let before = Site::open(grown.path()).unwrap().check().unwrap();
    let done = published(&late, grown.path());
    assert!(!done.full && done.remarks.is_empty(), "{done:?}");
    let site = Site::open(grown.path()).unwrap();
    assert_eq!(site.check().unwrap().points, before.points, "a point was replaced, none added");
    published(&inner, whole.path());
    let changed: Vec<f64> = values(grown.path())
        .into_iter()
        .zip(values(whole.path()))
        .flat_map(|(grown, whole)| grown.1.into_iter().zip(whole.1))
        .filter(|(grown, whole)| (grown.1 / whole.1 - 1.0).abs() > 0.2)
        .map(|(grown, _)| grown.1)
        .collect();
    assert_eq!(changed.len(), 1);
    assert!((changed[0] / value - 1.0).abs() < 0.01);
    // The newest value is still that of the newest position.
    assert_eq!(site.latest, Site::open(whole.path()).unwrap().latest);
}

#[test]
fn a_rewritten_history_is_published_anew() {
    let folder = tempfile::tempdir().unwrap();
    let inner = Synthetic::new(60, 300);
    published(&inner, folder.path());
    let mut rewritten = Altered::new(Synthetic::new(60, 200));
    rewritten.generation = Some(Generation { history: 999, last_filing: 301, revision: 0 });
    let done = published(&rewritten, folder.path());
    assert!(done.full);
    assert!(done.points < 60 * 200 + 1);
    Site::open(folder.path()).unwrap().check().unwrap();
}

#[test]
fn a_missing_segment_is_noticed_and_everything_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    published(&Synthetic::new(60, 300), folder.path());
    let tail = Site::open(folder.path()).unwrap().catalog.groups[0].tail.clone().unwrap();
    std::fs::remove_file(folder.path().join(format!("data/{tail}.kz"))).unwrap();
    let done = published(&Synthetic::new(60, 301), folder.path());
    assert!(done.full && done.remarks[0].contains(&tail), "{done:?}");
    Site::open(folder.path()).unwrap().check().unwrap();
}

#[test]
fn what_is_no_number_is_refused_and_the_old_site_stays() {
    let folder = tempfile::tempdir().unwrap();
    let inner = Synthetic::new(20, 50);
    published(&inner, folder.path());
    let before = files(folder.path());
    for (value, position, said) in [(f64::NAN, 49, "is no number"), (1.0, 50, "not one of 0 to 49")] {
        let mut filings = PointSet::default();
        let old = inner.points(&[7], 0..1).unwrap();
        let (context, run) = (filings.context(&old.contexts()[0]), filings.run("wrong"));
        filings.push(7, Point { position, value, interval: None, context, run });
        let mut wrong = Altered::new(inner);
        wrong.generation = Some(Generation { last_filing: 51, ..inner.generation().unwrap() });
        wrong.filings = Some(filings);
        let error = publish(&wrong, folder.path(), &options()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    assert!(files(folder.path()) == before);
}
