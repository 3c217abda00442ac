use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};

/// Viceroy without a reader of its output, so that only the function is measured: a log line is still
/// written. It ends when this value is dropped.
pub(super) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts it on a free port, and returns once it listens.
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
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A free address. Without a reader of its output Viceroy cannot say which one it chose.
fn free_address() -> Result<SocketAddr> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?)
}
