//! `kymo engine list`.

use super::runs::date;
use crate::builds::{Built, Record};
use crate::cli::{EngineListArgs, Format};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use kymo_worker::parent::{FindError, WorkerProgram};
use kymo_worker::protocol::{Accepts, Hello};
use std::io::Write;
use std::process::ExitCode;

/// An engine that was found: what people type, and what its worker says.
struct Listed {
    name: String,
    hello: Result<Hello, FindError>,
    record: Option<Record>,
}

impl Listed {
    fn installed(program: &WorkerProgram) -> Self {
        Self { name: program.name.clone(), hello: program.hello(None), record: None }
    }

    fn built(built: Built) -> Self {
        let name = format!("{}@{}", built.record.engine, built.record.name);
        Self { name, hello: built.program.hello(None), record: Some(built.record) }
    }
}

/// Lists engines and builds; one alone with its settings.
pub fn list(context: &Context, args: &EngineListArgs) -> Result<ExitCode, CliError> {
    let listed = found(context, args.name.as_deref())?;
    let mut out = std::io::stdout().lock();
    if args.format == Format::Json {
        let list: Vec<serde_json::Value> = listed.iter().filter_map(as_json).collect();
        serde_json::to_writer(&mut out, &list).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    if listed.is_empty() {
        writeln!(out, "no engine was found; make workers builds those of this repository")?;
    }
    for one in &listed {
        match &one.hello {
            Err(error) => writeln!(out, "{}: {error}\n", one.name)?,
            // Builds have a list of their own below, unless one was asked for.
            Ok(_) if one.record.is_some() && args.name.is_none() => {}
            Ok(hello) => write_engine(&mut out, context, one, hello, args.name.is_some())?,
        }
    }
    let records: Vec<&Record> = listed.iter().filter_map(|one| one.record.as_ref()).collect();
    if !records.is_empty() {
        out.write_all(columns(&builds(&records), context.colour).as_bytes())?;
    }
    Ok(if args.name.is_some() && listed.iter().any(|one| one.hello.is_err()) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn found(context: &Context, name: Option<&str>) -> Result<Vec<Listed>, CliError> {
    Ok(match name.map(|name| (name, name.split_once('@'))) {
        Some((_, Some((engine, build)))) => vec![Listed::built(context.builds.find(engine, build)?)],
        Some((name, None)) => vec![Listed::installed(&context.finder.find(name)?)],
        None => {
            let mut listed: Vec<Listed> = context.finder.all(false).values().map(Listed::installed).collect();
            listed.extend(context.builds.all().into_iter().map(Listed::built));
            listed
        }
    })
}

/// The hello; with the record, where it is a build's.
fn as_json(one: &Listed) -> Option<serde_json::Value> {
    let mut value = serde_json::to_value(one.hello.as_ref().ok()?).ok()?;
    if let (Some(object), Some(record)) = (value.as_object_mut(), &one.record) {
        object.insert("build".to_owned(), serde_json::to_value(record).ok()?);
    }
    Some(value)
}

fn write_engine(
    out: &mut impl Write,
    context: &Context,
    one: &Listed,
    hello: &Hello,
    alone: bool,
) -> std::io::Result<()> {
    writeln!(out, "{} {}, build {}", one.name, hello.engine_version, hello.build_id)?;
    let mut rows = vec![["strategy", "kinds", "features"].map(str::to_owned).to_vec()];
    rows.extend(hello.strategies.iter().map(|strategy| {
        let kinds: Vec<String> = strategy.kinds.iter().map(ToString::to_string).collect();
        let features = match &strategy.unavailable {
            Some(reason) => format!("cannot be used here: {reason}"),
            None => strategy.features.join(", "),
        };
        vec![strategy.name.clone(), kinds.join(", "), features]
    }));
    out.write_all(columns(&rows, context.colour).as_bytes())?;
    if alone {
        out.write_all(columns(&settings(hello), context.colour).as_bytes())?;
        return writeln!(out, "metrics: {}", hello.metrics.join(", "));
    }
    let names: Vec<&str> = hello.settings.iter().map(|setting| setting.name.as_str()).collect();
    writeln!(out, "settings: {}\n", if names.is_empty() { "none".to_owned() } else { names.join(", ") })
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

fn builds(records: &[&Record]) -> Vec<Vec<String>> {
    let mut rows = vec![["build", "version", "commit", "flags", "built (UTC)", "from"].map(str::to_owned).to_vec()];
    rows.extend(records.iter().map(|record| {
        let mut flags: Vec<String> = record.profile.iter().map(|(key, value)| format!("{key}={value}")).collect();
        flags.extend(record.features.iter().map(|feature| format!("+{feature}")));
        flags.extend((!record.rustflags.is_empty()).then(|| record.rustflags.clone()));
        let paths: Vec<&str> = record.sources.iter().map(|source| source.path.as_str()).collect();
        vec![
            format!("{}@{}", record.engine, record.name),
            record.version.clone(),
            record.commit(),
            if flags.is_empty() { "none".to_owned() } else { flags.join(" ") },
            date(record.built_unix_s),
            paths.join(" "),
        ]
    }));
    rows
}
