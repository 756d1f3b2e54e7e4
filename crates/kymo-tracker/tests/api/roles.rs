//! Who may do what: every route by everybody.

use crate::support::{ACCOUNTS, Server, console, on_both, on_both_with, sqlite};
use kymo_model::watch::{Role, Scope};
use kymo_store::AccountChange;
use std::collections::BTreeSet;

/// Every route, with the least that opens it.
const ROUTES: [(&str, &str, &str); 31] = [
    ("GET", "/api/v1", "anyone"),
    ("GET", "/api/v1/openapi.json", "anyone"),
    ("GET", "/api/v1/problems/{kind}", "anyone"),
    ("GET", "/api/v1/jobs", "reader"),
    ("POST", "/api/v1/jobs", "requester"),
    ("GET", "/api/v1/jobs/{id}", "reader"),
    ("PATCH", "/api/v1/jobs/{id}", "operator"),
    ("GET", "/api/v1/jobs/{id}/log", "reader"),
    ("POST", "/api/v1/jobs/{id}/cancel", "requester"),
    ("POST", "/api/v1/jobs/{id}/retry", "requester"),
    ("GET", "/api/v1/queue", "reader"),
    ("GET", "/api/v1/machines", "reader"),
    ("POST", "/api/v1/machines/{name}/pause", "operator"),
    ("POST", "/api/v1/machines/{name}/resume", "operator"),
    ("GET", "/api/v1/projects", "reader"),
    ("PUT", "/api/v1/projects/{name}", "admin"),
    ("GET", "/api/v1/accounts", "admin"),
    ("POST", "/api/v1/accounts", "admin"),
    ("PATCH", "/api/v1/accounts/{name}", "admin"),
    ("GET", "/api/v1/tokens", "admin"),
    ("POST", "/api/v1/tokens", "admin"),
    ("DELETE", "/api/v1/tokens/{id}", "admin"),
    ("GET", "/api/v1/audit", "admin"),
    ("GET", "/api/v1/session", "anyone"),
    ("POST", "/api/v1/session", "anyone"),
    ("DELETE", "/api/v1/session", "anyone"),
    ("GET", "/api/v1/login/{provider}", "anyone"),
    ("GET", "/api/v1/login/{provider}/callback", "anyone"),
    ("POST", "/api/v1/agent/lease", "agent"),
    ("POST", "/api/v1/agent/leases/{lease}/heartbeat", "agent"),
    ("POST", "/api/v1/agent/leases/{lease}/end", "agent"),
];

/// The two routes of uploads, which have one path.
const UPLOADS: [(&str, &str, &str); 2] =
    [("GET", "/api/v1/agent/uploads/{sha256}", "agent"), ("PUT", "/api/v1/agent/uploads/{sha256}", "agent")];

fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ROUTES.into_iter().chain(UPLOADS)
}

/// The status for a caller of this standing, or none where the route itself decides.
fn expected(needs: &str, standing: Option<Role>, agent: bool, private: bool) -> Option<u16> {
    let needed = match needs {
        "agent" => {
            return if agent {
                None
            } else if standing.is_some() {
                Some(403)
            } else {
                Some(401)
            };
        }
        _ if agent => return Some(403),
        "anyone" => return None,
        "reader" if private => Role::Viewer,
        "reader" => return None,
        "requester" => Role::Requester,
        "operator" => Role::Operator,
        _ => Role::Admin,
    };
    match standing {
        None => Some(401),
        Some(role) => (role < needed).then_some(403),
    }
}

fn check(server: &Server, private: bool) {
    for (method, path, needs) in all() {
        // Names that are there for nobody, so that nothing changes.
        let at = path.replace("{id}", "999").replace("{name}", "nobody").replace("{kind}", "invalid");
        let at = at.replace("{provider}", "none").replace("{lease}", "none").replace("{sha256}", &"0".repeat(64));
        let standings = ACCOUNTS.into_iter().map(|(name, role)| (Some(name), Some(role), false));
        for (name, role, agent) in standings.chain([(None, None, false), (Some("bench-1"), None, true)]) {
            let ask = match name {
                Some(name) => server.ask_as(name, method, &at),
                None => server.ask(method, &at),
            };
            let answer = ask.send();
            let place = format!("{method} {path} by {name:?}: {answer:?}");
            match expected(needs, role, agent, private) {
                Some(status) => assert_eq!(answer.status, status, "{place}"),
                None => assert!(!matches!(answer.status, 401 | 403) && answer.status < 500, "{place}"),
            }
            if answer.status >= 400 {
                answer.problem();
            }
        }
    }
}

