//! What only a server does: it refuses who it does not know, is lost and comes back, and is asked over the network.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_model::RunId;
use kymo_store::{Store, StoreAddress};
use kymo_testing::{Postgres, Setup, postgres};
use std::process::Command;
use support::{Place, empty_run, invocation};

/// Why the store at this URL cannot be opened.
fn refused(url: &str) -> String {
    let address: StoreAddress = url.parse().unwrap();
    let error = Store::connect(&address).err().unwrap();
    let said = error.to_string();
    assert!(!said.contains("secret") && !format!("{error:?}").contains("secret"), "{said}");
    assert!(!said.contains('\n'), "{said}");
    said.replace(&address.to_string(), "URL")
}

#[test]
fn what_cannot_be_reached_says_why() {
    let Some(server) = postgres() else { return };
    let said = refused("postgres://me:secret@127.0.0.1:1/name");
    assert!(
        said.starts_with("the store URL cannot be reached (error connecting to server: Connection refused"),
        "{said}"
    );
    assert!(said.ends_with(": start its server, or check host, port and network"), "{said}");
    let said = refused("postgres://me:secret@/name?host=/nowhere");
    assert!(said.contains("cannot be reached"), "{said}");
    assert_eq!(
        refused(&server.url("nobody_made_this")),
        "the store URL does not exist on its server (database \"nobody_made_this\" does not exist (SQLSTATE 3D000)): \
         make the database (createdb NAME), or check the name"
    );
    for url in ["postgres://me:secret@host:port/name", "postgres://h/n?nonsense=1", "postgres://h/n?sslmode=perhaps"] {
        let said = refused(url);
        assert!(said.starts_with("the store URL has an address that cannot be used ("), "{said}");
        assert!(said.ends_with(": write postgres://USER:PASSWORD@HOST:PORT/DATABASE"), "{said}");
    }
}

#[test]
fn a_database_that_is_no_store_is_left_alone() {
    let Some(server) = postgres() else { return };
    let url = server.database();
    server.psql(&url, "CREATE TABLE places (url TEXT)").unwrap();
    assert_eq!(
        refused(&url),
        "the store URL is no store of kymo: it has another program's tables (places): give a database of its own; \
         kymo fills an empty one"
    );
    assert_eq!(server.psql(&url, "SELECT count(*) FROM pg_class WHERE relname = 'run'").unwrap().trim(), "0");

    let url = server.database();
    Store::connect(&url.parse().unwrap()).unwrap().begin(&empty_run("a")).unwrap();
    let known = server.psql(&url, "SELECT version FROM store_schema").unwrap();
    server.psql(&url, "UPDATE store_schema SET version = 77").unwrap();
    let said = refused(&url);
    assert!(said.starts_with("the store URL was written by a newer kymo (schema 77, this one knows "), "{said}");
    server.psql(&url, &format!("UPDATE store_schema SET version = {known}")).unwrap();
    assert_eq!(Store::connect(&url.parse().unwrap()).unwrap().list().unwrap().len(), 1);

    server.psql(&server.url("postgres"), "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0").unwrap();
    let said = refused(&server.url("latin"));
    assert!(said.starts_with("the store URL keeps texts as LATIN1: make a database with the encoding UTF8"), "{said}");
}

/// Statements that put a role, which may log in with a password, into a server.
const ROLE: &str = "CREATE ROLE me LOGIN PASSWORD 'secret'";

