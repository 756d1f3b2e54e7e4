//! What must be absent from the sources.

use crate::repository::{files, ratchet};
use crate::rust::{Source, count_word, has_word, sources};

/// Leaf modules that may hold `unsafe` code. Each has a safe face.
const UNSAFE_MODULES: [&str; 20] = [
    "crates/kymo-load/src/sys.rs",
    "crates/kymo-load/src/sys/buffers.rs",
    "crates/kymo-load/src/sys/uring.rs",
    "crates/kymo-measure/src/callgrind.rs",
    "crates/kymo-measure/src/perf.rs",
    "crates/kymo-measure/src/sys.rs",
    "crates/kymo-sandbox/src/launch.rs",
    "crates/kymo-store/src/db/system_error.rs",
    "crates/kymo-worker/src/parent/sys.rs",
    "workers/mock/src/sys.rs",
    "workers/native/src/exit.rs",
    "workers/native/src/loaded.rs",
    "workers/native/src/marks.rs",
    "workers/native/src/stage.rs",
    "workers/sightglass/src/abi.rs",
    "workers/sightglass/src/capture.rs",
    "workers/wasm2c/src/library.rs",
    "workers/wasmer/src/code.rs",
    "workers/wasmer/src/memory.rs",
    "workers/wasmtime/src/compiler_flags.rs",
];

/// The same for tests.
const UNSAFE_TESTS: [&str; 3] = [
    "crates/kymo-store/tests/support/limit.rs",
    "workers/sightglass/tests/engine/src/engine.rs",
    "workers/sightglass/tests/engine/src/lib.rs",
];

/// Prints outside `kymo` and the workers: file, macro, how often. The worker's end says why it gives up, on the standard
/// error that the parent keeps.
const PRINTS: [&str; 1] = ["crates/kymo-worker/src/engine/serving.rs: eprintln! × 1"];

/// Numbers of kymo-model outside newtypes: a load average and two frequencies, which only ever are shown; and what people
/// type, on its way into newtypes.
const BARE_FLOATS: [&str; 2] = ["crates/kymo-model/src/conditions.rs: 3", "crates/kymo-model/src/typed.rs: 2"];

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];

fn shipped_in(package: &str) -> impl Iterator<Item = (Source, String)> {
    let of_package: Vec<Source> = sources().into_iter().filter(|source| source.package() == package).collect();
    assert!(!of_package.is_empty(), "{package} was not found");
    of_package.into_iter().map(|source| {
        let shipped = source.shipped();
        (source, shipped)
    })
}

fn absent(package: &str, words: &[&str]) {
    for (source, shipped) in shipped_in(package) {
        let found: Vec<_> = words.iter().filter(|word| has_word(&shipped, word)).collect();
        assert!(found.is_empty(), "{} has {found:?}", source.name);
    }
}

#[test]
fn kymo_stats_does_no_io_and_reads_no_clock() {
    absent("crates/kymo-stats", &["std::fs", "std::io", "std::env", "std::net", "std::process", "std::thread"]);
    absent("crates/kymo-stats", &["std::time", "Instant", "SystemTime", "println!", "eprintln!", "print!", "dbg!"]);
}

#[test]
fn kymo_model_does_no_io() {
    absent(
        "crates/kymo-model",
        &["std::fs", "std::io", "std::env", "std::net", "std::process", "Instant", "SystemTime"],
    );
}

#[test]
fn only_kymo_prints() {
    let mut found = Vec::new();
    for source in sources() {
        if source.name.starts_with("crates/kymo/") || source.name.starts_with("workers/") {
            continue;
        }
        let shipped = source.shipped();
        for print in ["println!", "print!", "eprintln!", "eprint!", "dbg!"] {
            match count_word(&shipped, print) {
                0 => {}
                count => found.push(format!("{}: {print} × {count}", source.name)),
            }
        }
    }
    ratchet("only kymo prints", &found, &PRINTS);
}

#[test]
fn only_the_store_knows_sql() {
    // Put together, so that this file does not hold what it looks for.
    let signs = [["rus", "qlite"].concat(), ["SEL", "ECT "].concat(), ["INS", "ERT INTO"].concat()];
    for file in files(&["crates", "workers"], &[".rs", "Cargo.toml"]) {
        let found: Vec<_> = signs.iter().filter(|sign| file.text.contains(*sign)).collect();
        // The benchmark's database is not ours: a server of the machine itself asks it, and the lab fills it.
        let may =
            ["crates/kymo-store/", "crates/kymo-lab/src/serving/postgres.rs", "workers/native/src/serving/database.rs"];
        let may = may.iter().any(|place| file.name.starts_with(place));
        assert!(may || found.is_empty(), "{} has {found:?}", file.name);
    }
}

