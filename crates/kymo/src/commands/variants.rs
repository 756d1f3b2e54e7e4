//! From engines as typed to the variants of a plan and their workers.

use crate::context::Context;
use crate::error::CliError;
use kymo_lab::EngineSetup;
use kymo_model::{EngineRecord, Settings, Variant, VariantSpec};
use kymo_worker::parent::{FindError, WorkerProgram, resolve};
use kymo_worker::protocol::Hello;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The embedded default: what is measured when no engine is named.
const DEFAULT_ENGINE: &str = "wasmtime";

/// The variants of a plan, each with its worker and what the worker said.
#[derive(Default)]
pub struct Variants {
    /// The variants.
    pub variants: Vec<Variant>,
    /// Their workers.
    pub engines: Vec<EngineSetup>,
    /// What is recorded of their engines.
    pub records: Vec<EngineRecord>,
}

impl Variants {
    /// Adds a variant whose strategy is one of the hello's.
    pub fn push(&mut self, variant: Variant, program: WorkerProgram, hello: &Hello) -> Result<(), CliError> {
        let Some(setup) = EngineSetup::new(program, hello, &variant.strategy) else {
            return Err(CliError::failure(format!("{} has no strategy '{}'", variant.engine, variant.strategy)));
        };
        self.records.push(EngineRecord {
            name: hello.name.clone(),
            version: hello.engine_version.clone(),
            build_id: hello.build_id.clone(),
            features: setup.features.clone(),
        });
        self.engines.push(setup);
        self.variants.push(variant);
        Ok(())
    }
}

/// Resolves engines as typed. None means the embedded default.
pub fn variants(context: &Context, typed: &[String]) -> Result<Variants, CliError> {
    let mut found = Variants::default();
    let mut hellos = Hellos::new();
    let default = [DEFAULT_ENGINE.to_owned()];
    let typed = if typed.is_empty() { &default[..] } else { typed };
    for text in typed {
        let spec: VariantSpec = text.parse().map_err(CliError::usage)?;
        let (spec, program) = program(context, spec)?;
        let hello = hello_of(&mut hellos, &program, None, &Settings::new())?;
        let mut variant = resolve(&spec, &hello).map_err(CliError::usage)?;
        // A worker may serve a strategy in a process of its own (another program, another version), so the hello of
        // the chosen one counts. Its settings may name the engine itself: a library, a command. If that one cannot even say hello, its invocations will tell, as an outcome.
        let chosen = hello_of(&mut hellos, &program, Some(&variant.strategy), &variant.settings).unwrap_or(hello);
        variant.name = unique_name(&variant.name, &found.variants);
        found.push(variant, program, &chosen)?;
    }
    Ok(found)
}

/// The hellos that were asked for already, by worker, strategy and settings: builds of one engine share its name.
type Hellos = BTreeMap<(PathBuf, Option<String>, Settings), Hello>;

fn hello_of(
    known: &mut Hellos,
    program: &WorkerProgram,
    strategy: Option<&str>,
    settings: &Settings,
) -> Result<Hello, FindError> {
    let key = (program.path.clone(), strategy.map(str::to_owned), settings.clone());
    if let Some(hello) = known.get(&key) {
        return Ok(hello.clone());
    }
    let hello = program.hello_with(strategy, settings)?;
    known.insert(key, hello.clone());
    Ok(hello)
}

/// The worker of a specification. A strategy's name may stand for its engine: `winch` is `wasmtime[winch]`.
pub fn program(context: &Context, spec: VariantSpec) -> Result<(VariantSpec, WorkerProgram), CliError> {
    if let Some(build) = &spec.build {
        let program = context.worker(&spec.engine, Some(build))?;
        return Ok((spec, program));
    }
    let not_found = match context.finder.find(&spec.engine) {
        Ok(program) => return Ok((spec, program)),
        Err(error @ FindError::NotFound { .. }) => error,
        Err(error) => return Err(error.into()),
    };
    for (name, program) in context.finder.all(false) {
        let Ok(hello) = program.hello(None) else { continue };
        if hello.strategies.iter().any(|strategy| strategy.name == spec.engine) {
            let mut words = vec![(spec.engine.clone(), None)];
            words.extend(spec.words);
            return Ok((VariantSpec { engine: name, build: None, words }, program));
        }
    }
    Err(not_found.into())
}

fn unique_name(name: &str, known: &[Variant]) -> String {
    let taken = |candidate: &str| known.iter().any(|variant| variant.name == candidate);
    if !taken(name) {
        return name.to_owned();
    }
    // There are finitely many variants, so some number is free.
    (2..).map(|number| format!("{name}#{number}")).find(|candidate| !taken(candidate)).unwrap_or_default()
}
