//! The modules of a benchmark.

use super::{Implementation, check};
use crate::error::Fault;
use crate::raw::{RawBenchmark, RawFlavour};
use kymo_model::{Feature, ModuleKind};
use std::collections::BTreeSet;
use toml::Spanned;

type Requires = Option<Spanned<Vec<Spanned<String>>>>;

/// The one module, or one for each flavour.
pub(super) fn of(raw: &RawBenchmark) -> Result<Vec<Implementation>, Fault> {
    let name = raw.name.get_ref();
    let Some(artifact) = &raw.artifact else {
        if raw.flavours.is_empty() {
            let message = "no module: add artifact = \"….wasm\", or [[benchmark.flavour]] where there are several";
            return Err(Fault::new(raw.name.span(), name, message));
        }
        let stray = [raw.sha256.as_ref().map(Spanned::span), raw.requires.as_ref().map(Spanned::span)];
        if let Some(at) = stray.into_iter().flatten().next() {
            let message = "sha256 and requires belong to each [[benchmark.flavour]] where there are flavours";
            return Err(Fault::new(at, name, message));
        }
        return flavours(raw);
    };
    if let Some(flavour) = raw.flavours.first() {
        let message = "artifact and [[benchmark.flavour]] exclude each other; make the artifact a flavour, too";
        return Err(Fault::new(flavour.name.span(), name, message));
    }
    let parts = Parts { artifact, sha256: &raw.sha256, kind: &raw.kind, requires: &raw.requires };
    Ok(vec![parts.checked(None, name)?])
}

fn flavours(raw: &RawBenchmark) -> Result<Vec<Implementation>, Fault> {
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for flavour in &raw.flavours {
        let RawFlavour { name, artifact, sha256, kind, requires } = flavour;
        let kind = if kind.is_some() { kind } else { &raw.kind };
        let key = format!("{}:{}", raw.name.get_ref(), name.get_ref());
        check::name(name, &key)?;
        if !names.insert(name.get_ref()) {
            let message = format!("a second flavour '{}'; names are unique in a benchmark", name.get_ref());
            return Err(Fault::new(name.span(), raw.name.get_ref(), message));
        }
        all.push(Parts { artifact, sha256, kind, requires }.checked(Some(name.get_ref().clone()), &key)?);
    }
    Ok(all)
}

/// What a benchmark and a flavour have alike.
struct Parts<'a> {
    artifact: &'a Spanned<String>,
    sha256: &'a Option<Spanned<String>>,
    kind: &'a Option<Spanned<ModuleKind>>,
    requires: &'a Requires,
}

impl Parts<'_> {
    fn checked(&self, flavour: Option<String>, key: &str) -> Result<Implementation, Fault> {
        let artifact_key = format!("{key}.artifact");
        check::relative(self.artifact, &artifact_key)?;
        let path = self.artifact.get_ref();
        let is_text = path.ends_with(".wat");
        if !is_text && !path.ends_with(".wasm") {
            let message = format!("'{path}' is neither a .wasm nor a .wat file");
            return Err(Fault::new(self.artifact.span(), artifact_key, message));
        }
        let sha256 = match self.sha256 {
            Some(text) => {
                let hash = check::hash(text.get_ref(), text.span(), &format!("{key}.sha256"))?;
                Some(Spanned::new(text.span(), hash))
            }
            // Text can be read and compared as it is; bytes need something to be compared with.
            None if is_text => None,
            None => {
                let message = "sha256 is missing; add the SHA-256 of the file, 64 hexadecimal digits";
                return Err(Fault::new(self.artifact.span(), artifact_key, message));
            }
        };
        let requires_at = self.requires.as_ref().map_or_else(|| self.artifact.span(), Spanned::span);
        let requires = features(self.requires, &format!("{key}.requires"))?;
        Ok(Implementation {
            flavour,
            artifact: self.artifact.clone(),
            sha256,
            kind: self.kind.clone(),
            requires_at,
            requires,
        })
    }
}

fn features(requires: &Requires, key: &str) -> Result<BTreeSet<Feature>, Fault> {
    let names = requires.as_ref().map(|names| names.get_ref().as_slice()).unwrap_or_default();
    names
        .iter()
        .map(|name| {
            name.get_ref()
                .parse()
                .map_err(|error: kymo_model::feature::UnknownFeature| Fault::new(name.span(), key, error.to_string()))
        })
        .collect()
}
