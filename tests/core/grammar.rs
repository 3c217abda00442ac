//! What a route can say of a registry's paths.

use crate::fixtures::configs;
use crate::test;
use signpost::decision::Reason;
use signpost::request::Request;
use signpost::values::Switch;

/// A route's path, its location, and requests with the location below the base, or the reason why the
/// origin answers.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const ROWS: &[Row] = &[
    // Literals and captures in one segment.
    (
        "/gems/{file:segment}.gem",
        "/g/{file}.gem",
        &[
            ("/gems/rails-7.0.0.gem", "/g/rails-7.0.0.gem"),
            ("/gems/a.gem.gem", "/g/a.gem.gem"),
            ("/gems/rails", "no-route"),
            ("/gems/.gem", "no-route"),
            ("/gems/%C3%A4.gem", "capture-invalid"),
        ],
    ),
    (
        "/x/{a:crate}-{b:semver}.crate",
        "/{a}/{b}",
        &[
            ("/x/serde-1.0.0.crate", "/serde/1.0.0"),
            ("/x/a-b-1.0.0-c-d+e.crate", "/a-b/1.0.0-c-d%2Be"),
            ("/x/serde-1.0.crate", "version-invalid"),
            ("/x/1-1.0.0.crate", "name-invalid"),
            ("/x/serde1.0.0.crate", "no-route"),
            ("/x/serde-1.0.0", "no-route"),
            ("/x/-.crate", "no-route"),
        ],
    ),
    // A name alone repeats the capture, wherever the type stands.
    (
        "/{name}/x/{name:crate}/{name}-{version:semver}.tgz",
        "/{name}/{version}",
        &[
            ("/a/x/a/a-1.0.0.tgz", "/a/1.0.0"),
            ("/b/x/a/a-1.0.0.tgz", "name-invalid"),
            ("/a/x/a/b-1.0.0.tgz", "name-invalid"),
            ("/a/x/a/a-1.0.tgz", "version-invalid"),
            ("/a/x/a/aa-1.0.0.tgz", "name-invalid"),
            ("/a/x/a/a.tgz", "no-route"),
        ],
    ),
    (
        "/{a:lower}/{a}.{a}",
        "/{a}",
        &[("/b/b.b", "/b"), ("/b/b.c", "capture-invalid")],
    ),
    (
        "/x/{a:digits}-{a}",
        "/{a}",
        &[
            ("/x/12-12", "/12"),
            ("/x/12-13", "capture-invalid"),
            ("/x/12-1", "capture-invalid"),
        ],
    ),
    // One of several words.
    (
        "/{file:segment}.{ext:zip|tar.gz|mod}",
        "/{ext}/{file}",
        &[
            ("/a.b.zip", "/zip/a.b"),
            ("/a.tar.gz", "/tar.gz/a"),
            ("/a.gz", "capture-invalid"),
            ("/a.ZIP", "capture-invalid"),
            ("/a", "no-route"),
        ],
    ),
    // A `path` anywhere.
    (
        "/{module:path}/@v/v{version:semver}.zip",
        "/{module}/{version}",
        &[
            ("/a.example/b/c/@v/v1.0.0.zip", "/a.example/b/c/1.0.0"),
            ("/a/@v/v1.0.0.zip", "/a/1.0.0"),
            ("/a/@v/@v/v1.0.0.zip", "/a/%40v/1.0.0"),
            ("/@v/v1.0.0.zip", "no-route"),
            ("/a/@v/v1.zip", "version-invalid"),
            ("/a/@v/list", "no-route"),
        ],
    ),
    // The types.
    (
        "/x/{a:digits}",
        "/{a}",
        &[("/x/0123", "/0123"), ("/x/12a", "capture-invalid")],
    ),
    (
        "/x/{a:lower}",
        "/{a}",
        &[
            ("/x/a.b-1", "/a.b-1"),
            ("/x/aB", "capture-invalid"),
            ("/x/a%25", "path-malformed"),
        ],
    ),
    (
        "/x/{a:hex(4)}",
        "/{a}",
        &[
            ("/x/00ff", "/00ff"),
            ("/x/00FF", "capture-invalid"),
            ("/x/00fff", "capture-invalid"),
            ("/x/00f", "capture-invalid"),
        ],
    ),
    (
        "/x/{a:sha1}",
        "/{a}",
        &[
            (
                "/x/da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "/da39a3ee5e6b4b0d3255bfef95601890afd80709",
            ),
            ("/x/da39", "capture-invalid"),
        ],
    ),
    ("/x/{a:sha512}", "/{a}", &[("/x/cf83", "capture-invalid")]),
    // Parts of captures, in path and location.
    (
        "/{name.index-prefix}/{name:crate}",
        "/{name.lower-index-prefix}/{name}",
        &[
            ("/1/a", "/1/a"),
            ("/2/ab", "/2/ab"),
            ("/3/A/Abc", "/3/a/Abc"),
            ("/Se/rd/Serde", "/se/rd/Serde"),
            ("/se/rd/Serde", "name-invalid"),
            ("/3/abc", "name-invalid"),
            ("/serde", "no-route"),
            ("/se/rd/x/serde", "no-route"),
            ("/se%2Frd/serde", "path-malformed"),
        ],
    ),
    (
        "/x/{d.first(2)}/{d:hex(4)}",
        "/{d.first(1)}/{d}-{d.first(3)}",
        &[
            ("/x/e3/e3b0", "/e/e3b0-e3b"),
            ("/x/e4/e3b0", "capture-invalid"),
        ],
    ),
    (
        "/x/{d:hex(4)}-{d.first(2)}",
        "/{d}",
        &[("/x/e3b0-e3", "/e3b0"), ("/x/e3b0-e4", "capture-invalid")],
    ),
    // Too short for a part that only the location takes.
    (
        "/x/{a:segment}",
        "/{a.first(3)}/{a}",
        &[("/x/abc", "/abc/abc"), ("/x/ab", "capture-invalid")],
    ),
    // Literals are text, and are encoded as captures are.
    (
        "/a:b/@{a:segment}!",
        "/c=d/@{a}!",
        &[
            ("/a:b/@x!", "/c%3Dd/%40x%21"),
            ("/a%3Ab/%40x%21", "/c%3Dd/%40x%21"),
            ("/a:b/x!", "no-route"),
        ],
    ),
];

