//! The URL on the command line, split where a client would split it and otherwise unchanged.

use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// A URL or a path, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// `https` or `http`; `https` for a path.
    pub(super) scheme: &'static str,
    /// The host with its port, if one was typed.
    pub(super) host: Option<String>,
    /// Path and query, as a client would send them.
    pub(super) target: String,
    /// Whether a fragment was typed. Clients do not send it.
    pub(super) has_fragment: bool,
}

/// Why a text is not an address, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum AddressError {
    #[error("write a URL such as https://crates.io/api/v1/crates, or a path that begins with `/`")]
    NeitherUrlNorPath,
    #[error("its scheme is `{0}`, and requests come by https or http")]
    Scheme(String),
    #[error("it holds user info, which is not part of a request's URL; leave it out")]
    UserInfo,
    #[error("`{0}` is not a host; write one such as crates.io, with its port if it has one")]
    Host(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (text, has_fragment) = match text.split_once('#') {
            Some((text, _)) => (text, true),
            None => (text, false),
        };
        if text.starts_with('/') {
            return Ok(Self {
                scheme: "https",
                host: None,
                target: text.to_owned(),
                has_fragment,
            });
        }
        let (scheme, rest) = text
            .split_once("://")
            .ok_or(AddressError::NeitherUrlNorPath)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, target) = rest.split_at(end);
        Ok(Self {
            scheme: read_scheme(scheme)?,
            host: Some(read_host(host)?),
            // Clients send `/` for an empty path.
            target: if target.starts_with('/') {
                target.to_owned()
            } else {
                format!("/{target}")
            },
            has_fragment,
        })
    }
}

fn read_scheme(text: &str) -> Result<&'static str, AddressError> {
    ["https", "http"]
        .into_iter()
        .find(|scheme| scheme.eq_ignore_ascii_case(text))
        .ok_or_else(|| AddressError::Scheme(text.to_owned()))
}

/// Keeps a host as typed if a URL can have it.
fn read_host(text: &str) -> Result<String, AddressError> {
    if text.contains('@') {
        return Err(AddressError::UserInfo);
    }
    let can_stand_in_a_url =
        !text.contains('\\') && Url::parse(&format!("https://{text}/")).is_ok();
    if !can_stand_in_a_url {
        return Err(AddressError::Host(text.to_owned()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::{Address, AddressError};

    #[test]
    fn a_url_is_split_and_kept_as_it_was_typed() {
        for [text, host, target, fragment] in rows(
            "
            /a                         |              | /a            |
            /a/../%2b?x=/#y            |              | /a/../%2b?x=/ | #
            //evil.com/                |              | //evil.com/   |
            https://crates.io          | crates.io    | /             |
            https://crates.io/a//b     | crates.io    | /a//b         |
            HTTP://Crates.IO:80/A      | Crates.IO:80 | /A            |
            https://crates.io?x        | crates.io    | /?x           |
            https://[::1]:7676/a#      | [::1]:7676   | /a            | #
            https://crates.io/@a:b://c | crates.io    | /@a:b://c     |
            ",
        ) {
            let address: Address = text.parse().unwrap();
            let read = [address.host.as_deref().unwrap_or_default(), &address.target];
            assert_eq!(read, [host, target], "{text}");
            assert_eq!(address.has_fragment, fragment == "#", "{text}");
        }
        let plain: Address = "HTTP://crates.io".parse().unwrap();
        assert_eq!(plain.scheme, "http");
    }

    #[test]
    fn other_text_is_refused() {
        let rows = [
            ("", AddressError::NeitherUrlNorPath),
            ("crates.io/api", AddressError::NeitherUrlNorPath),
            ("ftp://crates.io/", AddressError::Scheme("ftp".to_owned())),
            ("https://me@crates.io/", AddressError::UserInfo),
            ("https:///api", AddressError::Host(String::new())),
            ("https://a b/", AddressError::Host("a b".to_owned())),
            ("https://a\\b/", AddressError::Host("a\\b".to_owned())),
        ];
        for (text, error) in rows {
            assert_eq!(text.parse::<Address>(), Err(error), "{text}");
        }
    }
}
