//! The URL prefix of a target.

use std::fmt;

use strum::{Display, IntoStaticStr};
use thiserror::Error;

use super::encoding::is_unreserved;
use super::host::{Host, HostError};

/// A target's configured prefix ("CDN prefix"), in one spelling whatever was written.
///
/// ```
/// use signpost::values::Base;
///
/// for spelling in ["static.crates.io", "static.crates.io/", "HTTPS://Static.Crates.IO//"] {
///     assert_eq!(Base::parse(spelling).unwrap().as_str(), "https://static.crates.io");
/// }
/// assert!(Base::parse("https:/static.crates.io").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Scheme, host, port and path, without a slash at the end.
    url: String,
    scheme: Scheme,
    host: Host,
    port: u16,
    path: Vec<String>,
}

/// The schemes that a base can have.
#[derive(Clone, Copy, Debug, Display, IntoStaticStr, PartialEq, Eq)]
#[strum(serialize_all = "lowercase")]
pub enum Scheme {
    /// `https`.
    Https,
    /// `http`, for a loopback host only.
    Http,
}

/// Why a base cannot be meant. The message says what was read and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BaseError {
    /// Nothing was written.
    #[error("the base is empty; write a URL such as https://static.crates.io")]
    Empty,
    /// There is a character that no base holds, such as a space or a backslash.
    #[error("the base `{text}` holds {character:?}; write a URL such as https://static.crates.io")]
    Character {
        /// The base as written.
        text: String,
        /// The first character that cannot stand in it.
        character: char,
    },
    /// A scheme without two slashes.
    #[error("the base `{0}` has a scheme without `://`; write it as https://static.crates.io")]
    SchemeSlashes(String),
    /// Another scheme than `https`, or `http` outside this machine.
    #[error(
        "the base `{text}` has the scheme {scheme}; write https://, or http:// for a loopback host only"
    )]
    Scheme {
        /// The base as written.
        text: String,
        /// The scheme that was read.
        scheme: String,
    },
    /// A path, and no host before it.
    #[error(
        "the base `{0}` has no host; write one before the path, such as https://static.crates.io"
    )]
    NoHost(String),
    /// The host cannot be read.
    #[error("the base `{text}` has no usable host: {source}")]
    Host {
        /// The base as written.
        text: String,
        /// What is wrong with the host.
        source: HostError,
    },
    /// The port cannot be read.
    #[error("the base `{0}` has a port that is not a number from 1 to 65535")]
    Port(String),
    /// A user name or password.
    #[error("the base `{0}` holds user info; a redirect must not carry any, so leave it out")]
    UserInfo(String),
    /// A query.
    #[error("the base `{0}` has a query; leave the `?` and all after it out")]
    Query(String),
    /// A fragment.
    #[error("the base `{0}` has a fragment; leave the `#` and all after it out")]
    Fragment(String),
    /// A path segment that cannot be meant.
    #[error(
        "the base `{text}` has the path segment `{segment}`; write segments of letters, digits and `-._~`, none of them empty, `.` or `..`"
    )]
    Segment {
        /// The base as written.
        text: String,
        /// The segment.
        segment: String,
    },
}

impl Base {
    /// Reads a base in any spelling that people use: with or without scheme, with slashes at the
    /// end, in any case, with a port, with a path.
    ///
    /// # Errors
    ///
    /// [`BaseError`], where the text cannot be meant as a base.
    pub fn parse(text: &str) -> Result<Self, BaseError> {
        let owned = || text.to_owned();
        if text.is_empty() {
            return Err(BaseError::Empty);
        }
        if let Some(character) = text
            .chars()
            .find(|character| !may_stand_in_base(*character))
        {
            return Err(BaseError::Character {
                text: owned(),
                character,
            });
        }
        if text.contains('#') {
            return Err(BaseError::Fragment(owned()));
        }
        if text.contains('?') {
            return Err(BaseError::Query(owned()));
        }
        let (scheme, rest) = split_scheme(text)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(BaseError::UserInfo(owned()));
        }
        if authority.is_empty() {
            return Err(BaseError::NoHost(owned()));
        }
        let (host, port) = split_port(authority);
        let host = Host::parse(host).map_err(|source| BaseError::Host {
            text: owned(),
            source,
        })?;
        if scheme == Scheme::Http && !host.is_loopback() {
            return Err(BaseError::Scheme {
                text: owned(),
                scheme: scheme.name().to_owned(),
            });
        }
        let port = match port {
            None => scheme.default_port(),
            Some(port) => read_port(port).ok_or_else(|| BaseError::Port(owned()))?,
        };
        let path = split_path(path).map_err(|segment| BaseError::Segment {
            text: owned(),
            segment: segment.to_owned(),
        })?;
        Ok(Self::from_parts(scheme, host, port, path))
    }

    /// The base with its scheme, and without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, the scheme's default where none was written.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The segments of the path, none for a bare host.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    fn from_parts(scheme: Scheme, host: Host, port: u16, path: Vec<String>) -> Self {
        let mut url = [scheme.name(), "://", host.as_str()].concat();
        if port != scheme.default_port() {
            url.push(':');
            url.push_str(&port.to_string());
        }
        for segment in &path {
            url.push('/');
            url.push_str(segment);
        }
        Self {
            url,
            scheme,
            host,
            port,
            path,
        }
    }
}

impl Scheme {
    fn name(self) -> &'static str {
        self.into()
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

fn may_stand_in_base(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '\\' | '"' | '<' | '>' | '{' | '}')
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), BaseError> {
    let Some((scheme, rest)) = text.split_once("://") else {
        let starts_like_a_scheme = text.split_once(':').is_some_and(|(scheme, after)| {
            scheme.eq_ignore_ascii_case("http")
                || scheme.eq_ignore_ascii_case("https")
                || after.starts_with('/')
        });
        if starts_like_a_scheme {
            return Err(BaseError::SchemeSlashes(text.to_owned()));
        }
        return Ok((Scheme::Https, text));
    };
    let schemes = [Scheme::Https, Scheme::Http];
    match schemes
        .into_iter()
        .find(|it| scheme.eq_ignore_ascii_case(it.name()))
    {
        Some(scheme) => Ok((scheme, rest)),
        None => Err(BaseError::Scheme {
            text: text.to_owned(),
            scheme: scheme.to_owned(),
        }),
    }
}

/// Splits at the last colon outside the brackets of an IPv6 address.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn read_port(text: &str) -> Option<u16> {
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| only_digits && *port > 0)
}

fn split_path(path: &str) -> Result<Vec<String>, &str> {
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Ok(Vec::new());
    }
    path.split('/')
        .map(|segment| {
            let is_plain = segment.bytes().all(is_unreserved);
            if !is_plain || matches!(segment, "" | "." | "..") {
                return Err(segment);
            }
            Ok(segment.to_owned())
        })
        .collect()
}

impl fmt::Display for Base {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.url)
    }
}
