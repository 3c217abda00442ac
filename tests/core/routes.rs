//! Which route a request is on, what it captures, and why it is on none.

use crate::fixtures::configs::{problems_of, read};
use crate::test;
use signpost::config::{Config, RedirectStatus, RouteName};
use signpost::decision::Reason;
use signpost::request::Request;
use signpost::route;
use signpost::values::{CaptureType, PathTemplate};
use signpost_rows::PRODUCTION;

const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Routes whose shapes overlap, in an order that matters.
const OVERLAPPING: &str = r#"
allowed_hosts = ["cdn.example"]
[origin]
backends = ["origin"]
[targets.cdn]
base = "https://cdn.example"
[[routes]]
name = "version"
path = "/x/{version:semver}"
target = "cdn"
location = "/versions/{version}"
examples = [{ request = "/x/1.0.0", location = "https://cdn.example/versions/1.0.0" }]
[[routes]]
name = "crate"
path = "/x/{name:crate}"
target = "cdn"
location = "/crates/{name}"
examples = [{ request = "/x/libc", location = "https://cdn.example/crates/libc" }]
[[routes]]
name = "rest"
path = "/y/{rest:path}"
target = "cdn"
location = "/rest/{rest}"
examples = [{ request = "/y/a/b", location = "https://cdn.example/rest/a/b" }]
[[routes]]
name = "never-alone"
path = "/y/{file:segment}"
target = "cdn"
location = "/files/{file}"
examples = []
[[routes]]
name = "literal"
path = "/z/y.x~w-v_u"
target = "cdn"
location = "/literal"
examples = [{ request = "/z/y.x~w-v_u", location = "https://cdn.example/literal" }]
"#;

/// The routes of [`OVERLAPPING`] without the one that no request reaches.
#[track_caller]
fn overlapping() -> Config {
    let (before, rest) = OVERLAPPING
        .split_once("[[routes]]\nname = \"never-alone\"")
        .expect("the route");
    let (_, after) = rest.split_once("examples = []\n").expect("the route's end");
    read(&[before, after].concat())
}

/// The name of a route and the captured values, or the reason.
type Found<'a> = Result<(&'a str, &'a [&'a str]), Reason>;

/// Compares the route and the captures of a request, or the reason.
#[track_caller]
fn check(config: &Config, method: &str, target: &str, expected: Result<(&str, &[&str]), &Reason>) {
    let request = Request::new(method, "crates.io", target);
    let found = route::find(config, &request);
    let found = found.as_ref().map(|found| {
        let captures = found
            .captures()
            .iter()
            .map(signpost::values::Capture::as_str);
        (found.route().name().as_str(), captures.collect::<Vec<_>>())
    });
    assert_eq!(
        found.map_err(|no_match| Reason::from(*no_match)),
        expected
            .map(|(name, captures)| (name, captures.to_vec()))
            .map_err(Clone::clone),
        "{method} {target}"
    );
}

#[test]
fn a_request_is_on_the_route_of_its_shape() {
    let config = read(PRODUCTION);
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "/api/v1/crates/libc/0.2.147/download",
            "download",
            &["libc", "0.2.147"],
        ),
        (
            "/api/v1/crates/libc/0.2.147/download?x=y",
            "download",
            &["libc", "0.2.147"],
        ),
        (
            "/api/v1/crates/libc/0.2.147/readme",
            "readme",
            &["libc", "0.2.147"],
        ),
        (
            "/crates/libc/0.2.147/download",
            "cdn-download",
            &["libc", "0.2.147"],
        ),
        (
            "/api/v1/crates/%6Cibc/0%2E2%2E147/%64ownload",
            "download",
            &["libc", "0.2.147"],
        ),
        (
            "/api/v1/crates/a_b-C/1.0.0-rc.1+b.2/download",
            "download",
            &["a_b-C", "1.0.0-rc.1+b.2"],
        ),
    ];
    for (target, name, captures) in rows {
        for method in ["GET", "HEAD"] {
            check(&config, method, target, Ok((name, captures)));
        }
    }
}

