//! What goes in comes out, and is found again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::{BenchmarkName, LogRatio, Metric, Phase, RunId, RunState};
use kymo_store::{Floor, Store, StoreError, parse_document};
use support::{Place, RUN_1, empty_run, invocation};

on_both!(
    the_sample_document_of_schema_1_loads_for_ever,
    a_run_grows_by_invocations_and_headers,
    the_same_twice_is_no_error_and_another_is,
    loads_a_selection_for_tables,
    lists_newest_first,
    finds_and_deletes,
    refuses_documents_that_contradict_themselves,
    keeps_floors_by_machine,
);

fn the_sample_document_of_schema_1_loads_for_ever(place: &Place) {
    let run = parse_document("run-1.json", RUN_1).unwrap();
    assert_eq!(run.invocations.len(), 12);
    let mut store = place.store();
    store.insert(&run).unwrap();
    assert_eq!(store.load(&run.id).unwrap(), run);
    let again = serde_json::to_value(store.load(&run.id).unwrap()).unwrap();
    assert_eq!(again, serde_json::to_value(&run).unwrap());
}

fn a_run_grows_by_invocations_and_headers(place: &Place) {
    let mut store = place.store();
    let mut run = empty_run("a");
    run.state = RunState::Running;
    run.invocations.push(invocation(0));
    store.begin(&run).unwrap();
    // Out of order: they may end in another order than they were started in.
    for sequence in [2, 1] {
        store.append(&run.id, &invocation(sequence)).unwrap();
    }
    run.invocations.extend([invocation(1), invocation(2)]);
    assert_eq!(store.load(&run.id).unwrap(), run);
    run.state = RunState::Finished;
    run.closed.clear();
    run.noise.clear();
    run.conditions = None;
    run.notes.push("done".to_owned());
    store.update(&run).unwrap();
    assert_eq!(store.load(&run.id).unwrap(), run);
    run.notes.push("really".to_owned());
    store.finish(&run).unwrap();
    store.append(&run.id, &invocation(3)).unwrap();
    run.invocations.push(invocation(3));
    assert_eq!(store.load(&run.id).unwrap(), run);
}

fn the_same_twice_is_no_error_and_another_is(place: &Place) {
    let mut store = place.store();
    let mut run = parse_document("run-1.json", RUN_1).unwrap();
    store.insert(&run).unwrap();
    store.insert(&run).unwrap();
    run.invocations.reverse();
    store.insert(&run).unwrap();
    store.append(&run.id, &run.invocations[0]).unwrap();
    assert_eq!(store.list().unwrap()[0].invocations, 12);
    let mut other = run.invocations[0].clone();
    other.notes.push("another".to_owned());
    assert!(matches!(store.append(&run.id, &other), Err(StoreError::InvocationExists { sequence: 11, .. })));
    run.notes.push("another".to_owned());
    assert!(matches!(store.insert(&run), Err(StoreError::Exists { .. })));
    assert!(matches!(store.begin(&run), Err(StoreError::Exists { .. })));
    store.append(&run.id, &invocation(99)).unwrap();
}

fn loads_a_selection_for_tables(place: &Place) {
    let mut store = place.store();
    let mut run = parse_document("run-1.json", RUN_1).unwrap();
    store.insert(&run).unwrap();
    let phases = [Phase::Compile, Phase::Execute];
    let selected = store.load_selected(&run.id, &phases, &[Metric::WallTime]).unwrap();
    for invocation in &mut run.invocations {
        invocation.samples.retain(|one| phases.contains(&one.phase) && one.metric == Metric::WallTime);
        invocation.settings.clear();
        invocation.verification = None;
    }
    assert_eq!(selected, run);
}

fn lists_newest_first(place: &Place) {
    let mut store = place.store();
    assert_eq!(store.list().unwrap(), []);
    let mut run = parse_document("run-1.json", RUN_1).unwrap();
    store.insert(&run).unwrap();
    run.id = RunId::new("older");
    run.created_unix_s -= 1;
    run.label = None;
    run.invocations.clear();
    run.state = RunState::Interrupted;
    store.begin(&run).unwrap();
    for sequence in 0..2 {
        store.append(&run.id, &invocation(sequence)).unwrap();
    }
    let list = store.list().unwrap();
    assert_eq!(list.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["20250304-101500-5f3a", "older"]);
    let [newest, older] = &list[..] else { panic!("two runs") };
    assert_eq!((newest.invocations, newest.not_measured, newest.rounds, newest.benchmarks), (12, 3, 3, 2));
    assert_eq!(newest.variants, ["wasmtime", "wasmi"]);
    assert_eq!(newest.label.as_deref(), Some("baseline"));
    assert!((newest.duration.get() - 0.953).abs() < 0.001, "{:?}", newest.duration);
    assert_eq!((older.invocations, older.rounds, older.state), (2, 2, RunState::Interrupted));
    assert_eq!(older.created_unix_s, run.created_unix_s);
}

