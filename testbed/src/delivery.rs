use std::io::Write as _;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufWriter};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::rsyslog::Rsyslog;
use crate::tls::{Certificate, connector};

/// Stands in for Fastly's delivery of log lines: it puts lines into envelopes and sends them over TLS.
#[derive(Debug)]
pub struct Delivery {
    stream: BufWriter<TlsStream<TcpStream>>,
    form: MessageType,
    endpoint: String,
    message: Vec<u8>,
}

/// How Fastly formats a line: `message_type` of a log endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageType {
    /// The line alone.
    Blank,
    /// RFC 3164, but for the time.
    Classic,
    /// RFC 5424.
    Loggly,
    /// RFC 5424 without its structured data, as Heroku sends it, after the message's length.
    Logplex,
}

impl MessageType {
    /// All of them, by their names in Fastly's API.
    pub const ALL: [(&'static str, Self); 4] = [
        ("blank", Self::Blank),
        ("classic", Self::Classic),
        ("loggly", Self::Loggly),
        ("logplex", Self::Logplex),
    ];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(known, _)| *known == name).map(|(_, form)| form)
    }

    /// Appends a line in its envelope, and a line end. `time` is RFC 3339, in seconds.
    fn write(self, endpoint: &str, time: &str, line: &[u8], message: &mut Vec<u8>) {
        const NODE: &str = "cache-fra-eddf8230001";
        let envelope = match self {
            Self::Blank => String::new(),
            Self::Classic => format!("<134>{time} {NODE} {endpoint}[4242]: "),
            Self::Loggly => format!("<134>1 {time} {NODE} {endpoint} 4242 - - "),
            Self::Logplex => format!("<134>1 {time} {NODE} {endpoint} 4242 - "),
        };
        if self == Self::Logplex {
            let length = envelope.len() + line.len() + 1;
            // Writing into a vector cannot fail.
            let _ = write!(message, "{length} ");
        }
        message.extend_from_slice(envelope.as_bytes());
        message.extend_from_slice(line);
        message.push(b'\n');
    }
}

impl Delivery {
    /// Connects to a syslog server, and checks its certificate as Fastly does.
    ///
    /// # Errors
    ///
    /// When the connection fails, or its certificate is not trusted.
    pub async fn to(server: &Rsyslog, form: MessageType, endpoint: &str) -> Result<Self> {
        Self::with(None, server, form, endpoint).await
    }

    /// Connects with a client certificate, or without.
    ///
    /// # Errors
    ///
    /// Those of [`to`](Self::to). That the server refuses the client may only be seen
    /// [later](Self::closed).
    pub async fn with(
        certificate: Option<&Certificate>,
        server: &Rsyslog,
        form: MessageType,
        endpoint: &str,
    ) -> Result<Self> {
        let connector = connector(server.authority(), certificate)?;
        let stream = TcpStream::connect(server.address()).await?;
        let stream = connector
            .connect(server.host().try_into()?, stream)
            .await
            .context("the syslog server does not speak TLS that is trusted")?;
        Ok(Self {
            stream: BufWriter::with_capacity(1 << 14, stream),
            form,
            endpoint: endpoint.to_owned(),
            message: Vec::new(),
        })
    }

    /// Sends a line without its line end, which was logged at `micros` since 1970.
    ///
    /// # Errors
    ///
    /// When the connection is lost.
    pub async fn send(&mut self, micros: u64, line: &[u8]) -> Result<()> {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(micros);
        let time = humantime::format_rfc3339_seconds(time).to_string();
        self.message.clear();
        self.form
            .write(&self.endpoint, &time, line, &mut self.message);
        self.stream.write_all(&self.message).await?;
        Ok(())
    }

    /// Sends what is held back.
    ///
    /// # Errors
    ///
    /// When the connection is lost.
    pub async fn flush(&mut self) -> Result<()> {
        Ok(self.stream.flush().await?)
    }

    /// Waits until the server has closed the connection. It sends nothing.
    pub async fn closed(&mut self) {
        while let Ok(1..) = self.stream.read(&mut [0]).await {}
    }
}

#[cfg(test)]
mod tests {
    use super::MessageType;

    #[test]
    fn each_type_has_its_envelope() {
        let node = "2026-11-22T20:11:31Z cache-fra-eddf8230001";
        for (name, expected) in [
            ("blank", "{}\n".to_owned()),
            ("classic", format!("<134>{node} log[4242]: {{}}\n")),
            ("loggly", format!("<134>1 {node} log 4242 - - {{}}\n")),
            ("logplex", format!("64 <134>1 {node} log 4242 - {{}}\n")),
        ] {
            let mut message = Vec::new();
            let form = MessageType::named(name).unwrap();
            form.write("log", "2026-11-22T20:11:31Z", b"{}", &mut message);
            assert_eq!(String::from_utf8(message).unwrap(), expected, "{name}");
        }
    }
}
