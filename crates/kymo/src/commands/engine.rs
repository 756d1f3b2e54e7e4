//! `kymo engine`.

use crate::cli::{EngineListArgs, Format};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use kymo_worker::protocol::{Accepts, Hello};
use std::io::Write;
use std::process::ExitCode;

/// Lists engines; one alone with its settings.
pub fn list(context: &Context, args: &EngineListArgs) -> Result<ExitCode, CliError> {
    let programs = match &args.name {
        Some(name) => vec![context.finder.find(name)?],
        None => context.finder.all(false).into_values().collect(),
    };
    let hellos: Vec<_> = programs.iter().map(|program| (program, program.hello(None))).collect();
    let mut out = std::io::stdout().lock();
    if args.format == Format::Json {
        let list: Vec<&Hello> = hellos.iter().filter_map(|(_, hello)| hello.as_ref().ok()).collect();
        serde_json::to_writer(&mut out, &list).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    if hellos.is_empty() {
        writeln!(out, "no engine was found; make workers builds those of this repository")?;
    }
    for (program, hello) in &hellos {
        match hello {
            Err(error) => writeln!(out, "{}: {error}\n", program.name)?,
            Ok(hello) => {
                writeln!(out, "{} {}, build {}", hello.name, hello.engine_version, hello.build_id)?;
                let mut rows = vec![["strategy", "kinds", "features"].map(str::to_owned).to_vec()];
                rows.extend(hello.strategies.iter().map(|strategy| {
                    let kinds: Vec<String> = strategy.kinds.iter().map(ToString::to_string).collect();
                    vec![strategy.name.clone(), kinds.join(", "), strategy.features.join(", ")]
                }));
                out.write_all(columns(&rows, context.colour).as_bytes())?;
                if args.name.is_some() {
                    out.write_all(columns(&settings(hello), context.colour).as_bytes())?;
                    writeln!(out, "metrics: {}", hello.metrics.join(", "))?;
                } else {
                    let names: Vec<&str> = hello.settings.iter().map(|setting| setting.name.as_str()).collect();
                    writeln!(
                        out,
                        "settings: {}\n",
                        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
                    )?;
                }
            }
        }
    }
    Ok(if args.name.is_some() && hellos.iter().any(|(_, hello)| hello.is_err()) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn settings(hello: &Hello) -> Vec<Vec<String>> {
    let mut rows = vec![["setting", "default", "accepts", "what it does"].map(str::to_owned).to_vec()];
    rows.extend(hello.settings.iter().map(|setting| {
        let accepts = match &setting.accepts {
            Accepts::Flag => "on, off".to_owned(),
            Accepts::Choice(words) => words.join(", "),
            Accepts::Integer => "a number, or a size as 2MiB".to_owned(),
            Accepts::Text => "text".to_owned(),
        };
        vec![setting.name.clone(), setting.default.clone(), accepts, setting.about.clone()]
    }));
    rows
}
