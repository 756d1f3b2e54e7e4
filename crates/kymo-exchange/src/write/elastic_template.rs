//! The index template for what [`super::elastic`] writes: without one, Elasticsearch and OpenSearch guess the types from
//! the first document, and make text to be searched of every name.

use serde_json::{Value, json};

/// A keyword longer than this is kept and not indexed. A term must not exceed 32,766 bytes, which are at least so many
/// characters of UTF-8.
const KEYWORD_MAX: u32 = 8191;

/// The version of the template, for whoever updates one.
const VERSION: u32 = 1;

/// What counts where the pattern of another template matches, too; the number that Elasticsearch's manual has in its
/// examples of users' templates.
const PRIORITY: u32 = 500;

/// Fields of a document that are names, or one of a few words.
const NAMES: [&str; 16] = [
    "run",
    "label",
    "benchmark",
    "module_sha256",
    "variant",
    "engine",
    "engine_version",
    "engine_build",
    "strategy",
    "kymo_version",
    "imported_from",
    "lacks",
    "outcome",
    "phase",
    "metric",
    "unit",
];

/// Fields of the machine, all of them names.
const OF_MACHINE: [&str; 5] = ["fingerprint", "name", "arch", "os", "cpu_model"];

/// Fields that count.
const COUNTS: [&str; 3] = ["round", "sequence", "iteration"];

/// A composable index template for the indices whose names begin with `index`. What a later version writes besides is
/// kept in the document and not indexed.
pub fn index_template(index: &str) -> Value {
    let keyword = || json!({"type": "keyword", "ignore_above": KEYWORD_MAX});
    let mut properties = serde_json::Map::new();
    properties.insert("@timestamp".to_owned(), json!({"type": "date"}));
    for name in NAMES {
        properties.insert(name.to_owned(), keyword());
    }
    for name in COUNTS {
        properties.insert(name.to_owned(), json!({"type": "long"}));
    }
    let of_machine: serde_json::Map<String, Value> =
        OF_MACHINE.iter().map(|name| ((*name).to_owned(), keyword())).collect();
    properties.insert("machine".to_owned(), json!({"properties": of_machine}));
    // Every engine has settings of its own: they come as they come, as keywords.
    properties.insert("settings".to_owned(), json!({"type": "object", "dynamic": true}));
    properties.insert("warmup".to_owned(), json!({"type": "boolean"}));
    properties.insert("value".to_owned(), json!({"type": "double"}));
    json!({
        "index_patterns": [format!("{index}*")],
        "priority": PRIORITY,
        "version": VERSION,
        "_meta": {"description": "Samples of Kymograph, as kymo export --format ndjson writes them"},
        "template": {
            "mappings": {
                "dynamic": false,
                "date_detection": false,
                "dynamic_templates": [
                    {"settings": {"path_match": "settings.*", "match_mapping_type": "*", "mapping": keyword()}}
                ],
                "properties": properties,
            }
        }
    })
}
