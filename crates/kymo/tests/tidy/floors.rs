//! The floors of the house: which crate may stand on which.

use crate::repository::{files, root};
use std::collections::BTreeSet;

/// The floors from the top; a crate may depend on crates of lower floors only. Crates to come have theirs already.
const FLOORS: [(u8, &[&str]); 7] = [
    (7, &["kymo"]),
    (6, &["kymo-tracker"]),
    (5, &["kymo-site", "kymo-parquet", "kymo-lab"]),
    (4, &["kymo-serving"]),
    (3, &["kymo-history", "kymo-load", "kymo-agent", "kymo-worker"]),
    (2, &["kymo-store", "kymo-suite", "kymo-measure", "kymo-exchange", "kymo-sandbox"]),
    (1, &["kymo-stats", "kymo-model", "kymo-testing"]),
];

/// Workers that hold no engine, and are members of the workspace.
const WITHOUT_ENGINE: [&str; 4] = [
    "workers/exec/Cargo.toml",
    "workers/mock/Cargo.toml",
    "workers/native/Cargo.toml",
    "workers/sightglass/Cargo.toml",
];

/// Engine workers, `kymo-worker-NAME`, stand beside the lab.
const WORKER_FLOOR: u8 = 5;

fn floor(package: &str) -> Option<u8> {
    let listed = FLOORS.iter().find(|(_, packages)| packages.contains(&package)).map(|(floor, _)| *floor);
    listed.or_else(|| package.starts_with("kymo-worker-").then_some(WORKER_FLOOR))
}

/// A package of ours, and the packages of ours that its manifest names, those for tests apart.
struct Manifest {
    package: String,
    dependencies: BTreeSet<String>,
    for_tests: BTreeSet<String>,
}

fn manifests() -> Vec<Manifest> {
    // A package that a test builds to see what comes of it is no room of the house.
    let rooms =
        files(&["crates", "workers"], &["Cargo.toml"]).into_iter().filter(|file| !file.name.contains("/tests/"));
    rooms.map(|file| read(&file.text)).collect()
}

/// Reads what is needed of a manifest: names of sections, and keys that are ours.
fn read(text: &str) -> Manifest {
    let mut manifest = Manifest { package: String::new(), dependencies: BTreeSet::new(), for_tests: BTreeSet::new() };
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if section == "package" && line.starts_with("name = ") {
            manifest.package = line.split('"').nth(1).unwrap_or_default().to_owned();
        } else if section.ends_with("dependencies") {
            let key: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            if key == "kymo" || key.starts_with("kymo-") {
                let list = if section.ends_with("dev-dependencies") {
                    &mut manifest.for_tests
                } else {
                    &mut manifest.dependencies
                };
                list.insert(key);
            }
        }
    }
    manifest
}

#[test]
fn crates_stand_on_lower_floors_only() {
    let manifests = manifests();
    assert!(manifests.len() > 5, "the manifests were not found");
    for manifest in &manifests {
        let own = floor(&manifest.package).unwrap_or_else(|| panic!("{} has no floor", manifest.package));
        for other in manifest.dependencies.iter().chain(&manifest.for_tests) {
            let theirs = floor(other).unwrap_or_else(|| panic!("{other} has no floor"));
            assert!(theirs < own, "{} (floor {own}) stands on {other} (floor {theirs})", manifest.package);
        }
    }
}

#[test]
fn the_nouns_and_the_mathematics_stand_on_nothing_of_ours() {
    for manifest in
        manifests().iter().filter(|manifest| ["kymo-model", "kymo-stats"].contains(&manifest.package.as_str()))
    {
        assert!(manifest.dependencies.is_empty() && manifest.for_tests.is_empty(), "{}", manifest.package);
    }
}

/// The agent will carry run documents and never measure; workers know the model and the protocol only,
/// and the server that they have in common.
#[test]
fn workers_know_the_protocol_and_nothing_behind_it() {
    for manifest in manifests().iter().filter(|manifest| manifest.package.starts_with("kymo-worker-")) {
        let allowed = ["kymo-model", "kymo-serving", "kymo-worker"];
        let other: Vec<_> = manifest.dependencies.iter().filter(|one| !allowed.contains(&one.as_str())).collect();
        assert!(other.is_empty(), "{} stands on {other:?}", manifest.package);
    }
}

#[test]
fn every_engine_worker_has_a_lockfile_of_its_own() {
    for file in files(&["workers"], &["Cargo.toml"]) {
        if !WITHOUT_ENGINE.contains(&file.name.as_str()) {
            assert!(file.text.contains("[workspace]"), "{} is no workspace of its own", file.name);
            assert!(root().join(file.name.replace(".toml", ".lock")).is_file(), "{} has no lockfile", file.name);
        }
    }
}
