//! Every code has one meaning and is documented.

use crate::test;
use std::collections::BTreeSet;

use crate::fixtures::configs;
use signpost::config::ProblemCode;
use signpost::decision::{Because, Reason};
use signpost::location::{Location, Refusal};
use signpost::request::Request;
use signpost::values::Switch;

/// A proven location, for the reasons that hold one.
#[track_caller]
fn location() -> Location {
    let config = configs::production();
    let request = Request::new(
        "GET",
        "crates.io",
        "/api/v1/crates/smallvec/1.10.0/download",
    );
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    answer.decision().location().cloned().expect("a location")
}

/// Each reason with its code; a new reason does not compile until it stands here.
pub(crate) fn reasons() -> Vec<(Reason, &'static str)> {
    let all = [
        Reason::NoRoute,
        Reason::OriginRoute,
        Reason::CameFromTarget,
        Reason::MethodNotRedirectable,
        Reason::PathMalformed,
        Reason::NameInvalid,
        Reason::VersionInvalid,
        Reason::CaptureInvalid,
        Reason::LocationRefused(Refusal::Loop),
        Reason::ConfigMissing,
        Reason::ConfigInvalid,
        Reason::SwitchOff(location()),
        Reason::SwitchShadow(location()),
        Reason::NotInRollout(location()),
        Reason::Retried(location()),
    ];
    all.map(|reason| {
        let code = match &reason {
            Reason::NoRoute => "no-route",
            Reason::OriginRoute => "origin-route",
            Reason::CameFromTarget => "came-from-target",
            Reason::MethodNotRedirectable => "method-not-redirectable",
            Reason::PathMalformed => "path-malformed",
            Reason::NameInvalid => "name-invalid",
            Reason::VersionInvalid => "version-invalid",
            Reason::CaptureInvalid => "capture-invalid",
            Reason::LocationRefused(_) => "location-refused",
            Reason::ConfigMissing => "config-missing",
            Reason::ConfigInvalid => "config-invalid",
            Reason::SwitchOff(_) => "switch-off",
            Reason::SwitchShadow(_) => "switch-shadow",
            Reason::NotInRollout(_) => "not-in-rollout",
            Reason::Retried(_) => "retried",
        };
        (reason, code)
    })
    .to_vec()
}

#[test]
fn reasons_have_stable_codes() {
    let reasons = reasons();
    for (reason, code) in &reasons {
        assert_eq!(reason.code(), *code);
        assert_eq!(
            reason.decision_header(),
            format!("origin;reason=\"{code}\"")
        );
        let is_refused = *code == "location-refused";
        assert_eq!(
            reason.refusal(),
            is_refused.then_some(Refusal::Loop),
            "{code}"
        );
        let is_held_back = matches!(
            *code,
            "switch-off" | "switch-shadow" | "not-in-rollout" | "retried"
        );
        assert_eq!(reason.held_back().is_some(), is_held_back, "{code}");
    }
    let codes: BTreeSet<_> = reasons.iter().map(|(_, code)| code).collect();
    assert_eq!(codes.len(), reasons.len());
}

#[test]
fn refusals_have_stable_codes() {
    let codes: Vec<_> = Refusal::ALL.iter().map(|it| it.code()).collect();
    let expected = [
        "too-long",
        "not-printable-ascii",
        "not-a-url",
        "not-canonical",
        "scheme",
        "not-the-base",
        "host-not-allowed",
        "user-info",
        "query",
        "fragment",
        "unsafe-segment",
        "unsafe-character",
        "captures-differ",
        "loop",
    ];
    assert_eq!(codes, expected);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
}

#[test]
fn no_code_means_two_things() {
    let mut codes: Vec<_> = reasons().iter().map(|(_, code)| *code).collect();
    codes.extend(Refusal::ALL.iter().map(|it| it.code()));
    codes.extend(ProblemCode::ALL.iter().map(|code| code.code()));
    codes.extend(Because::ALL.iter().map(|it| it.code()));
    let different: BTreeSet<_> = codes.iter().collect();
    assert_eq!(different.len(), codes.len());
}

#[test]
fn every_reason_and_refusal_is_documented() {
    let text = include_str!("../../docs/request-handling.md");
    let reasons = reasons();
    let codes = reasons
        .iter()
        .map(|(_, code)| *code)
        .chain(Refusal::ALL.iter().map(|it| it.code()))
        .chain(Because::ALL.iter().map(|it| it.code()));
    let missing: Vec<_> = codes
        .filter(|code| !text.contains(&format!("`{code}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/request-handling.md does not name {missing:?}"
    );
}
