//! The file with providers of log-ins.

use crate::error::CliError;
use kymo_tracker::{Provider, ProviderKind};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use url::Url;

/// A provider as the file has it, by its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// What it calls this server.
    client_id: String,
    /// A file with what it knows this server by.
    client_secret_file: PathBuf,
    /// Its issuer, for OpenID Connect; without it, it is GitHub.
    issuer: Option<Url>,
    /// Where people log in at a GitHub of one's own.
    web: Option<Url>,
    /// Where the API of that is.
    api: Option<Url>,
}

/// The providers of a file.
///
/// # Errors
/// What is wrong with it, with line and column.
pub fn providers(path: &Path) -> Result<Vec<Provider>, CliError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::usage(format!("--oauth: {shown} cannot be read: {error}")))?;
    let entries: BTreeMap<String, Entry> =
        toml::from_str(&text).map_err(|error| CliError::usage(format!("{shown}: {}", error.to_string().trim_end())))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    entries.into_iter().map(|(name, entry)| provider(folder, &name, entry)).collect()
}

fn provider(folder: &Path, name: &str, entry: Entry) -> Result<Provider, CliError> {
    let file = folder.join(&entry.client_secret_file);
    let secret = std::fs::read_to_string(&file).map_err(|error| {
        CliError::usage(format!("{name}: client_secret_file {} cannot be read: {error}", file.display()))
    })?;
    let url = |given: Option<Url>, usual: &str| match given {
        Some(url) => Ok(url),
        None => Url::parse(usual).map_err(CliError::failure),
    };
    let kind = match entry.issuer {
        Some(_) if entry.web.is_some() || entry.api.is_some() => {
            return Err(CliError::usage(format!("{name}: web and api are GitHub's, which has no issuer")));
        }
        Some(issuer) => ProviderKind::OpenId { issuer },
        None if name == "github" || (entry.web.is_some() && entry.api.is_some()) => ProviderKind::GitHub {
            web: url(entry.web, "https://github.com")?,
            api: url(entry.api, "https://api.github.com")?,
        },
        None => return Err(CliError::usage(format!("{name}: issuer is needed, where its description is"))),
    };
    Ok(Provider { name: name.to_owned(), kind, client_id: entry.client_id, client_secret: secret.trim().to_owned() })
}
