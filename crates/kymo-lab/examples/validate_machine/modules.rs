//! The guests: small modules made from text, each with one way to spend its time.

use kymo_model::{Benchmark, BenchmarkName, Bytes, Check, ModuleHash, ModuleKind, Region};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The export that is measured. It returns nothing, so that a module with a longer loop verifies like the other.
const EXPORT: &str = "run";

/// Iterations of the compute-bound loop: a multiple of 100, so that a percent more of them is a whole number.
const COMPUTE_ITERATIONS: u32 = 1_000_000;

/// Iterations of the memory-bound loop.
const MEMORY_ITERATIONS: u32 = 30_000;

/// What the call-heavy guest's recursion starts from.
const CALLS_FROM: u32 = 26;

/// A guest on disk.
#[derive(Clone, Debug)]
pub struct Module {
    /// What it is called in tables.
    pub name: &'static str,
    /// Its file.
    pub path: PathBuf,
    /// The hash of that file.
    pub sha256: ModuleHash,
    bytes: u64,
}

impl Module {
    fn write(folder: &Path, name: &'static str, file: &str, text: &str) -> Result<Self, String> {
        let binary = wat::parse_str(text).map_err(|error| format!("{file}: {error}"))?;
        let path = folder.join(file);
        std::fs::write(&path, &binary).map_err(|error| format!("{}: {error}", path.display()))?;
        let sha256 = ModuleHash::from_bytes(Sha256::digest(&binary).into());
        Ok(Self { name, path, sha256, bytes: binary.len() as u64 })
    }

    /// The benchmark that runs it.
    pub fn benchmark(&self) -> Benchmark {
        Benchmark {
            name: BenchmarkName::new(self.name),
            flavour: None,
            reference: None,
            sha256: self.sha256.clone(),
            module_bytes: Bytes::new(self.bytes),
            kind: ModuleKind::Core,
            path: self.path.to_string_lossy().into_owned(),
            args: Vec::new(),
            env: BTreeMap::new(),
            stdin: None,
            dirs: BTreeMap::new(),
            requires: BTreeSet::new(),
            region: Region::Export(EXPORT.to_owned()),
            check: Check::Stable,
            exit_code: 0,
            parameters: BTreeMap::new(),
            native: None,
            serve: None,
            warmup: 1,
        }
    }
}

/// The three guests of the A/A comparisons, the compute-bound one first.
pub fn plain(folder: &Path) -> Result<Vec<Module>, String> {
    Ok(vec![
        Module::write(folder, "compute-bound", "compute.wasm", &compute(COMPUTE_ITERATIONS))?,
        Module::write(folder, "memory-bound", "memory.wasm", &memory(MEMORY_ITERATIONS))?,
        Module::write(folder, "call-heavy", "calls.wasm", &calls(CALLS_FROM))?,
    ])
}

/// The compute-bound guest with so many percent more iterations, exactly.
pub fn slowed(folder: &Path, percent: u32) -> Result<Module, String> {
    let iterations = COMPUTE_ITERATIONS / 100 * (100 + percent);
    Module::write(folder, "compute-bound", &format!("compute-{percent}.wasm"), &compute(iterations))
}

/// A chain of multiplications, each waiting for the one before. Cranelift keeps the loop: it removes none, and the result
/// is stored.
fn compute(iterations: u32) -> String {
    format!(
        r#"(module
  (memory (export "memory") 1)
  (func (export "{EXPORT}") (local $left i32) (local $x i64)
    (local.set $left (i32.const {iterations}))
    (loop $again
      (local.set $x
        (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $again (local.get $left)))
    (i64.store (i32.const 0) (local.get $x))))"#
    )
}

/// Scattered reads and writes over 2 MiB, where each address depends on the value read before.
fn memory(iterations: u32) -> String {
    format!(
        r#"(module
  (memory (export "memory") 33)
  (func (export "{EXPORT}") (local $left i32) (local $at i32) (local $value i32)
    (local.set $left (i32.const {iterations}))
    (loop $again
      (local.set $value (i32.add (i32.load (local.get $at)) (i32.const 1)))
      (i32.store (local.get $at) (local.get $value))
      (local.set $at
        (i32.and
          (i32.add
            (i32.mul (i32.add (local.get $at) (local.get $value)) (i32.const 1664525)) (i32.const 1013904223))
          (i32.const 0x1ffffc)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $again (local.get $left)))))"#
    )
}

/// Fibonacci numbers the slow way: calls and little else.
fn calls(from: u32) -> String {
    format!(
        r#"(module
  (memory (export "memory") 1)
  (func $fib (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else
        (i32.add
          (call $fib (i32.sub (local.get $n) (i32.const 1)))
          (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
  (func (export "{EXPORT}")
    (i32.store (i32.const 0) (call $fib (i32.const {from})))))"#
    )
}
