use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::server::listens;

/// A loopback address that answers nothing for as long as this value lives.
#[derive(Debug)]
pub struct DeadAddress {
    address: SocketAddr,
    socket: Socket,
}

listens!(DeadAddress, "http", address);

/// A loopback address that refuses connections, the same for all tests of a program: so they can share a
/// [`Lent`](crate::Lent) whose backend is there.
pub static REFUSED: LazyLock<DeadAddress> =
    LazyLock::new(|| refused_address().unwrap_or_else(|error| panic!("{error:#}")));

/// Reserves a loopback address that refuses connections.
///
/// Its socket is bound and does not listen: the system answers every connection with a reset, and
/// gives the port to no other process while the socket is there.
///
/// # Errors
///
/// When no loopback port can be bound.
pub fn refused_address() -> Result<DeadAddress> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).context("cannot make a socket")?;
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket
        .bind(&SockAddr::from(any_port))
        .context("cannot bind 127.0.0.1")?;
    let address = socket
        .local_addr()?
        .as_socket()
        .context("the bound socket has no Internet address")?;
    Ok(DeadAddress { address, socket })
}

/// Opens a loopback address that accepts connections and never answers.
///
/// Its socket listens and nothing accepts: the system completes each connection up to its backlog
/// and takes the request, to which no answer comes.
///
/// # Errors
///
/// When no loopback port can be bound.
pub fn silent_address() -> Result<DeadAddress> {
    let dead = refused_address()?;
    // As many connections as the standard library lets wait.
    dead.socket.listen(128).context("cannot listen")?;
    Ok(dead)
}
