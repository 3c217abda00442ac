//! Explains telling requests, and compares explanations with the pipeline.

use signpost::config::Config;
use signpost::decision::Reason;
use signpost::location::{Point, Refusal};
use signpost::received::Received;
use signpost::reply::HSTS_HEADER;
use signpost::request::Request;
use signpost::target::Chosen;
use signpost::values::Switch;
use signpost_rows::{
    Case, CrateFile, Expect, MIRROR, PRODUCTION, cases, changed, configurations, crates, hostile,
    of_any_host,
};
use signpost_testbed::rows;

use super::address::Address;
use super::explanation::{Explanation, Sent};
use super::field::Field;
use super::request::{Question, as_received};
use super::words;
use crate::file::Loaded;

/// The same without its hosts. It no longer compiles, but an edge may still run it.
const LOOPS: &str = include_str!("../../tests/data/loops.json");

fn read(text: &str) -> Config {
    let loaded = Loaded::of(text);
    loaded.config().clone()
}

fn explain(config: &str, method: &str, url: &str, accept: &[&str], switch: &str) -> Explanation {
    let address = url.parse().unwrap();
    let question = Question {
        method,
        fields: &accept
            .iter()
            .map(|it| Field::accept(it))
            .collect::<Vec<_>>(),
        ..Question::get(&address)
    };
    Explanation::of(&read(config), &question, switch.parse().unwrap())
}

#[test]
fn telling_requests_are_explained() {
    let table = r"
        redirect            | production | https://crates.io/api/v1/crates/libgit2-sys/0.12.25+1.3.0/download
        version-invalid     | production | /api/v1/crates/smallvec/1.10/download?x=y
        no-route            | production | https://crates.io/
        host-without-routes | production | https://evil.example/
        another-host        | mirror     | https://mirror.org/pub/foo.iso
        loop                | loops      | https://mirror.org/pub/foo.iso
        path-malformed      | production | https://crates.io/api/v1/crates/a/%2F/download#top
        rewritten           | production | https://crates.io/api/v1/crates/smallvec/1.10.0/download?it's
        resolved            | production | https://crates.io/a/../b
        backslash           | production | /api\v1/crates/smallvec/1.10.0/download
    ";
    for [name, config, url] in rows(table) {
        let config = match config {
            "mirror" => MIRROR,
            "loops" => LOOPS,
            _ => PRODUCTION,
        };
        insta::assert_snapshot!(name, explain(config, "GET", url, &[], "enforce"));
    }
    let url = "https://crates.io/api/v1/crates/smallvec/1.10.0/download";
    let json: &[_] = &["*/*", "application/json"];
    for (name, method, accept, switch) in [
        ("switch-shadow", "GET", &[][..], "shadow"),
        ("not-in-rollout", "HEAD", &[], "enforce 1%"),
        ("json", "GET", json, "enforce"),
        ("method", "DELETE", &[], "enforce"),
    ] {
        insta::assert_snapshot!(name, explain(PRODUCTION, method, url, accept, switch));
    }
}

#[test]
fn what_is_decided_by_other_fields_is_explained() {
    let path = "/api/v1/crates/smallvec/1.10.0/download";
    let base = "base = \"https://static.crates.io\"";
    let config = read(&changed(
        PRODUCTION,
        base,
        &format!("{base}\nloop = \"cloudfront\""),
    ));
    let preflight = &[
        "Origin: https://docs.example",
        "Access-Control-Request-Method: GET",
    ][..];
    let hsts = |explained: &Explanation| {
        let reply = explained.reply.as_ref();
        reply.is_some_and(|it| it.headers.iter().any(|it| it.name == HSTS_HEADER))
    };
    for (method, scheme, fields, decision, has_hsts) in [
        (
            "OPTIONS",
            "https",
            preflight,
            r#"preflight;route="download""#,
            true,
        ),
        (
            "OPTIONS",
            "http",
            preflight,
            r#"preflight;route="download""#,
            false,
        ),
        (
            "OPTIONS",
            "https",
            &[],
            r#"origin;reason="method-not-redirectable""#,
            false,
        ),
        (
            "GET",
            "https",
            &["Via: 1.1 cloudfront"],
            r#"origin;reason="came-from-target""#,
            false,
        ),
        (
            "GET",
            "https",
            &["CDN-Loop: cloudfront"],
            r#"origin;reason="came-from-target""#,
            false,
        ),
        (
            "GET",
            "http",
            &["CDN-Loop: fastly"],
            r#"redirect;route="download""#,
            false,
        ),
        (
            "GET",
            "https",
            &["Range: bytes=0-9"],
            r#"redirect;route="download""#,
            true,
        ),
    ] {
        let row = format!("{method} {scheme} {fields:?}");
        let address = format!("{scheme}://crates.io{path}").parse().unwrap();
        let fields: Vec<_> = fields.iter().map(|it| it.parse().unwrap()).collect();
        let question = Question {
            method,
            fields: &fields,
            ..Question::get(&address)
        };
        let explained = Explanation::of(&config, &question, Switch::ENFORCE);
        assert_eq!(explained.decision.header, decision, "{row}");
        assert_eq!(hsts(&explained), has_hsts, "{row}");
    }
}

