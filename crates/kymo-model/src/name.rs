//! The name of a benchmark and its parts: `suite/name`, the flavour, the parameters that are not at their defaults.
//!
//! A series hangs on the name, so everything that makes another measurement of a benchmark is in it. This is the one
//! place that puts names together and takes them apart.

use crate::benchmark::Benchmark;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A benchmark's full name: `suite/name`, or a file's path; then `:flavour` where it has several, and `(n=300)` with the
/// parameters that are not at their defaults.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct BenchmarkName(String);

impl BenchmarkName {
    /// The name with this text.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name of a benchmark whose parameters are at their defaults but for `changed`.
    pub fn composed(base: &str, flavour: Option<&str>, changed: &BTreeMap<String, String>) -> Self {
        let flavour = flavour.map(|flavour| format!(":{flavour}")).unwrap_or_default();
        Self(format!("{base}{flavour}{}", suffix(changed)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for BenchmarkName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// `(n=300,width=7)`, in the order of names; empty where there are none.
fn suffix(parameters: &BTreeMap<String, String>) -> String {
    if parameters.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("({})", parts.join(","))
}

/// The parts of a benchmark's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameParts {
    /// `suite/name`, or a file's path.
    pub base: String,
    /// The flavour.
    pub flavour: Option<String>,
    /// The parameters in the name: those that are not at their defaults.
    pub changed: BTreeMap<String, String>,
}

impl NameParts {
    /// The name that they make.
    pub fn name(&self) -> BenchmarkName {
        BenchmarkName::composed(&self.base, self.flavour.as_deref(), &self.changed)
    }

    /// The same name without the flavour: what the flavours of a benchmark have in common.
    pub fn without_flavour(&self) -> BenchmarkName {
        BenchmarkName::composed(&self.base, None, &self.changed)
    }
}

impl Benchmark {
    /// The parts of its name. What the benchmark says of its flavour and parameters decides where a part ends, so a file
    /// whose path merely looks so keeps it.
    pub fn parts(&self) -> NameParts {
        let (text, changed) = self.cut_parameters(self.name.as_str());
        let bare = self.flavour.as_deref().and_then(|flavour| text.strip_suffix(flavour)?.strip_suffix(':'));
        let flavour = bare.and(self.flavour.clone());
        NameParts { base: bare.unwrap_or(text).to_owned(), flavour, changed }
    }

    /// The text before the parameters, and the parameters.
    fn cut_parameters<'a>(&self, text: &'a str) -> (&'a str, BTreeMap<String, String>) {
        let inside = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
        let Some((before, inside)) = inside else { return (text, BTreeMap::new()) };
        let mut changed = BTreeMap::new();
        for part in inside.split(',') {
            match part.split_once('=') {
                Some((name, value)) if self.parameters.get(name).is_some_and(|known| known == value) => {
                    changed.insert(name.to_owned(), value.to_owned());
                }
                _ => return (text, BTreeMap::new()),
            }
        }
        (before, changed)
    }
}

/// Signs that a value may have beside letters and digits: none of them ends a part of a name, or a field of a table.
const SIGNS: &str = "._-+/%:@*^~";

/// The longest value, in characters: names stand in tables.
pub const VALUE_LENGTH_MAX: usize = 40;

/// A text that cannot be a parameter's value.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{text:?} cannot be a parameter's value: one to {VALUE_LENGTH_MAX} letters, digits and the signs {SIGNS} are allowed"
)]
pub struct NotAValue {
    text: String,
}

/// Whether a text can be a parameter's value: it becomes a part of a name, which is printed, typed and searched for.
///
/// # Errors
/// [`NotAValue`], with what is allowed.
pub fn check_value(text: &str) -> Result<(), NotAValue> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || SIGNS.contains(letter);
    if (1..=VALUE_LENGTH_MAX).contains(&text.chars().count()) && text.chars().all(fits) {
        return Ok(());
    }
    Err(NotAValue { text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn benchmark(name: BenchmarkName, flavour: Option<&str>, parameters: &[(&str, &str)]) -> Benchmark {
        let document = serde_json::json!({
            "name": name, "flavour": flavour, "sha256": "0".repeat(64), "module_bytes": 8, "kind": "core", "path": "x",
            "requires": [], "region": "start", "check": "none", "warmup": 0,
            "parameters": parameters.iter().copied().collect::<BTreeMap<_, _>>(),
        });
        serde_json::from_value(document).unwrap()
    }

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_name_has_what_is_not_default() {
        let name = BenchmarkName::composed("s/sieve", Some("wasmfx"), &map(&[("n", "300"), ("a", "1")]));
        assert_eq!(name.as_str(), "s/sieve:wasmfx(a=1,n=300)");
        assert_eq!(BenchmarkName::composed("s/sieve", None, &map(&[])).as_str(), "s/sieve");
        let all = [("a", "1"), ("n", "300"), ("default", "7")];
        let parts = benchmark(name.clone(), Some("wasmfx"), &all).parts();
        assert_eq!((parts.base.as_str(), parts.flavour.as_deref()), ("s/sieve", Some("wasmfx")));
        assert_eq!(parts.changed, map(&[("a", "1"), ("n", "300")]));
        assert_eq!((parts.name(), parts.without_flavour().as_str()), (name, "s/sieve(a=1,n=300)"));
    }

    #[test]
    fn a_path_that_looks_like_a_name_stays_whole() {
        for (name, parameters) in
            [("a:f(n=1)", &[][..]), ("b(1)", &[("n", "1")]), ("c(n=2)", &[("n", "1")]), (")(", &[])]
        {
            let parts = benchmark(BenchmarkName::new(name), None, parameters).parts();
            assert_eq!((parts.base.as_str(), parts.changed.len()), (name, 0));
        }
        // A flavour that is the end of another word is none.
        let parts = benchmark(BenchmarkName::new("s/core"), Some("core"), &[]).parts();
        assert_eq!((parts.base.as_str(), parts.flavour), ("s/core", None));
    }

    #[test]
    fn values_fit_a_name() {
        for good in ["1", "-0.5", "1e9", "10%", "a/b.txt", "UTF-8", &"9".repeat(VALUE_LENGTH_MAX)] {
            assert_eq!(check_value(good), Ok(()), "{good}");
        }
        for bad in
            ["", " ", "a b", "1,2", "(1)", "a=b", "\u{1b}[31m", "ä", "\"", "|", &"9".repeat(VALUE_LENGTH_MAX + 1)]
        {
            assert!(check_value(bad).is_err(), "{bad}");
        }
        let message = check_value("a\nb").unwrap_err().to_string();
        assert!(message.starts_with("\"a\\nb\" cannot be a parameter's value"), "{message}");
    }

    proptest! {
        #[test]
        fn names_come_apart_as_they_were_put_together(
            base in "[a-z/.:()=]{1,8}x",
            flavour in proptest::option::of("[a-z][a-z.-]{0,5}"),
            changed in proptest::collection::btree_map("[a-z]{1,3}", "[a-z0-9:/.*-]{1,4}", 0..3),
        ) {
            let name = BenchmarkName::composed(&base, flavour.as_deref(), &changed);
            let pairs: Vec<(&str, &str)> = changed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let parts = benchmark(name.clone(), flavour.as_deref(), &pairs).parts();
            prop_assert_eq!(&parts, &NameParts { base, flavour, changed });
            prop_assert_eq!(parts.name(), name);
        }
    }
}
