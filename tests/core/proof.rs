//! The proof accepts one string for each request: every one-byte change of it is refused, and every
//! refusal is given for its own reason.

#![cfg(not(target_family = "wasm"))]

use std::collections::BTreeSet;

use crate::fixtures::configs::{as_compiled, problems_of, production};
use crate::fixtures::proving::{chosen, prove};
use signpost::authoring::Authored;
use signpost::config::Config;
use signpost::location::{Location, Refusal};
use signpost::request::Request;
use signpost::target::Chosen;
use signpost::values::{Host, MAX_LOCATION};
use signpost_rows::{PRESETS, PRODUCTION, SmallConfig};

/// The host of the requests, which no target has.
const CLIENT_FACING: &str = "registry.example";

const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Bases besides production's.
const OTHER_BASES: &[&str] = &[
    "https://cdn.example:8443",
    "https://cdn.example/mirror",
    "https://cdn.example:8443/a/b",
    "https://[2001:db8::1]:8443/x",
    "http://127.0.0.1:7878",
    "http://localhost:7878/cdn",
];

/// A configuration with a route for each type of capture, all below one base.
#[track_caller]
fn every_capture_type(base: &str) -> Authored {
    let text = SmallConfig::new(&format!("hosts = [{CLIENT_FACING:?}]"))
        .target("cdn", base, "")
        .route(
            "crate",
            "/c/{name:crate}/{version:semver}",
            "/{name}/{name}-{version}.crate",
        )
        .example("/c/a/0.1.0+b", "/a/a-0.1.0%2Bb.crate")
        .route(
            "object",
            "/o/{digest:sha256}/{file:segment}",
            "/o/{digest}-{file}",
        )
        .example(&format!("/o/{DIGEST}/a,b"), &format!("/o/{DIGEST}-a%2Cb"))
        .route("rest", "/r/{rest:path}", "/all/{rest}")
        .example("/r/x/@y/z~.txt", "/all/x/%40y/z~.txt");
    Authored::from_toml(&text.to_string()).unwrap_or_else(|problems| panic!("{base}: {problems}"))
}

/// How many changed candidates were tried.
#[derive(Default)]
struct Tried {
    /// Those that the proof refused.
    refused: usize,
    /// Those that are not UTF-8, so that they cannot become a candidate at all.
    refused_by_type: usize,
}

struct Proof<'p> {
    chosen: &'p Chosen<'p, 'p>,
    right: &'p str,
}

impl Proof<'_> {
    #[track_caller]
    fn is_refused(&self, changed: Vec<u8>, tried: &mut Tried) {
        let Ok(candidate) = String::from_utf8(changed) else {
            tried.refused_by_type += 1;
            return;
        };
        assert_ne!(candidate, self.right, "nothing changed");
        if let Ok(location) = prove(self.chosen, &candidate) {
            panic!("proven instead of {}: {location}", self.right);
        }
        tried.refused += 1;
    }
}

/// Tries every location that is one byte away from the example's.
#[track_caller]
fn check_every_neighbour(config: &Config, request: &str, right: &str) {
    let host = config.first_host(None).map_or(CLIENT_FACING, Host::as_str);
    let request = Request::new("GET", host, request);
    let chosen = &chosen(config, &request);
    let proof = Proof { chosen, right };
    let proven = prove(chosen, right).unwrap_or_else(|refusal| panic!("{right}: {refusal}"));
    assert_eq!(proven.as_str(), right);

    let mut tried = Tried::default();
    let bytes = right.as_bytes();
    for place in 0..=bytes.len() {
        let (before, after) = bytes.split_at(place);
        for byte in u8::MIN..=u8::MAX {
            proof.is_refused([before, &[byte], after].concat(), &mut tried);
        }
        let Some((old, after)) = after.split_first() else {
            continue;
        };
        proof.is_refused([before, after].concat(), &mut tried);
        for byte in (u8::MIN..=u8::MAX).filter(|byte| byte != old) {
            proof.is_refused([before, &[byte], after].concat(), &mut tried);
        }
    }
    // Three bytes away: each character written as its escape, a slash as `%2F` among them.
    for (place, byte) in bytes.iter().enumerate() {
        let (before, after) = bytes.split_at(place);
        let escape = format!("%{byte:02X}");
        proof.is_refused(
            [before, escape.as_bytes(), &after[1..]].concat(),
            &mut Tried::default(),
        );
    }
    let (length, half) = (bytes.len(), 128);
    assert_eq!(
        tried.refused_by_type,
        half * (length + 1) + half * length,
        "{right}"
    );
    assert_eq!(
        tried.refused,
        half * (length + 1) + length + (half - 1) * length,
        "{right}"
    );
}

