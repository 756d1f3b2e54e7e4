//! The tests' own server: it starts, is killed, starts again, and leaves nothing behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use kymo_testing::{Postgres, Setup, postgres};

#[test]
fn a_server_starts_is_killed_and_leaves_nothing() {
    let Some(shared) = postgres() else { return };
    let (one, other) = (shared.database(), shared.database());
    assert_ne!(one, other);
    shared.psql(&one, "CREATE TABLE t AS VALUES (7)").unwrap();
    assert!(shared.psql(&other, "TABLE t").is_err());

    let mut own = Postgres::start(&Setup::default()).unwrap();
    let (url, folder) = (own.database(), own.folder().to_owned());
    own.psql(&url, "CREATE TABLE t AS VALUES (7)").unwrap();
    own.kill();
    own.start_again().unwrap();
    assert_eq!(own.psql(&url, "TABLE t").unwrap().trim(), "7");
    drop(own);
    assert!(!folder.exists(), "{} is still there", folder.display());
}
