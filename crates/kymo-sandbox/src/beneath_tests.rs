#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

/// A folder with one good file and every trick that a job could leave in its results.
fn folder_of_tricks() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join("results").join(name);
    fs::create_dir_all(at("below/deep")).unwrap();
    fs::write(folder.path().join("secret"), "s").unwrap();
    fs::write(at("good.json"), "{}").unwrap();
    fs::write(at("below/deep/good.json"), "[]").unwrap();
    symlink("/etc/passwd", at("absolute")).unwrap();
    symlink("../secret", at("relative")).unwrap();
    symlink("good.json", at("harmless")).unwrap();
    symlink("/etc", at("folder")).unwrap();
    symlink("/proc/self/root", at("magic")).unwrap();
    symlink("loop", at("loop")).unwrap();
    fs::write(at("first"), "x").unwrap();
    fs::hard_link(at("first"), at("second")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), Mode::from_raw_mode(0o644)).unwrap();
    drop(UnixListener::bind(at("socket")).unwrap());
    fs::File::create(at("sparse")).unwrap().set_len(1 << 40).unwrap();
    fs::write(at("\u{1b}[31m"), "").unwrap();
    folder
}

fn said(beneath: &Beneath, path: &str) -> String {
    beneath.read(Path::new(path), 1000).map_or_else(|error| error.to_string(), |_| "taken".into())
}

#[test]
fn only_plain_files_are_taken() {
    let folder = folder_of_tricks();
    let results = Beneath::open(&folder.path().join("results")).unwrap();
    assert_eq!(results.read(Path::new("good.json"), 2).unwrap(), b"{}");
    assert_eq!(results.read(Path::new("/below/deep/good.json"), 2).unwrap(), b"[]");
    let names = [
        "../secret",
        "below/../../secret",
        "/../secret",
        "absolute",
        "relative",
        "harmless",
        "folder/passwd",
        "magic/etc/passwd",
        "loop",
        "first",
        "second",
        "pipe",
        "socket",
        "sparse",
        "below",
        "none",
        "good.json/x",
    ];
    let all: Vec<String> = names.iter().map(|name| said(&results, name)).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_device_is_not_read() {
    let dev = Beneath::open(Path::new("/dev")).unwrap();
    assert_eq!(said(&dev, "zero"), "\"zero\" is a device: only plain files are taken");
}

#[test]
fn sizes_are_kept_to_the_byte() {
    let folder = folder_of_tricks();
    let results = Beneath::open(&folder.path().join("results")).unwrap();
    let error = results.read(Path::new("good.json"), 1).unwrap_err();
    assert_eq!(error.to_string(), "\"good.json\" is larger than 1 bytes");
}

#[test]
fn a_list_has_plain_files_alone() {
    let folder = folder_of_tricks();
    let root = Beneath::open(folder.path()).unwrap();
    let found = root.list(Path::new("results"), 100).unwrap();
    let names: Vec<String> = found.iter().map(|one| format!("{:?} {}", one.path, one.bytes)).collect();
    let expected = ["\"results/\\u{1b}[31m\" 0", "\"results/below/deep/good.json\" 2", "\"results/good.json\" 2"]
        .map(str::to_owned);
    assert_eq!(names[..3], expected);
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(matches!(root.list(Path::new("results"), 3), Err(TakeError::TooMany { max_files: 3, .. })));
    assert!(matches!(root.list(Path::new("results/folder"), 3), Err(TakeError::NotPlain { .. })));
    for at in 0..1100 {
        fs::create_dir(folder.path().join(format!("results/{at}"))).unwrap();
    }
    assert!(matches!(root.list(Path::new("results"), 4), Err(TakeError::TooMany { .. })), "folders count, too");
}

#[test]
fn folders_are_made_through_no_link() {
    let folder = folder_of_tricks();
    let root = Beneath::open(folder.path()).unwrap();
    root.make_folder(Path::new("/opt/kymo")).unwrap();
    assert!(folder.path().join("opt/kymo").is_dir());
    assert!(root.make_folder(Path::new("/results/folder/kymo")).is_err());
    assert!(!Path::new("/etc/kymo").exists());
    root.make_empty_file(Path::new("/etc/resolv.conf")).unwrap();
    symlink("/etc/hostname", folder.path().join("etc/name")).unwrap();
    assert!(root.make_empty_file(Path::new("/etc/name")).is_err());
}
