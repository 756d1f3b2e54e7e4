//! The file of a native twin: of which sort it is, and what code it holds.

use kymo_model::ModuleHash;
use kymo_worker::protocol::Failure;
use object::{Object, ObjectSection, ObjectSymbol, SectionKind};
use sha2::{Digest, Sha256};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What a twin that is a library exports, as sightglass has it: the program's `main` under another name.
pub const ENTRY: &str = "native_entry";

/// A native twin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// Its file.
    pub path: PathBuf,
    /// Size of its executable sections in bytes; none if it is no object file (a script).
    pub code_bytes: Option<u64>,
    /// SHA-256 of its section of code.
    pub text_sha256: Option<ModuleHash>,
    /// SHA-256 of the file.
    sha256: ModuleHash,
    sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// A shared library that exports the entry.
    Library,
    /// A program: it is linked to an address, or names the loader that is to start it.
    Executable,
    /// A shared object that is neither: a library without the entry, or a program that loads itself.
    Shared,
    /// No object file.
    Other,
}

impl Twin {
    /// Reads a twin's file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = std::fs::read(path)
            .map_err(|error| Failure::invalid(format!("cannot read the native twin {}: {error}", path.display())))?;
        let mut twin = Self {
            path: path.to_owned(),
            code_bytes: None,
            text_sha256: None,
            sha256: ModuleHash::from_bytes(Sha256::digest(&bytes).into()),
            sort: Sort::Other,
        };
        if let Ok(file) = object::File::parse(bytes.as_slice()) {
            let code: Vec<_> = file.sections().filter(|section| section.kind() == SectionKind::Text).collect();
            twin.code_bytes = Some(code.iter().map(ObjectSection::size).sum());
            let text = code.iter().find(|section| matches!(section.name(), Ok(".text" | "__text")));
            let text = text.and_then(|section| section.data().ok());
            twin.text_sha256 = text.map(|text| ModuleHash::from_bytes(Sha256::digest(text).into()));
            twin.sort = sort(&file);
        }
        Ok(twin)
    }

    /// What tells this twin from another build of it, as it is kept beside the settings.
    pub fn as_setting(&self) -> (String, String) {
        ("twin-sha256".to_owned(), self.sha256.to_string())
    }

    /// Refuses what cannot be loaded and called.
    pub fn must_be_library(&self) -> Result<(), Failure> {
        let problem = match self.sort {
            Sort::Library => return Ok(()),
            Sort::Executable => "is an executable, not a shared library; native[process] runs it".to_owned(),
            Sort::Shared => format!("exports no function {ENTRY}(int, char **)"),
            Sort::Other => "is no shared library".to_owned(),
        };
        Err(self.wrong(&problem))
    }

    /// Refuses what cannot be run as a process.
    pub fn must_be_executable(&self) -> Result<(), Failure> {
        if self.sort == Sort::Library {
            return Err(self.wrong("is a shared library, not an executable; native[library] runs it"));
        }
        let mode = self.path.metadata().map_or(0, |data| data.permissions().mode());
        if mode & 0o111 == 0 {
            return Err(self.wrong("is not executable; chmod +x makes it so"));
        }
        Ok(())
    }

    fn wrong(&self, problem: &str) -> Failure {
        Failure::invalid(format!("the native twin {} {problem}", self.path.display()))
    }
}

fn sort(file: &object::File) -> Sort {
    let names_loader = file.section_by_name(".interp").is_some();
    if names_loader || file.kind() == object::ObjectKind::Executable {
        return Sort::Executable;
    }
    // A name in a Mach-O file begins with the underscore that C puts before it.
    let is_entry = |name: &[u8]| name == ENTRY.as_bytes() || name.strip_prefix(b"_") == Some(ENTRY.as_bytes());
    let mut exports = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
    let is_library = exports.any(|symbol| symbol.name_bytes().is_ok_and(is_entry));
    if is_library { Sort::Library } else { Sort::Shared }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_an_executable_with_code() {
        let twin = Twin::read(&std::env::current_exe().unwrap()).unwrap();
        assert!(twin.code_bytes.unwrap() > 1000);
        assert!(twin.text_sha256.is_some());
        assert_eq!(twin.must_be_executable(), Ok(()));
        let problem = twin.must_be_library().unwrap_err();
        assert!(problem.outcome.reason().contains("native[process] runs it"), "{problem:?}");
    }

    #[test]
    fn what_is_no_object_is_refused_as_a_library_and_told_how_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        let twin = Twin::read(&path).unwrap();
        assert!(twin.must_be_library().unwrap_err().outcome.reason().ends_with("is no shared library"));
        assert!(twin.must_be_executable().unwrap_err().outcome.reason().contains("chmod +x"));
        assert_eq!(twin.code_bytes, None);
    }
}
