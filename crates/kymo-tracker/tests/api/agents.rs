//! The agents' end: leases, heartbeats, uploads, ends; and everything of it again, by others, and out of order.

use crate::support::{Answer, LOOKED_AT, Server, console, gzip, lease_request, on_both, report, run, sqlite};
use kymo_model::watch::Scope;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

/// Gets the next job of a machine; the lease.
pub fn leased(server: &Server, machine: &str, session: &str) -> (String, Value) {
    let answer = server.ask_as(machine, "POST", "/api/v1/agent/lease").json(&lease_request(session)).send();
    assert_eq!(answer.status, 200, "{answer:?}");
    let granted = answer.value();
    (granted["lease"].as_str().unwrap().to_owned(), granted["order"].clone())
}

pub fn beat(server: &Server, machine: &str, lease: &str, log: Option<Value>) -> Answer {
    let body = json!({"report": report("s"), "progress": {"step": "build", "done": 0.5, "text": "x"}, "log": log});
    server.ask_as(machine, "POST", &format!("/api/v1/agent/leases/{lease}/heartbeat")).json(&body).send()
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn put(server: &Server, machine: &str, hash: &str, offset: u64, size: usize, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/agent/uploads/{hash}?offset={offset}&size={size}");
    server.ask_as(machine, "PUT", &path).bytes(bytes).send()
}

pub fn end(server: &Server, machine: &str, lease: &str, results: &[&str]) -> Answer {
    let body = json!({"end": {"kind": "measured"}, "results": results});
    server.ask_as(machine, "POST", &format!("/api/v1/agent/leases/{lease}/end")).json(&body).send()
}

/// Uploads a document in one piece; its hash.
pub fn uploaded(server: &Server, document: &[u8]) -> String {
    let packed = gzip(document);
    let hash = sha256(&packed);
    let answer = put(server, "bench-1", &hash, 0, packed.len(), &packed);
    assert_eq!((answer.status, &answer.value()["complete"]), (200, &json!(true)), "{answer:?}");
    hash
}

#[test]
fn a_job_goes_from_request_to_record_and_every_request_of_it_may_come_twice() {
    on_both(|server| {
        let job = server.requested(&["main"])[0];
        let (lease, order) = leased(server, "bench-1", "s");
        assert_eq!(
            (order["job"].as_u64(), order["commit"].as_str()),
            (Some(job), Some(server.repository.main[2].as_str()))
        );
        // An agent whose answer was lost asks again, and has the same job.
        assert_eq!(leased(server, "bench-1", "s").0, lease);
        let text = "one\n\u{1b}[2Jtwo <script>\n";
        for _ in 0..2 {
            let answer = beat(server, "bench-1", &lease, Some(json!({"offset": 0, "text": text})));
            assert_eq!((answer.status, answer.value()["log_offset"].as_u64()), (200, Some(text.len() as u64)));
        }
        let log = server.ask("GET", &format!("/api/v1/jobs/{job}/log?offset=4")).send().value();
        assert_eq!((log["offset"].as_u64(), log["text"].as_str()), (Some(4), Some("?[2Jtwo <script>\n")));
        let shown = server.ask("GET", &format!("/api/v1/jobs/{job}")).send().value();
        assert_eq!((&shown["state"], &shown["progress"]["done"]), (&json!("running"), &json!(0.5)));
        let packed = gzip(run("r-looked-at", &server.repository.main[2]).to_string().as_bytes());
        let hash = sha256(&packed);
        for _ in 0..2 {
            let answer = put(server, "bench-1", &hash, 0, packed.len(), &packed);
            assert!(matches!(answer.status, 200 | 409), "{answer:?}");
            assert_eq!(answer.value(), json!({"offset": packed.len(), "complete": true}));
        }
        let first = end(server, "bench-1", &lease, &[&hash]);
        assert_eq!((first.status, first.value()), (200, json!({"runs": ["r-looked-at"], "end": {"kind": "measured"}})));
        assert_eq!(end(server, "bench-1", &lease, &[&hash]).value(), first.value());
        // Another end of the same lease is none, and neither is a heartbeat.
        assert_eq!(end(server, "bench-1", &lease, &[]).problem(), "lease-gone");
        assert_eq!(beat(server, "bench-1", &lease, None).problem(), "lease-gone");
        let store = server.store();
        assert_eq!(store.list().unwrap().len(), 1);
        let kept = store.load(&kymo_model::RunId::new("r-looked-at")).unwrap();
        let filed = kept.filed.unwrap();
        // What the server knows of the commit and the machine stands in the place of what the agent said.
        assert_eq!((filed.commit.title.as_str(), kept.machine.name.as_str()), ("commit 2", "bench-1"));
        assert!(filed.commit.tree.is_some());
        // What changed is looked for without anybody's asking, after the results are in the record.
        let begun = Instant::now();
        while !LOOKED_AT.lock().unwrap().iter().any(|run| run == "r-looked-at") {
            assert!(begun.elapsed() < Duration::from_secs(60), "nobody looked for changes");
            std::thread::sleep(Duration::from_millis(20));
        }
        LOOKED_AT.lock().unwrap().clear();
    });
}

#[test]
fn a_lease_opens_its_own_job_to_its_own_machine_alone() {
    on_both(|server| {
        server.requested(&["main"]);
        let (lease, _) = leased(server, "bench-1", "s");
        for stranger in ["none", "..", "%2e%2e", "' OR 1=1 --", "%00", &"x".repeat(200), "%0d%0aSet-Cookie:x=1"] {
            let stranger = stranger.replace(' ', "%20");
            let answer = beat(server, "bench-1", &stranger, None);
            assert!(matches!(answer.status, 404 | 409), "{stranger}: {answer:?}");
            assert!(answer.header("set-cookie").is_none());
        }
        assert_eq!(beat(server, "bench-2", &lease, None).problem(), "lease-gone");
        assert_eq!(end(server, "bench-2", &lease, &[]).problem(), "lease-gone");
        // An upload belongs to the machine that sent it.
        let hash = uploaded(server, b"{}");
        let path = format!("/api/v1/agent/uploads/{hash}");
        let of = |machine: &str| server.ask_as(machine, "GET", &path).send().value()["complete"].clone();
        assert_eq!((of("bench-1"), of("bench-2")), (json!(true), json!(false)));
        // The machine is asked for by its token alone: what it calls itself changes nothing.
        assert_eq!(server.ask("GET", "/api/v1/machines").send().value()["items"][0]["name"], "bench-1");
        assert_eq!(beat(server, "bench-1", &lease, None).status, 200);
    });
}

#[test]
fn two_agents_with_one_token_are_told() {
    on_both(|server| {
        server.requested(&["main", "v1"]);
        leased(server, "bench-1", "one");
        let other = server.ask_as("bench-1", "POST", "/api/v1/agent/lease").json(&lease_request("two")).send();
        assert_eq!((other.status, other.problem().as_str()), (409, "other-session"));
    });
}

#[test]
fn an_agent_that_waits_is_woken_by_a_job_also_one_of_another_server() {
    on_both(|server| {
        let elsewhere = server.another(|_| {});
        let waiting = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let body = json!({"report": report("s"), "wait_s": 30});
                let begun = Instant::now();
                let path = "/api/v1/agent/lease";
                let ask = crate::support::Ask::new(elsewhere, "POST", path);
                let token = format!("Bearer {}", server.token("bench-1"));
                (ask.header("Authorization", &token).json(&body).send(), begun.elapsed())
            });
            std::thread::sleep(Duration::from_millis(500));
            server.requested(&["main"]);
            waiting.join().unwrap()
        });
        assert_eq!(waiting.0.status, 200, "{waiting:?}");
        assert!(waiting.1 < Duration::from_secs(15), "it waited {:?}", waiting.1);
    });
}

