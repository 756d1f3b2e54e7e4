//! Where the files of the kernel are read from: `/` on a live machine, a made-up tree in tests.

use std::path::{Path, PathBuf};

/// The folder that holds `proc` and `sys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root(PathBuf);

impl Default for Root {
    fn default() -> Self {
        Self::live()
    }
}

impl Root {
    /// The machine's own tree.
    pub fn live() -> Self {
        Self(PathBuf::from("/"))
    }

    /// A tree under `folder`.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The place of `path` (without a leading slash) in this tree.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }

    /// The text of a file, without white space at its ends; `None` where it cannot be read or is empty.
    pub fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = std::fs::read(self.path(path)).ok()?;
        // Names of processes and machines may hold any bytes; the figures beside them are ASCII.
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The number that is a file's whole text.
    pub fn number(&self, path: impl AsRef<Path>) -> Option<u64> {
        self.text(path)?.parse().ok()
    }

    /// Whether there is such a file or folder.
    pub fn has(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// The names in a folder, sorted; none where it cannot be read.
    pub fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(folder)) else {
            return Vec::new();
        };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// The numbers of the processors that the kernel has folders for, in order.
    pub fn processors(&self) -> Vec<u32> {
        let names = self.names("sys/devices/system/cpu");
        let mut numbers: Vec<u32> = names.iter().filter_map(|name| name.strip_prefix("cpu")?.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
    }
}

/// The text after `key` and its colon in a file of `key: value` lines, such as `/proc/meminfo`.
pub(crate) fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim())
    })
}

/// The bytes of a field given as `N kB`, as the kernel writes amounts of memory.
pub(crate) fn field_bytes(text: &str, key: &str) -> Option<u64> {
    let value = field(text, key)?.strip_suffix("kB")?.trim();
    value.parse::<u64>().ok()?.checked_mul(1024)
}
