//! What a configuration says holds, the rest has defaults, and with `[retry]` no cache keeps a redirect.

use crate::test;
use std::time::Duration;

use crate::fixtures::configs::{changed, problems_of, read};
use signpost::authoring::Authored;
use signpost::config::{CheckRedirects, ClientIp, OriginOptions, ProblemCode, Target};
use signpost::decision::Reason;
use signpost::request::Request;
use signpost::values::{HeaderText, Switch};
use signpost_rows::SMALL;

#[test]
fn what_is_written_holds() {
    let text = r#"
        allowed_hosts = ["static.crates.io", "CDN.example", "cdn.example"]
        hosts = ["Crates.io", "registry.example"]
        origin.backends = ["origin", "origin-b"]
        targets.static.base = "static.crates.io/"
        targets.cdn.base = "https://cdn.example:8443/a/"
        response = { cors = true, hsts = "max-age=60" }
        log = { endpoint = "edge log", client_ip = "none" }
        [[routes]]
        name = "download"
        path = "/d/{name:crate}/{version:semver}"
        target = "cdn"
        location = "/{name}/{version}"
        status = 307
        json = false
        cache_control = "no-store"
        examples = [{ request = "/d/a/1.0.0?x", location = "https://cdn.example:8443/a/a/1.0.0" }]
        [[routes]]
        name = "file"
        path = "/f/{file:segment}"
        target = "static"
        location = "/{file}"
        examples = [{ request = "/f/a", location = "https://static.crates.io/a" }]
    "#;
    let authored = Authored::from_toml(text).unwrap_or_else(|problems| panic!("{problems}"));
    let config = authored.config();
    let allowed: Vec<_> = config
        .allowed_hosts()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(allowed, ["cdn.example", "static.crates.io"]);
    let hosts: Option<Vec<_>> = config
        .hosts()
        .map(|hosts| hosts.iter().map(ToString::to_string).collect());
    assert_eq!(
        hosts,
        Some(vec!["crates.io".to_owned(), "registry.example".to_owned()])
    );
    assert_eq!(config.backends(), ["origin", "origin-b"]);
    let targets: Vec<_> = config
        .targets()
        .map(|target| (target.name(), target.base().as_str()))
        .collect();
    assert_eq!(
        targets,
        [
            ("cdn", "https://cdn.example:8443/a"),
            ("static", "https://static.crates.io")
        ]
    );
    let transport = config.response().hsts.as_ref().map(HeaderText::as_str);
    assert_eq!(
        (config.response().cors, transport),
        (true, Some("max-age=60"))
    );
    let log = config.log().expect("a log");
    assert_eq!(
        (log.endpoints.as_slice(), log.client_ip),
        (&["edge log".to_owned()][..], ClientIp::None)
    );
    let [route, _] = config.routes() else {
        panic!("one route was written");
    };
    assert_eq!(route.name().as_str(), "download");
    assert_eq!(route.path().to_string(), "/d/{name:crate}/{version:semver}");
    assert_eq!(route.location().to_string(), "/{name}/{version}");
    assert_eq!(route.targets().only().map(Target::name), Some("cdn"));
    assert_eq!(
        (route.options().status.as_u16(), route.options().json),
        (307, false)
    );
    let cache_control = route
        .options()
        .cache_control
        .as_ref()
        .map(HeaderText::as_str);
    assert_eq!(cache_control, Some("no-store"));
    let [example, _] = authored.examples() else {
        panic!("two examples were written");
    };
    assert_eq!(example.route(), route.name());
    assert_eq!(example.request(), "/d/a/1.0.0?x");
    assert_eq!(
        example.location().as_str(),
        "https://cdn.example:8443/a/a/1.0.0"
    );
}

#[test]
fn what_is_not_written_has_a_default() {
    let config = read(&changed("[log]\nendpoint = \"edge-log\"\n", ""));
    assert_eq!(config.hosts(), None);
    assert_eq!(config.log(), None);
    assert_eq!(
        (config.response().cors, config.response().hsts.as_ref()),
        (false, None)
    );
    let [route] = config.routes() else {
        panic!("one route was written");
    };
    assert_eq!(
        (route.options().status.as_u16(), route.options().json),
        (302, false)
    );
    assert_eq!(route.options().cache_control, None);
    let client_ip = read(SMALL).log().map(|log| log.client_ip);
    assert_eq!(client_ip, Some(ClientIp::Truncated));
}

#[test]
fn routes_apply_to_the_hosts_that_are_listed_or_to_any() {
    let any = read(SMALL);
    let listed = read(&changed(
        "[origin]",
        "hosts = [\"crates.io\", \"www.example\"]\n[origin]",
    ));
    let rows = [
        ("crates.io", true),
        ("Crates.IO:443", true),
        ("www.example", true),
        ("static.crates.io", false),
        ("evil.example", false),
        ("", false),
    ];
    for (host, is_listed) in rows {
        assert!(any.applies_to(host), "{host:?}");
        assert_eq!(listed.applies_to(host), is_listed, "{host:?}");
        let request = Request::new("GET", host, "/files/a");
        let reason = |config| {
            let answer = signpost::answer(config, &request, Switch::ENFORCE);
            answer.decision().reason().map(Reason::code)
        };
        assert_eq!(reason(&any), None, "{host:?}");
        assert_eq!(
            reason(&listed),
            (!is_listed).then_some("no-route"),
            "{host:?}"
        );
    }
}

