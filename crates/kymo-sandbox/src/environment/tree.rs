//! The digest of a tree: names, kinds, which files are programs, contents, where links lead. Not owners, times or other
//! modes, which an unpacked tree does not have.

use super::sha256_of;
use crate::profile::hexadecimal;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Hashes the tree below `root`, which nobody else writes to.
pub(super) fn digest(root: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    folder(root, root, &mut hash)?;
    Ok(hexadecimal(&hash.finalize()))
}

fn folder(root: &Path, at: &Path, hash: &mut Sha256) -> io::Result<()> {
    let mut paths = fs::read_dir(at)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let facts = path.symlink_metadata()?;
        let name = path.strip_prefix(root).unwrap_or(&path).as_os_str().as_bytes().to_owned();
        // The zero byte is in no name, so that no two trees are written the same.
        let mut entry = |kind: &str, content: &[u8]| {
            hash.update(kind);
            hash.update(&name);
            hash.update([0]);
            hash.update(content);
            hash.update([0]);
        };
        if facts.is_dir() {
            entry("folder ", b"");
            folder(root, &path, hash)?;
        } else if facts.is_symlink() {
            entry("link ", fs::read_link(&path)?.as_os_str().as_bytes());
        } else if facts.is_file() {
            let kind = if facts.permissions().mode() & 0o111 == 0 { "file " } else { "program " };
            entry(kind, sha256_of(&mut File::open(&path)?)?.as_bytes());
        }
    }
    Ok(())
}
