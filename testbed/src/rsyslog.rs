use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;
use tokio::net::UnixDatagram;
use tokio::process::Child;
use tokio::time::timeout;

use crate::child::dies_with_us;
use crate::installed::found;
use crate::tls::Certificate;
use crate::transcript::Transcript;

/// The program, as Debian's package `rsyslog` has it. It is not on everybody's `PATH`.
const PROGRAM: &str = "/usr/sbin/rsyslogd";

/// What the configuration for production has, and what each becomes here.
const PORT: &str = "port=\"6514\"";
const FILE: &str = "/var/log/signpost/signpost.log";
const CERTIFICATE: &str = "/etc/ssl/certs/signpost-log.pem";
const KEY: &str = "/etc/ssl/private/signpost-log.key";

/// The group that production adds, and one that every Debian has.
const GROUPS: [&str; 2] = ["Group=\"signpost\"", "Group=\"adm\""];

/// The name in its certificate.
const HOST: &str = "logs.example";

/// How long it may take to start.
const START_LIMIT: Duration = Duration::from_mins(1);

/// A real rsyslogd, with the configuration that `deploy/rsyslog` has, until this value is dropped.
#[derive(Debug)]
pub struct Rsyslog {
    address: SocketAddr,
    authority: String,
    file: PathBuf,
    _child: Child,
    _directory: TempDir,
}

impl Rsyslog {
    /// Whether rsyslogd and its TLS are there. If not, says so past the test runner.
    ///
    /// # Panics
    ///
    /// If they are not there, and `SIGNPOST_REQUIRE_CLIENTS` is `1`.
    pub fn is_installed() -> bool {
        let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
        let has_tls = folders
            .map(|folder| folder.path().join("rsyslog/lmnsd_gtls.so"))
            .any(|module| module.exists());
        found("rsyslogd", Path::new(PROGRAM).exists())
            && found("rsyslogd's TLS (rsyslog-gnutls)", has_tls)
    }

    /// Replaces the group that production adds in its configuration. rsyslogd looks for it.
    ///
    /// # Errors
    ///
    /// When `config` lacks it.
    pub fn without_group(config: &str) -> Result<String> {
        let [from, to] = GROUPS;
        ensure!(config.contains(from), "the configuration has no {from}");
        Ok(config.replace(from, to))
    }

    /// Starts one on loopback, once it listens.
    ///
    /// `config` is that of production. Only its port, its paths, its group and its certificate are replaced.
    ///
    /// # Errors
    ///
    /// When it cannot be run, does not say that it is ready, or `config` lacks what is replaced.
    pub async fn start(config: &str) -> Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let within = |name: &str| directory.path().join(name);
        let certificate = Certificate::of(HOST)?;
        fs::write(within("certificate.pem"), &certificate.chain)?;
        fs::write(within("key.pem"), &certificate.key)?;
        let file = within("log/signpost.log");
        // `tail` notices at once what is made in a folder that is there.
        fs::create_dir(within("log"))?;
        let port_file = within("port");
        let port = format!(
            "port=\"0\" address=\"127.0.0.1\" listenPortFileName=\"{}\"",
            port_file.display()
        );
        let mut text = Self::without_group(config)?;
        for (from, to) in [
            (PORT, port),
            (FILE, shown(&file)),
            (CERTIFICATE, shown(&within("certificate.pem"))),
            (KEY, shown(&within("key.pem"))),
        ] {
            ensure!(text.contains(from), "the configuration has no {from}");
            text = text.replace(from, &to);
        }
        fs::write(within("rsyslog.conf"), text)?;
        // Profiles of AppArmor are for the program's own path, and allow it nothing in a temporary directory.
        fs::copy(PROGRAM, within("rsyslogd")).with_context(|| format!("cannot copy {PROGRAM}"))?;

        let told = UnixDatagram::bind(within("ready")).context("cannot bind a socket")?;
        let arguments = [
            PathBuf::from("-n"),
            "-f".into(),
            within("rsyslog.conf"),
            "-i".into(),
            within("pid"),
        ];
        let mut child = dies_with_us(within("rsyslogd"))
            .args(arguments)
            .env("NOTIFY_SOCKET", within("ready"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {PROGRAM}"))?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            bail!("the output of {PROGRAM} cannot be read");
        };
        let transcript = Transcript::of(output, errors);
        let ready = async {
            let mut message = [0; 64];
            tokio::select! {
                length = told.recv(&mut message) => {
                    let length = length?;
                    ensure!(message[..length].starts_with(b"READY=1"), "it is not ready");
                    Ok(())
                }
                status = child.wait() => bail!("it ended: {}", status?),
            }
        };
        timeout(START_LIMIT, ready)
            .await
            .with_context(|| format!("not within {START_LIMIT:?}"))
            .flatten()
            .with_context(|| format!("{PROGRAM} does not start: {:?}", transcript.lines()))?;
        let port = fs::read_to_string(port_file).context("it listens nowhere")?;
        let port: u16 = port.trim().parse().context("its port is not a number")?;
        Ok(Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            authority: certificate.authority,
            file,
            _child: child,
            _directory: directory,
        })
    }

    /// Where it takes lines over TLS.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The name in its certificate.
    pub fn host(&self) -> &'static str {
        HOST
    }

    /// The certificate of the authority to trust, in PEM form.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The file that it writes lines to. It is there after the first line.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Replaces production's file by this one in a command.
    ///
    /// # Errors
    ///
    /// When it is not in the command.
    pub fn in_command(&self, command: &str) -> Result<String> {
        ensure!(command.contains(FILE), "{FILE} is not in `{command}`");
        Ok(command.replace(FILE, &shown(&self.file)))
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
