//! Accounts and their tokens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an account may do; each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look at everything but accounts and the audit log.
    Viewer,
    /// Ask for jobs, and call off and retry one's own.
    Requester,
    /// Call off, retry and reorder any job; pause machines.
    Operator,
    /// Projects, accounts, tokens, the audit log.
    Admin,
}

/// A person or a program that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its name: up to 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Who it is at an OAuth provider, as `github:1234`: the number, for a name can change hands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
    /// Whether it may do nothing any more.
    #[serde(default)]
    pub disabled: bool,
    /// When it was made, as seconds since 1970-01-01 UTC.
    pub created_unix_s: u64,
}

/// Whom a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    /// An account, with its role.
    Account(String),
    /// The agent of one machine: it may lease and report that machine's jobs, and nothing else.
    Machine(String),
}

/// A token, without its secret: only a hash of that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenInfo {
    /// Its public part, by which it is listed and revoked.
    pub id: String,
    /// Whom it speaks for.
    pub scope: Scope,
    /// What it is for, in the words of who made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When it was made, as seconds since 1970-01-01 UTC.
    pub created_unix_s: u64,
    /// When it stops; `None` for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_unix_s: Option<u64>,
    /// When it was last used, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_unix_s: Option<u64>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_unix_s: Option<u64>,
}

/// A new token, with its secret: shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What is kept of it.
    pub info: TokenInfo,
    /// `kymo_` (an account's) or `kymoagent_` (a machine's), the public part, `_`, and 43 characters of 256 random bits:
    /// the beginning lets scanners of repositories find tokens that leaked.
    pub secret: String,
}
