//! The guest's world: arguments, environment, files.

use kymo_worker::protocol::{Failure, Open};
use std::fs::File;
use std::path::Path;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::cli::{InputFile, OutputFile};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

/// System interface of a component.
pub struct Preview2 {
    context: WasiCtx,
    table: ResourceTable,
}

impl Preview2 {
    pub fn new(open: &Open) -> Result<Self, Failure> {
        Ok(Self { context: builder(open)?.build(), table: ResourceTable::new() })
    }
}

impl WasiView for crate::guest::Guest<Preview2> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi.context, table: &mut self.wasi.table }
    }
}

/// Where the guest's output goes.
#[derive(Clone)]
pub struct Output {
    stdout: OutputFile,
    stderr: OutputFile,
}

impl Output {
    /// The files of `open`, emptied.
    pub fn create(open: &Open) -> Result<Self, Failure> {
        Ok(Self { stdout: OutputFile::new(create(&open.stdout)?), stderr: OutputFile::new(create(&open.stderr)?) })
    }
}

/// The context that `open` asks for, with its files opened.
pub fn builder(open: &Open) -> Result<WasiCtxBuilder, Failure> {
    complete(open, &Output::create(open)?)
}

/// A context of arguments, environment and output, which opens nothing.
pub fn without_files(open: &Open, output: &Output) -> WasiCtxBuilder {
    let mut builder = WasiCtxBuilder::new();
    // Otherwise every file operation goes to another thread and back, which would be measured.
    builder.allow_blocking_current_thread(true);
    // A region that is an export gets the arguments as numbers; a program's come after its name, as everywhere.
    let name = Path::new(&open.module).file_name().map(|name| name.to_string_lossy().into_owned());
    builder.arg(name.unwrap_or_default()).args(&open.args);
    for (name, value) in &open.env {
        builder.env(name, value);
    }
    builder.stdout(output.stdout.clone()).stderr(output.stderr.clone());
    builder
}

/// The context that `open` asks for, with this output.
pub fn complete(open: &Open, output: &Output) -> Result<WasiCtxBuilder, Failure> {
    let mut builder = without_files(open, output);
    if let Some(path) = &open.stdin {
        builder.stdin(InputFile::new(File::open(path).map_err(|error| unusable(path, &error))?));
    }
    for dir in &open.dirs {
        let permissions = if dir.writable { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        builder.preopened_dir(&dir.host, &dir.guest, permissions).map_err(|error| unusable(&dir.host, &error))?;
    }
    Ok(builder)
}

fn create(path: &str) -> Result<File, Failure> {
    File::create(path).map_err(|error| unusable(path, &error))
}

fn unusable(path: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::failed(format!("cannot open {path} for the guest: {error}"))
}
