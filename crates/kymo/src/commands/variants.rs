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
pub const DEFAULT_ENGINE: &str = "wasmtime";

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
    for text in if typed.is_empty() { &default[..] } else { typed } {
        add(context, &mut found, &mut hellos, text, false)?;
    }
    Ok(found)
}

/// Adds engines as typed to variants that were resolved before.
pub fn add_all(context: &Context, found: &mut Variants, typed: &[String]) -> Result<(), CliError> {
    let mut hellos = Hellos::new();
    typed.iter().try_for_each(|text| add(context, found, &mut hellos, text, false))
}

/// Resolves engines that suites name, where nobody typed any. One that is not there is left out, with a line that says
/// so, unless none is left.
///
/// # Errors
/// That of the first engine, where there is none of them.
pub fn suggested(context: &Context, named: &[String]) -> Result<(Variants, Vec<String>), CliError> {
    let mut found = Variants::default();
    let mut hellos = Hellos::new();
    let mut left_out = Vec::new();
    let mut first = None;
    for text in named {
        if let Err(error) = add(context, &mut found, &mut hellos, text, true) {
            // The rest of the message lists what there is instead.
            let why = error.message().split(['\n', ';']).next().unwrap_or_default().to_owned();
            left_out.push(format!("{text}, which the suite names, is left out: {why}"));
            first.get_or_insert(error);
        }
    }
    match first.filter(|_| found.variants.is_empty()) {
        Some(error) => Err(error),
        None => Ok((found, left_out)),
    }
}

/// Adds one variant. `answers`: the chosen strategy must be able to say hello itself.
fn add(
    context: &Context,
    found: &mut Variants,
    hellos: &mut Hellos,
    text: &str,
    answers: bool,
) -> Result<(), CliError> {
    let spec: VariantSpec = text.parse().map_err(CliError::usage)?;
    let (spec, program) = program(context, spec)?;
    let hello = hello_of(hellos, &program, None, &Settings::new())?;
    let mut variant = resolve(&spec, &hello).map_err(CliError::usage)?;
    // A worker may serve a strategy in a process of its own (another program, another version), so the hello of the
    // chosen one counts. Its settings may name the engine itself: a library, a command. If that one cannot even say
    // hello, its invocations will tell, as an outcome.
    let chosen = match hello_of(hellos, &program, Some(&variant.strategy), &variant.settings) {
        Ok(chosen) => chosen,
        Err(error) if answers => return Err(error.into()),
        Err(_) => hello,
    };
    variant.name = unique_name(&variant.name, &found.variants);
    found.push(variant, program, &chosen)
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
