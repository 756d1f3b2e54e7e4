//! What can be varied of a benchmark, and which value holds.

use super::check;
use crate::error::{Fault, SuiteError};
use crate::raw::RawParameter;
use std::collections::BTreeMap;
use toml::Spanned;

/// Something that can be varied.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) default: String,
    pub(crate) values: Option<Vec<String>>,
    /// The value under a tag, where it is not the default.
    pub(crate) by_tag: BTreeMap<String, String>,
}

impl Parameter {
    /// Checks a parameter of a benchmark with these tags; `key` is that of its benchmark's parameters.
    pub(super) fn checked(
        name: &Spanned<String>,
        raw: &RawParameter,
        tags: &[String],
        key: &str,
    ) -> Result<Self, Fault> {
        let key = format!("{key}.{}", name.get_ref());
        check::name(name, &key)?;
        check::prose(&raw.about, &format!("{key}.about"))?;
        let values = raw.values.as_ref().map(|values| values.get_ref().as_slice());
        for value in values.unwrap_or_default() {
            text(value, &format!("{key}.values"))?;
        }
        let values: Option<Vec<String>> =
            values.map(|values| values.iter().map(|value| value.get_ref().clone()).collect());
        let among = |value: &Spanned<String>, what: &str, key: &str| match &values {
            Some(values) if !values.contains(value.get_ref()) => {
                let message = format!("{what} '{}' is not among the values {}", value.get_ref(), values.join(", "));
                Err(Fault::new(value.span(), key, message))
            }
            _ => text(value, key),
        };
        among(&raw.default, "the default", &format!("{key}.default"))?;
        let mut by_tag = BTreeMap::new();
        for (tag, value) in &raw.by_tag {
            let key = format!("{key}.by-tag.{}", tag.get_ref());
            if !tags.contains(tag.get_ref()) {
                let known =
                    if tags.is_empty() { "no tags".to_owned() } else { format!("the tags {}", tags.join(", ")) };
                let message = format!("the benchmark has no tag '{}'; it has {known}", tag.get_ref());
                return Err(Fault::new(tag.span(), key, message));
            }
            among(value, "the value", &key)?;
            by_tag.insert(tag.get_ref().clone(), value.get_ref().clone());
        }
        Ok(Self { default: raw.default.get_ref().clone(), values, by_tag })
    }

    /// The value of the parameter `name` of `benchmark`: as asked, else that of a tag that was given, else the default.
    pub(crate) fn value(
        &self,
        name: &str,
        benchmark: &str,
        asked: Option<&String>,
        tags: &[String],
    ) -> Result<String, SuiteError> {
        let value = match asked {
            Some(value) => value,
            None => self.of_tags(name, benchmark, tags)?.unwrap_or(&self.default),
        };
        let fail = |problem: String| SuiteError::Selection(format!("the parameter '{name}' of {benchmark} {problem}"));
        if let Some(allowed) = self.values.as_ref().filter(|allowed| !allowed.contains(value)) {
            return Err(fail(format!("cannot be '{value}'; it is one of: {}", allowed.join(", "))));
        }
        kymo_model::name::check_value(value).map_err(|error| fail(format!("cannot be that: {error}")))?;
        Ok(value.clone())
    }

    /// The value under the tags that were given, on which they must agree.
    fn of_tags(&self, name: &str, benchmark: &str, tags: &[String]) -> Result<Option<&String>, SuiteError> {
        let mut found: Option<(&String, &String)> = None;
        for (tag, value) in tags.iter().filter_map(|tag| Some((tag, self.by_tag.get(tag)?))) {
            match found {
                Some((first, other)) if other != value => {
                    return Err(SuiteError::Selection(format!(
                        "the tags {first} and {tag} disagree on the parameter '{name}' of {benchmark}: {other} and \
                         {value}; give one of the tags, or --param {name}=VALUE"
                    )));
                }
                _ => found = Some((tag, value)),
            }
        }
        Ok(found.map(|(_, value)| value))
    }
}

fn text(value: &Spanned<String>, key: &str) -> Result<(), Fault> {
    kymo_model::name::check_value(value.get_ref()).map_err(|error| Fault::new(value.span(), key, error.to_string()))
}
