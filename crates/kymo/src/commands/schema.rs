//! `kymo schema`.

use crate::cli::{SchemaArgs, SchemaName};
use crate::error::CliError;
use crate::render;
use std::io::Write;
use std::process::ExitCode;

/// Prints the JSON Schema of a document.
pub fn schema(args: &SchemaArgs) -> Result<ExitCode, CliError> {
    let schema = match args.document {
        SchemaName::Run => kymo_model::schema::run_schema(),
        SchemaName::Analysis => render::analysis_schema(),
        SchemaName::Load => render::load::document::load_schema(),
        SchemaName::Peak => render::load::document::peak_schema(),
        SchemaName::Project => kymo_model::schema::project_schema(),
        SchemaName::Suite => kymo_suite::suite_schema(),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &schema).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}
