//! What a worker provides to a module: the system interface, and the two functions that bracket the region.

use super::{fibers, sockets};
use kymo_model::Feature;

/// The functions of WASI 0.1, from its witx file.
const WASI_P1: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

/// Whether a core module's import has a provider, by its names.
pub(super) enum Provider {
    /// A system interface, which an engine may lack.
    Interface(Feature),
    /// The measuring loop.
    Bench,
    /// Fibers that the host makes and switches.
    Fibers,
    /// Sockets of the host.
    Sockets,
    /// Nobody; the text says why, where more than "unknown" can be said.
    Nobody(Option<&'static str>),
}

/// Who provides the function `module`.`name` to a core module.
pub(super) fn function(module: &str, name: &str) -> Provider {
    match module {
        "wasi_snapshot_preview1" if WASI_P1.binary_search(&name).is_ok() => Provider::Interface(Feature::WasiP1),
        "wasi_snapshot_preview1" => Provider::Nobody(Some("WASI 0.1 has no such function")),
        "wasi_unstable" => Provider::Nobody(Some(
            "this snapshot of WASI is older than 0.1 and not supported; build the module with a current toolchain",
        )),
        // Proposed under this name only; what exactly it holds differs between engines, so names are not checked.
        "wasi_ephemeral_nn" => Provider::Interface(Feature::WasiNn),
        "bench" if name == "start" || name == "end" => Provider::Bench,
        "bench" => Provider::Nobody(Some("bench has only start and end")),
        fibers::MODULE => Provider::Fibers,
        sockets::MODULE => Provider::Sockets,
        _ => Provider::Nobody(None),
    }
}

/// Who provides the instance of this name to a component. A name such as `wasi:cli/run@0.2.3` says package,
/// interface and version.
pub(super) fn instance(name: &str) -> Provider {
    if name == "bench" {
        return Provider::Bench;
    }
    let Some(rest) = name.strip_prefix("wasi:") else {
        return Provider::Nobody(None);
    };
    let package = rest.split('/').next().unwrap_or_default();
    let version = rest.split_once('@').map(|(_, version)| version);
    if version.is_some_and(|version| version.starts_with("0.3.")) {
        return instance_of_p3(package);
    }
    if !version.is_some_and(|version| version.starts_with("0.2.")) {
        return Provider::Nobody(Some("version 0.2 of WASI is provided to components, and 0.3 to servers, no other"));
    }
    match package {
        "cli" | "clocks" | "filesystem" | "io" | "random" => Provider::Interface(Feature::WasiP2),
        "sockets" => Provider::Interface(Feature::WasiSockets),
        "http" => Provider::Interface(Feature::WasiHttp),
        "nn" => Provider::Interface(Feature::WasiNn),
        _ => Provider::Nobody(Some("WASI 0.2 has no such package")),
    }
}

/// WASI 0.3 comes with its HTTP: there is no engine yet that runs programs on it and is measured here.
fn instance_of_p3(package: &str) -> Provider {
    match package {
        "http" | "cli" | "clocks" | "filesystem" | "random" | "sockets" => Provider::Interface(Feature::WasiHttpP3),
        _ => Provider::Nobody(Some("WASI 0.3 has no such package")),
    }
}

#[cfg(test)]
mod tests {
    use super::WASI_P1;

    #[test]
    fn functions_are_sorted_for_the_binary_search() {
        assert!(WASI_P1.is_sorted());
        assert_eq!(WASI_P1.len(), 46, "WASI 0.1 has 45 functions and the later sock_accept");
    }
}
