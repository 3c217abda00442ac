//! An example that does not lead to the location that it names, and where it leads instead.

use std::fmt;

use crate::config::{Route, Target};
use crate::decision::Reason;
use crate::location::Location;
use crate::values::{MAX_LOCATION, encoding};

/// An example that does not lead to the location that it names.
pub(super) struct FailingExample<'r> {
    written: Written<'r>,
    route: &'r Route,
    end: End,
}

/// An example whose keys are all there, and that names a target of its route.
#[derive(Clone, Copy)]
pub(super) struct Written<'d> {
    pub(super) request: &'d str,
    pub(super) target: &'d Target,
    pub(super) location: &'d str,
}

/// Where a request ends.
pub(super) enum End {
    /// At this location on the right route, at the example's target.
    Location(Location),
    OtherRoute,
    /// At the origin, because its location would be too long.
    TooLong,
    /// At the origin, with the target that it was held back at, if one was chosen.
    Origin {
        reason: Reason,
        target: Option<String>,
    },
}

impl<'r> FailingExample<'r> {
    pub(super) fn new(written: Written<'r>, route: &'r Route, end: End) -> Self {
        Self {
            written,
            route,
            end,
        }
    }

    /// Whether it leads to another location than the one that it names.
    pub(super) fn is_misled(&self) -> bool {
        self.location().is_some()
    }

    /// Whether it leads to the right path below another base.
    pub(super) fn is_below_another_base(&self) -> bool {
        let base = self.written.target.base().as_str();
        let below = self
            .location()
            .and_then(|it| it.as_str().strip_prefix(base));
        below.is_some_and(|below| self.written.location.ends_with(below))
    }

    fn location(&self) -> Option<&Location> {
        match &self.end {
            End::Location(location) => Some(location),
            End::OtherRoute | End::TooLong | End::Origin { .. } => None,
        }
    }

    /// The words for a target, if the route has several.
    fn at_target(&self, target: &str) -> String {
        match self.route.targets().only() {
            Some(_) => String::new(),
            None => format!(" at its target `{target}`"),
        }
    }
}

impl fmt::Display for FailingExample<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (request, expected) = (self.written.request, self.written.location);
        let (route, at_target) = (
            self.route.name(),
            self.at_target(self.written.target.name()),
        );
        let should = format!("should lead to `{expected}` by the route `{route}`{at_target}");
        write!(formatter, "the request `{request}` {should}, and ")?;
        match &self.end {
            End::Location(location) => {
                write!(formatter, "leads to `{location}`")?;
                if encoding::decode(location.as_str()) == encoding::decode(expected) {
                    formatter.write_str("; they differ in encoding only: write the location as it is encoded, or list in the target's `unencoded` what the CDN wants as it is")?;
                }
                Ok(())
            }
            End::OtherRoute => formatter.write_str("is on another route"),
            End::TooLong => write!(
                formatter,
                "goes to the origin: its location would be longer than {MAX_LOCATION} bytes at one of its targets"
            ),
            End::Origin { reason, target } => {
                let target = target.as_deref().map(|target| self.at_target(target));
                let (target, code) = (target.unwrap_or_default(), reason.code());
                write!(formatter, "goes to the origin{target}: {code}")?;
                match reason.refusal() {
                    Some(refusal) => write!(formatter, " ({refusal})"),
                    None => Ok(()),
                }
            }
        }
    }
}
