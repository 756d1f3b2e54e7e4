//! `kymo store`.

use super::site_source::version;
use crate::cli::{StoreBackupArgs, StoreInfoArgs, StoreMigrateArgs, StoreRestoreArgs};
use crate::columns::columns;
use crate::context::{Context, existing_store};
use crate::error::CliError;
use crate::remark::remark;
use crate::render::units;
use kymo_model::Unit;
use kymo_store::{Contents, Restored, Store, StoreAddress, check_back_up};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Opens a store that must be there.
fn existing(address: &StoreAddress) -> Result<Store, CliError> {
    existing_store(address, "give another --store; the first run makes one: kymo run SUITE")
}

/// Writes all of the store into one file.
pub fn backup(context: &Context, args: &StoreBackupArgs) -> Result<ExitCode, CliError> {
    let file = &args.file;
    if file.exists() && !args.replace {
        return Err(CliError::usage(format!("{} is there already", file.display()))
            .with_hint("give another file, or --replace to have it replaced"));
    }
    let store = existing(context.store_address())?;
    let failed = |error: std::io::Error| {
        CliError::failure(format!("the back-up {} cannot be written ({})", file.display(), error.kind()))
            .with_hint("check the path, and whether there is room")
    };
    // Beside its place, and there when it is whole: a half-written file is no back-up.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(CliError::usage(format!("there is no folder {} for the back-up", folder.display()))
            .with_hint("make it, or give another file"));
    }
    let mut part = tempfile::Builder::new().prefix(".kymo-backup-").tempfile_in(folder).map_err(failed)?;
    let contents = store.back_up(&file.display().to_string(), &version(), &mut part)?;
    part.as_file().sync_all().map_err(failed)?;
    let bytes = part.as_file().metadata().map_err(failed)?.len();
    part.persist(file).map_err(|error| failed(error.error))?;
    if !args.quiet {
        let size = units::quantity(bytes as f64, Unit::Byte);
        remark(format_args!("{} into {}, {size}", said(&contents), file.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes the store of a back-up.
pub fn restore(context: &Context, args: &StoreRestoreArgs) -> Result<ExitCode, CliError> {
    let name = args.file.display().to_string();
    let mut file = File::open(&args.file)
        .map_err(|error| CliError::usage(format!("the back-up {name} cannot be opened ({error}): check the path")))?;
    // Before a store is made for it.
    check_back_up(&name, &mut file)?;
    let mut store = Store::connect(context.store_address())?;
    let restored = store.restore(&name, &mut file, args.replace)?;
    told(&restored, context.store_address(), args.quiet)
}

/// Copies a store into another.
pub fn migrate(context: &Context, args: &StoreMigrateArgs) -> Result<ExitCode, CliError> {
    if args.from == args.to {
        return Err(CliError::usage(format!("--from and --to are the same store, {}", args.from)));
    }
    let from = existing(&args.from)?;
    let mut to = Store::connect(&args.to)?;
    let name = format!("of {}", args.from);
    let failed = |error: std::io::Error| {
        CliError::failure(format!("no temporary file for the copy ({error})"))
            .with_hint("set TMPDIR to a folder with room")
    };
    let folder = context.temporary();
    let mut file = tempfile::tempfile_in(folder).map_err(failed)?;
    from.back_up(&name, &version(), &mut file)?;
    let restored = to.restore(&name, &mut file, args.replace)?;
    told(&restored, &args.to, args.quiet)
}

/// Says what was restored; exit code 1 where the chain of runs is not sound.
fn told(restored: &Restored, address: &StoreAddress, quiet: bool) -> Result<ExitCode, CliError> {
    let chain = &restored.chain;
    if !quiet {
        remark(format_args!("{} into {address}", said(&restored.contents)));
        remark(format_args!("the chain is verified: {} intact", units::counted(chain.intact, "run")));
    }
    if chain.faults.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(CliError::failure(format!(
        "the store {address} is restored as it was, and {} of its runs were altered or are missing: kymo verify says which",
        chain.faults.len()
    )))
}

fn said(contents: &Contents) -> String {
    let tables = units::counted(contents.tables.len(), "table");
    format!("{} of {tables}", units::counted(contents.rows() as usize, "row"))
}

/// Says where the store is and what it holds.
pub fn info(context: &Context, args: &StoreInfoArgs) -> Result<ExitCode, CliError> {
    let address = context.store_address();
    let store = existing(address)?;
    let (contents, bytes) = (store.contents()?, store.size_bytes()?);
    let kind = if address.file().is_some() { "SQLite" } else { "PostgreSQL" };
    let mut out = std::io::stdout().lock();
    if args.json {
        let tables: serde_json::Map<_, _> =
            contents.tables.iter().map(|(table, rows)| (table.clone(), json!(rows))).collect();
        let document = json!({
            "address": address.to_string(), "kind": kind, "schema": contents.schema, "size_bytes": bytes,
            "rows": tables, "chain_head": store.chain()?.head,
        });
        writeln!(out, "{document}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let size = units::quantity(bytes as f64, Unit::Byte);
    writeln!(out, "{address}: {kind}, schema {}, {size}", contents.schema)?;
    let mut rows = vec![["table", "rows"].map(str::to_owned).to_vec()];
    rows.extend(contents.tables.iter().map(|(table, rows)| vec![table.clone(), rows.to_string()]));
    out.write_all(columns(&rows, context.colour).as_bytes())?;
    if let Some(head) = store.chain()?.head {
        writeln!(out, "last link of the chain: {head}")?;
    }
    Ok(ExitCode::SUCCESS)
}
