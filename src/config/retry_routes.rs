//! Whether redirects that depend on who asks again are kept out of every cache.

use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::raw::RawConfig;

impl Check {
    /// Notes each route whose redirects a cache may keep, where `[retry]` is there.
    ///
    /// By RFC 9111, 301 and 308 may be kept without a word from anybody (heuristic freshness,
    /// section 4.2.2), and 302, 303 and 307 where `Cache-Control` lets them. A shared cache would
    /// answer one client with the turn of another. The client's own, which `private` leaves alone,
    /// would answer its second try, so that it never arrives.
    pub(super) fn retry_routes(&mut self, raw: &RawConfig) {
        if raw.retry.is_none() {
            return;
        }
        let routes = At::Top.name("routes");
        for (index, route) in raw.routes.iter().enumerate() {
            let at = &routes.index(index);
            if let Some(status @ (301 | 308)) = route.status {
                let message = format!(
                    "with [retry], a client that asks again must arrive here, and caches keep a {status} unasked; write 302, 303 or 307"
                );
                let key = &at.name("status");
                self.push(Problem::new(ProblemCode::RetryInvalid, key, message));
            }
            let kept = route.cache_control.as_deref();
            if let Some(text) = kept.filter(|text| !is_never_stored(text)) {
                let message = format!(
                    "with [retry], a client that asks again must arrive here, and `{text}` lets a cache keep the redirect, the client's own at least; write `no-store`, or leave `cache_control` out"
                );
                let key = &at.name("cache_control");
                self.push(Problem::new(ProblemCode::RetryInvalid, key, message));
            }
        }
    }
}

/// Whether no cache may store the answer: `no-store` is there, and `must-understand`, beside which a
/// cache may overlook it, is not.
fn is_never_stored(cache_control: &str) -> bool {
    // What stands in quotation marks is an argument, a quotation mark behind a backslash too.
    let unescaped = cache_control.replace("\\\\", "").replace("\\\"", "");
    let outside = unescaped.split('"').step_by(2);
    let directives: Vec<_> = outside
        .flat_map(|text| text.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    let has = |name: &str| directives.iter().any(|directive| directive == name);
    has("no-store") && !has("must-understand")
}
