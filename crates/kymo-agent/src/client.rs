//! The requests of an agent, over HTTPS. Each is one try: whoever calls decides about the next.

use crate::error::AgentError;
use crate::options::Token;
use crate::plain;
use kymo_model::watch::{
    EndRequest, EndResponse, Granted, Heartbeat, HeartbeatAnswer, LeaseId, LeaseRequest, UploadState,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use ureq::http::{Response, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// How long a request may take beyond what it asked the server to wait.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of an answer at most: the largest is an order with its policy.
const ANSWER_MAX_BYTES: u64 = 1 << 20;

/// Why a request did not do what it should.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Another try may do: the server cannot be reached, is busy, or failed. With the time that it asks for, if it does.
    Later(String, Option<Duration>),
    /// The token is not good, or not any more.
    Unauthorised(String),
    /// What the request is about is gone for good, or held by another.
    Conflict(String),
    /// The server will never take this request.
    Refused(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Later(text, _) | Self::Unauthorised(text) | Self::Conflict(text) | Self::Refused(text) => {
                f.write_str(text)
            }
        }
    }
}

/// What became of a piece of an upload.
pub(crate) enum Sent {
    /// It was taken.
    Taken(UploadState),
    /// The server has another amount than was said.
    Elsewhere(UploadState),
}

/// Asks one server.
pub(crate) struct Client {
    agent: Agent,
    base: String,
    authorization: String,
}

/// Problem details as RFC 9457 has them; the rest of them is for programs.
#[derive(serde::Deserialize)]
struct Problem {
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

impl Client {
    /// A client for the server at this address.
    ///
    /// # Errors
    /// When the address is none, or plain http to another machine without `insecure_http`.
    pub(crate) fn new(server: &str, token: &Token, version: &str, insecure_http: bool) -> Result<Self, AgentError> {
        let wrong = |problem: &str| AgentError::usage(format!("--server {server}: {problem}"));
        let uri: Uri = server.parse().map_err(|_| wrong("write it as https://HOST"))?;
        let host = uri.host().ok_or_else(|| wrong("write it as https://HOST"))?;
        let loopback = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if loopback || insecure_http => {}
            Some("http") => {
                return Err(wrong("plain http shows the token to the network; use https, or --insecure-http"));
            }
            _ => return Err(wrong("write it as https://HOST")),
        }
        if uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(wrong("neither a user nor a query belong to it"));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let mut config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            // A redirection would take the token to another place.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .user_agent(format!("kymo-agent/{version}"));
        if loopback {
            // Nothing stands between this machine and itself.
            config = config.proxy(None);
        }
        let base = format!("{}/api/v1/agent", server.trim_end_matches('/'));
        let authorization = format!("Bearer {}", token.secret());
        Ok(Self { agent: Agent::new_with_config(config.build()), base, authorization })
    }

    /// Asks for a job; `None` when there is none.
    pub(crate) fn lease(&self, request: &LeaseRequest) -> Result<Option<Granted>, Trouble> {
        let time = TIMEOUT + Duration::from_secs(request.wait_s.into());
        let answer = self.post("/lease", request, time)?;
        if answer.status().as_u16() == 204 {
            return Ok(None);
        }
        read(answer).map(Some)
    }

    /// Says that the job is in hand. [`Trouble::Conflict`] says that it is not any more.
    pub(crate) fn heartbeat(&self, lease: &LeaseId, beat: &Heartbeat) -> Result<HeartbeatAnswer, Trouble> {
        read(self.post(&format!("/leases/{}/heartbeat", lease.0), beat, TIMEOUT)?)
    }

    /// How much of an upload is there.
    pub(crate) fn upload_state(&self, sha256: &str) -> Result<UploadState, Trouble> {
        let url = format!("{}/uploads/{sha256}", self.base);
        let request = self.agent.get(url).header("authorization", &self.authorization);
        read(request.config().timeout_global(Some(TIMEOUT)).build().call().map_err(|error| later(&error))?)
    }

    /// Sends a part of an upload.
    pub(crate) fn put_upload(&self, sha256: &str, offset: u64, size: u64, part: &[u8]) -> Result<Sent, Trouble> {
        let url = format!("{}/uploads/{sha256}?offset={offset}&size={size}", self.base);
        let request = self.agent.put(url).header("authorization", &self.authorization);
        let request = request.header("content-type", "application/octet-stream");
        let answer = request.config().timeout_global(Some(TIMEOUT)).build().send(part);
        let mut answer = answer.map_err(|error| later(&error))?;
        if answer.status().as_u16() == 409 {
            let text = text_of(&mut answer)?;
            return match serde_json::from_str(&text) {
                Ok(state) => Ok(Sent::Elsewhere(state)),
                // Not what our server says: a proxy's page, or half an answer.
                Err(_) => Err(Trouble::Later(said(409, &text), None)),
            };
        }
        read(answer).map(Sent::Taken)
    }

