//! The guest's world for engines that bring no WASI of their own to a worker: arguments, environment, files.
//!
//! Shared as a file by the workers that host WASI 0.1 through `wasi-common`, as `engine-build.rs` is: a worker is a
//! package of its own, and stands on no other.

use super::folder::ReadOnly;
use kymo_worker::protocol::{Failure, Open};
use std::fs::File;
use std::path::Path;
use wasi_common::sync::{Dir, WasiCtxBuilder, ambient_authority, dir, file};
use wasi_common::{WasiCtx, WasiDir, WasiFile};

/// The context that `open` asks for, with its files opened.
///
/// # Errors
/// `failed`, naming the file that cannot be opened; `invalid` where arguments or environment are too long for WASI.
pub fn context(open: &Open) -> Result<WasiCtx, Failure> {
    let mut builder = WasiCtxBuilder::new();
    let name = Path::new(&open.module).file_name().map(|name| name.to_string_lossy().into_owned());
    builder.arg(&name.unwrap_or_default()).and_then(|builder| builder.args(&open.args)).map_err(too_long)?;
    for (name, value) in &open.env {
        builder.env(name, value).map_err(too_long)?;
    }
    if let Some(path) = &open.stdin {
        builder.stdin(as_wasi(File::open(path), path)?);
    }
    builder.stdout(as_wasi(File::create(&open.stdout), &open.stdout)?);
    builder.stderr(as_wasi(File::create(&open.stderr), &open.stderr)?);
    let context = builder.build();
    for wanted in &open.dirs {
        let folder = Dir::open_ambient_dir(&wanted.host, ambient_authority());
        let folder = folder.map_err(|error| unusable(&wanted.host, &error))?;
        let folder: Box<dyn WasiDir> = Box::new(dir::Dir::from_cap_std(folder));
        let folder = if wanted.writable { folder } else { Box::new(ReadOnly(folder)) };
        context.push_preopened_dir(folder, &wanted.guest).map_err(|error| unusable(&wanted.host, &error))?;
    }
    Ok(context)
}

fn as_wasi(file: std::io::Result<File>, path: &str) -> Result<Box<dyn WasiFile>, Failure> {
    let file = file.map_err(|error| unusable(path, &error))?;
    Ok(Box::new(file::File::from_cap_std(cap_std::fs::File::from_std(file))))
}

fn too_long(error: impl std::fmt::Display) -> Failure {
    Failure::invalid(format!("the guest's arguments or environment: {error}"))
}

fn unusable(path: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::failed(format!("cannot open {path} for the guest: {error}"))
}
