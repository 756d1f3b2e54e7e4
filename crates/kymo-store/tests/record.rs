//! The record in the store: main lines that grow and are rewritten, filed runs, points, the chain.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{Commit, Filing, GitHash, Metric, Phase, ProjectName, RunId, RunState};
use kymo_store::{
    ChainFault, Context, LineChange, Measured, NewPoint, Point, PointValue, ProjectSource, SeriesKey, Store,
    parse_document,
};
use support::{Place, RUN_1, empty_run};

on_both!(
    a_line_grows_is_rewritten_and_keeps_its_beginning,
    what_is_known_of_a_commit_is_not_lost_to_what_is_not,
    filed_runs_stand_where_their_commit_or_its_tree_stands,
    points_come_back_bit_for_bit,
    the_chain_is_of_documents_and_the_same_for_ever,
    what_is_altered_missing_or_taken_out_shows,
);

fn hash(digit: char, number: usize) -> GitHash {
    format!("{digit}{number:039x}").parse().unwrap()
}

/// Commit `number`, with the tree `tree`.
fn commit(number: usize, tree: usize) -> Commit {
    Commit {
        tree: Some(hash('e', tree)),
        title: format!("commit {number}"),
        author: "A Tester".to_owned(),
        committed_unix_s: Some(1_000_000 - number as u64),
        parents: vec![hash('a', number + 1000)],
        ..Commit::unknown(hash('a', number))
    }
}

fn line(numbers: impl IntoIterator<Item = usize>) -> Vec<Commit> {
    numbers.into_iter().map(|number| commit(number, number)).collect()
}

fn shown(store: &Store, project: i64) -> Vec<String> {
    let commits = store.line(project, 0..u32::MAX).unwrap();
    commits.iter().map(|placed| placed.commit.title.trim_start_matches("commit ").to_owned()).collect()
}

fn project(store: &mut Store) -> (ProjectName, i64) {
    let name: ProjectName = "demo".parse().unwrap();
    let key = store.set_project(&name, &ProjectSource::default()).unwrap().key;
    (name, key)
}

fn a_line_grows_is_rewritten_and_keeps_its_beginning(place: &Place) {
    let mut store = place.store();
    let (name, key) = project(&mut store);
    let set = |store: &mut Store, commits: &[Commit]| store.set_line(key, commits).unwrap();
    let change = |added, left| LineChange { added, left, rewritten: left > 0 };
    assert_eq!(set(&mut store, &line(0..5)), change(5, 0));
    assert_eq!(set(&mut store, &line(0..5)), change(0, 0));
    assert_eq!(set(&mut store, &line(0..7)), change(2, 0));
    // A shallow clone knows the end alone.
    assert_eq!(set(&mut store, &line(4..8)), change(1, 0));
    assert_eq!(shown(&store, key), ["0", "1", "2", "3", "4", "5", "6", "7"]);
    // A force-push: 6 and 7 are gone, 20 and 21 came.
    assert_eq!(set(&mut store, &line([0, 1, 2, 3, 4, 5, 20, 21, 22])), change(3, 2));
    assert_eq!(shown(&store, key), ["0", "1", "2", "3", "4", "5", "20", "21", "22"]);
    assert_eq!(store.project(&name).unwrap().unwrap().line, 1);
    // What left is still known, without a place.
    let left = store.find_commits(key, hash('a', 7).as_str(), 2).unwrap();
    assert_eq!((left.len(), left[0].position), (1, None));
    // Deeper history than before: everything moves.
    assert!(set(&mut store, &line([90, 91].into_iter().chain(0..3))).rewritten);
    assert_eq!(shown(&store, key), ["90", "91", "0", "1", "2"]);
}

fn what_is_known_of_a_commit_is_not_lost_to_what_is_not(place: &Place) {
    let mut store = place.store();
    let (_, key) = project(&mut store);
    store.set_line(key, &line(0..2)).unwrap();
    let run = filed(&mut store, "r", Commit::unknown(hash('a', 1)), &[]);
    assert_eq!(store.filings_after(0).unwrap()[0].run, run);
    assert_eq!(store.line(key, 1..2).unwrap()[0].commit, commit(1, 1));
}

