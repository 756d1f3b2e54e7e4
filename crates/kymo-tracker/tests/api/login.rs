//! Log-ins at a provider that the test plays, by real HTTP.

use crate::support::{Answer, Server, console, sqlite};
use base64::Engine;
use kymo_tracker::{Provider, ProviderKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, OnceLock};

/// A provider that gives out one code, and holds the exchange to its challenge.
struct Fake {
    address: String,
    challenge: Mutex<String>,
    exchanges: Mutex<u32>,
}

/// The provider that the tests share: one of GitHub's kind and one of OpenID Connect at the same address.
fn fake() -> Arc<Fake> {
    static FAKE: OnceLock<Arc<Fake>> = OnceLock::new();
    FAKE.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let fake = Arc::new(Fake { address, challenge: Mutex::default(), exchanges: Mutex::default() });
        let own = fake.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                own.answer(stream.unwrap());
            }
        });
        fake
    })
    .clone()
}

impl Fake {
    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut first = String::new();
        reader.read_line(&mut first).unwrap();
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
        let path = first.split(' ').nth(1).unwrap();
        let (status, answer) = self.said(path, &headers, &fields);
        let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n");
        let stream = reader.get_mut();
        write!(stream, "{head}Content-Length: {}\r\n\r\n{answer}", answer.len()).unwrap();
    }

    fn said(&self, path: &str, headers: &BTreeMap<String, String>, fields: &BTreeMap<String, String>) -> (u16, String) {
        let own = &self.address;
        let known = headers.get("authorization").map(String::as_str) == Some("Bearer access-1");
        match path {
            "/.well-known/openid-configuration" => {
                let description = serde_json::json!({
                    "issuer": own, "authorization_endpoint": format!("{own}/authorize"),
                    "token_endpoint": format!("{own}/login/oauth/access_token"), "userinfo_endpoint": format!("{own}/userinfo"),
                });
                (200, description.to_string())
            }
            "/login/oauth/access_token" => {
                *self.exchanges.lock().unwrap() += 1;
                let verifier = fields.get("code_verifier").cloned().unwrap_or_default();
                let hashed = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
                let right = fields.get("code").map(String::as_str) == Some("code-1")
                    && hashed == *self.challenge.lock().unwrap()
                    && fields.get("redirect_uri").is_some_and(|uri| uri.starts_with("http://kymo.test/api/v1/login/"));
                if right {
                    (200, r#"{"access_token":"access-1","token_type":"bearer","scope":""}"#.to_owned())
                } else {
                    (400, r#"{"error":"invalid_grant"}"#.to_owned())
                }
            }
            "/user" if known => (200, r#"{"id":1234,"login":"somebody"}"#.to_owned()),
            "/userinfo" if known => (200, r#"{"sub":"subject-9"}"#.to_owned()),
            _ => (401, "{}".to_owned()),
        }
    }
}

fn server() -> Server {
    sqlite(|options| {
        let at = || fake().address.parse::<url::Url>().unwrap();
        let api = options.api.as_mut().unwrap();
        api.public_url = Some("http://kymo.test/".parse().unwrap());
        let provider = |name: &str, kind| Provider {
            name: name.to_owned(),
            kind,
            client_id: "client".to_owned(),
            client_secret: "hush".to_owned(),
        };
        api.providers = vec![
            provider("github", ProviderKind::GitHub { web: at(), api: at() }),
            provider("sso", ProviderKind::OpenId { issuer: at() }),
        ];
    })
}

/// The tests share one provider, which knows one challenge.
fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Begins a log-in; the cookie and the state.
fn begin(server: &Server, provider: &str) -> (String, String) {
    let answer = server.ask("GET", &format!("/api/v1/login/{provider}?next=/queue.html")).send();
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let place = url::Url::parse(answer.header("location").unwrap()).unwrap();
    let fields: BTreeMap<String, String> = place.query_pairs().into_owned().collect();
    assert_eq!((fields["response_type"].as_str(), fields["code_challenge_method"].as_str()), ("code", "S256"));
    assert_eq!(fields["redirect_uri"], format!("http://kymo.test/api/v1/login/{provider}/callback"));
    assert!(!answer.headers.contains("hush"));
    *fake().challenge.lock().unwrap() = fields["code_challenge"].clone();
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    (cookie.split(';').next().unwrap().to_owned(), fields["state"].clone())
}

fn back(server: &Server, provider: &str, cookie: &str, query: &str) -> Answer {
    server.ask("GET", &format!("/api/v1/login/{provider}/callback?{query}")).header("Cookie", cookie).send()
}

#[test]
fn an_account_that_an_admin_linked_logs_in() {
    let _alone = alone();
    let server = server();
    let mut store = server.store();
    for (provider, external) in [("github", "github:1234"), ("sso", "sso:subject-9")] {
        let (cookie, state) = begin(&server, provider);
        let answer = back(&server, provider, &cookie, &format!("code=code-1&state={state}"));
        assert_eq!((answer.status, answer.problem().as_str()), (403, "forbidden"), "nobody linked it: {answer:?}");
        assert!(answer.value()["detail"].as_str().unwrap().contains(external), "{answer:?}");
        store
            .add_account(&console(), &format!("by-{provider}"), kymo_model::watch::Role::Operator, Some(external))
            .unwrap();
        let (cookie, state) = begin(&server, provider);
        let answer = back(&server, provider, &cookie, &format!("code=code-1&state={state}"));
        assert_eq!((answer.status, answer.header("location")), (303, Some("/queue.html")), "{answer:?}");
        let cookies: Vec<&str> = answer.headers.lines().filter_map(|line| line.strip_prefix("set-cookie: ")).collect();
        assert!(cookies.iter().any(|one| one.starts_with("kymo_login=;")), "what was kept is dropped: {cookies:?}");
        let session = cookies.iter().find(|one| one.starts_with("kymo_session=")).unwrap().split(';').next().unwrap();
        let who = server.ask("GET", "/api/v1/session").header("Cookie", session).send().value();
        assert_eq!(who["account"]["name"], format!("by-{provider}"));
        assert_eq!(who["providers"], serde_json::json!(["github", "sso"]));
    }
}

#[test]
fn a_log_in_that_was_begun_elsewhere_is_none() {
    let _alone = alone();
    let server = server();
    let (cookie, state) = begin(&server, "github");
    let before = *fake().exchanges.lock().unwrap();
    let good = format!("code=code-1&state={state}");
    let refused = [
        back(&server, "github", "other=1", &good),
        back(&server, "github", &cookie, "code=code-1&state=x"),
        back(&server, "github", &cookie, "code=code-1"),
        back(&server, "github", &format!("{cookie}; {cookie}"), &good),
        back(&server, "sso", &cookie, &good),
        back(&server, "github", "kymo_login=github~~~%2F", "code=code-1&state=x"),
    ];
    for answer in refused {
        assert_eq!((answer.status, answer.problem().as_str()), (403, "cross-site"), "{answer:?}");
    }
    assert_eq!(*fake().exchanges.lock().unwrap(), before, "the provider was not asked");
    let error = back(&server, "github", &cookie, &format!("error=access_denied%1b&state={state}"));
    assert!(matches!(error.status, 403 | 422), "{error:?}");
    let wrong = back(&server, "github", &cookie, &format!("code=stolen&state={state}"));
    assert_eq!(wrong.problem(), "forbidden");
    // A code of a log-in that another browser began: its challenge is another one.
    let (other, state) = begin(&server, "github");
    *fake().challenge.lock().unwrap() = "another".to_owned();
    assert_eq!(back(&server, "github", &other, &format!("code=code-1&state={state}")).problem(), "forbidden");
    for next in ["//evil.test", "https://evil.test", "/%5Cevil.test", "/a%0d%0ab"] {
        let answer = server.ask("GET", &format!("/api/v1/login/github?next={next}")).send();
        assert_eq!(answer.problem(), "invalid", "{next}");
    }
    assert_eq!(server.ask("GET", "/api/v1/login/none").send().problem(), "not-found");
}
