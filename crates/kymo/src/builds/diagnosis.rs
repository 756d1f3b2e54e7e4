//! Why a build failed: whose sources the first error is in, and which side is too new.

use super::cargo::{Diagnostic, Ended};
use super::checkout::{Checkout, Package};
use super::worker::Worker;
use crate::error::CliError;
use std::cmp::Ordering;
use std::path::Path;
use toml::{Table, Value};

/// The error for a worker that asks the checkout's package for what it does not have.
pub fn moved(worker: &Worker, package: &Package, what: &str) -> CliError {
    CliError::failure(format!("{}\n{what}", sides(worker, package)))
}

/// Which of the two sides is too new, in a sentence.
fn sides(worker: &Worker, package: &Package) -> String {
    let (engine, place) = (&worker.engine, package.folder().display());
    let theirs = &package.version;
    let Some(ours) = worker.written_for() else {
        return format!("{engine} {theirs} in {place} has another interface than this worker is written for");
    };
    match compared(theirs, &ours) {
        Ordering::Less => format!(
            "{engine} {theirs} in {place} is older than this worker, which is written for {ours}: use a newer \
             checkout, or an older kymo"
        ),
        Ordering::Greater => format!(
            "{engine} {theirs} in {place} is newer than this worker, which is written for {ours}: use a newer kymo, \
             or change workers/{engine} in its sources (KYMO_SOURCES)"
        ),
        Ordering::Equal => format!(
            "{engine} {theirs} in {place} has the version that this worker is written for, but another interface: one \
             of the two has moved on"
        ),
    }
}

/// The error for a checkout that wants a newer Rust than there is, the engine's package named before others. Cargo would
/// refuse it, too, with a line for each package.
pub fn too_old_for(package: &Package, used: &[&Package], toolchain: &str) -> Option<CliError> {
    let there = toolchain.split_whitespace().nth(1)?;
    // A nightly of a version counts as that version, as it does to cargo.
    let numbers = there.split('-').next()?;
    let newer = |wanted: &&String| compared(numbers, wanted) == Ordering::Less;
    let mut all = std::iter::once(package).chain(used.iter().copied());
    let (package, wanted) = all.find_map(|one| Some((one, one.rust_version.as_ref().filter(newer)?)))?;
    let (name, version, place) = (&package.name, &package.version, package.folder().display());
    let error = CliError::failure(format!("{name} {version} in {place} wants Rust {wanted}; here is Rust {there}"));
    Some(error.with_hint(format!(
        "install a newer one and choose it, as by rustup toolchain install {wanted} and RUSTUP_TOOLCHAIN={wanted}; or \
         use an older checkout"
    )))
}

/// Compares versions number by number; one with a suffix (`-dev`) comes before the same without.
fn compared(one: &str, other: &str) -> Ordering {
    let parts = |version: &str| {
        let version = version.split('+').next().unwrap_or_default();
        let (numbers, suffix) = version.split_once('-').map_or((version, None), |(n, suffix)| (n, Some(suffix)));
        let numbers: Vec<u64> = numbers.split('.').map(|number| number.parse().unwrap_or(0)).collect();
        (numbers, suffix.is_none(), suffix.unwrap_or("").to_owned())
    };
    parts(one).cmp(&parts(other))
}

/// The error for a build that did not give a program; `None` if it did.
pub fn of(ended: &Ended, worker: &Worker, checkout: &Checkout, package: &Package, folder: &Path) -> Option<CliError> {
    let log = folder.join("build.log");
    let hint = format!("the whole log is {}", log.display());
    let error = match ended {
        Ended::Built(_) => two_engines(worker, folder)?,
        Ended::Refused(said) => CliError::failure(format!("cargo cannot build it:\n{said}")),
        Ended::Errors(errors) => {
            // What the worker's errors follow from is the more useful to know.
            let in_worker = |error: &&Diagnostic| error.manifest.starts_with(folder);
            let first = errors.iter().find(|error| !in_worker(error)).or(errors.first())?;
            let shown = excerpt(&first.rendered);
            match two_engines(worker, folder) {
                Some(error) if in_worker(&first) => error,
                _ if in_worker(&first) => CliError::failure(format!("{}\n{shown}", sides(worker, package))),
                _ => CliError::failure(format!(
                    "{}: the error is in {}\n{shown}",
                    elsewhere(first, checkout),
                    first.package
                )),
            }
        }
    };
    Some(error.with_hint(hint))
}

fn elsewhere(error: &Diagnostic, checkout: &Checkout) -> String {
    if let Some(path) = checkout.paths.iter().find(|path| error.manifest.starts_with(path)) {
        return format!("the checkout {} does not build", path.display());
    }
    let of_checkout = checkout.names().any(|name| error.package.split(' ').next() == Some(name));
    if of_checkout { "the checkout does not build" } else { "a dependency does not build" }.to_owned()
}

/// The start of a compiler's message.
fn excerpt(rendered: &str) -> String {
    const LINES_MAX: usize = 16;
    let lines: Vec<&str> = rendered.lines().collect();
    let mut text = lines[..lines.len().min(LINES_MAX)].join("\n");
    if lines.len() > LINES_MAX {
        text.push_str("\n…");
    }
    text
}

/// The error for a tree that holds the engine a second time, from the registry: then the worker, or a part of it, is not
/// built against the checkout.
fn two_engines(worker: &Worker, folder: &Path) -> Option<CliError> {
    let engine = worker.engine.as_str();
    let lock: Table = std::fs::read_to_string(folder.join("Cargo.lock")).ok()?.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let text = |package: &Value, key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let foreign =
        packages.iter().find(|one| text(one, "name").as_deref() == Some(engine) && one.get("source").is_some())?;
    let version = text(foreign, "version").unwrap_or_default();
    let asks = |package: &&Value| {
        let list = package.get("dependencies").and_then(Value::as_array);
        let wanted = format!("{engine} {version}");
        list.is_some_and(|list| {
            list.iter().filter_map(Value::as_str).any(|one| one == engine || one.starts_with(&wanted))
        })
    };
    let by: Vec<String> = packages.iter().filter(asks).filter_map(|package| text(package, "name")).collect();
    Some(CliError::failure(format!(
        "the worker would hold {engine} twice, from the checkout and {engine} {version} from the registry, which {} \
         asks for; give the folder of a version that fits, with another --path",
        by.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for (one, other, order) in [
            ("30.0.0", "48.0.8", Ordering::Less),
            ("9.0.0", "10.0.0", Ordering::Less),
            ("2.0.0", "2.0.0", Ordering::Equal),
            ("2.1.0-beta.1", "2.1.0", Ordering::Less),
            ("2.1.0-beta.1", "2.0.0", Ordering::Greater),
            ("2.0.0+local", "2.0.0", Ordering::Equal),
        ] {
            assert_eq!(compared(one, other), order, "{one} and {other}");
        }
    }
}
