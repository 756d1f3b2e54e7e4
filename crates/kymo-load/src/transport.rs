//! The bytes of a connection: TCP, or TLS over it.

use crate::error::LoadError;
use crate::sys;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

/// A connection that does not block.
pub(crate) struct Transport {
    socket: TcpStream,
    tls: Option<Box<rustls::ClientConnection>>,
    /// Bytes read from and written to the socket since they were last taken.
    moved: (u64, u64),
}

/// How connections are made.
pub(crate) struct Maker {
    pub address: SocketAddr,
    pub tls: Option<(Arc<rustls::ClientConfig>, rustls::pki_types::ServerName<'static>)>,
    /// Whether connections go out from many addresses of the loopback network, so that none runs out of ports.
    pub spread: bool,
}

impl Maker {
    /// Begins to connect; it is done when the socket can be written to. `number` spreads the sources.
    pub(crate) fn begin(&self, number: u32) -> io::Result<Transport> {
        let kind = Type::from(libc::SOCK_STREAM | libc::SOCK_NONBLOCK);
        let socket = Socket::new(Domain::for_address(self.address), kind, Some(Protocol::TCP))?;
        socket.set_tcp_nodelay(true)?;
        if self.spread {
            // 127.0.0.2 to 127.0.255.255, and the first bytes again after that: 64 k addresses with 28 k ports each.
            let number = number % 65_000 + 2;
            let source = Ipv4Addr::new(127, 0, (number >> 8) as u8, number as u8);
            sys::choose_port_late(socket.as_fd())?;
            socket.bind(&SockAddr::from(SocketAddr::new(IpAddr::V4(source), 0)))?;
        }
        match socket.connect(&SockAddr::from(self.address)) {
            Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => return Err(error),
            _ => {}
        }
        let tls = match &self.tls {
            Some((config, name)) => Some(Box::new(
                rustls::ClientConnection::new(Arc::clone(config), name.clone()).map_err(io::Error::other)?,
            )),
            None => None,
        };
        Ok(Transport { socket: socket.into(), tls, moved: (0, 0) })
    }

    /// Connects and closes again: whether somebody listens at an address.
    pub(crate) fn probe(address: SocketAddr, timeout: Duration) -> Result<(), LoadError> {
        let made = TcpStream::connect_timeout(&address, timeout);
        made.map(drop).map_err(|error| LoadError::Unreachable { address, reason: error.to_string() })
    }
}

impl Transport {
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Why the connect failed, if it did.
    pub(crate) fn error(&self) -> io::Result<()> {
        self.socket.take_error()?.map_or(Ok(()), Err)
    }

    /// Goes on with the handshake; whether it is done. Plain connections have none.
    pub(crate) fn shake(&mut self) -> io::Result<bool> {
        let Some(tls) = &mut self.tls else { return Ok(true) };
        while tls.is_handshaking() {
            let moved = if tls.wants_write() {
                tls.write_tls(&mut self.socket)
            } else {
                let read = tls.read_tls(&mut self.socket);
                if let Err(error) = tls.process_new_packets() {
                    // The alert says to the server why; that it may not arrive changes nothing.
                    let _ = tls.write_tls(&mut self.socket);
                    return Err(io::Error::other(error));
                }
                read
            };
            match moved {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        while tls.wants_write() {
            match tls.write_tls(&mut self.socket) {
                Ok(_) => {}
                // The rest goes with the first request.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The protocol that the server chose (ALPN).
    pub(crate) fn chosen(&self) -> Option<&[u8]> {
        self.tls.as_ref()?.alpn_protocol()
    }

    /// Whether TLS has bytes for the socket.
    pub(crate) fn wants_write(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// Reads; 0 is the end.
    #[inline]
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else {
            let count = self.socket.read(into)?;
            self.moved.0 += count as u64;
            return Ok(count);
        };
        loop {
            match tls.reader().read(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // An end without TLS's own farewell is an end; what is missing of an answer shows by its length.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
                other => return other,
            }
            let count = tls.read_tls(&mut self.socket)?;
            self.moved.0 += count as u64;
            tls.process_new_packets().map_err(io::Error::other)?;
        }
    }

    /// Whether a read that gave `count` of `room` bytes may have left some. A socket tells by itself; TLS may hold bytes
    /// that the socket no longer has.
    pub(crate) fn may_have_more(&self, count: usize, room: usize) -> bool {
        self.tls.is_some() || count == room
    }

    /// Writes from the front of `out` and takes away what went; whether all went.
    #[inline]
    pub(crate) fn write(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let Some(tls) = &mut self.tls else {
            while !out.is_empty() {
                match self.socket.write(out) {
                    Ok(count) => {
                        self.moved.1 += count as u64;
                        if count == out.len() {
                            out.clear();
                        } else {
                            out.drain(..count);
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            return Ok(true);
        };
        loop {
            // TLS takes so many bytes at a time as its buffer has room for.
            let taken = if out.is_empty() { 0 } else { tls.writer().write(out)? };
            out.drain(..taken);
            while tls.wants_write() {
                match tls.write_tls(&mut self.socket) {
                    Ok(count) => self.moved.1 += count as u64,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                    Err(error) => return Err(error),
                }
            }
            if out.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Bytes read and written since the last call.
    #[inline]
    pub(crate) fn take_moved(&mut self) -> (u64, u64) {
        std::mem::take(&mut self.moved)
    }

    /// Ends all that the kernel does with the socket.
    pub(crate) fn hang_up(&self) {
        // One that never was connected, or is no longer, has nothing to end.
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    /// Says farewell as far as that goes without waiting.
    pub(crate) fn farewell(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            // A server that is gone needs none.
            let _ = tls.write_tls(&mut self.socket);
        }
    }
}
