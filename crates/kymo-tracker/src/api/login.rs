//! Log-ins at an OAuth provider: the code flow with PKCE. What must be remembered meanwhile is in a cookie of the browser,
//! so that any server may answer.

mod provider;

pub use provider::{Provider, ProviderKind};

use super::access::{Access, forbidden};
use super::answer::Answer;
use super::call::Call;
use super::credentials::cookie;
use super::problem::{Kind, Problem};
use super::route::{Field, Route};
use super::session::{begin, set_cookie};
use super::{Api, BASE};
use crate::places::{Place, Places};
use crate::{ApiOptions, ServeError};
use axum::http::header::SET_COOKIE;
use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use serde_json::json;
use subtle::ConstantTimeEq;

/// Requests that wait for providers at once.
const ASKED_AT_ONCE: usize = 16;

/// How long a log-in may take at the provider, in seconds.
const LASTS_S: u64 = 600;

const BEGIN: [Field; 1] = [Field {
    name: "next",
    schema: || json!({"type": "string", "pattern": "^/[^/\\\\]?"}),
    what: "the page of this server to show afterwards",
    required: false,
}];

const CALLBACK: [Field; 8] = {
    const TEXT: fn() -> serde_json::Value = || json!({"type": "string"});
    const fn field(name: &'static str) -> Field {
        Field { name, schema: TEXT, what: "what the provider says", required: false }
    }
    [
        field("code"),
        field("state"),
        field("error"),
        field("error_description"),
        field("error_uri"),
        field("iss"),
        field("scope"),
        field("session_state"),
    ]
};

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/login/{provider}", start)
            .access(Access::Anyone)
            .query(&BEGIN)
            .gives_nothing(303)
            .summary("Log in at a provider; for browsers"),
        Route::get("/login/{provider}/callback", callback)
            .access(Access::Anyone)
            .query(&CALLBACK)
            .gives_nothing(303)
            .summary("Where the provider sends the browser back to"),
    ]
}

/// The providers that there are.
pub struct Providers {
    all: Vec<Provider>,
    http: ureq::Agent,
    asked: Places,
}

impl Providers {
    /// Those of the options.
    ///
    /// # Errors
    /// When one cannot be, or there are some and nobody knows where this server is.
    pub fn new(options: &ApiOptions) -> Result<Self, ServeError> {
        let all = options.providers.clone();
        if !all.is_empty() && options.public_url.is_none() {
            let why = "log-ins at a provider need --public-url: the provider sends people back there";
            return Err(ServeError::Options(why.to_owned()));
        }
        for provider in &all {
            provider.check().map_err(|why| ServeError::Options(format!("the provider {}: {why}", provider.name)))?;
        }
        Ok(Self { all, http: provider::http(), asked: Places::new(ASKED_AT_ONCE) })
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.all.iter().map(|provider| provider.name.clone()).collect()
    }
}

fn provider(call: &Call) -> Result<&Provider, Problem> {
    let name = call.param("provider");
    let found = call.api.login.all.iter().find(|provider| provider.name == name);
    found.ok_or_else(|| Problem::not_found("provider", "of that name"))
}

fn place(call: &Call) -> Result<Place<'_>, Problem> {
    let busy = || Problem::unavailable("many log-ins wait for their providers");
    call.api.login.asked.take().ok_or_else(busy)
}

fn cookie_name(api: &Api) -> &'static str {
    if api.is_https() { "__Host-kymo_login" } else { "kymo_login" }
}

fn redirect(api: &Api, provider: &Provider) -> Result<String, Problem> {
    let url = api.options.public_url.as_ref().ok_or_else(|| Problem::internal("a provider without a public URL"))?;
    Ok(format!("{}{BASE}/login/{}/callback", url.as_str().trim_end_matches('/'), provider.name))
}

fn start(call: &Call) -> Result<Answer, Problem> {
    let provider = provider(call)?;
    let next = call.query.get("next").map_or("/", String::as_str);
    if !is_own_page(next) {
        return Err(Problem::invalid("next is a path of this server, as /queue.html"));
    }
    let _place = place(call)?;
    let endpoints = provider.endpoints(&call.api.login.http).map_err(Problem::unavailable)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let state = CsrfToken::new_random();
    let to = provider.authorize_url(&endpoints, &redirect(&call.api, provider)?, &state, challenge)?;
    // Base 64 for URLs and a path have no dot, semicolon or space of their own; the path is encoded.
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let kept = format!("{}~{}~{}~{next}", provider.name, state.secret(), verifier.secret());
    let mut answer = Answer::see_other(&to);
    answer.set(SET_COOKIE, &set_cookie(&call.api, cookie_name(&call.api), &kept, LASTS_S));
    Ok(answer)
}

/// Whether a path leads to a page here, and nowhere else whatever a browser makes of it.
fn is_own_page(path: &str) -> bool {
    let mut bytes = path.bytes();
    let rooted = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    rooted && path.len() <= 512 && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn callback(call: &Call) -> Result<Answer, Problem> {
    let provider = provider(call)?;
    let not_ours =
        || Problem::new(Kind::CrossSite, "this log-in was not begun in this browser, or too long ago: begin again");
    let kept = cookie(&call.headers, cookie_name(&call.api)).ok_or_else(not_ours)?;
    let parts: Vec<&str> = kept.splitn(4, '~').collect();
    let [name, state, verifier, next] = parts[..] else { return Err(not_ours()) };
    let sent = call.query.get("state").map_or("", String::as_str);
    if name != provider.name || !bool::from(sent.as_bytes().ct_eq(state.as_bytes())) {
        return Err(not_ours());
    }
    if let Some(error) = call.query.get("error") {
        return Err(forbidden(format!("{} did not log you in: {}", provider.name, crate::clean::line(error, 100))));
    }
    let code = call.query.get("code").ok_or_else(|| Problem::invalid("the provider sent no code"))?;
    let _place = place(call)?;
    let http = &call.api.login.http;
    let endpoints = provider.endpoints(http).map_err(Problem::unavailable)?;
    let verifier = PkceCodeVerifier::new(verifier.to_owned());
    let redirect = redirect(&call.api, provider)?;
    let external = provider.identity(http, &endpoints, code, verifier, &redirect).map_err(|why| {
        let log = Some(format!("log-in at {}: {why}", provider.name));
        Problem { log, ..forbidden(format!("{} did not confirm who you are: begin again", provider.name)) }
    })?;
    let account = call.store(|store| store.account_of_external(&external))?.filter(|account| !account.disabled);
    let account = account.ok_or_else(|| {
        forbidden(format!(
            "{external} is no account here: an admin links it, as by kymo user add NAME --external {external}"
        ))
    })?;
    let next: String = url::form_urlencoded::parse(next.as_bytes()).map(|(key, _)| key.into_owned()).collect();
    let next = if is_own_page(&next) { next } else { "/".to_owned() };
    let mut answer = begin(call, &account.name, |_, _| Ok(Answer::see_other(&next)))?;
    answer.set(SET_COOKIE, &set_cookie(&call.api, cookie_name(&call.api), "", 0));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::is_own_page;

    #[test]
    fn nobody_is_sent_elsewhere_after_a_log_in() {
        for good in ["/", "/queue.html", "/queue.html?machine=a#b", "/a//b"] {
            assert!(is_own_page(good), "{good}");
        }
        for bad in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nSet-Cookie: x", "/a b"]
        {
            assert!(!is_own_page(bad), "{bad}");
        }
    }
}
