//! The explanation of a request agrees with its answer: where it stopped on each route, and the verdict
//! on each point of the proof.

use crate::test;
use std::collections::BTreeSet;

use crate::fixtures::configs::{as_compiled, read};
use crate::fixtures::proving::{chosen, examine, prove};
use signpost::config::Config;
use signpost::location::{Point, Refusal, Verdict};
use signpost::request::{MalformedPath, Request};
use signpost::route::{self, NoMatch, Outcome, Trace};
use signpost::values::Mismatch;
use signpost_rows::{MIRROR, PRODUCTION, of_any_host};

/// The mirror without its list of hosts, so that a request may come to the host of a base. It does not
/// compile, because its locations may come back.
#[track_caller]
fn mirror_of_any_host() -> Config {
    as_compiled(&of_any_host(MIRROR))
}

/// A trace in a few words.
fn in_words(trace: &Trace<'_, '_>) -> String {
    let outcome = match &trace.outcome {
        Outcome::Matched(captures) => {
            let captures = captures.iter();
            let captures: Vec<_> = captures.map(signpost::values::Capture::as_str).collect();
            format!("matched {}", captures.join(" "))
        }
        Outcome::NotReached => "not tried".to_owned(),
        Outcome::OtherHost => "of another host".to_owned(),
        Outcome::Stopped(Mismatch::SegmentCount {
            at_least,
            at_most,
            found,
        }) => format!(
            "{found} segments, not {at_least}{}",
            match at_most {
                None => " or more".to_owned(),
                Some(most) if most == at_least => String::new(),
                Some(most) => format!(" to {most}"),
            }
        ),
        Outcome::Stopped(Mismatch::Literal {
            segment,
            expected,
            found,
            ..
        }) => format!("{segment} is {found}, not {expected}"),
        Outcome::Stopped(Mismatch::Capture {
            segment,
            slot,
            found,
            ..
        }) => format!("{segment} is {found}, no {}:{}", slot.name(), slot.kind()),
    };
    format!("{}: {outcome}", trace.route.name())
}

/// A configuration, a path, and where the path stopped on each route.
const ATTEMPTS: &[(&str, &str, &[&str])] = &[
    (
        PRODUCTION,
        "/api/v1/crates/libc/0.2.147/download",
        &[
            "download: matched libc 0.2.147",
            "readme: not tried",
            "cdn-download: not tried",
        ],
    ),
    (
        PRODUCTION,
        "/api/v1/crates/libc/0.2.147/readme?x",
        &[
            "download: 5 is readme, not download",
            "readme: matched libc 0.2.147",
            "cdn-download: not tried",
        ],
    ),
    (
        PRODUCTION,
        "/api/v1/crates/libc/0.2/download",
        &[
            "download: 4 is 0.2, no version:semver",
            "readme: 5 is download, not readme",
            "cdn-download: 6 segments, not 4",
        ],
    ),
    (
        PRODUCTION,
        "/api/v1/crates/%2Blibc/0.2/download",
        &[
            "download: 3 is +libc, no name:crate",
            "readme: 5 is download, not readme",
            "cdn-download: 6 segments, not 4",
        ],
    ),
    (
        PRODUCTION,
        "/",
        &[
            "download: 1 segments, not 6",
            "readme: 1 segments, not 6",
            "cdn-download: 1 segments, not 4",
        ],
    ),
    (
        MIRROR,
        "/files/a b/c",
        &[
            "file: 1 is a b/c, no rest:path",
            "same-path: 0 is files, not pub",
            "object: 0 is files, not objects",
        ],
    ),
    (
        MIRROR,
        "/objects",
        &[
            "file: 1 segments, not 2 or more",
            "same-path: 1 segments, not 2 or more",
            "object: 1 segments, not 3",
        ],
    ),
    (
        MIRROR,
        "/pub/a/b",
        &[
            "file: 0 is pub, not files",
            "same-path: matched a/b",
            "object: not tried",
        ],
    ),
];

#[test]
fn a_path_stops_on_each_route_at_a_place() {
    for (config, target, expected) in ATTEMPTS {
        let config = read(config);
        for method in ["GET", "PUT"] {
            let request = Request::new(method, "crates.io", target);
            let traces = route::trace(&config, &request)
                .unwrap_or_else(|malformed| panic!("{target}: {malformed:?}"));
            let words: Vec<_> = traces.iter().map(in_words).collect();
            assert_eq!(words, *expected, "{method} {target}");
            check_traces(&config, &request);
        }
    }
}

#[test]
fn a_malformed_path_is_compared_with_no_route() {
    let config = read(PRODUCTION);
    for target in ["", "*", "//", "/a/../b", "/a%2Fb", "/%252B"] {
        let request = Request::new("GET", "crates.io", target);
        assert_eq!(
            route::trace(&config, &request),
            Err(MalformedPath),
            "{target}"
        );
        check_traces(&config, &request);
    }
}