#[test]
fn every_route_is_open_to_whom_it_shall_be_and_to_nobody_else() {
    on_both(|server| {
        let described: serde_json::Value = server.ask("GET", "/api/v1/openapi.json").send().value();
        let mut routes = BTreeSet::new();
        for (path, methods) in described["paths"].as_object().unwrap() {
            routes.extend(methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
        }
        let tested: BTreeSet<_> = all().map(|(method, path, _)| (method.to_owned(), path.to_owned())).collect();
        assert_eq!(routes, tested);
        check(server, false);
    });
}

#[test]
fn a_private_server_shows_nothing_to_nobody() {
    check(&sqlite(|options| options.api.as_mut().unwrap().private = true), true);
}

#[test]
fn a_token_that_is_forged_expired_revoked_or_of_a_disabled_account_opens_nothing() {
    on_both(|server| {
        let status = |token: &str| {
            let ask = server.ask("GET", "/api/v1/accounts").header("Authorization", &format!("Bearer {token}"));
            ask.send().status
        };
        let good = server.token("anna").to_owned();
        assert_eq!(status(&good), 200);
        let mut flipped = good.clone().into_bytes();
        let last = flipped.len() - 1;
        flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        let long = "x".repeat(5000);
        let public = good.rsplit_once('_').unwrap().0;
        let none = [flipped.as_str(), public, "kymo_", "", " ", "null", "' OR 1=1 --", "kymo_%00", "ü", &long];
        for forged in none {
            assert_eq!(status(forged), 401, "{forged}");
        }
        let mut store = server.store();
        let anna = Scope::Account("anna".to_owned());
        let expired = store.add_token(&console(), &anna, "", Some(1_000_000_000));
        if let Ok(expired) = expired {
            assert_eq!(status(&expired.secret), 401);
        }
        let revoked = store.add_token(&console(), &anna, "", None).unwrap();
        assert_eq!(status(&revoked.secret), 200);
        let path = format!("/api/v1/tokens/{}", revoked.info.id);
        assert_eq!(server.ask_as("anna", "DELETE", &path).send().status, 200);
        assert_eq!(status(&revoked.secret), 401);
        let change = AccountChange { disabled: Some(true), ..AccountChange::default() };
        store.change_account(&console(), "vera", &change).unwrap();
        assert_eq!(server.ask_as("vera", "GET", "/api/v1/jobs").send().status, 401);
        // The scheme must be right, and there must be one such header.
        let basic = server.ask("GET", "/api/v1/accounts").header("Authorization", &format!("Basic {good}"));
        assert_eq!(basic.send().status, 401);
        let twice = server.ask_as("anna", "GET", "/api/v1/accounts").header("Authorization", "Bearer x");
        assert_eq!(twice.send().status, 401);
    });
}

#[test]
fn one_calls_off_ones_own_jobs_and_operators_any() {
    on_both(|server| {
        let job = server.requested(&["main"])[0];
        let by =
            |name: &str, what: &str| server.ask_as(name, "POST", &format!("/api/v1/jobs/{job}/{what}")).send().status;
        let body = serde_json::json!({"name": "rob", "role": "requester"});
        assert_eq!(server.ask_as("anna", "POST", "/api/v1/accounts").json(&body).send().status, 201);
        let mut store = server.store();
        let rob = store.add_token(&console(), &Scope::Account("rob".to_owned()), "", None).unwrap().secret;
        let path = format!("/api/v1/jobs/{job}/cancel");
        let other = server.ask("POST", &path).header("Authorization", &format!("Bearer {rob}")).send();
        assert_eq!((other.status, other.problem().as_str()), (403, "forbidden"));
        assert_eq!(by("rita", "cancel"), 200);
        assert_eq!(by("otto", "retry"), 200);
        assert_eq!(by("otto", "cancel"), 200);
        assert_eq!(by("rita", "retry"), 200);
        let change = server.ask_as("otto", "PATCH", &format!("/api/v1/jobs/{job}"));
        let changed = change.json(&serde_json::json!({"priority": 7})).send();
        assert_eq!(changed.value()["priority"], 7, "{changed:?}");
        let far = server.ask_as("otto", "PATCH", &format!("/api/v1/jobs/{job}"));
        assert_eq!(far.json(&serde_json::json!({"priority": 1001})).send().problem(), "invalid");
    });
}

#[test]
fn every_change_is_in_the_log_with_who_made_it() {
    on_both_with(
        |_| {},
        |server| {
            let job = server.requested(&["main"])[0];
            server.ask_as("rita", "POST", &format!("/api/v1/jobs/{job}/cancel")).send();
            let pause = server.ask_as("otto", "POST", "/api/v1/machines/bench-1/pause");
            assert_eq!(pause.json(&serde_json::json!({"because": "dust"})).send().status, 200);
            let mut lines = Vec::new();
            let mut after = "0".to_owned();
            loop {
                let path = format!("/api/v1/audit?after={after}&limit=3");
                let page = server.ask_as("anna", "GET", &path).send().value();
                lines.extend(page["items"].as_array().unwrap().clone());
                match page["next"].as_str() {
                    Some(next) => after = next.to_owned(),
                    None => break,
                }
            }
            let by = |actor: &str| lines.iter().filter(|line| line["actor"] == actor).count();
            assert!(by("console") >= 11 && by("rita") >= 2 && by("otto") == 1, "{lines:#?}");
            let text = serde_json::to_string(&lines).unwrap();
            for name in ["rita", "bench-1"] {
                let secret = server.token(name).rsplit_once('_').unwrap().1;
                assert!(!text.contains(secret), "a secret is in the log");
            }
        },
    );
}
