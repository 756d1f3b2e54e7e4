//! Requests that no honest client sends: each is refused with a problem, and none is a fault of the server.

use crate::support::{Ask, on_both, on_both_with, sqlite};
use serde_json::json;

#[test]
fn bodies_that_are_too_large_broken_or_of_another_type_are_refused() {
    on_both(|server| {
        let post = |body: &[u8]| {
            let ask = server.ask_as("rita", "POST", "/api/v1/jobs").header("Content-Type", "application/json");
            ask.bytes(body).send()
        };
        let deep = "[".repeat(50_000);
        let open = r#"{"project":"sample","commits":["ma"#;
        let twice = r#"{"project":"sample","project":"sample","commits":["main"]}"#;
        let bodies: [&[u8]; 9] =
            [b"", b"{", b"null", b"[]", b"\xff\xfe\x00", deep.as_bytes(), open.as_bytes(), twice.as_bytes(), b"1e999"];
        for body in bodies {
            let answer = post(body);
            assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed"), "{answer:?}");
        }
        assert_eq!(post(&vec![b' '; 200_000]).problem(), "too-large");
        let plain = server.ask_as("rita", "POST", "/api/v1/jobs").bytes("{}").send();
        assert_eq!(plain.problem(), "unsupported-media-type");
        // A length that is not what comes, and one that is said to be more than there can be.
        let token = server.token("rita");
        let head = format!("POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n");
        let json = "Content-Type: application/json\r\nConnection: close\r\n";
        let ask = server.ask("POST", "/api/v1/jobs");
        let huge = ask.raw(format!("{head}{json}Content-Length: 99999999999\r\n\r\n{{}}").as_bytes());
        assert_eq!(huge.problem(), "too-large");
        let endless = format!("{head}{json}Transfer-Encoding: chunked\r\n\r\n");
        let chunk = format!("{:x}\r\n{}\r\n", 60_000, " ".repeat(60_000)).repeat(4);
        assert_eq!(ask.raw(format!("{endless}{chunk}").as_bytes()).problem(), "too-large");
        // Two ways to say the length are the beginning of smuggling.
        let both = format!("{head}{json}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        assert_eq!(ask.raw(both.as_bytes()).status / 100, 4);
        let two = format!("{head}{json}Content-Length: 2\r\nContent-Length: 20\r\n\r\n{{}}");
        assert_eq!(ask.raw(two.as_bytes()).status, 400);
    });
}

#[test]
fn paths_and_queries_lead_nowhere_else() {
    on_both(|server| {
        let paths = [
            "/api/v1/../../etc/passwd",
            "/api/v1/jobs/../accounts",
            "/api/v1/jobs/..%2faccounts",
            "/api/v1//accounts",
            "/api/v1/jobs/%00",
            "/api/v1/jobs/1'%20OR%20'1'='1",
            "/api/v1/jobs/18446744073709551616",
            "/api/v1/jobs/9223372036854775808",
            "/api/v1/jobs/-1",
            "/api/v1/jobs/1.0",
            "/api/v1/jobs/1/log/",
            "/api/v1/jobs/%ff",
            "/api/v1/problems/..%2f..%2f",
            "/api/v1/login/%0d%0aSet-Cookie:x",
            "/api/v2",
            "/api",
            "/api/v1/",
        ];
        for path in paths {
            let answer = server.ask("GET", path).send();
            assert!(matches!(answer.status, 400 | 404), "{path}: {answer:?}");
            assert!(answer.header("set-cookie").is_none(), "{path}");
        }
        let queries = [
            "after=x",
            "after=-1",
            "after=18446744073709551615",
            "limit=0",
            "limit=501",
            "limit=99999999999999999999",
            "state=nothing",
            "state=queued'--",
            "project=%00",
            "project=a%20b",
            "machine=%27%3B%20DROP%20TABLE%20jobs%3B--",
            "machine=%ff%fe%00",
            "commit=main",
            "limit=1&limit=2",
            "unknown=1",
            "%00=1",
        ];
        for query in queries {
            let answer = server.ask("GET", &format!("/api/v1/jobs?{query}")).send();
            assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid"), "{query}: {answer:?}");
        }
        let names = ["'; DROP TABLE account;--", "a b", "", "\u{0}", "../x", "ä", "<script>", "a\r\nX: y"];
        for name in names {
            let answer =
                server.ask_as("anna", "POST", "/api/v1/accounts").json(&json!({"name": name, "role": "admin"})).send();
            assert_eq!(answer.status, 422, "{name}: {answer:?}");
            let scope = json!({"scope": {"machine": name}});
            let answer = server.ask_as("anna", "POST", "/api/v1/tokens").json(&scope).send();
            assert_eq!(answer.status, 422, "{name}: {answer:?}");
        }
        assert_eq!(
            server.ask_as("anna", "GET", "/api/v1/accounts").send().value()["items"].as_array().unwrap().len(),
            4
        );
    });
}

#[test]
fn heads_that_are_none_end_their_connection_and_no_other() {
    let server = sqlite(|_| {});
    let ask = server.ask("GET", "/api/v1");
    let many = "X-A: b\r\n".repeat(1000);
    let long = "x".repeat(100_000);
    let heads = [
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "\0\0\0\0\r\n\r\n".to_owned(),
        format!("GET /api/v1 HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
        format!("GET /api/v1 HTTP/1.1\r\nHost: x\r\nX-A: {long}\r\n\r\n"),
        format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
        "GET /api/v1 HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n".to_owned(),
        "GET /api/v1 HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n".to_owned(),
    ];
    for head in heads {
        let status = ask.raw(head.as_bytes()).status;
        assert_eq!(status / 100, 4, "{}: {status}", &head[..head.len().min(60)]);
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let answer = server.ask(method, "/api/v1/jobs").send();
        assert_eq!((answer.status, answer.problem().as_str()), (405, "method-not-allowed"), "{method}");
        assert!(answer.header("allow").is_some_and(|allowed| allowed.contains("GET")), "{answer:?}");
    }
    assert_eq!(ask.send().status, 200);
}

#[test]
fn whoever_asks_too_often_waits() {
    on_both_with(
        |options| options.api.as_mut().unwrap().requests_per_second = 1.0,
        |server| {
            let statuses: Vec<u16> = (0..12).map(|_| server.ask("GET", "/api/v1/jobs").send().status).collect();
            assert!(statuses.contains(&200) && statuses.contains(&429), "{statuses:?}");
            let refused = server.ask("GET", "/api/v1/jobs").send();
            if refused.status == 429 {
                assert_eq!(refused.problem(), "too-many-requests");
                assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
            }
            // Who has a token has a bucket of one's own; wrong ones are counted where they come from.
            assert_eq!(server.ask_as("rita", "GET", "/api/v1/jobs").send().status, 200);
            let forged = server.ask("GET", "/api/v1/jobs").header("Authorization", "Bearer kymo_x");
            let guesses: Vec<u16> = (0..6).map(|_| forged.send().status).collect();
            assert!(guesses.contains(&429) && !guesses.contains(&200), "{guesses:?}");
        },
    );
}

#[test]
fn an_address_that_is_made_up_counts_only_behind_a_proxy() {
    let asked = |behind: bool| {
        let server = if behind {
            sqlite(|options| {
                let api = options.api.as_mut().unwrap();
                (api.behind_proxy, api.requests_per_second) = (true, 0.5);
            })
        } else {
            sqlite(|options| options.api.as_mut().unwrap().requests_per_second = 0.5)
        };
        let from = |number: u32| {
            let ask: Ask = server.ask("GET", "/api/v1");
            ask.header("X-Forwarded-For", &format!("203.0.113.1, 192.0.2.{number}")).send().status
        };
        (0..10).filter(|number| from(*number) == 200).count()
    };
    assert!(asked(false) < 10, "all are from one address");
    assert_eq!(asked(true), 10, "the proxy says that they are not");
}