#[test]
fn the_values_that_a_location_holds_are_found_by_their_type() {
    let config = read(PRODUCTION);
    let target = "/api/v1/crates/libc/0.2.147/download";
    let request = Request::new("GET", "crates.io", target);
    let found = route::find(&config, &request).expect(target);
    for (kind, expected) in [
        (CaptureType::Crate, Some("libc")),
        (CaptureType::Semver, Some("0.2.147")),
        (CaptureType::Digits, None),
    ] {
        assert_eq!(found.value_of(&kind), expected, "{kind:?}");
    }
}

#[test]
fn a_request_on_no_route_has_a_reason() {
    let config = read(PRODUCTION);
    let rows = [
        ("GET", "/", Reason::NoRoute),
        ("GET", "/api/v1/crates/libc", Reason::NoRoute),
        (
            "GET",
            "/api/v1/crates/libc/0.2.147/downloads",
            Reason::NoRoute,
        ),
        (
            "GET",
            "/api/v1/crates/libc/0.2.147/Download",
            Reason::NoRoute,
        ),
        ("GET", "/api/v1/crates/libc/0.2.147", Reason::NoRoute),
        (
            "GET",
            "/x/api/v1/crates/libc/0.2.147/download",
            Reason::NoRoute,
        ),
        (
            "GET",
            "/api/v2/crates/libc/0.2.147/download",
            Reason::NoRoute,
        ),
        ("PUT", "/api/v1/crates/new", Reason::NoRoute),
        (
            "GET",
            "/api/v1/crates/libc/../download",
            Reason::PathMalformed,
        ),
        (
            "PUT",
            "/api/v1/crates/libc/%00/download",
            Reason::PathMalformed,
        ),
        ("OPTIONS", "*", Reason::PathMalformed),
        (
            "PUT",
            "/api/v1/crates/libc/0.2.147/download",
            Reason::MethodNotRedirectable,
        ),
        (
            "get",
            "/api/v1/crates/libc/0.2.147/download",
            Reason::MethodNotRedirectable,
        ),
        (
            "PUT",
            "/api/v1/crates/-/-/download",
            Reason::MethodNotRedirectable,
        ),
        (
            "GET",
            "/api/v1/crates/-libc/0.2.147/download",
            Reason::NameInvalid,
        ),
        (
            "GET",
            "/api/v1/crates/libc/v0.2.147/download",
            Reason::VersionInvalid,
        ),
        (
            "GET",
            "/api/v1/crates/1libc/0.2/download",
            Reason::NameInvalid,
        ),
    ];
    for (method, target, reason) in rows {
        check(&config, method, target, Err(&reason));
    }
}

#[test]
fn a_rewritten_request_is_on_no_route() {
    let config = read(PRODUCTION);
    let rows = [
        (
            "/api/v1/crates/libc/0.2.147/download",
            Reason::PathMalformed,
        ),
        ("/api/v1/crates/libc", Reason::NoRoute),
    ];
    for (target, reason) in rows {
        let request = Request::new("GET", "crates.io", target).rewritten();
        assert_eq!(
            route::find(&config, &request).map_err(Reason::from),
            Err(reason),
            "{target}"
        );
    }
}

#[test]
fn the_first_route_whose_captures_hold_is_taken() {
    let config = overlapping();
    let rows: &[(&str, Found)] = &[
        ("/x/1.0.0", Ok(("version", &["1.0.0"]))),
        ("/x/libc", Ok(("crate", &["libc"]))),
        // No capture holds, and the first route's is named.
        ("/x/1.0", Err(Reason::VersionInvalid)),
        ("/y/a", Ok(("rest", &["a"]))),
        ("/y/a/b.c/d+e", Ok(("rest", &["a/b.c/d+e"]))),
        ("/y", Err(Reason::NoRoute)),
        ("/y/", Err(Reason::CaptureInvalid)),
        ("/y/a/", Err(Reason::CaptureInvalid)),
        ("/y/a b", Err(Reason::CaptureInvalid)),
        ("/z/y.x~w-v_u", Ok(("literal", &[]))),
        ("/z/y.x~w-v_", Err(Reason::NoRoute)),
    ];
    for (target, expected) in rows {
        check(&config, "GET", target, expected.as_ref().copied());
    }
}

