//! The runs that a command names: in the store, or in a file.

use crate::context::Context;
use crate::error::CliError;
use kymo_model::{Metric, Phase, Run, RunId};
use kymo_store::{Store, StoreError};
use std::path::Path;

/// Loads the run that `text` names: a file, or an id, a label or `latest` in the store.
pub fn load_run(context: &Context, text: &str) -> Result<Run, CliError> {
    load(context, text, |store, id| store.load(id))
}

/// As [`load_run`], without what no table shows: the settings and the verification of every invocation, whose copies
/// take longer than all the rest. It is no document to write out.
pub fn load_for_tables(context: &Context, text: &str) -> Result<Run, CliError> {
    load(context, text, |store, id| store.load_selected(id, &Phase::ALL, &Metric::ALL))
}

fn load(
    context: &Context,
    text: &str,
    from_store: impl Fn(&Store, &RunId) -> Result<Run, StoreError>,
) -> Result<Run, CliError> {
    let path = Path::new(text);
    if path.is_file() {
        return read_document(path);
    }
    if path.is_dir() {
        return Err(CliError::usage(format!("{text} is a folder; a run document is a file")));
    }
    if path.extension().is_some_and(|extension| extension == "json") {
        return Err(CliError::usage(format!("there is no file {text}")));
    }
    let store = context.store()?;
    let id = store.find(text)?;
    Ok(from_store(&store, &id)?)
}

fn read_document(path: &Path) -> Result<Run, CliError> {
    let show = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| CliError::usage(format!("cannot read {show}: {error}")))?;
    kymo_store::parse_document(&show.to_string(), &text).map_err(CliError::usage)
}

/// A side of a comparison: a run, and the variant of it that was named.
pub struct Side {
    /// The run.
    pub run: Run,
    /// The variant, by its index, if one was named.
    pub variant: Option<usize>,
}

/// Loads a side: `RUN` or `RUN:VARIANT`. Labels and variants may contain colons, so the whole text is tried first, and
/// then each colon from the last on.
pub fn load_side(context: &Context, text: &str) -> Result<Side, CliError> {
    let mut error = match load_run(context, text) {
        Ok(run) => return Ok(Side { run, variant: None }),
        Err(error) => error,
    };
    for (place, (at, _)) in text.rmatch_indices(':').enumerate() {
        let (name, variant) = (&text[..at], &text[at + 1..]);
        match load_run(context, name) {
            Ok(run) => match run.plan.variants.iter().position(|known| known.name == variant) {
                Some(index) => return Ok(Side { run, variant: Some(index) }),
                None => error = no_variant(&run, variant),
            },
            // What stands before the last colon is most likely what was meant as the run.
            Err(missing) if place == 0 => error = missing,
            Err(_) => {}
        }
    }
    Err(error)
}

fn no_variant(run: &Run, variant: &str) -> CliError {
    let names: Vec<&str> = run.plan.variants.iter().map(|known| known.name.as_str()).collect();
    CliError::usage(format!("the run {} has no variant '{variant}'; it has {}", run.id, names.join(", ")))
}
