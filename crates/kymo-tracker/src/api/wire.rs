//! What the API says beside the nouns of the model.

use kymo_model::watch::{Account, Job, JobId, MachineView, ProjectPolicy, Role, Scope, TokenInfo};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Give it as `after` to get what follows; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A list that is whole.
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// A list of jobs.
pub type Jobs = Page<Job>;
/// A list of machines.
pub type Machines = Page<MachineView>;
/// A list of policies.
pub type Projects = Page<ProjectPolicy>;
/// A list of accounts.
pub type Accounts = Page<Account>;
/// A list of tokens.
pub type Tokens = Page<TokenInfo>;
/// A piece of the audit log.
pub type Audit = Page<AuditLine>;

/// What a request for measurements became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requested {
    /// The jobs, a commit's after that of the one before; one that waited or ran already is named again.
    pub jobs: Vec<JobId>,
}

/// A piece of a job's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogPart {
    /// Bytes of the log before the text.
    pub offset: u64,
    /// Bytes of the log in all.
    pub total_bytes: u64,
    /// The text, plain: never to be taken for HTML.
    pub text: String,
}

/// Another place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobChange {
    /// Higher comes first; from -1000 to 1000.
    #[schemars(range(min = -1000, max = 1000))]
    pub priority: i32,
}

/// Why a machine is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The reason, in a line that everybody may read.
    #[schemars(length(min = 1, max = 200))]
    pub because: String,
}

/// A new account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Its name.
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Who it is at an OAuth provider, as `github:1234`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
}

/// What changes of an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccountChange")]
pub struct ChangedAccount {
    /// What it may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether it may do nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Who it is at an OAuth provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
}

/// A token that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedToken {
    /// Whom it speaks for.
    pub scope: Scope,
    /// What it is for.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub note: String,
    /// When it stops, as seconds since 1970-01-01 UTC; absent for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_unix_s: Option<u64>,
}

/// A log-in from a browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// A token of an account.
    pub token: String,
}

/// Who asks, and how somebody may log in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionView {
    /// The account; absent for nobody that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// To be sent back in the header `X-Kymo-CSRF` with every change; absent without a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<String>,
    /// When the session ends, as seconds since 1970-01-01 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_unix_s: Option<u64>,
    /// Providers at which one may log in: `/api/v1/login/{provider}`.
    pub providers: Vec<String>,
    /// Whether nothing is shown without an account.
    pub private: bool,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditLine {
    /// Its number; numbers rise.
    pub sequence: u64,
    /// When, as seconds since 1970-01-01 UTC.
    pub unix_s: u64,
    /// Who: an account, `machine:NAME`, or `console` for a command on the store itself.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More of it.
    pub detail: serde_json::Value,
    /// SHA-256 over the line before and this one.
    pub link_sha256: String,
}

/// What there is below `/api/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// `kymograph`, by which pages know the server.
    pub name: String,
    /// The version of the program.
    pub kymo: String,
    /// Where the description of everything is.
    pub openapi: String,
    /// The addresses, with their methods.
    pub routes: Vec<String>,
}
