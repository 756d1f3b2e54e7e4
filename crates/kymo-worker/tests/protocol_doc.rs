//! `docs/src/worker-protocol.md`, its schemas and its example worker say what the code does.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of #[test]")]

use kymo_model::{Direction, Feature, Metric, Phase, Unit};
use kymo_worker::protocol::{Hello, PROTOCOL, Request, Response};
use serde::Deserialize;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn docs(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(path)
}

fn page() -> String {
    std::fs::read_to_string(docs("src/worker-protocol.md")).unwrap()
}

/// The text of the page's code blocks that are marked as JSON.
fn json_blocks(page: &str) -> Vec<&str> {
    page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Reads a message as what its type says, and writes it again.
fn round_trip(message: &Value) -> Result<Value, serde_json::Error> {
    match message["type"].as_str() {
        Some("open" | "measure" | "serve" | "stop" | "close") => serde_json::to_value(Request::deserialize(message)?),
        _ => serde_json::to_value(Response::deserialize(message)?),
    }
}

/// Every field of `part` is in `whole`, with the same value.
fn is_within(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|found| is_within(value, found)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| is_within(part, whole))
        }
        _ => part == whole,
    }
}

#[test]
fn every_message_of_the_page_is_one_of_the_protocol() {
    let page = page();
    let mut types = Vec::new();
    for block in json_blocks(&page) {
        let message: Value = serde_json::from_str(block).unwrap_or_else(|error| panic!("{error} in {block}"));
        let read = round_trip(&message).unwrap_or_else(|error| panic!("{error} in {block}"));
        // What the types do not know would be lost on the way.
        assert!(is_within(&message, &read), "{message} was read as {read}");
        types.push(message["type"].as_str().unwrap().to_owned());
    }
    let requests = ["open", "measure", "serve", "stop", "close"];
    let answers = ["hello", "opened", "result", "serving", "served", "failure"];
    for kind in requests.into_iter().chain(answers) {
        assert!(types.iter().any(|found| found == kind), "the page has no example of '{kind}'");
    }
}

#[test]
fn the_page_has_every_metric_feature_and_phase() {
    let page = page();
    for metric in Metric::ALL {
        let unit = match metric.unit() {
            Unit::Second => "s",
            Unit::Byte => "B",
            Unit::Count => "1",
            Unit::PerSecond => "1/s",
        };
        let better = match metric.direction() {
            Direction::LowerIsBetter => "lower",
            Direction::HigherIsBetter => "higher",
        };
        let row = format!("| `{metric}` | `{unit}` | {better} |");
        assert!(page.contains(&row), "there is no row {row}");
    }
    for feature in Feature::ALL {
        assert!(page.contains(&format!("`{feature}`")), "{feature} is missing");
    }
    for phase in Phase::ALL {
        assert!(page.contains(&format!("`{phase}`")), "{phase} is missing");
    }
    assert!(page.contains(&format!("It describes\nversion {PROTOCOL}.")));
}

#[test]
fn the_page_describes_every_field() {
    let page = page();
    for schema in schemas() {
        for name in properties(&schema.1) {
            // In a table by itself, as a part of another field, or as the only field of an object.
            let forms = [format!("`{name}`"), format!("[].{name}`"), format!("`{{\"{name}\"")];
            let is_named = forms.iter().any(|form| page.contains(form));
            assert!(is_named || name == "type", "the field {name} of {} is not described", schema.0);
        }
    }
}

/// The limits that the page names are those of the parent.
#[test]
fn the_pages_limits_are_the_parents() {
    let page = page();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/parent");
    for (file, code, prose) in [
        ("find.rs", "HELLO_TIMEOUT: Duration = Duration::from_secs(20)", "no hello within 20 s"),
        ("lines.rs", "LINE_BYTES_MAX: usize = 16 << 20", "longer than 16 MiB"),
        ("conversation.rs", "WATCH_INTERVAL: Duration = Duration::from_millis(20)", "looked at every 20 ms"),
        ("conversation.rs", "EXIT_GRACE: Duration = Duration::from_secs(2)", "no end within 2 s"),
    ] {
        assert!(std::fs::read_to_string(source.join(file)).unwrap().contains(code), "{file} has another {code}");
        assert!(page.contains(prose), "the page does not say '{prose}'");
    }
}

fn schemas() -> [(&'static str, Value); 3] {
    [
        ("worker-hello-1.json", schemars::schema_for!(Hello).to_value()),
        ("worker-request-1.json", schemars::schema_for!(Request).to_value()),
        ("worker-response-1.json", schemars::schema_for!(Response).to_value()),
    ]
}

/// The names of all properties in a schema.
fn properties(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(map) => {
            let own =
                map.get("properties").and_then(Value::as_object).into_iter().flat_map(|names| names.keys().cloned());
            own.chain(map.values().flat_map(properties)).collect()
        }
        Value::Array(list) => list.iter().flat_map(properties).collect(),
        _ => Vec::new(),
    }
}

/// `KYMO_BLESS=1 cargo test -p kymo-worker --test protocol_doc` writes them anew.
#[test]
fn the_schemas_are_current() {
    for (name, schema) in schemas() {
        let path = docs("src/schemas").join(name);
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("KYMO_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{} is not what the types say; write it anew with KYMO_BLESS=1", path.display());
    }
}

#[test]
fn the_example_worker_speaks_the_protocol() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let text = std::fs::read_to_string(docs("examples/kymo-worker-example.py")).unwrap();
    assert!(page().contains(&format!("```python\n{text}```")), "the page shows another example than the file");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("module.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let open = |sha256: &str| {
        let (module, stdout, stderr) = (path("module.wasm"), path("stdout"), path("stderr"));
        serde_json::json!({"type": "open", "module": module, "sha256": sha256, "kind": "core", "strategy": "only",
            "region": "start", "stdout": stdout, "stderr": stderr})
    };
    let measure = serde_json::json!({"type": "measure", "metrics": ["wall_time", "cycles"], "phases": [
        {"phase": "compile", "warmup": 0, "iterations": 2}, {"phase": "execute", "warmup": 1, "iterations": 2}]});
    let close = serde_json::json!({"type": "close"});

    // SHA-256 of the eight bytes of an empty module.
    let empty = "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476";
    let answers = converse(&[open(empty), measure, close.clone()]);
    let [Response::Hello(hello), Response::Opened(_), Response::Result(measured)] = answers.as_slice() else {
        panic!("{answers:?}");
    };
    assert_eq!(hello.protocol, PROTOCOL);
    let counts: Vec<_> = measured.samples.iter().map(|samples| (samples.phase, samples.values.len())).collect();
    assert_eq!(counts, [(Phase::Compile, 2), (Phase::Execute, 3)]);
    assert_eq!(measured.absent.iter().map(|absent| absent.metric).collect::<Vec<_>>(), [Metric::Cycles]);
    assert_eq!(measured.verification.as_ref().unwrap().stdout_bytes.get(), 20);

    let answers = converse(&[open(&"0".repeat(64)), close]);
    let [Response::Hello(_), Response::Failure(failure)] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(failure.outcome.label(), "invalid");
}

/// Runs the example with these requests and returns its answers.
fn converse(requests: &[Value]) -> Vec<Response> {
    let mut example = Command::new("python3");
    let example = example.arg(docs("examples/kymo-worker-example.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = example.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for request in requests {
        writeln!(input, "{request}").unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