/// Files an empty run under a commit, with these points.
fn filed(store: &mut Store, id: &str, commit: Commit, points: &[NewPoint]) -> RunId {
    let mut run = empty_run(id);
    run.state = RunState::Finished;
    store.insert(&run).unwrap();
    let filing = Filing { project: "demo".parse().unwrap(), commit, canary: None, anchors: Vec::new() };
    store.file(&run.id, &filing, &run.machine, points).unwrap();
    run.id
}

fn filed_runs_stand_where_their_commit_or_its_tree_stands(place: &Place) {
    let mut store = place.store();
    let (_, key) = project(&mut store);
    store.set_line(key, &line(0..4)).unwrap();
    filed(&mut store, "on the line", commit(2, 2), &[]);
    filed(&mut store, "rebased", Commit { title: "commit 3".to_owned(), ..commit(30, 3) }, &[]);
    filed(&mut store, "elsewhere", commit(40, 40), &[]);
    let places = |store: &Store| {
        let all = store.filings_after(0).unwrap();
        all.iter().map(|filing| filing.position).collect::<Vec<_>>()
    };
    assert_eq!(places(&store), [Some(2), Some(3), None]);
    // The branch is merged: what was off the line has a place now, and positions of before must be read again.
    assert!(store.set_line(key, &line([0, 1, 2, 3, 40])).unwrap().rewritten);
    assert_eq!(places(&store), [Some(2), Some(3), Some(4)]);
    // A tree that is there twice, as after a revert: the commit with the same title is meant.
    let mut reverted = line(0..3);
    reverted.push(Commit { title: "revert".to_owned(), ..commit(33, 1) });
    store.set_line(key, &reverted).unwrap();
    filed(&mut store, "revert", Commit { title: "revert".to_owned(), ..commit(50, 1) }, &[]);
    filed(&mut store, "the first", Commit { title: "other".to_owned(), ..commit(51, 1) }, &[]);
    assert_eq!(places(&store)[3..], [Some(3), Some(1)]);
}

fn point(variant: &str, value: PointValue, code: &str) -> NewPoint {
    let series = SeriesKey {
        benchmark: "basics/fib".to_owned(),
        phase: Phase::Execute,
        metric: Metric::WallTime,
        variant: variant.to_owned(),
        relative_to: String::new(),
        canary: false,
    };
    let context = Context {
        fingerprint: "f".to_owned(),
        module: "m".to_owned(),
        build: "1.0 (b)".to_owned(),
        code: code.to_owned(),
    };
    NewPoint { series, value, context }
}

/// How many points a reading hands over.
fn count(read: impl Fn(&mut dyn FnMut(Point))) -> usize {
    let mut count = 0;
    read(&mut |_| count += 1);
    count
}

