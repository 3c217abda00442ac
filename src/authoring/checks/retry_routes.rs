//! Whether redirects that depend on earlier attempts are kept out of every cache.

use super::super::cache_control::CacheControl;
use super::super::draft::{Draft, Report};
use crate::config::{Key, ProblemCode};

/// Notes each route whose redirects a cache may keep, beside `[retry]`.
///
/// By RFC 9111, caches may keep 301 and 308 without being told to (heuristic freshness, section
/// 4.2.2), and 302, 303 and 307 if `Cache-Control` lets them. A shared cache would answer one client
/// with the target of another. The client's own cache, which `private` does not restrain, would answer
/// its next attempt, so that it never arrives.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    if draft.raw.retry.is_none() {
        return;
    }
    for (index, route) in draft.raw.routes.iter().enumerate() {
        let key = Key::default().name("routes").index(index);
        if let Some(status @ (301 | 308)) = route.status {
            let message = format!(
                "with [retry], a client that asks again must arrive here, and caches keep a {status} unasked; write 302, 303 or 307"
            );
            let key = key.name("status");
            report.sink.push(ProblemCode::RetryInvalid, key, message);
        }
        // What cannot be read was noted.
        let is_kept = |text: &&str| {
            CacheControl::parse(text).is_ok_and(|cache_control| !cache_control.is_never_stored())
        };
        if let Some(text) = route.cache_control.as_deref().filter(is_kept) {
            let message = format!(
                "with [retry], a client that asks again must arrive here, and `{text}` lets a cache keep the redirect, the client's own at least; write `no-store`, or leave `cache_control` out"
            );
            let key = key.name("cache_control");
            report.sink.push(ProblemCode::RetryInvalid, key, message);
        }
    }
}
