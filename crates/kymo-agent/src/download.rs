//! Fetches what a project's environment is made from, where jobs may have the network for it.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// How long a download may take.
const TIMEOUT: Duration = Duration::from_secs(1800);

/// Bytes that are taken at once.
const PIECE_BYTES: usize = 1 << 16;

/// Fetches an https address into a file, at most so many bytes. What comes is held against its hash by the caller.
///
/// # Errors
/// What went wrong, in words.
pub(crate) fn download(url: &str, to: &Path, bytes_max: u64) -> Result<(), String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder().tls_config(tls).https_only(true).timeout_global(Some(TIMEOUT)).build();
    let mut answer = Agent::new_with_config(config).get(url).call().map_err(|error| error.to_string())?;
    let mut from = answer.body_mut().with_config().limit(bytes_max.saturating_add(1)).reader();
    let mut file = File::create(to).map_err(|error| error.to_string())?;
    let (mut piece, mut count) = (vec![0; PIECE_BYTES], 0);
    loop {
        let read = from.read(&mut piece).map_err(|error| error.to_string())?;
        if read == 0 {
            return file.sync_all().map_err(|error| error.to_string());
        }
        count += read as u64;
        if count > bytes_max {
            return Err(format!("it has more than {bytes_max} bytes"));
        }
        file.write_all(&piece[..read]).map_err(|error| error.to_string())?;
    }
}