#[test]
fn a_route_that_is_never_reached_is_a_problem() {
    let example = r#"examples = [{ request = "/y/a", location = "https://cdn.example/files/a" }]"#;
    let text = OVERLAPPING.replace("examples = []", example);
    let problems = problems_of(&text);
    assert_eq!(
        problems.to_string(),
        "line 27, column 8: route-unreachable: routes[3].path: `never-alone` never matches: every path of it, such as \
         `/y/serde`, is on the route `rest`, which is tried first; leave one of them out, or make the path of `rest` \
         narrower\n\
         line 30, column 44: example-fails: routes[3].examples[0].location: the request `/y/a` should lead to \
         `https://cdn.example/files/a` by the route `never-alone`, and is on another route"
    );
}

/// A capture type, a text, and whether the text is of the type.
const CAPTURES: &[(CaptureType, &str, bool)] = &[
    (CaptureType::Crate, "a", true),
    (CaptureType::Crate, "Z9-_", true),
    (CaptureType::Crate, "compiler_builtins", true),
    (CaptureType::Crate, "", false),
    (CaptureType::Crate, "1a", false),
    (CaptureType::Crate, "_a", false),
    (CaptureType::Crate, "-a", false),
    (CaptureType::Crate, "a.b", false),
    (CaptureType::Crate, "a b", false),
    (CaptureType::Crate, "a/b", false),
    (CaptureType::Crate, "é", false),
    (CaptureType::Crate, "aé", false),
    (CaptureType::Semver, "1.0.0", true),
    (CaptureType::Semver, "1.0.0-rc.1+build.5", true),
    (CaptureType::Semver, "0.12.25+1.3.0", true),
    (CaptureType::Semver, "18446744073709551615.0.0", true),
    (CaptureType::Semver, "18446744073709551616.0.0", false),
    (CaptureType::Semver, "1.0", false),
    (CaptureType::Semver, "v1.0.0", false),
    (CaptureType::Semver, "01.0.0", false),
    (CaptureType::Semver, "1.0.0-", false),
    (CaptureType::Semver, "1.0.0+", false),
    (CaptureType::Semver, "1.0.0+a+b", false),
    (CaptureType::Semver, "1.0.0 1", false),
    (CaptureType::Semver, " 1.0.0", false),
    (CaptureType::Semver, "", false),
    (CaptureType::Semver, "*", false),
    (CaptureType::Segment, "a", true),
    (CaptureType::Segment, "!$&'()*+,;=:@~-._\"<>[]^`{|}", true),
    (CaptureType::Segment, "...", true),
    (CaptureType::Segment, "", false),
    (CaptureType::Segment, ".", false),
    (CaptureType::Segment, "..", false),
    (CaptureType::Segment, "a/b", false),
    (CaptureType::Segment, "a\\b", false),
    (CaptureType::Segment, "a%b", false),
    (CaptureType::Segment, "a?b", false),
    (CaptureType::Segment, "a#b", false),
    (CaptureType::Segment, "a b", false),
    (CaptureType::Segment, "ä", false),
    (CaptureType::Sha256, DIGEST, true),
    (CaptureType::Sha256, "e3b0c442", false),
    (
        CaptureType::Sha256,
        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        false,
    ),
    (
        CaptureType::Sha256,
        "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        false,
    ),
    (CaptureType::Sha256, "", false),
    (CaptureType::Path, "a", true),
    (CaptureType::Path, "a/b+c/d", true),
    (CaptureType::Path, "", false),
    (CaptureType::Path, "/a", false),
    (CaptureType::Path, "a/", false),
    (CaptureType::Path, "a//b", false),
    (CaptureType::Path, "a/../b", false),
    (CaptureType::Path, "a/./b", false),
    (CaptureType::Path, "a/b c", false),
];

