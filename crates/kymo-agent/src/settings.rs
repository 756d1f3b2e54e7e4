//! `agent.toml`: what this machine lets jobs do, and how it keeps itself.

use crate::cell::inside;
use crate::error::AgentError;
use kymo_model::typed;
use kymo_model::watch::Limits;
use kymo_model::watch::project_file::LimitsFile;
use kymo_model::{Bytes, Seconds};
use serde::{Deserialize, Deserializer};
use std::path::{Component, Path, PathBuf};

/// `agent.toml`. Everything in it is optional.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Processors that jobs are measured on [default: all].
    pub cpus: Vec<u32>,
    /// Remotes that commits may come from, `*` for any text [default: every https remote that the server names].
    pub remotes: Vec<String>,
    /// What jobs may use the network for.
    pub network: Network,
    /// What jobs in the machine's own environment see of it beside `/usr`.
    pub host: Host,
    /// The users that jobs run as.
    pub slots: Slots,
    /// The most that a step may use, whatever the server allows.
    pub limits: LimitsFile,
    /// How the machine is set and what it must be like.
    pub hygiene: Hygiene,
    /// A/A runs.
    pub calibration: Calibration,
    /// What is kept on disk.
    pub disk: Disk,
    /// How the server is asked.
    pub server: Server,
}

/// What jobs may use the network for. Build and measurement never have it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// Whether a job may fetch its commit [default: true]. A `file://` remote needs no network.
    pub fetch: bool,
    /// Whether prepare may have it where the server's policy allows it, too [default: true].
    pub prepare: bool,
}

/// What jobs in the machine's own environment see of it beside `/usr`, as a toolchain in `/opt`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Host {
    /// Folders that are there read-only, under their own names. What is in them is part of the environment's digest.
    pub folders: Vec<PathBuf>,
    /// Folders with programs, before those of the system.
    pub path: Vec<PathBuf>,
}

impl Host {
    /// A job must not have its own disk, the kernel's files or ours put elsewhere.
    const TAKEN: [&str; 9] =
        [inside::WORK, inside::KYMO, inside::GIVEN, inside::REMOTE, "/proc", "/dev", "/tmp", "/usr", "/etc"];

    fn check(&self) -> Result<(), String> {
        for folder in self.folders.iter().chain(&self.path) {
            let plain = folder.is_absolute() && folder.components().all(|one| !matches!(one, Component::ParentDir));
            if !plain || folder.to_string_lossy().contains(':') {
                return Err(format!("host: '{}' is no absolute path without '..' and ':'", folder.display()));
            }
        }
        for folder in &self.folders {
            let taken =
                Self::TAKEN.iter().any(|taken| folder.starts_with(taken) || Path::new(taken).starts_with(folder));
            if taken {
                return Err(format!("host.folders: '{}' has another meaning within a job", folder.display()));
            }
            if !folder.is_dir() {
                return Err(format!("host.folders: there is no folder '{}'", folder.display()));
            }
        }
        Ok(())
    }
}

/// The users of the machine that jobs run as, one after the other.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Slots {
    /// The first number; no account and no range of subordinate users may lie in it.
    pub first_uid: u32,
    /// How many.
    pub count: u32,
}

/// How the machine is set, restored at the end, and what it must be like.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hygiene {
    /// The frequency governor to set, as `performance`.
    pub governor: Option<String>,
    /// Whether addresses are randomised.
    pub aslr: Option<bool>,
    /// Whether processors may exceed their nominal frequency.
    pub turbo: Option<bool>,
    /// Checks of `kymo doctor` that must be good, by their names.
    pub require: Vec<String>,
}

/// The nightly A/A run.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calibration {
    /// Whether there is one [default: true].
    pub enabled: bool,
    /// The hour after which it starts, when no job waits, from 0 to 23, UTC.
    pub hour: u32,
    /// The engine.
    pub engine: String,
    /// The suite.
    pub suite: String,
    /// The time that it may take.
    #[serde(deserialize_with = "seconds")]
    pub budget: Seconds,
}

/// What is kept on disk.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Disk {
    /// Days that ended jobs' logs and unused environments are kept.
    pub keep_days: u32,
    /// Bytes that they may take together.
    #[serde(deserialize_with = "bytes")]
    pub keep: Bytes,
    /// Bytes that stay free: below, no job is taken.
    #[serde(deserialize_with = "bytes")]
    pub low: Bytes,
}

