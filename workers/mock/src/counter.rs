//! Counts invocations across processes, in a small JSON file: what makes processes differ, yet the same in each run.

use kymo_worker::protocol::Failure;
use std::collections::BTreeMap;
use std::path::Path;

/// Which invocation this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Invocations before this one, of any module.
    pub of_all: u64,
    /// Invocations before this one, of this module.
    pub of_module: u64,
}

/// Takes the next turn for `module` from the file, which need not exist yet.
///
/// # Errors
/// `failed`, naming the file.
pub fn take_turn(file: &Path, module: &str) -> Result<Turn, Failure> {
    let fail = |error: String| Failure::failed(format!("the state file {}: {error}", file.display()));
    let mut counts: BTreeMap<String, u64> = match std::fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| fail(error.to_string()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(fail(error.to_string())),
    };
    let turn = Turn { of_all: counts.values().sum(), of_module: counts.get(module).copied().unwrap_or(0) };
    counts.insert(module.to_owned(), turn.of_module + 1);
    let text = serde_json::to_vec(&counts).map_err(|error| fail(error.to_string()))?;
    std::fs::write(file, text).map_err(|error| fail(error.to_string()))?;
    Ok(turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted_for_each_module_and_for_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state");
        let turns = ["a", "b", "a"].map(|module| take_turn(&file, module).unwrap());
        assert_eq!(turns.map(|turn| (turn.of_all, turn.of_module)), [(0, 0), (1, 0), (2, 1)]);
        std::fs::write(&file, "nonsense").unwrap();
        assert!(take_turn(&file, "a").is_err());
    }
}
