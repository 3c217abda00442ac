//! Whether the origin can be reached while there is no configuration, and in time.

use super::super::draft::{Draft, Report};
use crate::config::{FALLBACK_BACKEND, Key, NEXT_BACKEND_TIMEOUT, ProblemCode};

/// Notes backends of which none is the one that the edge asks without a configuration, and a time for further
/// ones that is longer than an execution has.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let origin = draft.raw.origin.as_ref();
    let key = Key::default().name("origin");
    let backends = origin.and_then(|origin| origin.backends.as_deref());
    // A list that is empty or not there was noted.
    let backends = backends.unwrap_or_default();
    if !backends.is_empty() && backends.iter().all(|name| name != FALLBACK_BACKEND) {
        let message = format!(
            "none of them is `{FALLBACK_BACKEND}`, the backend that the edge asks while it has no configuration, so the whole site would answer 503; give one of the service's backends that name, and list it"
        );
        let key = key.clone().name("backends");
        report.sink.push(ProblemCode::BackendInvalid, key, message);
    }
    if draft.config.origin().next_backend_timeout > NEXT_BACKEND_TIMEOUT {
        let message = "it is longer than 30s, when clients have given up; with the time that a backend may take, the platform would end the execution: write `30s` or less";
        let key = key.name("next_backend_timeout");
        report
            .sink
            .push(ProblemCode::OriginOptionInvalid, key, message);
    }
}
