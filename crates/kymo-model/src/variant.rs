//! One side of a comparison: an engine and its settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings by name, as text; a worker's hello says what each accepts.
pub type Settings = BTreeMap<String, String>;

/// What precedes a command line that is timed as a whole process: `exec:wasmer run {module}`.
const EXEC: &str = "exec:";

/// A variant as a person types it: `wasmtime`, `wasmtime[winch]`, `wasmtime@head[opt=speed,pooling]`.
///
/// A bare word in the brackets is a strategy or a setting switched on: only the worker's hello can tell, so the
/// specification keeps the words as they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VariantSpec {
    /// The engine's name.
    pub engine: String,
    /// The registered build of the engine, after `@`.
    pub build: Option<String>,
    /// The words in the brackets, in order: a name, and a value where one was given.
    pub words: Vec<(String, Option<String>)>,
}

/// A text that is no variant.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{text}' is no engine: {problem}; write ENGINE, ENGINE[STRATEGY] or ENGINE[SETTING=VALUE,…]")]
pub struct NotAVariant {
    text: String,
    problem: &'static str,
}

impl std::str::FromStr for VariantSpec {
    type Err = NotAVariant;

    fn from_str(text: &str) -> Result<Self, NotAVariant> {
        let fail = |problem| NotAVariant { text: text.to_owned(), problem };
        let text = text.trim();
        if let Some(command) = text.strip_prefix(EXEC) {
            if command.trim().is_empty() {
                return Err(fail("there is no command after 'exec:'"));
            }
            let words = vec![("command".to_owned(), Some(command.trim().to_owned()))];
            return Ok(Self { engine: "exec".to_owned(), build: None, words });
        }
        let (head, words) = match text.split_once('[') {
            None if text.contains(']') => return Err(fail("a ']' without a '['")),
            None => (text, Vec::new()),
            Some((head, rest)) => {
                let inner = rest.strip_suffix(']').ok_or_else(|| fail("the '[' is never closed"))?;
                let words = inner.split(',').map(str::trim).filter(|word| !word.is_empty()).map(|word| {
                    match word.split_once('=') {
                        Some((name, value)) => (name.trim().to_owned(), Some(value.trim().to_owned())),
                        None => (word.to_owned(), None),
                    }
                });
                (head.trim(), words.collect())
            }
        };
        let (engine, build) = match head.split_once('@') {
            None => (head, None),
            Some((_, "")) => return Err(fail("there is no build after the '@'")),
            Some((engine, build)) => (engine, Some(build.to_owned())),
        };
        if engine.is_empty() {
            return Err(fail("the engine's name is empty"));
        }
        if !engine.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            return Err(fail("an engine's name has letters, digits, '-', '_' and '.' only"));
        }
        if words.iter().any(|(name, _)| name.is_empty()) {
            return Err(fail("a setting's name is empty"));
        }
        Ok(Self { engine: engine.to_owned(), build, words })
    }
}

impl std::fmt::Display for VariantSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let ("exec", [(_, Some(command))]) = (self.engine.as_str(), self.words.as_slice()) {
            return write!(f, "{EXEC}{command}");
        }
        f.write_str(&self.engine)?;
        if let Some(build) = &self.build {
            write!(f, "@{build}")?;
        }
        if self.words.is_empty() {
            return Ok(());
        }
        let words: Vec<String> = self
            .words
            .iter()
            .map(|(name, value)| match value {
                Some(value) => format!("{name}={value}"),
                None => name.clone(),
            })
            .collect();
        write!(f, "[{}]", words.join(","))
    }
}

/// A variant of a run, resolved against its worker's hello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// What tables call it: the specification as typed, with `#2` and so on where one was named twice.
    pub name: String,
    /// The engine's name, as in `kymo-worker-NAME`.
    pub engine: String,
    /// The registered build of the engine, where one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// The strategy, one of those in the hello.
    pub strategy: String,
    /// The settings that were typed; what the worker made of all of them is in each invocation.
    pub settings: Settings,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expect: &str) {
        let shown = match text.parse::<VariantSpec>() {
            Ok(spec) => format!("{} {:?} {:?}", spec.engine, spec.build, spec.words),
            Err(error) => error.problem.to_owned(),
        };
        assert_eq!(shown, expect, "for {text}");
    }

    #[test]
    fn parses_what_people_type() {
        check("wasmtime", "wasmtime None []");
        check("wasmtime[]", "wasmtime None []");
        check("wasmtime[winch]", r#"wasmtime None [("winch", None)]"#);
        check(
            "wasmtime@head[opt=speed, pooling]",
            r#"wasmtime Some("head") [("opt", Some("speed")), ("pooling", None)]"#,
        );
        check("exec:node --x run.mjs {module}", r#"exec None [("command", Some("node --x run.mjs {module}"))]"#);
        check("exec: ", "there is no command after 'exec:'");
        check("", "the engine's name is empty");
        check("[winch]", "the engine's name is empty");
        check("wasmtime[winch", "the '[' is never closed");
        check("wasmtime]", "a ']' without a '['");
        check("wasmtime@", "there is no build after the '@'");
        check("wasmtime[=3]", "a setting's name is empty");
        check("../evil", "an engine's name has letters, digits, '-', '_' and '.' only");
    }

    proptest! {
        #[test]
        fn displays_as_it_parses(engine in "[a-z][a-z0-9-]{0,8}", build in proptest::option::of("[a-z0-9]{1,6}"),
            words in proptest::collection::vec(("[a-z][a-z-]{0,6}", proptest::option::of("[a-z0-9]{1,4}")), 0..4)) {
            let spec = VariantSpec { engine, build, words };
            prop_assert_eq!(spec.to_string().parse::<VariantSpec>(), Ok(spec));
        }
    }
}
