//! The beginning of a server's answer.

use std::net::SocketAddr;

use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};

/// The most bytes that are read.
const MOST: usize = 4096;

/// An answer, of whose body only the beginning is read.
pub(crate) struct Heard {
    /// What failures call the server: its name, and the address that answered.
    pub(crate) server: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    pub(crate) async fn read(server: &str, mut response: Response) -> Result<Self, reqwest::Error> {
        let mut body = Vec::new();
        while body.len() < MOST
            && let Some(chunk) = response.chunk().await?
        {
            body.extend_from_slice(&chunk);
        }
        body.truncate(MOST);
        Ok(Self {
            server: at(server, response.remote_addr()),
            status: response.status(),
            headers: response.headers().clone(),
            body,
        })
    }

    /// The values of a header, in the order in which they came.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        let values = self.headers.get_all(name).iter();
        values
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect()
    }
}

/// The words for a server, with its address if it is known.
pub(crate) fn at(server: &str, address: Option<SocketAddr>) -> String {
    match address {
        Some(address) => format!("{server} at {address}"),
        None => server.to_owned(),
    }
}
