//! Back-ups: everything is in them, they go into either database, and what is no whole back-up changes nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{BenchmarkName, Commit, Filing, LogRatio, Metric, Phase, ProjectName, RunId, RunState};
use kymo_store::{
    Context, Floor, IncidentRow, Measured, NewPoint, PointValue, ProjectSource, SeriesKey, Store, StoreError,
    parse_document,
};
use std::io::Cursor;
use support::{Place, RUN_1, empty_run, invocation};

fn point(variant: &str, value: f64) -> NewPoint {
    let series = SeriesKey {
        benchmark: "basics/fib".to_owned(),
        phase: Phase::Execute,
        metric: Metric::WallTime,
        variant: variant.to_owned(),
        relative_to: String::new(),
        canary: variant == "b",
    };
    let context = Context { fingerprint: "f".to_owned(), ..Context::default() };
    let value = PointValue::Measured(Measured { value, interval: Some((value, value * 2.0)), invocations: 7 });
    NewPoint { series, value, context }
}

fn file(store: &mut Store, id: &str, commit: char, points: &[NewPoint]) -> i64 {
    let mut run = parse_document("run-1.json", RUN_1).unwrap();
    run.id = RunId::new(id);
    // A text that PostgreSQL cannot hold as it is.
    run.label = Some(format!("label\0of \u{10FFFE}0 {id}"));
    store.insert(&run).unwrap();
    let commit = Commit::unknown(commit.to_string().repeat(40).parse().unwrap());
    let filing = Filing { project: "demo".parse().unwrap(), commit, canary: None, anchors: Vec::new() };
    store.file(&run.id, &filing, &run.machine, points).unwrap()
}

/// Something of everything: runs whole and under way, a removed one, a line, points, incidents, floors.
fn filled(place: &Place) -> Store {
    let mut store = place.store();
    let name: ProjectName = "demo".parse().unwrap();
    let source = ProjectSource { repository: Some("/repository".to_owned()), ..ProjectSource::default() };
    let project = store.set_project(&name, &source).unwrap().key;
    let line: Vec<Commit> =
        ['a', 'b'].map(|digit| Commit::unknown(digit.to_string().repeat(40).parse().unwrap())).into();
    store.set_line(project, &line).unwrap();
    file(&mut store, "one", 'a', &[point("a", 0.1 + 0.2), point("b", f64::MIN_POSITIVE)]);
    file(&mut store, "two", 'b', &[point("a", 1e300)]);
    file(&mut store, "gone", 'b', &[point("c", 1.0)]);
    store.delete(&RunId::new("gone")).unwrap();
    let mut running = empty_run("running");
    running.state = RunState::Running;
    store.begin(&running).unwrap();
    store.append(&running.id, &invocation(3)).unwrap();
    store.set_incidents(project, &[IncidentRow { number: 4, content: "{\"a\":\"ü\"}".to_owned() }]).unwrap();
    let floor = Floor {
        variant: "wasmtime".to_owned(),
        benchmark: Some(BenchmarkName::new("basics/fib")),
        phase: Phase::Execute,
        metric: Metric::WallTime,
        floor: LogRatio::new(0.01),
        sd: LogRatio::new(0.1),
        rounds: 10,
        comparisons: 20,
        flagged: 1,
        calibrated_unix_s: 1_741_083_300,
        schema: 1,
    };
    store.set_floors("m1", &[Floor { benchmark: None, ..floor.clone() }, floor]).unwrap();
    store
}

/// All that can be asked of a store but the chain, as text.
fn without_chain(store: &Store) -> String {
    let list = store.list().unwrap();
    let runs: Vec<_> = list.iter().map(|one| store.load(&one.id).unwrap()).collect();
    let projects = store.projects().unwrap();
    let mut points = Vec::new();
    store.points_after(0, &mut |point| points.push(point)).unwrap();
    let contexts = store.contexts().unwrap();
    let mut contexts: Vec<_> = contexts.into_iter().collect();
    contexts.sort_by_key(|(key, _)| *key);
    format!(
        "{list:#?}\n{runs:#?}\n{projects:#?}\n{:#?}\n{:#?}\n{:#?}\n{points:#?}\n{contexts:#?}\n{:#?}\n{:#?}",
        store.line(projects[0].key, 0..u32::MAX).unwrap(),
        store.filings_after(0).unwrap(),
        store.series().unwrap(),
        store.incidents(projects[0].key).unwrap(),
        store.floors("m1").unwrap(),
    )
}