#[test]
fn a_token_that_is_revoked_while_its_agent_waits_gets_no_job() {
    on_both(|server| {
        let answer = std::thread::scope(|scope| {
            let asked = scope.spawn(|| {
                let body = json!({"report": report("s"), "wait_s": 30});
                server.ask_as("bench-1", "POST", "/api/v1/agent/lease").json(&body).send()
            });
            let is_heard = || {
                let machines = server.store().machines().unwrap();
                machines.iter().any(|machine| machine.name == "bench-1" && machine.heard_unix_s.is_some())
            };
            while !is_heard() {
                std::thread::sleep(Duration::from_millis(10));
            }
            let mut store = server.store();
            let tokens = store.tokens().unwrap();
            let token = tokens.iter().find(|token| token.scope == Scope::Machine("bench-1".to_owned())).unwrap();
            store.revoke_token(&console(), &token.id).unwrap();
            server.requested(&["main"]);
            asked.join().unwrap()
        });
        assert_eq!(answer.status, 401, "{answer:?}");
        let queue = server.ask("GET", "/api/v1/queue?machine=bench-1").send().value();
        assert_eq!(queue["items"][0]["state"], "queued");
    });
}

#[test]
fn an_upload_goes_on_where_it_broke_off() {
    on_both(|server| {
        let bytes: Vec<u8> = (0..100_000u32).map(|number| (number * 31 % 251) as u8).collect();
        let hash = sha256(&bytes);
        let state = |answer: Answer| (answer.status, answer.value()["offset"].as_u64().unwrap());
        assert_eq!(state(put(server, "bench-1", &hash, 0, bytes.len(), &bytes[..40_000])), (200, 40_000));
        assert_eq!(state(put(server, "bench-1", &hash, 50_000, bytes.len(), &bytes[50_000..])), (409, 40_000));
        let path = format!("/api/v1/agent/uploads/{hash}");
        assert_eq!(state(server.ask_as("bench-1", "GET", &path).send()), (200, 40_000));
        assert_eq!(state(put(server, "bench-1", &hash, 40_000, bytes.len(), &bytes[40_000..])), (200, 100_000));
        // Other bytes than the hash says are no upload.
        let wrong = put(server, "bench-1", &"0".repeat(64), 0, 4, b"data");
        assert_eq!(wrong.problem(), "invalid");
        for (hash, offset, size) in [("xyz", 0, 4), (hash.as_str(), 0, 3), (hash.as_str(), u64::MAX, 4)] {
            assert_eq!(put(server, "bench-1", hash, offset, size, b"data").problem(), "invalid", "{hash} {offset}");
        }
        assert_eq!(put(server, "bench-1", &hash, 0, 1 << 40, b"data").problem(), "too-large");
        let large = vec![0; (4 << 20) + 1];
        assert_eq!(put(server, "bench-1", &hash, 0, large.len(), &large).problem(), "too-large");
    });
}

