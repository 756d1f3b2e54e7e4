//! The run document's schema in the book is the one of this code, and old documents load for ever.
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of #[test]")]

use kymo_model::run::RUN_SCHEMA;
use kymo_model::{Metric, Outcome, Phase, Run};
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_schema_of_runs_in_the_book_is_current() {
    let path = repository().join(format!("docs/src/schemas/run-{RUN_SCHEMA}.json"));
    let schema = kymo_model::schema::run_schema();
    if std::env::var_os("KYMO_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, serde_json::to_string_pretty(&schema).unwrap() + "\n").unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    // As values: the order of keys depends on how serde_json was built.
    assert!(
        serde_json::from_str(&kept).is_ok_and(|kept: serde_json::Value| kept == schema),
        "run the tests with KYMO_BLESS=1 to write {} again",
        path.display()
    );
}

/// A document of each version that was ever released. Never change one: it stands for those that people keep.
#[test]
fn documents_of_every_version_load() {
    for version in 1..=RUN_SCHEMA {
        let path = repository().join(format!("crates/kymo-model/tests/documents/run-{version}.json"));
        let text = std::fs::read_to_string(&path).unwrap();
        let run: Run = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(run.schema, version);
        assert!(run.invocations.iter().all(|one| (one.benchmark as usize) < run.plan.benchmarks.len()));
        let first = &run.invocations[0];
        assert_eq!(first.outcome, Outcome::Measured);
        let times = first.samples(Phase::Execute, Metric::WallTime).unwrap();
        assert_eq!((times.values.len(), times.steady().len()), (3, 2));
    }
}

#[test]
fn a_document_says_again_what_it_said() {
    let text = std::fs::read_to_string(repository().join("crates/kymo-model/tests/documents/run-1.json")).unwrap();
    let run: Run = serde_json::from_str(&text).unwrap();
    let again: Run = serde_json::from_str(&serde_json::to_string(&run).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&run).unwrap());
}

#[test]
fn an_unknown_key_is_refused() {
    let text = std::fs::read_to_string(repository().join("crates/kymo-model/tests/documents/run-1.json")).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    document["fastest"] = "wasmtime".into();
    let error = serde_json::from_value::<Run>(document).unwrap_err();
    assert!(error.to_string().contains("fastest"), "{error}");
}

#[test]
fn every_metric_and_phase_has_one_name() {
    for metric in Metric::ALL {
        assert_eq!(metric.name().parse::<Metric>().unwrap(), metric);
        assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
    }
    for phase in Phase::ALL {
        assert_eq!(phase.name().parse::<Phase>().unwrap(), phase);
        assert_eq!(serde_json::to_value(phase).unwrap(), phase.name());
    }
}
