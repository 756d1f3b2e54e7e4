//! One file out of a package: a wheel is a zip archive, an npm package a compressed tar archive.

use super::{FetchError, Package, PackagedModule, Registry};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// The bytes of the module's file in the package at `path`.
pub(super) fn file(path: &Path, module: &PackagedModule) -> Result<Vec<u8>, FetchError> {
    let PackagedModule { package, file, .. } = module;
    let unpack = match package.registry {
        Registry::Pypi => out_of_zip,
        Registry::Npm => out_of_tar,
    };
    match unpack(path, file) {
        Ok(Found::Bytes(bytes)) => Ok(bytes),
        Ok(Found::Others(modules)) => {
            Err(FetchError::NoFile { package: Package::clone(package), file: file.clone(), modules })
        }
        Err(source) => Err(FetchError::Unpack { package: Package::clone(package), source }),
    }
}

enum Found {
    /// The file's content.
    Bytes(Vec<u8>),
    /// It is not there; these modules are.
    Others(Vec<String>),
}

fn out_of_zip(path: &Path, wanted: &str) -> io::Result<Found> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path)?))?;
    if archive.index_for_name(wanted).is_none() {
        let names = archive.file_names().flatten().map(|name| name.into_owned());
        return Ok(Found::Others(names.filter(|name| is_module(name)).collect()));
    }
    let mut bytes = Vec::new();
    archive.by_name(wanted)?.read_to_end(&mut bytes)?;
    Ok(Found::Bytes(bytes))
}

fn out_of_tar(path: &Path, wanted: &str) -> io::Result<Found> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(BufReader::new(File::open(path)?)));
    let mut others = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if name == wanted {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            return Ok(Found::Bytes(bytes));
        }
        if is_module(&name) {
            others.push(name);
        }
    }
    Ok(Found::Others(others))
}

fn is_module(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "wasm")
}
