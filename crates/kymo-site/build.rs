//! With the feature `web` the built web app becomes part of the program. It is never built here: a build that starts
//! another package manager surprises people.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=KYMO_WEB_DIST");
    if std::env::var_os("CARGO_FEATURE_WEB").is_none() {
        return;
    }
    let beside = || PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../web/dist");
    let folder = std::env::var_os("KYMO_WEB_DIST").map_or_else(beside, PathBuf::from);
    if !folder.join("index.html").is_file() {
        println!(
            "cargo::error=feature \"web\" needs the built web app at {} (run npm ci && npm run build in web/, name \
             another folder by KYMO_WEB_DIST, or build without the feature)",
            folder.display()
        );
        return;
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    if let Err(error) = collect(&folder, "", &mut files) {
        println!("cargo::error=cannot read the web app at {}: {error}", folder.display());
        return;
    }
    files.sort();
    let mut code = String::from("static EMBEDDED: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        // A text's writing never fails.
        let _ = writeln!(code, "    ({name:?}, include_bytes!({path:?})),");
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("app.rs");
    if let Err(error) = std::fs::write(&out, code) {
        println!("cargo::error=cannot write {}: {error}", out.display());
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path().canonicalize()?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files)?;
        } else {
            files.push((format!("{prefix}{name}"), path));
        }
    }
    Ok(())
}
