//! The modules of a benchmark.

use super::{Implementation, Source, check, packaged, reference};
use crate::error::Fault;
use crate::raw::{RawBenchmark, RawFetch, RawFlavour};
use kymo_model::{Feature, ModuleKind};
use std::collections::BTreeSet;
use toml::Spanned;

type Requires = Option<Spanned<Vec<Spanned<String>>>>;

/// The one module, or one for each flavour.
pub(super) fn of(raw: &RawBenchmark) -> Result<Vec<Implementation>, Fault> {
    let name = raw.name.get_ref();
    let parts = Parts {
        artifact: &raw.artifact,
        fetch: &raw.fetch,
        sha256: &raw.sha256,
        kind: &raw.kind,
        requires: &raw.requires,
    };
    if !parts.is_module() {
        if raw.flavours.is_empty() {
            return Err(Fault::new(raw.name.span(), name, NO_MODULE));
        }
        let stray = [raw.sha256.as_ref().map(Spanned::span), raw.requires.as_ref().map(Spanned::span)];
        if let Some(at) = stray.into_iter().flatten().next() {
            let message = "sha256 and requires belong to each [[benchmark.flavour]] where there are flavours";
            return Err(Fault::new(at, name, message));
        }
        return flavours(raw);
    }
    if let Some(flavour) = raw.flavours.first() {
        let message = "artifact and [[benchmark.flavour]] exclude each other; make the artifact a flavour, too";
        return Err(Fault::new(flavour.name.span(), name, message));
    }
    Ok(vec![parts.checked(&raw.name, name)?])
}

const NO_MODULE: &str = "no module: add artifact = \"….wasm\", or fetch = { … } for one in a package, or \
                         [[benchmark.flavour]] where there are several";

fn flavours(raw: &RawBenchmark) -> Result<Vec<Implementation>, Fault> {
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for flavour in &raw.flavours {
        let RawFlavour { name, artifact, fetch, sha256, kind, requires, published } = flavour;
        let kind = if kind.is_some() { kind } else { &raw.kind };
        let key = format!("{}:{}", raw.name.get_ref(), name.get_ref());
        check::name(name, &key)?;
        if !names.insert(name.get_ref()) {
            let message = format!("a second flavour '{}'; names are unique in a benchmark", name.get_ref());
            return Err(Fault::new(name.span(), raw.name.get_ref(), message));
        }
        let parts = Parts { artifact, fetch, sha256, kind, requires };
        let mut implementation = parts.checked(name, &key)?;
        implementation.flavour = Some(name.get_ref().clone());
        implementation.published = reference::published(published, &key)?;
        all.push(implementation);
    }
    Ok(all)
}

/// What a benchmark and a flavour have alike.
struct Parts<'a> {
    artifact: &'a Option<Spanned<String>>,
    fetch: &'a Option<Spanned<RawFetch>>,
    sha256: &'a Option<Spanned<String>>,
    kind: &'a Option<Spanned<ModuleKind>>,
    requires: &'a Requires,
}

impl Parts<'_> {
    fn is_module(&self) -> bool {
        self.artifact.is_some() || self.fetch.is_some()
    }

    fn checked(&self, name: &Spanned<String>, key: &str) -> Result<Implementation, Fault> {
        let sha256 = match self.sha256 {
            Some(text) => {
                let hash = check::hash(text.get_ref(), text.span(), &format!("{key}.sha256"))?;
                Some(Spanned::new(text.span(), hash))
            }
            None => None,
        };
        let source = match (self.artifact, self.fetch) {
            (Some(path), None) => {
                file(path, &format!("{key}.artifact"))?;
                Source::File(path.clone())
            }
            (None, Some(fetch)) => {
                let sha256 = sha256.as_ref().map(|hash| hash.get_ref().clone());
                let sha256 = sha256.ok_or_else(|| missing_hash(fetch.span(), &format!("{key}.fetch")))?;
                Source::Package(Spanned::new(fetch.span(), packaged::checked(fetch.get_ref(), sha256, key)?))
            }
            (None, None) => return Err(Fault::new(name.span(), key, NO_MODULE)),
            (Some(_), Some(fetch)) => {
                let message = "artifact and fetch exclude each other; keep one";
                return Err(Fault::new(fetch.span(), key, message));
            }
        };
        // Text can be read and compared as it is; bytes need something to be compared with.
        if let Source::File(path) = &source
            && sha256.is_none()
            && !path.get_ref().ends_with(TEXT)
        {
            return Err(missing_hash(path.span(), &format!("{key}.artifact")));
        }
        let requires_at = self.requires.as_ref().map_or_else(|| source.span(), Spanned::span);
        let requires = features(self.requires, &format!("{key}.requires"))?;
        let kind = self.kind.clone();
        Ok(Implementation { flavour: None, source, sha256, kind, requires_at, requires, published: Vec::new() })
    }
}

const TEXT: &str = ".wat";

/// A module's file beside `suite.toml`.
fn file(path: &Spanned<String>, key: &str) -> Result<(), Fault> {
    check::relative(path, key)?;
    let name = path.get_ref();
    if name.ends_with(TEXT) || name.ends_with(".wasm") {
        return Ok(());
    }
    Err(Fault::new(path.span(), key, format!("'{name}' is neither a .wasm nor a .wat file")))
}

fn missing_hash(at: std::ops::Range<usize>, key: &str) -> Fault {
    Fault::new(at, key, "sha256 is missing; add the SHA-256 of the file, 64 hexadecimal digits")
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
