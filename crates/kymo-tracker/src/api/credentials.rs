//! Who asks: by a token, or by the cookie of a session.

use super::Api;
use super::access::Caller;
use super::problem::{Kind, Problem};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use kymo_model::watch::Scope;
use subtle::ConstantTimeEq;

/// The header that shows that a change came from a page of ours.
const CSRF: &str = "x-kymo-csrf";

/// Characters of a secret at most.
const SECRET_MAX: usize = 256;

/// What a request brings to show who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing.
    None,
    /// A token.
    Token(String),
    /// The secret of a session.
    Session(String),
}

/// Who asks, and how that is known.
pub struct Known {
    /// Who.
    pub caller: Caller,
    /// The token's public part.
    pub token: Option<String>,
    /// The session's secret.
    pub session: Option<String>,
}

impl Credentials {
    /// Reads them from the head of a request. A token counts more than a cookie.
    ///
    /// # Errors
    /// When there is an `Authorization` that is no token.
    pub fn of(api: &Api, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        if let Some(value) = given.next() {
            let wrong = || Problem::new(Kind::Unauthenticated, "Authorization must be once: Bearer and a token");
            let text = value.to_str().ok().filter(|_| given.next().is_none()).ok_or_else(wrong)?;
            let (scheme, token) = text.split_once(' ').ok_or_else(wrong)?;
            let token = token.trim();
            return if scheme.eq_ignore_ascii_case("bearer") && is_secret(token) {
                Ok(Self::Token(token.to_owned()))
            } else {
                Err(wrong())
            };
        }
        let name = session_cookie(api);
        Ok(cookie(headers, name).filter(|secret| is_secret(secret)).map_or(Self::None, Self::Session))
    }
}

/// The name of the session's cookie. Where the server is reached by TLS, the name itself keeps others from setting it.
pub fn session_cookie(api: &Api) -> &'static str {
    if api.is_https() { "__Host-kymo_session" } else { "kymo_session" }
}

/// The value of a cookie; none where it is there twice, for then one of them is not ours.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut values = all.flat_map(|line| line.split(';')).filter_map(|one| {
        let (key, value) = one.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    });
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

fn is_secret(text: &str) -> bool {
    (1..=SECRET_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Asks the store who it is. Waits for the store.
///
/// # Errors
/// When a token is none that counts, or a change by cookie did not come from a page of ours.
pub fn identify(api: &Api, given: Credentials, method: &Method, headers: &HeaderMap) -> Result<Known, Problem> {
    match given {
        Credentials::None => Ok(Known { caller: Caller::Anyone, token: None, session: None }),
        Credentials::Token(secret) => {
            let known = api.pool.with(|store| {
                let Some(principal) = store.authenticate(&secret)? else { return Ok(None) };
                let caller = match &principal.scope {
                    Scope::Machine(name) => Some(Caller::Machine(name.clone())),
                    Scope::Account(name) => {
                        store.account(name)?.filter(|account| !account.disabled).map(Caller::Account)
                    }
                };
                Ok(caller.map(|caller| Known { caller, token: Some(principal.token), session: None }))
            })?;
            let refused = || Problem::new(Kind::Unauthenticated, "the token is not known, has expired or was revoked");
            known.ok_or_else(refused)
        }
        Credentials::Session(secret) => {
            // A cookie of a session that is over says nothing: who needs an account for what they ask is told to log in.
            let Some(session) = api.pool.with(|store| store.session(&secret))? else {
                return Ok(Known { caller: Caller::Anyone, token: None, session: None });
            };
            if is_change(method) {
                same_site(api, headers, true)?;
                let sent = headers.get(CSRF).map_or(&b""[..], |value| value.as_bytes());
                if !bool::from(sent.ct_eq(session.csrf.as_bytes())) {
                    return Err(Problem::new(
                        Kind::CrossSite,
                        "the header X-Kymo-CSRF is missing or another session's",
                    ));
                }
            }
            let caller = if session.account.disabled { Caller::Anyone } else { Caller::Account(session.account) };
            Ok(Known { caller, token: None, session: Some(secret) })
        }
    }
}

fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

/// Whether a browser says that a page of ours asked. What is no browser says nothing, which is good unless a cookie
/// came with it.
///
/// # Errors
/// When another site's page asked.
pub fn same_site(api: &Api, headers: &HeaderMap, must_say: bool) -> Result<(), Problem> {
    let foreign = |said: &str| Err(Problem::new(Kind::CrossSite, format!("a page of another site asked: {said}")));
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok())
        && !matches!(site, "same-origin" | "none")
    {
        return foreign("Sec-Fetch-Site is not same-origin");
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return if must_say { foreign("the header Origin is missing") } else { Ok(()) };
    };
    let own = match &api.options.public_url {
        Some(url) => Some(url.origin().ascii_serialization()),
        None => {
            headers.get(HOST).and_then(|host| host.to_str().ok()).map(|host| format!("http://{}", host.to_lowercase()))
        }
    };
    match (origin.to_str().ok(), own) {
        (Some(origin), Some(own)) if origin.to_lowercase() == own => Ok(()),
        _ => foreign("Origin is not this server's; behind a proxy, --public-url says what it is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_counts_once() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; kymo_session=x; b=2".parse().unwrap());
        assert_eq!(cookie(&headers, "kymo_session").as_deref(), Some("x"));
        assert_eq!(cookie(&headers, "session"), None);
        headers.append(COOKIE, "kymo_session=y".parse().unwrap());
        assert_eq!(cookie(&headers, "kymo_session"), None);
    }

    #[test]
    fn secrets_are_short_and_plain() {
        assert!(is_secret("kymo_abc-_."));
        for bad in ["", "a b", "a\tb", "ü", &"x".repeat(257)] {
            assert!(!is_secret(bad), "{bad}");
        }
    }
}
