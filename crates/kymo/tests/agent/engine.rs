//! The watch of an engine: each commit is built in the sandbox, without a network, and measured.

use crate::bench::{Bench, why_not};
use crate::server::Server;
use crate::support::crates::{copy, folder_of};
use kymo_model::watch::JobEnd;
use kymo_model::{Bytes, Outcome, Seconds};
use std::path::PathBuf;
use std::process::Command;

/// Built as fast as can be: what is made is right, and slow.
const KYMO_TOML: &str = r#"version = 1
project = "sample"

[environment.variables]
CARGO_NET_OFFLINE = "true"

[prepare]
run = [
  "mkdir -p $HOME/.cargo && ln -sfn REGISTRY $HOME/.cargo/registry",
  "kymo engine build wasmi --path wasmi --path siblings --name head --fetch",
]

[build]
run = ["kymo engine build wasmi --path wasmi --path siblings --name head --profile opt-level=0 --quiet"]

[[measure]]
name = "work"
suites = ["fib.wasm"]
engines = ["wasmi@head"]
phases = ["execute"]

[tiers.smoke]
rounds = 2
"#;

/// The folder of a cargo's or rustup's own things.
fn home_of(variable: &str, usual: &str) -> PathBuf {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    std::env::var_os(variable).map_or_else(|| home.join(usual), PathBuf::from)
}

#[test]
fn an_engine_is_built_and_measured_at_its_commit() {
    if let Some(why) = why_not() {
        eprintln!("{why}");
        return;
    }
    let registry = home_of("CARGO_HOME", ".cargo").join("registry");
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
    let sysroot = PathBuf::from(String::from_utf8(sysroot.stdout).unwrap().trim());
    let bench = Bench::with(&KYMO_TOML.replace("REGISTRY", registry.to_str().unwrap()), |home| {
        copy(home, &folder_of("wasmi", "wasmi"), "repo/wasmi");
        for name in ["wasmi_core", "wasmi_ir", "wasmi_collections"] {
            copy(home, &folder_of("wasmi", name), &format!("repo/siblings/{name}"));
        }
    });
    // The toolchain and the sources of packages are the machine's; what is built from them is the job's own.
    bench.settings(&format!(
        "[host]\nfolders = [\"{}\", \"{}\"]\npath = [\"{}\"]\n",
        sysroot.display(),
        registry.display(),
        sysroot.join("bin").display()
    ));
    let server = Server::start();
    let mut policy = bench.policy();
    for limits in [&mut policy.build_limits, &mut policy.measure_limits] {
        limits.wall_time = Seconds::new(1200.0);
        limits.memory = Bytes::new(6 << 30);
        limits.disk = Bytes::new(3 << 30);
        limits.temporary = Bytes::new(1 << 30);
    }
    server.add(&bench.commit, &policy);
    let ran = bench.run(&server, &["--once"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let state = server.state();
    let ends: Vec<&JobEnd> = state.ends.iter().map(|(_, end)| end).collect();
    assert_eq!(ends, [&JobEnd::Measured], "{}", state.log);
    let run = &state.filed[0];
    assert!(run.invocations.iter().all(|one| one.outcome == Outcome::Measured), "{}", state.log);
    assert_eq!(run.plan.variants[0].name, "wasmi@head");
    let built = &run.engines[0];
    // A checkout that git knows is known by its commit.
    assert!(built.build_id.starts_with(&bench.commit[..12]), "{}", built.build_id);
}
