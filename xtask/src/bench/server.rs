use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};

/// Viceroy with its output thrown away, so that nothing but the function is measured. A log line is
/// still a write, and nobody has to read it. It ends when this value is dropped.
pub(super) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Serves the module on a port that is free, once it listens.
    pub(super) fn start(module: &Path, manifest: &Path) -> Result<Self> {
        let address = free_address()?;
        let child = Command::new("viceroy")
            .args(["serve", "--addr", &address.to_string(), "-C"])
            .arg(manifest)
            .arg(module)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run `viceroy`")?;
        let mut server = Self { child, address };
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("Viceroy ended before it listened ({status})");
            }
            thread::yield_now();
        }
        Ok(server)
    }

    /// Its URL, without a path.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nothing listens at now. With its output thrown away, Viceroy could not say which
/// one the system chose for it.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?)
}
