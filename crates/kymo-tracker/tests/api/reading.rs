//! What readers get: pages of lists, tags, gzip, headers, problems that explain themselves.

use crate::support::{Server, on_both};
use std::io::Read;

fn ids(server: &Server, path: &str) -> (Vec<u64>, Option<String>) {
    let page = server.ask("GET", path).send().value();
    let ids = page["items"].as_array().unwrap().iter().map(|job| job["id"].as_u64().unwrap()).collect();
    (ids, page["next"].as_str().map(str::to_owned))
}

#[test]
fn a_list_is_read_page_by_page_without_a_gap() {
    on_both(|server| {
        let mut asked = server.requested(&["main", "v1", "side", &server.repository.main[1].clone()]);
        asked.reverse();
        let mut read = Vec::new();
        let mut after = String::new();
        loop {
            let (ids, next) = ids(server, &format!("/api/v1/jobs?limit=3{after}"));
            read.extend(ids);
            match next {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(read, asked);
        let commit = &server.repository.side;
        assert_eq!(ids(server, &format!("/api/v1/jobs?commit={commit}&state=queued&project=sample")).0.len(), 1);
        assert!(ids(server, "/api/v1/jobs?state=failed").0.is_empty());
        asked.reverse();
        assert_eq!(ids(server, "/api/v1/queue?machine=bench-1").0, asked, "in the order in which they are taken");
        assert_eq!(ids(server, "/api/v1/queue").0, asked);
        assert!(ids(server, "/api/v1/queue?machine=bench-2").0.is_empty());
        assert_eq!(server.ask("GET", "/api/v1/jobs/999").send().problem(), "not-found");
    });
}

#[test]
fn an_answer_is_tagged_packed_and_shown_in_no_other_page() {
    on_both(|server| {
        server.requested(&["main", "v1", "side"]);
        let plain = server.ask("GET", "/api/v1/queue").send();
        let tag = plain.header("etag").unwrap().to_owned();
        assert_eq!(plain.header("cache-control"), Some("private, no-cache"));
        for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")] {
            assert_eq!(plain.header(name), Some(value));
        }
        assert!(plain.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
        let again = server.ask("GET", "/api/v1/machines").header("If-None-Match", "\"other\"").send();
        assert_eq!(again.status, 200);
        let packed = server.ask("GET", "/api/v1/openapi.json").header("Accept-Encoding", "gzip").send();
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed.body[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, server.ask("GET", "/api/v1/openapi.json").send().text());
        let tagged = packed.header("etag").unwrap();
        let same = server.ask("GET", "/api/v1/openapi.json").header("If-None-Match", tagged).send();
        assert_eq!((same.status, same.body.len()), (304, 0));
        // The queue tells how long is left, so it may change between two requests; a job that waits for another does not.
        assert!(tag.starts_with("W/\""));
        // What few may know is kept by nobody, and not packed.
        for path in ["/api/v1/accounts", "/api/v1/tokens", "/api/v1/audit"] {
            let answer = server.ask_as("anna", "GET", path).header("Accept-Encoding", "gzip").send();
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!((answer.header("etag"), answer.header("content-encoding")), (None, None), "{path}");
        }
        let head = server.ask("HEAD", "/api/v1/queue").send();
        assert_eq!((head.status, head.body.len()), (200, 0));
    });
}

#[test]
fn the_index_and_every_problem_explain_themselves() {
    on_both(|server| {
        let index = server.ask("GET", "/api/v1").send().value();
        assert_eq!(index["name"], "kymograph");
        assert!(index["routes"].as_array().unwrap().len() > 25, "{index}");
        let problem = server.ask("GET", "/api/v1/accounts").send();
        assert!(problem.header("www-authenticate").unwrap().starts_with("Bearer"));
        let page = problem.value()["type"].as_str().unwrap().to_owned();
        let explained = server.ask("GET", &page).send();
        assert_eq!((explained.status, &explained.value()["status"]), (200, &serde_json::json!(401)));
        // The site is beside it.
        assert_eq!(server.ask("GET", "/data/head.json").send().status, 200);
        assert_eq!(server.ask("GET", "/healthz").send().status, 200);
    });
}
