//! What every request passes: how often one may ask, who asks, whether they may, and how large the request is.

use super::access::Caller;
use super::answer::{self, Answer, Sending};
use super::call::{self, Call};
use super::credentials::{Credentials, Known, identify};
use super::limiter::Who;
use super::problem::{Kind, Problem};
use super::route::{Body as Carries, Route, Run};
use super::{Api, Parameters, Peer, lease};
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Limited};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

/// What a wrong token costs of what an address may ask.
const WRONG_TOKEN_COSTS: f64 = 10.0;

/// Answers a request.
pub async fn answer(api: Arc<Api>, route: Arc<Route>, request: Request<Body>) -> Response<Body> {
    let sending = Sending::new(request.method(), request.headers(), route.is_secret());
    match answered(&api, route, request).await {
        Ok(answer) => sending.send(answer),
        Err(problem) => {
            if let Some(log) = &problem.log {
                api.log(log);
            }
            answer::problem(&problem)
        }
    }
}

async fn answered(api: &Arc<Api>, route: Arc<Route>, request: Request<Body>) -> Result<Answer, Problem> {
    let (mut parts, body) = request.into_parts();
    let address = address(api, &parts);
    let given = Credentials::of(api, &parts.headers);
    let known = match given? {
        Credentials::None => {
            limit(api, Who::at(address), 1.0)?;
            Known { caller: Caller::Anyone, token: None, session: None }
        }
        given => identified(api, given, address, &parts).await?,
    };
    route.access.check(&known.caller, api.options.private)?;
    let path = parameters(&mut parts).await?;
    let query = call::query(&route, parts.uri.query().unwrap_or_default())?;
    let body = read(api, &route, &parts.headers, body).await?;
    let (caller, session) = (known.caller, known.session);
    let call = Call { api: api.clone(), route, caller, session, path, query, headers: parts.headers, body };
    match call.route.run {
        Run::Lease => lease::lease(call).await,
        Run::Now(work) => waiting(move || work(&call)).await,
    }
}

/// Runs what may wait on a thread that may.
///
/// # Errors
/// Those of the work; a panic in it is one, too.
pub async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Problem::internal(format!("a request ended in a panic: {error}"))),
    }
}

async fn identified(api: &Arc<Api>, given: Credentials, address: IpAddr, parts: &Parts) -> Result<Known, Problem> {
    let (own, method, headers) = (api.clone(), parts.method.clone(), parts.headers.clone());
    let known = waiting(move || identify(&own, given, &method, &headers)).await;
    let known = match known {
        Err(problem) if problem.kind == Kind::Unauthenticated => {
            limit(api, Who::at(address), WRONG_TOKEN_COSTS)?;
            return Err(problem);
        }
        known => known?,
    };
    let who = match (&known.caller, &known.token) {
        (_, Some(token)) => Who::Token(token.clone()),
        (Caller::Account(account), None) => Who::Token(format!("session of {}", account.name)),
        _ => Who::at(address),
    };
    limit(api, who, 1.0)?;
    Ok(known)
}

fn limit(api: &Api, who: Who, count: f64) -> Result<(), Problem> {
    api.limiter.take(who, count, Instant::now()).map_err(|seconds| {
        let detail = format!("too many requests: try again in {seconds} s");
        Problem { retry_after_s: Some(seconds), ..Problem::new(Kind::TooManyRequests, detail) }
    })
}

/// The address that asks; behind a proxy that says so, the one that the proxy saw.
fn address(api: &Api, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    if !api.options.behind_proxy {
        return peer;
    }
    // The last one is what the nearest proxy saw; those before it are what whoever asks says.
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()).and_then(|text| text.rsplit(',').next());
    last.and_then(|text| text.trim().parse().ok()).unwrap_or(peer)
}

async fn parameters(parts: &mut Parts) -> Result<Parameters, Problem> {
    let refused = |_| Problem::new(Kind::Malformed, "the address is no UTF-8");
    let raw = RawPathParams::from_request_parts(parts, &()).await.map_err(refused)?;
    Ok(raw.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

async fn read(api: &Api, route: &Route, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::new(Kind::TooLarge, format!("the body may have {} bytes at most", route.body_max));
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > route.body_max as u64) {
        return Err(too_large());
    }
    if matches!(route.body, Carries::Json(_)) {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        // Also what keeps a form of another site out.
        if !kind.eq_ignore_ascii_case("application/json") {
            let detail = "the body must be JSON, and Content-Type must say application/json";
            return Err(Problem::new(Kind::UnsupportedMediaType, detail));
        }
    }
    let whole = Limited::new(body, route.body_max).collect();
    let within = api.options.body_within;
    let slow = |_| Problem::new(Kind::Timeout, format!("the body did not come within {} s", within.as_secs()));
    match tokio::time::timeout(within, whole).await.map_err(slow)? {
        Ok(whole) => Ok(whole.to_bytes().to_vec()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::new(Kind::Malformed, "the body broke off")),
    }
}
