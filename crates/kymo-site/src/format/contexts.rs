//! Contexts as columns: each text once, and rows of numbers. A segment has one for each series and commit, and most of
//! their texts are the same.

use super::FormatError;
use crate::source::Context;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Numbers in a row: fingerprint, module, build, code.
const ROW: usize = 4;

/// Contexts as they stand in a segment's header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contexts {
    fingerprint: Vec<String>,
    module: Vec<String>,
    build: Vec<String>,
    code: Vec<String>,
    /// Four numbers for each context: indices into the lists; that of the code is one more, and 0 where there is none.
    rows: Vec<u32>,
}

impl Contexts {
    /// Of these contexts, in this order.
    pub(super) fn of<'a>(contexts: impl Iterator<Item = &'a Context>) -> Self {
        let (mut fingerprint, mut module) = (Column::default(), Column::default());
        let (mut build, mut code) = (Column::default(), Column::default());
        let mut rows = Vec::new();
        for context in contexts {
            rows.push(fingerprint.number(&context.fingerprint));
            rows.push(module.number(&context.module));
            rows.push(build.number(&context.build));
            rows.push(context.code.as_deref().map_or(0, |text| code.number(text) + 1));
        }
        let [fingerprint, module, build, code] =
            [fingerprint, module, build, code].map(|column| column.texts.into_iter().map(str::to_owned).collect());
        Self { fingerprint, module, build, code, rows }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len() / ROW
    }

    /// The contexts.
    ///
    /// # Errors
    /// A number that names nothing.
    pub(super) fn into_contexts(self) -> Result<Vec<Context>, FormatError> {
        let (rows, rest) = self.rows.as_chunks::<ROW>();
        if !rest.is_empty() {
            return Err(FormatError::new("a context is incomplete"));
        }
        let text = |column: &[String], number: u32| {
            let missing = || FormatError::new("a context names what is not there");
            column.get(number as usize).cloned().ok_or_else(missing)
        };
        rows.iter()
            .map(|[fingerprint, module, build, code]| {
                Ok(Context {
                    fingerprint: text(&self.fingerprint, *fingerprint)?,
                    module: text(&self.module, *module)?,
                    build: text(&self.build, *build)?,
                    code: code.checked_sub(1).map(|number| text(&self.code, number)).transpose()?,
                })
            })
            .collect()
    }
}

/// The texts of a column in the order of their first use.
#[derive(Default)]
struct Column<'a> {
    texts: Vec<&'a str>,
    numbers: HashMap<&'a str, u32>,
}

impl<'a> Column<'a> {
    fn number(&mut self, text: &'a str) -> u32 {
        *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text);
            (self.texts.len() - 1) as u32
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(build: &str, code: Option<&str>) -> Context {
        let (fingerprint, module) = ("f".to_owned(), "m".to_owned());
        Context { fingerprint, module, build: build.to_owned(), code: code.map(str::to_owned) }
    }

    #[test]
    fn contexts_come_back_and_each_text_stands_once() {
        let all = [context("1", None), context("2", Some("c")), context("1", Some("c")), context("2", Some("d"))];
        let packed = Contexts::of(all.iter());
        assert_eq!(packed.len(), 4);
        let json = serde_json::to_string(&packed).unwrap();
        let expected = r#"{"fingerprint":["f"],"module":["m"],"build":["1","2"],"code":["c","d"],"rows":[0,0,0,0,0,0,1,1,0,0,0,1,0,0,1,2]}"#;
        assert_eq!(json, expected);
        assert_eq!(packed.into_contexts().unwrap(), all);
    }

    #[test]
    fn numbers_that_name_nothing_are_refused() {
        for rows in [vec![0, 0, 0], vec![1, 0, 0, 0], vec![0, 0, 0, 3]] {
            let packed = Contexts { rows, ..Contexts::of([context("1", Some("c"))].iter()) };
            assert!(packed.into_contexts().is_err());
        }
    }
}
