use std::fmt;

use strum::FromRepr;
use thiserror::Error;

use super::target::Targets;
use crate::values::{Capture, CaptureSlot, HeaderText, Host, PathTemplate};

/// A path, and where its requests are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pattern: RoutePattern,
    targets: Targets,
    location: PathTemplate,
    /// The places of the captures that the location leaves out.
    unused: Vec<usize>,
    options: RouteOptions,
}

/// What a route applies to, and its name. For a route of the origin that is all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutePattern {
    name: RouteName,
    path: PathTemplate,
    hosts: Option<Vec<Host>>,
}

/// The name of a route: a lower-case ASCII letter, then lower-case letters, digits, `-` and `_`;
/// at most 64 bytes. It stands in headers and logs, so it never needs escaping.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteName {
    name: String,
    decision_header: String,
}

/// How a route's answers look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteOptions {
    /// The status of its redirects.
    pub status: RedirectStatus,
    /// Whether clients that accept JSON get the URL as JSON.
    pub json: bool,
    /// The value of `Cache-Control` on its answers, if any.
    pub cache_control: Option<HeaderText>,
}

/// The statuses that send a client on to a `Location`: RFC 9110, section 15.4.
#[derive(Clone, Copy, Debug, FromRepr, PartialEq, Eq)]
#[repr(u16)]
pub enum RedirectStatus {
    /// 301 Moved Permanently.
    MovedPermanently = 301,
    /// 302 Found, the default.
    Found = 302,
    /// 303 See Other.
    SeeOther = 303,
    /// 307 Temporary Redirect.
    TemporaryRedirect = 307,
    /// 308 Permanent Redirect.
    PermanentRedirect = 308,
}

/// A text that is not a route name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not a route name: a lower-case letter, then lower-case letters, digits, `-` and `_`, at most 64 bytes"
)]
pub struct RouteNameError(String);

/// A status that does not redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0} is not one of the redirect statuses 301, 302, 303, 307 and 308")]
pub struct StatusError(u16);

impl Route {
    /// Puts together parts that were each checked, with a location made from the captures of the path
    /// that are not unused.
    pub(super) fn new(
        pattern: RoutePattern,
        targets: Targets,
        location: PathTemplate,
        unused: Vec<usize>,
        options: RouteOptions,
    ) -> Self {
        Self {
            pattern,
            targets,
            location,
            unused,
            options,
        }
    }

    /// What the route applies to.
    pub fn pattern(&self) -> &RoutePattern {
        &self.pattern
    }

    /// The name, as it stands in headers and logs.
    pub fn name(&self) -> &RouteName {
        self.pattern.name()
    }

    /// The template that request paths are read with.
    pub fn path(&self) -> &PathTemplate {
        self.pattern.path()
    }

    /// The CDNs that its requests are sent to, each to one of them.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// The template of the location's path below the target's base.
    pub fn location(&self) -> &PathTemplate {
        &self.location
    }

    /// The captures that the location leaves out, because a digest in it names the file.
    pub fn unused(&self) -> impl Iterator<Item = &CaptureSlot> {
        let captures = self.path().captures();
        self.unused.iter().filter_map(|place| captures.get(*place))
    }

    /// Of a path's captures, those that the location holds.
    pub(crate) fn held<'v>(&self, mut captures: Vec<Capture<'v>>) -> Vec<Capture<'v>> {
        if !self.unused.is_empty() {
            let mut place = 0..;
            captures.retain(|_| place.next().is_some_and(|it| !self.unused.contains(&it)));
        }
        captures
    }

    /// How answers on this route look.
    pub fn options(&self) -> &RouteOptions {
        &self.options
    }
}

impl RoutePattern {
    /// Puts together parts that were each checked.
    pub(super) fn new(name: RouteName, path: PathTemplate, hosts: Option<Vec<Host>>) -> Self {
        Self { name, path, hosts }
    }

    /// The name, as it stands in headers and logs.
    pub fn name(&self) -> &RouteName {
        &self.name
    }

    /// The template that request paths are read with.
    pub fn path(&self) -> &PathTemplate {
        &self.path
    }

    /// The request hosts that the route applies to; `None` if to all of the configuration's.
    pub fn hosts(&self) -> Option<&[Host]> {
        self.hosts.as_deref()
    }

    /// Whether the route applies to a request with this `Host`, if the configuration does.
    pub fn applies_to(&self, host: &str) -> bool {
        self.hosts()
            .is_none_or(|hosts| hosts.iter().any(|it| it.is_named_by(host)))
    }
}

impl RouteName {
    /// Reads a route name.
    ///
    /// # Errors
    ///
    /// [`RouteNameError`], with the text.
    pub fn parse(text: &str) -> Result<Self, RouteNameError> {
        let fits = text.len() <= 64
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        if !fits {
            return Err(RouteNameError(text.to_owned()));
        }
        Ok(Self {
            name: text.to_owned(),
            decision_header: format!(r#"redirect;route="{text}""#),
        })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The value of `signpost-decision` on this route's redirects, made once for all of them.
    pub fn decision_header(&self) -> &str {
        &self.decision_header
    }
}

impl fmt::Display for RouteName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

impl RedirectStatus {
    /// The number that goes on the wire.
    pub fn as_u16(self) -> u16 {
        self as u16
    }
}

impl TryFrom<u16> for RedirectStatus {
    type Error = StatusError;

    fn try_from(status: u16) -> Result<Self, StatusError> {
        Self::from_repr(status).ok_or(StatusError(status))
    }
}
