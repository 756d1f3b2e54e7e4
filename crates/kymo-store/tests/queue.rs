//! The queue: who comes when, leases that expire and come back, logs, machines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::watch::{JobEnd, JobId, JobReason, JobState, LeaseRequest, MachineState};
use kymo_store::{JobFilter, Leased, NewJob, Refusal, Store, WatchError};
use support::Place;
use support::fleet::{
    LASTS_S, add, beat, commit, console, fleet, granted, lease, measured, policy, report, take, wish,
};

on_both!(
    who_waits_comes_by_priority_then_in_turns_then_by_number,
    the_same_work_waits_once,
    what_the_policy_does_not_allow_is_refused,
    a_lost_answer_is_given_again,
    an_expired_lease_goes_back_and_comes_back,
    a_poisonous_job_stops_with_its_log,
    an_agent_that_was_restarted_goes_on_with_its_job,
    two_agents_with_one_token_do_not_both_get_jobs,
    one_that_runs_is_called_off_by_its_heartbeat,
    a_log_comes_in_pieces_and_some_of_them_twice,
    a_paused_machine_gets_nothing,
    estimates_come_from_what_jobs_took,
    a_clock_that_jumps_keeps_no_lease_for_ever,
    lists_are_filtered_and_paged,
);

fn refusal<T: std::fmt::Debug>(result: Result<T, WatchError>) -> Refusal {
    match result {
        Err(WatchError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn waiting(store: &Store, machine: &str) -> Vec<u64> {
    store.queue(machine, 1000).unwrap().into_iter().map(|job| job.id.0).collect()
}

fn who_waits_comes_by_priority_then_in_turns_then_by_number(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1", "m2"]);
    let mut ids = Vec::new();
    // Ada asks for four, then Bob for two, then a push comes, then a comment.
    for number in 0..4 {
        ids.push(add(&mut store, wish("ada", number, "m1")).0);
    }
    for number in 4..6 {
        ids.push(add(&mut store, wish("bob", number, "m1")).0);
    }
    let with = |reason: JobReason, number| NewJob { reason, priority: reason.priority(), ..wish("git", number, "m1") };
    ids.push(add(&mut store, with(JobReason::Push, 6)).0);
    ids.push(add(&mut store, with(JobReason::Comment, 7)).0);
    let elsewhere = add(&mut store, wish("ada", 0, "m2")).0;
    let order = [ids[7], ids[0], ids[4], ids[1], ids[5], ids[2], ids[3], ids[6]];
    assert_eq!(waiting(&store, "m1"), order);
    assert_eq!(waiting(&store, "m2"), [elsewhere]);
    let ahead: Vec<_> = store.queue("m1", 3).unwrap().iter().map(|job| job.ahead).collect();
    assert_eq!(ahead, [Some(0), Some(1), Some(2)]);
    for id in &order[..4] {
        let got = take(&mut store, "m1", "s");
        assert_eq!(got.order.job.0, *id);
        assert_eq!((got.order.tier.as_str(), got.order.attempt), ("full", 1));
        store.end_job("m1", &got.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap().unwrap();
    }
    // Eve comes late: she does not overtake all, and does not stand behind all.
    let eve = add(&mut store, wish("eve", 8, "m1")).0;
    assert_eq!(waiting(&store, "m1"), [ids[5], eve, ids[2], ids[3], ids[6]].map(|id| id).to_vec());
    store.set_priority(&console(), JobId(ids[6]), 41).unwrap();
    assert_eq!(waiting(&store, "m1")[0], ids[6]);
}

fn the_same_work_waits_once(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1", "m2"]);
    let jobs = [wish("ada", 1, "m1"), wish("bob", 1, "m1"), wish("ada", 1, "m2"), wish("ada", 2, "m1")];
    let ids = store.add_jobs(&console(), &jobs).unwrap();
    assert!(ids[0] == ids[1] && ids[0] != ids[2] && ids[2] != ids[3]);
    assert_eq!(store.add_jobs(&console(), &jobs).unwrap(), ids);
    assert_eq!(waiting(&store, "m1").len(), 2);
    let got = take(&mut store, "m1", "s");
    assert_eq!(add(&mut store, wish("bob", 1, "m1")), got.order.job, "also while it runs");
    store.end_job("m1", &got.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap().unwrap();
    let again = add(&mut store, wish("bob", 1, "m1"));
    assert_ne!(again, got.order.job);
    assert!(refusal(store.retry_job(&console(), got.order.job)).to_string().contains(&again.to_string()));
}

fn what_the_policy_does_not_allow_is_refused(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1", "m2"]);
    let mut narrow = policy("demo", &["m1"]);
    narrow.queued_max = 2;
    store.set_policy(&console(), &narrow).unwrap();
    assert_eq!(store.policy(&narrow.project).unwrap(), Some(narrow.clone()));
    let three = [wish("ada", 1, "m1"), wish("ada", 2, "m1"), wish("ada", 3, "m1")];
    assert!(matches!(refusal(store.add_jobs(&console(), &three)), Refusal::NotNow { .. }));
    assert_eq!(waiting(&store, "m1"), [0_u64; 0], "all or none");
    store.add_jobs(&console(), &three[..2]).unwrap();
    assert!(matches!(refusal(store.add_jobs(&console(), &three[2..])), Refusal::NotNow { .. }));
    assert_eq!(store.add_jobs(&console(), &three[..2]).unwrap().len(), 2, "what waits already needs no room");
    for (bad, what) in [
        (wish("ada", 1, "m2"), "the machine"),
        (NewJob { tier: "../x".to_owned(), ..wish("ada", 1, "m1") }, "the name of a tier"),
        (NewJob { title: "a\u{1b}[2J".to_owned(), ..wish("ada", 1, "m1") }, "the title of a commit"),
    ] {
        let refused = refusal(store.add_jobs(&console(), std::slice::from_ref(&bad)));
        assert!(matches!(refused, Refusal::Invalid { what: named, .. } if named == what), "{refused}");
    }
    let unknown = NewJob { project: "other".parse().unwrap(), ..wish("ada", 1, "m1") };
    assert!(matches!(refusal(store.add_jobs(&console(), &[unknown])), Refusal::NoSuch { .. }));
    for (remote, branch, attempts) in
        [("-u x", "main", 3), ("ext::sh", "main", 3), ("https://x", "--all", 3), ("https://x", "main", 0)]
    {
        let mut bad = policy("demo", &["m1"]);
        (bad.remote, bad.branch, bad.attempts_max) = (remote.to_owned(), branch.to_owned(), attempts);
        assert!(matches!(refusal(store.set_policy(&console(), &bad)), Refusal::Invalid { .. }), "{bad:?}");
    }
    assert!(matches!(
        refusal(store.lease("m9", &LeaseRequest { report: report("s"), wait_s: 0, resume: None }, LASTS_S)),
        Refusal::NoSuch { what: "machine", .. }
    ));
}

fn a_lost_answer_is_given_again(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1"]);
    assert_eq!(lease(&mut store, "m1", "s", None), Leased::Nothing);
    add(&mut store, wish("ada", 1, "m1"));
    add(&mut store, wish("ada", 2, "m1"));
    assert_eq!(store.waiting_machines().unwrap(), ["m1"]);
    let first = take(&mut store, "m1", "s");
    assert_eq!(store.waiting_machines().unwrap(), [""; 0]);
    hand.forward_s(10);
    assert_eq!(take(&mut store, "m1", "s"), first);
    // Also when nobody has come for so long that the lease is over, and nobody has seen to that.
    hand.forward_s(200);
    assert_eq!(take(&mut store, "m1", "s"), first);
    let request = measured(&[]);
    let answer = store.end_job("m1", &first.lease, &request, &JobEnd::Measured, &[]).unwrap().unwrap();
    assert_eq!(store.end_job("m1", &first.lease, &request, &JobEnd::Measured, &[]).unwrap(), Some(answer));
    assert_eq!(store.holder("m1", &first.lease).unwrap().unwrap().job, first.order.job);
    let mut other = measured(&[]);
    other.end = JobEnd::Cancelled;
    assert_eq!(store.end_job("m1", &first.lease, &other, &JobEnd::Cancelled, &[]).unwrap(), None);
    assert_eq!(store.heartbeat("m1", &first.lease, &beat("s", None), LASTS_S).unwrap(), None);
    assert_eq!(store.job(first.order.job).unwrap().unwrap().attempts, 1);
}

fn an_expired_lease_goes_back_and_comes_back(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1", "m2"]);
    add(&mut store, wish("ada", 1, "m1"));
    add(&mut store, wish("ada", 2, "m1"));
    let first = take(&mut store, "m1", "s");
    hand.forward_s(u64::from(LASTS_S) - 1);
    assert_eq!(store.expire_leases().unwrap(), 0);
    assert_eq!(store.heartbeat("m2", &first.lease, &beat("s", None), LASTS_S).unwrap(), None, "another machine's");
    assert!(store.heartbeat("m1", &first.lease, &beat("s", None), LASTS_S).unwrap().is_some());
    hand.forward_s(u64::from(LASTS_S));
    assert_eq!(store.expire_leases().unwrap(), 1);
    assert_eq!(store.expire_leases().unwrap(), 0);
    assert_eq!(store.queue("m1", 1).unwrap()[0].state, JobState::Queued);
    assert_eq!(waiting(&store, "m1")[0], first.order.job.0, "at its old place");
    // The agent was only cut off: nobody else has the job, and it goes on.
    let answer = store.heartbeat("m1", &first.lease, &beat("s", None), LASTS_S).unwrap().unwrap();
    assert!(!answer.cancelled);
    assert_eq!(store.job(first.order.job).unwrap().unwrap().state, JobState::Running);
    hand.forward_s(u64::from(LASTS_S));
    store.expire_leases().unwrap();
    // Another one gets it: now the first lease is gone for good.
    let second = take(&mut store, "m1", "t");
    assert_eq!((second.order.job, second.order.attempt), (first.order.job, 2));
    assert_ne!(second.lease, first.lease);
    assert_eq!(store.heartbeat("m1", &first.lease, &beat("s", None), LASTS_S).unwrap(), None);
    assert_eq!(store.holder("m1", &first.lease).unwrap(), None);
    assert_eq!(store.end_job("m1", &first.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap(), None);
    assert_eq!(store.heartbeat("m1", &second.lease, &beat("s", None), LASTS_S).unwrap(), None, "another session's");
    assert!(store.heartbeat("m1", &second.lease, &beat("t", None), LASTS_S).unwrap().is_some());
}

fn a_poisonous_job_stops_with_its_log(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1"]);
    let poison = add(&mut store, wish("ada", 1, "m1"));
    let next = add(&mut store, wish("ada", 2, "m1"));
    let mut last = None;
    for attempt in 1..=3 {
        let got = take(&mut store, "m1", &format!("s{attempt}"));
        assert_eq!((got.order.job, got.order.attempt), (poison, attempt));
        let beat = beat(&format!("s{attempt}"), Some((0, "building\n")));
        store.heartbeat("m1", &got.lease, &beat, LASTS_S).unwrap().unwrap();
        hand.forward_s(u64::from(LASTS_S));
        store.expire_leases().unwrap();
        last = Some(got);
    }
    let job = store.job(poison).unwrap().unwrap();
    assert_eq!((job.state, job.end, job.attempts), (JobState::Failed, Some(JobEnd::Lost), 3));
    let log = store.job_log(poison, 0, 1000).unwrap().unwrap();
    assert_eq!(log.text, "building\n\n[try 2 on m1]\nbuilding\n\n[try 3 on m1]\nbuilding\n");
    assert_eq!(store.audit(0, 1000).unwrap().last().unwrap().actor, "server");
    let got = take(&mut store, "m1", "s4");
    assert_eq!(got.order.job, next, "the next is not held up");
    // An ended job never runs; but what its last agent measured, cut off as it was, counts.
    let last = last.unwrap();
    assert_eq!(store.heartbeat("m1", &last.lease, &beat("s3", None), LASTS_S).unwrap(), None);
    store.end_job("m1", &last.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap().unwrap();
    assert_eq!(store.job(poison).unwrap().unwrap().state, JobState::Finished);
    let retried = store.retry_job(&console(), poison).unwrap();
    assert_eq!((retried.state, retried.attempts, retried.end), (JobState::Queued, 0, None));
}

fn an_agent_that_was_restarted_goes_on_with_its_job(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1"]);
    add(&mut store, wish("ada", 1, "m1"));
    let first = take(&mut store, "m1", "s");
    store.heartbeat("m1", &first.lease, &beat("s", Some((0, "one\n"))), LASTS_S).unwrap().unwrap();
    hand.forward_s(5);
    // It knows the lease, so it need not wait until the old session is forgotten.
    let known = || Some((first.order.job, first.lease.clone()));
    let second = granted(lease(&mut store, "m1", "t", known()));
    assert_eq!((second.order.job, second.order.attempt), (first.order.job, 1));
    assert_ne!(second.lease, first.lease);
    assert_eq!(store.heartbeat("m1", &first.lease, &beat("s", None), LASTS_S).unwrap(), None);
    assert_eq!(lease(&mut store, "m1", "s", known()), Leased::OtherSession, "the old lease shows nothing any more");
    let answer = store.heartbeat("m1", &second.lease, &beat("t", Some((0, "one\ntwo\n"))), LASTS_S).unwrap().unwrap();
    assert_eq!(answer.log_offset, 8);
    // The answer was lost: the same request again.
    assert_eq!(granted(lease(&mut store, "m1", "t", known())), second);
    // After the lease expired, too.
    hand.forward_s(500);
    store.expire_leases().unwrap();
    let third = granted(lease(&mut store, "m1", "u", Some((second.order.job, second.lease.clone()))));
    assert_eq!((third.order.job, third.order.attempt), (first.order.job, 1));
    assert_eq!(store.job_log(first.order.job, 0, 100).unwrap().unwrap().text, "one\ntwo\n");
    // What has ended is not given back.
    store.end_job("m1", &third.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap().unwrap();
    assert_eq!(lease(&mut store, "m1", "u", Some((third.order.job, third.lease))), Leased::Nothing);
}

fn two_agents_with_one_token_do_not_both_get_jobs(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1"]);
    add(&mut store, wish("ada", 1, "m1"));
    add(&mut store, wish("ada", 2, "m1"));
    let one = take(&mut store, "m1", "s");
    assert_eq!(lease(&mut store, "m1", "t", None), Leased::OtherSession);
    store.end_job("m1", &one.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap().unwrap();
    hand.forward_s(30);
    assert_eq!(lease(&mut store, "m1", "t", None), Leased::OtherSession, "the first was heard of lately");
    let two = take(&mut store, "m1", "s");
    let guess = (two.order.job, one.lease);
    assert_eq!(lease(&mut store, "m1", "t", Some(guess)), Leased::OtherSession, "another job's lease shows nothing");
    hand.forward_s(u64::from(LASTS_S));
    // The first is silent. Nobody has put its job back yet, and the second one gets it.
    let taken = take(&mut store, "m1", "t");
    assert_eq!((taken.order.job, taken.order.attempt), (two.order.job, 2));
    assert_eq!(store.heartbeat("m1", &two.lease, &beat("s", None), LASTS_S).unwrap(), None);
    assert_eq!(lease(&mut store, "m1", "s", None), Leased::OtherSession);
}

fn one_that_runs_is_called_off_by_its_heartbeat(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1"]);
    let running = add(&mut store, wish("ada", 1, "m1"));
    let waits = add(&mut store, wish("ada", 2, "m1"));
    let lost = add(&mut store, wish("ada", 3, "m1"));
    let got = take(&mut store, "m1", "s");
    assert_eq!(store.cancel_job(&console(), waits).unwrap().state, JobState::Cancelled);
    assert!(matches!(refusal(store.cancel_job(&console(), waits)), Refusal::NotNow { .. }));
    assert!(!store.heartbeat("m1", &got.lease, &beat("s", None), LASTS_S).unwrap().unwrap().cancelled);
    assert_eq!(store.cancel_job(&console(), running).unwrap().state, JobState::Running);
    assert!(store.heartbeat("m1", &got.lease, &beat("s", None), LASTS_S).unwrap().unwrap().cancelled);
    let mut request = measured(&[]);
    request.end = JobEnd::Cancelled;
    store.end_job("m1", &got.lease, &request, &JobEnd::Cancelled, &[]).unwrap().unwrap();
    assert_eq!(store.job(running).unwrap().unwrap().state, JobState::Cancelled);
    // One whose agent is gone is over, and is not tried again.
    take(&mut store, "m1", "s");
    store.cancel_job(&console(), lost).unwrap();
    hand.forward_s(u64::from(LASTS_S));
    store.expire_leases().unwrap();
    assert_eq!(store.job(lost).unwrap().unwrap().end, Some(JobEnd::Cancelled));
    assert_eq!(lease(&mut store, "m1", "s", None), Leased::Nothing);
    assert!(matches!(refusal(store.cancel_job(&console(), JobId(999))), Refusal::NoSuch { .. }));
}

fn a_log_comes_in_pieces_and_some_of_them_twice(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1"]);
    let id = add(&mut store, wish("ada", 1, "m1"));
    let got = take(&mut store, "m1", "s");
    let mut send = |offset, text: &str| {
        let answer = store.heartbeat("m1", &got.lease, &beat("s", Some((offset, text))), LASTS_S);
        answer.map(|answer| answer.unwrap().log_offset)
    };
    assert_eq!(send(0, "grün ").unwrap(), 6);
    assert_eq!(send(0, "grün ").unwrap(), 6, "again");
    assert_eq!(send(2, "ün und blau").unwrap(), 14, "in part");
    assert_eq!(send(20, "behind a gap").unwrap(), 14);
    assert!(matches!(refusal(send(14, &"x".repeat(65_537))), Refusal::Invalid { .. }));
    assert!(matches!(refusal(send(13, "ü cut")), Refusal::Invalid { .. }));
    // What does something to a terminal, or cannot be kept, is shown as what it is not.
    assert_eq!(send(14, "\u{1b}[2J\0\n").unwrap(), 20);
    let log = store.job_log(id, 0, 1000).unwrap().unwrap();
    assert_eq!(log.text, "grün und blau\u{fffd}[2J\u{fffd}\n");
    assert_eq!(log.total_bytes, log.text.len() as u64);
    let piece = store.job_log(id, 3, 6).unwrap().unwrap();
    assert_eq!((piece.offset, piece.text.as_str()), (4, "n und"), "whole characters");
    let end = store.job_log(id, 5000, 6).unwrap().unwrap();
    assert_eq!((end.offset, end.text.as_str()), (log.total_bytes, ""));
    assert_eq!(store.job_log(JobId(99), 0, 10).unwrap(), None);
}

fn a_paused_machine_gets_nothing(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1", "m2"]);
    let id = add(&mut store, wish("ada", 1, "m1"));
    let view = |store: &Store| store.machines().unwrap().remove(0);
    assert_eq!((view(&store).state, view(&store).queued), (MachineState::New, 1));
    let mut sick = report("s");
    sick.paused_because = vec!["the governor is powersave".to_owned()];
    let wish = LeaseRequest { report: sick, wait_s: 0, resume: None };
    assert_eq!(store.lease("m1", &wish, LASTS_S).unwrap(), Leased::Paused);
    assert_eq!(view(&store).state, MachineState::Paused);
    assert_eq!(store.waiting_machines().unwrap(), [""; 0]);
    store.pause_machine(&console(), "m1", Some("new kernel")).unwrap();
    assert_eq!(lease(&mut store, "m1", "s", None), Leased::Paused);
    assert_eq!(view(&store).paused_by_operator.as_deref(), Some("new kernel"));
    store.pause_machine(&console(), "m1", None).unwrap();
    let got = take(&mut store, "m1", "s");
    let running = view(&store);
    assert_eq!((running.state, running.job, running.queued), (MachineState::Running, Some(id), 0));
    assert_eq!(running.report.unwrap(), report("s"));
    // A job that was begun is gone on with.
    store.pause_machine(&console(), "m1", Some("later")).unwrap();
    assert_eq!(granted(lease(&mut store, "m1", "t", Some((id, got.lease)))).order.job, id);
    hand.forward_s(61);
    assert_eq!(view(&store).state, MachineState::Silent);
    assert!(matches!(refusal(store.pause_machine(&console(), "m9", None)), Refusal::NoSuch { .. }));
    assert!(matches!(refusal(store.pause_machine(&console(), "m1", Some(" "))), Refusal::Invalid { .. }));
}

fn estimates_come_from_what_jobs_took(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1"]);
    let first = add(&mut store, wish("ada", 0, "m1"));
    let guess = store.job(first).unwrap().unwrap().estimate.unwrap();
    assert_eq!((guess.starts_in.get(), guess.takes.get(), guess.from_jobs, guess.off_by), (0.0, 0.0, 0, None));
    // Twelve jobs of 50, 60 … 160 s; heartbeats keep them.
    for number in 0..12 {
        add(&mut store, wish("ada", number, "m1"));
        let got = take(&mut store, "m1", "s");
        for _ in 0..5 + number {
            hand.forward_s(10);
            store.heartbeat("m1", &got.lease, &beat("s", None), LASTS_S).unwrap().unwrap();
        }
        store.end_job("m1", &got.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap().unwrap();
    }
    let [running, next, after] = [20, 21, 22].map(|number| add(&mut store, wish("ada", number, "m1")));
    let got = take(&mut store, "m1", "s");
    hand.forward_s(25);
    let of = |id| {
        let job = store.job(id).unwrap().unwrap();
        let estimate = job.estimate.unwrap();
        (job.ahead, estimate.starts_in.get(), estimate.takes.get(), estimate.from_jobs)
    };
    // The median of 50 to 160 is 105.
    assert_eq!(of(running), (None, 0.0, 105.0, 12));
    assert_eq!(of(next), (Some(1), 80.0, 105.0, 12));
    assert_eq!(of(after), (Some(2), 185.0, 105.0, 12));
    // Estimated at their start: nothing, 50, 55, 60 … 100, against 50, 60 … 160.
    let off_by = store.job(next).unwrap().unwrap().estimate.unwrap().off_by.unwrap().get();
    assert!((off_by - 150.0 / 95.0).abs() < 1e-9, "{off_by}");
    // Another tier has no past of its own: all of the machine's jobs are its past.
    let other = add(&mut store, NewJob { tier: "smoke".to_owned(), ..wish("ada", 20, "m1") });
    assert_eq!(store.job(other).unwrap().unwrap().estimate.unwrap().takes.get(), 105.0);
    store.end_job("m1", &got.lease, &measured(&[]), &JobEnd::Measured, &[]).unwrap().unwrap();
    assert_eq!(store.job(running).unwrap().unwrap().estimate, None);
}

fn a_clock_that_jumps_keeps_no_lease_for_ever(place: &Place) {
    let (mut store, hand) = fleet(place, &["m1"]);
    let id = add(&mut store, wish("ada", 1, "m1"));
    take(&mut store, "m1", "s");
    // A year back: the lease would last a year.
    hand.back_s(365 * 86_400);
    assert_eq!(store.expire_leases().unwrap(), 0);
    assert_eq!(lease(&mut store, "m1", "t", None), Leased::OtherSession);
    hand.forward_s(u64::from(LASTS_S));
    assert_eq!(store.expire_leases().unwrap(), 1);
    let got = take(&mut store, "m1", "t");
    assert_eq!(got.order.job, id);
    // A year ahead: it is over at once, and its agent, who is well, has it back.
    hand.forward_s(365 * 86_400);
    assert_eq!(store.expire_leases().unwrap(), 1);
    assert!(store.heartbeat("m1", &got.lease, &beat("t", None), LASTS_S).unwrap().is_some());
    assert_eq!(store.job(id).unwrap().unwrap().state, JobState::Running);
}

fn lists_are_filtered_and_paged(place: &Place) {
    let (mut store, _hand) = fleet(place, &["m1", "m2"]);
    for number in 0..5 {
        add(&mut store, wish("ada", number, "m1"));
        add(&mut store, wish("ada", number, "m2"));
    }
    take(&mut store, "m1", "s");
    let list = |filter: &JobFilter, before: Option<u64>, limit| -> Vec<u64> {
        store.jobs(filter, before.map(JobId), limit).unwrap().into_iter().map(|job| job.id.0).collect()
    };
    let all = JobFilter::default();
    assert_eq!(list(&all, None, 4), [10, 9, 8, 7]);
    assert_eq!(list(&all, Some(7), 4), [6, 5, 4, 3]);
    assert_eq!(list(&JobFilter { machine: Some("m2".to_owned()), ..all.clone() }, None, 9), [10, 8, 6, 4, 2]);
    assert_eq!(list(&JobFilter { state: Some(JobState::Running), ..all.clone() }, None, 9), [1]);
    assert_eq!(list(&JobFilter { commit: Some(commit(3)), ..all.clone() }, None, 9), [8, 7]);
    let narrow = JobFilter {
        project: Some("demo".parse().unwrap()),
        state: Some(JobState::Queued),
        machine: Some("m1".to_owned()),
        commit: Some(commit(3)),
    };
    assert_eq!(list(&narrow, None, 9), [7]);
    assert_eq!(list(&JobFilter { project: Some("other".parse().unwrap()), ..all }, None, 9), [0_u64; 0]);
}