/// Whether the traces of a request agree with what [`route::find`] makes of it.
#[track_caller]
fn check_traces(config: &Config, request: &Request<'_>) {
    let found = route::find(config, request);
    let Ok(traces) = route::trace(config, request) else {
        assert_eq!(found, Err(NoMatch::PathMalformed), "{request:?}");
        return;
    };
    let routes = traces.iter().map(|trace| trace.route);
    assert!(routes.eq(config.patterns()), "{request:?}");
    let matched = traces.iter().find_map(|trace| match &trace.outcome {
        Outcome::Matched(captures) => Some(captures.as_slice()),
        _ => None,
    });
    let mistaken = traces.iter().find_map(|trace| match &trace.outcome {
        Outcome::Stopped(Mismatch::Capture { slot, .. }) => Some(*slot),
        _ => None,
    });
    match found {
        Ok(found) => assert_eq!(matched, Some(found.captures()), "{request:?}"),
        Err(NoMatch::MethodNotRedirectable) => {
            assert!(matched.is_some() || mistaken.is_some(), "{request:?}");
        }
        Err(no_match) => {
            let expected = mistaken.map_or(NoMatch::NoRoute, NoMatch::CaptureInvalid);
            assert_eq!((matched, no_match), (None, expected), "{request:?}");
        }
    }
}

