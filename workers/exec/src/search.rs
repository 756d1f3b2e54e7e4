//! Where a program is, as a shell finds it, and which build of it that is.

use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::io::{self, BufRead};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The places where programs are looked for.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder that relative paths start from.
    pub here: PathBuf,
    /// The folders of `PATH`.
    pub path: Vec<PathBuf>,
}

impl Places {
    /// Those of this process.
    pub fn of_process() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self::new(std::env::current_dir().unwrap_or_default(), &path)
    }

    fn new(here: PathBuf, path: &OsStr) -> Self {
        // An empty part of PATH means the present folder.
        let path = std::env::split_paths(path).map(|folder| here.join(folder)).collect();
        Self { here, path }
    }

    /// The absolute path of a program: of a name with a slash from the present folder, of a bare name along `PATH`.
    ///
    /// # Errors
    /// A sentence that says where it is not, or why it is no program.
    pub fn find(&self, name: &str) -> Result<PathBuf, String> {
        if !name.contains('/') {
            let found = self.path.iter().map(|folder| folder.join(name)).find(|path| is_program(path));
            return found.ok_or_else(|| format!("there is no program '{name}' on PATH; give its path, or install it"));
        }
        let path = self.here.join(name);
        match path.metadata() {
            Err(error) => Err(format!("there is no program {}: {error}", path.display())),
            Ok(data) if data.is_dir() => Err(format!("{} is a folder, not a program", path.display())),
            Ok(_) if !is_program(&path) => Err(format!("{} is not executable; chmod +x makes it so", path.display())),
            Ok(_) => Ok(path),
        }
    }
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// What tells a command from others: the first digits of a SHA-256 over the program's file and the words.
///
/// # Errors
/// Those of reading the file.
pub fn build_id(program: &Path, command: &str) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = io::BufReader::new(std::fs::File::open(program)?);
    loop {
        let part = file.fill_buf()?;
        if part.is_empty() {
            break;
        }
        hash.update(part);
        let length = part.len();
        file.consume(length);
    }
    hash.update([0]);
    hash.update(command.as_bytes());
    Ok(hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().canonicalize().unwrap();
        std::fs::create_dir(here.join("bin")).unwrap();
        std::fs::write(here.join("bin/tool"), "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(here.join("bin/tool"), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(here.join("notes"), "").unwrap();
        let places = Places::new(here.clone(), here.join("bin").as_os_str());
        assert_eq!(places.find("tool"), Ok(here.join("bin/tool")));
        assert_eq!(places.find("./bin/tool"), Ok(here.join("./bin/tool")));
        let problem = |name: &str| places.find(name).unwrap_err();
        assert_eq!(problem("notes"), "there is no program 'notes' on PATH; give its path, or install it");
        assert!(problem("./notes").ends_with("is not executable; chmod +x makes it so"));
        assert!(problem("./bin").ends_with("is a folder, not a program"));
        assert!(problem("./none").starts_with("there is no program "));
    }

    #[test]
    fn another_file_or_other_words_are_another_build() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tool");
        std::fs::write(&file, "1").unwrap();
        let first = build_id(&file, "tool a").unwrap();
        assert_eq!(first.len(), 12);
        assert_eq!(first, build_id(&file, "tool a").unwrap());
        assert_ne!(first, build_id(&file, "tool b").unwrap());
        std::fs::write(&file, "2").unwrap();
        assert_ne!(first, build_id(&file, "tool a").unwrap());
    }
}
