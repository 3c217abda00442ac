//! Whether the origin can be reached while there is no configuration.

use super::super::draft::{Draft, Report};
use crate::config::{Key, ProblemCode};

/// The backend that the edge asks while it has no configuration.
const FALLBACK: &str = "origin";

/// Notes backends of which none is the one that the edge asks without a configuration.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let origin = draft.raw.origin.as_ref();
    let backends = origin.and_then(|origin| origin.backends.as_deref());
    // A list that is empty or not there was noted.
    let backends = backends.unwrap_or_default();
    if !backends.is_empty() && backends.iter().all(|name| name != FALLBACK) {
        let message = format!(
            "none of them is `{FALLBACK}`, the backend that the edge asks while it has no configuration, so the whole site would answer 503; give one of the service's backends that name, and list it"
        );
        let key = Key::default().name("origin").name("backends");
        report.sink.push(ProblemCode::BackendInvalid, key, message);
    }
}
