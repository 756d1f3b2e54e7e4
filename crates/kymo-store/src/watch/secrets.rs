//! Secrets: 256 random bits, kept as a SHA-256 only. That many random bits need no slow hash: nobody can try them out.

use super::words::hex;
use crate::fault::Fault;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Characters of 256 bits in base64.
pub const SECRET_CHARACTERS: usize = 43;

fn random<const BYTES: usize>() -> Result<[u8; BYTES], Fault> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::Damaged(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}

/// 256 random bits in 43 characters.
pub fn secret() -> Result<String, Fault> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// A random name that is no secret, in 16 hexadecimal digits.
pub fn public_name() -> Result<String, Fault> {
    Ok(hex(&random::<8>()?))
}

/// What is kept of a secret.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

/// A second secret, made from a first that it does not give away.
pub fn derived(secret: &str, purpose: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{purpose}\n{secret}")))
}

/// Whether two hashes are the same, in a time that does not tell where they differ.
pub fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}