#[test]
fn a_location_that_would_be_too_long_is_explained_as_such() {
    // Each `@` takes three bytes of the location.
    let url = format!("/pub/{}", ["@".repeat(250).as_str(); 3].join("/"));
    let shown = explain(MIRROR, "GET", &url, &[], "enforce").to_string();
    for words in [
        "The origin answers: capture-invalid",
        "stops here: the location would be longer than 2,048 bytes at a target of the route",
        "Nothing: no file has such a path. If one does, shorten the",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn an_explanation_is_json_for_programs() {
    let url = "https://crates.io/api/v1/crates/libgit2-sys/0.12.25+1.3.0/download";
    insta::assert_json_snapshot!(
        "redirect-json",
        explain(PRODUCTION, "GET", url, &[], "enforce")
    );
}

#[test]
fn the_candidate_of_2023_fails_at_the_host() {
    let url = "https://crates.io/api/v1/crates/smallvec/1.10.0/download";
    let (config, address) = (read(PRODUCTION), url.parse().unwrap());
    for [name, candidate] in rows(
        "
        2023      | https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate
        no-url    | /crates/smallvec/smallvec 1.10.0.crate
        much-else | http://me@CDN.example/a//b?c=d#e
        ",
    ) {
        let build = |_: &Chosen<'_, '_>| candidate.to_owned();
        let question = Question::get(&address);
        let explained = Explanation::with(&build, &config, &question, Switch::ENFORCE);
        insta::assert_snapshot!(name, explained);
    }
}

/// Checks that an explanation agrees with the pipeline.
fn check(row: &str, config: &Config, question: &Question<'_>) -> Explanation {
    let address = question.address;
    let host = address.host.as_deref().unwrap();
    let received = Received::read(Some(host), &address.target);
    let request = as_received(question, &received);
    let mut last = None;
    for switch in ["enforce 50%", "shadow", "off", "enforce"] {
        let switch: Switch = switch.parse().unwrap();
        let explanation = Explanation::of(config, question, switch);
        let answer = signpost::answer(config, &request, switch);
        let decided = &explanation.decision;
        let reason = answer.decision().reason();
        assert_eq!(decided.reason, reason.map(Reason::code), "{row}");
        let refusal = reason.and_then(Reason::refusal);
        assert_eq!(decided.refusal, refusal.map(Refusal::code), "{row}");
        let location = answer.decision().location().map(ToString::to_string);
        assert_eq!(decided.location, location, "{row}");
        let reply = answer.reply();
        assert_eq!(explanation.reply, reply.as_ref().map(Sent::of), "{row}");
        let proof = explanation.proof.iter().flatten();
        let first_refusal = proof.clone().find_map(|answered| answered.refusal);
        assert_eq!(first_refusal, decided.refusal, "{row}");
        assert!([0, Point::ALL.len()].contains(&proof.count()), "{row}");
        last = Some(explanation);
    }
    last.unwrap()
}

fn check_case(case: &Case, config: &Config) {
    let row = format!("case {}: {}", case.number, case.name);
    let fields = case.headers.iter().map(|(name, value)| Field {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    });
    let fields: Vec<_> = fields.collect();
    let address = format!("https://{}{}", case.host, case.target);
    let address = address.parse().unwrap();
    let question = Question {
        method: case.method,
        fields: &fields,
        ..Question::get(&address)
    };
    let explanation = check(&row, config, &question);
    let decided = &explanation.decision;
    let (location, reason) = match case.expect {
        Expect::Redirect { location } | Expect::Json { location } => (Some(location), None),
        Expect::Origin { reason } => (None, Some(reason)),
    };
    assert_eq!(
        (decided.location.as_deref(), decided.reason),
        (location, reason),
        "{row}"
    );
    let reply = explanation.reply.as_ref();
    for expected in case.answer_headers {
        let mut headers = reply.unwrap().headers.iter();
        let found = headers.any(|header| (header.name, header.value.as_str()) == *expected);
        assert!(found, "{row}: {expected:?}");
    }
}

#[test]
fn every_case_of_a_real_incident_is_explained_as_it_is_answered() {
    for configuration in configurations() {
        let config = read(&configuration.toml());
        for case in cases().filter(|case| case.config == configuration) {
            check_case(case, &config);
        }
    }
}

#[test]
fn what_no_client_sends_by_mistake_is_explained_as_the_module_answers_it() {
    let any_host = of_any_host(PRODUCTION);
    let rows = hostile::HOSTS
        .iter()
        .map(|(host, expect)| (*host, hostile::DOWNLOAD.as_bytes(), expect));
    let targets = hostile::TARGETS.iter();
    let rows = rows.chain(targets.map(|(target, expect)| (&b"crates.io"[..], *target, expect)));
    for (host, target, expect) in rows {
        let row = format!("{} at {}", target.escape_ascii(), host.escape_ascii());
        let (location, reason) = match expect {
            hostile::Expect::Redirect => (Some(hostile::LOCATION), None),
            hostile::Expect::Origin(reason) => (None, Some(*reason)),
            hostile::Expect::NotAskedAtAll => continue,
        };
        let (host, target) = (
            str::from_utf8(host).unwrap(),
            str::from_utf8(target).unwrap(),
        );
        // The command line refuses a host that no URL can have.
        let url = format!("https://{host}{target}");
        if url.parse::<Address>().is_err() {
            continue;
        }
        let explanation = explain(&any_host, "GET", &url, &[], "enforce");
        let decided = (
            explanation.decision.location.as_deref(),
            explanation.decision.reason,
        );
        assert_eq!(decided, (location, reason), "{row}");
    }
}

#[test]
fn real_downloads_are_explained_as_they_are_answered() {
    let config = read(PRODUCTION);
    for CrateFile { name, version, .. } in crates().iter().step_by(4) {
        let url = format!("https://crates.io/api/v1/crates/{name}/{version}/download");
        let explanation = check(&url, &config, &Question::get(&url.parse().unwrap()));
        assert_eq!(explanation.decision.decision, "redirect", "{url}");
    }
}

#[test]
fn a_reason_means_what_is_documented() {
    let docs = include_str!("../../../docs/request-handling.md");
    let url = "https://crates.io/api/v1/crates/smallvec/1.10.0/download";
    let config = read(PRODUCTION);
    let path = "/api/v1/crates/smallvec/1.10.0/download";
    let request = Request::new("GET", "crates.io", path);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let location = || answer.decision().location().cloned().expect(url);
    let reasons = [
        Reason::NoRoute,
        Reason::OriginRoute,
        Reason::MethodNotRedirectable,
        Reason::PathMalformed,
        Reason::NameInvalid,
        Reason::VersionInvalid,
        Reason::CaptureInvalid,
        Reason::LocationRefused(Refusal::Loop),
        Reason::LocationRefused(Refusal::NotTheBase),
        Reason::ConfigMissing,
        Reason::ConfigInvalid,
        Reason::SwitchOff(location()),
        Reason::SwitchShadow(location()),
        Reason::NotInRollout(location()),
        Reason::Retried(location()),
    ];
    for reason in reasons {
        let row = format!("| `{}` | {} |", reason.code(), words::meaning(&reason));
        assert!(docs.contains(&row), "not documented: {row}");
        assert!(!words::next(&reason, true, None).is_empty(), "{row}");
    }
}

#[test]
fn colours_are_only_there_when_asked_for() {
    let explanation = explain(PRODUCTION, "GET", "/", &[], "off");
    let (plain, coloured) = (format!("{explanation}"), format!("{explanation:#}"));
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}