#[test]
fn passwords_encryption_and_names_are_checked() {
    if postgres().is_none() {
        return;
    }
    let Some((key, certificate)) = certificate() else {
        eprintln!("skipped: no program openssl to make a certificate");
        return;
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let rules = "local all postgres trust\nlocal all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
    let mut server = Postgres::start(&Setup {
        settings: vec![setting("listen_addresses", "127.0.0.1"), setting("port", &port), setting("ssl", "on")],
        files: vec![setting("server.key", &key), setting("server.crt", &certificate), setting("pg_hba.conf", rules)],
    })
    .unwrap();
    server.psql(&server.url("postgres"), ROLE).unwrap();
    server.psql(&server.url("postgres"), "CREATE DATABASE mine OWNER me").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (roots, others) = (folder.path().join("roots.pem"), folder.path().join("others.pem"));
    std::fs::write(&roots, &certificate).unwrap();
    std::fs::write(&others, self::certificate().unwrap().1).unwrap();
    let url = |host: &str, more: &str| format!("postgres://me:secret@{host}:{port}/mine?{more}");
    let checked =
        |host: &str, file: &std::path::Path| url(host, &format!("sslmode=verify-full&sslrootcert={}", file.display()));
    let opened = |url: &str| drop(Store::connect(&url.parse().unwrap()).unwrap());

    opened(&url("127.0.0.1", "sslmode=require"));
    opened(&checked("localhost", &roots));
    let said = refused(&checked("127.0.0.1", &roots));
    assert!(said.contains("cannot be reached") && said.contains("certificate"), "{said}");
    let said = refused(&checked("localhost", &others));
    assert!(said.contains("certificate"), "{said}");
    assert!(refused(&checked("localhost", &folder.path().join("none.pem"))).contains("sslrootcert"));
    // Whoever asks for no encryption is let in by a server only that lets others in without.
    let said = refused(&url("127.0.0.1", "sslmode=disable"));
    assert!(said.starts_with("the store URL lets the user me not in (") && said.contains("no encryption"), "{said}");
    assert_eq!(
        refused(&url("localhost", "sslmode=require").replace(":secret", ":other")),
        "the store URL lets the user me not in (password authentication failed for user \"me\" (SQLSTATE 28P01)): \
         check user and password, and the server's pg_hba.conf"
    );
    server.psql(&server.url("postgres"), "CREATE DATABASE theirs").unwrap();
    let said = refused(&url("localhost", "sslmode=require").replace("/mine", "/theirs"));
    assert!(said.starts_with("the store URL forbids what is needed (permission denied for schema public"), "{said}");
    server.kill();
}

/// A key and a certificate for localhost that nobody signed but itself.
fn certificate() -> Option<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("key.pem"), folder.path().join("certificate.pem"));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    command.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    command.args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"]).arg(&key).arg("-out").arg(&certificate);
    let output = command.output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some((std::fs::read_to_string(key).unwrap(), std::fs::read_to_string(certificate).unwrap()))
}

#[test]
fn a_server_that_dies_takes_nothing_that_was_reported_and_is_found_again() {
    if postgres().is_none() {
        return;
    }
    let mut server = Postgres::start(&Setup::default()).unwrap();
    let address: StoreAddress = server.database().parse().unwrap();
    let mut store = Store::connect(&address).unwrap();
    let run = empty_run("a");
    store.begin(&run).unwrap();
    let mut saved = 0;
    for time in 0..3 {
        std::thread::scope(|scope| {
            let server = &mut server;
            scope.spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(40 + 30 * time));
                server.kill();
            });
            let error = loop {
                match store.append(&run.id, &invocation(saved)) {
                    Ok(()) => saved += 1,
                    Err(error) => break error.to_string(),
                }
            };
            assert!(error.contains("was lost (") || error.contains("cannot be reached ("), "{error}");
            assert!(error.contains("what was reported as saved is kept"), "{error}");
        });
        server.start_again().unwrap();
        // The same store goes on, on a new connection; the last one may have been saved without word of it.
        store.append(&run.id, &invocation(saved)).unwrap();
        saved += 1;
    }
    let there: Vec<u32> = store.load(&run.id).unwrap().invocations.iter().map(|one| one.sequence).collect();
    assert_eq!(there, (0..saved).collect::<Vec<_>>());
}

#[test]
fn many_servers_make_one_store_and_one_chain() {
    let Some(place) = Place::postgres() else { return };
    std::thread::scope(|scope| {
        for server in 0..8 {
            let place = &place;
            scope.spawn(move || {
                // All find the database empty, and one of them fills it.
                let mut store = place.store();
                for number in 0..10 {
                    let id = format!("{server}-{number}");
                    store.insert(&empty_run(&id)).unwrap();
                    if number % 3 == 0 {
                        store.delete(&RunId::new(id)).unwrap();
                    }
                }
            });
        }
    });
    let report = place.store().verify(None).unwrap();
    assert_eq!((report.links, report.intact, report.removed, report.faults), (112, 48, 32, Vec::new()));
}

#[test]
fn the_same_run_from_two_servers_at_once_is_one() {
    let Some(place) = Place::postgres() else { return };
    place.store();
    for number in 0..10 {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let place = &place;
                scope.spawn(move || place.store().insert(&empty_run(&format!("run {number}"))).unwrap());
            }
        });
    }
    let store = place.store();
    let report = store.verify(None).unwrap();
    assert_eq!((store.list().unwrap().len(), report.links, report.intact), (10, 10, 10));
}
