//! Hosts and targets that no client sends by mistake. The tests of the library, of the tool and of the
//! module run them all.

use self::Expect::{NotAskedAtAll, Origin, Redirect};

/// What must happen to a request of raw bytes.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// It is redirected.
    Redirect,
    /// It goes to the origin, for this reason.
    Origin(&'static str),
    /// The platform answers by itself or closes the connection. The module does not see the request.
    NotAskedAtAll,
}

/// The path of a download on a route of production's configuration.
pub const DOWNLOAD: &str = "/api/v1/crates/smallvec/1.10.0/download";

/// Where it leads, and every row that is redirected.
pub const LOCATION: &str = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";

/// A `Host` of a request for the download, and what must happen if the configuration is production's
/// without its hosts: with them, every other host is on no route.
pub const HOSTS: &[(&[u8], Expect)] = &[
    (b"crates.io", Redirect),
    (b"CRATES.IO:443", Redirect),
    (b"[::1]:8080", Redirect),
    (b"user@crates.io", Redirect),
    (b"1.2.3.4.5", Origin("path-malformed")),
    (b"999.999.999.999", Origin("path-malformed")),
    (b"crates.io:99999", Origin("path-malformed")),
    (b"xn--a", Origin("path-malformed")),
    (b"crates.io/other", NotAskedAtAll),
    (b"crates io", NotAskedAtAll),
    (b"cr%61tes.io", NotAskedAtAll),
    (b"\xff", NotAskedAtAll),
    (b"", NotAskedAtAll),
];

/// A target of a request to crates.io in origin form, and what must happen.
pub const TARGETS: &[(&[u8], Expect)] = &[
    (
        b"/api/v1/crates/x/../smallvec/1.10.0/download",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/./crates/smallvec/1.10.0/download",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/%2e%2E/v1/crates/smallvec/1.10.0/download",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/crates/smallvec/1.10.0/download/.",
        Origin("no-route"),
    ),
    (b"/a/../b", Origin("no-route")),
    // An encoded quotation mark is as much longer as a removed segment is shorter.
    (
        b"/api/v1/./crates/smallvec/1.10.0/download?'",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/crates/smallvec/1.10.0/download?'",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/crates/smallvec/1.10.0/download?x=\xc3\xa9",
        NotAskedAtAll,
    ),
    (
        b"/api/v1/crates/smallvec/1.10.0/download?x=%C3%A9",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/crates/smallvec/1.10.0/download?x=\"",
        NotAskedAtAll,
    ),
    (
        b"/api/v1/crates/small\"vec/1.10.0/download",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/crates/smallvec/1.10.0/download?a=%20&b=%2F",
        Redirect,
    ),
    (b"/api/v1/crates/%73mallvec/1.10.0/download", Redirect),
    (
        b"/api/v1/crates/smallvec/1.10.0/download\xff",
        NotAskedAtAll,
    ),
    (b"/api/v1/crates/\xc3\xa9/1.10.0/download", NotAskedAtAll),
    // The platform's library reads a backslash as a slash; the module cannot tell them apart.
    (b"/api/v1/crates\\smallvec/1.10.0/download", Redirect),
    (b"/api\\v1/crates/smallvec/1.10.0/download", Redirect),
    (b"\\api\\v1/crates/smallvec/1.10.0/download", NotAskedAtAll),
    (
        b"/\\evil.com/api/v1/crates/smallvec/1.10.0/download",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/crates\\..\\crates/smallvec/1.10.0/download",
        Origin("path-malformed"),
    ),
    (
        b"/api/v1/crates/a\rSet-Cookie:x=1/1.0.0/download",
        NotAskedAtAll,
    ),
];