/// That, and the chain, which is another one where runs were kept at other times.
fn everything(store: &Store) -> String {
    format!("{}\n{:#?}", without_chain(store), store.verify(None).unwrap())
}

fn backed_up(store: &Store) -> Vec<u8> {
    let mut file = Vec::new();
    store.back_up("file", "kymo of the test", &mut file).unwrap();
    file
}

fn goes_from_to(from: &Place, to: &Place) {
    let source = filled(from);
    let before = everything(&source);
    let file = backed_up(&source);
    let mut target = to.store();
    let restored = target.restore("file", &mut Cursor::new(&file), false).unwrap();
    assert_eq!(restored.contents, source.contents().unwrap());
    assert_eq!(restored.contents, target.contents().unwrap());
    assert_eq!((restored.chain.intact, restored.chain.removed, restored.chain.faults.len()), (2, 1, 0));
    assert_eq!(everything(&target), before);
    assert_eq!(everything(&to.store()), before);
    // Keys go on behind those that were given out, not behind those that are left.
    let key = self::file(&mut target, "later", 'a', &[point("a", 1.0)]);
    assert_eq!(key, 4);
    // It is not empty any more; whoever says so replaces it.
    let error = target.restore("file", &mut Cursor::new(&file), false).unwrap_err();
    assert!(matches!(error, StoreError::NotEmpty { .. }), "{error}");
    target.restore("file", &mut Cursor::new(&file), true).unwrap();
    assert_eq!(everything(&target), before);
    // The same state is the same file, but for the time at its head.
    assert_eq!(target.contents().unwrap(), source.contents().unwrap());
}

#[test]
fn a_back_up_has_everything_and_goes_into_sqlite() {
    goes_from_to(&Place::sqlite(), &Place::sqlite());
}

#[test]
fn stores_move_between_the_databases_whole() {
    let (Some(one), Some(other), Some(third)) = (Place::postgres(), Place::postgres(), Place::postgres()) else {
        return;
    };
    goes_from_to(&Place::sqlite(), &one);
    goes_from_to(&other, &Place::sqlite());
    goes_from_to(&Place::postgres().unwrap(), &third);
}

fn a_writer_is_not_held_up_and_the_back_up_is_one_state(place: &Place) {
    let store = filled(place);
    let mut writer = place.store();
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || {
            for sequence in 10..200 {
                writer.append(&RunId::new("running"), &invocation(sequence)).unwrap();
            }
        });
        while !writing.is_finished() {
            let mut copy = Place::sqlite().store();
            copy.restore("file", &mut Cursor::new(backed_up(&store)), false).unwrap();
            // The count beside the run and the invocations themselves are of one moment.
            let listed = copy.list().unwrap().iter().find(|one| one.id.as_str() == "running").unwrap().invocations;
            assert_eq!(copy.load(&RunId::new("running")).unwrap().invocations.len() as u32, listed);
        }
    });
}

fn what_is_no_whole_back_up_changes_nothing(place: &Place) {
    let file = backed_up(&filled(&Place::sqlite()));
    let mut target = filled(place);
    let before = everything(&target);
    let refused = |target: &mut Store, bytes: &[u8]| {
        let error = target.restore("FILE", &mut Cursor::new(bytes), true).unwrap_err();
        assert!(matches!(error, StoreError::Backup { .. }), "{error}");
        error.to_string()
    };
    for length in (0..file.len()).step_by(61).chain([15, 16, 17, 47, 48, 49, file.len() - 1]) {
        let said = refused(&mut target, &file[..length]);
        assert!(said.contains("is no back-up of a store") || said.contains("damaged or was cut short"), "{said}");
    }
    for at in (0..file.len()).step_by(53).chain([file.len() - 1]) {
        let mut bytes = file.clone();
        bytes[at] ^= 1 << (at % 8);
        refused(&mut target, &bytes);
    }
    let longer = [&file[..], b"x"].concat();
    refused(&mut target, &longer);
    assert_eq!(
        refused(&mut target, b"{\"results\": []}"),
        "the back-up FILE is no back-up of a store: give a file that kymo store backup wrote"
    );
    assert_eq!(everything(&target), before);
    // The untouched file goes in.
    target.restore("FILE", &mut Cursor::new(&file), true).unwrap();
}