fn points_come_back_bit_for_bit(place: &Place) {
    let mut store = place.store();
    let (_, key) = project(&mut store);
    store.set_line(key, &line(0..3)).unwrap();
    let values = [0.1 + 0.2, f64::MIN_POSITIVE, 1e300];
    let measured = |value: f64| {
        PointValue::Measured(Measured { value, interval: Some((value * 0.5, value * 1.5)), invocations: 7 })
    };
    for (number, value) in values.into_iter().enumerate() {
        let failed = PointValue::Failed("trapped".to_owned());
        let points = [point("a", measured(value), "c1"), point("b", failed, "c2")];
        filed(&mut store, &format!("run {number}"), commit(number, number), &points);
    }
    let series = store.series().unwrap();
    assert_eq!(series.iter().map(|row| row.key.variant.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let mut all: Vec<Point> = Vec::new();
    store.points_of_project(key, 0..u32::MAX, &mut |point| all.push(point)).unwrap();
    assert_eq!(all.len(), 6);
    let of_a: Vec<&Point> = all.iter().filter(|point| point.series == series[0].id).collect();
    for (number, value) in values.into_iter().enumerate() {
        assert_eq!((of_a[number].position, &of_a[number].value), (number as u32, &measured(value)));
    }
    let contexts = store.contexts().unwrap();
    assert_eq!((contexts.len(), contexts[&of_a[0].context].code.as_str()), (2, "c1"));
    // Parts: positions, series, filings.
    assert_eq!(count(|each| store.points_of_project(key, 1..2, each).unwrap()), 2);
    let ids = (series[1].id, series[1].id);
    assert_eq!(count(|each| store.points_of_series(key, 0..9, ids, each).unwrap()), 3);
    let (last, filings) = store.last_filing().unwrap();
    assert_eq!((count(|each| store.points_after(last - 1, each).unwrap()), filings), (2, 3));
    // The same run again is no second point; a removed run takes its points along.
    filed(&mut store, "run 2", commit(2, 2), &[point("a", measured(1.0), "")]);
    assert_eq!(store.last_filing().unwrap(), (last, 3));
    store.delete(&RunId::new("run 0")).unwrap();
    assert_eq!(count(|each| store.points_of_project(key, 0..9, each).unwrap()), 4);
    assert_eq!(store.last_filing().unwrap(), (last, 2));
}

fn the_chain_is_of_documents_and_the_same_for_ever(place: &Place) {
    let mut store = place.store();
    let run = parse_document("run-1.json", RUN_1).unwrap();
    store.insert(&run).unwrap();
    let report = store.verify(None).unwrap();
    assert_eq!((report.links, report.intact, report.unfinished), (1, 1, 0));
    // Whatever this crate becomes, the document of schema 1 must hash to this: else every old link would look altered.
    assert_eq!(place.sql("SELECT document_sha256 FROM chain").trim(), DOCUMENT_SHA256);
}

/// SHA-256 of the sample document as it is exported.
const DOCUMENT_SHA256: &str = "259ab1dbe68581576ce5a8cc64d9aa50241ffe25737dd2199f9636f35fdb1173";

fn what_is_altered_missing_or_taken_out_shows(place: &Place) {
    let mut store = place.store();
    let mut run = parse_document("run-1.json", RUN_1).unwrap();
    for name in ["a", "b", "c", "d", "e"] {
        run.id = RunId::new(name);
        store.insert(&run).unwrap();
    }
    let mut unfinished = empty_run("f");
    unfinished.state = RunState::Running;
    store.begin(&unfinished).unwrap();
    let head = store.chain().unwrap().head.unwrap();
    let sound = store.verify(Some(&head)).unwrap();
    assert_eq!((sound.intact, sound.faults.len(), sound.unfinished, sound.found), (5, 0, 1, Some(true)));
    store.delete(&RunId::new("a")).unwrap();
    let removed = store.verify(Some(&head)).unwrap();
    assert_eq!((removed.links, removed.intact, removed.removed, removed.faults.len()), (6, 4, 1, 0));
    place.sql("DELETE FROM run WHERE id = 'b'");
    place.sql("UPDATE invocation SET round = round + 1 WHERE run = (SELECT key FROM run WHERE id = 'c')");
    place.sql(
        "UPDATE invocation SET samples = (SELECT head FROM run_document LIMIT 1) \
         WHERE run = (SELECT key FROM run WHERE id = 'd')",
    );
    let faults = |store: &Store| store.verify(None).unwrap().faults;
    let named = |name: &str, fault| (name.to_owned(), fault);
    assert_eq!(
        faults(&store),
        [named("b", ChainFault::Missing), named("c", ChainFault::Altered), named("d", ChainFault::Unreadable)]
    );
    place.sql("DELETE FROM chain WHERE run = 'c'");
    assert!(faults(&store).contains(&named("d", ChainFault::Broken)), "{:?}", faults(&store));
    assert_eq!(store.verify(None).unwrap().unlinked, ["c"]);
    place.sql("DELETE FROM chain");
    assert_eq!(store.verify(Some(&head)).unwrap().found, Some(false));
    // What cannot be read cannot be linked, and stops nothing.
    assert_eq!(store.link_all().unwrap(), 2);
}