#[test]
fn a_capture_is_of_its_type() {
    for (kind, text, holds) in CAPTURES {
        let capture = kind.parse(*text);
        let read = capture.as_ref().map(signpost::values::Capture::as_str);
        assert_eq!(read, holds.then_some(*text), "{kind} {text:?}");
    }
}

#[test]
fn a_capture_is_at_most_as_long_as_its_type_allows() {
    let rows = [
        (CaptureType::Crate, "a".repeat(64), true),
        (CaptureType::Crate, "a".repeat(65), false),
        (
            CaptureType::Semver,
            format!("1.0.0+{}", "b".repeat(144)),
            true,
        ),
        (
            CaptureType::Semver,
            format!("1.0.0+{}", "b".repeat(145)),
            false,
        ),
        (CaptureType::Segment, "c".repeat(255), true),
        (CaptureType::Segment, "c".repeat(256), false),
        (CaptureType::Sha256, "0".repeat(64), true),
        (CaptureType::Sha256, "0".repeat(63), false),
        (CaptureType::Sha256, "0".repeat(65), false),
        (
            CaptureType::Path,
            vec!["d".repeat(255); 4].join("/") + "/",
            false,
        ),
        (CaptureType::Path, vec!["d".repeat(204); 5].join("/"), true),
        (
            CaptureType::Path,
            vec!["d".repeat(204); 5].join("/") + "d",
            false,
        ),
        (CaptureType::Path, format!("d/{}", "d".repeat(256)), false),
    ];
    for (kind, text, holds) in rows {
        assert_eq!(
            kind.parse(text.as_str()).is_some(),
            holds,
            "{kind} of {} bytes",
            text.len()
        );
    }
}

#[test]
fn a_capture_type_is_called_by_its_name() {
    for (name, kind) in CaptureType::named() {
        assert_eq!(name.parse(), Ok(kind.clone()));
        assert_eq!(kind.to_string(), name);
    }
    assert_eq!("hex(60)".parse(), Ok(CaptureType::Hex(60)));
    assert_eq!(CaptureType::Hex(60).to_string(), "hex(60)");
    let names: Vec<_> = CaptureType::named().map(|(name, _)| name).collect();
    assert_eq!(CaptureType::NAMES.replace("hex(N), ", ""), names.join(", "));
    for wrong in [
        "Crate", "", "hex", "hex()", "hex(0)", "hex(02)", "hex(+2)", "hex(256)", "hex(2", "zip",
    ] {
        assert_eq!(wrong.parse::<CaptureType>().ok(), None, "{wrong}");
    }
}

