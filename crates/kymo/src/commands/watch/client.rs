//! Asks a server.

use crate::cli::ServerArgs;
use crate::error::CliError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use ureq::http::{Method, Request};
use ureq::tls::{RootCerts, TlsConfig};

/// How long a server may take: a first request for a project fetches its history.
const PATIENCE: Duration = Duration::from_secs(400);

/// Bytes of an answer at most.
const ANSWER_MAX: u64 = 64 << 20;

/// A client of one server.
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client as the flags say.
    ///
    /// # Errors
    /// When the token cannot be read, others can read it, or it would be sent for all to see.
    pub fn new(args: &ServerArgs) -> Result<Self, CliError> {
        let base = args.server.as_str().trim_end_matches('/').to_owned();
        let token = args.token_file.as_deref().map(read_token).transpose()?;
        let own = matches!(args.server.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        match args.server.scheme() {
            "https" => {}
            "http" if own || token.is_none() => {}
            "http" => {
                return Err(CliError::usage(format!("{base}: a token is sent by https:// alone, or to this machine"))
                    .with_hint("put a proxy with TLS in front of the server"));
            }
            _ => return Err(CliError::usage(format!("{base}: the server's address begins with https:// or http://"))),
        }
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        // Those of this machine, as for the agent: a tracker may have its certificate from a house's own authority.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = config.tls_config(tls).max_redirects(0).user_agent(concat!("kymo/", env!("CARGO_PKG_VERSION")));
        Ok(Self { agent: config.build().into(), base, token })
    }

    /// Reads something.
    ///
    /// # Errors
    /// What the server says.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CliError> {
        self.ask::<(), T>(Method::GET, path, None)
    }

    /// Does something that needs no more than its address.
    ///
    /// # Errors
    /// What the server says.
    pub fn post<T: DeserializeOwned>(&self, path: &str) -> Result<T, CliError> {
        self.ask::<(), T>(Method::POST, path, None)
    }

    /// Sends something.
    ///
    /// # Errors
    /// What the server says.
    pub fn send<B: Serialize, T: DeserializeOwned>(&self, method: Method, path: &str, body: &B) -> Result<T, CliError> {
        self.ask(method, path, Some(body))
    }

    fn ask<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Result<T, CliError> {
        let url = format!("{}/api/v1{path}", self.base);
        let mut request = Request::builder().method(method).uri(&url).header("accept", "application/json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let content = body.map(serde_json::to_vec).transpose().map_err(CliError::failure)?;
        if content.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(content.unwrap_or_default()).map_err(CliError::usage)?;
        let mut response = self.agent.run(request).map_err(|error| {
            CliError::failure(format!("{}: {error}", self.base))
                .with_hint("is it running (kymo serve)? --server says where")
        })?;
        let status = response.status().as_u16();
        let read = response.body_mut().with_config().limit(ANSWER_MAX).read_to_vec();
        let text = read.map_err(|error| CliError::failure(format!("{url}: the answer broke off: {error}")))?;
        if (200..300).contains(&status) {
            return serde_json::from_slice(&text)
                .map_err(|error| CliError::failure(format!("{url}: the answer is none of a kymo server: {error}")));
        }
        Err(self.refused(status, &text))
    }

    fn refused(&self, status: u16, text: &[u8]) -> CliError {
        let problem: serde_json::Value = serde_json::from_slice(text).unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("it did not say why: is it a kymo server?");
        let message = format!("{} answered {status}: {}", self.base, crate::render::harmless::line(detail));
        match status {
            401 => CliError::usage(message)
                .with_hint("--token-file names a file with a token, as kymo token add writes it"),
            500.. | 429 => CliError::failure(message),
            _ => CliError::usage(message),
        }
    }
}

fn read_token(path: &Path) -> Result<String, CliError> {
    let shown = path.display();
    let wrong = |error: std::io::Error| CliError::usage(format!("the token file {shown} cannot be read: {error}"));
    let mode = std::fs::metadata(path).map_err(wrong)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(CliError::usage(format!("others can read the token file {shown}"))
            .with_hint(format!("chmod 600 {shown}; and revoke the token if others may have seen it")));
    }
    let text = std::fs::read_to_string(path).map_err(wrong)?;
    let token = text.trim().to_owned();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(CliError::usage(format!("the token file {shown} holds no token")));
    }
    Ok(token)
}
