//! Sessions: cookies, and what keeps other sites from using them.

use crate::support::{Answer, Ask, Server, on_both, sqlite};
use serde_json::json;

struct Browser<'a> {
    server: &'a Server,
    cookie: String,
    csrf: String,
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn log_in<'a>(server: &'a Server, name: &str) -> Browser<'a> {
    let answer = server.ask("POST", "/api/v1/session").json(&json!({"token": server.token(name)})).send();
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.value()["account"]["name"], name);
    Browser { server, cookie: cookie_of(&answer), csrf: answer.value()["csrf"].as_str().unwrap().to_owned() }
}

impl Browser<'_> {
    fn bare(&self, method: &str, path: &str) -> Ask {
        self.server.ask(method, path).header("Cookie", &self.cookie)
    }

    fn ask(&self, method: &str, path: &str) -> Ask {
        self.bare(method, path).header("Origin", "http://kymo.test").header("X-Kymo-CSRF", &self.csrf)
    }
}

#[test]
fn a_change_by_cookie_needs_the_secret_of_the_page_and_its_origin() {
    on_both(|server| {
        let browser = log_in(server, "anna");
        let who = browser.bare("GET", "/api/v1/session").send().value();
        assert_eq!(
            (who["account"]["name"].as_str(), who["csrf"].as_str()),
            (Some("anna"), Some(browser.csrf.as_str()))
        );
        let account = json!({"name": "new", "role": "viewer"});
        let add = |ask: Ask| ask.json(&account).send();
        let path = "/api/v1/accounts";
        let origin = "http://kymo.test";
        let refused = [
            browser.bare("POST", path),
            browser.bare("POST", path).header("Origin", origin),
            browser.bare("POST", path).header("X-Kymo-CSRF", &browser.csrf),
            browser.bare("POST", path).header("Origin", origin).header("X-Kymo-CSRF", ""),
            browser.bare("POST", path).header("Origin", origin).header("X-Kymo-CSRF", &log_in(server, "anna").csrf),
            browser.bare("POST", path).header("Origin", "http://evil.test").header("X-Kymo-CSRF", &browser.csrf),
            browser.bare("POST", path).header("Origin", "null").header("X-Kymo-CSRF", &browser.csrf),
            browser
                .bare("POST", path)
                .header("Origin", "http://kymo.test.evil.test")
                .header("X-Kymo-CSRF", &browser.csrf),
            browser.ask("POST", path).header("Sec-Fetch-Site", "cross-site"),
        ];
        for ask in refused {
            let answer = add(ask.clone());
            assert_eq!((answer.status, answer.problem().as_str()), (403, "cross-site"), "{ask:?}");
        }
        assert_eq!(add(browser.ask("POST", path)).status, 201);
        // What a form of another site can send is no JSON.
        let form = browser.ask("POST", path).header("Content-Type", "text/plain").bytes(account.to_string());
        assert_eq!(form.send().problem(), "unsupported-media-type");
    });
}

#[test]
fn a_session_is_new_at_each_log_in_and_over_at_log_out() {
    on_both(|server| {
        // A session that was planted before is not the one that counts afterwards.
        let planted = server.ask("POST", "/api/v1/session").header("Cookie", "kymo_session=planted");
        let answer = planted.json(&json!({"token": server.token("rita")})).send();
        assert_eq!(answer.status, 201, "{answer:?}");
        assert!(!cookie_of(&answer).contains("planted"));
        let planted = server.ask("GET", "/api/v1/session").header("Cookie", "kymo_session=planted").send();
        assert!(planted.value()["account"].is_null());
        let first = log_in(server, "rita");
        let again = first.ask("POST", "/api/v1/session").json(&json!({"token": server.token("rita")})).send();
        assert_eq!(again.status, 201, "{again:?}");
        assert_ne!(cookie_of(&again), first.cookie);
        assert!(first.bare("GET", "/api/v1/session").send().value()["account"].is_null(), "the one before is over");
        let csrf = again.value()["csrf"].as_str().unwrap().to_owned();
        let second = Browser { server, cookie: cookie_of(&again), csrf };
        let out = second.ask("DELETE", "/api/v1/session").send();
        assert_eq!(out.status, 204);
        assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
        assert!(second.bare("GET", "/api/v1/session").send().value()["account"].is_null());
        assert_eq!(second.ask("POST", "/api/v1/jobs/1/cancel").send().status, 401);
    });
}

#[test]
fn a_browser_logs_in_with_an_accounts_token_alone() {
    on_both(|server| {
        let status = |token: &str| server.ask("POST", "/api/v1/session").json(&json!({"token": token})).send().status;
        assert_eq!(status(server.token("bench-1")), 403);
        assert_eq!(status("kymo_forged"), 401);
        let foreign = server.ask("POST", "/api/v1/session").header("Origin", "http://evil.test");
        let answer = foreign.json(&json!({"token": server.token("rita")})).send();
        assert_eq!(answer.problem(), "cross-site");
        // A session opens nothing of the agents.
        let lease = log_in(server, "anna").ask("POST", "/api/v1/agent/lease").json(&json!({})).send();
        assert_eq!(lease.problem(), "forbidden");
    });
}

#[test]
fn behind_tls_the_cookie_is_secure_and_nobody_elses() {
    let server = sqlite(|options| {
        options.api.as_mut().unwrap().public_url = Some("https://perf.example.org/".parse().unwrap());
    });
    let answer = server.ask("POST", "/api/v1/session").json(&json!({"token": server.token("rita")})).send();
    let cookie = answer.header("set-cookie").unwrap();
    for part in ["__Host-kymo_session=", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/;"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let browser =
        Browser { server: &server, cookie: cookie_of(&answer), csrf: answer.value()["csrf"].as_str().unwrap().into() };
    // The host of the request does not decide what the own origin is.
    assert_eq!(browser.ask("DELETE", "/api/v1/session").send().problem(), "cross-site");
    let own = browser.bare("DELETE", "/api/v1/session").header("Origin", "https://perf.example.org");
    assert_eq!(own.header("X-Kymo-CSRF", &browser.csrf).send().status, 204);
}
