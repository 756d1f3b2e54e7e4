//! Who may ask: accounts, tokens, sessions; and the audit log of what they changed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::watch::{Role, Scope};
use kymo_store::{AccountChange, Actor, Refusal, Store, StoreAddress, WatchError};
use support::Place;
use support::fleet::{self, Hand, add, console, fleet, wish};

on_both!(
    accounts_are_made_changed_and_linked_once,
    a_token_speaks_for_whom_it_was_made_and_nobody_else,
    tokens_end_when_they_expire_are_revoked_or_their_account_is_disabled,
    nothing_of_a_secret_is_at_rest,
    a_session_lasts_as_long_as_it_was_to,
    every_change_is_in_the_audit_log,
    the_audit_log_is_only_added_to,
    what_is_altered_in_the_audit_log_shows,
);

fn refusal<T: std::fmt::Debug>(result: Result<T, WatchError>) -> Refusal {
    match result {
        Err(WatchError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn accounts_are_made_changed_and_linked_once(place: &Place) {
    let mut store = place.store();
    let ada = store.add_account(&console(), "ada", Role::Admin, Some("github:1")).unwrap();
    store.add_account(&console(), "bob", Role::Viewer, None).unwrap();
    assert_eq!((ada.role, ada.disabled, ada.external.as_deref()), (Role::Admin, false, Some("github:1")));
    assert_eq!(
        refusal(store.add_account(&console(), "ada", Role::Viewer, None)),
        Refusal::Exists { what: "account", name: "ada".to_owned() }
    );
    for bad in ["", "-a", "a b", "ä", "a/b", &"x".repeat(65)] {
        let refused = refusal(store.add_account(&console(), bad, Role::Viewer, None));
        assert!(matches!(refused, Refusal::Invalid { what: "the name of an account", .. }), "{bad}: {refused}");
    }
    let taken = AccountChange { external: Some("github:1".to_owned()), ..AccountChange::default() };
    assert!(matches!(refusal(store.change_account(&console(), "bob", &taken)), Refusal::Exists { .. }));
    let change = AccountChange { role: Some(Role::Operator), disabled: Some(true), ..AccountChange::default() };
    let bob = store.change_account(&console(), "bob", &change).unwrap();
    assert_eq!((bob.role, bob.disabled), (Role::Operator, true));
    assert_eq!(store.account_of_external("github:1").unwrap(), Some(ada));
    let unlinked = AccountChange { external: Some(String::new()), ..AccountChange::default() };
    store.change_account(&console(), "ada", &unlinked).unwrap();
    assert_eq!(store.account_of_external("github:1").unwrap(), None);
    store.change_account(&console(), "bob", &taken).unwrap();
    assert_eq!(store.accounts().unwrap().iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["ada", "bob"]);
    assert_eq!(refusal(store.change_account(&console(), "eve", &change)).to_string(), "there is no account 'eve'");
}

fn with_tokens(place: &Place) -> (Store, Hand, [String; 2]) {
    let (mut store, hand) = fleet(place, &["m1", "m2"]);
    store.add_account(&console(), "ada", Role::Operator, None).unwrap();
    let ada = store.add_token(&console(), &Scope::Account("ada".to_owned()), "laptop", None).unwrap();
    let agent = store.add_token(&console(), &Scope::Machine("m1".to_owned()), "", None).unwrap();
    (store, hand, [ada.secret, agent.secret])
}

fn a_token_speaks_for_whom_it_was_made_and_nobody_else(place: &Place) {
    let (mut store, hand, [ada, agent]) = with_tokens(place);
    let who = store.authenticate(&ada).unwrap().unwrap();
    assert_eq!((who.scope, who.role), (Scope::Account("ada".to_owned()), Some(Role::Operator)));
    let who = store.authenticate(&agent).unwrap().unwrap();
    assert_eq!((who.scope, who.role), (Scope::Machine("m1".to_owned()), None));
    assert!(ada.starts_with("kymo_") && agent.starts_with("kymoagent_"), "scanners find them by these");
    // Forged, of somebody else, cut, lengthened, of another kind.
    let (id, random) = ada.strip_prefix("kymo_").unwrap().split_once('_').unwrap();
    let (other_id, other_random) = agent.strip_prefix("kymoagent_").unwrap().split_once('_').unwrap();
    assert_eq!(random.len(), 43);
    let turned: String = random.chars().rev().collect();
    for forged in [
        String::new(),
        "kymo_".to_owned(),
        format!("kymo_{id}_"),
        format!("kymo_{id}_{turned}"),
        format!("kymo_{id}_{other_random}"),
        format!("kymo_{other_id}_{other_random}"),
        format!("kymoagent_{id}_{random}"),
        format!("kymo_{id}_{}", &random[..42]),
        format!("{ada}A"),
        format!(" {ada}"),
        format!("kymo_%_{random}"),
        format!("kymo_' OR '1'='1_{random}"),
        ada.to_uppercase(),
    ] {
        assert_eq!(store.authenticate(&forged).unwrap(), None, "{forged}");
    }
    // That it was used is noted once a minute.
    let used = |store: &Store| {
        let tokens = store.tokens().unwrap();
        tokens.iter().find(|token| token.id == id).unwrap().used_unix_s
    };
    let first = used(&store);
    assert_eq!(first, Some(fleet::BEGIN_MS / 1000));
    hand.forward_s(20);
    store.authenticate(&ada).unwrap().unwrap();
    assert_eq!(used(&store), first);
    hand.forward_s(60);
    store.authenticate(&ada).unwrap().unwrap();
    assert_eq!(used(&store), first.map(|at| at + 80));
}

fn tokens_end_when_they_expire_are_revoked_or_their_account_is_disabled(place: &Place) {
    let (mut store, hand, [ada, agent]) = with_tokens(place);
    let scope = Scope::Account("ada".to_owned());
    let now_s = hand.now_ms() / 1000;
    assert!(matches!(refusal(store.add_token(&console(), &scope, "", Some(now_s))), Refusal::Invalid { .. }));
    let short = store.add_token(&console(), &scope, "", Some(now_s + 10)).unwrap();
    hand.forward_s(9);
    assert!(store.authenticate(&short.secret).unwrap().is_some());
    hand.forward_s(1);
    assert_eq!(store.authenticate(&short.secret).unwrap(), None);
    let id = agent.split('_').nth(1).unwrap();
    let revoked = store.revoke_token(&console(), id).unwrap();
    assert_eq!(revoked.revoked_unix_s, Some(hand.now_ms() / 1000));
    assert_eq!(store.authenticate(&agent).unwrap(), None);
    hand.forward_s(5);
    assert_eq!(store.revoke_token(&console(), id).unwrap(), revoked, "once more changes nothing");
    assert!(matches!(refusal(store.revoke_token(&console(), "nothing")), Refusal::NoSuch { .. }));
    let session = store.add_session("ada", 3600).unwrap();
    let disable = AccountChange { disabled: Some(true), ..AccountChange::default() };
    store.change_account(&console(), "ada", &disable).unwrap();
    assert_eq!(store.authenticate(&ada).unwrap(), None);
    assert_eq!(store.session(&session.secret).unwrap(), None);
    assert!(matches!(refusal(store.add_session("ada", 3600)), Refusal::NotNow { .. }));
    let unknown = store.add_token(&console(), &Scope::Account("eve".to_owned()), "", None);
    assert!(matches!(refusal(unknown), Refusal::NoSuch { .. }));
}

fn nothing_of_a_secret_is_at_rest(place: &Place) {
    let (mut store, _hand, [ada, agent]) = with_tokens(place);
    let session = store.add_session("ada", 3600).unwrap();
    store.authenticate(&ada).unwrap().unwrap();
    store.authenticate(&agent).unwrap().unwrap();
    store.session(&session.secret).unwrap().unwrap();
    // The file itself with its log, or every row of the tables that have to do with them.
    let bytes = match &place.address {
        StoreAddress::File(path) => {
            let files = std::fs::read_dir(path.parent().unwrap()).unwrap();
            files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
        }
        StoreAddress::Postgres(_) => ["token", "browser_session", "audit", "account", "machine"]
            .map(|table| place.sql(&format!("SELECT CAST({table} AS TEXT) FROM {table}")))
            .concat()
            .into_bytes(),
    };
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("ada"), "the search finds what is there");
    for secret in [&ada, &agent, &session.secret, &session.csrf] {
        let random = &secret[secret.len() - 43..];
        assert!(!holds(&random[..20]) && !holds(&random[23..]), "{secret}");
    }
}

fn a_session_lasts_as_long_as_it_was_to(place: &Place) {
    let (mut store, hand, _) = with_tokens(place);
    let one = store.add_session("ada", 100).unwrap();
    let other = store.add_session("ada", 100).unwrap();
    assert_ne!(one.secret, other.secret);
    assert_ne!(one.csrf, other.csrf);
    let found = store.session(&one.secret).unwrap().unwrap();
    assert_eq!((found.account.name.as_str(), found.csrf.as_str()), ("ada", one.csrf.as_str()));
    assert_eq!(store.session(&one.csrf).unwrap(), None);
    assert_eq!(store.session("").unwrap(), None);
    hand.back_s(50);
    assert_eq!(store.session(&one.secret).unwrap(), None, "a clock set back makes no session longer");
    hand.forward_s(50 + 99);
    assert!(store.session(&one.secret).unwrap().is_some());
    store.end_session(&one.secret).unwrap();
    store.end_session(&one.secret).unwrap();
    assert_eq!(store.session(&one.secret).unwrap(), None);
    hand.forward_s(1);
    assert_eq!(store.session(&other.secret).unwrap(), None);
    store.expire_leases().unwrap();
    assert_eq!(place.sql("SELECT count(*) FROM browser_session"), "0\n");
}

fn every_change_is_in_the_audit_log(place: &Place) {
    let (mut store, hand, _) = with_tokens(place);
    let before = store.audit(0, 1000).unwrap();
    let actions: Vec<&str> = before.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["token.add", "token.add", "project.set", "account.add", "token.add", "token.add"]);
    hand.forward_s(7);
    let ada = Actor("ada".to_owned());
    let job = add(&mut store, wish("ada", 1, "m1"));
    store.set_priority(&ada, job, 70).unwrap();
    store.cancel_job(&ada, job).unwrap();
    store.retry_job(&ada, job).unwrap();
    store.pause_machine(&ada, "m1", Some("new kernel")).unwrap();
    store.pause_machine(&ada, "m1", None).unwrap();
    let last = before.last().unwrap().sequence;
    let entries = store.audit(last, 1000).unwrap();
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.actor.as_str(), entry.action.as_str(), entry.subject.clone())).collect();
    let number = job.to_string();
    assert_eq!(
        told,
        [
            ("console", "job.add", number.clone()),
            ("ada", "job.priority", number.clone()),
            ("ada", "job.cancel", number.clone()),
            ("ada", "job.retry", number),
            ("ada", "machine.pause", "m1".to_owned()),
            ("ada", "machine.resume", "m1".to_owned()),
        ]
    );
    assert_eq!(entries[1].detail, r#"{"is":70,"was":40}"#);
    assert_eq!(entries[1].unix_s, fleet::BEGIN_MS / 1000 + 7);
    // What was refused changed nothing, and is no entry; and pages follow on each other.
    assert!(matches!(refusal(store.retry_job(&ada, job)), Refusal::NotNow { .. }));
    assert_eq!(store.audit(0, 1000).unwrap().len(), before.len() + 6);
    assert_eq!(store.audit(entries[0].sequence, 2).unwrap(), entries[1..3]);
    let report = store.verify_audit().unwrap();
    assert_eq!((report.entries, report.broken.len()), (before.len() as u64 + 6, 0));
    assert_eq!(report.head.as_deref(), entries.last().map(|entry| entry.link_sha256.as_str()));
}

