//! The checked form of `suite.toml`: what its text alone can say is right.
//!
//! Files are looked at only when a benchmark is selected (`resolve`), so that a listing reads no modules and a broken
//! benchmark does not keep the others from being run. For that, whatever can still turn out wrong keeps its place in
//! the text.

use crate::error::{Document, Fault, SuiteError};
use crate::fetch::PackagedModule;
use crate::raw::{RawBenchmark, RawRegion, RawSuite};
use crate::template::Template;
use kymo_model::{Feature, ModuleHash, ModuleKind, Published, Region};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::Spanned;

mod check;
mod implementation;
mod packaged;
mod parameter;
mod reference;
mod serving;

pub(crate) use parameter::Parameter;
pub(crate) use reference::parts as baseline_parts;
pub(crate) use serving::Serving;

/// A suite whose text is consistent.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// The variants of a run where nobody names an engine, as typed after `-e`.
    pub engines: Vec<String>,
    /// The flavour that the others of a benchmark are compared with.
    pub base_flavour: Option<String>,
    pub(crate) name_at: std::ops::Range<usize>,
    pub(crate) entries: Vec<Entry>,
}

/// A benchmark of a suite.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) implementations: Vec<Implementation>,
    pub(crate) expectation: Expectation,
    pub(crate) exit_code: i32,
    pub(crate) region: Option<Spanned<Region>>,
    pub(crate) args: Vec<Template>,
    pub(crate) env: BTreeMap<String, Template>,
    pub(crate) stdin: Option<Template>,
    pub(crate) files: Option<Spanned<String>>,
    pub(crate) tags: Vec<String>,
    pub(crate) warmup: u32,
    pub(crate) parameters: BTreeMap<String, Parameter>,
    pub(crate) source: Option<String>,
    pub(crate) build: Option<String>,
    pub(crate) native: Option<String>,
    /// What is asked of it, where it is a server.
    pub(crate) serve: Option<Serving>,
    /// The benchmark whose module is in every flavour of this one.
    pub(crate) size_baseline: Option<Spanned<String>>,
}

/// A module of a benchmark; several are its flavours.
#[derive(Clone, Debug)]
pub(crate) struct Implementation {
    pub(crate) flavour: Option<String>,
    pub(crate) source: Source,
    pub(crate) sha256: Option<Spanned<ModuleHash>>,
    pub(crate) kind: Option<Spanned<ModuleKind>>,
    /// Where `requires` is, or would have to be.
    pub(crate) requires_at: std::ops::Range<usize>,
    pub(crate) requires: BTreeSet<Feature>,
    /// Published figures, each at the place of its ratio.
    pub(crate) published: Vec<Spanned<Published>>,
}

/// Where a module is.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A file beside `suite.toml`.
    File(Spanned<String>),
    /// A file in a package.
    Package(Spanned<PackagedModule>),
}

impl Source {
    /// The key that says it.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::File(_) => "artifact",
            Self::Package(_) => "fetch",
        }
    }

    /// Where that key's value is.
    pub(crate) fn span(&self) -> std::ops::Range<usize> {
        match self {
            Self::File(path) => path.span(),
            Self::Package(module) => module.span(),
        }
    }
}

/// How a benchmark is verified.
#[derive(Clone, Debug)]
pub(crate) enum Expectation {
    None,
    StdoutFile(Template),
    StdoutHash(ModuleHash),
    Result(String),
}

impl Suite {
    /// Reads a `suite.toml`'s text. The path is for messages.
    pub fn parse(path: &Path, text: &str) -> Result<Self, SuiteError> {
        let document = Document { path: path.to_owned(), text: text.to_owned() };
        Self::from_document(&document)
    }

    pub(crate) fn from_document(document: &Document) -> Result<Self, SuiteError> {
        let raw: RawSuite = match toml::from_str(&document.text) {
            Ok(raw) => raw,
            Err(error) => {
                // A later version may have other keys; complaining about those would mislead.
                if let Ok(Version { schema }) = toml::from_str(&document.text) {
                    check::version(&schema).map_err(|fault| document.locate(fault))?;
                }
                let at = error.span().unwrap_or(0..0);
                return Err(document.locate(Fault::new(at, "", error.message())));
            }
        };
        Self::try_from(raw).map_err(|fault| document.locate(fault))
    }
}