/// A pattern that cannot be read, and all that is said about it.
const MISTAKES: &[(&str, &str)] = &[
    ("", "the path is empty; write one such as `/files/x`"),
    (
        "crates/{name:crate}",
        "`crates/{name:crate}` does not start with `/`; write `/crates/{name:crate}`",
    ),
    ("/", "the path is empty; write one such as `/files/x`"),
    ("/a/", "the path ends in a slash; leave it out"),
    ("/a//b", "two slashes stand in a row; leave one out"),
    ("/./a", "no path of a file has the segment `.`"),
    ("/a/..", "no path of a file has the segment `..`"),
    (
        "/a b",
        "`a b` holds ` `; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
    ),
    (
        "/a%20b",
        "`a%20b` holds `%`; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
    ),
    (
        "/a?b",
        "`a?b` holds `?`; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
    ),
    (
        "/ä",
        "`ä` holds `ä`; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
    ),
    (
        "/{name}",
        "`{name}` has no type; write `{name:segment}`. Types: crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512",
    ),
    (
        "/{package}/@v/list",
        "`{package}` has no type; write `{package:segment}`. Types: crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512",
    ),
    (
        "/{name:crate}/{nam}-x",
        "`{nam}` has no type; write `{nam:segment}`. Types: crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512; did you mean `name`?",
    ),
    ("/{name:crate", "the braces in `{name:crate` do not pair up"),
    ("/name:crate}", "the braces in `name:crate}` do not pair up"),
    (
        "/{a:crate}{b:crate}",
        "two captures touch in `{a:crate}{b:crate}`; write a literal between them, so that the end of the first is known",
    ),
    (
        "/{a:crate}{a.first(2)}",
        "two captures touch in `{a:crate}{a.first(2)}`; write a literal between them, so that the end of the first is known",
    ),
    (
        "/{{name:crate}}",
        "the braces in `{{name:crate}}` do not pair up",
    ),
    (
        "/{}",
        "`{}` does not begin with a capture name: letters, digits and `_`, the first a letter",
    ),
    (
        "/{:crate}",
        "`{:crate}` does not begin with a capture name: letters, digits and `_`, the first a letter",
    ),
    (
        "/{1:crate}",
        "`{1:crate}` does not begin with a capture name: letters, digits and `_`, the first a letter",
    ),
    (
        "/{a-b:crate}",
        "`{a-b:crate}` does not begin with a capture name: letters, digits and `_`, the first a letter",
    ),
    (
        "/{name:}",
        "there is no capture type ``; types are crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512, or words such as zip|info",
    ),
    (
        "/{name:krate}",
        "there is no capture type `krate`; types are crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512, or words such as zip|info; did you mean `crate`?",
    ),
    (
        "/{name:sha-256}",
        "there is no capture type `sha-256`; types are crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512, or words such as zip|info; did you mean `sha256`?",
    ),
    (
        "/{name:hex(0)}",
        "`hex(0)` is no capture type; write how many digits, 1 to 255, such as `hex(2)`",
    ),
    (
        "/{name:crate:x}",
        "there is no capture type `crate:x`; types are crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512, or words such as zip|info",
    ),
    (
        "/{ext:zip|}",
        "`zip|` has a word twice, or an empty one, `.` or `..`; list at least two different words",
    ),
    (
        "/{ext:zip|zip}",
        "`zip|zip` has a word twice, or an empty one, `.` or `..`; list at least two different words",
    ),
    (
        "/{ext:zip|a b}",
        "`a b` holds ` `; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
    ),
    (
        "/{name:crate}/{name:semver}",
        "`{name}` has a type in two places; write the type once, and `{name}` where its text is repeated",
    ),
    (
        "/{rest:path}/{other:path}",
        "`rest` and `other` may both be several segments, so the end of the first is not known; leave one out",
    ),
    (
        "/{rest:path}/a/{rest}",
        "`rest` may be several segments and stands twice; use it once",
    ),
    (
        "/{rest:path}.txt",
        "`rest` may be several segments and must stand alone between two slashes",
    ),
    ("/{rest:path}/", "the path ends in a slash; leave it out"),
    (
        "/{name:crate}/{name.prefix}",
        "there is no part `prefix`; parts are index-prefix, lower-index-prefix, first(N), with N from 1 to 255",
    ),
    (
        "/{name:crate}/{name.index-prefx}",
        "there is no part `index-prefx`; parts are index-prefix, lower-index-prefix, first(N), with N from 1 to 255; did you mean `index-prefix`?",
    ),
    (
        "/{name:segment}/{name.index-prefix}",
        "`name` is of type segment, which has no index-prefix; index-prefix is for crate, and first(N) takes at most the length of one segment",
    ),
    (
        "/{rest:path}/{rest.first(2)}",
        "`rest` is of type path, which has no first(2); index-prefix is for crate, and first(N) takes at most the length of one segment; `rest` may be several segments and stands twice; use it once",
    ),
    (
        "/{d:hex(4)}/{d.first(5)}",
        "`d` is of type hex(4), which has no first(5); index-prefix is for crate, and first(N) takes at most the length of one segment",
    ),
    (
        "/{name:crate}/{name.index-prefix}-x",
        "`name` may be several segments and must stand alone between two slashes",
    ),
    (
        "/{name:crate}/{name.index-prefix}/{name.lower-index-prefix}",
        "`name` may be several segments and stands twice; use it once",
    ),
    (
        "/{name:crate}/{name.index-prefix}/{rest:path}",
        "`name` and `rest` may both be several segments, so the end of the first is not known; leave one out",
    ),
    (
        "/a b/{x}/{y:krate}/",
        "`a b` holds ` `; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded; there is no capture type `krate`; types are crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512, or words such as zip|info; did you mean `crate`?; the path ends in a slash; leave it out; `{x}` has no type; write `{x:segment}`. Types: crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512",
    ),
    (
        "/{name:hex}",
        "`hex` is no capture type; write how many digits, 1 to 255, such as `hex(2)`",
    ),
    (
        "/{name:Semver}",
        "there is no capture type `Semver`; types are crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512, or words such as zip|info; did you mean `semver`?",
    ),
    (
        "/{a:ok|..}",
        "`ok|..` has a word twice, or an empty one, `.` or `..`; list at least two different words",
    ),
    (
        "/{rest:path}x/{q:path}/{h:hex}",
        "`hex` is no capture type; write how many digits, 1 to 255, such as `hex(2)`; `rest` may be several segments and must stand alone between two slashes",
    ),
    (
        "/{name:crate}/{dir1:segment}/{dir2}",
        "`{dir2}` has no type; write `{dir2:segment}`. Types: crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512; did you mean `dir1`?",
    ),
];

