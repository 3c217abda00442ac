//! Compares answers with what they must be. Nothing here asks for anything.

use signpost::reply::DECISION_HEADER;

use super::expected::Answered;
use super::stage::Stage;
use super::verdict::Finding;

/// What is wrong with the answer to GET.
pub(crate) fn plain(expected: &Answered, received: &Answered) -> Vec<Finding> {
    compare(expected, received, |part| match part {
        "status" => Stage::Status,
        "location" => Stage::Location,
        "vary" => Stage::Vary,
        DECISION_HEADER => Stage::Decision,
        _ => Stage::Answer,
    })
}

/// What is wrong with the answer to a client that accepts JSON.
pub(crate) fn json(expected: &Answered, received: &Answered) -> Vec<Finding> {
    compare(expected, received, |_| Stage::Json)
}

/// In what the answer to HEAD is another than that to GET: its status, and the headers of `expected`.
pub(crate) fn head(expected: &Answered, get: &Answered, head: &Answered) -> Vec<Finding> {
    let headers = expected.headers.iter().map(|(name, _)| {
        let (get, head) = (get.header(name), head.header(name));
        let message = format!("HEAD has another `{name}` than GET");
        Finding::difference(Stage::Head, message, get.as_deref(), head.as_deref())
    });
    let status = difference_of_status(
        Stage::Head,
        "HEAD has another status than GET",
        get.status,
        head.status,
    );
    std::iter::once(status).chain(headers).flatten().collect()
}

/// In what the decision is another than the one expected.
pub(crate) fn decision(expected: &str, received: &Answered) -> Option<Finding> {
    Finding::difference(
        Stage::Decision,
        format!("`{DECISION_HEADER}` differs"),
        Some(expected),
        received.header(DECISION_HEADER).as_deref(),
    )
}

/// What is wrong with an origin's answer to a path that no route takes. What it answers is its own
/// affair, even an error, as long as it is the origin that does.
fn origin(expected: &str, received: &Answered) -> Vec<Finding> {
    let mut findings: Vec<_> = decision(expected, received).into_iter().collect();
    if matches!(received.status, 502..=504) {
        findings.push(Finding::new(
            Stage::Status,
            format!(
                "the origin is to answer, and the answer is {}",
                received.status
            ),
        ));
    }
    findings
}

/// What is wrong with the answer to a path that must not be redirected.
///
/// An origin may redirect it by itself, even to the CDN: only the decision tells whose answer it is.
pub(crate) fn negative(expected: &str, received: &Answered) -> Vec<Finding> {
    let found = received.header(DECISION_HEADER);
    let is_redirected = found
        .as_deref()
        .is_some_and(|found| found.starts_with("redirect"));
    if !is_redirected {
        return origin(expected, received);
    }
    let location = received.header("location");
    let location = location.as_deref().unwrap_or("nowhere");
    let words = format!("the path must not be redirected, and leads to {location}");
    let finding = Finding::difference(Stage::Negative, words, Some(expected), found.as_deref());
    finding.into_iter().collect()
}

fn compare(
    expected: &Answered,
    received: &Answered,
    stage_of: impl Fn(&str) -> Stage,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let status = stage_of("status");
    findings.extend(difference_of_status(
        status,
        "the status differs",
        expected.status,
        received.status,
    ));
    let mut names: Vec<_> = expected
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    // Told in JSON, a client is not redirected as well.
    if !names.contains(&"location") {
        names.push("location");
    }
    for name in names {
        findings.extend(Finding::difference(
            stage_of(name),
            format!("`{name}` differs"),
            expected.header(name).as_deref(),
            received.header(name).as_deref(),
        ));
    }
    findings.extend(Finding::difference(
        stage_of("body"),
        "the body differs",
        Some(&expected.body),
        Some(&received.body),
    ));
    findings
}

fn difference_of_status(
    stage: Stage,
    words: &str,
    expected: u16,
    received: u16,
) -> Option<Finding> {
    let (expected, received) = (expected.to_string(), received.to_string());
    Finding::difference(stage, words, Some(&expected), Some(&received))
}

#[cfg(test)]
mod tests {
    use signpost::config::Config;
    use signpost::switch::Switch;

    use super::{head, json, negative, origin, plain};
    use crate::smoke::expected::{Answered, Expected, Redirect};
    use crate::smoke::stage::Stage;
    use crate::smoke::verdict::Finding;

