//! Answers to requests: files, figures, health.

use super::files::{content_type, encodings, is_for_ever, matches, name_of};
use super::keeper::Keeper;
use super::metrics;
use crate::api::Api;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use kymo_site::read::Site;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// What pages may do: run and fetch what comes from here, and draw pictures that they made. No script in the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// How long a request for the head waits for a publication; then it gets the head there is.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is shown: the published site, and the queue where there is one.
#[derive(Clone)]
pub struct Shown {
    /// Keeps the site.
    pub keeper: Arc<Keeper>,
    /// The queue's API.
    pub api: Option<Arc<Api>>,
}

/// Answers a request.
pub async fn respond(State(shown): State<Shown>, request: Request<Body>) -> Response<Body> {
    let keeper = &shown.keeper;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "read-only: GET and HEAD\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    match request.uri().path() {
        "/healthz" => healthz(keeper).await,
        "/metrics" => figures(&shown, request.headers()).await,
        path => {
            let Some(name) = name_of(path).map(str::to_owned) else { return not_found() };
            if name == "data/head.json" {
                refresh(keeper).await;
            }
            file(keeper, &name, request.headers()).await
        }
    }
}

/// Publishes what is new, and waits for it a little.
async fn refresh(keeper: &Arc<Keeper>) {
    let keeper = keeper.clone();
    let refreshed = tokio::task::spawn_blocking(move || keeper.refresh());
    // Whoever comes next gets what was not ready now.
    let _ = tokio::time::timeout(PATIENCE, refreshed).await;
}

/// What a file has come to be, on its way out.
struct Found {
    content: Vec<u8>,
    tag: String,
    encoding: Option<&'static str>,
}

async fn file(keeper: &Arc<Keeper>, name: &str, asked: &HeaderMap) -> Response<Body> {
    let folder = keeper.folder().to_owned();
    let header = |key: HeaderName| asked.get(key).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let accepted = header(ACCEPT_ENCODING);
    let found = tokio::task::spawn_blocking({
        let name = name.to_owned();
        move || {
            for (encoding, ending) in encodings(&accepted) {
                if let Ok(content) = std::fs::read(folder.join(format!("{name}{ending}"))) {
                    return Some(Found { tag: tag(&content), content, encoding: Some(encoding) });
                }
            }
            let content = std::fs::read(folder.join(&name)).ok()?;
            Some(Found { tag: tag(&content), content, encoding: None })
        }
    });
    let Ok(Some(found)) = found.await else { return not_found() };
    let keeping = if is_for_ever(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let same = matches(&header(IF_NONE_MATCH), &found.tag);
    let status = if same { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let length = found.content.len();
    let mut response = with_content(status, content_type(name), if same { Vec::new() } else { found.content });
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keeping));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&found.tag) {
        headers.insert(ETAG, tag);
    }
    if same {
        headers.remove(CONTENT_TYPE);
    } else {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        if let Some(encoding) = found.encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    response
}

/// The name of a content for caches.
fn tag(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    format!("\"{}\"", digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>())
}

async fn figures(shown: &Shown, asked: &HeaderMap) -> Response<Body> {
    refresh(&shown.keeper).await;
    let folder = shown.keeper.folder().to_owned();
    let open = asked.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(metrics::wants_open);
    // Whoever must not see the machines on their page must not see them here.
    let api = shown.api.clone().filter(|api| !api.options.private);
    let text = tokio::task::spawn_blocking(move || {
        let site = Site::open(&folder)?;
        // Those of the site are true also while the store does not answer.
        let machines = api.and_then(|api| api.pool.with(|store| store.machines()).ok());
        metrics::text(&site, machines.as_deref(), open)
    });
    match text.await {
        Ok(Ok(text)) => with_content(StatusCode::OK, metrics::content_type(open), text.into_bytes()),
        Ok(Err(error)) => plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error}\n")),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the figures could not be made\n"),
    }
}

async fn healthz(keeper: &Arc<Keeper>) -> Response<Body> {
    let own = keeper.clone();
    let opened = tokio::task::spawn_blocking(move || {
        if !own.has_store() {
            return Err("the store cannot be read".to_owned());
        }
        Site::open(own.folder()).map(drop).map_err(|error| error.to_string())
    });
    match opened.await {
        Ok(Ok(())) => plain(StatusCode::OK, "ok\n"),
        Ok(Err(why)) => plain(StatusCode::SERVICE_UNAVAILABLE, &format!("{why}\n")),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "the site could not be opened\n"),
    }
}

fn not_found() -> Response<Body> {
    plain(StatusCode::NOT_FOUND, "there is no such file\n")
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = with_content(status, "text/plain; charset=utf-8", text.as_bytes().to_vec());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn with_content(status: StatusCode, content_type: &'static str, content: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
