//! A probe is a request with the answer that is expected.

use std::borrow::Cow;
use std::net::SocketAddr;

use serde::Serialize;
use strum::IntoStaticStr;

use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::package::Checksum;

/// A request to the edge, and everything that is expected of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) kind: Kind,
    pub(crate) route: String,
    /// The path to request; for a file at a target, its location.
    pub(crate) request: String,
    pub(crate) expected: Expected,
    /// The only address of the location's host that is asked; else any.
    pub(crate) address: Option<SocketAddr>,
    /// The SHA-256 of the file at the location.
    pub(crate) checksum: Option<Checksum>,
    /// A second SHA-256 from another source.
    pub(crate) other_checksum: Option<Checksum>,
    /// Which file it is: its location at its first target; empty if there is none. All servers must have
    /// the same bytes.
    pub(crate) file: String,
    /// The extension of the file at the location; empty if it has none.
    pub(crate) extension: String,
    pub(crate) may_be_missing: bool,
    /// Whether the origin serves the route by itself.
    pub(crate) is_at_origin: bool,
}

/// The source of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, Serialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Kind {
    Example,
    Crate,
    #[strum(serialize = "lock file")]
    LockFile,
    Latest,
    /// A file of the list that --files names.
    File,
    /// A crate that the switch's share includes, if few of the others are in it.
    #[strum(serialize = "in share")]
    InShare,
    /// A path near a route's own, which must not be redirected.
    Negative,
    /// A file at a target to which no other probe of it led, requested from the target.
    Target,
    /// A file of a target at one address of its host.
    Address,
    /// A file of a target that no cache has.
    Cold,
    /// A file of a target, in every way that clients ask for one.
    Chain,
    /// The certificate of the edge or of a target.
    Certificate,
}

impl Probe {
    /// The certificate of a host, which no request of its own asks for.
    pub(crate) fn of_certificate(host: &str) -> Self {
        Self {
            kind: Kind::Certificate,
            route: String::new(),
            request: host.to_owned(),
            expected: Expected::Certificate,
            address: None,
            checksum: None,
            other_checksum: None,
            file: String::new(),
            extension: String::new(),
            may_be_missing: false,
            is_at_origin: false,
        }
    }

    /// How many requests it comes to if all is right.
    pub(crate) fn requests(&self) -> usize {
        match self.expected {
            Expected::Redirect(_) if self.kind.is_direct() => 1,
            // GET, HEAD and JSON, and the file.
            Expected::Redirect(_) => 4,
            Expected::Origin { .. } if self.kind == Kind::Negative => 1,
            Expected::Origin { .. } => 1 + usize::from(self.is_at_origin),
            Expected::Certificate => 0,
        }
    }

    /// The request, with the address if there is only one to ask.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        match self.address {
            Some(address) => format!("{} at {address}", self.request).into(),
            None => (&*self.request).into(),
        }
    }
}

impl Kind {
    /// The name in the table.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    /// Whether the file is requested from the target, and not from the edge.
    pub(crate) fn is_direct(self) -> bool {
        matches!(self, Self::Target | Self::Address | Self::Cold)
    }
}
