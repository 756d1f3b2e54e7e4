//! Modules in packages: fetched through a registry's client, believed by their hashes alone. The client here is a
//! made-up `pip3`, so that everything but the last test holds without a network.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use support::{Home, PROGRAM, Ran, bin, repository};

/// The module's path in the made-up package.
const FILE: &str = "thing/module.wasm";

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A wheel with the module and something else in it.
fn wheel() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("thing/__init__.py", &b""[..]), (FILE, PROGRAM)] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The suite `packed`, whose only benchmark is in the package.
fn suite(home: &Home, package_sha256: &str, file: &str, module_sha256: &str) {
    let text = format!(
        r#"schema = 1
name = "packed"
about = "For tests."

[[benchmark]]
name = "thing"
about = "Nothing."
fetch = {{ registry = "pypi", package = "thing", version = "1.0", package-sha256 = "{package_sha256}", file = "{file}" }}
sha256 = "{module_sha256}"
stdout = {{ text = "" }}
"#
    );
    home.write("suites/packed/suite.toml", text);
}

/// A home with the suite, and with a client that brings the wheel and counts how often it does.
fn home() -> Home {
    let home = Home::new();
    let wheel = wheel();
    home.write("thing-1.0.whl", &wheel);
    suite(&home, &sha256(&wheel), FILE, &sha256(PROGRAM));
    client(&home, "echo \"$@\" >> \"$HOME/asked\"\n/bin/cp \"$HOME/thing-1.0.whl\" .\n");
    home
}

