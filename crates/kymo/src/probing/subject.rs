//! What is probed: the strategies of engines and builds.

use crate::error::CliError;
use kymo_model::{Feature, Phase, Settings, VariantSpec};
use kymo_worker::parent::{WorkerProgram, resolve};
use kymo_worker::protocol::{Hello, Strategy};
use std::collections::BTreeSet;

/// The build id of a worker whose engine is named by a setting, while none is.
const NO_ENGINE: &str = "none";

/// A strategy of an engine, under some settings.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What people type to choose it.
    pub name: String,
    /// The engine's name.
    pub engine: String,
    /// The registered build, where one was chosen.
    pub build: Option<String>,
    /// The strategy.
    pub strategy: String,
    /// The engine's version, as this strategy's process tells it.
    pub version: String,
    /// The build id in the hello.
    pub build_id: String,
    /// The settings.
    pub settings: Settings,
    /// The features that it claims and that Kymograph knows.
    pub claims: BTreeSet<Feature>,
    /// Its worker.
    pub program: WorkerProgram,
}

/// The subjects of an engine, and why others of its strategies are none.
pub fn subjects(spec: &VariantSpec, program: &WorkerProgram) -> Result<(Vec<Subject>, Vec<String>), CliError> {
    let hello = program.hello(None)?;
    // Whether a strategy was typed, only the hello can tell; what else is wrong with the words is found here, too.
    resolve(spec, &hello).map_err(CliError::usage)?;
    let typed = |strategy: &&Strategy| spec.words.iter().any(|(word, value)| value.is_none() && *word == strategy.name);
    let chosen: Vec<&Strategy> = match hello.strategies.iter().find(typed) {
        Some(one) => vec![one],
        None => hello.strategies.iter().collect(),
    };
    let (mut subjects, mut skipped) = (Vec::new(), Vec::new());
    for strategy in chosen {
        match subject(spec, program, &hello, strategy) {
            Ok(subject) => subjects.push(subject),
            Err(reason) => skipped.push(format!("{}[{}] is not probed: {reason}", head(spec), strategy.name)),
        }
    }
    Ok((subjects, skipped))
}

fn head(spec: &VariantSpec) -> String {
    VariantSpec { words: Vec::new(), ..spec.clone() }.to_string()
}

fn subject(spec: &VariantSpec, program: &WorkerProgram, hello: &Hello, strategy: &Strategy) -> Result<Subject, String> {
    if strategy.phases == [Phase::Serve] {
        return Err("it is a server, and runs no modules".to_owned());
    }
    if strategy.twin {
        return Err("it runs native twins, not modules".to_owned());
    }
    if strategy.phases.contains(&Phase::Lifetime) {
        return Err("it starts programs, of which nothing is known but how they end".to_owned());
    }
    if let Some(reason) = &strategy.unavailable {
        return Err(reason.clone());
    }
    let name = &strategy.name;
    let mut words = vec![(name.clone(), None)];
    words.extend(spec.words.iter().filter(|(word, value)| value.is_some() || word != name).cloned());
    let spec = VariantSpec { words, ..spec.clone() };
    let variant = resolve(&spec, hello).map_err(|error| error.to_string())?;
    // A worker may serve a strategy by another program: what that one says counts.
    let own = program.hello_with(Some(name), &variant.settings).map_err(|error| error.to_string())?;
    if own.build_id == NO_ENGINE {
        return Err("it has no engine until a setting names one".to_owned());
    }
    let strategy = own.strategies.iter().find(|one| one.name == *name).ok_or("its own process does not know it")?;
    Ok(Subject {
        name: variant.name,
        engine: variant.engine,
        build: variant.build,
        strategy: name.clone(),
        version: own.engine_version.clone(),
        build_id: own.build_id.clone(),
        settings: variant.settings,
        claims: strategy.features.iter().filter_map(|feature| feature.parse().ok()).collect(),
        program: program.clone(),
    })
}
