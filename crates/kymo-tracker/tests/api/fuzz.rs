//! The API against its own description, by schemathesis: no fault of the server, and answers as they are described.
//!
//! The program is a Python package, pinned with all that it needs; where it cannot be had the test says so in a line.

use crate::support::{Server, postgres, sqlite};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Requests for each operation and phase.
const EXAMPLES: &str = "15";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A Python with schemathesis.
fn python() -> Option<PathBuf> {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/schemathesis.txt");
    let tool = repository().join("tools/python-packages");
    let output = Command::new(tool).arg("--requirements").arg(requirements).output().unwrap();
    if !output.status.success() {
        eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr).trim());
        return None;
    }
    Some(PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()))
}

fn fuzz(server: &Server, python: &Path, name: &str, operations: &[&str]) {
    let work = tempfile::tempdir().unwrap();
    let mut command = Command::new(python.with_file_name("schemathesis"));
    command.current_dir(work.path()).env("NO_COLOR", "1").env("HOME", work.path()).args(["run"]);
    // From a file: an agent's token does not open the description.
    let description = work.path().join("openapi.json");
    std::fs::write(&description, server.ask("GET", "/api/v1/openapi.json").send().body).unwrap();
    command.arg(&description).arg("--url").arg(format!("http://{}", server.address));
    command.arg("--header").arg(format!("Authorization: Bearer {}", server.token(name)));
    command.args(operations);
    // One thread: CPython 3.11 counts the depth of its parser over all threads, and fails two that parse at once
    // (CPython issue 106905).
    command.args(["--max-examples", EXAMPLES, "--seed", "7", "--workers", "1", "--request-timeout", "30"]);
    command.args(["--phases", "coverage,fuzzing", "--suppress-health-check", "all", "--no-shrink"]);
    // Who asks is who the header says, in every request.
    command.args(["--generation-with-security-parameters", "false"]);
    command.args([
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
         response_headers_conformance",
    ]);
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("generated"), "nothing was asked:\n{said}");
}

#[test]
fn the_api_is_what_its_description_says_whatever_it_is_asked() {
    let Some(python) = python() else { return };
    // What it finds in one answer it puts into the next request, and so revokes the tokens that it sees: such last.
    let people = ["--exclude-path-regex", "/api/v1/(agent|login|tokens/|accounts/)"];
    let revoking = ["--include-path-regex", "/api/v1/(tokens|accounts)/"];
    let agents = ["--include-path-regex", "/api/v1/agent"];
    let server = sqlite(|_| {});
    server.requested(&["main", "v1"]);
    fuzz(&server, &python, "bench-1", &agents);
    fuzz(&server, &python, "anna", &people);
    fuzz(&server, &python, "anna", &revoking);
    if let Some(server) = postgres(|_| {}) {
        server.requested(&["main", "v1"]);
        fuzz(&server, &python, "anna", &people);
    }
}
