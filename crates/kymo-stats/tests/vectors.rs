//! The vectors that the web app's statistics are held to are those that this crate gives.

use std::path::Path;
use std::process::Command;

#[test]
fn the_vectors_of_the_web_app_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--release", "-p", "kymo-stats", "--example", "vectors"])
        .current_dir(&root)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let now = String::from_utf8(output.stdout).expect("the vectors are text");
    let path = root.join("web/test/vectors.json");
    if std::env::var_os("KYMO_BLESS").is_some() {
        std::fs::write(&path, &now).expect("the vectors can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("web/test/vectors.json is there");
    assert!(kept == now, "web/test/vectors.json is old: write it again with KYMO_BLESS=1 cargo test -p kymo-stats");
}
