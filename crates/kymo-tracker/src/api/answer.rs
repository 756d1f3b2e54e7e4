//! Answers on their way out: the headers that caches and browsers need, the tag, gzip.

use super::problem::{Kind, Problem};
use crate::site::files;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, REFERRER_POLICY, RETRY_AFTER, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::Write;

/// Bodies below this are not worth packing.
const PACKED_FROM: usize = 1024;

/// What a route answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// JSON; none for no body.
    pub body: Option<Vec<u8>>,
    /// Headers of its own.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    /// JSON of a value.
    ///
    /// # Errors
    /// When it is no JSON, which is our fault.
    pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(Problem::internal)?;
        Ok(Self { status, body: Some(body), headers: Vec::new() })
    }

    /// JSON of a value, and all is well.
    ///
    /// # Errors
    /// As [`Answer::json`].
    pub fn ok<T: Serialize>(value: &T) -> Result<Self, Problem> {
        Self::json(StatusCode::OK, value)
    }

    /// No body.
    pub const fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, headers: Vec::new() }
    }

    /// To another address.
    pub fn see_other(place: &str) -> Self {
        let mut answer = Self { status: StatusCode::SEE_OTHER, body: None, headers: Vec::new() };
        answer.set(axum::http::header::LOCATION, place);
        answer
    }

    /// Adds a header; a value that is none is left out.
    pub fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
    }
}

/// What of the request decides how the answer is sent.
pub struct Sending {
    method: Method,
    gzip: bool,
    known: Option<String>,
    secret: bool,
}

impl Sending {
    /// From the request's head; `secret` answers are kept by nobody on the way, and are not packed: the length of what
    /// is packed tells of secrets in it.
    pub fn new(method: &Method, headers: &HeaderMap, secret: bool) -> Self {
        let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let gzip = header(ACCEPT_ENCODING).is_some_and(|accepted| files::encodings(accepted).any(|(n, _)| n == "gzip"));
        Self { method: method.clone(), gzip, known: header(IF_NONE_MATCH).map(str::to_owned), secret }
    }

    /// The response.
    pub fn send(&self, answer: Answer) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status;
        let keeping = if self.secret { "no-store" } else { "private, no-cache" };
        let headers = response.headers_mut();
        secure(headers);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keeping));
        headers.insert(VARY, HeaderValue::from_static("authorization, cookie, accept-encoding"));
        headers.extend(answer.headers);
        let Some(mut body) = answer.body else { return response };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if !self.secret && matches!(self.method, Method::GET | Method::HEAD) && answer.status == StatusCode::OK {
            let tag = tag(&body);
            let same = self.known.as_deref().is_some_and(|known| files::matches(known, tag.trim_start_matches("W/")));
            if let Ok(tag) = HeaderValue::from_str(&tag) {
                headers.insert(ETAG, tag);
            }
            if same {
                headers.remove(CONTENT_TYPE);
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                return response;
            }
        }
        if self.gzip
            && !self.secret
            && body.len() >= PACKED_FROM
            && let Some(packed) = gzip(&body)
        {
            body = packed;
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        *response.body_mut() = Body::from(body);
        response
    }
}

/// A problem as a response.
pub fn problem(problem: &Problem) -> Response<Body> {
    let body = serde_json::to_vec(&problem.document()).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = problem.kind.facts().1;
    let headers = response.headers_mut();
    secure(headers);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.kind == Kind::Unauthenticated {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"kymograph\""));
    }
    // What was not read of the request would be taken for the next one.
    if matches!(problem.kind, Kind::TooLarge | Kind::Timeout) {
        headers.insert(axum::http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Nothing of an answer is a page: it runs nothing, is shown in nothing, and is what its type says.
fn secure(headers: &mut HeaderMap) {
    let policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let same_origin = HeaderValue::from_static("same-origin");
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), same_origin);
}

/// Weak, since packed or not it is the same.
fn tag(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    format!("W/\"{}\"", digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}
