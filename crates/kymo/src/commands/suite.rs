//! `kymo suite`.

use crate::cli::{Format, SuiteListArgs};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use std::io::Write;
use std::process::ExitCode;

/// Lists suites and their benchmarks.
pub fn list(context: &Context, args: &SuiteListArgs) -> Result<ExitCode, CliError> {
    let mut suites = context.suites.list()?;
    if let Some(name) = &args.name {
        let names: Vec<String> = suites.iter().map(|suite| suite.name.clone()).collect();
        suites.retain(|suite| suite.name == *name);
        if suites.is_empty() {
            return Err(CliError::usage(format!("no suite '{name}' was found; found are: {}", names.join(", "))));
        }
    }
    let mut out = std::io::stdout().lock();
    if args.format == Format::Json {
        let list: Vec<serde_json::Value> = suites
            .iter()
            .map(|suite| {
                let benchmarks: Vec<serde_json::Value> = suite
                    .benchmarks
                    .iter()
                    .map(|benchmark| {
                        serde_json::json!({"name": benchmark.name, "about": benchmark.about, "tags": benchmark.tags,
                            "flavours": benchmark.flavours})
                    })
                    .collect();
                serde_json::json!({"name": suite.name, "about": suite.about, "path": suite.path,
                    "benchmarks": benchmarks})
            })
            .collect();
        serde_json::to_writer(&mut out, &list).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    if suites.is_empty() {
        writeln!(out, "no suite was found; --suites FOLDER names a folder that holds some")?;
    }
    for suite in &suites {
        writeln!(out, "{}: {}", suite.name, suite.about.trim())?;
        let mut rows = vec![["benchmark", "tags", "shows"].map(str::to_owned).to_vec()];
        rows.extend(suite.benchmarks.iter().map(|benchmark| {
            let mut name = format!("{}/{}", suite.name, benchmark.name);
            if !benchmark.flavours.is_empty() {
                name.push_str(&format!(":{{{}}}", benchmark.flavours.join(",")));
            }
            // One suite asked for: there is room for what its benchmarks show. All of them: the first sentence.
            let about = benchmark.about.trim();
            let about = if args.name.is_some() { about } else { first_sentence(about) };
            vec![name, benchmark.tags.join(" "), about.to_owned()]
        }));
        out.write_all(columns(&rows, context.colour).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or(text).trim()
}
