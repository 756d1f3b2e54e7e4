//! A back-up has the watch in it: from either database into either, and the queue goes on where it was.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::watch::{JobEnd, JobState, Role, Scope};
use kymo_store::{JobFilter, Store, StoreAddress};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use support::Place;
use support::fleet::{LASTS_S, add, beat, console, fleet, measured, result, take, wish};

/// All that the watch shows, as text.
fn everything(store: &Store) -> String {
    format!(
        "{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}",
        store.accounts().unwrap(),
        store.tokens().unwrap(),
        store.policies().unwrap(),
        store.machines().unwrap(),
        store.jobs(&JobFilter::default(), None, 100).unwrap(),
        store.audit(0, 100).unwrap(),
        store.verify_audit().unwrap(),
    )
}

fn goes_from_to(from: &Place, to: &Place) {
    let (mut source, hand) = fleet(from, &["m1", "m2"]);
    source.add_account(&console(), "ada", Role::Admin, Some("github:1")).unwrap();
    let token = source.add_token(&console(), &Scope::Account("ada".to_owned()), "", None).unwrap();
    let session = source.add_session("ada", 1000).unwrap();
    for number in 0..3 {
        add(&mut source, wish("ada", number, "m1"));
    }
    let done = take(&mut source, "m1", "s");
    let request = measured(&[]);
    let answer = source.end_job("m1", &done.lease, &request, &JobEnd::Measured, &[result("r1")]).unwrap();
    let running = take(&mut source, "m1", "s");
    source.heartbeat("m1", &running.lease, &beat("s", Some((0, "builds\n"))), LASTS_S).unwrap().unwrap();
    let bytes = vec![7; 50_000];
    let name: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    source.put_upload("m1", &name, 0, 50_000, &bytes[..20_000]).unwrap();
    let before = everything(&source);
    let mut file = Vec::new();
    source.back_up("file", "kymo of the test", &mut file).unwrap();
    to.store().restore("file", &mut Cursor::new(&file), false).unwrap();

    let mut target = hand.store(to);
    assert_eq!(everything(&target), before);
    assert!(target.authenticate(&token.secret).unwrap().is_some());
    assert!(target.session(&session.secret).unwrap().is_some());
    // Everybody goes on as if nothing had been.
    assert_eq!(target.end_job("m1", &done.lease, &request, &JobEnd::Measured, &[]).unwrap(), answer);
    let log = target.heartbeat("m1", &running.lease, &beat("s", Some((7, "measures\n"))), LASTS_S).unwrap().unwrap();
    assert_eq!(log.log_offset, 16);
    assert_eq!(target.job_log(running.order.job, 0, 100).unwrap().unwrap().text, "builds\nmeasures\n");
    target.put_upload("m1", &name, 20_000, 50_000, &bytes[20_000..]).unwrap();
    assert_eq!(target.upload("m1", &name).unwrap(), Some(bytes));
    assert_eq!(add(&mut target, wish("ada", 9, "m1")).0, 4);
    target.end_job("m1", &running.lease, &request, &JobEnd::Measured, &[]).unwrap().unwrap();
    assert_eq!(target.job(running.order.job).unwrap().unwrap().state, JobState::Finished);
    assert_eq!(target.verify_audit().unwrap().broken, Vec::<u64>::new());
    // The guard of the audit log came with it.
    let altered = match &to.address {
        StoreAddress::File(path) => {
            rusqlite::Connection::open(path).unwrap().execute_batch("DELETE FROM audit").is_ok()
        }
        StoreAddress::Postgres(url) => kymo_testing::postgres().unwrap().psql(url, "DELETE FROM audit").is_ok(),
    };
    assert!(!altered);
    // It can be replaced, guard or not.
    target.restore("file", &mut Cursor::new(&file), true).unwrap();
    assert_eq!(everything(&target), before);
}

#[test]
fn from_sqlite_to_sqlite() {
    goes_from_to(&Place::sqlite(), &Place::sqlite());
}

#[test]
fn between_sqlite_and_postgres() {
    let (Some(to), Some(from)) = (Place::postgres(), Place::postgres()) else { return };
    goes_from_to(&Place::sqlite(), &to);
    goes_from_to(&from, &Place::sqlite());
}