/// How the server is asked.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// The longest pause between two tries.
    #[serde(deserialize_with = "seconds")]
    pub retry_max: Seconds,
    /// How long one request may wait for a job, in seconds; at most 30.
    pub wait_s: u32,
}

impl Default for Network {
    fn default() -> Self {
        Self { fetch: true, prepare: true }
    }
}

impl Default for Slots {
    /// Above the ranges that Debian gives to accounts and to their subordinate users.
    fn default() -> Self {
        Self { first_uid: 2_000_000_000, count: 1000 }
    }
}

impl Default for Calibration {
    fn default() -> Self {
        let (engine, suite) = ("wasmtime".to_owned(), "basics".to_owned());
        Self { enabled: true, hour: 3, engine, suite, budget: Seconds::new(20.0 * 60.0) }
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self { keep_days: 14, keep: Bytes::new(50 << 30), low: Bytes::new(4 << 30) }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self { retry_max: Seconds::new(60.0), wait_s: 25 }
    }
}

fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Seconds, D::Error> {
    typed::seconds(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
    typed::bytes(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

impl Settings {
    /// Reads agent.toml.
    ///
    /// # Errors
    /// What is wrong, with file and line.
    pub fn read(path: &Path) -> Result<Self, AgentError> {
        let shown = path.display();
        let text =
            std::fs::read_to_string(path).map_err(|error| AgentError::usage(format!("--config {shown}: {error}")))?;
        Self::parse(&text).map_err(|problem| AgentError::usage(format!("--config {shown}: {problem}")))
    }

    /// Reads the text of agent.toml.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message().replace('\n', ", "))
        })?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), String> {
        const UID_LEAST: u32 = 1000;
        if self.calibration.hour > 23 {
            return Err(format!("calibration.hour is {}: hours are from 0 to 23", self.calibration.hour));
        }
        if self.slots.count == 0 || self.slots.first_uid < UID_LEAST {
            return Err(format!("slots: at least one user, and none below {UID_LEAST}, where the system's own are"));
        }
        if self.slots.first_uid.checked_add(self.slots.count).is_none() {
            return Err("slots: first_uid + count is no number of a user".to_owned());
        }
        self.host.check()?;
        if self.server.wait_s > 30 {
            return Err(format!("server.wait_s is {}: 30 seconds are the most", self.server.wait_s));
        }
        Ok(())
    }

    /// The user of a job.
    pub(crate) fn uid(&self, job: u64) -> u32 {
        // The remainder is below `count`, and the sum was checked.
        self.slots.first_uid + u32::try_from(job % u64::from(self.slots.count)).unwrap_or(0)
    }

    /// A policy's limits within this machine's.
    pub(crate) fn capped(&self, policy: &Limits) -> Limits {
        self.limits.within(policy)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_the_default() {
        assert_eq!(Settings::parse("").unwrap(), Settings::default());
        let settings = Settings::parse("[limits]\nmemory = \"1GiB\"\n[disk]\nkeep_days = 3").unwrap();
        assert_eq!((settings.disk.keep_days, settings.disk.low), (3, Disk::default().low));
        assert_eq!(settings.capped(&Limits::default()).memory, Bytes::new(1 << 30));
    }

    #[test]
    fn a_cap_never_widens_a_policy() {
        let settings = Settings::parse("[limits]\nmemory = \"64GiB\"\nwall_time = \"90h\"").unwrap();
        assert_eq!(settings.capped(&Limits::default()), Limits::default());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |text: &str| Settings::parse(text).unwrap_err();
        assert!(wrong("cpus = [0]\n[hygene]").starts_with("line 2: unknown field `hygene`"), "{}", wrong("\n[hygene]"));
        assert!(wrong("[disk]\nlow = \"much\"").starts_with("line 2: "), "{}", wrong("[disk]\nlow = \"much\""));
        assert!(wrong("[calibration]\nhour = 24").contains("from 0 to 23"));
        assert!(wrong("[slots]\nfirst_uid = 0").contains("none below 1000"));
        assert!(wrong("[host]\nfolders = [\"/\"]").contains("another meaning"));
        assert!(wrong("[host]\nfolders = [\"/proc/self\"]").contains("another meaning"));
        assert!(wrong("[host]\nfolders = [\"/opt/../etc\"]").contains("no absolute path"));
        assert!(wrong("[host]\nfolders = [\"/opt/is/not/there\"]").contains("there is no folder"));
        assert!(wrong("[host]\npath = [\"bin\"]").contains("no absolute path"));
        assert!(wrong("[slots]\nfirst_uid = 4294967295").contains("no number of a user"));
    }
}
