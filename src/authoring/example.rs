use crate::config::RouteName;
use crate::location::Location;

/// A request path, and the location that it was proven to lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub(super) route: RouteName,
    pub(super) target: String,
    pub(super) request: String,
    pub(super) location: Location,
}

impl Example {
    /// The name of the route that it is an example of.
    pub fn route(&self) -> &RouteName {
        &self.route
    }

    /// The name of the target that its location is at, one of its route's.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path of the request, with a query if one was written.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// The location that it leads to.
    pub fn location(&self) -> &Location {
        &self.location
    }
}
