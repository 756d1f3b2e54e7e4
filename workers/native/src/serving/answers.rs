//! Answers by the rules of TechEmpower's tests: the headers Server, Date and Content-Type, JSON made for each request.

use super::database::Database;
use super::fortunes;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, SERVER};
use hyper::{Request, Response, StatusCode};
use kymo_serving::{Failures, Handler};
use serde::Serialize;

const HELLO: &str = "Hello, World!";
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

/// The tests that it answers: the paths are the same with a slash before.
pub const TESTS: [&str; 4] = ["plaintext", "json", "db", "fortunes"];

/// The tests that want a database.
pub const WITH_DATABASE: [&str; 2] = ["db", "fortunes"];

/// A handler with nothing behind it but, perhaps, a database.
pub struct Answers {
    pub database: Option<Database>,
    pub failures: Failures,
}

#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
}

impl Answers {
    async fn body(&self, path: &str) -> Result<Option<(&'static str, Bytes)>, String> {
        let database = || self.database.as_ref().ok_or_else(|| format!("{path} wants a database"));
        let json = |text: serde_json::Result<Vec<u8>>| text.map_err(|error| error.to_string());
        Ok(Some(match path {
            "/plaintext" => (TEXT, Bytes::from_static(HELLO.as_bytes())),
            "/json" => (JSON, json(serde_json::to_vec(&Message { message: HELLO }))?.into()),
            "/db" => (JSON, json(serde_json::to_vec(&database()?.world().await?))?.into()),
            "/fortunes" => (HTML, fortunes::page(database()?.fortunes().await?).into()),
            _ => return Ok(None),
        }))
    }
}

impl Handler for Answers {
    type Body = Full<Bytes>;

    async fn handle(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (status, kind, body) = match self.body(request.uri().path()).await {
            Ok(Some((kind, body))) => (StatusCode::OK, kind, body),
            Ok(None) => (StatusCode::NOT_FOUND, TEXT, Bytes::new()),
            Err(problem) => {
                self.failures.count(problem);
                (StatusCode::INTERNAL_SERVER_ERROR, TEXT, Bytes::new())
            }
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(SERVER, HeaderValue::from_static("kymo"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response
    }
}