fn client(home: &Home, script: &str) {
    let path = home.write("programs/pip3", format!("#!/bin/sh\n{script}"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// `kymo` with the made-up client as the only program on PATH.
fn kymo(home: &Home, args: &[&str]) -> Command {
    let mut command = home.command(bin().join("kymo"));
    command.env("PATH", home.path("programs"));
    command.arg("--store").arg(home.path("kymo.db")).arg("--workers").arg(bin());
    command.arg("--suites").arg(home.path("suites")).args(args);
    command
}

fn ran(home: &Home, args: &[&str]) -> Ran {
    home.finish(kymo(home, args), args)
}

fn asked(home: &Home) -> usize {
    std::fs::read_to_string(home.path("asked")).unwrap_or_default().lines().count()
}

/// The files of the cache by the ends of their names.
fn kept(home: &Home) -> Vec<String> {
    let folder = home.path("cache/kymograph/modules/fetched");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .map(|files| files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.sort_by_key(|name| name.rsplit('.').next().map(str::to_owned));
    names.iter().map(|name| name.rsplit('.').next().unwrap().to_owned()).collect()
}

#[test]
fn what_is_fetched_is_kept_and_runs() {
    let home = home();
    let list = ran(&home, &["suite", "list", "packed"]);
    assert_eq!((list.code, asked(&home)), (Some(0), 0), "a listing downloads nothing");
    let first = ran(&home, &["suite", "fetch", "packed"]);
    let second = ran(&home, &["suite", "fetch", "packed"]);
    let other = ran(&home, &["suite", "fetch", "basics"]);
    snapshot!("fetched", [first, second, other].map(|ran| home.shown(&ran)).join("\n"));
    assert_eq!(asked(&home), 1);
    assert_eq!(kept(&home), ["lock", "package", "wasm"]);
    let run = ran(&home, &["run", "packed/thing", "-e", "mock", "--rounds", "1", "--no-save", "--quiet"]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert_eq!(asked(&home), 1);
}

#[test]
fn a_run_fetches_what_it_needs() {
    let home = home();
    let run = ran(&home, &["run", "packed", "-e", "mock", "--rounds", "1", "--no-save", "--quiet"]);
    assert_eq!((run.code, asked(&home)), (Some(0), 1), "{run:#?}");
    assert!(run.stderr.starts_with("fetching thing 1.0 from PyPI\n"), "{}", run.stderr);
}

#[test]
fn what_was_kept_is_not_believed_either() {
    let home = home();
    assert_eq!(ran(&home, &["suite", "fetch", "packed"]).code, Some(0));
    let folder = home.path("cache/kymograph/modules/fetched");
    let module = folder.join(format!("{}.wasm", sha256(PROGRAM)));
    std::fs::write(&module, &PROGRAM[..20]).unwrap();
    // As a killed process leaves it.
    let unfinished = folder.join(format!("{}.unfinished", sha256(&wheel())));
    std::fs::create_dir(&unfinished).unwrap();
    std::fs::write(unfinished.join("half"), "x").unwrap();
    let again = ran(&home, &["suite", "fetch", "packed"]);
    assert_eq!((again.code, asked(&home)), (Some(0), 1), "the package was kept: {again:#?}");
    assert_eq!(std::fs::read(&module).unwrap(), PROGRAM);
    std::fs::write(folder.join(format!("{}.package", sha256(&wheel()))), "cut").unwrap();
    std::fs::remove_file(&module).unwrap();
    let again = ran(&home, &["suite", "fetch", "packed"]);
    assert_eq!((again.code, asked(&home)), (Some(0), 2), "{again:#?}");
    assert_eq!(kept(&home), ["lock", "package", "wasm"]);
}

#[test]
fn two_at_once_both_succeed() {
    let home = home();
    // Slow enough that both are there before the first is done; nothing depends on it.
    client(&home, "echo \"$@\" >> \"$HOME/asked\"\n/bin/sleep 0.3\n/bin/cp \"$HOME/thing-1.0.whl\" .\n");
    let mut both = [0, 1].map(|_| kymo(&home, &["suite", "fetch", "packed", "--format", "json"]).spawn().unwrap());
    for child in &mut both {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(asked(&home), 1, "the second waits for the first");
    assert_eq!(kept(&home), ["lock", "package", "wasm"]);
}

#[test]
fn what_goes_wrong_is_said() {
    let home = home();
    let mut text = String::new();
    let mut tell = |code, client: Option<&str>| {
        match client {
            Some(script) => self::client(&home, script),
            None => std::fs::remove_file(home.path("programs/pip3")).unwrap(),
        }
        let ran = ran(&home, &["suite", "fetch", "packed"]);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        assert!(!kept(&home).contains(&"wasm".to_owned()), "nothing of it is kept");
        text.push_str(&home.shown(&ran));
        text.push('\n');
    };
    let bring = "/bin/cp \"$HOME/thing-1.0.whl\" .\n";
    tell(1, Some("echo 'WARNING: no route to host' >&2\necho 'ERROR: No matching distribution found' >&2\nexit 1\n"));
    tell(1, Some("exit 0\n"));
    tell(1, None);
    let (package, module, other) = (sha256(&wheel()), sha256(PROGRAM), sha256(b"other"));
    suite(&home, &other, FILE, &module);
    tell(2, Some(bring));
    suite(&home, &package, "thing/modul.wasm", &module);
    tell(2, Some(bring));
    suite(&home, &package, FILE, &other);
    tell(2, Some(bring));
    home.write("thing-1.0.whl", "no archive");
    suite(&home, &sha256(b"no archive"), FILE, &module);
    tell(1, Some(bring));
    snapshot!("mistakes", text.replace(&package, "PACKAGE").replace(&module, "MODULE").replace(&other, "OTHER"));
}

/// The real thing, small programs only: about 13 MB. Without a network there is nothing to be tested.
#[test]
fn real_programs_run() {
    let home = Home::new();
    let command = |args: &[&str]| {
        let mut command = Command::new(bin().join("kymo"));
        // pip finds its mirror and its certificates in the environment and the home of whoever runs this.
        command.current_dir(home.folder()).env("NO_COLOR", "1");
        for (variable, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache")] {
            command.env(variable, home.path(folder));
        }
        let suites: PathBuf = repository().join("suites");
        command.arg("--suites").arg(suites).arg("--workers").arg(bin()).args(args);
        home.finish(command, args)
    };
    let fetched = command(&["suite", "fetch", "real/boolector", "real/quickjs"]);
    if fetched.code == Some(1) && fetched.stderr.contains("cannot fetch ") {
        println!("skipped: real programs cannot be fetched here: {}", fetched.stderr.replace('\n', " "));
        return;
    }
    assert_eq!(fetched.code, Some(0), "{fetched:#?}");
    let run = ["run", "real/boolector", "real/quickjs", "-e", "wasmtime", "--phase", "execute", "--rounds", "1"];
    let run = command(&[run.as_slice(), &["--timeout", "5min", "--no-save", "--quiet"]].concat());
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(run.stdout.contains("real/boolector") && run.stdout.contains("real/quickjs"), "{run:#?}");
}
