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

impl Cached {
    /// What an answer says: with `Age`, that of a file from a cache; as RFC 9211 has it, where a name may
    /// stand before the parameters; or in the words of Fastly, CloudFront or Cloudflare. Of several
    /// caches, one hit is enough.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let values = |name| {
            let values = headers.get_all(name).into_iter();
            values.filter_map(|value| value.to_str().ok())
        };
        let mut ages = values("age").filter_map(|age| age.trim().parse::<u64>().ok());
        let parameters = values("cache-status").flat_map(|value| value.split([';', ',']));
        let words = ["x-cache", "cf-cache-status"].into_iter().flat_map(values);
        let words = words.flat_map(|value| value.split(|letter: char| !letter.is_alphanumeric()));
        let said: Vec<_> = parameters
            .map(|parameter| parameter.split('=').next().unwrap_or_default().trim())
            .chain(words)
            .map(str::to_ascii_lowercase)
            .collect();
        if ages.any(|age| age > 0) || said.iter().any(|word| word.ends_with("hit")) {
            return Some(Self::Hit);
        }
        let mut said = said.iter();
        said.any(|word| word == "miss" || word == "fwd")
            .then_some(Self::Miss)
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
            ("cache-status", "white.cdn.example; fwd=miss", miss),
            ("x-cache", "Miss from white-1.example", miss),
            ("x-cache", "TCP_HIT", hit),
            ("x-cache", "TCP_MISS", miss),
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
