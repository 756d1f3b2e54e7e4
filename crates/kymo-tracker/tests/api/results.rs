//! Results that no honest machine sends. Each ends its job as rejected, with one line; the server goes on.

use crate::agents::{end, leased, put, sha256, uploaded};
use crate::support::{Server, gzip, on_both, run, sqlite};
use serde_json::{Value, json};

/// Sends a document as the result of a new job; how the job ended.
fn outcome(server: &Server, document: &[u8]) -> Value {
    let (lease, _) = job(server);
    let hash = uploaded(server, document);
    let answer = end(server, "bench-1", &lease, &[&hash]);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.value()["end"].clone()
}

fn job(server: &Server) -> (String, u64) {
    let job = server.requested(&[&server.repository.main[2]])[0];
    (leased(server, "bench-1", "s").0, job)
}

fn refused(server: &Server, document: &[u8]) -> String {
    let end = outcome(server, document);
    assert_eq!(end["kind"], "rejected", "{}", String::from_utf8_lossy(&document[..document.len().min(3000)]));
    let message = end["message"].as_str().unwrap().to_owned();
    assert!(!message.is_empty() && message.len() <= 2000 && !message.contains(['\n', '\u{1b}']), "{message:?}");
    message
}

#[test]
fn numbers_that_nothing_measures_are_refused() {
    on_both(|server| {
        let good = run("r-1", &server.repository.main[2]).to_string();
        let sample = |value: &str| good.replace("\"values\":[0.25]", &format!("\"values\":[{value}]"));
        for value in ["-1", "-0.001", "1e300", "1e400", "1e19", "NaN", "Infinity", "null", "\"1\"", "[1]", "true"] {
            let text = sample(value);
            assert_ne!(text, good);
            refused(server, text.as_bytes());
        }
        let replaced = [
            ("\"start\":0.0", "\"start\":-1.0"),
            ("\"duration\":1.0", "\"duration\":1e12"),
            ("\"timeout\":60.0", "\"timeout\":-1.0"),
            ("\"values\":[0.25]", "\"values\":[0.25],\"warmup\":2"),
            ("\"outcome\":", "\"steal\":2.0,\"outcome\":"),
            ("\"created_unix_s\":1795345200", "\"created_unix_s\":18446744073709551615"),
        ];
        for (from, to) in replaced {
            let text = good.replace(from, to);
            assert_ne!(text, good, "{from}");
            refused(server, text.as_bytes());
        }
        assert_eq!(outcome(server, good.as_bytes())["kind"], "measured");
        assert_eq!(server.store().list().unwrap().len(), 1, "of all these one run is in the record");
    });
}

#[test]
fn documents_that_are_none_or_of_another_job_are_refused() {
    on_both(|server| {
        let commit = &server.repository.main[2];
        let good = run("r-2", commit);
        let with = |pointer: &str, value: Value| {
            let mut changed = good.clone();
            *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
            changed.to_string()
        };
        let other = &server.repository.main[0];
        let documents = [
            String::new(),
            "null".to_owned(),
            "[]".to_owned(),
            "{".to_owned(),
            "[".repeat(1_000_000),
            "{\"a\":".repeat(100_000),
            format!("{good} {good}"),
            "\u{0}".to_owned(),
            with("/schema", json!(2)),
            with("/schema", json!(0)),
            with("/id", json!("")),
            with("/id", json!("../../etc/passwd")),
            with("/id", json!("x".repeat(65))),
            with("/id", json!("a\u{1b}b")),
            with("/id", json!("panic")),
            with("/filed", Value::Null),
            with("/filed/project", json!("other")),
            with("/filed/project", json!("../x")),
            with("/filed/commit/hash", json!(other)),
            with("/filed", json!({"project": "sample", "commit": {"hash": commit}, "canary": 7})),
            with("/invocations/0/benchmark", json!(9)),
            with("/invocations/0/variant", json!(4_294_967_295u32)),
            with("/plan/benchmarks/0/name", json!("")),
            with("/plan/benchmarks/0/name", json!("n".repeat(1000))),
            with("/plan/metrics", json!(vec!["wall_time"; 65])),
            with("/plan/benchmarks", json!(vec![good["plan"]["benchmarks"][0].clone(); 5001])),
            with("/closed", json!({"0": "rounds", "1": "rounds"})),
            good.to_string().replacen('{', "{\"unknown\":1,", 1),
            with("/harness/version", json!("v".repeat(100_000))),
        ];
        for document in documents {
            refused(server, document.as_bytes());
        }
        refused(server, b"\xff\xfe");
        assert!(server.store().list().unwrap().is_empty());
        assert_eq!(outcome(server, good.to_string().as_bytes())["kind"], "measured");
        // The id is taken now: another document under it is refused, and the first one stays.
        refused(server, with("/created_unix_s", json!(5)).as_bytes());
        assert_eq!(server.store().list().unwrap().len(), 1);
    });
}

#[test]
fn a_small_upload_that_grows_without_end_is_stopped() {
    let server = sqlite(|_| {});
    // 300 MiB of spaces are 300 KiB.
    let mut bomb = b"{".to_vec();
    bomb.resize(300 << 20, b' ');
    let message = refused(&server, &bomb);
    assert!(message.contains("268435456 bytes unpacked at most"), "{message}");
    drop(bomb);
    // Behind the end of the first member is a second one; and what is no gzip at all.
    let good = run("r-3", &server.repository.main[2]).to_string();
    let two = [gzip(good.as_bytes()), gzip(good.as_bytes())].concat();
    for packed in [two, b"no gzip".to_vec(), gzip(good.as_bytes())[..100].to_vec()] {
        let (lease, _) = job(&server);
        let hash = sha256(&packed);
        assert_eq!(put(&server, "bench-1", &hash, 0, packed.len(), &packed).status, 200);
        assert_eq!(end(&server, "bench-1", &lease, &[&hash]).value()["end"]["kind"], "rejected");
    }
    assert!(server.store().list().unwrap().is_empty());
}

#[test]
fn results_that_were_not_uploaded_lose_nothing() {
    on_both(|server| {
        let (lease, job) = job(server);
        let answer = end(server, "bench-1", &lease, &[&"0".repeat(64)]);
        assert_eq!((answer.status, answer.problem().as_str()), (409, "conflict"), "{answer:?}");
        // Upload, and end again.
        let hash = uploaded(server, run("r-4", &server.repository.main[2]).to_string().as_bytes());
        assert_eq!(end(server, "bench-1", &lease, &[&hash]).value()["runs"], json!(["r-4"]));
        let shown = server.ask("GET", &format!("/api/v1/jobs/{job}")).send().value();
        assert_eq!((&shown["state"], &shown["runs"]), (&json!("finished"), &json!(["r-4"])));
        // Two documents with one id are one too many.
        let (lease, _) = self::job(server);
        let first = uploaded(server, run("r-5", &server.repository.main[2]).to_string().as_bytes());
        let mut other = run("r-5", &server.repository.main[2]);
        other["created_unix_s"] = json!(7);
        let second = uploaded(server, other.to_string().as_bytes());
        assert_eq!(end(server, "bench-1", &lease, &[&first, &second]).value()["end"]["kind"], "rejected");
    });
}