#[derive(serde::Deserialize)]
struct Version {
    schema: Spanned<i64>,
}

impl TryFrom<RawSuite> for Suite {
    type Error = Fault;

    fn try_from(raw: RawSuite) -> Result<Self, Fault> {
        check::version(&raw.schema)?;
        check::name(&raw.name, "name")?;
        check::prose(&raw.about, "about")?;
        let mut names = BTreeSet::new();
        let mut entries = Vec::new();
        for benchmark in raw.benchmarks {
            if !names.insert(benchmark.name.get_ref().clone()) {
                let message = format!("a second benchmark '{}'; names are unique in a suite", benchmark.name.get_ref());
                return Err(Fault::new(benchmark.name.span(), "name", message));
            }
            entries.push(Entry::try_from(benchmark)?);
        }
        reference::check(raw.base_flavour.as_ref(), &entries)?;
        Ok(Self {
            name_at: raw.name.span(),
            name: raw.name.into_inner(),
            about: raw.about.into_inner(),
            engines: check::engines(&raw.engines)?,
            base_flavour: raw.base_flavour.map(Spanned::into_inner),
            entries,
        })
    }
}

impl TryFrom<RawBenchmark> for Entry {
    type Error = Fault;

    fn try_from(raw: RawBenchmark) -> Result<Self, Fault> {
        check::name(&raw.name, "name")?;
        let key = |key: &str| format!("{}.{key}", raw.name.get_ref());
        check::prose(&raw.about, &key("about"))?;
        let declared: Vec<&str> = raw.parameters.keys().map(|name| name.get_ref().as_str()).collect();
        let template = |text: &Spanned<String>, name: &str| Template::parse(text, &key(name), &declared);
        let implementations = implementation::of(&raw)?;
        let expectation = check::expectation(&raw, &declared)?;
        let args = raw.args.iter().map(|text| template(text, "args")).collect::<Result<_, _>>()?;
        let mut env = BTreeMap::new();
        for (variable, text) in &raw.env {
            env.insert(variable.clone(), template(text, &format!("env.{variable}"))?);
        }
        if let Some(stdin) = &raw.stdin {
            check::relative(stdin, &key("stdin"))?;
        }
        if let Some(files) = &raw.files {
            check::relative(files, &key("files"))?;
        }
        if let Some(native) = &raw.native {
            check::relative(&native.artifact, &key("native.artifact"))?;
        }
        let serve = raw.serve.as_ref().map(|serve| Serving::checked(serve, &key("serve"), &declared)).transpose()?;
        let stdin = raw.stdin.as_ref().map(|text| template(text, "stdin")).transpose()?;
        let tags = check::tags(&raw.tags, &key("tags"))?;
        let mut parameters = BTreeMap::new();
        for (name, parameter) in &raw.parameters {
            parameters.insert(name.get_ref().clone(), Parameter::checked(name, parameter, &tags, &key("parameters"))?);
        }
        Ok(Self {
            implementations,
            expectation,
            exit_code: raw.exit_code,
            region: raw.region.map(|region| Spanned::new(region.span(), region.into_inner().into())),
            args,
            env,
            stdin,
            files: raw.files,
            tags,
            warmup: raw.warmup.unwrap_or(crate::DEFAULT_WARMUP),
            parameters,
            source: raw.source,
            build: raw.build,
            native: raw.native.map(|native| native.artifact.into_inner()),
            serve,
            size_baseline: raw.size_baseline,
            name: raw.name.into_inner(),
            about: raw.about.into_inner(),
        })
    }
}

impl From<RawRegion> for Region {
    fn from(raw: RawRegion) -> Self {
        match raw {
            RawRegion::Bench => Self::Bench,
            RawRegion::Start => Self::Start,
            RawRegion::Export(name) => Self::Export(name),
        }
    }
}