/// Whether the database refuses a statement.
fn is_refused(place: &Place, statement: &str) -> bool {
    match &place.address {
        StoreAddress::File(path) => {
            let refused = rusqlite::Connection::open(path).unwrap().execute_batch(statement);
            refused.is_err_and(|error| error.to_string().contains("only added to"))
        }
        StoreAddress::Postgres(url) => {
            let refused = kymo_testing::postgres().unwrap().psql(url, statement);
            refused.is_err_and(|message| message.contains("only added to"))
        }
    }
}

fn the_audit_log_is_only_added_to(place: &Place) {
    let (store, _hand, _) = with_tokens(place);
    let before = store.audit(0, 1000).unwrap();
    for statement in [
        "UPDATE audit SET actor = 'somebody else'",
        "UPDATE audit SET detail = '{}' WHERE sequence = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE sequence = 1",
    ] {
        assert!(is_refused(place, statement), "{statement}");
    }
    let own = match &place.address {
        StoreAddress::File(_) => "REPLACE INTO audit VALUES (1, 0, 'a', 'b', 'c', 'd', 'e')",
        StoreAddress::Postgres(_) => "TRUNCATE audit",
    };
    assert!(is_refused(place, own), "{own}");
    assert_eq!(store.audit(0, 1000).unwrap(), before);
}

fn what_is_altered_in_the_audit_log_shows(place: &Place) {
    let (store, _hand, _) = with_tokens(place);
    let head = store.verify_audit().unwrap().head;
    // Somebody who owns the database can take the guard away; the chain shows what was done then.
    let (guard_away, guard) = match &place.address {
        StoreAddress::File(_) => ("DROP TRIGGER audit_update; DROP TRIGGER audit_delete", ""),
        StoreAddress::Postgres(_) => ("ALTER TABLE audit DISABLE TRIGGER ALL", "ALTER TABLE audit ENABLE TRIGGER ALL"),
    };
    place.sql(guard_away);
    place.sql("UPDATE audit SET actor = 'somebody else' WHERE sequence = 2");
    place.sql("DELETE FROM audit WHERE sequence = 4");
    place.sql(guard);
    let report = store.verify_audit().unwrap();
    assert_eq!((report.entries, report.broken), (5, vec![2, 5]));
    assert_eq!(report.head, head, "that the end is there shows to whoever wrote it down");
}