#[test]
fn every_location_one_byte_away_from_a_proven_one_is_refused() {
    let mut configs =
        vec![Authored::from_toml(PRODUCTION).expect("production's configuration holds")];
    configs.extend(OTHER_BASES.iter().map(|base| every_capture_type(base)));
    let mut locations = BTreeSet::new();
    for (_, preset) in PRESETS {
        let authored = Authored::from_toml(preset).expect("a preset holds");
        // One for each route: what differs between the examples of a route is in the captures.
        let mut routes = BTreeSet::new();
        for example in authored.examples() {
            if routes.insert(example.route().clone()) {
                check_every_neighbour(
                    authored.config(),
                    example.request(),
                    example.location().as_str(),
                );
                locations.insert(example.location().to_string());
            }
        }
    }
    for authored in &configs {
        for example in authored.examples() {
            check_every_neighbour(
                authored.config(),
                example.request(),
                example.location().as_str(),
            );
            locations.insert(example.location().to_string());
        }
    }
    assert!(
        locations.len() >= 45,
        "only {} locations were tried",
        locations.len()
    );
}

/// A candidate for `smallvec` 1.10.0 below `https://static.crates.io`, and why it is refused.
const REFUSED: &[(&str, Refusal)] = &[
    ("", Refusal::NotAUrl),
    ("/crates/smallvec/smallvec-1.10.0.crate", Refusal::NotAUrl),
    (
        "static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotAUrl,
    ),
    (
        "//static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotAUrl,
    ),
    ("https://", Refusal::NotAUrl),
    (
        "https://static.crates.io:port/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotAUrl,
    ),
    (
        "HTTPS://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https://Static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https:static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https:/static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https:///static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https:\\\\static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https://static.crates.io\\crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https://static.crates.io:443/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https://@static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https://static.crates.io/crates/./smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https://static.crates.io/x/../crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https://static.crates.io/x/%2e%2E/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    (
        "https://static.crates.io/crates/smallvec/<smallvec>-1.10.0.crate",
        Refusal::NotCanonical,
    ),
    ("https://static.crates.io", Refusal::NotCanonical),
    (
        "http://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::Scheme,
    ),
    (
        "ftp://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::Scheme,
    ),
    (
        "file:///crates/smallvec/smallvec-1.10.0.crate",
        Refusal::Scheme,
    ),
    ("javascript:alert(1)", Refusal::Scheme),
    (
        "static.crates.io:crates/smallvec/smallvec-1.10.0.crate",
        Refusal::Scheme,
    ),
    (
        "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotTheBase,
    ),
    (
        "https://static.crates.io./crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotTheBase,
    ),
    (
        "https://evil.com/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotTheBase,
    ),
    (
        "https://static.crates.io.evil.com/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotTheBase,
    ),
    (
        "https://static.crates.io@evil.com/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotTheBase,
    ),
    (
        "https://static.crates.io:8443/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotTheBase,
    ),
    (
        "https://static.staging.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotTheBase,
    ),
    (
        "https://user@static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::UserInfo,
    ),
    (
        "https://:secret@static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::UserInfo,
    ),
    (
        "https://evil.com:x@static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::UserInfo,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate?",
        Refusal::Query,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate?a=b",
        Refusal::Query,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate?#",
        Refusal::Query,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate#",
        Refusal::Fragment,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate#a",
        Refusal::Fragment,
    ),
    ("https://static.crates.io/", Refusal::UnsafeSegment),
    (
        "https://static.crates.io//crates/smallvec/smallvec-1.10.0.crate",
        Refusal::UnsafeSegment,
    ),
    (
        "https://static.crates.io/crates//smallvec-1.10.0.crate",
        Refusal::UnsafeSegment,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate/",
        Refusal::UnsafeSegment,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0+1.crate",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0%2b1.crate",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/%73mallvec-1.10.0.crate",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate%",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate%2",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate%XY",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate;a",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate%FF",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate%2F",
        Refusal::UnsafeCharacter,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0%2B1.crate",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate.crate",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.1.crate",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/crates/smallvec/bigvec-1.10.0.crate",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/crates/bigvec/bigvec-1.10.0.crate",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/crates/Smallvec/Smallvec-1.10.0.crate",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/readmes/smallvec/smallvec-1.10.0.html",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/crates/smallvec",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/crates/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::CapturesDiffer,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate\r\nSet-Cookie:a=b",
        Refusal::NotPrintableAscii,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate ",
        Refusal::NotPrintableAscii,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate\t",
        Refusal::NotPrintableAscii,
    ),
    (
        "\u{0}https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotPrintableAscii,
    ),
    (
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate\u{7f}",
        Refusal::NotPrintableAscii,
    ),
    (
        "https://stätic.crates.io/crates/smallvec/smallvec-1.10.0.crate",
        Refusal::NotPrintableAscii,
    ),
];

