//! One request, one answer, for looking at an answer: not for timing.

use kymo_load::techempower::Answer;
use std::net::SocketAddr;
use std::time::Duration;

/// How long an answer may take: a guest may compile on its first request.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Most of a body that is read.
const BODY_MAX_BYTES: u64 = 16 << 20;

/// The answer to a GET, on a connection of its own.
///
/// # Errors
/// What went wrong, in words.
pub(super) fn get(address: SocketAddr, path: &str) -> Result<Answer, String> {
    let config = ureq::Agent::config_builder();
    let config = config.timeout_global(Some(TIMEOUT)).http_status_as_error(false).max_redirects(0).build();
    let agent = ureq::Agent::new_with_config(config);
    let mut answer = agent.get(format!("http://{address}{path}")).call().map_err(|error| error.to_string())?;
    let headers = answer.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(BODY_MAX_BYTES).read_to_vec();
    Ok(Answer { status, headers, body: body.map_err(|error| format!("the body: {error}"))? })
}
