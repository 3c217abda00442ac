//! The deployment to test.

use std::fmt;
use std::str::FromStr;

use signpost::request::Request;
use url::{Host, Position, Url};

use crate::smoke::ask::connect::Detour;

/// The URL of an edge: a scheme, a host and perhaps a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EdgeUrl {
    url: Url,
}

impl EdgeUrl {
    /// The `Host` of requests.
    pub(crate) fn host(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// The GET request of a path, as the edge reads it.
    pub(crate) fn request<'r>(&'r self, path: &'r str) -> Request<'r> {
        let request = Request::new("GET", self.host(), path);
        if self.url.scheme() == "http" {
            request.over_plain_http()
        } else {
            request
        }
    }

    /// The URL of a path; nothing if a client would request another path.
    pub(crate) fn at(&self, path: &str) -> Option<Url> {
        let url = Url::parse(&format!("{self}{path}")).ok()?;
        let asked = &url[Position::BeforePath..Position::AfterQuery];
        (asked == path && url.host() == self.url.host()).then_some(url)
    }

    /// Whether others on the way can read what is sent. The first detour to the edge decides.
    pub(crate) fn sends_in_the_clear(&self, detours: &[Detour]) -> bool {
        let detour = detours.iter().find(|detour| detour.leads_to(&self.url));
        let is_loopback = match detour {
            Some(detour) => detour
                .addresses
                .iter()
                .all(|address| address.ip().is_loopback()),
            None => self.is_loopback(),
        };
        self.url.scheme() == "http" && !is_loopback
    }

    fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(domain)) => domain == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl fmt::Display for EdgeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url[..Position::AfterPort])
    }
}

impl FromStr for EdgeUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = "write a scheme and a host, such as https://crates.io";
        let url = Url::parse(text).map_err(|error| format!("{error}; {words}"))?;
        let is_bare = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        is_bare.then_some(Self { url }).ok_or(words.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::EdgeUrl;
    use crate::smoke::ask::connect::Detour;

    #[test]
    fn an_edge_is_a_scheme_and_a_host() {
        for [text, shown, host] in rows(
            "
            https://Crates.io/     | https://crates.io     | crates.io
            http://127.0.0.1:7676  | http://127.0.0.1:7676 | 127.0.0.1:7676
            https://crates.io:443  | https://crates.io     | crates.io
            http://[::1]:1/        | http://[::1]:1        | [::1]:1
            ",
        ) {
            let edge: EdgeUrl = text.parse().unwrap();
            assert_eq!((edge.to_string().as_str(), edge.host()), (shown, host));
        }
        for text in [
            "crates.io",
            "ftp://a.b",
            "https://a.b/c",
            "https://u@a.b",
            "https://a.b/?q",
            "",
        ] {
            assert!(text.parse::<EdgeUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_a_path_that_clients_leave_alone_can_be_asked_for() {
        let edge: EdgeUrl = "https://crates.io".parse().unwrap();
        for path in ["/a//b", "/a/..%2Fb", "/a%00", "/1.0.0+b", "//a", "/a?b"] {
            assert!(edge.at(path).is_some(), "{path}");
        }
        for path in [
            "/a/../b",
            "/a b",
            "/a\\b",
            "/é",
            "@evil.example/",
            ":1/",
            ".evil.example/",
        ] {
            assert!(edge.at(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_token_is_readable_over_plain_http() {
        for (text, detour, expected) in [
            ("http://crates.io", None, true),
            ("http://crates.io", Some("crates.io:80:127.0.0.1"), false),
            (
                "http://crates.io",
                Some("crates.io:80:127.0.0.1,192.0.2.1"),
                true,
            ),
            ("https://crates.io", None, false),
            ("http://127.0.0.1:1", None, false),
            ("http://localhost", None, false),
            ("http://localhost", Some("localhost:80:192.0.2.1"), true),
            ("http://localhost", Some("localhost:81:192.0.2.1"), false),
            ("http://[::1]", None, false),
        ] {
            let edge: EdgeUrl = text.parse().unwrap();
            let detour = detour.map(|text| text.parse::<Detour>().unwrap());
            let detours: Vec<_> = detour.into_iter().collect();
            let is_readable = edge.sends_in_the_clear(&detours);
            assert_eq!(is_readable, expected, "{text} {detours:?}");
        }
    }
}
