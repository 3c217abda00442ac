use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// How long a tick is, in which Linux tells processes what CPU time they took.
const TICK: Duration = Duration::from_millis(10);

/// Viceroy without a reader of its output, so that only the function is measured: a log line is still
/// written. It ends when this value is dropped.
pub(super) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts it on a free port, and returns once it listens.
    pub(super) fn start(module: &Path, manifest: &Path) -> Result<Self> {
        // Without a reader of its output Viceroy cannot say which port it chose.
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a port")?;
        let address = free.local_addr()?;
        drop(free);
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

    /// The CPU time that it took so far, in the system too.
    pub(super) fn cpu(&self) -> Result<Duration> {
        let file = format!("/proc/{}/stat", self.child.id());
        let stat = fs::read_to_string(&file)
            .with_context(|| format!("cannot read {file}: CPU time is measured on Linux alone"))?;
        let ticks = ticks_in(&stat).with_context(|| format!("{file} holds no CPU time"))?;
        Ok(TICK * ticks)
    }
}

/// The ticks of the process: the 14th and the 15th field. The second is its name, in brackets.
fn ticks_in(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(ticks()? + ticks()?)
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::ticks_in;

    #[test]
    fn the_ticks_are_those_of_user_and_system() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 120 34 5 6 20 0 4 0 9";
        assert_eq!(ticks_in(stat), Some(154));
        assert_eq!(ticks_in("7 (viceroy) S 1"), None);
    }
}
