//! A permanent redirect that would outlive the switch is refused.

use crate::test;
use signpost::authoring::Authored;
use signpost_rows::SmallConfig;

const UNTOLD: &str = "routes[0].status: permanent-redirect: caches keep a 301 for as long as they like, even once the switch is off; add `cache_control = \"max-age=86400\"`, or write 302, 303 or 307";

const TOO_LONG: &str = "routes[0].cache_control: permanent-redirect: `max-age=86401` lets caches keep a 308 for 86401 seconds, even once the switch is off; write `max-age=86400` or less, or the status 302, 303 or 307";

const IMMUTABLE: &str = "routes[0].cache_control: permanent-redirect: `immutable` keeps browsers from asking again, even once the switch is off; leave it out beside a 301";

/// The lines of a route, and how what is said of it begins.
const ROWS: &[(&str, &[&str])] = &[
    (
        "status = 302\ncache_control = 'max-age=31536000, immutable'",
        &[],
    ),
    ("status = 301", &[UNTOLD]),
    ("status = 301\ncache_control = 'max-age=86400'", &[]),
    ("status = 308\ncache_control = 'max-age=86401'", &[TOO_LONG]),
    ("status = 308\ncache_control = 'private, max-age=0'", &[]),
    ("status = 301\ncache_control = 'no-store'", &[]),
    ("status = 301\ncache_control = 'no-cache'", &[]),
    (
        "status = 301\ncache_control = 'no-cache=\"x\"'",
        &[
            "routes[0].cache_control: permanent-redirect: `no-cache=\"x\"` lets clients keep a 301 for as long as they like",
        ],
    ),
    (
        "status = 301\ncache_control = 'no-store, must-understand'",
        &[
            "routes[0].cache_control: permanent-redirect: `no-store, must-understand` lets clients keep a 301",
        ],
    ),
    (
        "status = 301\ncache_control = 'public'",
        &["routes[0].cache_control: permanent-redirect: `public` lets clients keep a 301"],
    ),
    (
        "status = 301\ncache_control = 's-maxage=60'",
        &["routes[0].cache_control: permanent-redirect: `s-maxage=60` lets clients keep a 301"],
    ),
    (
        "status = 301\ncache_control = 'max-age=60, s-maxage=86401'",
        &[
            "routes[0].cache_control: permanent-redirect: `max-age=60, s-maxage=86401` lets caches keep a 301 for 86401 seconds",
        ],
    ),
    (
        "status = 301\ncache_control = 'max-age=60, s-maxage=86400'",
        &[],
    ),
    (
        "status = 301\ncache_control = 'max-age=43200, stale-if-error=60, stale-while-revalidate=43201'",
        &[
            "routes[0].cache_control: permanent-redirect: `max-age=43200, stale-if-error=60, stale-while-revalidate=43201` lets caches keep a 301 for 86401 seconds",
        ],
    ),
    (
        "status = 301\ncache_control = 'max-age=60, immutable'",
        &[IMMUTABLE],
    ),
    (
        "status = 301\ncache_control = 'max_age=60'",
        &["routes[0].cache_control: header-invalid: there is no directive `max_age`"],
    ),
];

#[track_caller]
fn check(config: &SmallConfig, expected: &[&str], row: &str) {
    let said: Vec<_> = match Authored::from_toml(&config.to_string()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .iter()
            .map(|it| format!("{}: {}: {}", it.key(), it.code(), it.message()))
            .collect(),
    };
    let are_those = said.len() == expected.len()
        && said
            .iter()
            .zip(expected)
            .all(|(said, it)| said.starts_with(it));
    assert!(are_those, "{row}: {said:#?}");
}

fn with_targets(number: usize, lines: &str, route_lines: &str) -> SmallConfig {
    let lines = format!("hosts = [\"registry.example\"]\n{lines}");
    let config = (0..number).fold(SmallConfig::new(&lines), |config, it| {
        config.target(&format!("t{it}"), &format!("t{it}.example"), "")
    });
    config
        .route("file", "/files/{file:digits}", "/{file}")
        .with(route_lines)
        .example("/files/1", "/1")
}

#[test]
fn a_permanent_redirect_is_kept_for_a_day_at_most() {
    for (lines, expected) in ROWS {
        check(&with_targets(1, "", lines), expected, lines);
        // Of one target, named alone or in a list.
        check(
            &with_targets(1, "", lines).at(&[("t0", 2)]),
            expected,
            lines,
        );
    }
}

#[test]
fn a_permanent_redirect_has_one_target_and_no_retry() {
    let several = "routes[0].status: permanent-redirect: a 308 holds a client at one target, whatever becomes of it, and the route has several; write 302, 303 or 307";
    let retry = "routes[0].status: retry-invalid: with [retry], a client that asks again must arrive here, and caches keep a 308 unasked; write 302, 303 or 307";
    let rows: [(usize, &str, &[&str]); 3] = [
        (2, "", &[several]),
        (2, "retry.window = \"30s\"", &[retry]),
        (1, "retry.window = \"30s\"", &[retry]),
    ];
    for (number, lines, expected) in rows {
        let config = with_targets(number, lines, "status = 308\ncache_control = 'no-store'");
        check(&config, expected, &format!("{number} targets, {lines:?}"));
        // Once is enough, whatever else the route lacks.
        let config = with_targets(number, lines, "status = 308");
        check(&config, expected, &format!("{number} targets, {lines:?}"));
    }
}

#[test]
fn a_status_of_a_route_of_the_origin_is_one_problem() {
    let config = with_targets(1, "", "status = 301\norigin = true");
    let problems = Authored::from_toml(&config.to_string()).expect_err("a problem");
    let codes: Vec<_> = problems.iter().map(|it| it.code().code()).collect();
    assert!(
        !codes.contains(&"permanent-redirect") && codes.contains(&"route-of-origin-invalid"),
        "{problems}"
    );
}