/// The file, its checksum made anew for these records.
fn forged(records: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    let mut file = b"kymograph backup".to_vec();
    file.extend(zstd::bulk::compress(records, 3).unwrap());
    let checksum = sha2::Sha256::digest(&file);
    file.extend(checksum);
    file
}

fn json(tag: u8, text: &str) -> Vec<u8> {
    let mut record = vec![tag];
    record.extend((text.len() as u64).to_le_bytes());
    record.extend(text.as_bytes());
    record
}

fn what_contradicts_itself_changes_nothing(place: &Place) {
    let mut target = filled(place);
    let before = everything(&target);
    let head = json(b'H', r#"{"version":1,"schema":1,"made_by":"kymo","made_unix_s":0}"#);
    let table = |name: &str, columns: &str| {
        json(b'T', &format!(r#"{{"name":"{name}","columns":[{columns}],"last_key":null}}"#))
    };
    let end = |rows: u64| [&b"E"[..], &rows.to_le_bytes()].concat();
    let refused = |target: &mut Store, parts: &[Vec<u8>]| {
        let error = target.restore("FILE", &mut Cursor::new(forged(&parts.concat())), true).unwrap_err();
        error.to_string()
    };
    let newer = json(b'H', r#"{"version":1,"schema":99,"made_by":"9.0","made_unix_s":0}"#);
    let said = refused(&mut target, &[newer]);
    assert!(said.contains("is of a newer kymo, 9.0 (schema 99, form 1; this one knows"), "{said}");
    assert!(said.ends_with("update kymo"), "{said}");
    for (parts, expect) in [
        (vec![head.clone()], "failed to fill whole buffer"),
        (vec![head.clone(), [&b"Z"[..], &0_u64.to_le_bytes()].concat()], "its tables are not as many as it says"),
        (vec![head.clone(), table("run; DROP TABLE run", r#""key""#)], "schema 1 has no table"),
        (vec![head.clone(), table("project", r#""key""#)], "schema 1 has no table project"),
        (vec![head.clone(), table("run", r#""key) VALUES (1); --""#)], "its table run has other columns"),
        (vec![head.clone(), table("run_document", r#""run","head","fixed""#), end(3)], "has not the 3 rows"),
        (vec![head.clone(), table("run_document", r#""run","head","fixed""#), b"Rx".to_vec()], "a value begins with"),
        (vec![b"?".to_vec()], "it does not begin with its head"),
    ] {
        let said = refused(&mut target, &parts);
        assert!(said.contains(expect), "{said}, not {expect}");
    }
    // A row without the one that it refers to: the database refuses it.
    let row = [&b"Ri"[..], &7_i64.to_le_bytes(), b"b", &0_u64.to_le_bytes(), b"b", &0_u64.to_le_bytes()].concat();
    refused(&mut target, &[head, table("run_document", r#""run","head","fixed""#), row, end(1)]);
    assert_eq!(everything(&target), before);
}

/// A back-up that was written when the schema had two migrations: it restores for ever.
fn a_back_up_of_schema_2_restores_for_ever(place: &Place) {
    let mut store = place.store();
    let restored =
        store.restore("schema-2", &mut Cursor::new(include_bytes!("documents/backup-2.kymo")), false).unwrap();
    assert_eq!((restored.contents.schema, restored.contents.tables.len()), (2, 13));
    assert_eq!((restored.chain.intact, restored.chain.faults.len()), (2, 0));
    assert_eq!(without_chain(&store), without_chain(&filled(&Place::sqlite())));
    assert!(store.contents().unwrap().schema >= 2);
}

on_both!(
    a_writer_is_not_held_up_and_the_back_up_is_one_state,
    what_is_no_whole_back_up_changes_nothing,
    what_contradicts_itself_changes_nothing,
    a_back_up_of_schema_2_restores_for_ever,
);

/// Writes the document that the test above reads, when it is asked for: before the next migration was added.
#[test]
#[ignore = "writes a document of the tests"]
fn write_a_back_up() {
    std::fs::write("tests/documents/backup-2.kymo", backed_up(&filled(&Place::sqlite()))).unwrap();
}