/// Proves a candidate for a request that came to a host that no target has.
#[track_caller]
fn check(config: &Config, target: &str, candidate: &str) -> Result<Location, Refusal> {
    check_from(CLIENT_FACING, config, target, candidate)
}

#[track_caller]
fn check_from(
    host: &str,
    config: &Config,
    target: &str,
    candidate: &str,
) -> Result<Location, Refusal> {
    let request = Request::new("GET", host, target);
    prove(&chosen(config, &request), candidate)
}

#[test]
fn each_refusal_is_given_for_its_own_reason() {
    let config = production();
    let target = "/api/v1/crates/smallvec/1.10.0/download";
    for (candidate, refusal) in REFUSED {
        assert_eq!(
            check_from("crates.io", &config, target, candidate),
            Err(*refusal),
            "{candidate:?}"
        );
    }
    let elsewhere = [Refusal::TooLong, Refusal::HostNotAllowed, Refusal::Loop];
    let given: Vec<_> = REFUSED
        .iter()
        .map(|(_, refusal)| *refusal)
        .chain(elsewhere)
        .collect();
    for &refusal in Refusal::ALL {
        assert!(
            given.contains(&refusal),
            "no candidate here is refused as {refusal}"
        );
    }
}

#[test]
fn a_path_of_the_base_is_part_of_the_proof() {
    let config = every_capture_type("https://cdn.example/a/b");
    let rows = [
        ("https://cdn.example/a/b/c/c-1.0.0.crate", Ok(())),
        (
            "https://cdn.example/a/c/c-1.0.0.crate",
            Err(Refusal::CapturesDiffer),
        ),
        ("https://cdn.example/a", Err(Refusal::CapturesDiffer)),
        ("https://cdn.example/a/b", Err(Refusal::CapturesDiffer)),
        (
            "https://cdn.example/A/b/c/c-1.0.0.crate",
            Err(Refusal::CapturesDiffer),
        ),
        (
            "https://cdn.example/c/c-1.0.0.crate",
            Err(Refusal::CapturesDiffer),
        ),
    ];
    for (candidate, expected) in rows {
        assert_eq!(
            check(config.config(), "/c/c/1.0.0", candidate).map(drop),
            expected,
            "{candidate}"
        );
    }
}

#[test]
fn a_location_that_reads_back_in_two_ways_is_refused() {
    // It does not compile, but an entry may have it all the same.
    let text = SmallConfig::new("")
        .target("cdn", "https://cdn.example", "")
        .route("two", "/two/{a:segment}/{b:segment}", "/{a}-{b}");
    let config = as_compiled(&text.to_string());
    for (path, location, expected) in [
        ("/two/x/y", "https://cdn.example/x-y", Ok(())),
        (
            "/two/x-y/z",
            "https://cdn.example/x-y-z",
            Err(Refusal::CapturesDiffer),
        ),
    ] {
        let proven = check(&config, path, location).map(drop);
        assert_eq!(proven, expected, "{path}");
    }
}

#[test]
fn plain_http_is_for_a_loopback_base_only() {
    let local = every_capture_type("http://127.0.0.1:7878");
    let secure = every_capture_type("https://127.0.0.1:7878");
    let rows = [
        (&local, "http://127.0.0.1:7878/c/c-1.0.0.crate", Ok(())),
        (
            &local,
            "https://127.0.0.1:7878/c/c-1.0.0.crate",
            Err(Refusal::Scheme),
        ),
        (
            &local,
            "http://127.0.0.1/c/c-1.0.0.crate",
            Err(Refusal::NotTheBase),
        ),
        (
            &local,
            "http://localhost:7878/c/c-1.0.0.crate",
            Err(Refusal::NotTheBase),
        ),
        (&secure, "https://127.0.0.1:7878/c/c-1.0.0.crate", Ok(())),
        (
            &secure,
            "http://127.0.0.1:7878/c/c-1.0.0.crate",
            Err(Refusal::Scheme),
        ),
    ];
    for (config, candidate, expected) in rows {
        assert_eq!(
            check(config.config(), "/c/c/1.0.0", candidate).map(drop),
            expected,
            "{candidate}"
        );
    }
}

