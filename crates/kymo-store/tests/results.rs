//! What agents bring: uploads in pieces, and results on their way into the record.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::watch::{EndRequest, EnvironmentDigest, JobEnd, JobId, JobState, LogPiece, RegressionRule};
use kymo_model::{Commit, Filing, Metric, Phase, Ratio, RunId, RunState};
use kymo_store::{Context, FiledResult, Measured, NewPoint, PointValue, Put, Refusal, SeriesKey, Store, WatchError};
use sha2::{Digest, Sha256};
use support::Place;
use support::fleet::{add, commit, fleet, measured, result, take, whole_run, wish};

on_both!(
    an_upload_goes_on_where_it_is,
    uploads_have_limits,
    results_are_filed_where_the_job_belongs,
    an_end_that_comes_again_files_nothing_again,
    what_may_not_be_filed_rejects_the_job_and_files_nothing,
    what_was_measured_before_a_failure_counts,
);

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, WatchError>) -> Refusal {
    match result {
        Err(WatchError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn taken(put: Put) -> (u64, bool) {
    match put {
        Put::Taken(state) => (state.offset, state.complete),
        Put::Elsewhere(state) => panic!("it is at {}", state.offset),
    }
}

fn an_upload_goes_on_where_it_is(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1", "m2"]);
    let all = noise(1, 100_000);
    let (name, size) = (hex(&all), all.len() as u64);
    let mut put = |from: usize, to: usize| store.put_upload("m1", &name, from as u64, size, &all[from..to]).unwrap();
    assert_eq!(taken(put(0, 40_000)), (40_000, false));
    // The answer was lost, or another piece was: it is told where to go on, and nothing is kept twice.
    for wrong in [0, 20_000, 60_000] {
        let Put::Elsewhere(state) = put(wrong, wrong + 40_000) else { panic!("taken at {wrong}") };
        assert_eq!((state.offset, state.complete), (40_000, false));
    }
    assert_eq!(taken(put(40_000, 80_000)), (80_000, false));
    assert_eq!(store.upload("m1", &name).unwrap(), None);
    let mut put = |from: usize, to: usize| store.put_upload("m1", &name, from as u64, size, &all[from..to]).unwrap();
    assert_eq!(taken(put(80_000, 100_000)), (size, true));
    assert!(matches!(put(80_000, 100_000), Put::Elsewhere(state) if state.complete));
    assert_eq!(store.upload("m1", &name).unwrap().as_ref(), Some(&all));
    assert_eq!(store.upload_state("m2", &name).unwrap().offset, 0, "each machine has its own");
    assert_eq!(store.upload("m2", &name).unwrap(), None);
    // Nobody comes for it.
    hand.forward_s(7 * 86_400 - 1);
    store.expire_leases().unwrap();
    assert!(store.upload_state("m1", &name).unwrap().complete);
    hand.forward_s(2);
    store.expire_leases().unwrap();
    assert_eq!(store.upload_state("m1", &name).unwrap().offset, 0);
    assert_eq!(place.sql("SELECT count(*) FROM upload_chunk"), "0\n");
}

fn uploads_have_limits(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1", "m2"]);
    let piece = noise(1, 20_000);
    let name = hex(&piece);
    let upper = name.to_uppercase();
    for (name, offset, size, bytes) in [
        ("../../etc/passwd", 0, 20_000, &piece[..]),
        (&name[..63], 0, 20_000, &piece),
        (upper.as_str(), 0, 20_000, &piece),
        (&name, 0, 0, &[]),
        (&name, 0, (64 << 20) + 1, &piece),
        (&name, 0, 19_999, &piece),
        (&name, u64::MAX, 20_000, &piece),
        (&name, 0, 20_000, &piece[..100]),
    ] {
        let refused = refusal(store.put_upload("m1", name, offset, size, bytes));
        assert!(matches!(refused, Refusal::Invalid { what: "an upload", .. }), "{name} {offset} {size}: {refused}");
    }
    assert!(matches!(refusal(store.put_upload("m9", &name, 0, 20_000, &piece)), Refusal::NoSuch { .. }));
    // Other bytes than were named: nothing of them stays, and the right ones can come.
    let wrong = noise(2, 20_000);
    assert!(refusal(store.put_upload("m1", &name, 0, 20_000, &wrong)).to_string().contains("SHA-256"));
    assert_eq!(store.upload_state("m1", &name).unwrap().offset, 0);
    taken(store.put_upload("m1", &name, 0, 20_000, &piece).unwrap());
    let names: Vec<String> = (0..17_u32).map(|number| hex(&number.to_le_bytes())).collect();
    for name in &names[..16] {
        taken(store.put_upload("m1", name, 0, 50_000, &piece).unwrap());
    }
    assert!(matches!(refusal(store.put_upload("m1", &names[16], 0, 50_000, &piece)), Refusal::NotNow { .. }));
    taken(store.put_upload("m2", &names[16], 0, 50_000, &piece).unwrap());
    let other_size = refusal(store.put_upload("m1", &names[0], 20_000, 60_000, &piece));
    assert!(other_size.to_string().contains("50000"), "{other_size}");
}

fn point(value: f64) -> NewPoint {
    NewPoint {
        series: SeriesKey {
            benchmark: "suite/one".to_owned(),
            phase: Phase::Execute,
            metric: Metric::WallTime,
            variant: "engine".to_owned(),
            relative_to: String::new(),
            canary: false,
        },
        value: PointValue::Measured(Measured { value, interval: None, invocations: 3 }),
        context: Context { fingerprint: "made up".to_owned(), module: "aa".to_owned(), ..Context::default() },
    }
}

fn results_are_filed_where_the_job_belongs(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1"]);
    let id = add(&mut store, wish("ada", 7, "m1"));
    let got = take(&mut store, "m1", "s");
    let bytes = noise(1, 1000);
    let name = hex(&bytes);
    taken(store.put_upload("m1", &name, 0, 1000, &bytes).unwrap());
    let request = EndRequest {
        commit: Some(Commit { title: "the title".to_owned(), ..Commit::unknown(commit(7)) }),
        environment: Some(EnvironmentDigest("sha256:0123456789abcdef0123".to_owned())),
        regression: Some(RegressionRule { least: Some(Ratio::new(0.05)), ..RegressionRule::default() }),
        log: Some(LogPiece { offset: 0, text: "done\n".to_owned() }),
        ..measured(&[&name])
    };
    let run = whole_run("r1");
    assert_eq!(run.state, RunState::Finished);
    assert_ne!(run.machine.name, "m1");
    let results = [FiledResult { run: run.clone(), points: vec![point(1.5)] }];
    let answer = store.end_job("m1", &got.lease, &request, &JobEnd::Measured, &results).unwrap().unwrap();
    assert_eq!((answer.runs, answer.end), (vec![RunId::new("r1")], JobEnd::Measured));
    let job = store.job(id).unwrap().unwrap();
    assert_eq!((job.state, job.runs, job.environment), (JobState::Finished, vec![run.id.clone()], request.environment));
    // The document is as it came; where it stands is the job's and the machine's word.
    assert_eq!(store.load(&run.id).unwrap(), run);
    let filed = store.filings_after(0).unwrap().remove(0);
    assert_eq!((filed.commit.as_str(), filed.machine.as_str()), (commit(7).as_str(), "m1"));
    assert_eq!(filed.fingerprint, "f00d+0123456789ab");
    let series = store.series().unwrap().remove(0);
    assert_eq!(series.machine, "m1");
    let contexts: Vec<_> = store.contexts().unwrap().into_values().collect();
    assert_eq!((contexts.len(), contexts[0].fingerprint.as_str()), (1, "f00d+0123456789ab"));
    let project = store.project(&"demo".parse().unwrap()).unwrap().unwrap();
    assert_eq!(store.find_commits(project.key, commit(7).as_str(), 1).unwrap()[0].commit.title, "the title");
    // What it says of regressions counts as soon as it stands on the main line.
    let rule = |store: &Store| store.regression_rule(&"demo".parse().unwrap()).unwrap();
    assert_eq!(rule(&store), None);
    store.set_line(project.key, &[Commit::unknown(commit(7))]).unwrap();
    assert_eq!(rule(&store), request.regression);
    let report = store.verify(None).unwrap();
    assert_eq!((report.intact, report.faults.len(), report.unlinked.len()), (1, 0, 0));
    assert!(!store.upload_state("m1", &name).unwrap().complete, "it is in the record, and gone here");
    assert_eq!(store.job_log(id, 0, 100).unwrap().unwrap().text, "done\n");
    let entry = store.audit(0, 100).unwrap().pop().unwrap();
    assert_eq!((entry.actor.as_str(), entry.action.as_str()), ("machine:m1", "job.end"));
}

fn an_end_that_comes_again_files_nothing_again(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1"]);
    add(&mut store, wish("ada", 7, "m1"));
    let got = take(&mut store, "m1", "s");
    let (request, results) = (measured(&[]), [result("r1"), result("r2")]);
    let mut end = |results: &[FiledResult]| store.end_job("m1", &got.lease, &request, &JobEnd::Measured, results);
    let answer = end(&results).unwrap().unwrap();
    assert_eq!(answer.runs.len(), 2);
    for again in [&results[..], &results[..1], &[], &[result("r3")]] {
        assert_eq!(end(again).unwrap().unwrap(), answer);
    }
    assert_eq!(store.list().unwrap().len(), 2);
    assert_eq!(store.filings_after(0).unwrap().len(), 2);
}

/// Ends a new job with these results; the job as it is then.
fn ended(store: &mut Store, number: usize, request: &EndRequest, results: &[FiledResult]) -> (JobId, JobEnd, usize) {
    let id = add(store, wish("ada", number, "m1"));
    let got = take(store, "m1", "s");
    assert_eq!(got.order.job, id);
    let answer = store.end_job("m1", &got.lease, request, &JobEnd::Measured, results).unwrap().unwrap();
    let again = store.end_job("m1", &got.lease, request, &JobEnd::Measured, results).unwrap().unwrap();
    assert_eq!(again, answer);
    let job = store.job(id).unwrap().unwrap();
    assert_eq!(job.end.as_ref(), Some(&answer.end));
    assert_eq!(job.runs, answer.runs);
    (id, answer.end, answer.runs.len())
}

fn what_may_not_be_filed_rejects_the_job_and_files_nothing(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1"]);
    let (first, end, runs) = ended(&mut store, 1, &measured(&[]), &[result("r1")]);
    assert_eq!((end, runs), (JobEnd::Measured, 1));
    let altered = |id: &str| {
        let mut one = result(id);
        one.run.notes.push("another".to_owned());
        one
    };
    let elsewhere = |project: &str, number: usize| {
        let mut one = result("r3");
        let commit = Commit::unknown(commit(number));
        one.run.filed = Some(Filing { project: project.parse().unwrap(), commit, canary: None, anchors: Vec::new() });
        one
    };
    let mut broken = result("r3");
    broken.run.invocations = vec![support::invocation(0), support::invocation(0)];
    let foreign = EndRequest { commit: Some(Commit::unknown(commit(99))), ..measured(&[]) };
    let plain = measured(&[]);
    let cases = [
        (&plain, vec![result("r2"), altered("r1")], "from job"),
        (&plain, vec![result("r2"), result("r1")], "from job"),
        (&plain, vec![result("r2"), altered("r2")], "with other contents"),
        (&plain, vec![result("r2"), elsewhere("other", 4)], "says that it is of"),
        (&plain, vec![result("r2"), elsewhere("demo", 99)], "says that it is of"),
        (&plain, vec![result("r2"), broken], "sequence number"),
        (&foreign, vec![result("r2")], "is of commit"),
    ];
    for (index, (request, results, why)) in cases.iter().enumerate() {
        let (id, end, runs) = ended(&mut store, index + 2, request, results);
        let JobEnd::Rejected { message } = end else { panic!("{end:?}") };
        assert!(message.contains(why) && runs == 0, "{message}");
        assert_eq!(store.job(id).unwrap().unwrap().state, JobState::Failed);
        assert_eq!(store.list().unwrap().len(), 1, "nothing of a rejected job is kept");
    }
    // A run that somebody put into the store by hand, with other contents.
    let mut other = support::empty_run("r2");
    other.notes.push("by hand".to_owned());
    store.insert(&other).unwrap();
    let (_, end, _) = ended(&mut store, 50, &plain, &[result("r2")]);
    assert!(matches!(end, JobEnd::Rejected { message } if message.contains("with other contents")));
    let report = store.verify(None).unwrap();
    assert_eq!((report.intact, report.faults.len()), (2, 0));
    assert_eq!(store.job(first).unwrap().unwrap().runs.len(), 1);
}

fn what_was_measured_before_a_failure_counts(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1"]);
    let id = add(&mut store, wish("ada", 1, "m1"));
    let got = take(&mut store, "m1", "s");
    let end = JobEnd::TimedOut { step: kymo_model::watch::Step::Measure };
    let request = EndRequest { end: end.clone(), ..measured(&[]) };
    store.end_job("m1", &got.lease, &request, &end, &[result("r1")]).unwrap().unwrap();
    let job = store.job(id).unwrap().unwrap();
    assert_eq!((job.state, job.end, job.runs.len()), (JobState::Failed, Some(end), 1));
    assert_eq!(store.filings_after(0).unwrap().len(), 1);
    // Tried again, the same results may come again, and are there once.
    store.retry_job(&support::fleet::console(), id).unwrap();
    let again = take(&mut store, "m1", "s");
    assert_eq!(store.end_job("m1", &got.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap(), None);
    let results = [result("r1"), result("r2")];
    store.end_job("m1", &again.lease, &measured(&[]), &JobEnd::Measured, &results).unwrap().unwrap();
    let job = store.job(id).unwrap().unwrap();
    assert_eq!((job.state, job.runs.len()), (JobState::Finished, 2));
    assert_eq!(job.ended_unix_s, Some(hand.now_ms() / 1000));
    assert_eq!(store.filings_after(0).unwrap().len(), 2);
}