#[test]
fn what_an_agent_says_of_itself_is_kept_within_bounds() {
    let server = sqlite(|_| {});
    let mut hostile = lease_request("s");
    hostile["report"]["agent"] = json!("\u{1b}]0;x\u{7}".repeat(1000));
    hostile["report"]["paused_because"] = json!(["<img src=x onerror=alert(1)>\u{202e}\r\n"]);
    hostile["report"]["machine"]["cpu_model"] = json!("y".repeat(10_000));
    let answer = server.ask_as("bench-1", "POST", "/api/v1/agent/lease").json(&hostile).send();
    assert_eq!(answer.status, 204, "{answer:?}");
    let shown = server.ask("GET", "/api/v1/machines").send();
    let report = &shown.value()["items"][0]["report"];
    assert!(report["agent"].as_str().unwrap().len() <= 100);
    assert_eq!(report["machine"]["cpu_model"].as_str().unwrap().len(), 200);
    assert!(!shown.text().contains("\\u001b") && !shown.text().contains('\u{202e}'), "{}", shown.text());
    let wrong = [
        ("session", json!("")),
        ("session", json!("x".repeat(1000))),
        ("paused_because", json!(vec!["x"; 1000])),
        ("disk_free", json!(-1)),
        ("disk_free", json!(u64::MAX)),
        ("disk_free", json!(1e300)),
    ];
    for (key, value) in wrong {
        let mut body = lease_request("s");
        body["report"][key] = value;
        let answer = server.ask_as("bench-1", "POST", "/api/v1/agent/lease").json(&body).send();
        assert!(matches!(answer.status, 400 | 422), "{key}: {answer:?}");
    }
}
