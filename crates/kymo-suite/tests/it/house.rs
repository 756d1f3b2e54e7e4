//! A folder of suites for a test.

use kymo_suite::{Selected, Selection, SuiteError, Suites, inspect};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A core module that prints nothing and ends.
pub const NOOP: &str = r#"(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "_start") (call $exit (i32.const 0)))
  (func (export "answer") (result i32) (i32.const 42)))"#;

pub struct House {
    folder: TempDir,
}

impl House {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// With a suite `s` of this text; `HASH` in it stands for the SHA-256 of [`NOOP`], which is there as noop.wasm.
    pub fn with_suite(text: &str) -> Self {
        let house = Self::new();
        house.write("suites/s/noop.wasm", &noop());
        let hash = inspect(&noop()).unwrap().sha256;
        house.write("suites/s/suite.toml", text.replace("HASH", hash.as_str()).as_bytes());
        house
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn suites(&self) -> Suites {
        Suites::new(vec![self.path("suites")])
    }

    pub fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    pub fn select(&self, target: &str) -> Result<Vec<Selected>, SuiteError> {
        self.suites().select(target, &Selection::default(), &self.cache())
    }

    /// A text in which this test's folder is called HOUSE.
    pub fn told(&self, text: &impl std::fmt::Display) -> String {
        text.to_string().replace(&self.folder.path().display().to_string(), "HOUSE")
    }
}

pub fn noop() -> Vec<u8> {
    wat::parse_str(NOOP).unwrap()
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
