//! What goes into the store of the watch and comes out of it, beyond the nouns of the model.

use crate::NewPoint;
use kymo_model::watch::{Account, Granted, JobReason, JobState, Role, Scope, UploadState};
use kymo_model::{GitHash, ProjectName, Run};

/// Who does something, for the audit log: an account's name, `machine:NAME`, or `console` for commands on the store
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(pub String);

/// What is to change of an account; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// What it may do.
    pub role: Option<Role>,
    /// Whether it may do nothing any more.
    pub disabled: Option<bool>,
    /// Who it is at an OAuth provider, as `github:1234`; empty for nobody.
    pub external: Option<String>,
}

/// Whom a token's secret speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The token's public part.
    pub token: String,
    /// The account or machine.
    pub scope: Scope,
    /// What the account may do; `None` for a machine.
    pub role: Option<Role>,
}

/// A new session of a browser, with its secrets: given out this once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// For the cookie; only a hash of it is kept.
    pub secret: String,
    /// What a page sends with every change, to show that the change came from it.
    pub csrf: String,
}

/// A session of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who logged in.
    pub account: Account,
    /// What a page sends with every change. It is made from the secret, and kept nowhere.
    pub csrf: String,
    /// When it ends, as seconds since 1970-01-01 UTC.
    pub expires_unix_s: u64,
}

/// One change, as the audit log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number, rising.
    pub sequence: u64,
    /// When, as seconds since 1970-01-01 UTC.
    pub unix_s: u64,
    /// Who.
    pub actor: String,
    /// What was done, as `job.cancel`.
    pub action: String,
    /// To what: the name of an account, machine or project, the number of a job.
    pub subject: String,
    /// What else belongs to it, as a JSON object.
    pub detail: String,
    /// SHA-256 over the entry before and this one.
    pub link_sha256: String,
}

/// What a look at the whole audit log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Entries, in all.
    pub entries: u64,
    /// Numbers of those that do not follow from the one before: they were altered, or something before them was taken
    /// out.
    pub broken: Vec<u64>,
    /// The last link; `None` for an empty log.
    pub head: Option<String>,
}

/// A commit that is to be measured on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// The project.
    pub project: ProjectName,
    /// The commit, exactly.
    pub commit: GitHash,
    /// The first line of its message; empty where it is not known.
    pub title: String,
    /// The tier of the project's `kymo.toml`.
    pub tier: String,
    /// The machine.
    pub machine: String,
    /// Why.
    pub reason: JobReason,
    /// The account that asks.
    pub asked_by: String,
    /// Higher comes first; [`JobReason::priority`] unless an operator says otherwise.
    pub priority: i32,
}

/// Which jobs to list; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Of this project.
    pub project: Option<ProjectName>,
    /// In this state.
    pub state: Option<JobState>,
    /// Of this machine.
    pub machine: Option<String>,
    /// Of this commit.
    pub commit: Option<GitHash>,
}

/// A piece of a job's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLog {
    /// Bytes of the whole log.
    pub total_bytes: u64,
    /// Where the text begins: the offset that was asked for, or the end of the character that it was in.
    pub offset: u64,
    /// The text.
    pub text: String,
}

/// What became of an agent's wish for a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Leased {
    /// A job.
    Granted(Box<Granted>),
    /// No job waits.
    Nothing,
    /// The machine takes none: its agent says so, or an operator.
    Paused,
    /// Another agent spoke for the machine within the time of a lease: two have the same token, or one was restarted
    /// and does not know the lease that it had.
    OtherSession,
}

/// What became of a piece of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is kept.
    Taken(UploadState),
    /// It does not begin where the upload ends: go on from there.
    Elsewhere(UploadState),
}

/// A run that a job measured, with its points.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledResult {
    /// The run.
    pub run: Run,
    /// Its points. The machine's fingerprint in them is replaced by what the machine's agent says of it.
    pub points: Vec<NewPoint>,
}
