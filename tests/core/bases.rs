//! Every common spelling of a base gives the one right URL. For any other, the error says what was read
//! and what to write instead.

use crate::fixtures::configs;
use crate::test;
use signpost::request::Request;
use signpost::values::{Base, BaseError, Scheme, Switch};
use signpost_rows::crates;

/// A base as people write it, its host, and how every URL below it begins.
const SPELLINGS: &[(&str, &str, &str)] = &[
    (
        "static.crates.io",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "static.crates.io/",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "static.crates.io//",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "Static.Crates.IO",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "static.crates.io:443",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "https://static.crates.io",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "https://static.crates.io/",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "https://static.crates.io//",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "https://static.crates.io////",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "https://static.crates.io:443/",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "HTTPS://Static.Crates.IO/",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "HtTpS://STATIC.CRATES.IO:0443//",
        "static.crates.io",
        "https://static.crates.io",
    ),
    (
        "https://cdn.example/mirror",
        "cdn.example",
        "https://cdn.example/mirror",
    ),
    (
        "https://cdn.example/mirror/",
        "cdn.example",
        "https://cdn.example/mirror",
    ),
    (
        "https://cdn.example/mirror//",
        "cdn.example",
        "https://cdn.example/mirror",
    ),
    (
        "https://CDN.example/Mirror/",
        "cdn.example",
        "https://cdn.example/Mirror",
    ),
    (
        "https://cdn.example/~u/a.b-c_d",
        "cdn.example",
        "https://cdn.example/~u/a.b-c_d",
    ),
    (
        "https://cdn.example:8443",
        "cdn.example",
        "https://cdn.example:8443",
    ),
    (
        "https://cdn.example:8443/a/b",
        "cdn.example",
        "https://cdn.example:8443/a/b",
    ),
    (
        "cdn.example:8443/a/b/",
        "cdn.example",
        "https://cdn.example:8443/a/b",
    ),
    (
        "https://cdn.example:80",
        "cdn.example",
        "https://cdn.example:80",
    ),
    ("https://192.0.2.7/x", "192.0.2.7", "https://192.0.2.7/x"),
    (
        "https://[2001:DB8::1]",
        "[2001:db8::1]",
        "https://[2001:db8::1]",
    ),
    (
        "[2001:db8::1]:8443/x",
        "[2001:db8::1]",
        "https://[2001:db8::1]:8443/x",
    ),
    ("localhost:7878", "localhost", "https://localhost:7878"),
    (
        "http://localhost:7878",
        "localhost",
        "http://localhost:7878",
    ),
    ("HTTP://LocalHost:80/", "localhost", "http://localhost"),
    (
        "http://127.0.0.1:7878/cdn/",
        "127.0.0.1",
        "http://127.0.0.1:7878/cdn",
    ),
    ("http://[::1]:443", "[::1]", "http://[::1]:443"),
];

/// A route of production: how its paths begin and end, and where below the base they lead.
type RouteOfProduction = (&'static str, &'static str, fn(&str, &str) -> String);

const ROUTES: &[RouteOfProduction] = &[
    ("/api/v1/crates/", "/download", |name, version| {
        format!("/crates/{name}/{name}-{version}.crate")
    }),
    ("/api/v1/crates/", "/readme", |name, version| {
        format!("/readmes/{name}/{name}-{version}.html")
    }),
    ("/crates/", "/download", |name, version| {
        format!("/crates/{name}/{name}-{version}.crate")
    }),
];

/// The real downloads that run with every spelling: all with a `+`, and others of all kinds.
#[track_caller]
fn names_and_versions() -> Vec<(&'static str, &'static str)> {
    let all = || crates().iter().map(|file| (file.name, file.version));
    let with_metadata = all().filter(|(_, version)| version.contains('+'));
    let with_prerelease = all().filter(|(_, version)| version.contains('-'));
    let spread = all().step_by(30);
    let mut chosen: Vec<_> = with_metadata.chain(with_prerelease).chain(spread).collect();
    chosen.sort_unstable();
    chosen.dedup();
    assert_eq!(
        chosen
            .iter()
            .filter(|(_, version)| version.contains('+'))
            .count(),
        19
    );
    assert!(chosen.len() >= 50, "{} names and versions", chosen.len());
    chosen
}

