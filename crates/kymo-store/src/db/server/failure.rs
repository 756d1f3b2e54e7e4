//! What a failure of PostgreSQL means to a person.

use crate::{StoreAddress, StoreError};
use std::error::Error as _;

/// Whether the connection is gone, rather than a statement wrong.
pub fn is_lost(error: &postgres::Error) -> bool {
    match error.code() {
        // The server ends, or ended this connection.
        Some(code) => code.code().starts_with("57P"),
        None => error.is_closed() || has_io(error),
    }
}

fn has_io(error: &postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// The words of the server, or what the connection failed of.
pub fn words(error: &postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", said.message(), said.code().code());
    }
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// The error for a failure of a statement.
pub fn explain(address: &StoreAddress, error: &postgres::Error) -> StoreError {
    let store = address.clone();
    let server = |problem: String, advice| StoreError::Server { store: store.clone(), problem, advice };
    match error.code().map(postgres::error::SqlState::code) {
        Some("53100") => StoreError::Full { store },
        Some("55P03") => StoreError::Busy { store, waited_s: super::sqlite::PATIENCE.as_secs() },
        Some("25006") => StoreError::ReadOnly { store },
        Some("42501") => server(
            format!("forbids what is needed ({})", words(error)),
            "make the user of the URL the owner of the database",
        ),
        Some("XX001" | "XX002") => StoreError::Damaged { store, problem: words(error) },
        _ if is_lost(error) => server(
            format!("was lost ({})", words(error)),
            "see whether its server runs; what was reported as saved is kept",
        ),
        _ => StoreError::Postgres { store, problem: words(error) },
    }
}
