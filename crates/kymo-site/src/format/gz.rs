//! Gzip inside the file, since not every host compresses.

use super::FormatError;
use sha2::{Digest, Sha256};
use std::io::{Read, Write};

/// Digits of a content's name.
const NAME_DIGITS: usize = 16;

/// Nothing that we write is larger than this when unpacked; what claims to be is not ours.
const UNPACKED_BYTES: u64 = 256 << 20;

/// Points are mostly noise, which no effort compresses: level 6 takes twice the time for 1 % of the bytes of segments.
const LEVEL: u32 = 3;

/// Packs a content. The same content gives the same bytes.
pub fn pack(raw: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::with_capacity(raw.len() / 2), flate2::Compression::new(LEVEL));
    // A vector takes whatever is written.
    let written = packer.write_all(raw).and_then(|()| packer.finish());
    written.unwrap_or_default()
}

/// Unpacks a file; one that a host unpacked already is taken as it is.
///
/// # Errors
/// When it is damaged.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.to_vec());
    }
    let mut raw = Vec::with_capacity(bytes.len() * 3);
    let read = flate2::read::GzDecoder::new(bytes).take(UNPACKED_BYTES).read_to_end(&mut raw);
    read.map_err(|error| FormatError::new(format!("not readable as gzip: {error}")))?;
    Ok(raw)
}

/// The name of a content: the first digits of its SHA-256.
pub fn name(raw: &[u8]) -> String {
    let digest = Sha256::digest(raw);
    digest.iter().take(NAME_DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_come_back_packed_or_not() {
        let text = b"{\"a\": [1, 1, 1, 1, 1, 1, 1, 1]}";
        assert_eq!(unpack(&pack(text)).unwrap(), text);
        assert_eq!(unpack(text).unwrap(), text);
        assert_eq!(pack(text), pack(text));
        assert!(unpack(&pack(text)[..12]).is_err());
    }

    #[test]
    fn the_name_is_the_start_of_the_hash() {
        assert_eq!(name(b"abc"), "ba7816bf8f01cfea");
    }
}