#[track_caller]
fn check(text: &str, host: &str, request: &str, expected: &str, row: &str) {
    let config = configs::as_compiled(text);
    let request = Request::new("GET", host, request);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let leads = match answer.redirect() {
        Some(location) => location.as_str().trim_start_matches("https://cdn.example"),
        None => answer.decision().reason().map_or("", Reason::code),
    };
    assert_eq!(leads, expected, "{row}");
}

/// A configuration of one route.
fn config(path: &str, location: &str, more: &str) -> String {
    format!(
        "allowed_hosts = ['cdn.example']\norigin.backends = ['origin']\nhosts = ['a.example', 'b.example']\n\
         targets.cdn.base = 'cdn.example'\n[[routes]]\nname = 'file'\npath = '{path}'\ntarget = 'cdn'\n\
         location = '{location}'\n{more}\n"
    )
}

#[test]
fn a_route_takes_its_files_alone() {
    for (path, location, requests) in ROWS {
        for (request, expected) in *requests {
            let row = format!("{path} to {location}: {request}");
            check(
                &config(path, location, ""),
                "a.example",
                request,
                expected,
                &row,
            );
        }
    }
}

/// Beyond some length, the rest of the text is not looked at. What is told does not depend on that.
#[test]
fn a_name_that_is_far_too_long_is_told_as_the_name() {
    let text = config("/x/{a:crate}-{b:semver}.crate", "/{a}/{b}", "");
    for (length, expected) in [
        (64, format!("/{}/1.0.0", "a".repeat(64))),
        (65, "name-invalid".to_owned()),
        (400, "name-invalid".to_owned()),
        (4000, "name-invalid".to_owned()),
    ] {
        let request = format!("/x/{}-1.0.0.crate", "a".repeat(length));
        let row = format!("a name of {length} letters");
        check(&text, "a.example", &request, &expected, &row);
    }
}

/// A route's lines besides, and what becomes of a request to a host.
const MORE: &[(&str, &str, &str, &str)] = &[
    // Only some of the hosts.
    ("hosts = ['b.example']", "b.example", "/f/x", "/x"),
    ("hosts = ['b.example']", "a.example", "/f/x", "no-route"),
    // An exception wins, whatever its place.
    (
        "[[routes]]\nname = 'new'\npath = '/f/new'\norigin = true",
        "a.example",
        "/f/new",
        "origin-route",
    ),
    (
        "[[routes]]\nname = 'new'\npath = '/f/new'\norigin = true",
        "a.example",
        "/f/newer",
        "/newer",
    ),
    (
        "[[routes]]\nname = 'new'\npath = '/f/{a:digits}'\norigin = true",
        "a.example",
        "/f/12",
        "origin-route",
    ),
    (
        "[[routes]]\nname = 'new'\npath = '/f/{a:digits}'\norigin = true",
        "a.example",
        "/f/1x",
        "/1x",
    ),
    (
        "[[routes]]\nname = 'new'\npath = '/g/{a:digits}'\norigin = true",
        "a.example",
        "/g/x",
        "no-route",
    ),
    (
        "[[routes]]\nname = 'new'\npath = '/f/new'\norigin = true\nhosts = ['b.example']",
        "a.example",
        "/f/new",
        "/new",
    ),
    // Two routes of one path, at different hosts.
    (
        "hosts = ['a.example']\n[[routes]]\nname = 'b'\npath = '/f/{file:segment}'\nhosts = ['b.example']\ntarget = 'cdn'\nlocation = '/b/{file}'",
        "b.example",
        "/f/x",
        "/b/x",
    ),
];

