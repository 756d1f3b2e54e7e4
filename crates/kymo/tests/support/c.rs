//! Programs and libraries in C, compiled where the test runs.

use super::Home;
use std::path::PathBuf;
use std::process::Command;

fn compile(home: &Home, name: &str, source: &str, flags: &[&str]) -> PathBuf {
    let file = home.write(&format!("{name}.c"), source);
    let out = home.path(name);
    let made = Command::new("cc").args(flags).arg("-O1").arg("-o").arg(&out).arg(file).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    out
}

/// Compiles a shared library into a home.
pub fn c_library(home: &Home, name: &str, source: &str) -> PathBuf {
    compile(home, name, source, &["-shared", "-fPIC"])
}

/// Compiles a program into a home.
pub fn c_program(home: &Home, name: &str, source: &str) -> PathBuf {
    compile(home, name, source, &[])
}