#[test]
fn a_pattern_that_cannot_be_read_says_why() {
    for (text, message) in MISTAKES {
        let error = PathTemplate::path(text).expect_err(&format!("{text:?} is not a pattern"));
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
}

#[test]
fn a_pattern_is_written_as_it_was_read() {
    let rows: &[(&str, &[(&str, CaptureType)])] = &[
        ("/a", &[]),
        ("/a.b/c~d-e_f", &[]),
        (
            "/api/v1/crates/{name:crate}/{version:semver}/download",
            &[
                ("name", CaptureType::Crate),
                ("version", CaptureType::Semver),
            ],
        ),
        (
            "/{A1_:sha256}/{file:segment}/{rest:path}",
            &[
                ("A1_", CaptureType::Sha256),
                ("file", CaptureType::Segment),
                ("rest", CaptureType::Path),
            ],
        ),
    ];
    for (text, captures) in rows {
        let pattern = PathTemplate::path(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(pattern.to_string(), *text);
        let slots = pattern
            .captures()
            .iter()
            .map(|slot| (slot.name(), slot.kind().clone()));
        assert_eq!(slots.collect::<Vec<_>>(), *captures, "{text}");
    }
}

#[test]
fn a_route_name_never_needs_escaping() {
    let longest = "a".repeat(64);
    for name in ["download", "a", "cdn-download_2", longest.as_str()] {
        let parsed = RouteName::parse(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(parsed.as_str(), name);
        assert_eq!(parsed.to_string(), name);
        assert_eq!(
            parsed.decision_header(),
            format!("redirect;route=\"{name}\"")
        );
    }
    let too_long = "a".repeat(65);
    for name in [
        "",
        "Download",
        "1a",
        "-a",
        "a b",
        "a\"",
        "ä",
        too_long.as_str(),
    ] {
        let error = RouteName::parse(name).expect_err(&format!("{name:?} is not a route name"));
        assert_eq!(
            error.to_string(),
            format!(
                "`{name}` is not a route name: a lower-case letter, then lower-case letters, digits, `-` and `_`, at most 64 bytes"
            )
        );
    }
}

#[test]
fn a_status_redirects_or_is_refused() {
    for status in u16::MIN..=u16::MAX {
        let read = RedirectStatus::try_from(status);
        if [301, 302, 303, 307, 308].contains(&status) {
            assert_eq!(read.map(RedirectStatus::as_u16), Ok(status));
        } else {
            assert_eq!(
                read.map_err(|error| error.to_string()),
                Err(format!(
                    "{status} is not one of the redirect statuses 301, 302, 303, 307 and 308"
                ))
            );
        }
    }
}
