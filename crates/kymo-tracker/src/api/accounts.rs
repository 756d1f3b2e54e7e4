//! Accounts and tokens, for admins.

use super::answer::Answer;
use super::call::{Call, is_name};
use super::problem::Problem;
use super::route::Route;
use super::wire::{Accounts, ChangedAccount, NewAccount, Tokens, WantedToken};
use axum::http::{Method, StatusCode};
use kymo_model::watch::{Account, NewToken, Scope, TokenInfo};
use kymo_store::AccountChange;

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/accounts", accounts).gives::<Accounts>(200).summary("The accounts"),
        Route::post("/accounts", add).takes::<NewAccount>().gives::<Account>(201).summary("Make an account"),
        Route::other(Method::PATCH, "/accounts/{name}", change)
            .takes::<ChangedAccount>()
            .gives::<Account>(200)
            .summary("Change an account's role, provider or whether it is disabled"),
        Route::get("/tokens", tokens).gives::<Tokens>(200).summary("The tokens, without their secrets"),
        Route::post("/tokens", add_token)
            .takes::<WantedToken>()
            .gives::<NewToken>(201)
            .summary("Make a token; its secret is shown this once"),
        Route::other(Method::DELETE, "/tokens/{id}", revoke).gives::<TokenInfo>(200).summary("Revoke a token"),
    ]
}

fn accounts(call: &Call) -> Result<Answer, Problem> {
    Answer::ok(&Accounts::whole(call.store(|store| store.accounts())?))
}

fn add(call: &Call) -> Result<Answer, Problem> {
    let new: NewAccount = call.json()?;
    if !is_name(&new.name) {
        return Err(Problem::invalid(
            "name: up to 64 letters, digits, '-', '_' and '.', beginning with a letter or a digit",
        ));
    }
    if let Some(external) = &new.external {
        check_external(external).map_err(Problem::invalid)?;
    }
    let account = call.store(|store| store.add_account(&call.actor(), &new.name, new.role, new.external.as_deref()))?;
    Answer::json(StatusCode::CREATED, &account)
}

/// Whether a text can say who somebody is at a provider.
///
/// # Errors
/// In a line that says what is wrong.
pub fn check_external(text: &str) -> Result<(), String> {
    let wrong =
        || Err("external is the provider's name, a colon and the number or subject there: github:1234".to_owned());
    let Some((provider, subject)) = text.split_once(':') else { return wrong() };
    let plain = subject.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_name(provider) || subject.is_empty() || subject.len() > 255 || !plain {
        return wrong();
    }
    if provider == "github" && !subject.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("of github it is the number of the account that counts, since a name can change hands".to_owned());
    }
    Ok(())
}

fn change(call: &Call) -> Result<Answer, Problem> {
    let (name, change) = (call.name("account")?, call.json::<ChangedAccount>()?);
    if let Some(external) = change.external.as_deref().filter(|external| !external.is_empty()) {
        check_external(external).map_err(Problem::invalid)?;
    }
    let change = AccountChange { role: change.role, disabled: change.disabled, external: change.external };
    Answer::ok(&call.store(|store| store.change_account(&call.actor(), name, &change))?)
}

fn tokens(call: &Call) -> Result<Answer, Problem> {
    Answer::ok(&Tokens::whole(call.store(|store| store.tokens())?))
}

fn add_token(call: &Call) -> Result<Answer, Problem> {
    let wanted: WantedToken = call.json()?;
    let (Scope::Account(name) | Scope::Machine(name)) = &wanted.scope;
    if !is_name(name) {
        return Err(Problem::invalid("scope: the name of an account or a machine"));
    }
    if wanted.expires_unix_s.is_some_and(|at| i64::try_from(at).is_err()) {
        return Err(Problem::invalid("expires_unix_s is too large"));
    }
    let note = crate::clean::line(&wanted.note, 200);
    let token = call.store(|store| store.add_token(&call.actor(), &wanted.scope, &note, wanted.expires_unix_s))?;
    Answer::json(StatusCode::CREATED, &token)
}

fn revoke(call: &Call) -> Result<Answer, Problem> {
    let id = call.param("id");
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') || id.is_empty() || id.len() > 64 {
        return Err(Problem::not_found("token", "of that id"));
    }
    Answer::ok(&call.store(|store| store.revoke_token(&call.actor(), id))?)
}
