//! Environments of every kind, made for real and run in.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kymo_model::Bytes;
use kymo_model::watch::project_file::EnvironmentKind;
use kymo_sandbox::environment::{Environment, EnvironmentError, Environments, sweep};
use kymo_sandbox::{Beneath, How, Network, Root, Sandbox, SandboxError, Workspace};
use kymo_testing::tar_of;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use support::{Slot, run};

/// A repository and a cache.
struct Lab {
    slot: Slot,
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Option<Self> {
        let slot = Slot::new()?;
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("repository")).unwrap();
        fs::create_dir_all(folder.path().join("cache")).unwrap();
        Some(Self { slot, folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("repository").join(name)
    }

    fn get(&self, kind: &EnvironmentKind) -> Result<Environment, EnvironmentError> {
        let mut limits = self.slot.sandbox(&["x"]).limits;
        limits.disk = Bytes::new(256 << 20);
        let cache = self.folder.path().join("cache");
        let environments =
            Environments { cache: &cache, download: None, network: Network::None, limits, host_folders: &[] };
        environments.get(kind, &Beneath::open(&self.path("")).unwrap(), &AtomicBool::new(false))
    }

    fn error(&self, kind: &EnvironmentKind) -> String {
        self.get(kind).unwrap_err().to_string()
    }

    fn run(&self, environment: &Environment, command: &[&str]) -> support::Came {
        let sandbox = self.slot.sandbox(command);
        let mut variables = sandbox.variables.clone();
        variables.extend(environment.variables.clone());
        run(&Sandbox { root: environment.root.clone(), variables, ..sandbox })
    }
}

/// The attacker without libraries: a program that runs in any root.
fn alone() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacker-alone");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacker");
        let files = ["attacker.c", "reach.c", "exhaust.c", "calls.c"].map(|name| sources.join(name));
        assert!(Command::new("cc").args(["-static", "-o"]).arg(&to).args(files).status().unwrap().success());
        to
    })
}

/// A tree with one program, as a tar.
fn root_archive() -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_path_with_name(alone(), "bin/tool").unwrap();
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    builder.append_link(&mut link, "bin/alias", "/bin/tool").unwrap();
    builder.into_inner().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

fn archive(from: &str, sha256: &str) -> EnvironmentKind {
    EnvironmentKind::Archive { from: from.into(), sha256: sha256.into() }
}

#[test]
fn an_archive_is_a_root_however_it_is_compressed() {
    let Some(lab) = Lab::new() else { return };
    let plain = root_archive();
    let all = [
        ("root.tar", plain.clone()),
        ("root.tar.gz", gzip(&plain)),
        ("root.tar.zst", zstd::encode_all(plain.as_slice(), 1).unwrap()),
    ];
    let mut digests = Vec::new();
    for (name, bytes) in all {
        fs::write(lab.path(name), &bytes).unwrap();
        let environment = lab.get(&archive(name, &sha256(&bytes))).unwrap();
        let came = lab.run(&environment, &["/bin/alias", "list", "/"]);
        assert_eq!(
            (came.ended.how, came.output.as_str()),
            (How::Exited(0), "bin dev etc opt proc tmp work"),
            "{came:?}"
        );
        // It is made once.
        let Root::Folder(root) = &environment.root else { panic!("a folder") };
        let made = root.metadata().unwrap().created().unwrap();
        assert_eq!(lab.get(&archive(name, &sha256(&bytes))).unwrap(), environment);
        assert_eq!(root.metadata().unwrap().created().unwrap(), made);
        digests.push(environment.digest);
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "the same tree is the same environment");
    assert!(digests[0].0.starts_with("sha256:"));
    assert_ne!(lab.get(&EnvironmentKind::Host).unwrap().digest, digests[0]);
}

#[test]
fn an_archive_that_is_wrong_is_the_projects_affair() {
    let Some(lab) = Lab::new() else { return };
    fs::write(lab.path("root.tar"), root_archive()).unwrap();
    symlink("/etc/passwd", lab.path("link.tar")).unwrap();
    let none = "0".repeat(64);
    let found = sha256(&root_archive());
    assert_eq!(lab.error(&archive("root.tar", &none)), format!("root.tar has the SHA-256 {found}, not {none}"));
    assert_eq!(lab.error(&archive("none.tar", &none)), "\"none.tar\" is not there");
    let error = lab.error(&archive("link.tar", &none));
    assert_eq!(error, "\"link.tar\" is a symbolic link, or behind one: only plain files are taken");
    let error = lab.get(&archive("https://example.org/root.tar", &none)).unwrap_err();
    assert!(matches!(error, EnvironmentError::Machine(SandboxError::Unsupported(_))), "{error}");
    let left = fs::read_dir(lab.folder.path().join("cache/trees")).map(|all| all.count()).unwrap_or_default();
    assert_eq!(left, 0, "nothing is kept of what failed");
}

