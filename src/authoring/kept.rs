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
            Some(Ok(cache_control)) => cache_control.kept(is_kept_unasked),
            None if !is_kept_unasked => Self::Never,
            None | Some(Err(_)) => Self::Unlimited,
        }
    }
}
