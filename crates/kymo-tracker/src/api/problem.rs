//! What goes wrong, as RFC 9457 has it: `application/problem+json` with types that stay the same.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of problem it is. Its name is part of its type's address and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request is none of HTTP or of JSON.
    Malformed,
    /// Who asks is not known.
    Unauthenticated,
    /// Who asks may not.
    Forbidden,
    /// A browser's request that the page here did not make.
    CrossSite,
    /// There is no such thing.
    NotFound,
    /// The address has no such method.
    MethodNotAllowed,
    /// The request took too long to come.
    Timeout,
    /// It cannot be done now, as things are.
    Conflict,
    /// The lease is gone for good.
    LeaseGone,
    /// Another agent with the same token is at work.
    OtherSession,
    /// The request is larger than it may be.
    TooLarge,
    /// The body is of another type.
    UnsupportedMediaType,
    /// The request is well formed, and asks for what cannot be.
    Invalid,
    /// Too many requests.
    TooManyRequests,
    /// The server failed.
    Internal,
    /// The server cannot now.
    Unavailable,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Malformed,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::CrossSite,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Timeout,
        Self::Conflict,
        Self::LeaseGone,
        Self::OtherSession,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Invalid,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
    ];

    /// Its name, its status, and what it means.
    pub const fn facts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::Malformed => ("malformed", StatusCode::BAD_REQUEST, "The request cannot be read"),
            Self::Unauthenticated => ("unauthenticated", StatusCode::UNAUTHORIZED, "A valid token is needed"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "The role does not allow it"),
            Self::CrossSite => {
                ("cross-site", StatusCode::FORBIDDEN, "A change by cookie needs this site's origin and the CSRF token")
            }
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is no such thing"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "The address has no such method")
            }
            Self::Timeout => ("timeout", StatusCode::REQUEST_TIMEOUT, "The request took too long to come"),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, "It cannot be done as things are"),
            Self::LeaseGone => ("lease-gone", StatusCode::CONFLICT, "The lease is gone for good"),
            Self::OtherSession => {
                ("other-session", StatusCode::CONFLICT, "Another agent with the same token is at work")
            }
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another type")
            }
            Self::Invalid => ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "The request asks for what cannot be"),
            Self::TooManyRequests => ("too-many-requests", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "The server failed"),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "The server cannot now"),
        }
    }
}

/// A problem on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemDocument {
    /// Which problem, as an address below this server that says more. Programs decide by it.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it means, the same for every problem of the type.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What happened this time, for people.
    pub detail: String,
}

/// A problem on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Which.
    pub kind: Kind,
    /// What happened, for people; nothing in it that who asks may not know.
    pub detail: String,
    /// Seconds after which to try again.
    pub retry_after_s: Option<u64>,
    /// What happened, for the server's log alone.
    pub log: Option<String>,
}

impl Problem {
    /// A problem with what happened.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after_s: None, log: None }
    }

    /// There is no such thing.
    pub fn not_found(what: &str, name: impl std::fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("there is no {what} {name}"))
    }

    /// The request asks for what cannot be.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, detail)
    }

    /// The server failed; why is for its log alone.
    pub fn internal(log: impl std::fmt::Display) -> Self {
        let told = "the server could not do it; its log says why";
        Self { log: Some(log.to_string()), ..Self::new(Kind::Internal, told) }
    }

    /// The server cannot now; why is for its log alone.
    pub fn unavailable(log: impl std::fmt::Display) -> Self {
        let told = "the server cannot do it now; try again, its log says why";
        Self { log: Some(log.to_string()), retry_after_s: Some(5), ..Self::new(Kind::Unavailable, told) }
    }

    /// The document.
    pub fn document(&self) -> ProblemDocument {
        let (name, status, title) = self.kind.facts();
        ProblemDocument {
            kind: format!("/api/v1/problems/{name}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_problem_has_its_own_name_and_an_error_for_a_status() {
        let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.facts().0).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let (name, status, _) = kind.facts();
            assert!(status.is_client_error() || status.is_server_error(), "{name}");
            assert_eq!(Problem::new(kind, "").document().kind, format!("/api/v1/problems/{name}"));
        }
    }
}
