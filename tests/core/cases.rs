//! The cases from real incidents, run through the pure pipeline, natively and in wasm.

use crate::test;
use std::collections::BTreeSet;

use crate::fixtures::configs;
use signpost::config::Config;
use signpost::decision::Reason;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::{Case, Configuration, Expect, cases, configurations};

#[track_caller]
fn check(case: &Case, config: &Config) {
    let row = format!("case {}: {}", case.number, case.name);
    let accept = case
        .headers
        .iter()
        .filter(|(name, _)| *name == "accept")
        .map(|(_, value)| value.as_bytes());
    let request = Request::new(case.method, case.host, case.target).with_accept(accept);
    let answer = signpost::answer(config, &request, Switch::ENFORCE);
    let reason = answer.decision().reason().map(Reason::code);
    let Some(reply) = answer.reply() else {
        assert!(
            matches!(case.expect, Expect::Origin { reason: expected } if Some(expected) == reason),
            "{row}: the origin answers: {reason:?}"
        );
        return;
    };
    let header = |wanted: &str| {
        let mut values = reply.headers.iter().filter(|(name, _)| *name == wanted);
        let value = values.next().map(|(_, value)| &**value);
        assert_eq!(values.next(), None, "{row}: {wanted} stands twice");
        value
    };
    let (status, location, body) = match case.expect {
        Expect::Redirect { location } => (302, Some(location), String::new()),
        Expect::Json { location } => (200, None, format!("{{\"url\":\"{location}\"}}")),
        Expect::Origin { reason } => {
            panic!("{row}: answered with {reply:?}, not by the origin for {reason}")
        }
    };
    assert_eq!(reply.status, status, "{row}");
    assert_eq!(header("location"), location, "{row}");
    assert_eq!(reply.body, body, "{row}");
    for (name, value) in case.answer_headers {
        assert_eq!(header(name), Some(*value), "{row}: {name}");
    }
}

#[test]
fn every_case_holds() {
    for configuration in configurations() {
        let config = configs::read(&configuration.toml());
        for case in cases().filter(|case| case.config == configuration) {
            check(case, &config);
        }
    }
}

#[test]
fn every_case_has_its_own_name() {
    let names: BTreeSet<_> = cases().map(|case| (case.number, case.name)).collect();
    assert_eq!(names.len(), cases().count());
}

#[test]
fn another_spelling_of_the_base_is_another_text() {
    assert_ne!(
        Configuration::CratesIo.toml(),
        Configuration::CratesIoOtherSpelling.toml()
    );
}
