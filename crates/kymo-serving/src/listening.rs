//! The socket that a server listens on.

use kymo_worker::protocol::Failure;
use rustix::process::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{SocketAddr, TcpListener};

/// Listens on an address that the harness gives, `127.0.0.1:0` for a port that the system chooses. The socket does not
/// block. `backlog` connections may wait to be accepted; the system may allow fewer (`net.core.somaxconn`).
///
/// # Errors
/// `failed`, naming the address: it is none, or somebody else listens there.
pub fn listen(address: &str, backlog: u32) -> Result<TcpListener, Failure> {
    let parsed: SocketAddr = address.parse().map_err(|_| {
        Failure::failed(format!("'{address}' is no address to listen on; it is an IP address and a port, 127.0.0.1:0"))
    })?;
    bind(parsed, backlog).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            Failure::failed(format!("the address {address} is in use; port 0 lets the system choose a free one"))
        }
        _ => Failure::failed(format!("cannot listen on {address}: {error}")),
    })
}

fn bind(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A server that was stopped a moment ago leaves connections that wait for their end.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Lets this process have as many open files as the system allows it: each connection is one, and the usual limit is
/// 1024. Where it cannot be raised, the server runs into it and says so.
pub fn raise_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(address: &str) -> String {
        match listen(address, 1).unwrap_err().outcome {
            kymo_model::Outcome::Failed { message } => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_port_in_use_and_what_is_no_address_are_told_by_name() {
        let first = listen("127.0.0.1:0", 16).unwrap();
        let address = first.local_addr().unwrap().to_string();
        assert!(problem(&address).starts_with(&format!("the address {address} is in use")));
        assert!(problem("localhost").starts_with("'localhost' is no address to listen on"));
        // An address of nobody's: it is reserved for documentation.
        assert!(problem("192.0.2.1:0").starts_with("cannot listen on 192.0.2.1:0: "));
    }

    #[test]
    fn the_limit_of_open_files_is_as_high_as_it_may_be() {
        raise_descriptors();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
