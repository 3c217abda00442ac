//! Whether a cache had a file, as the headers of CDNs say.

use reqwest::header::HeaderMap;
use serde::Serialize;

/// Where a file came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cached {
    /// From a cache.
    Hit,
    /// From the CDN's own origin, since no cache had it.
    Miss,
}

/// How CDNs say it: RFC 9211, Fastly and CloudFront, Cloudflare.
const HEADERS: [&str; 3] = ["cache-status", "x-cache", "cf-cache-status"];

impl Cached {
    /// What an answer says. `Age` is that of a file from a cache; of several caches, one hit is enough.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let values = |name| {
            headers
                .get_all(name)
                .into_iter()
                .filter_map(|it| it.to_str().ok())
        };
        let mut ages = values("age").filter_map(|age| age.trim().parse::<u64>().ok());
        if ages.any(|age| age > 0) {
            return Some(Self::Hit);
        }
        let said: String = HEADERS.into_iter().flat_map(values).collect();
        let said = said.to_ascii_lowercase();
        if said.contains("hit") {
            Some(Self::Hit)
        } else {
            (said.contains("miss") || said.contains("fwd=")).then_some(Self::Miss)
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::Cached;

    #[test]
    fn each_cdn_says_it_in_its_own_words() {
        let (hit, miss) = (Some(Cached::Hit), Some(Cached::Miss));
        for (name, value, expected) in [
            ("x-cache", "Miss from cloudfront", miss),
            ("x-cache", "Hit from cloudfront", hit),
            ("x-cache", "RefreshHit from cloudfront", hit),
            ("x-cache", "Error from cloudfront", None),
            ("x-cache", "MISS, MISS", miss),
            ("x-cache", "MISS, HIT", hit),
            ("x-cache", "HIT, MISS", hit),
            ("cf-cache-status", "MISS", miss),
            ("cf-cache-status", "DYNAMIC", None),
            ("cache-status", "ExampleCache; hit; ttl=376", hit),
            ("cache-status", "ExampleCache; fwd=uri-miss; stored", miss),
            ("cache-status", "Origin; fwd=stale, \"CDN\"; hit", hit),
            ("age", "0", None),
            ("age", "1", hit),
            ("age", "yes", None),
            ("via", "1.1 varnish", None),
        ] {
            let header = (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
            let headers = HeaderMap::from_iter([header]);
            assert_eq!(Cached::of(&headers), expected, "{name}: {value}");
        }
    }
}
