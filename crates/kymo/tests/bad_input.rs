//! What is wrong is said where the person who did it looks for it, with what to do, and with the right exit code:
//! 2 for a wrong command, 1 for one that could not be done.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use support::{Home, PROGRAM, Ran, bin, program, repository};

/// Somebody without privileges, on every system: 65534 is `nobody`.
const NOBODY: u32 = 65534;

fn home() -> Home {
    let home = Home::new();
    program(&home, "fib");
    home
}

/// Runs commands that all go wrong and gives what a person sees of them.
fn shown(home: &Home, commands: &[&[&str]]) -> String {
    let mut text = String::new();
    for args in commands {
        let ran = home.run(args);
        assert!(matches!(ran.code, Some(1 | 2)), "{ran:#?}");
        text.push_str(&home.shown(&ran));
        text.push('\n');
    }
    text
}

#[test]
fn files() {
    let home = home();
    home.write("cut.wasm", &PROGRAM[..20]);
    home.write("empty.wasm", "");
    home.write("text.wasm", "#!/bin/sh\necho no module\n");
    home.write("slip.wat", "(module\n  (func (export \"_start\") (i32.cnst 1) drop))\n");
    home.write("nothing.wat", "(module (func (export \"other\")))");
    std::fs::create_dir(home.path("folder")).unwrap();
    std::fs::create_dir(home.path("folder.wasm")).unwrap();
    let mock = |target: &'static str| ["run", target, "-e", "mock"];
    let with = |target, more: [&'static str; 2]| [mock(target).as_slice(), &more].concat();
    let targets =
        ["nowhere.wasm", "folder.wasm", "folder", "cut.wasm", "empty.wasm", "text.wasm", "slip.wat", "nothing.wat"];
    let plain = targets.map(mock);
    let mut commands: Vec<&[&str]> = plain.iter().map(|args| args.as_slice()).collect();
    let more = [
        with("fib.wasm", ["--invoke", "fibonacci"]),
        with("fib.wasm", ["--stdin", "nowhere"]),
        with("fib.wasm", ["--dir", "nowhere"]),
        with("fib.wasm", ["--dir", "::x"]),
        with("fib.wasm", ["--env", "x"]),
        with("fib.wasm", ["--expect-stdout", "nowhere"]),
    ];
    commands.extend(more.iter().map(Vec::as_slice));
    snapshot!("files", shown(&home, &commands));
}

#[test]
fn an_import_that_nobody_provides_is_named() {
    let home = home();
    let text = std::fs::read(repository().join("suites/fixtures/missing-import.wat")).unwrap();
    home.write("missing.wat", text);
    snapshot!("import", shown(&home, &[&["run", "missing.wat", "-e", "mock", "--rounds", "1"]]));
}

#[test]
fn guests_that_trap_never_end_or_take_all_memory() {
    let home = home();
    for name in ["traps", "endless", "hungry"] {
        let text = std::fs::read(repository().join(format!("suites/fixtures/{name}.wat"))).unwrap();
        home.write(&format!("{name}.wat"), text);
    }
    let run = |file| ["run", file, "-e", "wasmtime", "--rounds", "1", "--phase", "execute"].to_vec();
    let trap = run("traps.wat");
    let endless = [run("endless.wat"), vec!["--timeout", "500ms"]].concat();
    let hungry = [run("hungry.wat"), vec!["--memory", "256MiB"]].concat();
    snapshot!("guests", shown(&home, &[&trap, &endless, &hungry]));
}

/// A suite in a folder of the same name, with one benchmark; `change` is made to its text.
fn suite(home: &Home, name: &str, change: (&str, &str)) {
    let text = "schema = 1\nname = \"NAME\"\nabout = \"Nothing.\"\n\n[[benchmark]]\nname = \"fib\"\n\
        about = \"Returns at once.\"\nartifact = \"fib.wasm\"\n\
        sha256 = \"b5b8e4f7a9b4d5e5f9d8d3bba7a5f3c3d34b5bba1f9e3b6a8f8f4f1a5e2c7d90\"\n\
        stdout = { text = \"1\\n2\\n\" }\ntags = [\"smoke\"]\n";
    home.write(&format!("{name}/fib.wasm"), PROGRAM);
    let sha256 = sha256_of(&home.path(&format!("{name}/fib.wasm")), home);
    let text =
        text.replace("NAME", name).replace("b5b8e4f7a9b4d5e5f9d8d3bba7a5f3c3d34b5bba1f9e3b6a8f8f4f1a5e2c7d90", &sha256);
    assert!(text.contains(change.0), "{text}");
    home.write(&format!("{name}/suite.toml"), text.replacen(change.0, change.1, 1));
}

fn sha256_of(path: &Path, home: &Home) -> String {
    let file = kymo_suite::SingleFile { path: path.to_owned(), ..Default::default() };
    kymo_suite::single(&file, &home.path("cache")).unwrap().benchmark.sha256.to_string()
}

#[test]
fn suites() {
    let home = home();
    suite(&home, "wrong-hash", ("sha256 = \"", "sha256 = \"0000"));
    let text = std::fs::read_to_string(home.path("wrong-hash/suite.toml")).unwrap();
    let line = text.lines().find(|line| line.starts_with("sha256")).unwrap();
    let shortened = format!("{}\"", &line[..line.len() - 5]);
    home.write("wrong-hash/suite.toml", text.replace(line, &shortened));
    suite(&home, "unknown-key", ("tags =", "tag ="));
    suite(&home, "unknown-value", ("stdout = {", "kind = \"module\"\nstdout = {"));
    suite(&home, "no-toml", ("about = \"Nothing.\"", "about = \"Nothing."));
    suite(&home, "newer", ("schema = 1", "schema = 2"));
    suite(&home, "unchecked", ("stdout = { text = \"1\\n2\\n\" }\n", ""));
    suite(&home, "gone", ("artifact = \"fib.wasm\"", "artifact = \"fob.wasm\""));
    suite(&home, "right", ("tags", "tags"));
    let targets = [
        "./wrong-hash",
        "./unknown-key",
        "./unknown-value",
        "./no-toml",
        "./newer",
        "./unchecked",
        "./gone",
        "basic",
        "./right/fob",
    ];
    let plain = targets.map(|target| ["run", target, "-e", "mock"]);
    let mut commands: Vec<&[&str]> = plain.iter().map(|args| args.as_slice()).collect();
    commands.push(&["run", "./right", "-e", "mock", "--tag", "smok"]);
    commands.push(&["run", "./right", "-e", "mock", "--param", "n=1"]);
    commands.push(&["run", "./right", "-e", "mock", "--arg", "1"]);
    commands.push(&["run", "./right", "-e", "mock", "--stdin", "fib.wasm"]);
    commands.push(&["suite", "list", "basic"]);
    snapshot!("suites", shown(&home, &commands));
}

#[test]
fn output_that_differs_is_shown_from_its_first_difference() {
    let home = home();
    suite(&home, "right", ("tags", "tags"));
    home.write("expected.txt", "1\n2\n3\n");
    let one = ["run", "./right", "-e", "mock[stdout=1]", "--rounds", "1", "--phase", "execute"];
    let other = ["run", "fib.wasm", "-e", "mock[stdout=2]", "--expect-stdout", "expected.txt", "--rounds", "1"];
    snapshot!("output", shown(&home, &[&one, &other]));
}

/// Copies a built program. By another process: a file that one of our threads is writing while another forks cannot be
/// executed for a moment.
fn copy(name: &str, folder: &Path) {
    let copied = Command::new("cp").arg(bin().join(name)).arg(folder).status().unwrap();
    assert!(copied.success(), "{name} was not copied");
}

/// `kymo` alone with the mock, under the names of other engines, so that what is found does not depend on what was
/// built.
fn alone(home: &Home, workers: &[&str], args: &[&str]) -> Ran {
    let folder = home.path("bin");
    std::fs::create_dir_all(&folder).unwrap();
    copy("kymo", &folder);
    for name in workers {
        let link = folder.join(format!("kymo-worker-{name}"));
        if !link.exists() {
            std::os::unix::fs::symlink(bin().join("kymo-worker-mock"), link).unwrap();
        }
    }
    let mut command = home.command(folder.join("kymo"));
    command.env("PATH", "").args(args);
    home.finish(command, args)
}

#[test]
fn engines() {
    let home = home();
    let mut text = String::new();
    for engine in ["wasmtime", "wasmer", "javascript", "wazero"] {
        text.push_str(&home.shown(&alone(&home, &[], &["run", "fib.wasm", "-e", engine])));
    }
    text.push_str(&home.shown(&alone(&home, &[], &["engine", "list"])));
    for engine in ["wasmtiem", "wasmtime@head", "one[mock,other]", "one[", "one]", "[x]", "one[=1]"] {
        text.push_str(&home.shown(&alone(&home, &["one", "two"], &["run", "fib.wasm", "-e", engine])));
    }
    for words in ["tme=1", "time", "seed=many", "time=1,time=2", "time=fast"] {
        let engine = format!("mock[{words}]");
        text.push_str(&home.shown(&home.run(&["run", "fib.wasm", "-e", &engine, "--rounds", "1"])));
    }
    snapshot!("engines", text);
}

#[test]
fn flags() {
    let home = home();
    home.ok(&["run", "fib.wasm", "-e", "mock", "--rounds", "1", "--quiet", "--label", "one variant"]);
    std::fs::create_dir(home.path("folder")).unwrap();
    let flags = [
        ["--rounds", "0"],
        ["--rounds", "-1"],
        ["--precision", "nonsense"],
        ["--precision", "0%"],
        ["--budget", "-1s"],
        ["--budget", "soon"],
        ["--timeout", "0"],
        ["--memory", "2GB"],
        ["--phase", "nonsense"],
        ["--metric", "nonsense"],
        ["--format", "xml"],
        ["--out", "nowhere/out.json"],
        ["--out", "folder"],
        ["--colour", "never"],
    ];
    let plain = flags.map(|flag| [&["run", "fib.wasm", "-e", "mock"][..], &flag].concat());
    let mut commands: Vec<&[&str]> = plain.iter().map(Vec::as_slice).collect();
    let others: [&[&str]; 17] = [
        &["run", "fib.wasm", "--rounds", "1", "--precision", "1%"],
        &["run", "fib.wasm", "--output-varies", "--expect-stdout", "fib.wasm"],
        &["run"],
        &["measure"],
        &["compare", "nowhere", "latest"],
        &["compare", "latest"],
        &["compare", "latest", "latest"],
        &["compare", "latest:other"],
        &["compare", "nowhere.json", "latest"],
        &["compare", "fib.wasm"],
        &["compare", "latest", "--fail-on", "nonsense"],
        &["show", "nowhere"],
        &["resume", "nowhere"],
        &["export", "--out", "nowhere/out.json"],
        &["export", "--out", "folder", "--format", "csv"],
        &["runs", "--format", "csv"],
        &["doctor", "--budget", "1s"],
    ];
    commands.extend(others);
    snapshot!("flags", shown(&home, &commands));
}

#[test]
fn stores() {
    let home = home();
    let run = ["run", "fib.wasm", "-e", "mock", "--rounds", "1", "--quiet"];
    home.ok(&run);
    // The schema's version stands at byte 60 of the file's header, the most significant byte first.
    let mut bytes = std::fs::read(home.path("kymo.db")).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(home.path("kymo.db"), bytes).unwrap();
    let mut text = shown(&home, &[&run, &["runs"]]);
    std::fs::write(home.path("kymo.db"), "a text\n").unwrap();
    text.push_str(&shown(&home, &[&run]));
    std::fs::remove_file(home.path("kymo.db")).unwrap();
    std::fs::create_dir(home.path("kymo.db")).unwrap();
    text.push_str(&shown(&home, &[&run]));
    snapshot!("stores", text);
}

/// Takes the right to write in a folder away, from a process without privileges: `root` may write everywhere.
fn as_nobody(home: &Home, args: &[&str]) -> Ran {
    // The built programs may lie where nobody else may look.
    let folder = home.path("bin");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["kymo", "kymo-worker-mock"] {
        copy(name, &folder);
    }
    let mut command: Command = home.command(folder.join("kymo"));
    command.args(args);
    if std::fs::metadata(home.folder()).unwrap().uid() == 0 {
        for place in [home.folder().to_owned(), home.path("tmp")] {
            std::os::unix::fs::chown(place, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    home.finish(command, args)
}

#[test]
fn a_read_only_data_folder_is_told_before_anything_is_measured() {
    let home = home();
    std::fs::create_dir(home.path("data")).unwrap();
    std::fs::set_permissions(home.path("data"), std::fs::Permissions::from_mode(0o555)).unwrap();
    let args = ["run", "fib.wasm", "-e", "mock[log=log]", "--rounds", "1"];
    let ran = as_nobody(&home, &args);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(!home.path("log").exists());
    let mut text = home.shown(&ran);
    // Without a store it can still be measured.
    let ran = as_nobody(&home, &["run", "fib.wasm", "-e", "mock", "--rounds", "1", "--no-save", "--quiet"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    text.push_str(&home.shown(&as_nobody(&home, &["runs"])));
    snapshot!("read-only", text);
}
