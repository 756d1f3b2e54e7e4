//! A server that is a process of its own: started, waited for until it takes connections, stopped.

use crate::parent::sys;
use crate::protocol::{Failure, Served};
use kymo_model::Outcome;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// How long a server may take until it takes connections; one that compiles a large module takes long.
const STARTING: Duration = Duration::from_secs(120);

/// How long it may take to end once it is asked to; then it is killed.
const STOPPING: Duration = Duration::from_secs(2);

/// How often it is looked whether it is there, or gone.
const LOOKING: Duration = Duration::from_millis(2);

/// How long a single try to connect may take; on loopback it is refused or made at once.
const CONNECTING: Duration = Duration::from_millis(200);

/// How much of its standard error tells why a server ended, in bytes.
const TOLD_BYTES: usize = 2000;

/// The address for a server that has to be told one: that which is asked for, with a port that is free now where the
/// system is to choose.
///
/// # Errors
/// `failed`, naming the address: it is none, or somebody listens there.
pub fn free_address(asked: &str) -> Result<SocketAddr, Failure> {
    let address: SocketAddr = asked.parse().map_err(|_| {
        Failure::failed(format!("'{asked}' is no address to listen on; it is an IP address and a port, 127.0.0.1:0"))
    })?;
    let found = TcpListener::bind(address).and_then(|listener| listener.local_addr());
    found.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            Failure::failed(format!("the address {asked} is in use; port 0 lets the system choose a free one"))
        }
        _ => Failure::failed(format!("cannot listen on {asked}: {error}")),
    })
}

/// A server that takes connections.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    address: SocketAddr,
    errors: PathBuf,
}

impl ServerProcess {
    /// Starts a server and waits until it takes connections at `address`, which nobody else does (see
    /// [`free_address`]). `errors` is the file that it writes its standard error to.
    ///
    /// # Errors
    /// What became of it where it ended before that: `crashed` by a signal, else `failed` with the end of its standard
    /// error; `failed` where it cannot be started or takes no connections.
    pub fn start(command: &mut Command, address: SocketAddr, errors: &Path) -> Result<Self, Failure> {
        sys::die_with_parent(command);
        let child = command.spawn().map_err(|error| {
            Failure::failed(format!("cannot start {}: {error}", Path::new(command.get_program()).display()))
        })?;
        let mut server = Self { child, address, errors: errors.to_owned() };
        let deadline = Instant::now() + STARTING;
        loop {
            if let Some(status) = server.ended()? {
                return Err(server.told(status, "before it took connections"));
            }
            if TcpStream::connect_timeout(&address, CONNECTING).is_ok() {
                return Ok(server);
            }
            if Instant::now() > deadline {
                server.end()?;
                let waited = STARTING.as_secs();
                return Err(Failure::failed(format!("the server took no connections at {address} within {waited} s")));
            }
            std::thread::sleep(LOOKING);
        }
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it: by SIGTERM, and by SIGKILL where that does not help.
    ///
    /// # Errors
    /// What became of it where it has ended before.
    pub fn stop(mut self) -> Result<Served, Failure> {
        if let Some(status) = self.ended()? {
            return Err(self.told(status, "before it was to stop"));
        }
        self.end()?;
        Ok(Served::default())
    }

    fn end(&mut self) -> Result<(), Failure> {
        sys::terminate(self.child.id());
        let deadline = Instant::now() + STOPPING;
        while Instant::now() < deadline {
            if self.ended()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(LOOKING);
        }
        self.child.kill().and_then(|()| self.child.wait()).map(drop).map_err(|error| lost(&error))
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        self.child.try_wait().map_err(|error| lost(&error))
    }

    fn told(&self, status: ExitStatus, when: &str) -> Failure {
        let text = std::fs::read(&self.errors).unwrap_or_default();
        let tail = String::from_utf8_lossy(&text[text.len().saturating_sub(TOLD_BYTES)..]).trim().to_owned();
        if let Some(signal) = status.signal() {
            let message = format!("the server ended {when}\n{tail}").trim_end().to_owned();
            return Failure { outcome: Outcome::Crashed { signal: sys::signal_name(signal), message } };
        }
        let code = status.code().unwrap_or_default();
        Failure::failed(format!("the server ended with code {code} {when}: {tail}").trim_end_matches([':', ' ']))
    }
}

/// A worker that fails must not leave its server behind.
impl Drop for ServerProcess {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn lost(error: &io::Error) -> Failure {
    Failure::failed(format!("cannot tell whether the server runs: {error}"))
}
