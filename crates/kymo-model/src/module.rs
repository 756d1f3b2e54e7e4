//! A module's identity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The SHA-256 of a module's bytes, 64 lower-case hexadecimal digits. It is the module's identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ModuleHash(#[schemars(regex(pattern = "^[0-9a-f]{64}$"))] String);

/// A text that is no SHA-256.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is no SHA-256: 64 hexadecimal digits are needed, found {count} characters", count = .0.chars().count())]
pub struct NotAHash(String);

impl ModuleHash {
    /// The hash with these 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        use std::fmt::Write;
        let mut digits = String::with_capacity(64);
        for byte in bytes {
            // Writing to a String cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Self(digits)
    }

    /// What stands where the module is not known, as in imported runs ([`crate::Lack::Modules`]): 64 zeros.
    pub fn unknown() -> Self {
        Self::from_bytes([0; 32])
    }

    /// The 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits, for tables.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl TryFrom<String> for ModuleHash {
    type Error = NotAHash;
    fn try_from(text: String) -> Result<Self, NotAHash> {
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotAHash(text))
        }
    }
}

impl From<ModuleHash> for String {
    fn from(hash: ModuleHash) -> Self {
        hash.0
    }
}

impl std::fmt::Display for ModuleHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The two kinds of WebAssembly binaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModuleKind {
    /// A core module.
    Core,
    /// A component.
    Component,
}

impl std::fmt::Display for ModuleKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Core => "core",
            Self::Component => "component",
        })
    }
}
