//! Log-ins from browsers.

use super::Api;
use super::access::{Access, Caller, forbidden, unauthenticated};
use super::answer::Answer;
use super::call::Call;
use super::credentials::{same_site, session_cookie};
use super::problem::Problem;
use super::route::Route;
use super::wire::{LogIn, SessionView};
use axum::http::header::SET_COOKIE;
use axum::http::{Method, StatusCode};
use kymo_model::watch::Scope;

/// How long a session lasts, in seconds: 14 days.
pub const LASTS_S: u64 = 14 * 86_400;

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/session", show)
            .access(Access::Anyone)
            .gives::<SessionView>(200)
            .summary("Who asks, and how one may log in"),
        Route::post("/session", log_in)
            .access(Access::Anyone)
            .takes::<LogIn>()
            .up_to(4096)
            .gives::<SessionView>(201)
            .summary("Log in from a browser with an account's token; the answer sets a cookie"),
        Route::other(Method::DELETE, "/session", log_out).access(Access::Anyone).gives_nothing(204).summary("Log out"),
    ]
}

fn show(call: &Call) -> Result<Answer, Problem> {
    let account = match &call.caller {
        Caller::Account(account) => Some(account.clone()),
        _ => None,
    };
    let session = match &call.session {
        Some(secret) => call.store(|store| store.session(secret))?,
        None => None,
    };
    let (csrf, expires_unix_s) = session.map(|session| (session.csrf, session.expires_unix_s)).unzip();
    Answer::ok(&view(&call.api, account, csrf, expires_unix_s))
}

fn view(
    api: &Api,
    account: Option<kymo_model::watch::Account>,
    csrf: Option<String>,
    expires_unix_s: Option<u64>,
) -> SessionView {
    SessionView { account, csrf, expires_unix_s, providers: api.login.names(), private: api.options.private }
}

fn log_in(call: &Call) -> Result<Answer, Problem> {
    same_site(&call.api, &call.headers, false)?;
    let asked: LogIn = call.json()?;
    let known = call.store(|store| store.authenticate(&asked.token))?;
    let name = match known.map(|principal| principal.scope) {
        Some(Scope::Account(name)) => name,
        Some(Scope::Machine(_)) => return Err(forbidden("an agent's token is good for /api/v1/agent alone")),
        None => {
            let detail = "the token is not known, has expired or was revoked".to_owned();
            return Err(Problem { detail, ..unauthenticated() });
        }
    };
    begin(call, &name, |api, session| {
        Answer::json(StatusCode::CREATED, &{
            let account = api.pool.with(|store| store.account(&name))?;
            view(api, account, Some(session.csrf.clone()), None)
        })
    })
}

/// Begins a session that nobody knew the secret of before: what the browser had is ended.
///
/// # Errors
/// Those of the store.
pub fn begin(
    call: &Call,
    account: &str,
    answer: impl FnOnce(&Api, &kymo_store::NewSession) -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    if let Some(before) = &call.session {
        call.store(|store| store.end_session(before))?;
    }
    let session = call.store(|store| store.add_session(account, LASTS_S))?;
    let mut answer = answer(&call.api, &session)?;
    answer.set(SET_COOKIE, &set_cookie(&call.api, session_cookie(&call.api), &session.secret, LASTS_S));
    Ok(answer)
}

fn log_out(call: &Call) -> Result<Answer, Problem> {
    if let Some(secret) = &call.session {
        call.store(|store| store.end_session(secret))?;
    }
    let mut answer = Answer::nothing();
    answer.set(SET_COOKIE, &set_cookie(&call.api, session_cookie(&call.api), "", 0));
    Ok(answer)
}

/// A cookie that scripts do not see, and that other sites' requests do not carry but for plain links.
pub fn set_cookie(api: &Api, name: &str, value: &str, lasts_s: u64) -> String {
    let secure = if api.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}")
}
