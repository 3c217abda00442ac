//! Layer 2: a valid configuration, and how the edge reads it.
//!
//! A [`Config`] has no problems: they are all reported at once, and then there is no `Config`. People
//! write TOML, which [`authoring`](crate::authoring) reads and compiles to the JSON that
//! [`from_json`] reads.

mod compiled;
pub(crate) mod key;
pub(crate) mod log_fields;
mod options;
pub(crate) mod problem;
pub(crate) mod raw;
pub(crate) mod read;
pub(crate) mod revision;
mod route;
mod route_index;
mod target;
mod valid;

pub use compiled::{FORMAT, from_json};
pub use key::{Key, Step};
pub use log_fields::LogFields;
pub use options::{
    CheckRedirects, ClientIp, FALLBACK_BACKEND, Log, MAX_BACKENDS, NEXT_BACKEND_TIMEOUT,
    OriginOptions, ResponseOptions, RetryOptions, Window,
};
pub use problem::{Place, Problem, ProblemCode, Problems, Severity};
pub(crate) use read::read;
pub use route::{
    RedirectStatus, Route, RouteName, RouteNameError, RouteOptions, RoutePattern, StatusError,
};
pub use target::{MAX_TARGETS, Target, Targets, Weight, WeightError, WeightedTarget};
pub use valid::{Config, MAX_ENTRY_LENGTH};