    fn production() -> Config {
        Config::from_toml(include_str!("../../../config/crates-io.toml")).unwrap()
    }

    fn redirect() -> Redirect {
        let path = "/api/v1/crates/smallvec/1.10.0/download";
        match Expected::of(&production(), Switch::ENFORCE, "crates.io", path) {
            Expected::Redirect(redirect) => *redirect,
            Expected::Origin { decision } => panic!("{decision}"),
        }
    }

    fn with(answer: &Answered, name: &str, value: Option<&str>) -> Answered {
        let mut changed = answer.clone();
        changed.headers.retain(|(other, _)| other != name);
        changed
            .headers
            .extend(value.map(|value| (name.to_owned(), value.to_owned())));
        changed
    }

    fn stages(findings: &[Finding]) -> Vec<Stage> {
        findings.iter().map(|finding| finding.stage).collect()
    }

    #[test]
    fn what_is_right_has_no_findings() {
        let right = redirect();
        assert_eq!(plain(&right.plain, &right.plain), []);
        assert_eq!(json(&right.json, &right.json), []);
        assert_eq!(head(&right.plain, &right.plain, &right.plain), []);
    }

    #[test]
    fn each_part_of_an_answer_has_its_stage() {
        let right = redirect().plain;
        let status = Answered {
            status: 301,
            ..right.clone()
        };
        let body = Answered {
            body: "<html>".to_owned(),
            ..right.clone()
        };
        let rows = [
            (status, Stage::Status),
            (body, Stage::Answer),
            (
                with(&right, "location", Some("https://static.crates.iocrates/")),
                Stage::Location,
            ),
            (with(&right, "location", None), Stage::Location),
            (with(&right, "vary", Some("accept")), Stage::Vary),
            (with(&right, "signpost-decision", None), Stage::Decision),
            (
                with(&right, "strict-transport-security", Some("max-age=1")),
                Stage::Answer,
            ),
        ];
        for (received, stage) in rows {
            assert_eq!(stages(&plain(&right, &received)), [stage], "{received:?}");
        }
    }

    #[test]
    fn head_and_json_are_stages_of_their_own() {
        let right = redirect();
        let other = Answered {
            status: 200,
            ..right.plain.clone()
        };
        assert_eq!(
            stages(&head(&right.plain, &right.plain, &other)),
            [Stage::Head]
        );
        let other = with(&right.plain, "location", None);
        assert_eq!(
            stages(&head(&right.plain, &right.plain, &other)),
            [Stage::Head]
        );
        let other = Answered {
            body: "{}".to_owned(),
            ..right.json.clone()
        };
        assert_eq!(stages(&json(&right.json, &other)), [Stage::Json]);
        let other = with(&right.json, "location", Some("https://static.crates.io/"));
        assert_eq!(stages(&json(&right.json, &other)), [Stage::Json]);
    }

    #[test]
    fn an_origins_answer_is_its_own_affair_as_long_as_it_answers() {
        let decision = "origin;reason=\"no-route\"";
        let answer = Answered {
            status: 404,
            headers: vec![("signpost-decision".to_owned(), decision.to_owned())],
            body: String::new(),
        };
        assert_eq!(origin(decision, &answer), []);
        for (status, expected) in [
            (500, &[][..]),
            (501, &[]),
            (502, &[Stage::Status]),
            (503, &[Stage::Status]),
            (504, &[Stage::Status]),
        ] {
            let broken = Answered {
                status,
                ..answer.clone()
            };
            assert_eq!(stages(&origin(decision, &broken)), expected, "{status}");
        }
        let other = with(&answer, "signpost-decision", None);
        assert_eq!(stages(&origin(decision, &other)), [Stage::Decision]);
    }

    #[test]
    fn a_negative_path_is_the_origins_whatever_the_origin_makes_of_it() {
        let decision = "origin;reason=\"no-route\"";
        let answer = Answered {
            status: 302,
            headers: vec![("signpost-decision".to_owned(), decision.to_owned())],
            body: String::new(),
        };
        let by_origin = with(&answer, "location", Some("https://static.crates.io/x"));
        assert_eq!(negative(decision, &by_origin), []);
        let missing = with(&answer, "signpost-decision", None);
        assert_eq!(stages(&negative(decision, &missing)), [Stage::Decision]);
        let ours = with(
            &by_origin,
            "signpost-decision",
            Some("redirect;route=\"download\""),
        );
        assert_eq!(stages(&negative(decision, &ours)), [Stage::Negative]);
    }
}
