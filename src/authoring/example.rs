use serde::Deserialize;

use crate::config::RouteName;
use crate::location::Location;

/// An example as written. The edge knows none: a revision shows that they held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct RawExample {
    pub(super) request: Option<String>,
    pub(super) origin: Option<bool>,
    pub(super) target: Option<String>,
    pub(super) location: Option<String>,
}

/// All examples as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RawExamples {
    /// Those outside of routes.
    pub(super) at_top: Vec<RawExample>,
    /// Those of each route, in the order in which the routes are written.
    pub(super) of_routes: Vec<Vec<RawExample>>,
}

impl RawExample {
    /// Whether the request must go to the origin.
    pub(super) fn goes_to_origin(&self) -> bool {
        self.origin == Some(true)
    }
}

/// A request, and the location that it was proven to lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub(super) route: RouteName,
    pub(super) target: String,
    pub(super) request: String,
    pub(super) location: Location,
}

/// A request that was shown to go to the origin, as it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginExample {
    pub(super) route: Option<RouteName>,
    pub(super) request: String,
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

    /// The path of the request, with a query if one was written; or its URL, if the host matters.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// The location that it leads to.
    pub fn location(&self) -> &Location {
        &self.location
    }
}

impl OriginExample {
    /// The name of the route that it is an example of; `None` if it belongs to no route.
    pub fn route(&self) -> Option<&RouteName> {
        self.route.as_ref()
    }

    /// The path of the request, with a query if one was written; or its URL, if the host matters.
    pub fn request(&self) -> &str {
        &self.request
    }
}

/// The host that the request of an example names, and its path; a path alone has no host.
///
/// ```
/// use signpost::authoring::split_request;
///
/// assert_eq!(split_request("https://crates.io/crates/a"), (Some("crates.io"), "/crates/a"));
/// assert_eq!(split_request("/crates/a"), (None, "/crates/a"));
/// ```
pub fn split_request(request: &str) -> (Option<&str>, &str) {
    let url = request.strip_prefix("https://");
    let Some(rest) = url.or_else(|| request.strip_prefix("http://")) else {
        return (None, request);
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (Some(host), if path.is_empty() { "/" } else { path })
}
