//! The allocator of a server's process: another one is loaded before the C library's.

use kymo_worker::engine::{Arguments, setting};
use kymo_worker::protocol::{Accepts, Failure, Setting};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// The setting's name.
pub const ALLOCATOR: &str = "allocator";

/// The one that is there anyway.
const SYSTEM: &str = "system";

/// An allocator that can be loaded.
struct Allocator {
    name: &'static str,
    /// The names that its library goes by, the newest first.
    files: &'static [&'static str],
    /// What to install, on Debian.
    package: &'static str,
}

const ALLOCATORS: [Allocator; 2] = [
    Allocator { name: "jemalloc", files: &["libjemalloc.so.2"], package: "libjemalloc2" },
    Allocator {
        name: "mimalloc",
        files: &["libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so.2.0"],
        package: "libmimalloc2.0",
    },
];

/// Where libraries are, beside the folder of this architecture.
const FOLDERS: [&str; 5] = ["/usr/local/lib", "/usr/lib", "/usr/lib64", "/lib", "/lib64"];

/// The setting, for a hello.
pub fn declared() -> Setting {
    let words = std::iter::once(SYSTEM).chain(ALLOCATORS.iter().map(|one| one.name));
    let accepts = Accepts::Choice(words.map(str::to_owned).collect());
    setting(
        ALLOCATOR,
        SYSTEM,
        accepts,
        "The allocator of the worker's process, that of the C library or one in its place.",
    )
}

impl Allocator {
    fn named(name: &str) -> Option<&'static Self> {
        ALLOCATORS.iter().find(|one| one.name == name)
    }

    fn find(&self) -> Option<PathBuf> {
        let own = PathBuf::from(format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH));
        let folders = || FOLDERS.iter().map(PathBuf::from).chain([own.clone()]);
        self.files.iter().flat_map(|file| folders().map(move |folder| folder.join(file))).find(|path| path.is_file())
    }
}

/// Becomes the same program with the allocator that the arguments ask for. Returns where nothing is to be done, or
/// nothing can be: [`check`] says so later, when somebody listens.
pub fn become_with(arguments: &Arguments) {
    let Some(allocator) = Allocator::named(arguments.setting(ALLOCATOR)) else { return };
    let (Some(path), Ok(program)) = (allocator.find(), std::env::current_exe()) else { return };
    if is_loaded(allocator) {
        return;
    }
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).env("LD_PRELOAD", path);
    // It returns only where it fails.
    let _ = command.exec();
}

/// Checks that the allocator which was chosen is at work.
///
/// # Errors
/// `failed`, naming what to install.
pub fn check(chosen: &str) -> Result<(), Failure> {
    let Some(allocator) = Allocator::named(chosen) else { return Ok(()) };
    let Allocator { name, package, .. } = allocator;
    if is_loaded(allocator) {
        return Ok(());
    }
    Err(Failure::failed(match allocator.find() {
        None => format!("the allocator {name} is not installed; 'apt-get install {package}' installs it on Debian"),
        Some(path) => format!(
            "the allocator {} could not be loaded; it is chosen when the worker is started, as an argument",
            path.display()
        ),
    }))
}

/// Whether the library is mapped into this process.
fn is_loaded(allocator: &Allocator) -> bool {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    maps.lines().any(|line| allocator.files.iter().any(|file| line.contains(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_allocator_needs_nothing_and_others_are_not_there_unless_loaded() {
        assert_eq!(check(SYSTEM), Ok(()));
        assert_eq!(declared().default, SYSTEM);
        for allocator in &ALLOCATORS {
            let failure = check(allocator.name).unwrap_err();
            assert!(failure.outcome.reason().starts_with("the allocator "), "{failure:?}");
        }
    }
}
