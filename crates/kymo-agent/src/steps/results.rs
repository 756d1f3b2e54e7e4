//! A result: a run document that a job left, made one of this commit and this machine, and spooled.

use flate2::Compression;
use flate2::write::GzEncoder;
use kymo_model::{Commit, Filing, Machine, ProjectName, Run};
use sha2::{Digest, Sha256};
use std::io::Write;

/// Bytes of a run document at most.
pub(super) const DOCUMENT_MAX_BYTES: u64 = 256 << 20;

/// Bytes of an upload at most, as the server takes it.
const UPLOAD_MAX_BYTES: usize = 32 << 20;

/// A result, ready to be sent.
pub(super) struct Packed {
    /// SHA-256 of the bytes, in hexadecimal digits.
    pub(super) sha256: String,
    /// The document, compressed by gzip.
    pub(super) bytes: Vec<u8>,
}

/// Packs a document that came out of a job. Project, commit and machine are not for it to say: they are what this agent
/// was told and saw.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn pack(text: &[u8], project: &ProjectName, commit: &Commit, machine: &Machine) -> Result<Packed, String> {
    let mut run: Run = serde_json::from_slice(text).map_err(|error| format!("it is no run document: {error}"))?;
    let canary = run.filed.as_ref().and_then(|filed| filed.canary);
    run.filed = Some(Filing { project: project.clone(), commit: commit.clone(), canary, anchors: Vec::new() });
    run.machine = machine.clone();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut encoder, &run).map_err(|error| error.to_string())?;
    encoder.flush().map_err(|error| error.to_string())?;
    let bytes = encoder.finish().map_err(|error| error.to_string())?;
    if bytes.len() > UPLOAD_MAX_BYTES {
        return Err(format!("it has {} bytes compressed, {UPLOAD_MAX_BYTES} are the most", bytes.len()));
    }
    let sha256 = Sha256::digest(&bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    Ok(Packed { sha256, bytes })
}