/// Each point: `+` if it holds, `?` if it was not reached, or the refusal.
#[track_caller]
fn verdicts(config: &Config, host: &str, target: &str, candidate: &str) -> String {
    let request = Request::new("GET", host, target);
    let chosen = chosen(config, &request);
    let examined = examine(&chosen, candidate);
    let proven = prove(&chosen, candidate);
    let refused = examined.iter().find_map(|(_, verdict)| match verdict {
        Verdict::Refused(refusal) => Some(*refusal),
        _ => None,
    });
    assert_eq!(proven.err(), refused, "{candidate}");
    let asked = examined.iter().map(|(point, _)| *point);
    assert!(asked.eq(Point::ALL.iter().copied()), "{candidate}");
    let words = examined.iter().map(|(_, verdict)| match verdict {
        Verdict::Held => "+",
        Verdict::Refused(refusal) => refusal.code(),
        Verdict::NotReached => "?",
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_point_has_a_verdict_whichever_failed() {
    let production = read(PRODUCTION);
    let target = "/api/v1/crates/smallvec/1.10.0/download";
    let rows = [
        (
            "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
            "+ + + + + + + + + +",
        ),
        // The candidate of 2023-07-20.
        (
            "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate",
            "+ + + + + not-the-base + + captures-differ +",
        ),
        (
            "/crates/smallvec/smallvec-1.10.0.crate",
            "+ + not-a-url ? ? ? ? ? ? ?",
        ),
        (
            "/crates/smallvec/smallvec 1.10.0.crate",
            "+ not-printable-ascii not-a-url ? ? ? ? ? ? ?",
        ),
        (
            "HTTP://user@Static.Crates.IO//crates/%FF?",
            "+ + + not-canonical scheme not-the-base user-info unsafe-character captures-differ +",
        ),
        (
            "mailto:crates#",
            "+ + + + scheme not-the-base fragment + captures-differ +",
        ),
    ];
    for (candidate, expected) in rows {
        assert_eq!(
            verdicts(&production, "crates.io", target, candidate),
            expected,
            "{candidate}"
        );
    }
    assert_eq!(
        verdicts(
            &mirror_of_any_host(),
            "mirror.org",
            "/pub/a",
            "https://mirror.org/pub/a"
        ),
        "+ + + + + + + + + loop"
    );
    let too_long = format!("https://static.crates.io/{}", "a".repeat(3000));
    assert_eq!(
        verdicts(&production, "crates.io", target, &too_long),
        "too-long + + + + + + + captures-differ +"
    );
}

#[test]
fn a_point_has_a_code_of_its_own_and_asks_a_question() {
    let codes: Vec<_> = Point::ALL.iter().map(|point| point.code()).collect();
    let expected = [
        "short-enough",
        "printable-ascii",
        "absolute-url",
        "canonical",
        "scheme-of-base",
        "host-of-base",
        "nothing-else",
        "plain-segments",
        "same-captures",
        "no-loop",
    ];
    assert_eq!(codes, expected);
    let refusals: Vec<_> = Refusal::ALL.iter().map(|it| it.code()).collect();
    let different: BTreeSet<_> = codes.iter().chain(&refusals).collect();
    assert_eq!(different.len(), codes.len() + refusals.len());
    for point in Point::ALL {
        assert_eq!(point.to_string(), point.code());
        assert!(point.question().ends_with('?'), "{point}");
    }
}

#[cfg(not(target_family = "wasm"))]
mod whatever_arrives {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::sample::select;

    use super::{
        Config, MIRROR, PRODUCTION, Request, check_traces, mirror_of_any_host, of_any_host, read,
        verdicts,
    };

    static CONFIGS: LazyLock<[Config; 2]> = LazyLock::new(|| [read(PRODUCTION), read(MIRROR)]);
    static OF_ANY_HOST: LazyLock<[Config; 2]> =
        LazyLock::new(|| [read(&of_any_host(PRODUCTION)), mirror_of_any_host()]);

    /// Pieces that often make a whole path, and often miss one narrowly.
    fn target() -> impl Strategy<Value = String> {
        let pieces = select(vec![
            "/",
            "/api",
            "/v1",
            "/crates",
            "/libc",
            "/1.0.0",
            "/0.2",
            "/%2B",
            "/a b",
            "/download",
            "/readme",
            "/files",
            "/pub",
            "/objects",
            "/..",
            "/%2F",
            "?x",
            "/a+b",
            "",
        ]);
        let whole = select(vec![
            "/api/v1/crates/libc/1.0.0/download",
            "/api/v1/crates/-/1.0/readme",
            "/crates/libc/1.0.0/download",
            "/files/a/b",
            "/pub/a",
        ]);
        let built = prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat());
        prop_oneof![built, whole.prop_map(str::to_owned), "/[ -~]{0,40}"]
    }

    /// Texts around a location, among them the location itself.
    fn candidate() -> impl Strategy<Value = String> {
        let pieces = select(vec![
            "https://",
            "http://",
            "//",
            "/",
            "static.crates.io",
            "mirror.org",
            "STATIC",
            "user@",
            ":443",
            ":8443",
            "crates",
            "/libc",
            "/libc-1.0.0.crate",
            "/crates",
            "/pub/a",
            "..",
            "%2B",
            "%2f",
            "%FF",
            "?",
            "#",
            " ",
            "ä",
            "\u{0}",
            "mailto:",
        ]);
        let built = prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat());
        let right = select(vec![
            "https://static.crates.io/crates/libc/libc-1.0.0.crate",
            "https://mirror.org/pub/a",
        ]);
        prop_oneof![built, right.prop_map(str::to_owned), "\\PC{0,40}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2_000,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn the_attempts_agree_with_what_is_found(
            config in 0..CONFIGS.len(),
            method in select(vec!["GET", "HEAD", "PUT"]),
            target in target(),
        ) {
            check_traces(&CONFIGS[config], &Request::new(method, "crates.io", &target));
        }

        #[test]
        fn the_proof_fails_with_the_first_refusal_that_is_examined(
            host in select(vec!["crates.io", "static.crates.io", "mirror.org"]),
            candidate in candidate(),
        ) {
            let [production, mirror] = &*OF_ANY_HOST;
            verdicts(production, host, "/api/v1/crates/libc/1.0.0/download", &candidate);
            verdicts(mirror, host, "/pub/a", &candidate);
        }
    }
}

#[test]
fn a_trace_names_the_routes_of_other_hosts_and_of_the_origin() {
    let config = as_compiled(
        "allowed_hosts = ['cdn.example']\norigin.backends = ['origin']\ntargets.cdn.base = 'cdn.example'\n\
         [[routes]]\nname = 'file'\npath = '/{a.index-prefix}/{a:crate}'\nhosts = ['a.example']\ntarget = 'cdn'\nlocation = '/{a}'\n\
         [[routes]]\nname = 'new'\npath = '/f/{n:digits}'\norigin = true\n",
    );
    let rows: [(&str, &str, &[&str]); 4] = [
        ("a.example", "/f/1", &["new: matched 1", "file: not tried"]),
        (
            "b.example",
            "/f/x",
            &["new: 1 is x, no n:digits", "file: of another host"],
        ),
        (
            "a.example",
            "/1/a",
            &["new: 0 is 1, not f", "file: matched a"],
        ),
        (
            "a.example",
            "/x",
            &["new: 1 segments, not 2", "file: 1 segments, not 2 to 3"],
        ),
    ];
    for (host, path, expected) in rows {
        let request = Request::new("GET", host, path);
        let traces = route::trace(&config, &request).expect("a path");
        let said: Vec<_> = traces.iter().map(in_words).collect();
        assert_eq!(said, expected, "{host}{path}");
    }
}

#[test]
fn a_trace_agrees_with_the_route_that_is_found_for_every_preset() {
    for (name, toml) in signpost_rows::PRESETS {
        let config = crate::fixtures::configs::read(toml);
        for row in signpost_rows::preset_rows()
            .iter()
            .filter(|row| row.preset == name)
        {
            let request = Request::new("GET", "registry.example", row.target);
            let found = match route::find(&config, &request) {
                Ok(found) => Some(found.route().name()),
                Err(NoMatch::OriginRoute(route)) => Some(route.name()),
                Err(_) => None,
            };
            let traces = route::trace(&config, &request).unwrap_or_default();
            let mut matched = traces.iter();
            let matched = matched.find(|it| matches!(it.outcome, Outcome::Matched(_)));
            assert_eq!(matched.map(|it| it.route.name()), found, "{row:?}");
        }
    }
}
