//! What the agent is told when it starts.

use crate::error::AgentError;
use crate::settings::Settings;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Bytes of a token at most: `kymoagent_`, a public part and 43 characters are far fewer.
const TOKEN_MAX_BYTES: u64 = 1024;

/// The secret by which the server knows this machine. It is never shown, not even for debugging.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Reads it from a file that nobody else may read.
    ///
    /// # Errors
    /// When the file cannot be read, others may read it, or it holds no token.
    pub fn read(path: &Path) -> Result<Self, AgentError> {
        let shown = path.display();
        let unreadable = |error: std::io::Error| AgentError::usage(format!("--token-file {shown}: {error}"));
        let about = std::fs::metadata(path).map_err(unreadable)?;
        let mode = about.permissions().mode();
        if mode & 0o077 != 0 {
            let message = format!("--token-file {shown}: others may read it (mode {:o}); chmod 600 it", mode & 0o777);
            return Err(AgentError::usage(message));
        }
        if !about.is_file() || about.len() > TOKEN_MAX_BYTES {
            return Err(AgentError::usage(format!("--token-file {shown} is no file with a token")));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::new(text.trim()).map_err(|problem| AgentError::usage(format!("--token-file {shown}: {problem}")))
    }

    /// A token from its text.
    ///
    /// # Errors
    /// When it is no agent's token.
    pub fn new(text: &str) -> Result<Self, String> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        match text.strip_prefix("kymoagent_") {
            Some(rest) if plain && !rest.is_empty() => Ok(Self(text.to_owned())),
            _ if text.starts_with("kymo_") => {
                Err("that is the token of an account; kymo token add --machine NAME makes one for a machine".to_owned())
            }
            _ => Err("that is no token of a machine: it begins with kymoagent_".to_owned()),
        }
    }

    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Our own programs, which jobs see read-only.
#[derive(Clone, Debug)]
pub struct Programs {
    /// `kymo`.
    pub kymo: PathBuf,
    /// The folder with the workers, `kymo-worker-…`.
    pub workers: PathBuf,
    /// The folder with suites.
    pub suites: PathBuf,
    /// The sources of the workers, which engines are built with from a job's checkout; `None` where they are not here.
    pub sources: Option<PathBuf>,
}

/// What the agent is told when it starts.
pub struct AgentOptions {
    /// The server's address, as `https://bench.example.org`; below it comes `/api/v1/agent`.
    pub server: String,
    /// Who this machine is.
    pub token: Token,
    /// The folder of its state; it outlives the agent.
    pub folder: PathBuf,
    /// What agent.toml says.
    pub settings: Settings,
    /// Processors that jobs are measured on; `None` for those of the settings.
    pub cpus: Option<Vec<u32>>,
    /// Whether plain http is good for a server that is not on this machine.
    pub insecure_http: bool,
    /// Whether it ends after one job, or when there is none.
    pub once: bool,
    /// Our own programs.
    pub programs: Programs,
    /// The version that it reports.
    pub version: String,
    /// Set from outside to end it: it keeps what it has and ends after the invocation in progress.
    pub stop: Arc<AtomicBool>,
    /// Is told what happens, in lines of plain text.
    pub say: Arc<dyn Fn(&str) + Send + Sync>,
    /// Is told of each point that a test may want to end the agent at; does nothing otherwise.
    pub at: Arc<dyn Fn(&str) + Send + Sync>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "kymoagent_ab_cd\n").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        assert!(Token::read(&path).unwrap_err().to_string().ends_with("(mode 640); chmod 600 it"));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        let token = Token::read(&path).unwrap();
        assert_eq!(token.secret(), "kymoagent_ab_cd");
        assert_eq!(format!("{token:?}"), "Token(…)");
        std::fs::write(&path, "kymo_ab_cd").unwrap();
        assert!(Token::read(&path).unwrap_err().to_string().contains("token of an account"));
        std::fs::write(&path, "kymoagent_ab\r\nX-Header: 1").unwrap();
        assert!(Token::read(&path).unwrap_err().to_string().contains("no token of a machine"));
    }
}
