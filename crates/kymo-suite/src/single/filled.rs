//! Parameters of a file: declared by being given, and used in what the file is run with.

use super::SingleFile;
use crate::error::SuiteError;
use crate::template::Template;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use toml::Spanned;

/// The file with its parameters filled in. Without parameters braces mean nothing, and nothing is changed.
pub(super) fn filled(file: &SingleFile) -> Result<SingleFile, SuiteError> {
    if file.parameters.is_empty() {
        return Ok(file.clone());
    }
    let fail = |message: String| SuiteError::File { path: file.path.clone(), message };
    for (name, value) in &file.parameters {
        kymo_model::name::check_value(name).map_err(|_| fail(format!("'{name}' is no name of a parameter")))?;
        kymo_model::name::check_value(value).map_err(|error| fail(format!("the parameter '{name}': {error}")))?;
    }
    let declared: Vec<&str> = file.parameters.keys().map(String::as_str).collect();
    let mut used = BTreeSet::new();
    let mut fill = |flag: &str, text: &str| {
        let whole = Spanned::new(0..text.len(), text.to_owned());
        let template = Template::parse(&whole, flag, &declared).map_err(|_| fail(undeclared(flag, text, &declared)))?;
        used.extend(template.parameters().map(str::to_owned));
        Ok(template.fill(&file.parameters))
    };
    let args = file.args.iter().map(|text| fill("--arg", text)).collect::<Result<_, SuiteError>>()?;
    let mut env = BTreeMap::new();
    for (name, text) in &file.env {
        env.insert(name.clone(), fill("--env", text)?);
    }
    let mut path = |flag: &str, path: &Option<PathBuf>| match path.as_ref().and_then(|path| path.to_str()) {
        Some(text) => fill(flag, text).map(|text| Some(PathBuf::from(text))),
        None => Ok(path.clone()),
    };
    let stdin = path("--stdin", &file.stdin)?;
    let expect_stdout = path("--expect-stdout", &file.expect_stdout)?;
    if let Some(unused) = file.parameters.keys().find(|name| !used.contains(*name)) {
        return Err(fail(format!(
            "the parameter '{unused}' is used nowhere; write {{{unused}}} in --arg, --env, --stdin or --expect-stdout"
        )));
    }
    Ok(SingleFile { args, env, stdin, expect_stdout, ..file.clone() })
}

fn undeclared(flag: &str, text: &str, declared: &[&str]) -> String {
    format!(
        "{flag} '{text}' does not fit the parameters ({}): write {{NAME}} for one that --param gives, and {{{{ or }}}} for a \
         brace itself",
        declared.join(", ")
    )
}