#[test]
fn a_client_address_policy_is_called_by_its_name() {
    for policy in [ClientIp::Full, ClientIp::Truncated, ClientIp::None] {
        assert_eq!(policy.name().parse(), Ok(policy));
    }
    assert_eq!("Full".parse::<ClientIp>().ok(), None);
}

#[test]
fn text_for_a_header_cannot_end_it() {
    for text in ["a", "max-age=300, public", "\"quoted\"; a=b", "~!"] {
        assert_eq!(
            HeaderText::parse(text).as_ref().map(HeaderText::as_str),
            Some(text)
        );
    }
    for text in [
        "", " ", " a", "a ", "a\tb", "a\r\nb", "a\u{0}", "a\u{7f}", "ä",
    ] {
        assert_eq!(HeaderText::parse(text), None, "{text:?}");
    }
}

#[test]
fn the_options_of_the_origin_are_what_is_written() {
    let default = OriginOptions {
        check_redirects: CheckRedirects::Report,
        next_backend_timeout: Duration::from_secs(30),
    };
    let rows = [
        ("", default),
        (
            "check_redirects = \"report\"\nnext_backend_timeout = \"30s\"",
            default,
        ),
        ("next_backend_timeout = \"30000ms\"", default),
        (
            "check_redirects = \"off\"",
            OriginOptions {
                check_redirects: CheckRedirects::Off,
                ..default
            },
        ),
        (
            "check_redirects = \"repair\"",
            OriginOptions {
                check_redirects: CheckRedirects::Repair,
                ..default
            },
        ),
        (
            "next_backend_timeout = \"1ms\"",
            OriginOptions {
                next_backend_timeout: Duration::from_millis(1),
                ..default
            },
        ),
        (
            "next_backend_timeout = \"1s 500ms\"",
            OriginOptions {
                next_backend_timeout: Duration::from_millis(1500),
                ..default
            },
        ),
        (
            "next_backend_timeout = \"29s\"",
            OriginOptions {
                next_backend_timeout: Duration::from_secs(29),
                ..default
            },
        ),
    ];
    for (lines, expected) in rows {
        let backends = "backends = [\"origin\"]";
        let config = read(&changed(backends, &format!("{backends}\n{lines}")));
        assert_eq!(config.origin(), expected, "{lines}");
        let compiled = signpost::config::from_json(config.to_json());
        assert_eq!(compiled.as_ref(), Ok(&config), "{lines}");
        let is_default = expected == default;
        assert_eq!(
            config.to_json() == read(SMALL).to_json(),
            is_default,
            "{lines}"
        );
    }
}

/// A route's lines about its answers, and the problems if there is `[retry]`: each key, and how the
/// message begins.
const CACHED: &[(&str, &[&str])] = &[
    ("", &[]),
    ("status = 302", &[]),
    ("status = 303", &[]),
    ("status = 307", &[]),
    ("status = 301", &["status: caches keep a 301 unasked"]),
    ("status = 308", &["status: caches keep a 308 unasked"]),
    (
        "status = 308\ncache_control = 'no-store'",
        &["status: caches keep a 308 unasked"],
    ),
    (
        "status = 301\ncache_control = 'max-age=1'",
        &[
            "status: caches keep a 301 unasked",
            "cache_control: `max-age=1` lets",
        ],
    ),
    ("cache_control = 'no-store'", &[]),
    ("cache_control = 'private ,No-Store'", &[]),
    ("cache_control = 'private=\"y\", no-store'", &[]),
    (
        "cache_control = 'private=\"y, no-store, z\"'",
        &["cache_control: `private=\"y, no-store, z\"` lets"],
    ),
    (
        "cache_control = 'must-understand, no-store'",
        &["cache_control: `must-understand, no-store` lets"],
    ),
    (
        "cache_control = 'private'",
        &["cache_control: `private` lets"],
    ),
    (
        "cache_control = 'no-cache'",
        &["cache_control: `no-cache` lets"],
    ),
    (
        "cache_control = 'public, max-age=300'",
        &["cache_control: `public, max-age=300` lets"],
    ),
];

#[test]
fn a_redirect_that_depends_on_who_asks_again_is_not_cached() {
    for (lines, expected) in CACHED {
        let without = changed("target = \"cdn\"", &format!("target = \"cdn\"\n{lines}"));
        let with = format!("retry.window = \"30s\"\n{without}");
        if expected.is_empty() {
            assert!(read(&with).retry().is_some(), "{lines}");
            continue;
        }
        let problems = problems_of(&with);
        let said: Vec<_> = problems
            .iter()
            .map(|problem| {
                assert_eq!(problem.code(), ProblemCode::RetryInvalid, "{lines}");
                let key = problem.key().to_string();
                let before = "with [retry], a client that asks again must arrive here, and ";
                let reason = problem.message().strip_prefix(before).unwrap_or_default();
                format!("{}: {reason}", key.trim_start_matches("routes[0]."))
            })
            .collect();
        let are_those = said.len() == expected.len()
            && said
                .iter()
                .zip(*expected)
                .all(|(said, it)| said.starts_with(it));
        assert!(are_those, "{lines}: {said:?}");
    }
}
