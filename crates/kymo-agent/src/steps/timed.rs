//! A command that is timed as a whole: what `kymo run` is given for it.

use crate::cell::inside;
use kymo_model::ProjectName;
use sha2::{Digest, Sha256};
use std::io::Result;
use std::path::Path;

/// Bytes of a module whose `_start` returns at once: types, functions, exports, code.
const BODY: &[u8] = b"\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x0a\x01\x06_start\0\0\x0a\x04\x01\x02\0\x0b";

/// The name of the section that holds the command.
const SECTION: &str = "kymograph.command";

/// A module that stands for a command: `kymo run` measures modules, and the engine `exec` the command beside it. The
/// command is inside, so that another command is another module, and no series goes on over both.
fn module(command: &str) -> Vec<u8> {
    let mut section = Vec::new();
    length(&mut section, SECTION.len());
    section.extend_from_slice(SECTION.as_bytes());
    section.extend_from_slice(command.as_bytes());
    let mut module = b"\0asm\x01\0\0\0\0".to_vec();
    length(&mut module, section.len());
    module.extend_from_slice(&section);
    module.extend_from_slice(BODY);
    module
}

/// A number in LEB128.
fn length(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Writes a suite of one benchmark, `PROJECT/NAME`, and the command into the folder that the job is given; gives the target
/// and the engine.
///
/// # Errors
/// Those of the file system.
pub(super) fn give(given: &Path, project: &ProjectName, name: &str, command: &str) -> Result<(String, String)> {
    let folder = given.join(name);
    std::fs::create_dir_all(&folder)?;
    let module = module(command);
    let sha256: String = Sha256::digest(&module).iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(folder.join("command.wasm"), module)?;
    std::fs::write(folder.join("suite.toml"), suite(project, name, &sha256))?;
    // It is called from the folder that it lies in, so that names are short; it runs in the checkout.
    std::fs::write(given.join(format!("{name}.sh")), format!("cd {}\n{command}\n", inside::SOURCE))?;
    Ok((format!("{name}/suite.toml"), format!("exec:sh -e {name}.sh")))
}

/// The names are of plain characters: `kymo.toml` and the server refuse others.
fn suite(project: &ProjectName, name: &str, sha256: &str) -> String {
    format!(
        "schema = 1\nname = \"{project}\"\nabout = \"A command of the project.\"\n\n[[benchmark]]\nname = \"{name}\"\n\
         about = \"Timed as a whole process.\"\nartifact = \"command.wasm\"\nsha256 = \"{sha256}\"\ncheck = \"none\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_command_is_another_module() {
        let long = "x".repeat(300);
        for command in ["make bench", "make -j bench", long.as_str()] {
            let module = module(command);
            assert!(module.starts_with(b"\0asm\x01\0\0\0\0") && module.ends_with(BODY));
            // The section's length leads to the next section.
            let (size, bytes) = if command.len() < 100 {
                (usize::from(module[9]), 1)
            } else {
                (usize::from(module[9] & 0x7f) | usize::from(module[10]) << 7, 2)
            };
            assert_eq!(&module[9 + bytes + size..], BODY);
        }
        assert_ne!(module("a"), module("b"));
    }
}
