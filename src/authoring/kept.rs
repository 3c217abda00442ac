//! For how long caches answer in the edge's place.

use std::time::Duration;

use super::cache_control::CacheControl;

/// For how long caches, the client's own among them, may give an answer again without asking the edge.
///
/// ```
/// use std::time::Duration;
/// use signpost::authoring::Kept;
///
/// assert_eq!(Kept::of(302, None), Kept::Never);
/// assert_eq!(Kept::of(301, None), Kept::Unlimited);
/// let day = Duration::from_secs(86_400);
/// assert_eq!(Kept::of(301, Some("max-age=86400")), Kept::For(day));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Every request arrives at the edge.
    Never,
    /// At most for this long, stale answers included.
    For(Duration),
    /// For as long as the cache likes.
    Unlimited,
}

/// The statuses of the edge's answers that caches may keep without being told to: RFC 9110, section 15.1.
const KEPT_UNASKED: [u16; 3] = [200, 301, 308];

impl Kept {
    /// What RFC 9111 allows for an answer to GET with this status and `Cache-Control`.
    ///
    /// Caches read a value that is not written as they expect in ways of their own, so that it limits
    /// nothing.
    pub fn of(status: u16, cache_control: Option<&str>) -> Self {
        let is_kept_unasked = KEPT_UNASKED.contains(&status);
        match cache_control.map(CacheControl::parse) {
            Some(Ok(cache_control)) => Self::by(&cache_control, is_kept_unasked),
            None if !is_kept_unasked => Self::Never,
            None | Some(Err(_)) => Self::Unlimited,
        }
    }

    /// For how long caches may answer without asking again; `is_kept_unasked` says whether the status lets
    /// them keep the answer without being told to.
    ///
    /// `s-maxage` is for shared caches alone. Without `max-age`, the client's own cache decides itself if the
    /// status, `public` or `private` lets it keep the answer at all (RFC 9111, sections 3 and 4.2.2).
    pub(super) fn by(value: &CacheControl, is_kept_unasked: bool) -> Self {
        if value.is_never_stored() || value.has("no-cache") {
            return Self::Never;
        }
        let (client, shared) = (value.seconds("max-age"), value.seconds("s-maxage"));
        let is_allowed = is_kept_unasked || value.has("public") || value.has("private");
        let Some(fresh) = client.max(shared) else {
            return if is_allowed {
                Self::Unlimited
            } else {
                Self::Never
            };
        };
        if client.is_none() && is_allowed {
            return Self::Unlimited;
        }
        let stale = ["stale-while-revalidate", "stale-if-error"].map(|name| value.seconds(name));
        let stale = stale.into_iter().flatten().max().unwrap_or_default();
        match u64::from(fresh) + u64::from(stale) {
            0 => Self::Never,
            seconds => Self::For(Duration::from_secs(seconds)),
        }
    }
}