fn finds_and_deletes(place: &Place) {
    let mut store = place.store();
    let hint = store.find("latest").unwrap_err().to_string();
    assert!(hint.ends_with("it holds no runs yet: kymo run makes one"), "{hint}");
    let run = parse_document("run-1.json", RUN_1).unwrap();
    store.insert(&run).unwrap();
    for text in ["20250304-101500-5f3a", "2025", "baseline", "latest"] {
        assert_eq!(store.find(text).unwrap(), run.id, "for {text}");
    }
    let missing = store.find("basline").unwrap_err().to_string();
    assert!(missing.ends_with("the nearest are baseline"), "{missing}");
    store.delete(&run.id).unwrap();
    for error in [
        store.delete(&run.id).unwrap_err(),
        store.load(&run.id).unwrap_err(),
        store.update(&run).unwrap_err(),
        store.append(&run.id, &invocation(0)).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
    }
    store.insert(&run).unwrap();
    assert_eq!(store.load(&run.id).unwrap(), run);
}

fn refuses_documents_that_contradict_themselves(place: &Place) {
    let mut store = place.store();
    let check = |store: &mut Store, change: fn(&mut kymo_model::Run), expect: &str| {
        let mut run = parse_document("run-1.json", RUN_1).unwrap();
        change(&mut run);
        let error = store.insert(&run).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    };
    check(&mut store, |run| run.schema = 2, "has run document schema 2, this kymo knows 1: update kymo");
    check(&mut store, |run| run.schema = 0, "there is no schema 0");
    check(&mut store, |run| run.id = RunId::new(""), "its id is empty");
    check(&mut store, |run| run.invocations[3].benchmark = 2, "invocation 3 is of benchmark 2, the plan has 2 from 0");
    check(&mut store, |run| run.invocations[3].variant = 2, "invocation 3 is of variant 2, the plan has 2 from 0");
    check(&mut store, |run| run.invocations[3].sequence = 2, "two invocations have the sequence number 2");
    check(&mut store, |run| run.plan.timeout = kymo_model::Seconds::new(f64::NAN), "is not finite");
    check(&mut store, |run| run.conditions.as_mut().unwrap().load_1m = Some(f64::INFINITY), "is not finite");
    check(&mut store, |run| run.created_unix_s = u64::MAX, "created_unix_s is out of range");
    assert_eq!(store.list().unwrap(), []);
}

#[test]
fn refuses_text_that_is_no_run() {
    let check = |text: &str, expect: &str| {
        let error = parse_document("file.json", text).unwrap_err().to_string();
        assert!(error.starts_with(expect), "{error}");
    };
    check(r#"{"schema": 9, "new": 1}"#, "file.json has run document schema 9, this kymo knows 1: update kymo");
    check(r#"{"results": []}"#, "file.json is no valid run document: missing field `schema`");
    check(r#"{"schema": 1}"#, "file.json is no valid run document: missing field `id`");
    check("", "file.json is no valid run document: EOF");
}

fn keeps_floors_by_machine(place: &Place) {
    let mut store = place.store();
    let floor = |benchmark: Option<&str>, floor: f64| Floor {
        variant: "wasmtime[winch]".to_owned(),
        benchmark: benchmark.map(BenchmarkName::new),
        phase: Phase::Execute,
        metric: Metric::WallTime,
        floor: LogRatio::new(floor),
        sd: LogRatio::new(0.1 + 0.2),
        rounds: 10,
        comparisons: 20,
        flagged: 1,
        calibrated_unix_s: 1_741_083_300,
        schema: 1,
    };
    store.set_floors("m1", &[floor(None, 0.01), floor(Some("basics/fib"), 0.02)]).unwrap();
    store.set_floors("m2", &[floor(None, 0.05)]).unwrap();
    store.set_floors("m1", &[floor(None, 0.03)]).unwrap();
    assert_eq!(store.floors("m1").unwrap(), [floor(None, 0.03), floor(Some("basics/fib"), 0.02)]);
    assert_eq!(store.floors("m3").unwrap(), []);
    let error = store.set_floors("m1", &[floor(None, f64::NAN)]).unwrap_err().to_string();
    assert_eq!(error, "the floor of wasmtime[winch] in execute wall_time is not a finite number");
    assert_eq!(store.floors("m1").unwrap().len(), 2);
}
