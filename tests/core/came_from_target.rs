//! A request that comes from a CDN is not sent back to it.

use crate::fixtures::configs;
use crate::test;
use signpost::config::{Config, RouteName};
use signpost::decision::Reason;
use signpost::origin_redirect::OriginAnswer;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::SmallConfig;

#[track_caller]
fn config() -> Config {
    let config = SmallConfig::new("")
        .target(
            "cloudfront",
            "https://cloudfront.example",
            "loop = \"cloudfront\"",
        )
        .target("fastly", "https://fastly.example", "")
        .route("file", "/files/{file:segment}", "/{file}")
        .example("/files/a", "/a")
        .route("other", "/other/{file:segment}", "/{file}")
        .at(&[("fastly", 1)])
        .example("/other/a", "/a");
    configs::read(&config.to_string())
}

/// `CDN-Loop`, `Via`, and whether the request came through `cloudfront`.
const ROWS: &[(&[&str], &[&str], bool)] = &[
    (&[], &[], false),
    (&["cloudfront"], &[], true),
    (&["CloudFront"], &[], true),
    (&["fastly, cloudfront"], &[], true),
    (&["fastly", "cloudfront"], &[], true),
    (&["cloudfront; a=b"], &[], true),
    (&["fastly; info=\"x, y\", cloudfront"], &[], true),
    (&["cloudfront2"], &[], false),
    (&["not-cloudfront"], &[], false),
    (&["fastly; by=cloudfront"], &[], false),
    // A comma counts wherever it is, so that nothing hides what comes after it.
    (&["fastly; info=\"a, cloudfront, b\""], &[], true),
    (&["\", cloudfront"], &[], true),
    (&["a; b=\"\\, cloudfront"], &[], true),
    (&[""], &[""], false),
    (&[], &["1.1 3f9a.cloudfront.net (CloudFront)"], true),
    (&[], &["2.0 3f9a.cloudfront.net"], true),
    (
        &[],
        &["1.1 a.example, HTTP/2 3F9A.CLOUDFRONT.NET:443"],
        true,
    ),
    (&[], &["1.1 varnish (CloudFront)"], true),
    (&[], &["1.1 varnish ( cloudfront )"], true),
    (&[], &["1.1 cloudfront"], true),
    (&[], &["1.1 varnish", "1.1 cloudfront"], true),
    (&[], &["1.1 varnish (a, b), 1.1 cloudfront"], true),
    (&[], &["1.1 varnish (not cloudfront)"], false),
    (&[], &["1.1 varnish (a, 1.1 cloudfront, b)"], true),
    (
        &[],
        &["1.1 x (, 1.1 3f9a.cloudfront.net (CloudFront)"],
        true,
    ),
    (
        &[],
        &["1.1 x (\\, 1.1 3f9a.cloudfront.net (CloudFront)"],
        true,
    ),
    (&[], &["1.1 varnish (cloudfront (2))"], false),
    (&[], &["1.1 mycloudfront.example"], false),
    (&[], &["cloudfront 1.1"], false),
    (&[], &["cloudfront"], true),
    (&[], &["1.1"], false),
];

#[test]
fn a_request_names_the_machines_that_it_came_through() {
    let config = config();
    assert!(config.has_loop_token());
    assert!(!configs::production().has_loop_token());
    for (cdn_loop, via, expected) in ROWS {
        let row = format!("{cdn_loop:?} {via:?}");
        let with = |path| {
            let [cdn_loop, via] =
                [cdn_loop, via].map(|values| values.iter().map(|it| it.as_bytes()));
            Request::new("GET", "registry.example", path).with_trail(cdn_loop, via)
        };
        for switch in [Switch::ENFORCE, Switch::SHADOW] {
            let request = with("/files/a");
            let answer = signpost::answer(&config, &request, switch);
            let reason = answer.decision().reason().map(Reason::code);
            assert_eq!(reason == Some("came-from-target"), *expected, "{row}");
            assert_eq!(answer.decision().location().is_none(), *expected, "{row}");
            assert_eq!(
                answer.route_name().map(RouteName::as_str),
                Some("file"),
                "{row}"
            );
            let released = answer.after_origin_failed();
            assert_eq!(released.reply().is_none(), *expected, "{row}");
            // The route with no such target does not mind.
            let request = with("/other/a");
            let answer = signpost::answer(&config, &request, switch);
            assert!(answer.decision().location().is_some(), "{row}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_no_name() {
    let config = config();
    let request = Request::new("GET", "registry.example", "/files/a");
    let request = request.with_trail([&b"\xff, cloudfront\xff"[..]], [&b"1.1 \xffcloudfront"[..]]);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    assert_eq!(answer.decided(), "redirect");
}

#[test]
fn whatever_it_asks_nothing_leads_it_back() {
    let config = SmallConfig::new("origin.check_redirects = \"repair\"\nresponse.cors = true")
        .target("first", "https://first.example", "")
        .target("second", "https://second.example", "loop = \"second\"")
        .route("file", "/files/{file:segment}", "/{file}")
        .example("/files/a", "/a");
    let config = configs::read(&config.to_string());
    for method in ["GET", "HEAD", "OPTIONS"] {
        for position in ["enforce", "enforce 0%", "shadow", "off"] {
            let row = format!("{method}, {position}");
            let request = Request::new(method, "registry.example", "/files/a")
                .with_preflight(Some(b"https://docs.example"), Some(b"GET"))
                .with_trail([&b"second"[..]], []);
            let answer = signpost::answer(&config, &request, position.parse::<Switch>().unwrap());
            let reason = answer.decision().reason().map(Reason::code);
            assert_eq!(reason, Some("came-from-target"), "{row}");
            let locations = [b"https://evil.example/".to_vec()];
            let redirected = answer.clone().after_origin_answered(&OriginAnswer {
                status: 302,
                locations: &locations,
                requested: "https://registry.example/files/a",
            });
            assert_eq!(redirected, answer, "{row}");
            assert_eq!(answer.clone().after_origin_failed(), answer, "{row}");
            assert_eq!(answer.reply(), None, "{row}");
        }
    }
}
