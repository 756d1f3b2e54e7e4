//! nginx, a server that people know, with a configuration of its own in a folder that goes with it.

use kymo_serving::Options;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Places of programs for the system's administrator, which are not on everybody's `PATH`.
const ADMINISTRATORS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// The tests that it answers.
pub const TESTS: [&str; 2] = ["plaintext", "json"];

/// The program, where it is installed.
pub fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(ADMINISTRATORS.iter().map(PathBuf::from));
    folders.map(|folder| folder.join("nginx")).find(|path| path.is_file())
}

/// What the program says of itself, as `nginx/1.22.1`.
pub fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("-v").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.trim().strip_prefix("nginx version: ").map(str::to_owned)
}

/// The configuration: the answers alone, no log, connections that are kept as long as the client likes. Bodies are
/// nobody's here, but nginx wants a place for them, and its own belong to the administrator.
pub fn configuration(folder: &Path, address: SocketAddr, options: Options) -> String {
    let folder = folder.display();
    let Options { threads, backlog, .. } = options;
    format!(
        "daemon off;\n\
         pid {folder}/pid;\n\
         error_log stderr error;\n\
         worker_processes {threads};\n\
         events {{ worker_connections 16384; }}\n\
         http {{\n\
         access_log off;\n\
         client_body_temp_path {folder}/body;\n\
         proxy_temp_path {folder}/proxy;\n\
         fastcgi_temp_path {folder}/fastcgi;\n\
         uwsgi_temp_path {folder}/uwsgi;\n\
         scgi_temp_path {folder}/scgi;\n\
         keepalive_timeout 1h;\n\
         keepalive_requests 1000000000;\n\
         tcp_nodelay on;\n\
         server {{\n\
         listen {address} backlog={backlog};\n\
         location = /plaintext {{ default_type text/plain; return 200 'Hello, World!'; }}\n\
         location = /json {{ default_type application/json; return 200 '{{\"message\":\"Hello, World!\"}}'; }}\n\
         }}\n\
         }}\n"
    )
}
