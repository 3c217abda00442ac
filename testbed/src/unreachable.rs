use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context as _, Result};
use socket2::{Domain, SockAddr, Socket, Type};

/// A loopback address that refuses every connection for as long as this value lives.
#[derive(Debug)]
pub struct RefusedAddress {
    address: SocketAddr,
    _bound: Socket,
}

/// A loopback address that accepts connections and never answers, for as long as this value lives.
#[derive(Debug)]
pub struct SilentAddress {
    address: SocketAddr,
    _listening: TcpListener,
}

/// Reserves a loopback address that refuses connections.
///
/// Its socket is bound and does not listen: the system answers every connection with a reset, and
/// gives the port to nobody else while the socket is there.
///
/// # Errors
///
/// When no loopback port can be bound.
pub fn refused_address() -> Result<RefusedAddress> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).context("cannot make a socket")?;
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket
        .bind(&SockAddr::from(any_port))
        .context("cannot bind 127.0.0.1")?;
    let address = socket
        .local_addr()?
        .as_socket()
        .context("the bound socket has no Internet address")?;
    Ok(RefusedAddress {
        address,
        _bound: socket,
    })
}

/// Opens a loopback address that never answers.
///
/// Its socket listens and nobody accepts: the system completes each connection up to its backlog
/// and takes the request, to which no answer comes.
///
/// # Errors
///
/// When no loopback port can be bound.
pub fn silent_address() -> Result<SilentAddress> {
    let listening =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1")?;
    Ok(SilentAddress {
        address: listening.local_addr()?,
        _listening: listening,
    })
}

impl RefusedAddress {
    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a path: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl SilentAddress {
    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a path: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
