//! A request that was let in, with what its route asks for.

use super::Api;
use super::access::Caller;
use super::problem::{Kind, Problem};
use super::route::Route;
use kymo_model::watch::{Account, JobId};
use kymo_store::{Actor, Store, WatchError};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of one text in JSON at most.
const TEXT_MAX: usize = 64 << 10;

/// Entries of a list when nobody says how many, and at most.
const LIMIT: (u32, u32) = (50, 500);

/// A request that was let in.
pub struct Call {
    /// The server.
    pub api: Arc<Api>,
    /// The route.
    pub route: Arc<Route>,
    /// Who asks.
    pub caller: Caller,
    /// The browser's session, by the secret in its cookie.
    pub session: Option<String>,
    /// The parameters in the path.
    pub path: BTreeMap<String, String>,
    /// The fields of the query.
    pub query: BTreeMap<String, String>,
    /// The head.
    pub headers: axum::http::HeaderMap,
    /// The body, of at most as many bytes as the route takes.
    pub body: Vec<u8>,
}

impl Call {
    /// Does something with the store.
    ///
    /// # Errors
    /// Those of the store, as the API says them.
    pub fn store<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, WatchError>) -> Result<T, Problem> {
        self.api.pool.with(work)
    }

    /// A parameter of the path.
    pub fn param(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A name in the path: of a machine, a project, an account.
    ///
    /// # Errors
    /// When it can be the name of nothing.
    pub fn name(&self, what: &str) -> Result<&str, Problem> {
        let name = self.param("name");
        if is_name(name) { Ok(name) } else { Err(Problem::not_found(what, "of that name: it can be none")) }
    }

    /// The job's number in the path.
    ///
    /// # Errors
    /// When it can be the number of none.
    pub fn job(&self) -> Result<JobId, Problem> {
        let number = self.param("id").parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
        number.map(JobId).ok_or_else(|| Problem::not_found("job", "of that number"))
    }

    /// A field of the query, where it is given.
    ///
    /// # Errors
    /// When it is not what it must be.
    pub fn field<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.query.get(name) else { return Ok(None) };
        let parsed = text.parse::<T>().map(Some);
        parsed.map_err(|_| Problem::invalid(format!("{name} is not what it must be; /api/v1/openapi.json says what")))
    }

    /// A field of the query that must be a number that a store can hold.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let number = self.field::<u64>(name)?;
        if number.is_some_and(|number| i64::try_from(number).is_err()) {
            return Err(Problem::invalid(format!("{name} is too large")));
        }
        Ok(number)
    }

    /// How many entries of a list are wanted.
    ///
    /// # Errors
    /// When it is no number, none, or too many.
    pub fn limit(&self) -> Result<u32, Problem> {
        let limit = self.field("limit")?.unwrap_or(LIMIT.0);
        if (1..=LIMIT.1).contains(&limit) {
            Ok(limit)
        } else {
            Err(Problem::invalid(format!("limit goes from 1 to {}", LIMIT.1)))
        }
    }

    /// The body, from JSON.
    ///
    /// # Errors
    /// When it is not JSON of the type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let malformed =
            |problem: String| Problem::new(Kind::Malformed, format!("the body is not as it must be: {problem}"));
        let text = crate::clean::json(&self.body, TEXT_MAX).map_err(malformed)?;
        serde_json::from_str(&text).map_err(|error| malformed(crate::clean::line(&error.to_string(), 300)))
    }

    /// The account that asks. The route's access says that there is one.
    ///
    /// # Errors
    /// When there is none.
    pub fn account(&self) -> Result<&Account, Problem> {
        match &self.caller {
            Caller::Account(account) => Ok(account),
            _ => Err(super::access::unauthenticated()),
        }
    }

    /// The machine that asks. The route's access says that there is one.
    ///
    /// # Errors
    /// When there is none.
    pub fn machine(&self) -> Result<&str, Problem> {
        match &self.caller {
            Caller::Machine(name) => Ok(name),
            _ => Err(super::access::unauthenticated()),
        }
    }

    /// Who asks, for the audit log.
    pub fn actor(&self) -> Actor {
        Actor(match &self.caller {
            Caller::Account(account) => account.name.clone(),
            Caller::Machine(name) => format!("machine:{name}"),
            Caller::Anyone => "anyone".to_owned(),
        })
    }
}

/// Whether a text can be the name of a machine, a project, an account or a tier.
pub fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=64).contains(&text.len()) && text.as_bytes()[0].is_ascii_alphanumeric() && text.bytes().all(plain)
}

/// The fields of a query, each once and each one that the route knows.
///
/// # Errors
/// When one is not.
pub fn query(route: &Route, text: &str) -> Result<BTreeMap<String, String>, Problem> {
    let mut fields = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let Some(field) = route.query.iter().find(|field| field.name == name) else {
            let known: Vec<&str> = route.query.iter().map(|field| field.name).collect();
            let known = if known.is_empty() { "it takes none".to_owned() } else { known.join(", ") };
            return Err(Problem::invalid(format!("the query has a field that this address does not know ({known})")));
        };
        if value.len() > 1024 || value.chars().any(char::is_control) {
            return Err(Problem::invalid(format!("{} is too long, or has control characters", field.name)));
        }
        if fields.insert(field.name.to_owned(), value.into_owned()).is_some() {
            return Err(Problem::invalid(format!("{} is given twice", field.name)));
        }
    }
    if let Some(field) = route.query.iter().find(|field| field.required && !fields.contains_key(field.name)) {
        return Err(Problem::invalid(format!("{} must be given: {}", field.name, field.what)));
    }
    Ok(fields)
}
