//! Engines built from a checkout: two trees of wasmi, one of them slowed down, told apart; one tree twice, not told
//! apart; and everything that can be wrong with a checkout.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use support::crates::{change, copy, folder_of, give_cargo};
use support::{Home, Ran};

/// A loop that wasmi interprets in some hundredths of a second, and a checksum of it.
const PROGRAM: &str = r#"(module
  (func (export "work") (result i32)
    (local $n i32) (local $sum i32)
    (local.set $n (i32.const 1000000))
    (loop $again
      (local.set $sum (i32.xor (i32.mul (local.get $sum) (i32.const 31)) (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))"#;

/// The packages beside `wasmi` that are no slower or faster in any copy.
const SIBLINGS: [&str; 3] = ["wasmi_core", "wasmi_ir", "wasmi_collections"];

fn run(home: &Home, args: &[&str]) -> Ran {
    let mut command = home.kymo(args);
    give_cargo(&mut command);
    home.finish(command, args)
}

fn ok(home: &Home, args: &[&str]) -> String {
    let ran = run(home, args);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout
}

fn build(home: &Home, name: &str, paths: &[&str], more: &[&str]) -> Ran {
    let mut args = vec!["engine", "build", "wasmi", "--name", name];
    paths.iter().for_each(|path| args.extend(["--path", path]));
    args.extend(more);
    run(home, &args)
}

fn built(home: &Home, name: &str, paths: &[&str]) {
    let ran = build(home, name, paths, &[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

/// The trees: `base` and `slow`, and what they share.
fn checkouts(home: &Home) {
    let wasmi = folder_of("wasmi", "wasmi");
    for name in SIBLINGS {
        copy(home, &folder_of("wasmi", name), &format!("siblings/{name}"));
    }
    for tree in ["base", "slow"] {
        copy(home, &wasmi, &format!("{tree}/wasmi"));
    }
    // Each operation waits for a function that counts: some nanoseconds, a multiple of what most of them take.
    let dispatch = "slow/wasmi/src/engine/executor/handler/dispatch/backend";
    for file in ["tail.rs", "loop.rs"] {
        let file = format!("{dispatch}/{file}");
        let text = std::fs::read_to_string(home.path(&file)).unwrap();
        let text = text.replace(
            "let (ip, sp, mem0, mem0_len, instance, ireg, freg32, freg64) = $args.into_parts();",
            "$crate::engine::executor::seeded_delay();\n\
             let (ip, sp, mem0, mem0_len, instance, ireg, freg32, freg64) = $args.into_parts();",
        );
        std::fs::write(home.path(&file), text).unwrap();
    }
    let executor = home.path("slow/wasmi/src/engine/executor/mod.rs");
    let text = std::fs::read_to_string(&executor).unwrap();
    let delay = "\n#[inline(never)]\npub(crate) fn seeded_delay() {\n    \
                 for n in 0..8_u32 {\n        core::hint::black_box(n);\n    }\n}\n";
    std::fs::write(executor, text + delay).unwrap();
}

/// The verdict of a pair, the first variant being one side of each, and its ratio.
fn verdict(document: &Value, pair: usize) -> (String, f64) {
    let comparison = &document["tables"][pair]["rows"][0]["cells"][1]["comparison"];
    (comparison["verdict"].as_str().unwrap().to_owned(), comparison["ratio"].as_f64().unwrap())
}

#[test]
fn a_seeded_slow_down_is_told_apart_and_the_same_code_is_not() {
    let home = Home::new();
    checkouts(&home);
    home.write("work.wat", PROGRAM);
    built(&home, "base", &["base", "siblings"]);
    built(&home, "same", &["base", "siblings"]);
    built(&home, "slow", &["slow", "siblings"]);
    let engines = ["-e", "wasmi@base", "-e", "wasmi@same", "-e", "wasmi@slow"];
    let run_args = [&["run", "work.wat", "--invoke", "work", "--rounds", "10", "--phase", "execute"], &engines[..]];
    let ran = run(&home, &run_args.concat());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains("wasmi@slow"), "{ran:#?}");
    // Same sources, flags and compiler: that is an A/A pair, and is told.
    assert!(ran.stderr.contains("A/A"), "{ran:#?}");
    // With a margin that no noise of a machine fills, so that the load of the machine decides nothing.
    let args = ["compare", "latest", "--margin", "40%", "--format", "json"];
    let document: Value = serde_json::from_str(&ok(&home, &args)).unwrap();
    let (same, slow) = (verdict(&document, 0), verdict(&document, 1));
    assert!(!["faster", "slower"].contains(&same.0.as_str()), "{same:?}");
    assert!(slow.0 == "slower" && slow.1 > 1.4, "{slow:?}");
    listed_and_removed(&home);
}

#[test]
#[ignore = "compiles an engine three times more, which is minutes; run it with --ignored"]
fn builds_that_fail_are_explained_and_leave_the_old_one() {
    let home = Home::new();
    checkouts(&home);
    built(&home, "base", &["base", "siblings"]);
    what_fails_leaves_the_old_one(&home);
}

fn listed_and_removed(home: &Home) {
    let list: Value = serde_json::from_str(&ok(home, &["engine", "list", "--format", "json"])).unwrap();
    let of_build = |name: &str| {
        let found = list.as_array().unwrap().iter().find(|one| one["build"]["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {list:#}")).clone()
    };
    let (base, same, slow) = (of_build("base"), of_build("same"), of_build("slow"));
    assert_eq!(base["build_id"], same["build_id"]);
    assert_ne!(base["build_id"], slow["build_id"]);
    assert_eq!(base["name"], "wasmi");
    assert_eq!(base["build"]["packages"].as_object().unwrap().len(), 4, "{base:#}");
    assert!(base["build"]["toolchain"].as_str().unwrap().starts_with("rustc "), "{base:#}");
    assert_eq!(base["build"]["sources"][0]["path"], home.path("base").canonicalize().unwrap().to_str().unwrap());
    let table = ok(home, &["engine", "list"]);
    assert!(table.lines().any(|line| line.starts_with("wasmi@slow  2.")), "{table}");
    let settings = ok(home, &["engine", "list", "wasmi@base"]);
    assert!(settings.contains("interpreter") && settings.contains("metrics: "), "{settings}");
    assert_eq!(ok(home, &["engine", "remove", "wasmi@slow"]), "removed wasmi@slow\n");
    let ran = run(home, &["run", "work.wat", "--invoke", "work", "-e", "wasmi@slow"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("registered are: wasmi@base, wasmi@same"), "{ran:#?}");
}

/// A name in use, an interface that moved, a checkout that does not compile: each is said, and what was there before
/// still is.
fn what_fails_leaves_the_old_one(home: &Home) {
    let ran = build(home, "base", &["base"], &[]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("there is a build wasmi@base already"), "{ran:#?}");

    copy(home, &folder_of("wasmi", "wasmi_wasi"), "moved/wasmi_wasi");
    change(home, "moved/wasmi_wasi/src/sync/mod.rs", "as add_to_linker", "as put_into_linker");
    let ran = build(home, "base", &["base", "siblings", "moved"], &["--force"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("but another interface"), "{ran:#?}");
    assert!(ran.stderr.contains("add_to_linker") && ran.stderr.contains("build.log"), "{ran:#?}");

    change(
        home,
        "siblings/wasmi_collections/src/lib.rs",
        "extern crate alloc;",
        "extern crate alloc;\nfn broken() -> u8 { \"\" }",
    );
    let ran = build(home, "base", &["base", "siblings"], &["--force"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("siblings does not build: the error is in wasmi_collections"), "{ran:#?}");

    let still = ok(home, &["engine", "list", "wasmi@base"]);
    assert!(still.starts_with("wasmi@base "), "{still}");
}

#[test]
fn what_is_wrong_is_said_before_anything_is_built() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("empty")).unwrap();
    home.write("file", "");
    home.write("broken/Cargo.toml", "[package\n");
    home.write("other/Cargo.toml", "[package]\nname = \"other\"\nversion = \"1.0.0\"\n[workspace]\n");
    home.write("other/src/lib.rs", "");
    // wasmi by name, without the features that the worker asks for: an older one, and a newer one.
    for (folder, version) in [("old", "0.1.0"), ("new", "99.0.0")] {
        let manifest = format!(
            "[package]\nname = \"wasmi\"\nversion = \"{version}\"\n[features]\nstd = []\nvalidate = []\n[workspace]\n"
        );
        home.write(&format!("{folder}/Cargo.toml"), manifest);
        home.write(&format!("{folder}/src/lib.rs"), "");
    }
    let commands: [&[&str]; 14] = [
        &["wasmi", "--path", "nowhere", "--name", "x"],
        &["wasmi", "--path", "file", "--name", "x"],
        &["wasmi", "--path", "empty", "--name", "x"],
        &["wasmi", "--path", "other", "--name", "x"],
        &["wasmi", "--path", "old", "--path", "new", "--name", "x"],
        &["wasmi", "--path", "old", "--name", "x"],
        &["wasmi", "--path", "new", "--name", "x"],
        &["wasmi", "--path", "old", "--name", "a/b"],
        &["wasmi", "--path", "old", "--name", ".."],
        &["wasmi", "--path", "old", "--name", ""],
        &["wasmi", "--path", "old"],
        &["wasmi", "--name", "x"],
        &["javascript", "--path", "old", "--name", "x"],
        &["wasmi", "--path", "old", "--name", "x", "--profile", "lto"],
    ];
    let mut text = String::new();
    for args in commands {
        let args = [&["engine", "build"], args].concat();
        let ran = run(&home, &args);
        assert!(matches!(ran.code, Some(1 | 2)), "{ran:#?}");
        text.push_str(&home.shown(&ran));
        text.push('\n');
    }
    for args in [&["engine", "remove", "wasmi@x"][..], &["engine", "remove", "wasmi"], &["engine", "list", "wasmi@x"]] {
        text.push_str(&home.shown(&run(&home, args)));
        text.push('\n');
    }
    // What other workers there are changes.
    let text: String = text.lines().map(|line| line.split(" are: was").next().unwrap().to_owned() + "\n").collect();
    snapshot!("wrong", text);
    let ran = build(&home, "x", &["broken"], &[]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("broken/Cargo.toml: cargo cannot read it: "), "{ran:#?}");
    assert!(!home.path("data/kymograph/engines/wasmi@x").exists());
}

#[test]
fn a_checkout_that_wants_a_newer_rust_says_which() {
    let home = Home::new();
    copy(&home, &folder_of("wasmi", "wasmi"), "later/wasmi");
    let manifest = home.path("later/wasmi/Cargo.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with("rust-version")).collect();
    let text = text.join("\n").replace("[package]", "[package]\nrust-version = \"1.999\"");
    std::fs::write(manifest, text).unwrap();
    let ran = build(&home, "later", &["later"], &[]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("later/wasmi wants Rust 1.999; here is Rust 1."), "{ran:#?}");
    assert!(ran.stderr.contains("RUSTUP_TOOLCHAIN=1.999"), "{ran:#?}");
}

#[test]
fn without_sources_it_says_where_they_are_expected() {
    let home = Home::new();
    let args = ["engine", "build", "wasmi", "--path", ".", "--name", "x"];
    let mut command = home.kymo(&args);
    command.env("KYMO_SOURCES", home.folder());
    let ran = home.finish(command, &args);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("set KYMO_SOURCES to a clone"), "{ran:#?}");
}
