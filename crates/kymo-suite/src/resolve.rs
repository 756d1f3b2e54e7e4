//! From a benchmark of a suite to one that can be planned: its files read, its claims held against its module.

use crate::artifact::{self, Artifact};
use crate::error::{Document, Fault, SuiteError};
use crate::fetch::{self, Announce, FetchError, PackagedModule};
use crate::region;
use crate::selection::Selected;
use crate::suite::{Entry, Expectation, Implementation, Source, Suite};
use kymo_model::{Benchmark, BenchmarkName, Check, ModuleKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A suite and the file it was read from.
#[derive(Clone, Debug)]
pub(crate) struct SuiteFile {
    pub(crate) document: Document,
    pub(crate) suite: Suite,
}

impl SuiteFile {
    pub(crate) fn read(path: &Path) -> Result<Self, SuiteError> {
        let document = Document::read(path)?;
        let suite = Suite::from_document(&document)?;
        Ok(Self { document, suite })
    }

    /// The benchmark that `entry` is when run as `implementation` with these values of its parameters.
    pub(crate) fn resolve(
        &self,
        entry: &Entry,
        implementation: &Implementation,
        parameters: BTreeMap<String, String>,
        place: &Place<'_>,
    ) -> Result<Selected, SuiteError> {
        let mut selected = self.alone(entry, implementation, parameters, place)?;
        selected.benchmark.reference = self.reference(entry, implementation, place)?;
        Ok(selected)
    }

    /// The same without what its flavours are compared with.
    pub(crate) fn alone(
        &self,
        entry: &Entry,
        implementation: &Implementation,
        parameters: BTreeMap<String, String>,
        place: &Place<'_>,
    ) -> Result<Selected, SuiteError> {
        let folder = match self.document.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let module = match &implementation.source {
            Source::File(path) => folder.join(path.get_ref()),
            Source::Package(module) => self.fetched(entry, module, place)?.0,
        };
        let resolver = Resolver { suite: &self.suite.name, folder, entry, implementation, parameters };
        resolver.resolve(&module, place.cache).map_err(|fault| self.document.locate(fault))
    }

    /// The module of a package, downloaded where it must be, and whether it was there before.
    pub(crate) fn fetched(
        &self,
        entry: &Entry,
        module: &toml::Spanned<PackagedModule>,
        place: &Place<'_>,
    ) -> Result<(PathBuf, bool), SuiteError> {
        let fetched = fetch::module(module.get_ref(), &place.cache.join(FETCHED), place.announce);
        fetched.map_err(|error: FetchError| {
            if error.is_of_the_suite() {
                self.document.locate(Fault::new(module.span(), format!("{}.fetch", entry.name), error.to_string()))
            } else {
                SuiteError::Fetch(Box::new(error))
            }
        })
    }
}

/// Where modules are kept that do not lie beside a `suite.toml`.
pub(crate) struct Place<'a> {
    pub(crate) cache: &'a Path,
    /// Told before a package is downloaded.
    pub(crate) announce: Option<Announce>,
}

/// The folder of fetched modules within the cache.
const FETCHED: &str = "fetched";

struct Resolver<'a> {
    suite: &'a str,
    folder: &'a Path,
    entry: &'a Entry,
    implementation: &'a Implementation,
    parameters: BTreeMap<String, String>,
}

