use std::net::SocketAddr;

use anyhow::Result;
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;

use crate::server::{Server, listens};
use crate::tls::{Protocol, Validity, identity};

/// A server that speaks TLS in front of one that does not, as a CDN's own machines do.
#[derive(Debug)]
pub struct TlsFront {
    server: Server,
    authority: String,
}

// Its URL is for a name of `127.0.0.1`.
listens!(TlsFront, "https", server.address);

impl TlsFront {
    /// Starts one for the name `host` that passes HTTP/1.1 on to `behind`.
    ///
    /// # Errors
    ///
    /// When no certificate can be made or no loopback port can be bound.
    pub async fn start(host: &str, validity: Validity, behind: SocketAddr) -> Result<Self> {
        let identity = identity(host, validity, Protocol::Http1)?;
        let server = Server::accept(move |stream| {
            let acceptor = identity.acceptor.clone();
            async move {
                // If a client does not trust the certificate, its test sees that.
                let Ok(mut client) = acceptor.accept(stream).await else {
                    return;
                };
                if let Ok(mut server) = TcpStream::connect(behind).await {
                    // If either goes away in the middle, the test sees that.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
            }
        })
        .await?;
        Ok(Self {
            server,
            authority: identity.authority,
        })
    }

    /// The certificate of the authority to trust, in PEM form.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}
