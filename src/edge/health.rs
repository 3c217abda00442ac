//! Whether a target is healthy, as the platform's own checks of a backend see it.

use fastly::Backend;
use fastly::experimental::{BackendExt, BackendHealth};

/// Whether a backend may be sent to: only one that is known to be unhealthy may not.
///
/// A backend without a health check, or one that the service does not have, says nothing, and must
/// not take a target out of use.
pub(super) fn is_healthy(backend: &str) -> bool {
    let Ok(backend) = Backend::from_name(backend) else {
        return true;
    };
    let health = backend.is_healthy();
    health.map_or(true, |health| health != BackendHealth::Unhealthy)
}