#[test]
fn a_route_can_be_narrowed_and_have_exceptions() {
    for (more, host, request, expected) in MORE {
        let text = config("/f/{file:segment}", "/{file}", more);
        check(
            &text,
            host,
            request,
            expected,
            &format!("{more}: {host}{request}"),
        );
    }
}

#[test]
fn what_a_cdn_wants_unencoded_is_so_and_nothing_else() {
    for (unencoded, expected) in [
        ("", "/%40a/b%2B%21%27"),
        ("@", "/@a/b%2B%21%27"),
        ("+@", "/@a/b+%21%27"),
        ("!$&'()*+,;=:@", "/@a/b+!'"),
    ] {
        let text = config("/f/@{scope:segment}/{file:segment}", "/@{scope}/{file}", "");
        let text = text.replace(
            "targets.cdn.base = 'cdn.example'",
            &format!("targets.cdn = {{ base = 'cdn.example', unencoded = \"{unencoded}\" }}"),
        );
        check(&text, "a.example", "/f/@a/b%2B!'", expected, unencoded);
    }
}

#[test]
fn a_digest_stands_for_what_the_location_leaves_out() {
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let text = config(
        "/v2/{image:path}/blobs/sha256:{digest:sha256}",
        "/{digest.first(2)}/{digest}/data",
        "unused = ['image']",
    );
    let expected = format!("/e3/{digest}/data");
    for image in ["nginx", "library/nginx", "a/b/c"] {
        let request = format!("/v2/{image}/blobs/sha256:{digest}");
        check(&text, "a.example", &request, &expected, image);
    }
    let upload = "/v2/nginx/blobs/uploads";
    check(&text, "a.example", upload, "no-route", upload);
}

#[test]
fn only_what_the_location_holds_chooses_the_target() {
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let text = config(
        "/v2/{image:path}/blobs/sha256:{digest:sha256}",
        "/{digest}",
        "unused = ['image']",
    );
    let text = text
        .replace(
            "['cdn.example']",
            "['cdn.example', 'b.example', 'c.example']",
        )
        .replace(
            "targets.cdn.base",
            "targets.b.base = 'b.example'\ntargets.c.base = 'c.example'\ntargets.cdn.base",
        )
        .replace(
            "target = 'cdn'",
            "targets = [{ name = 'cdn' }, { name = 'b' }, { name = 'c' }]",
        );
    let config = configs::as_compiled(&text);
    let mut locations = std::collections::BTreeSet::new();
    for image in 0..40 {
        let path = format!("/v2/image{image}/blobs/sha256:{digest}");
        let request = Request::new("GET", "a.example", &path);
        let answer = signpost::answer(&config, &request, Switch::ENFORCE);
        locations.extend(answer.redirect().map(ToString::to_string));
    }
    assert_eq!(locations.len(), 1, "one file has one place: {locations:?}");
}

#[test]
fn a_route_of_the_origin_says_its_name_and_takes_every_method() {
    let text = config(
        "/f/{file:segment}",
        "/{file}",
        "[[routes]]\nname = 'new'\npath = '/f/new'\norigin = true",
    );
    let config = configs::as_compiled(&text);
    for method in ["GET", "HEAD", "POST", "PURGE"] {
        let request = Request::new(method, "a.example", "/f/new");
        let answer = signpost::answer(&config, &request, Switch::ENFORCE);
        assert_eq!(
            answer.decision().reason(),
            Some(&Reason::OriginRoute),
            "{method}"
        );
        assert_eq!(
            answer.route_name().map(ToString::to_string).as_deref(),
            Some("new")
        );
        assert!(
            answer.route().is_none() && answer.reply().is_none(),
            "{method}"
        );
        let failed = answer.after_origin_failed();
        assert!(failed.reply().is_none(), "{method}: nothing is released");
    }
}
