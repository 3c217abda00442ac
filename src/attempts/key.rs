//! The cache key of one client and one file.

use std::fmt;
use std::net::IpAddr;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::config::Config;
use crate::request::Request;

/// A client and a file, hashed with a secret (HMAC-SHA-256, RFC 2104). Without the secret, neither can
/// be read from it or guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

/// The secret of the keys: 32 random bytes, which are never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret([u8; 32]);

/// Who asks for a file.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// The client's address.
    pub address: IpAddr,
    /// Its `User-Agent`.
    pub user_agent: &'a [u8],
}

impl Secret {
    /// A secret of random bytes.
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// A key shorter than the hash's block is filled with zeros: RFC 2104, section 2.
    fn hash(&self) -> Hmac<Sha256> {
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(self.0) {
            *to = from;
        }
        Hmac::new(&block.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Key {
    /// The key of a client and the file that it asks for, under the configuration in `config`, whoever
    /// answers.
    pub(super) fn new(
        secret: &Secret,
        client: &Client<'_>,
        config: &Config,
        request: &Request<'_>,
    ) -> Self {
        let address = match client.address {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        let parts = [
            config.revision().as_bytes(),
            &address.octets(),
            client.user_agent,
            request.path().as_bytes(),
        ];
        let mut hash = secret.hash();
        for part in parts {
            // The length goes first, so that no two lists of parts are hashed as one text.
            hash.update(&part.len().to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into_bytes().into())
    }

    /// The key as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