/// What a guest's `bench.start` and `bench.end` run through: readings alone, nothing written, allocated or waited for.
#[test]
fn nothing_is_logged_or_allocated_in_a_region() {
    let modules = ["crates/kymo-measure/src/region.rs", "crates/kymo-worker/src/engine/meter.rs"];
    let forbidden = [
        "print!",
        "println!",
        "eprint!",
        "eprintln!",
        "write!",
        "writeln!",
        "dbg!",
        "format!",
        "vec!",
        "Vec",
        "String",
        "Box::new",
        "to_owned",
        "to_string",
        "push",
        "lock",
        "send",
        "File",
        "std::fs",
        "std::io",
        "sleep",
    ];
    let mut looked_at = 0;
    for source in sources().iter().filter(|source| modules.contains(&source.name.as_str())) {
        for io in ["std::fs", "std::io", "std::net", "std::sync::mpsc"] {
            assert!(!has_word(&source.shipped(), io), "{} has {io}", source.name);
        }
        for function in source.functions().iter().filter(|one| ["start", "end"].contains(&one.name.as_str())) {
            looked_at += 1;
            let found: Vec<_> = forbidden.iter().filter(|word| has_word(&function.body, word)).collect();
            assert!(found.is_empty(), "{}:{}: {} has {found:?}", source.name, function.line, function.name);
        }
    }
    assert!(looked_at >= 4, "the region's start and end were not found");
}

#[test]
fn unsafe_code_is_in_leaf_modules_that_are_listed() {
    let mut found = Vec::new();
    for source in sources() {
        if has_word(&source.code, "unsafe") {
            found.push(source.name);
        }
    }
    let listed: Vec<&str> = UNSAFE_MODULES.into_iter().chain(UNSAFE_TESTS).collect();
    ratchet("unsafe code outside the listed modules", &found, &listed);
}

#[test]
fn every_unsafe_block_says_why_it_is_safe() {
    const LINES_ABOVE: usize = 4;
    for source in sources() {
        let text: Vec<&str> = source.text.lines().collect();
        for (at, line) in source.code.lines().enumerate().filter(|(_, line)| has_word(line, "unsafe")) {
            let said = text[at.saturating_sub(LINES_ABOVE)..=at].iter().any(|line| line.contains("SAFETY:"));
            assert!(said, "{}:{}: no SAFETY: comment above '{}'", source.name, at + 1, line.trim());
        }
    }
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    for source in sources() {
        let shipped = source.shipped();
        let lines = shipped.lines().enumerate().filter(|(_, line)| line.contains(".unwrap()"));
        let found: Vec<usize> = lines.map(|(at, _)| at + 1).collect();
        assert!(found.is_empty(), "{} unwraps in lines {found:?}", source.name);
    }
}

#[test]
fn modules_are_named_for_what_they_hold() {
    for source in sources() {
        let named = |part: &str| EMPTY_NAMES.contains(&part.trim_end_matches(".rs"));
        assert!(!source.name.split('/').any(named), "{} is named for nothing", source.name);
    }
}

#[test]
fn floats_in_the_model_are_inside_newtypes() {
    let mut found = Vec::new();
    for (source, shipped) in shipped_in("crates/kymo-model") {
        if source.name.ends_with("/quantity.rs") {
            let open = shipped.lines().filter(|line| line.contains("struct") && line.contains("pub f64")).count();
            assert_eq!(open, 0, "{} has a newtype whose inside is public", source.name);
            continue;
        }
        match count_word(&shipped, "f64") {
            0 => {}
            count => found.push(format!("{}: {count}", source.name)),
        }
    }
    ratchet("f64 in kymo-model outside newtypes", &found, &BARE_FLOATS);
}

#[test]
fn the_clock_of_the_lab_is_a_parameter() {
    absent("crates/kymo-lab", &["Instant::now", "SystemTime", "std::env"]);
}

#[test]
fn only_kymo_reads_the_environment() {
    for package in
        ["crates/kymo-store", "crates/kymo-suite", "crates/kymo-lab", "crates/kymo-worker", "crates/kymo-model"]
    {
        absent(package, &["env::var", "env::var_os", "env::vars", "env::current_dir", "env::home_dir"]);
    }
}