    /// Says how the job ended.
    pub(crate) fn end(&self, lease: &LeaseId, request: &EndRequest) -> Result<EndResponse, Trouble> {
        // The server checks and files all results before it answers.
        read(self.post(&format!("/leases/{}/end", lease.0), request, 4 * TIMEOUT)?)
    }

    fn post(&self, path: &str, body: &impl Serialize, time: Duration) -> Result<Response<Body>, Trouble> {
        let body = serde_json::to_vec(body).map_err(|error| Trouble::Refused(error.to_string()))?;
        let request = self.agent.post(format!("{}{path}", self.base)).header("authorization", &self.authorization);
        let request = request.header("content-type", "application/json");
        request.config().timeout_global(Some(time)).build().send(&body[..]).map_err(|error| later(&error))
    }
}

fn later(error: &ureq::Error) -> Trouble {
    Trouble::Later(plain::line(&format!("the server cannot be reached: {error}"), 300), None)
}

fn text_of(answer: &mut Response<Body>) -> Result<String, Trouble> {
    let text = answer.body_mut().with_config().limit(ANSWER_MAX_BYTES).lossy_utf8(true).read_to_string();
    text.map_err(|error| Trouble::Later(format!("the server's answer broke off: {error}"), None))
}

/// Whether it is our server that speaks, and says what is wrong.
fn is_problem(text: &str) -> bool {
    serde_json::from_str::<Problem>(text).is_ok_and(|problem| !problem.title.is_empty())
}

fn said(status: u16, text: &str) -> String {
    let problem =
        serde_json::from_str::<Problem>(text).unwrap_or(Problem { title: String::new(), detail: String::new() });
    let words = [problem.title, problem.detail].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let words = if words.is_empty() { "no reason given".to_owned() } else { words.join(": ") };
    plain::line(&format!("the server answers {status}: {words}"), 300)
}

/// The document of an answer that is a success.
fn read<T: DeserializeOwned>(mut answer: Response<Body>) -> Result<T, Trouble> {
    let status = answer.status().as_u16();
    let wait = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let text = text_of(&mut answer)?;
    match status {
        200..=299 => serde_json::from_str(&text).map_err(|error| {
            // A proxy's page, or an answer cut short: not what our server says.
            Trouble::Later(plain::line(&format!("the server's answer is not understood: {error}"), 300), None)
        }),
        408 | 425 | 429 | 500..=599 => Err(Trouble::Later(said(status, &text), wait.map(Duration::from_secs))),
        // Nothing that was measured is given up for what something between us and the server says.
        _ if !is_problem(&text) => Err(Trouble::Later(said(status, &text), None)),
        401 | 403 => Err(Trouble::Unauthorised(said(status, &text))),
        409 | 410 => Err(Trouble::Conflict(said(status, &text))),
        404 => Err(Trouble::Later(format!("{}; is the address right?", said(status, &text)), None)),
        _ => Err(Trouble::Refused(said(status, &text))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    fn made(server: &str, insecure: bool) -> Result<Client, String> {
        let token = Token::new("kymoagent_a_b").unwrap();
        Client::new(server, &token, "1", insecure).map_err(|error| error.to_string())
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in ["http://127.0.0.1:7575", "http://localhost", "http://[::1]:80/", "https://bench.example.org/kymo"]
        {
            assert!(made(good, false).is_ok(), "{good}");
        }
        assert!(made("http://bench.example.org", false).err().unwrap().contains("shows the token to the network"));
        assert!(made("http://bench.example.org", true).is_ok());
        for bad in ["bench.example.org", "ftp://a", "https://user@a", "https://a/?x=1", "/a"] {
            assert!(made(bad, true).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_server_says_is_one_plain_line() {
        let text = r#"{"type":"about:blank","title":"Not now","detail":"line\n\u001b[2Jtwo"}"#;
        assert_eq!(said(422, text), "the server answers 422: Not now: line ␛[2Jtwo");
        assert_eq!(said(502, "<html>"), "the server answers 502: no reason given");
    }
}