#[test]
fn a_location_has_at_most_2048_bytes() {
    let host = format!(
        "{}.example",
        ["a".repeat(60), "b".repeat(60), "c".repeat(60)].join(".")
    );
    let start = format!("https://{host}/");
    let base_path = vec!["d".repeat(MAX_LOCATION / 8); 4].join("/");
    let base = format!("{start}{base_path}");
    let config = every_capture_type(&base);
    let start = format!("{base}/all");
    for (length, expected) in [
        (MAX_LOCATION, Ok(())),
        (MAX_LOCATION + 1, Err(Refusal::TooLong)),
    ] {
        let mut left = length - start.len();
        let mut rest = String::new();
        while left > 0 {
            let segment = left.min(256);
            // The last two segments share what is left, so that neither is empty.
            let segment = if left - segment == 1 {
                segment - 1
            } else {
                segment
            };
            rest.push('/');
            rest.push_str(&"e".repeat(segment - 1));
            left -= segment;
        }
        let candidate = format!("{start}{rest}");
        assert_eq!(candidate.len(), length);
        // No request gets a location that is too long, so one of another request has to do.
        let path = if expected.is_ok() {
            format!("/r{rest}")
        } else {
            "/r/e".to_owned()
        };
        assert_eq!(
            check(config.config(), &path, &candidate).map(drop),
            expected,
            "{length} bytes"
        );
    }
}

/// Locations that may lead back to a route on the host of their request.
#[track_caller]
fn same_paths(hosts: &str) -> Config {
    let text = SmallConfig::new(hosts)
        .target("cdn", "https://cdn.example", "")
        .route("pub", "/pub/{file:segment}", "/pub/{file}")
        .route("version", "/versions/{file:segment}", "/numbers/{file}")
        .route("number", "/numbers/{version:semver}", "/n/{version}")
        .route("excepted", "/excepted/{file:segment}", "/pub/not-{file}");
    let exception = "[[routes]]\nname = \"exception\"\npath = \"/pub/not-a\"\norigin = true";
    as_compiled(&format!("{text}\n{exception}"))
}

#[test]
fn a_location_that_comes_back_to_a_route_is_refused() {
    let any_host = same_paths("");
    let rows = [
        // The host is the target's, in some spelling, and the path is on the same route.
        ("cdn.example", "/pub/a", Err(Refusal::Loop)),
        ("CDN.Example:443", "/pub/a", Err(Refusal::Loop)),
        ("cdn.example:8443", "/pub/a", Err(Refusal::Loop)),
        ("registry.example", "/pub/a", Ok(())),
        ("", "/pub/a", Ok(())),
        // The path is on another route.
        ("cdn.example", "/versions/1.0.0", Err(Refusal::Loop)),
        ("registry.example", "/versions/1.0.0", Ok(())),
        // The path has the shape of another route, which passes it to the origin.
        ("cdn.example", "/versions/a", Ok(())),
        // The path is on no route.
        ("cdn.example", "/numbers/1.0.0", Ok(())),
        // The path is on a route of the origin.
        ("cdn.example", "/excepted/a", Ok(())),
        ("cdn.example", "/excepted/b", Err(Refusal::Loop)),
    ];
    for (host, target, expected) in rows {
        let (_, file) = target.rsplit_once('/').expect("a path");
        let below = match target {
            _ if target.starts_with("/pub") => "pub/",
            _ if target.starts_with("/versions") => "numbers/",
            _ if target.starts_with("/excepted") => "pub/not-",
            _ => "n/",
        };
        let candidate = format!("https://cdn.example/{below}{file}");
        let proven = check_from(host, &any_host, target, &candidate);
        assert_eq!(proven.map(drop), expected, "{host} {target}");
    }
}

#[test]
fn a_location_on_another_listed_host_is_a_loop_too() {
    let text = r#"
        allowed_hosts = ["b.example"]
        hosts = ["a.example", "b.example"]
        [origin]
        backends = ["origin"]
        [targets.b]
        base = "https://b.example"
        [[routes]]
        name = "pub"
        path = "/pub/{file:segment}"
        target = "b"
        location = "/pub/{file}"
        examples = [{ request = "/pub/a", location = "https://b.example/pub/a" }]
    "#;
    let problems = problems_of(text);
    assert_eq!(
        problems.to_string(),
        "line 12, column 20: location-loops: routes[0].location: the request `/pub/serde` leads back to a route on \
         the same host; change the location, or leave the host of its base out of `hosts`\n\
         line 13, column 54: example-fails: routes[0].examples[0].location: the request `/pub/a` should lead to \
         `https://b.example/pub/a` by the route `pub`, and goes to the origin: location-refused (loop)"
    );
}

#[test]
fn a_refusal_is_written_as_its_code() {
    for &refusal in Refusal::ALL {
        assert_eq!(refusal.to_string(), refusal.code());
    }
}
