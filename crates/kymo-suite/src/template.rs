//! Text with `{parameter}` in it.

use crate::error::Fault;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// A text whose parameters are all declared.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) at: Range<usize>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Parameter(String),
}

impl Template {
    /// Reads `{name}` as a parameter, `{{` and `}}` as braces.
    pub(crate) fn parse(text: &Spanned<String>, key: &str, declared: &[&str]) -> Result<Self, Fault> {
        let fault = |message: String| Fault::new(text.span(), key, message);
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text.get_ref().as_str();
        while let Some(place) = rest.find(['{', '}']) {
            literal.push_str(&rest[..place]);
            let brace = &rest[place..];
            if brace.starts_with("{{") || brace.starts_with("}}") {
                literal.push_str(&brace[..1]);
                rest = &brace[2..];
                continue;
            }
            let name = brace.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let Some((name, after)) = name else {
                return Err(fault("a brace without its partner; write {{ or }} for a brace itself".to_owned()));
            };
            if !declared.contains(&name) {
                return Err(fault(undeclared(name, declared)));
            }
            parts.push(Part::Text(std::mem::take(&mut literal)));
            parts.push(Part::Parameter(name.to_owned()));
            rest = after;
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Ok(Self { at: text.span(), parts })
    }

    /// The parameters in it.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Parameter(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with these values; `parse` has seen to it that each parameter has one.
    pub(crate) fn fill(&self, values: &BTreeMap<String, String>) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_str(),
                Part::Parameter(name) => values.get(name).map_or("", String::as_str),
            })
            .collect()
    }
}

fn undeclared(name: &str, declared: &[&str]) -> String {
    let known = if declared.is_empty() {
        "none is declared".to_owned()
    } else {
        format!("declared are {}", declared.join(", "))
    };
    format!(
        "the parameter {{{name}}} is not declared ({known}); add parameters.{name} = {{ default = \"…\", about = \"…\" \
         }}, or write {{{{ for a brace itself"
    )
}

#[cfg(test)]
mod tests {
    use super::Template;
    use std::collections::BTreeMap;
    use toml::Spanned;

    fn fill(text: &str) -> Result<String, String> {
        let values = BTreeMap::from([("n".to_owned(), "7".to_owned()), ("k".to_owned(), "{n}".to_owned())]);
        let text = Spanned::new(0..text.len(), text.to_owned());
        match Template::parse(&text, "args", &["n", "k"]) {
            Ok(template) => Ok(template.fill(&values)),
            Err(fault) => Err(fault.message),
        }
    }

    #[test]
    fn parameters_are_replaced_once_and_braces_escaped() {
        assert_eq!(fill("--size={n}x{n}").unwrap(), "--size=7x7");
        assert_eq!(fill("{k}").unwrap(), "{n}");
        assert_eq!(fill("{{\"n\": {n}}}").unwrap(), "{\"n\": 7}");
        assert_eq!(fill("{n").unwrap_err(), "a brace without its partner; write {{ or }} for a brace itself");
        assert!(fill("{m}").unwrap_err().contains("declared are n, k"));
        assert!(fill("a } b").is_err());
    }

    proptest::proptest! {
        #[test]
        fn text_without_braces_stays(text in "[^{}]*") {
            assert_eq!(fill(&text).unwrap(), text);
        }

        #[test]
        fn doubled_braces_are_braces(text in "[a{}]*") {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            assert_eq!(fill(&doubled).unwrap(), text);
        }
    }
}