impl Resolver<'_> {
    fn resolve(self, module: &Path, cache: &Path) -> Result<Selected, Fault> {
        let Implementation { flavour, source, requires, .. } = self.implementation;
        let artifact = artifact::load(module, cache)
            .map_err(|error| Fault::new(source.span(), self.key(source.key()), error.to_string()))?;
        self.check_hash(&artifact)?;
        self.check_kind(&artifact)?;
        self.check_features(&artifact)?;
        let region = self.region(&artifact)?;
        let check = self.check()?;
        let dirs = self.dirs()?;
        let stdin = match &self.entry.stdin {
            Some(stdin) => Some(self.file(&stdin.fill(&self.parameters), stdin.at.clone(), "stdin")?.0),
            None => None,
        };
        // It need not be there: twins are built for the machine at hand and never committed.
        let native = self.entry.native.as_ref().and_then(|path| artifact::absolute(&self.folder.join(path)).ok());
        let native = native.as_deref().map(shown);
        let serve = match &self.entry.serve {
            Some(serve) => Some(serve.filled(&self.parameters, &self.key("serve"))?),
            None => None,
        };
        let args = self.entry.args.iter().map(|text| text.fill(&self.parameters)).collect();
        let env = self.entry.env.iter();
        let env = env.map(|(name, text)| (name.clone(), text.fill(&self.parameters))).collect();
        let benchmark = Benchmark {
            name: self.full_name(),
            flavour: flavour.clone(),
            reference: None,
            sha256: artifact.inspection.sha256.clone(),
            module_bytes: artifact.inspection.size,
            kind: artifact.inspection.kind,
            path: shown(&artifact.path),
            args,
            env,
            stdin: stdin.as_deref().map(shown),
            dirs,
            requires: requires.clone(),
            region,
            check,
            exit_code: self.entry.exit_code,
            parameters: self.parameters,
            native,
            serve,
            warmup: self.entry.warmup,
        };
        Ok(Selected { benchmark, unprovided: artifact.inspection.unprovided })
    }

    /// The full name: with the parameters that are not at their defaults, so that series never mix.
    fn full_name(&self) -> BenchmarkName {
        let is_default = |name: &str, value: &String| {
            self.entry.parameters.get(name).is_some_and(|parameter| parameter.default == *value)
        };
        let changed = self.parameters.iter().filter(|(name, value)| !is_default(name, value));
        let changed = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
        let base = format!("{}/{}", self.suite, self.entry.name);
        BenchmarkName::composed(&base, self.implementation.flavour.as_deref(), &changed)
    }

    fn name(&self) -> String {
        match &self.implementation.flavour {
            Some(flavour) => format!("{}:{flavour}", self.entry.name),
            None => self.entry.name.clone(),
        }
    }

    fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.name())
    }

    fn check_hash(&self, artifact: &Artifact) -> Result<(), Fault> {
        let Some(declared) = &self.implementation.sha256 else {
            return Ok(());
        };
        let found = &artifact.inspection.sha256;
        if declared.get_ref() == found {
            return Ok(());
        }
        let what = if artifact.text_sha256.as_ref() == Some(declared.get_ref()) {
            "this is the SHA-256 of the text; that of the module it is translated to is needed"
        } else {
            "the module is another one; restore it, or change the SHA-256 where the change is meant"
        };
        let message = format!("{what}\ndeclared: {}\nfound:    {found}", declared.get_ref());
        Err(Fault::new(declared.span(), self.key("sha256"), message))
    }

    fn check_kind(&self, artifact: &Artifact) -> Result<(), Fault> {
        let found = artifact.inspection.kind;
        match &self.implementation.kind {
            Some(declared) if *declared.get_ref() != found => {
                let message = format!("the module is of kind \"{found}\"");
                Err(Fault::new(declared.span(), self.key("kind"), message))
            }
            None if found == ModuleKind::Component => {
                let message = "the module is a component; add kind = \"component\"";
                let source = &self.implementation.source;
                Err(Fault::new(source.span(), self.key(source.key()), message))
            }
            _ => Ok(()),
        }
    }

    fn check_features(&self, artifact: &Artifact) -> Result<(), Fault> {
        let Implementation { requires, requires_at, .. } = self.implementation;
        let quoted = |features: &mut dyn Iterator<Item = &kymo_model::Feature>| {
            features.map(|feature| format!("\"{feature}\"")).collect::<Vec<_>>().join(", ")
        };
        let missing = quoted(&mut artifact.inspection.features.difference(requires));
        if missing.is_empty() {
            return Ok(());
        }
        let all = quoted(&mut requires.union(&artifact.inspection.features));
        let message = format!("the module requires {missing}, too; write requires = [{all}]");
        Err(Fault::new(requires_at.clone(), self.key("requires"), message))
    }

    fn region(&self, artifact: &Artifact) -> Result<kymo_model::Region, Fault> {
        if self.entry.serve.is_some() {
            // A server is not a program with a start; whether it can serve is for the engine to see.
            return Ok(kymo_model::Region::Start);
        }
        let declared = self.entry.region.as_ref();
        let at = declared.map_or_else(|| self.implementation.source.span(), toml::Spanned::span);
        let hint = "region = { export = \"NAME\" }";
        region::of(&artifact.inspection, declared.map(toml::Spanned::get_ref), hint)
            .map_err(|message| Fault::new(at, self.key("region"), message))
    }

    fn check(&self) -> Result<Check, Fault> {
        Ok(match &self.entry.expectation {
            Expectation::None => Check::None,
            Expectation::StdoutHash(hash) => Check::StdoutHash(hash.clone()),
            Expectation::Result(result) => Check::Result(result.clone()),
            Expectation::StdoutFile(path) => {
                let (path, bytes) = self.file(&path.fill(&self.parameters), path.at.clone(), "stdout.file")?;
                Check::StdoutFile { path: shown(&path), sha256: crate::inspect::hash(&bytes) }
            }
        })
    }

    fn dirs(&self) -> Result<BTreeMap<String, String>, Fault> {
        let Some(files) = &self.entry.files else {
            return Ok(BTreeMap::new());
        };
        let fault = |message: String| Fault::new(files.span(), self.key("files"), message);
        let path = artifact::absolute(&self.folder.join(files.get_ref())).map_err(|error| fault(error.to_string()))?;
        if !path.is_dir() {
            return Err(fault(format!("{} is no folder", path.display())));
        }
        Ok(BTreeMap::from([(".".to_owned(), shown(&path))]))
    }

    /// Absolute path and content of a file beside `suite.toml`.
    fn file(&self, path: &str, at: std::ops::Range<usize>, key: &str) -> Result<(PathBuf, Vec<u8>), Fault> {
        let read = || {
            let path = artifact::absolute(&self.folder.join(path))?;
            let bytes = artifact::read(&path)?;
            Ok((path, bytes))
        };
        read().map_err(|error: artifact::ArtifactError| Fault::new(at, self.key(key), error.to_string()))
    }
}

/// A path as the run document holds it.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
