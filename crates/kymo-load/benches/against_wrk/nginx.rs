//! An nginx of our own, with one worker, on a port of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Nginx {
    pub address: SocketAddr,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Nginx {
    /// Starts it on a processor, and waits until it answers.
    pub fn start(cpu: u32) -> Result<Self, String> {
        let say = |error: std::io::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(say)?;
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(say)?;
        let place = folder.path().display();
        let config = format!(
            "daemon off; master_process off; worker_processes 1; pid {place}/pid; error_log {place}/error.log;\n\
             events {{ worker_connections 4096; }}\n\
             http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {place}/a;\n\
             proxy_temp_path {place}/b; fastcgi_temp_path {place}/c; uwsgi_temp_path {place}/d;\n\
             scgi_temp_path {place}/e; server {{ listen {free};\n\
             location / {{ default_type text/plain; return 200 'Hello, World!'; }}\n\
             location /status {{ stub_status; }} }} }}\n"
        );
        let path = folder.path().join("nginx.conf");
        std::fs::write(&path, config).map_err(say)?;
        let mut command = Command::new("taskset");
        command.args(["-c", &cpu.to_string(), "nginx", "-c"]).arg(&path).stderr(Stdio::null());
        let process = command.spawn().map_err(|error| format!("taskset: {error} (install util-linux)"))?;
        let mut server = Self { address: free, process, _folder: folder };
        let start = Instant::now();
        while server.requests().is_err() {
            if let Ok(Some(status)) = server.process.try_wait() {
                return Err(format!("nginx ended with {status}: is nginx-light installed?"));
            }
            if start.elapsed() > Duration::from_secs(20) {
                return Err("nginx does not answer".to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Requests that it has taken, this one included.
    pub fn requests(&self) -> Result<u64, String> {
        let ask = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(self.address)?;
            stream.write_all(b"GET /status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")?;
            let mut text = String::new();
            stream.read_to_string(&mut text)?;
            Ok(text)
        };
        let text = ask().map_err(|error| error.to_string())?;
        let after = text.split("requests\n").nth(1).and_then(|rest| rest.split_ascii_whitespace().nth(2));
        after.and_then(|count| count.parse().ok()).ok_or_else(|| format!("nginx has no stub_status: {text}"))
    }

    /// Processor time that it has used, in seconds.
    pub fn cpu_s(&self) -> Result<f64, String> {
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", self.process.id()));
        let text = text.map_err(|error| error.to_string())?;
        let ns: Option<f64> = text.split_ascii_whitespace().next().and_then(|ns| ns.parse().ok());
        ns.map(|ns| ns * 1e-9).ok_or_else(|| "the kernel does not count processor time by process".to_owned())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It has no state to lose.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