#[track_caller]
fn check((base, host, prefix): (&str, &str, &str), downloads: &[(&str, &str)]) {
    let config = configs::with_base(base, host, prefix);
    assert_eq!(
        config.routes().len(),
        ROUTES.len(),
        "each route of production has a row"
    );
    for (start, end, below_base) in ROUTES {
        for (name, version) in downloads {
            let target = format!("{start}{name}/{version}{end}");
            let request = Request::new("GET", "crates.io", &target);
            let answer = signpost::answer(&config, &request, Switch::ENFORCE);
            let right = format!("{prefix}{}", below_base(name, &version.replace('+', "%2B")));
            assert_eq!(
                answer.decision().location().map(ToString::to_string),
                Some(right),
                "base {base:?}, {target}"
            );
            assert_eq!(answer.decision().reason(), None, "base {base:?}, {target}");
        }
    }
}

#[test]
fn every_spelling_gives_the_one_right_url_on_every_route() {
    let downloads = names_and_versions();
    for spelling in SPELLINGS {
        check(*spelling, &downloads);
    }
}

#[test]
fn every_spelling_of_one_base_is_one_base() {
    for (spelling, host, prefix) in SPELLINGS {
        let base = Base::parse(spelling).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(base.as_str(), *prefix, "{spelling}");
        assert_eq!(base.to_string(), *prefix, "{spelling}");
        assert_eq!(base.host().as_str(), *host, "{spelling}");
        assert_eq!(Base::parse(prefix), Ok(base), "{spelling}");
    }
}

#[test]
fn a_base_is_read_into_its_parts() {
    let rows: &[(&str, Scheme, u16, &[&str])] = &[
        ("static.crates.io", Scheme::Https, 443, &[]),
        (
            "https://cdn.example:8443/a/b/",
            Scheme::Https,
            8443,
            &["a", "b"],
        ),
        ("http://localhost", Scheme::Http, 80, &[]),
        ("http://[::1]:7878/x", Scheme::Http, 7878, &["x"]),
    ];
    for (text, scheme, port, path) in rows {
        let base = Base::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (base.scheme(), base.port(), base.path()),
            (*scheme, *port, path_of(path).as_slice()),
            "{text}"
        );
    }
}

fn path_of(segments: &[&str]) -> Vec<String> {
    segments.iter().map(ToString::to_string).collect()
}

