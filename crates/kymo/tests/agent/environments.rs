//! Jobs in environments of the project's own: an archive, an image, a Dockerfile, each built and measured in by the agent.

use crate::bench::{Bench, PROJECT, why_not};
use crate::server::Server;
use crate::support::{Home, bin};
use kymo_model::Bytes;
use kymo_model::watch::JobEnd;
use kymo_testing::tar_of;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What tells the root of the project's from that of the machine.
const MARK: &str = "only here";

/// The project in an environment, which shows where it runs.
fn project(environment: &str) -> String {
    let build = "[build]\nrun = [\"cat /etc/mark\", \"test ! -e /usr/bin/git\", \"cat fib.wasm > built\"]\n";
    let (_, measure) = PROJECT.split_once("[[measure]]").unwrap();
    let measure = measure.replace("mock[sleep=0.2]", "mock").replace("other,sleep=0.2", "other");
    format!("version = 1\nproject = \"sample\"\n[environment]\n{environment}\n{build}[[measure]]{measure}")
}

/// The libraries that a program of this machine needs.
fn libraries(program: &Path) -> Vec<PathBuf> {
    let said = Command::new("ldd").arg(program).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    said.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect()
}

/// A tree with a shell, `cat` and what `kymo` and its worker need, as an archive in the repository.
fn root_archive(home: &Home) -> Vec<u8> {
    let tree = home.path("tree");
    let mut files: BTreeSet<PathBuf> = ["/bin/sh", "/bin/cat"].map(PathBuf::from).into();
    let programs = [bin().join("kymo"), bin().join("kymo-worker-mock")];
    let of_programs: Vec<PathBuf> = files.iter().chain(&programs).flat_map(|program| libraries(program)).collect();
    files.extend(of_programs);
    for file in files {
        // As a plain file in its own place, whatever links lead there on this machine.
        let to = tree.join(file.strip_prefix("/").unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&file, &to).unwrap();
    }
    std::fs::create_dir_all(tree.join("etc")).unwrap();
    std::fs::write(tree.join("etc/mark"), format!("{MARK}\n")).unwrap();
    let archive = home.path("root.tar");
    let made = Command::new("tar").args(["--sort=name", "-cf"]).arg(&archive).arg("-C").arg(&tree).arg(".").status();
    assert!(made.unwrap().success());
    std::fs::read(archive).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An OCI archive with one layer, by the image-layout and manifest specifications of the Open Container Initiative.
fn image(layer: Vec<u8>) -> Vec<u8> {
    let blob = |bytes: Vec<u8>| (format!("blobs/sha256/{}", sha256(&bytes)), bytes);
    let described = |kind: &str, (name, bytes): &(String, Vec<u8>)| {
        let (kind, digest) = (format!("application/vnd.oci.image.{kind}"), name.replace("blobs/sha256/", "sha256:"));
        serde_json::json!({"mediaType": kind, "digest": digest, "size": bytes.len()})
    };
    let layer = blob(layer);
    let config = serde_json::json!({
        "architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/usr/bin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [layer.0.replace("blobs/sha256/", "sha256:")]},
    });
    let config = blob(config.to_string().into_bytes());
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("config.v1+json", &config), "layers": [described("layer.v1.tar", &layer)],
    });
    let manifest = blob(manifest.to_string().into_bytes());
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [described("manifest.v1+json", &manifest)]});
    let layout = b"{\"imageLayoutVersion\":\"1.0.0\"}".to_vec();
    let index = index.to_string().into_bytes();
    tar_of(&[("oci-layout".to_owned(), layout), ("index.json".to_owned(), index), manifest, config, layer])
}

/// Carries two jobs out in the environment; the log of both. The second takes the environment that the first made.
fn carried_out(environment: impl FnOnce(&[u8]) -> (String, Vec<(&'static str, Vec<u8>)>)) -> Option<String> {
    if let Some(why) = why_not() {
        eprintln!("{why}");
        return None;
    }
    let made = Home::new();
    let (toml, files) = environment(&root_archive(&made));
    let bench = Bench::with(&project(&toml), |home| {
        for (name, bytes) in &files {
            home.write(&format!("repo/{name}"), bytes);
        }
    });
    let server = Server::start();
    let mut policy = bench.policy();
    policy.build_limits.disk = Bytes::new(512 << 20);
    for _ in 0..2 {
        server.add(&bench.commit, &policy);
        let ran = bench.run(&server, &["--once"]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }
    let state = server.state();
    let ends: Vec<&JobEnd> = state.ends.iter().map(|(_, end)| end).collect();
    assert_eq!(ends, [&JobEnd::Measured, &JobEnd::Measured], "{}", state.log);
    assert_eq!(state.filed.len(), 2);
    let digests: BTreeSet<_> =
        state.ended.values().filter_map(|(request, _)| Some(request.environment.clone()?.0)).collect();
    assert_eq!(digests.len(), 1, "one environment, one identity");
    assert_eq!(bench.names("environments/trees").len(), 1, "made once");
    assert_eq!(state.log.matches(&format!("{MARK}\n")).count(), 2, "{}", state.log);
    Some(state.log.clone())
}

#[test]
fn a_job_runs_in_an_archive() {
    carried_out(|root| {
        let toml = format!("archive = \"root.tar\"\nsha256 = \"{}\"", sha256(root));
        (toml, vec![("root.tar", root.to_vec())])
    });
}

#[test]
fn a_job_runs_in_an_image() {
    carried_out(|root| ("image = \"image.tar\"".to_owned(), vec![("image.tar", image(root.to_vec()))]));
}

#[test]
fn a_job_runs_in_what_a_dockerfile_makes() {
    if !Path::new("/usr/bin/buildah").exists() {
        eprintln!("skipped: Dockerfiles need buildah");
        return;
    }
    let dockerfile =
        "FROM scratch\nADD env/root.tar /\nENV FROM_IMAGE=1\nRUN [\"/bin/sh\", \"-c\", \"cat /etc/mark\"]\n";
    carried_out(|root| {
        let toml = "dockerfile = \"Dockerfile\"".to_owned();
        (toml, vec![("Dockerfile", dockerfile.as_bytes().to_vec()), ("env/root.tar", root.to_vec())])
    });
}
