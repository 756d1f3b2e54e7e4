//! `kymo suite`.

use crate::cli::{Format, SuiteFetchArgs, SuiteListArgs};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use kymo_suite::Selection;
use std::collections::BTreeMap;
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
                            "flavours": benchmark.flavours, "packages": benchmark.packages,
                            "parameters": benchmark.parameters.iter().cloned().collect::<BTreeMap<_, _>>()})
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
            let parameters = benchmark.parameters.iter().map(|(name, default)| format!("{name}={default}"));
            let parameters = parameters.collect::<Vec<_>>().join(" ");
            let about = if parameters.is_empty() { about.to_owned() } else { format!("[{parameters}] {about}") };
            vec![name, benchmark.tags.join(" "), about]
        }));
        out.write_all(columns(&rows, context.colour).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Downloads the modules that are in packages.
pub fn fetch(context: &Context, args: &SuiteFetchArgs) -> Result<ExitCode, CliError> {
    let selection = Selection { tags: args.tags.clone(), ..Selection::default() };
    let mut targets = args.targets.clone();
    if targets.is_empty() {
        let suites = context.suites.list()?;
        let some = suites.iter().filter(|suite| suite.benchmarks.iter().any(|one| !one.packages.is_empty()));
        targets.extend(some.map(|suite| suite.name.clone()));
    }
    let mut fetched = Vec::new();
    for target in &targets {
        fetched.extend(context.suites.fetch(target, &selection, context.cache()?)?);
    }
    let mut out = std::io::stdout().lock();
    if args.format == Format::Json {
        let list: Vec<serde_json::Value> = fetched
            .iter()
            .map(|one| {
                serde_json::json!({"benchmark": one.benchmark, "package": one.package.to_string(), "bytes": one.bytes,
                    "path": one.path, "kept": one.kept})
            })
            .collect();
        serde_json::to_writer(&mut out, &list).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    if fetched.is_empty() {
        writeln!(out, "nothing is to be fetched: all modules lie beside their suite.toml")?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = vec![["benchmark", "module", "package", ""].map(str::to_owned).to_vec()];
    rows.extend(fetched.iter().map(|one| {
        let size = format!("{:.1} MB", one.bytes as f64 / 1e6);
        let state = if one.kept { "was there" } else { "fetched" };
        vec![one.benchmark.clone(), size, one.package.to_string(), state.to_owned()]
    }));
    out.write_all(columns(&rows, context.colour).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or(text).trim()
}