/// An image of two layers in the OCI's layout; returns its bytes and the digest of its manifest.
fn oci_image() -> (Vec<u8>, String) {
    let first = gzip(&root_archive());
    let second = tar_of(&[("bin/.wh.alias".into(), Vec::new()), ("etc/made".into(), b"by layer two".to_vec())]);
    let configuration = br#"{"config":{"Env":["PATH=/bin","TOOL=1"]}}"#.to_vec();
    let blob = |bytes: &[u8]| (format!("blobs/sha256/{}", sha256(bytes)), bytes.to_vec());
    let part = |bytes: &[u8]| format!(r#"{{"digest":"sha256:{}","size":{}}}"#, sha256(bytes), bytes.len());
    let manifest =
        format!(r#"{{"config":{},"layers":[{},{}]}}"#, part(&configuration), part(&first), part(&second)).into_bytes();
    let index = format!(r#"{{"manifests":[{}]}}"#, part(&manifest)).into_bytes();
    let files = [blob(&first), blob(&second), blob(&configuration), blob(&manifest), ("index.json".into(), index)];
    (tar_of(&files), sha256(&manifest))
}

#[test]
fn an_image_is_its_layers_and_its_variables() {
    let Some(lab) = Lab::new() else { return };
    let (image, digest) = oci_image();
    fs::write(lab.path("image.tar"), &image).unwrap();
    let environment = lab.get(&EnvironmentKind::Image("image.tar".into())).unwrap();
    assert_eq!(environment.variables["TOOL"], "1");
    assert_eq!(lab.run(&environment, &["tool", "list", "/bin"]).output, "tool");
    assert_eq!(lab.run(&environment, &["tool", "list", "/etc"]).output, "made resolv.conf");
    // The same by name, once an operator put it there.
    let name = EnvironmentKind::Image(format!("tools@sha256:{digest}"));
    let error = lab.get(&name).unwrap_err();
    assert!(matches!(error, EnvironmentError::Machine(SandboxError::Unsupported(_))), "{error}");
    let images = lab.folder.path().join("cache/images");
    fs::create_dir_all(&images).unwrap();
    fs::write(images.join(format!("{digest}.tar")), &image).unwrap();
    assert_eq!(lab.get(&name).unwrap().digest, environment.digest);
    let other = "1".repeat(64);
    fs::write(images.join(format!("{other}.tar")), &image).unwrap();
    let error = lab.error(&EnvironmentKind::Image(format!("tools@sha256:{other}")));
    assert!(error.starts_with("the image has the digests ") && error.contains(&digest), "{error}");
}

#[test]
fn an_image_of_docker_save_is_read_as_well() {
    let Some(lab) = Lab::new() else { return };
    let files = [
        ("manifest.json".to_owned(), br#"[{"Config":"c.json","Layers":["one/layer.tar"]}]"#.to_vec()),
        ("c.json".to_owned(), br#"{"config":{"Env":["PATH=/bin"]}}"#.to_vec()),
        ("one/layer.tar".to_owned(), root_archive()),
    ];
    fs::write(lab.path("image.tar"), tar_of(&files)).unwrap();
    let environment = lab.get(&EnvironmentKind::Image("image.tar".into())).unwrap();
    assert_eq!(lab.run(&environment, &["tool", "list", "/bin"]).output, "alias tool");
}

#[test]
fn an_image_with_a_part_exchanged_is_refused() {
    let Some(lab) = Lab::new() else { return };
    let (image, _) = oci_image();
    let text = b"by layer two";
    let at = image.windows(text.len()).position(|window| window == text).unwrap();
    let mut exchanged = image;
    exchanged[at] = b'B';
    fs::write(lab.path("image.tar"), exchanged).unwrap();
    let error = lab.error(&EnvironmentKind::Image("image.tar".into()));
    assert!(error.starts_with("the image cannot be read: the part ") && error.contains("has the SHA-256"), "{error}");
    fs::write(lab.path("empty.tar"), tar_of(&[])).unwrap();
    assert_eq!(lab.error(&EnvironmentKind::Image("empty.tar".into())), "\"manifest.json\" is not there");
}

#[test]
fn a_dockerfile_is_built_offline_with_no_rights() {
    let Some(lab) = Lab::new() else { return };
    let kind = EnvironmentKind::Dockerfile("ci/Dockerfile".into());
    fs::create_dir(lab.path("ci")).unwrap();
    let dockerfile = "FROM scratch\nADD root.tar /\nENV TOOL=2\nRUN [\"/bin/tool\", \"create\", \"/bin/made\", \
        \"/proc/sys/kernel/core_pattern\", \"/sys/fs/cgroup/memory/x\"]\nRUN [\"/bin/tool\", \"connect\", \"8.8.8.8\", \"53\"]\n";
    fs::write(lab.path("ci/Dockerfile"), dockerfile).unwrap();
    fs::write(lab.path("ci/root.tar"), root_archive()).unwrap();
    if !Path::new("/usr/bin/buildah").exists()
        || !["/usr/sbin/runc", "/usr/bin/runc"].iter().any(|p| Path::new(p).exists())
    {
        println!("skipped the build: apt-get install buildah runc");
        assert_eq!(lab.error(&kind), "unsupported: Dockerfiles cannot be built: apt-get install buildah runc");
        return;
    }
    let start = std::time::Instant::now();
    let environment = lab.get(&kind).unwrap();
    println!("built in {:.1} s", start.elapsed().as_secs_f64());
    assert_eq!(environment.variables["TOOL"], "2");
    assert_eq!(lab.run(&environment, &["/bin/tool", "list", "/bin"]).output, "alias made tool");
    assert_eq!(lab.get(&kind).unwrap(), environment, "kept");
    // What a commit changes elsewhere does not matter; what lies beside the Dockerfile does.
    fs::write(lab.path("source.c"), "").unwrap();
    assert_eq!(lab.get(&kind).unwrap(), environment);
    fs::write(lab.path("ci/Dockerfile"), "FROM scratch\nADD root.tar /\nRUN [\"/bin/tool\", \"nothing\"]\n").unwrap();
    let error = lab.error(&kind);
    assert!(error.starts_with("the Dockerfile cannot be built: "), "{error}");
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    assert!(!mounts.contains(lab.folder.path().to_str().unwrap()), "{mounts}");
}

#[test]
fn the_file_of_an_archive_may_not_change_after_it_was_checked() {
    let Some(lab) = Lab::new() else { return };
    let bytes = root_archive();
    fs::write(lab.path("root.tar"), &bytes).unwrap();
    let environment = lab.get(&archive("root.tar", &sha256(&bytes))).unwrap();
    File::create(lab.path("root.tar")).unwrap();
    assert_eq!(lab.get(&archive("root.tar", &sha256(&bytes))).unwrap(), environment, "what is kept is kept");
}

#[test]
fn what_a_killed_runner_half_made_is_removed() {
    let Some(lab) = Lab::new() else { return };
    let cache = lab.folder.path().join("cache");
    let half = cache.join("trees/making-1-dockerfile-x");
    fs::create_dir_all(half.join("root")).unwrap();
    let disk = Workspace::create(&half.join("beside/storage"), Bytes::new(8 << 20), 0).unwrap();
    fs::create_dir_all(cache.join("trees/archive-x")).unwrap();
    assert!(disk.folder().exists());
    assert_eq!(sweep(&cache), 1);
    assert!(!half.exists() && cache.join("trees/archive-x").exists());
    assert_eq!(sweep(&cache), 0);
}

#[test]
fn a_root_without_room_for_the_sandbox_is_the_projects_affair() {
    let Some(lab) = Lab::new() else { return };
    let link = |name: &str, to: &str| {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder.append_link(&mut header, name, to).unwrap();
        builder.into_inner().unwrap()
    };
    for name in ["tmp", "work", "proc", "dev", "etc", "opt"] {
        let bytes = link(name, "/usr");
        fs::write(lab.path("root.tar"), &bytes).unwrap();
        let error = lab.get(&archive("root.tar", &sha256(&bytes))).unwrap_err();
        assert!(matches!(error, EnvironmentError::Project(_)), "{name}: {error}");
    }
    let bytes = link("etc/resolv.conf", "../run/resolver");
    fs::write(lab.path("root.tar"), &bytes).unwrap();
    lab.get(&archive("root.tar", &sha256(&bytes))).unwrap();
}
