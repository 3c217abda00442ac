//! No request is on two routes: every overlap of two paths is found, with a request as an example.

use crate::fixtures::configs;
use crate::test;
use signpost::config::ProblemCode;
use signpost::request::Request;
use signpost::values::PathTemplate;
use signpost_rows::SmallConfig;

/// How the paths of two routes are related.
enum Expected {
    Apart,
    Overlap(&'static str),
    Unreachable(&'static str),
}
use Expected::{Apart, Overlap, Unreachable};

const DIGEST: &str = "/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The path of the route that is tried first, the path of the other one, and what is found.
const ROWS: &[(&str, &str, Expected)] = &[
    ("/a/b", "/a/c", Apart),
    ("/a/b", "/a/b", Unreachable("/a/b")),
    ("/a/b", "/a/b/c", Apart),
    ("/{n:crate}/x", "/{v:semver}/x", Apart),
    ("/{n:crate}", "/1.0.0", Apart),
    ("/{n:crate}", "/b", Unreachable("/b")),
    ("/b", "/{n:crate}", Overlap("/b")),
    ("/{n:crate}/b", "/c/{n:crate}", Overlap("/c/b")),
    ("/{n:crate}", "/{m:crate}", Unreachable("/serde")),
    ("/{f:segment}", "/{n:crate}", Unreachable("/serde")),
    ("/{n:crate}", "/{f:segment}", Overlap("/serde")),
    ("/{f:segment}", "/{v:semver}", Unreachable("/1.0.228")),
    ("/{f:segment}", "/{d:sha256}", Unreachable(DIGEST)),
    ("/{n:crate}", "/{d:sha256}", Overlap(DIGEST)),
    ("/{v:semver}", "/{d:sha256}", Apart),
    ("/{r:path}", "/{f:segment}", Unreachable("/serde")),
    ("/{f:segment}", "/{r:path}", Overlap("/serde")),
    ("/a/{r:path}", "/a", Apart),
    ("/a/{r:path}", "/b/{r:path}", Apart),
    (
        "/a/{r:path}",
        "/a/b/{n:crate}/{v:semver}",
        Unreachable("/a/b/serde/1.0.228"),
    ),
    (
        "/a/{r:path}",
        "/a/{d:sha256}/x",
        Unreachable("/a/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/x"),
    ),
    ("/a/b/{n:crate}", "/a/{r:path}", Overlap("/a/b/serde")),
    ("/{r:path}", "/a/{r:path}", Overlap("/a/serde")),
    ("/a/{r:path}", "/a/{s:path}", Unreachable("/a/serde")),
    // Literals inside of segments, and words.
    ("/f/{a:segment}.gz", "/f/{b:segment}.zip", Apart),
    (
        "/f/{a:segment}.gz",
        "/f/{b:segment}.tar.gz",
        Overlap("/f/serde.tar.gz"),
    ),
    (
        "/f/{e:tar|tar.gz}",
        "/f/{x:segment}.gz",
        Overlap("/f/tar.gz"),
    ),
    ("/f/{a:digits}", "/f/{a:lower}", Overlap("/f/42")),
    ("/f/{a:digits}", "/f/{a:crate}", Apart),
    ("/f/{a:hex(2)}", "/f/{a:hex(3)}", Apart),
    ("/f/{a:sha512}", "/f/{a:sha256}", Apart),
    (
        "/f/{a:sha512}",
        "/f/{a:sha512}",
        Unreachable(
            "/f/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
    ),
    ("/f/v{a:semver}", "/f/1.0.0", Apart),
    ("/f/1.0.0-0a", "/f/{v:semver}", Overlap("/f/1.0.0-0a")),
    // A `path` anywhere.
    ("/{a:path}/x", "/{b:path}/y", Apart),
    ("/{a:path}/x", "/y/{b:path}", Overlap("/y/y/x")),
    (
        "/{a:path}/x/{b:segment}",
        "/x/{b:path}",
        Overlap("/x/x/x/a"),
    ),
    // Repeats: the same value in two places.
    (
        "/{a:segment}/{a}.zip",
        "/{n:segment}/foo.zip",
        Overlap("/foo/foo.zip"),
    ),
    (
        "/{a:segment}/{v:segment}/{a}-{v}.{e:segment}",
        "/{a:segment}/{v:segment}/{a}-{v}-{t:segment}",
        Apart,
    ),
    (
        "/{n:segment}/-/{n}-{v:semver}.tgz",
        "/{x:segment}-core/-/foo-{y:segment}.tgz",
        Overlap("/foo-core/-/foo-core-0.0.0.tgz"),
    ),
    // Parts of captures.
    (
        "/b/{n.index-prefix}/{n:crate}",
        "/b/ab/{y:segment}/{z:segment}",
        Overlap("/b/ab/aa/abaa"),
    ),
    (
        "/b/{d.first(2)}/{d:sha256}",
        "/b/ab/{z:segment}",
        Overlap("/b/ab/abb0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ),
    ("/b/{n.index-prefix}/{n:crate}", "/b/1/{z:digits}", Apart),
    (
        "/b/{n.index-prefix}/{n:crate}",
        "/b/2/{f:segment}",
        Overlap("/b/2/aa"),
    ),
    (
        "/b/{n.lower-index-prefix}/{n:crate}",
        "/b/ab/cd/{f:segment}",
        Overlap("/b/ab/cd/abcd"),
    ),
    (
        "/b/{n.index-prefix}/{n:crate}",
        "/b/1/{f:segment}",
        Overlap("/b/1/a"),
    ),
    (
        "/b/{n.index-prefix}/{n:crate}",
        "/b/3/{x:segment}/{f:segment}",
        Overlap("/b/3/a/aaa"),
    ),
    // A route is unreachable only if an earlier one has all its paths for certain.
    ("/x-{n:crate}", "/x-{m:crate}", Unreachable("/x-serde")),
    (
        "/{f:segment}",
        "/{a:lower}.{b:lower}",
        Overlap("/serde.serde"),
    ),
    (
        "/b/{n:crate}/{n}",
        "/b/{m:crate}/{k:crate}",
        Overlap("/b/serde/serde"),
    ),
    // The last of nine captures tells nothing, and the first not either.
    (
        "/{a:segment}q/{b:segment}q/{c:segment}q/{d:segment}q/{e:segment}q/{f:segment}q/{g:segment}q/{h:segment}q/{i:segment}q",
        "/p{a:segment}/p{b:segment}/p{c:segment}/p{d:segment}/p{e:segment}/p{f:segment}/p{g:segment}/p{h:segment}/p{i:segment}",
        Overlap("/pq/pq/pq/pq/pq/pq/pq/pq/pq"),
    ),
    // The segments together may be longer than a `path` capture, so only they take a long request.
    (
        "/{r:path}",
        "/{a:segment}/{b:segment}/{c:segment}/{d:segment}",
        Unreachable("/serde/serde/serde/serde"),
    ),
    (
        "/{r:path}",
        "/{a:segment}/{b:segment}/{c:segment}/{d:segment}/{e:segment}",
        Overlap("/serde/serde/serde/serde/serde"),
    ),
];

/// Adds a route of that path, whose location has all its captures.
#[track_caller]
fn add(config: SmallConfig, name: &str, path: &str) -> SmallConfig {
    let pattern = PathTemplate::path(path).unwrap_or_else(|error| panic!("{error}"));
    let captures = pattern.captures().iter();
    let captures = captures.map(|capture| format!("/{{{}}}", capture.name()));
    let location = format!("/to-{name}{}", captures.collect::<String>());
    config.route(name, path, &location)
}

/// Routes of these paths, without examples.
#[track_caller]
fn routes(paths: &[&str]) -> String {
    let names = ["first", "second", "third"].iter().zip(paths);
    let config =
        SmallConfig::new("hosts = [\"registry.example\"]").target("cdn", "cdn.example", "");
    names
        .fold(config, |config, (name, path)| add(config, name, path))
        .to_string()
}

#[track_caller]
fn check(first: &str, second: &str, expected: &Expected) {
    let row = format!("{first} and {second}");
    let problems = configs::problems_of(&routes(&[first, second]));
    let codes = [ProblemCode::RoutesOverlap, ProblemCode::RouteUnreachable];
    let mut found = problems
        .iter()
        .filter(|problem| codes.contains(&problem.code()));
    let (code, path) = match expected {
        Apart => {
            assert!(found.next().is_none(), "{row}: {problems}");
            return;
        }
        Overlap(path) => (ProblemCode::RoutesOverlap, path),
        Unreachable(path) => (ProblemCode::RouteUnreachable, path),
    };
    let problem = found.next().unwrap_or_else(|| panic!("{row}: {problems}"));
    assert_eq!(problem.code(), code, "{row}: {problem}");
    assert_eq!(problem.key().to_string(), "routes[1].path", "{row}");
    let shown = format!("`{path}`");
    assert!(problem.message().contains(&shown), "{row}: {problem}");
    assert!(found.next().is_none(), "{row}: {problems}");
    // What is shown is a request that can be sent.
    let request = Request::new("GET", "registry.example", path);
    assert!(request.segments().is_ok(), "{row}");
}

#[test]
fn every_overlap_of_two_routes_is_found() {
    for (first, second, expected) in ROWS {
        check(first, second, expected);
    }
}

/// The paths of two routes, and how they would be told apart.
const ADVICE: &[(&str, &str, &str)] = &[
    (
        "/{n:crate}/{v:crate}",
        "/{m:crate}/{f:segment}",
        "; `{f:segment}` and `{v:crate}` would tell them apart",
    ),
    (
        "/b/{n:crate}/{n}",
        "/b/{m:crate}/{k:crate}",
        "; `{m:crate}` and `{n:crate}` would tell them apart",
    ),
    (
        "/a/{n:crate}/x",
        "/a/{r:path}",
        "; change one of the paths so that no request is on both",
    ),
];

#[test]
fn the_advice_names_what_could_tell_two_routes_apart() {
    for (first, second, advice) in ADVICE {
        let problems = configs::problems_of(&routes(&[first, second])).to_string();
        assert!(problems.contains(advice), "{first}, {second}: {problems}");
    }
}

#[test]
fn each_earlier_route_is_compared() {
    let third = |paths: [&str; 3]| -> Vec<ProblemCode> {
        let problems = configs::problems_of(&routes(&paths));
        problems
            .iter()
            .filter(|problem| problem.key().to_string() == "routes[2].path")
            .filter(|problem| problem.code() != ProblemCode::RouteBroad)
            .map(signpost::config::Problem::code)
            .collect()
    };
    for (paths, expected) in [
        (
            ["/{x:crate}", "/{x:segment}", "/{y:segment}"],
            vec![ProblemCode::RouteUnreachable],
        ),
        (
            ["/{x:crate}", "/{x:semver}", "/{y:segment}"],
            vec![ProblemCode::RoutesOverlap, ProblemCode::RoutesOverlap],
        ),
        (
            ["/a", "/{x:semver}", "/{y:crate}"],
            vec![ProblemCode::RoutesOverlap],
        ),
    ] {
        assert_eq!(third(paths), expected, "{paths:?}");
    }
}

#[test]
fn routes_of_different_hosts_share_no_request() {
    let rows = [
        ("hosts = [\"a.example\"]", "hosts = [\"b.example\"]", None),
        (
            "hosts = [\"a.example\"]",
            "",
            Some(ProblemCode::RoutesOverlap),
        ),
        (
            "",
            "hosts = [\"a.example\"]",
            Some(ProblemCode::RouteUnreachable),
        ),
        (
            "hosts = [\"a.example\", \"b.example\"]",
            "hosts = [\"b.example\"]",
            Some(ProblemCode::RouteUnreachable),
        ),
        (
            "hosts = [\"a.example\"]",
            "hosts = [\"a.example\", \"b.example\"]",
            Some(ProblemCode::RoutesOverlap),
        ),
    ];
    for (first, second, expected) in rows {
        let config = SmallConfig::new("hosts = [\"a.example\", \"b.example\"]")
            .target("cdn", "cdn.example", "")
            .route("first", "/f/{n:crate}", "/first/{n}")
            .with(first)
            .route("second", "/f/{n:crate}", "/second/{n}")
            .with(second);
        let problems = configs::problems_of(&config.to_string());
        let codes = [ProblemCode::RoutesOverlap, ProblemCode::RouteUnreachable];
        let mut found = problems.iter().map(signpost::config::Problem::code);
        let found = found.find(|code| codes.contains(code));
        assert_eq!(found, expected, "{first:?} and {second:?}: {problems}");
    }
}
