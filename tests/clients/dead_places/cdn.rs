//! CDNs that never serve a file and count their visits.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use signpost_testbed::{DeadAddress, Protocol, TlsCdn, Validity, refused_address};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// In which way a CDN is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    RefusesConnections,
    HasNoAddress,
    Answers503,
    BreaksOff,
    HasNoTls,
    CertificateExpired,
    CertificateOfAnother,
}

/// A CDN that is dead. It ends when it is dropped.
pub(crate) struct DeadCdn {
    death: Death,
    url: String,
    body: Body,
}

enum Body {
    Nothing,
    Refused(#[expect(dead_code, reason = "it holds the address")] DeadAddress),
    Answering(Arc<AtomicUsize>, JoinHandle<()>),
    Tls(TlsCdn),
}

/// How often a client came to a dead CDN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visits {
    connections: usize,
    requests: usize,
}

const UNAVAILABLE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 4096\r\nconnection: close\r\n\r\nhalf";
const NO_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";

/// The first byte of a TLS handshake, which a request of HTTP never begins with.
const HANDSHAKE: u8 = 0x16;

impl Death {
    /// The ways after which cargo tries again.
    pub(crate) const PASSING: [Self; 5] = [
        Self::RefusesConnections,
        Self::HasNoAddress,
        Self::Answers503,
        Self::BreaksOff,
        Self::HasNoTls,
    ];

    /// The ways after which it does not: to cargo, a certificate that is wrong stays wrong.
    pub(crate) const FINAL: [Self; 2] = [Self::CertificateExpired, Self::CertificateOfAnother];

    /// As the table says it.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::RefusesConnections => "refuses connections",
            Self::HasNoAddress => "has no address",
            Self::Answers503 => "answers 503",
            Self::BreaksOff => "breaks off in the middle of a file",
            Self::HasNoTls => "speaks no TLS",
            Self::CertificateExpired => "has an expired certificate",
            Self::CertificateOfAnother => "another host's certificate",
        }
    }

    /// What the user of cargo reads when every attempt has failed.
    pub(crate) fn error(self) -> &'static str {
        match self {
            Self::RefusesConnections => "[7] Could not connect to server",
            Self::HasNoAddress => "(Could not resolve host: cdn.invalid)",
            Self::Answers503 => "got 503",
            Self::BreaksOff => "[18] Transferred a partial file",
            Self::HasNoTls => "[35] SSL connect error",
            Self::CertificateExpired => "certificate has expired",
            Self::CertificateOfAnother => "[60] SSL peer certificate",
        }
    }

    /// What has come to such a CDN after so many attempts to get a file from it.
    pub(crate) fn visits(self, attempts: usize) -> Visits {
        let (connections, requests) = match self {
            // Nothing is there to count them.
            Self::RefusesConnections | Self::HasNoAddress => (0, 0),
            Self::Answers503 | Self::BreaksOff => (attempts, attempts),
            // A handshake that fails is a connection without a request.
            Self::HasNoTls | Self::CertificateExpired | Self::CertificateOfAnother => (attempts, 0),
        };
        Visits {
            connections,
            requests,
        }
    }
}

impl Visits {
    /// Those that came after the earlier ones.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            connections: self.connections - earlier.connections,
            requests: self.requests - earlier.requests,
        }
    }
}

impl DeadCdn {
    /// Starts a CDN that is dead in this way.
    pub(crate) async fn start(death: Death) -> Self {
        let (url, body) = match death {
            Death::RefusesConnections => {
                let address = refused_address().unwrap();
                (address.url(), Body::Refused(address))
            }
            // RFC 6761, section 6.4: a name below `invalid` never has an address. Without a
            // network the resolver has none to give, either.
            Death::HasNoAddress => ("https://cdn.invalid".to_owned(), Body::Nothing),
            Death::Answers503 => answering("http", UNAVAILABLE).await,
            Death::BreaksOff => answering("http", HALF).await,
            Death::HasNoTls => answering("https", NO_TLS).await,
            Death::CertificateExpired => tls("127.0.0.1", Validity::Expired).await,
            Death::CertificateOfAnother => tls("cdn.example", Validity::Valid).await,
        };
        Self { death, url, body }
    }

    /// Its URL, without a path.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The certificate of the authority that vouches for it, if it shows a certificate at all.
    pub(crate) fn authority(&self) -> Option<&str> {
        match &self.body {
            Body::Tls(cdn) => Some(cdn.authority()),
            _ => None,
        }
    }

    /// What has come to it so far.
    pub(crate) fn visits(&self) -> Visits {
        match &self.body {
            Body::Nothing | Body::Refused(_) => Visits::default(),
            // An answer closes its connection, so there is one for each.
            Body::Answering(answered, _) => self.death.visits(answered.load(Ordering::SeqCst)),
            Body::Tls(cdn) => Visits {
                connections: cdn.connections(),
                requests: cdn.requests(),
            },
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Self::Answering(_, task) = self {
            task.abort();
        }
    }
}

/// Gives every connection these bytes for its first request, and closes it.
async fn answering(scheme: &str, answer: &'static [u8]) -> (String, Body) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("{scheme}://{}", listener.local_addr().unwrap());
    let answered = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&answered);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            // A client that goes away has what it came for: no file.
            let _ = answer_once(stream, answer).await;
        }
    });
    (url, Body::Answering(answered, task))
}

async fn answer_once(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
        if head == [HANDSHAKE] {
            // It has its own length, and is taken whole: what is left unread would reset the answer.
            let mut length = [0; 4];
            stream.read_exact(&mut length).await?;
            let mut hello = vec![0; usize::from(u16::from_be_bytes([length[2], length[3]]))];
            stream.read_exact(&mut hello).await?;
            break;
        }
    }
    stream.write_all(answer).await?;
    stream.shutdown().await
}

/// A CDN whose certificate is never trusted. It needs no files.
async fn tls(name: &str, validity: Validity) -> (String, Body) {
    let none = Vec::<(String, Bytes)>::new();
    let cdn = TlsCdn::start(name, validity, Protocol::Http1, none);
    let cdn = cdn.await.unwrap();
    (cdn.url(), Body::Tls(cdn))
}
