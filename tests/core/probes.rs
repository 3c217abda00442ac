//! Routes are probed with adversarial paths, whatever their examples say.

use crate::fixtures::configs;
use crate::test;
use signpost::config::ProblemCode;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::SmallConfig;

/// What is found on the first route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Fine,
    /// One of its locations is on a route again.
    Loops,
    /// One of its locations cannot be read back.
    Unprovable,
}
use Expected::{Fine, Loops, Unprovable};

/// A base, and the path and the location of each route.
type Routes<'r> = (&'r str, &'r [(&'r str, &'r str)]);

const ROWS: &[(Routes<'_>, Expected)] = &[
    // The same path, on the same route or another.
    (("cdn.example", &[("/pub/{f:segment}", "/pub/{f}")]), Loops),
    (("cdn.example", &[("/pub/{f:segment}", "/all/{f}")]), Fine),
    (
        (
            "cdn.example",
            &[("/a/{n:crate}", "/b/{n}"), ("/b/{f:segment}", "/c/{f}")],
        ),
        Loops,
    ),
    (
        (
            "cdn.example",
            &[("/a/{n:crate}", "/b/{n}"), ("/b/{v:semver}", "/c/{v}")],
        ),
        Fine,
    ),
    // Only for some value of a capture.
    (
        (
            "cdn.example",
            &[("/x/{f:segment}", "/y/{f}.json"), ("/y/config.json", "/z")],
        ),
        Loops,
    ),
    (
        (
            "cdn.example",
            &[
                ("/x/{a:crate}/{v:semver}", "/x/{a}/y-{v}"),
                ("/x/lib/{f:segment}", "/z/{f}"),
            ],
        ),
        Loops,
    ),
    (
        (
            "cdn.example",
            &[
                ("/m/{a:segment}/{r:path}", "/{a}/{r}"),
                ("/n/{f:segment}", "/z/{f}"),
            ],
        ),
        Loops,
    ),
    (("cdn.example", &[("/p/{r:path}", "/{r}")]), Loops),
    // Through a part of a capture.
    (
        (
            "cdn.example",
            &[
                ("/f/{n:crate}", "/{n.index-prefix}/{n}"),
                ("/ab/{y:segment}/{z:segment}", "/z/{y}/{z}"),
            ],
        ),
        Loops,
    ),
    // Below the path of a base.
    (("cdn.example/pub", &[("/pub/{f:segment}", "/{f}")]), Loops),
    (
        (
            "cdn.example/pub",
            &[("/x/{f:segment}", "/{f}.json"), ("/pub/config.json", "/z")],
        ),
        Loops,
    ),
    (
        (
            "cdn.example/pub",
            &[("/x/{f:segment}", "/{f}"), ("/pub/{n:crate}/x", "/z/{n}")],
        ),
        Fine,
    ),
    // A literal that a capture may hold.
    (
        (
            "cdn.example",
            &[("/a/{x:segment}/{y:segment}", "/to/{x}-{y}")],
        ),
        Unprovable,
    ),
    (
        (
            "cdn.example",
            &[("/g/{x:segment}/{v:semver}", "/to/{x}.{v}")],
        ),
        Unprovable,
    ),
    (
        (
            "cdn.example",
            &[("/g/{x:segment}/{v:semver}", "/to/v{v}v{x}")],
        ),
        Unprovable,
    ),
    (
        (
            "cdn.example",
            &[("/g/{v:semver}/{w:semver}", "/to/{v}-{w}")],
        ),
        Unprovable,
    ),
    (
        (
            "cdn.example",
            &[("/g/{n:crate}/{v:semver}", "/to/{n}-{v}.crate")],
        ),
        Fine,
    ),
    (
        (
            "cdn.example",
            &[("/g/{d:sha256}/{x:segment}", "/to/{d}-{x}")],
        ),
        Fine,
    ),
    (
        (
            "cdn.example",
            &[("/g/{x:segment}/{y:segment}", "/to/{x}/{y}")],
        ),
        Fine,
    ),
];

fn text(base: &str, routes: &[(&str, &str)], hosts: &str) -> String {
    let config = SmallConfig::new(hosts).target("cdn", base, "");
    let routes = routes.iter().enumerate();
    routes
        .fold(config, |config, (number, (path, location))| {
            config.route(&format!("r{number}"), path, location)
        })
        .to_string()
}

#[track_caller]
fn check(((base, routes), expected): &(Routes<'_>, Expected)) {
    let row = format!("{base}: {routes:?}");
    let problems = configs::problems_of(&text(base, routes, ""));
    let found = problems
        .iter()
        .filter(|problem| problem.key().to_string() == "routes[0].location")
        .map(|problem| match problem.code() {
            ProblemCode::LocationLoops => Loops,
            ProblemCode::LocationUnprovable => Unprovable,
            code => panic!("{row}: {code}"),
        })
        .next();
    assert_eq!(found.unwrap_or(Fine), *expected, "{row}: {problems}");
}

#[test]
fn a_path_that_loops_or_cannot_be_proven_is_found() {
    for row in ROWS {
        check(row);
    }
}

#[test]
fn only_a_listed_host_can_loop() {
    for ((base, routes), expected) in ROWS {
        let text = text(base, routes, "hosts = [\"registry.example\"]");
        let problems = configs::problems_of(&text);
        let loops = |code| code == ProblemCode::LocationLoops;
        assert!(
            !problems.iter().any(|problem| loops(problem.code())),
            "{base}: {routes:?}, {expected:?}: {problems}"
        );
    }
}

#[test]
fn a_loop_is_found_among_many_routes() {
    let many: Vec<_> = (0..40)
        .map(|number| {
            (
                format!("/n{number}/{{f:segment}}"),
                format!("/z{number}/{{f}}"),
            )
        })
        .collect();
    let mut routes = vec![("/m/{a:segment}/{r:path}", "/{a}/{r}")];
    routes.extend(
        many.iter()
            .map(|(path, location)| (path.as_str(), location.as_str())),
    );
    check(&(("cdn.example", &routes), Loops));
}

#[test]
fn what_is_too_large_for_an_entry_is_said_without_trying_it_out() {
    let many: Vec<_> = (0..500)
        .map(|number| {
            (
                format!("/n{number}/{{f:segment}}"),
                format!("/n{number}/{{f}}"),
            )
        })
        .collect();
    let routes: Vec<_> = many
        .iter()
        .map(|(path, location)| (path.as_str(), location.as_str()))
        .collect();
    let problems = configs::problems_of(&text("cdn.example", &routes, ""));
    let has = |code| problems.iter().any(|problem| problem.code() == code);
    assert!(has(ProblemCode::EntryTooLarge), "{problems}");
    assert!(!has(ProblemCode::LocationLoops), "{problems}");
}

#[test]
fn production_neither_loops_nor_fails_the_proof() {
    let config = configs::production();
    let request = Request::new("GET", "crates.io", "/api/v1/crates/a/1.0.0/download");
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    assert!(answer.decision().location().is_some());
}

#[test]
fn a_loop_is_found_whatever_the_location_leaves_out() {
    for (path, location) in [
        ("/b/{x:hex(2)}/{d:sha256}", "/c/{x}/{d}"),
        // Only of digests that begin so.
        ("/b/07/{d:sha256}", "/c/{d}"),
    ] {
        let text = SmallConfig::new("hosts = [\"registry.example\", \"cdn.example\"]")
            .target("cdn", "cdn.example", "")
            .route(
                "blob",
                "/v2/{image:segment}/{d:sha256}",
                "/b/{d.first(2)}/{d}",
            )
            .with("unused = [\"image\"]")
            .route("again", path, location)
            .to_string();
        let said = configs::problems_of(&text).to_string();
        assert!(
            said.contains(": location-loops: routes[0].location: "),
            "{path}: {said}"
        );
    }
}

#[test]
fn a_path_stands_once_in_a_location() {
    let text = SmallConfig::new("hosts = [\"registry.example\"]")
        .target("cdn", "cdn.example", "")
        .route("file", "/f/{rest:path}", "/{rest}/of/{rest}")
        .to_string();
    let said = configs::problems_of(&text).to_string();
    let expected = ": location-unprovable: routes[0].location: a capture of type path stands twice in the location; use it once";
    assert!(said.contains(expected), "{said}");
}
