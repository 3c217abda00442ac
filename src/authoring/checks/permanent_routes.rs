//! Whether a permanent redirect can be taken back.

use std::time::Duration;

use super::super::cache_control::CacheControl;
use super::super::draft::{Draft, Report};
use super::super::kept::Kept;
use crate::config::raw::RawRoute;
use crate::config::{Key, ProblemCode};

/// The longest that a permanent redirect may be kept: a day.
const MOST: Duration = Duration::from_hours(24);

/// Notes each 301 and 308 that a cache may keep for longer than a day, or that has several targets.
///
/// What a cache keeps outlives the switch. By RFC 9111, section 4.2.2, a cache that is not told for how
/// long decides itself, and browsers keep such a redirect until somebody clears them.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    // Beside [retry] no route may have such a status, and that was noted.
    if draft.raw.retry.is_some() {
        return;
    }
    for (index, route) in draft.raw.routes.iter().enumerate() {
        if let Some(status @ (301 | 308)) = route.status
            && let Some((name, message)) = problem(route, status)
        {
            let key = Key::default().name("routes").index(index).name(name);
            let code = ProblemCode::PermanentRedirect;
            report.sink.push(code, key, message);
        }
    }
}

/// The key that is wrong, and what is wrong with it.
fn problem(route: &RawRoute, status: u16) -> Option<(&'static str, String)> {
    // A route of the origin has no status, and that was noted.
    if route.origin == Some(true) {
        return None;
    }
    if route.targets.as_ref().is_some_and(|all| all.len() > 1) {
        let message = format!(
            "a {status} holds a client at one target, whatever becomes of it, and the route has several; write 302, 303 or 307"
        );
        return Some(("status", message));
    }
    let instead = "write `max-age=86400` or less, or the status 302, 303 or 307";
    let Some(text) = route.cache_control.as_deref() else {
        let message = format!(
            "caches keep a {status} for as long as they like, even once the switch is off; add `cache_control = \"max-age=86400\"`, or write 302, 303 or 307"
        );
        return Some(("status", message));
    };
    // What cannot be read was noted.
    let cache_control = CacheControl::parse(text).ok()?;
    let message = match Kept::by(&cache_control, true) {
        _ if cache_control.has("immutable") => format!(
            "`immutable` keeps browsers from asking again, even once the switch is off; leave it out beside a {status}"
        ),
        Kept::Never => return None,
        Kept::For(time) if time <= MOST => return None,
        Kept::For(time) => format!(
            "`{text}` lets caches keep a {status} for {} seconds, even once the switch is off; {instead}",
            time.as_secs()
        ),
        Kept::Unlimited => format!(
            "`{text}` lets clients keep a {status} for as long as they like, even once the switch is off; {instead}"
        ),
    };
    Some(("cache_control", message))
}
