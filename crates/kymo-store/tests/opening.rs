//! One clear message for each file that is no store that can be used.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_store::{Store, StoreError};
use std::path::Path;
use support::empty_run;

fn message(path: &Path) -> String {
    let error = Store::open(path).err().unwrap().to_string();
    error.replace(&path.display().to_string(), "FILE")
}

fn sqlite(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn refuses_a_newer_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kymo.db");
    Store::open(&path).unwrap().begin(&empty_run("a")).unwrap();
    let version = |raw: rusqlite::Connection| raw.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0));
    let known = version(rusqlite::Connection::open(&path).unwrap()).unwrap();
    sqlite(&path, "PRAGMA user_version = 77");
    let expect = format!(
        "the store FILE was written by a newer kymo (schema 77, this one knows {known}): update kymo or use another \
         --store"
    );
    assert_eq!(message(&path), expect);
    sqlite(&path, &format!("PRAGMA user_version = {known}"));
    assert_eq!(Store::open(&path).unwrap().list().unwrap().len(), 1);
}

#[test]
fn refuses_a_newer_document_in_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kymo.db");
    let run = empty_run("a");
    Store::open(&path).unwrap().begin(&run).unwrap();
    sqlite(&path, "UPDATE run SET document_schema = 2");
    let store = Store::open(&path).unwrap();
    let error = store.load(&run.id).unwrap_err().to_string();
    assert_eq!(error, "run a has run document schema 2, this kymo knows 1: update kymo");
    assert_eq!(store.list().unwrap().len(), 1);
}

#[test]
fn refuses_what_is_no_store_and_leaves_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database, and longer than the hundred bytes of a header: ".repeat(9)).unwrap();
    let before = std::fs::read(&text).unwrap();
    let rest = "not a store of kymo: give another --store; a new one is created where there is no file";
    assert_eq!(message(&text), format!("FILE is no SQLite database, {rest}"));
    assert_eq!(std::fs::read(&text).unwrap(), before);
    std::fs::write(&text, "short").unwrap();
    assert_eq!(message(&text), format!("FILE is no SQLite database, {rest}"));

    let foreign = folder.path().join("places.sqlite");
    sqlite(&foreign, "CREATE TABLE places (url TEXT); PRAGMA user_version = 1");
    let before = std::fs::read(&foreign).unwrap();
    assert_eq!(message(&foreign), format!("FILE is another program's SQLite database, {rest}"));
    assert_eq!(std::fs::read(&foreign).unwrap(), before);
}

#[test]
fn refuses_folders_and_names_that_cannot_be_files() {
    let folder = tempfile::tempdir().unwrap();
    let expect = format!(
        "the store FILE is a folder: give the path of a file in it, as FILE{}kymo.db",
        std::path::MAIN_SEPARATOR
    );
    assert_eq!(message(folder.path()), expect);
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [file.join("kymo.db"), file.join("deep/kymo.db"), std::path::PathBuf::new()] {
        let error = Store::open(&path).err().unwrap();
        assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    }
}

#[test]
fn an_empty_file_becomes_a_store() {
    let file = tempfile::NamedTempFile::new().unwrap();
    Store::open(file.path()).unwrap().begin(&empty_run("a")).unwrap();
    assert_eq!(Store::open(file.path()).unwrap().list().unwrap().len(), 1);
}

#[test]
fn reports_damage() {
    let folder = tempfile::tempdir().unwrap();
    for (index, sql) in [
        "UPDATE invocation SET samples = x'00'",
        "UPDATE run_document SET head = x'1234'",
        "DELETE FROM invocation_text",
        "UPDATE invocation SET benchmark = -1",
        "UPDATE invocation_text SET content = '{}'",
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{index}.db"));
        let mut run = empty_run("a");
        run.invocations.push(support::invocation(0));
        Store::open(&path).unwrap().begin(&run).unwrap();
        sqlite(&path, sql);
        let error = Store::open(&path).unwrap().load(&run.id).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{sql}: {error:?}");
    }
}

#[cfg(unix)]
mod permissions {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn helper_opens() {
        let Some(path) = std::env::var_os("KYMO_STORE_TEST") else { return };
        let error = Store::open(Path::new(&path)).err();
        assert!(matches!(error, Some(StoreError::ReadOnly { .. })), "{error:?}");
    }

    /// Opens the store in another process, without root's rights: permissions do not bind root.
    fn check(binary: &Path, store: &Path) {
        let mut command = std::process::Command::new(binary);
        command.args(["permissions::helper_opens", "--exact"]).env("KYMO_STORE_TEST", store);
        // Who owns a file that this process made says who it is.
        if std::fs::metadata(binary).unwrap().uid() == 0 {
            command.uid(65534).gid(65534).current_dir("/");
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}: {}", store.display(), String::from_utf8_lossy(&output.stdout));
    }

    #[test]
    fn a_read_only_file_or_folder_says_so() {
        let folder = tempfile::tempdir().unwrap();
        set_mode(folder.path(), 0o755);
        // A copy, for the folder of the original may be closed to others.
        let binary = folder.path().join("helper");
        std::fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
        set_mode(&binary, 0o755);
        let path = folder.path().join("kymo.db");
        Store::open(&path).unwrap().begin(&empty_run("a")).unwrap();

        set_mode(&path, 0o444);
        check(&binary, &path);
        set_mode(&path, 0o000);
        check(&binary, &path);
        set_mode(&path, 0o666);
        set_mode(folder.path(), 0o555);
        check(&binary, &path);
        check(&binary, &folder.path().join("other.db"));
        check(&binary, &folder.path().join("deep/other.db"));
        set_mode(folder.path(), 0o755);
    }
}
