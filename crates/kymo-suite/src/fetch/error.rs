//! Why a module could not be fetched.

use super::Package;
use kymo_model::ModuleHash;
use std::io;
use std::path::{Path, PathBuf};

/// Why a module could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The registry's client is not installed.
    #[error("cannot fetch {package}: {client} is not on PATH; install it, as with: sudo apt-get install {debian}")]
    NoClient {
        /// The package.
        package: Package,
        /// The client.
        client: &'static str,
        /// The package of Debian that has it.
        debian: &'static str,
    },
    /// The client failed, most often for want of a network.
    #[error("cannot fetch {package}: {client} failed{said}")]
    Client {
        /// The package.
        package: Package,
        /// The client.
        client: &'static str,
        /// The end of what it wrote to standard error.
        said: String,
    },
    /// The registry has other bytes under this name and version.
    #[error(
        "the package {package} is another one than this suite was written for\ndeclared: {}\nfound:    {found}",
        package.sha256
    )]
    OtherPackage {
        /// The package, with the declared hash.
        package: Package,
        /// The hash of what came.
        found: ModuleHash,
    },
    /// The package does not hold the file.
    #[error("the package {package} holds no file '{file}'{}", listed(.modules))]
    NoFile {
        /// The package.
        package: Package,
        /// The file that was wanted.
        file: String,
        /// The modules that it does hold.
        modules: Vec<String>,
    },
    /// The file in the package is another one.
    #[error("'{file}' in the package is another module\ndeclared: {declared}\nfound:    {found}")]
    OtherModule {
        /// The file in the package.
        file: String,
        /// The hash in `suite.toml`.
        declared: ModuleHash,
        /// The hash of the file.
        found: ModuleHash,
    },
    /// The package cannot be unpacked.
    #[error("cannot unpack the package {package}: {source}")]
    Unpack {
        /// The package.
        package: Package,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The cache cannot be used.
    #[error("cannot {action} {path}: {source}", path = .path.display())]
    Disk {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl FetchError {
    pub(super) fn disk(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Disk { action, path: path.to_owned(), source }
    }

    /// Whether `suite.toml` is at fault, and not the world.
    pub(crate) fn is_of_the_suite(&self) -> bool {
        matches!(self, Self::OtherPackage { .. } | Self::NoFile { .. } | Self::OtherModule { .. })
    }
}

fn listed(modules: &[String]) -> String {
    if modules.is_empty() { "; it holds no module".to_owned() } else { format!("; it holds {}", modules.join(", ")) }
}
