use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::line::Side;

/// The requests that an alarm is about.
///
/// In JSON it has a `kind` and a `name`, which all requests lack.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Every request.
    All,
    /// Answered at this point of presence.
    EdgeLocation(String),
    /// Redirected to this target.
    Target(String),
    /// Matched by this route.
    Route(String),
    /// Of a file on this side, while two configurations are in force.
    Side(Side),
}

impl Scope {
    /// The kind of scope, as in JSON and in labels.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::EdgeLocation(_) => "edge_location",
            Self::Target(_) => "target",
            Self::Route(_) => "route",
            Self::Side(_) => "side",
        }
    }

    /// Which one of its kind; nothing for all requests.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::All => None,
            Self::EdgeLocation(name) | Self::Target(name) | Self::Route(name) => Some(name),
            Self::Side(side) => Some(side.name()),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut scope = serializer.serialize_struct("Scope", 2)?;
        scope.serialize_field("kind", self.kind())?;
        scope.serialize_field("name", &self.name())?;
        scope.end()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            None => f.write_str("all requests"),
            Some(name) => write!(f, "{} {name}", self.kind()),
        }
    }
}
