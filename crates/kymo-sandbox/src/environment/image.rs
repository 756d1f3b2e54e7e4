//! Images: archives of layers, as the OCI lays them out or `docker save` writes them.

use super::unpack::{Budget, Unpacker};
use super::{EnvironmentError, sha256_of};
use crate::beneath::Beneath;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

/// Bytes of a document in an image at most.
const DOCUMENT_MAX: u64 = 4 << 20;

/// Indexes in indexes at most.
const DEPTH_MAX: usize = 4;

/// Unpacks an image into `root`, by way of the folder `beside`. Returns its variables. With `expected`, its manifest or
/// its configuration must have that SHA-256.
pub(super) fn unpack(
    archive: File,
    beside: &Path,
    root: &Path,
    budget: &Budget,
    expected: Option<&str>,
) -> Result<BTreeMap<String, String>, EnvironmentError> {
    let folder = beside.join("image");
    fs::create_dir(&folder).map_err(|error| EnvironmentError::of_machine(&folder, &error))?;
    Unpacker::new(&folder, *budget)?.layer(archive)?;
    let image = Image { files: Beneath::open(&folder)?, bytes_max: budget.bytes };
    let content = if folder.join("index.json").exists() { image.of_oci()? } else { image.of_docker()? };
    if let Some(expected) = expected.filter(|expected| !content.digests.iter().any(|one| one == expected)) {
        let has = content.digests.join(" and ");
        return Err(EnvironmentError::Project(format!("the image has the digests {has}, not {expected}")));
    }
    let mut unpacker = Unpacker::new(root, *budget)?;
    for layer in content.layers {
        unpacker.layer(layer)?;
    }
    Ok(variables(&content.configuration))
}

struct Image {
    files: Beneath,
    bytes_max: u64,
}

struct Content {
    configuration: Value,
    layers: Vec<File>,
    /// SHA-256 of manifest and configuration, as far as the layout has them.
    digests: Vec<String>,
}

impl Image {
    fn of_oci(&self) -> Result<Content, EnvironmentError> {
        let mut document = self.document("index.json")?;
        let mut digest = String::new();
        for _ in 0..DEPTH_MAX {
            let Some(manifests) = document.get("manifests").and_then(Value::as_array) else { break };
            let wanted = manifests.iter().find(|one| is_for_this_machine(one)).or(manifests.first());
            let wanted = wanted.ok_or_else(|| wrong("its index names no manifest"))?;
            digest = digest_of(wanted)?;
            document = read(self.blob(&digest)?, &digest)?;
        }
        let configuration = digest_of(document.get("config").unwrap_or(&Value::Null))?;
        let layers = document.get("layers").and_then(Value::as_array).ok_or_else(|| wrong("it names no layers"))?;
        Ok(Content {
            configuration: read(self.blob(&configuration)?, &configuration)?,
            layers: layers.iter().map(|layer| self.blob(&digest_of(layer)?)).collect::<Result<_, _>>()?,
            digests: vec![digest, configuration],
        })
    }

    fn of_docker(&self) -> Result<Content, EnvironmentError> {
        let manifest = self.document("manifest.json")?;
        let first = manifest.get(0).ok_or_else(|| wrong("its manifest.json names no image"))?;
        let configuration =
            first.get("Config").and_then(Value::as_str).ok_or_else(|| wrong("it has no configuration"))?;
        let layers = first.get("Layers").and_then(Value::as_array).ok_or_else(|| wrong("it names no layers"))?;
        let layer = |name: &Value| {
            let name = name.as_str().ok_or_else(|| wrong("a layer has no name"))?;
            Ok(self.files.file(Path::new(name), self.bytes_max)?)
        };
        let mut file = self.files.file(Path::new(configuration), DOCUMENT_MAX)?;
        let digest = sha256_of(&mut file).map_err(|error| wrong(&error.to_string()))?;
        Ok(Content {
            configuration: self.document(configuration)?,
            layers: layers.iter().map(layer).collect::<Result<_, EnvironmentError>>()?,
            digests: vec![digest],
        })
    }

    fn document(&self, name: &str) -> Result<Value, EnvironmentError> {
        let bytes = self.files.read(Path::new(name), DOCUMENT_MAX)?;
        serde_json::from_slice(&bytes).map_err(|error| wrong(&format!("{name}: {error}")))
    }

    /// A part by its digest, which is checked.
    fn blob(&self, digest: &str) -> Result<File, EnvironmentError> {
        let mut file = self.files.file(&Path::new("blobs/sha256").join(digest), self.bytes_max)?;
        let found = sha256_of(&mut file).map_err(|error| wrong(&error.to_string()))?;
        if found != digest {
            return Err(wrong(&format!("the part {digest} has the SHA-256 {found}")));
        }
        Ok(file)
    }
}

fn read(file: File, digest: &str) -> Result<Value, EnvironmentError> {
    let document = std::io::Read::take(file, DOCUMENT_MAX);
    serde_json::from_reader(document).map_err(|error| wrong(&format!("{digest}: {error}")))
}

/// The hexadecimal digits of a descriptor's digest.
fn digest_of(descriptor: &Value) -> Result<String, EnvironmentError> {
    let digest = descriptor.get("digest").and_then(Value::as_str).and_then(|digest| digest.strip_prefix("sha256:"));
    let digest = digest.filter(|digest| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    digest.map(str::to_owned).ok_or_else(|| wrong("a part has no SHA-256"))
}

fn is_for_this_machine(manifest: &Value) -> bool {
    let own = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    manifest.pointer("/platform/architecture").and_then(Value::as_str) == Some(own)
}

/// What the image sets for every program, as its `PATH`.
fn variables(configuration: &Value) -> BTreeMap<String, String> {
    let list = configuration.pointer("/config/Env").and_then(Value::as_array);
    let pairs = list.into_iter().flatten().filter_map(Value::as_str).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(name, _)| !name.is_empty()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn wrong(what: &str) -> EnvironmentError {
    EnvironmentError::Project(format!("the image cannot be read: {what}"))
}
