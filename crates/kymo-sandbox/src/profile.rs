//! The profile: everything of a sandbox that is the same for all. A filter costs time per system call, so results under
//! two profiles are never compared.

use crate::spec::SandboxError;
use crate::{arguments, seccomp};
use sha2::{Digest, Sha256};

/// Counted up when the profile changes in a way that its texts do not show.
const VERSION: u32 = 1;

/// SHA-256 of the profile in hexadecimal digits: filters of system calls, namespaces, mounts, made-up files.
///
/// # Errors
/// Unsupported on a processor that the filters are not written for.
pub fn profile_digest() -> Result<String, SandboxError> {
    let mut hash = Sha256::new();
    hash.update(format!("kymo-sandbox profile {VERSION}\n{}\n", arguments::policy()));
    for program in seccomp::programs().map_err(SandboxError::Unsupported)? {
        hash.update(program.len().to_le_bytes());
        hash.update(program);
    }
    Ok(hexadecimal(&hash.finalize()))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who changes the profile sees it here: series begin anew.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_profile_is_what_it_was() {
        insta::assert_snapshot!(profile_digest().unwrap());
    }
}
