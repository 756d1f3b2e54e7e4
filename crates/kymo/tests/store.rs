//! `kymo store`: back-up, restoring, moving between the databases, and what is said when it cannot be.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use support::{Home, Ran, bin, repository};

/// Two runs in the store of a home.
fn filled() -> Home {
    let home = Home::new();
    let document = repository().join("crates/kymo-store/tests/documents/run-1.json");
    let text = std::fs::read_to_string(document).unwrap();
    home.write("one.json", &text);
    home.write("two.json", text.replace("20250304-101500-5f3a", "20250305-101500-77aa"));
    for file in ["one.json", "two.json"] {
        home.ok(&["import", file]);
    }
    home
}

/// `kymo` with another store than that of the home.
fn at(home: &Home, store: &str, args: &[&str]) -> Ran {
    let mut command = home.command(bin().join("kymo"));
    command.args(["--store", store]).args(args);
    home.finish(command, args)
}

fn ok_at(home: &Home, store: &str, args: &[&str]) -> String {
    let ran = at(home, store, args);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout
}

#[test]
fn a_store_is_backed_up_and_restored() {
    let home = filled();
    let ran = home.run(&["store", "backup", "store.kymo"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stderr.contains(" into store.kymo, "), "{ran:#?}");
    let exported = home.ok(&["export", "20250305"]);
    assert_eq!(ok_at(&home, "deep/new.db", &["store", "restore", "store.kymo", "--quiet"]), "");
    assert_eq!(ok_at(&home, "deep/new.db", &["export", "20250305"]), exported);
    assert_eq!(ok_at(&home, "deep/new.db", &["verify"]), home.ok(&["verify"]));
    assert_eq!(ok_at(&home, "deep/new.db", &["runs"]), home.ok(&["runs"]));
    let about = home.json(&["store", "info", "--json"]);
    assert_eq!((about["kind"].as_str(), about["rows"]["run"].as_u64()), (Some("SQLite"), Some(2)));
    let text = home.ok(&["store", "info"]);
    assert!(text.contains("SQLite, schema ") && text.contains("invocation  "), "{text}");
    assert!(text.trim_end().ends_with(about["chain_head"].as_str().unwrap()), "{text}");
    // Nothing is left beside it.
    let files = std::fs::read_dir(home.folder()).unwrap().flatten();
    assert_eq!(files.filter(|file| file.file_name().to_string_lossy().contains("backup")).count(), 0);
}

#[test]
fn a_store_moves_to_postgres_and_back() {
    let Some(server) = kymo_testing::postgres() else { return };
    let home = filled();
    let url = server.database();
    let file = home.path("kymo.db").display().to_string();
    let exported = home.ok(&["export", "20250304"]);
    let listed = home.ok(&["runs"]);
    let moved = at(&home, "unused.db", &["store", "migrate", "--from", &file, "--to", &url]);
    assert_eq!(moved.code, Some(0), "{moved:#?}");
    assert!(moved.stderr.contains("the chain is verified: 2 runs intact"), "{moved:#?}");
    assert_eq!(ok_at(&home, &url, &["runs"]), listed);
    assert_eq!(ok_at(&home, &url, &["export", "20250304"]), exported);
    let about: serde_json::Value = serde_json::from_str(&ok_at(&home, &url, &["store", "info", "--json"])).unwrap();
    assert_eq!((about["kind"].as_str(), about["address"].as_str()), (Some("PostgreSQL"), Some(url.as_str())));
    assert_eq!(about["rows"], home.json(&["store", "info", "--json"])["rows"]);
    // What is there is not overwritten unasked.
    let again = at(&home, "unused.db", &["store", "migrate", "--from", &file, "--to", &url]);
    assert_eq!(again.code, Some(2), "{again:#?}");
    assert!(again.stderr.contains("is not empty: give a new one, or --replace"), "{again:#?}");
    ok_at(&home, "unused.db", &["store", "migrate", "--from", &file, "--to", &url, "--replace"]);
    // And back, by a file.
    ok_at(&home, &url, &["store", "backup", "server.kymo"]);
    ok_at(&home, "back.db", &["store", "restore", "server.kymo"]);
    assert_eq!(ok_at(&home, "back.db", &["export", "20250304"]), exported);
    assert_eq!(ok_at(&home, "back.db", &["verify"]), home.ok(&["verify"]));
    assert!(!home.path("unused.db").exists());
}

#[test]
fn what_is_said_is_this() {
    let home = filled();
    home.ok(&["store", "backup", "store.kymo", "--quiet"]);
    let whole = std::fs::read(home.path("store.kymo")).unwrap();
    home.write("cut.kymo", &whole[..whole.len() / 2]);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    home.write("flipped.kymo", &flipped);
    let mut shown = String::new();
    for args in [
        &["store", "backup", "store.kymo"] as &[&str],
        &["store", "backup", "no/such/folder/store.kymo"],
        &["store", "restore", "none.kymo"],
        &["store", "restore", "one.json", "--replace"],
        &["store", "restore", "cut.kymo", "--replace"],
        &["store", "restore", "flipped.kymo", "--replace"],
        &["store", "restore", "store.kymo"],
        &["store", "migrate", "--from", "one.db", "--to", "one.db"],
        &["store", "migrate", "--from", "none.db", "--to", "two.db"],
    ] {
        shown.push_str(&home.shown(&home.run(args)));
    }
    for args in [&["store", "backup", "none.kymo"] as &[&str], &["store", "info"]] {
        shown.push_str(&home.shown(&at(&home, "none.db", args)));
    }
    // Where there was no store there is none after a failure.
    assert_eq!(at(&home, "none.db", &["store", "restore", "cut.kymo"]).code, Some(1));
    assert!(!home.path("none.db").exists() && !home.path("two.db").exists());
    snapshot!("said", shown);
    // Nothing of it changed the store.
    assert_eq!(home.json(&["store", "info", "--json"])["rows"]["run"].as_u64(), Some(2));
}

#[test]
fn no_password_is_ever_said() {
    let home = Home::new();
    let url = "postgres://me:secret@127.0.0.1:1/name";
    for ran in [
        at(&home, url, &["runs"]),
        at(&home, url, &["store", "info"]),
        at(&home, url, &["store", "backup", "file"]),
        at(&home, url, &["no-such-command"]),
        at(&home, "unused.db", &["store", "migrate", "--from", url, "--to", "other.db"]),
        at(&home, &format!("{url}?sslmode=never"), &["runs"]),
        {
            let mut command = home.command(bin().join("kymo"));
            command.env("KYMO_STORE", url).arg("runs");
            home.finish(command, &["runs"])
        },
    ] {
        assert!([Some(1), Some(2)].contains(&ran.code), "{ran:#?}");
        assert!(!ran.stdout.contains("secret") && !ran.stderr.contains("secret"), "{ran:#?}");
    }
    let ran = at(&home, url, &["runs"]);
    assert_eq!(
        ran.stderr.trim_end(),
        "kymo: the store postgres://me:***@127.0.0.1:1/name cannot be reached (error connecting to server: Connection \
         refused (os error 111)): start its server, or check host, port and network"
    );
}
