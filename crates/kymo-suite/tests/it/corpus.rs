//! The suites and fixtures of this repository.

use crate::house::repository;
use kymo_model::Feature;
use kymo_suite::{Selection, SingleFile, SuiteError, Suites, inspect, single};
use std::collections::BTreeSet;

#[test]
fn every_suite_is_right_and_requires_no_more_than_its_modules_do() {
    let cache = tempfile::tempdir().unwrap();
    let suites = Suites::new(vec![repository().join("suites")]);
    for suite in suites.list().unwrap() {
        if suite.benchmarks.iter().any(|benchmark| !benchmark.packages.is_empty()) {
            // Its modules are not here, and may be nowhere without a network: the tests of the command run them.
            continue;
        }
        let selected = suites.select(&suite.name, &Selection::default(), cache.path()).unwrap();
        assert!(selected.len() >= suite.benchmarks.len());
        for selected in selected {
            let name = &selected.benchmark.name;
            let found = inspect(&std::fs::read(&selected.benchmark.path).unwrap()).unwrap();
            assert_eq!(selected.unprovided, [""; 0], "{name}");
            assert_eq!(selected.benchmark.requires, found.features, "{name}");
        }
    }
}

#[test]
fn fixtures_are_what_they_say() {
    let folder = repository().join("suites/fixtures");
    let Ok(files) = std::fs::read_dir(&folder) else {
        return;
    };
    let cache = tempfile::tempdir().unwrap();
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "wat") {
            continue;
        }
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let invoke = match stem.as_str() {
            "returns-42" => exported(&path),
            _ => None,
        };
        let result = single(&SingleFile { path, invoke, ..SingleFile::default() }, cache.path());
        if stem == "type-error" {
            assert!(matches!(result, Err(SuiteError::Artifact(_))), "{stem}");
            continue;
        }
        let selected = result.unwrap_or_else(|error| panic!("{stem}: {error}"));
        if stem == "missing-import" {
            assert_eq!(selected.unprovided, [r#""env"."nobody" (func)"#]);
        } else {
            assert_eq!(selected.unprovided, [""; 0], "{stem}");
        }
        let requires = &selected.benchmark.requires;
        match stem.as_str() {
            "gc" => assert!(requires.contains(&Feature::Gc)),
            "threads" => assert!(requires.contains(&Feature::Threads)),
            "continuations" | "stack-switching" => assert!(requires.contains(&Feature::StackSwitching)),
            _ if stem.starts_with("host-fibers") => assert!(requires.contains(&Feature::HostFibers), "{stem}"),
            _ => {
                let plain = BTreeSet::from([Feature::WasiP1, Feature::WasiP2, Feature::ComponentModel]);
                assert!(requires.is_subset(&plain), "{stem}: {requires:?}");
            }
        }
    }
}

/// The only function of a module without a start.
fn exported(path: &std::path::Path) -> Option<String> {
    let module = inspect(&wat::parse_file(path).unwrap()).unwrap();
    if module.has_start { None } else { module.exports.first().cloned() }
}

/// Each benchmark has the two flavours that make a price; each module is used, and pinned by its hash.
#[test]
fn components_have_their_flavours_and_are_pinned() {
    let folder = repository().join("suites/components");
    let suite: toml::Table = toml::from_str(&std::fs::read_to_string(folder.join("suite.toml")).unwrap()).unwrap();
    let mut used = BTreeSet::new();
    for benchmark in suite["benchmark"].as_array().unwrap() {
        let flavours = benchmark["flavour"].as_array().unwrap();
        let names: BTreeSet<&str> = flavours.iter().map(|flavour| flavour["name"].as_str().unwrap()).collect();
        assert!(names.contains("core") && names.contains("component"), "{}", benchmark["name"]);
        for flavour in flavours {
            assert!(flavour.get("sha256").is_some(), "{} of {} is not pinned", flavour["name"], benchmark["name"]);
            used.insert(folder.join(flavour["artifact"].as_str().unwrap()));
        }
    }
    let folders = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let modules = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    assert_eq!(modules.collect::<BTreeSet<_>>(), used);
}