/// A wrong base, and its error.
const MISTAKES: &[(&str, &str)] = &[
    (
        "",
        "the base is empty; write a URL such as https://static.crates.io",
    ),
    (
        " ",
        "the base ` ` holds ' '; write a URL such as https://static.crates.io",
    ),
    (
        "https://static.crates.io ",
        "the base `https://static.crates.io ` holds ' '; write a URL such as https://static.crates.io",
    ),
    (
        "https://static.crates.io\\crates",
        "the base `https://static.crates.io\\crates` holds '\\\\'; write a URL such as https://static.crates.io",
    ),
    (
        "https://static.crates.io\n",
        "the base `https://static.crates.io\n` holds '\\n'; write a URL such as https://static.crates.io",
    ),
    (
        "https://stätic.crates.io",
        "the base `https://stätic.crates.io` holds 'ä'; write a URL such as https://static.crates.io",
    ),
    (
        "https://{host}",
        "the base `https://{host}` holds '{'; write a URL such as https://static.crates.io",
    ),
    (
        "https:/static.crates.io",
        "the base `https:/static.crates.io` has a scheme without `://`; write it as https://static.crates.io",
    ),
    (
        "https:static.crates.io",
        "the base `https:static.crates.io` has a scheme without `://`; write it as https://static.crates.io",
    ),
    (
        "ftp:/static.crates.io",
        "the base `ftp:/static.crates.io` has a scheme without `://`; write it as https://static.crates.io",
    ),
    (
        "ftp://static.crates.io",
        "the base `ftp://static.crates.io` has the scheme ftp; write https://, or http:// for a loopback host only",
    ),
    (
        "http://static.crates.io",
        "the base `http://static.crates.io` has the scheme http; write https://, or http:// for a loopback host only",
    ),
    (
        "http://mirror.org",
        "the base `http://mirror.org` has the scheme http; write https://, or http:// for a loopback host only",
    ),
    (
        "://static.crates.io",
        "the base `://static.crates.io` has the scheme ; write https://, or http:// for a loopback host only",
    ),
    (
        "https://",
        "the base `https://` has no host; write one before the path, such as https://static.crates.io",
    ),
    (
        "https:///crates",
        "the base `https:///crates` has no host; write one before the path, such as https://static.crates.io",
    ),
    (
        "/mirror",
        "the base `/mirror` has no host; write one before the path, such as https://static.crates.io",
    ),
    (
        "//static.crates.io",
        "the base `//static.crates.io` has no host; write one before the path, such as https://static.crates.io",
    ),
    (
        "/",
        "the base `/` has no host; write one before the path, such as https://static.crates.io",
    ),
    (
        "crates/",
        "the base `crates/` has no usable host: `crates` has no dot, so no client could resolve it; write the full domain",
    ),
    (
        "https//static.crates.io",
        "the base `https//static.crates.io` has no usable host: `https` has no dot, so no client could resolve it; write the full domain",
    ),
    (
        "https://static.crates.io.",
        "the base `https://static.crates.io.` has no usable host: `static.crates.io.` ends in a dot; write it without",
    ),
    (
        "https://:8443/a",
        "the base `https://:8443/a` has no usable host: the host is empty; write a host such as static.crates.io",
    ),
    (
        "https://static_crates.io",
        "the base `https://static_crates.io` has no usable host: `static_crates.io` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "https://static..io",
        "the base `https://static..io` has no usable host: `static..io` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "https://1.2.3.4.5",
        "the base `https://1.2.3.4.5` has no usable host: `1.2.3.4.5` is neither a domain nor an IP address; write a host such as static.crates.io",
    ),
    (
        "https://2001:db8::1",
        "the base `https://2001:db8::1` has no usable host: `2001:db8:` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "https://static.crates.io:",
        "the base `https://static.crates.io:` has a port that is not a number from 1 to 65535",
    ),
    (
        "https://static.crates.io:0",
        "the base `https://static.crates.io:0` has a port that is not a number from 1 to 65535",
    ),
    (
        "https://static.crates.io:65536",
        "the base `https://static.crates.io:65536` has a port that is not a number from 1 to 65535",
    ),
    (
        "https://static.crates.io:+443",
        "the base `https://static.crates.io:+443` has a port that is not a number from 1 to 65535",
    ),
    (
        "https://user@static.crates.io",
        "the base `https://user@static.crates.io` holds user info; a redirect must not carry any, so leave it out",
    ),
    (
        "user:secret@static.crates.io/a",
        "the base `user:secret@static.crates.io/a` holds user info; a redirect must not carry any, so leave it out",
    ),
    (
        "https://static.crates.io/?path=",
        "the base `https://static.crates.io/?path=` has a query; leave the `?` and all after it out",
    ),
    (
        "https://static.crates.io#top",
        "the base `https://static.crates.io#top` has a fragment; leave the `#` and all after it out",
    ),
    (
        "https://cdn.example/a//b",
        "the base `https://cdn.example/a//b` has the path segment ``; write segments of letters, digits and `-._~`, none of them empty, `.` or `..`",
    ),
    (
        "static.crates.io//crates",
        "the base `static.crates.io//crates` has the path segment ``; write segments of letters, digits and `-._~`, none of them empty, `.` or `..`",
    ),
    (
        "https://cdn.example/a/../b",
        "the base `https://cdn.example/a/../b` has the path segment `..`; write segments of letters, digits and `-._~`, none of them empty, `.` or `..`",
    ),
    (
        "https://cdn.example/./b",
        "the base `https://cdn.example/./b` has the path segment `.`; write segments of letters, digits and `-._~`, none of them empty, `.` or `..`",
    ),
    (
        "https://cdn.example/a%2Fb",
        "the base `https://cdn.example/a%2Fb` has the path segment `a%2Fb`; write segments of letters, digits and `-._~`, none of them empty, `.` or `..`",
    ),
    (
        "https://cdn.example/a+b",
        "the base `https://cdn.example/a+b` has the path segment `a+b`; write segments of letters, digits and `-._~`, none of them empty, `.` or `..`",
    ),
];

#[test]
fn the_error_of_a_wrong_base_says_what_to_write() {
    for (text, message) in MISTAKES {
        let error: Result<Base, BaseError> = Base::parse(text);
        let error = error.expect_err(&format!("{text:?} is not a base"));
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
}
