//! The schema and the page that describe the format, held to the code.

use crate::house::repository;
use kymo_suite::Suite;
use std::path::Path;

fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&kymo_suite::suite_schema()).unwrap();
    text.push('\n');
    text
}

fn json(text: &str) -> serde_json::Value {
    toml::from_str(text).unwrap()
}

#[test]
fn the_schema_in_the_book_is_current() {
    let path = repository().join("docs/src/schemas/suite-1.json");
    if std::env::var_os("KYMO_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, schema()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, schema(), "run the tests with KYMO_BLESS=1 to write docs/src/schemas/suite-1.json again");
}

#[test]
fn the_example_in_the_book_is_a_suite_by_schema_and_by_code() {
    let page = std::fs::read_to_string(repository().join("docs/src/suite-format.md")).unwrap();
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .filter(|example| example.starts_with("schema = 1"))
        .collect();
    assert!(!examples.is_empty());
    let validator = jsonschema::validator_for(&kymo_suite::suite_schema()).unwrap();
    for example in examples {
        Suite::parse(Path::new("suite-format.md"), example).unwrap();
        validator.validate(&json(example)).unwrap();
    }
}

#[test]
fn every_key_is_explained_in_the_book() {
    let page = std::fs::read_to_string(repository().join("docs/src/suite-format.md")).unwrap();
    let schema = kymo_suite::suite_schema();
    let definitions = ["Benchmark", "Fetch", "Flavour", "Parameter", "Native", "Published"];
    let definitions = definitions.iter().map(|name| &schema["$defs"][name]).chain([&schema]);
    for definition in definitions {
        for key in definition["properties"].as_object().unwrap().keys() {
            assert!(
                page.contains(&format!("`{key}`")) || page.contains(&format!("`[[{key}]]`")),
                "docs/src/suite-format.md does not mention `{key}`"
            );
        }
    }
}

#[test]
fn suites_of_this_repository_follow_the_schema() {
    let validator = jsonschema::validator_for(&kymo_suite::suite_schema()).unwrap();
    for folder in std::fs::read_dir(repository().join("suites")).unwrap() {
        let path = folder.unwrap().path().join("suite.toml");
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        if let Err(error) = validator.validate(&json(&text)) {
            panic!("{}: {error}", path.display());
        }
    }
}
