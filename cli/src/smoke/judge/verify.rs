//! Compares answers with the expected ones. Sends nothing.

use signpost::reply::{BY_NEXT, DECISION_HEADER};

use crate::smoke::ask::answered::Answered;
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::judge::finding::Finding;
use crate::smoke::judge::stage::Stage;

/// Headers that change what clients do with an answer: a cache keeps it, or a browser keeps a cookie or goes
/// elsewhere. The edge sends one only if the configuration says so.
const WATCHED: [&str; 9] = [
    "location",
    "cache-control",
    "expires",
    "age",
    "pragma",
    "surrogate-control",
    "cdn-cache-control",
    "set-cookie",
    "refresh",
];

/// What a decision of `config` says if more is wrong than that `next` is not in force.
const OTHER_CAUSES: [&str; 4] = [
    "reason=\"config-",
    "reason=\"switch-",
    "reason=\"not-in-rollout",
    "because=\"next-",
];

/// Compares the answer to GET with the redirect that it means, or with the first.
pub(crate) fn plain(expected: &Redirect, received: &Answered) -> Vec<Finding> {
    let expected = &expected.matching(received).plain;
    compare(expected, received, |part| match part {
        "status" => Stage::Status,
        "location" => Stage::Location,
        "vary" => Stage::Vary,
        DECISION_HEADER => Stage::Decision,
        _ => Stage::Answer,
    })
}

/// Compares the answer to a client that accepts JSON.
pub(crate) fn json(expected: &Redirect, received: &Answered) -> Vec<Finding> {
    let expected = &expected.matching(received).json;
    compare(expected, received, |_| Stage::Json)
}

/// Compares the status and expected headers of HEAD with those of GET. If HEAD names another
/// allowed target, that target's redirect counts.
pub(crate) fn head(expected: &Redirect, get: &Answered, head: &Answered) -> Vec<Finding> {
    let (target, of_get) = (expected.matching(head), expected.matching(get));
    let is_elsewhere =
        target != of_get && target.plain.header("location") == head.header("location");
    let (get, words) = if is_elsewhere {
        (&target.plain, "it must for this target")
    } else {
        (get, "GET")
    };
    let headers = names(&target.plain).map(|name| {
        let (get, head) = (get.header(name), head.header(name));
        let message = format!("HEAD has another `{name}` than {words}");
        Finding::difference(Stage::Head, message, get.as_deref(), head.as_deref())
    });
    let status = difference_of_status(
        Stage::Head,
        &format!("HEAD has another status than {words}"),
        get.status,
        head.status,
    );
    std::iter::once(status).chain(headers).flatten().collect()
}

pub(crate) fn decision(expected: &str, received: &Answered) -> Option<Finding> {
    let received = received.header(DECISION_HEADER);
    Finding::difference(
        Stage::Decision,
        difference_of_decision(expected, received.as_deref()),
        Some(expected),
        received.as_deref(),
    )
}

/// What another decision than the expected one means: often that the other entry answered.
fn difference_of_decision(expected: &str, received: Option<&str>) -> String {
    let received = received.unwrap_or_default();
    let has_other_cause = || OTHER_CAUSES.iter().any(|cause| received.contains(cause));
    match (expected.strip_suffix(BY_NEXT), received.strip_suffix(BY_NEXT)) {
        (Some(expected), None)
            if received == expected || !(received.is_empty() || has_other_cause()) =>
        {
            "`config` answered a file on the side of `next`: the entry `next` is missing or the same as \
             `config`, the deployed module cannot read it, or the switch gives it no share"
                .to_owned()
        }
        (None, Some(_)) => "`next` answered what `config` has to answer: another switch, or another `next`, is \
             in force"
            .to_owned(),
        _ => format!("`{DECISION_HEADER}` differs"),
    }
}

/// Checks that the origin answers. Its answer may be anything but a gateway error.
fn origin(expected: &str, received: &Answered) -> Vec<Finding> {
    let mut findings: Vec<_> = decision(expected, received).into_iter().collect();
    if matches!(received.status, 502..=504) {
        findings.push(Finding::new(
            Stage::Status,
            format!(
                "the origin must answer, but the answer is {}",
                received.status
            ),
        ));
    }
    findings
}

/// Checks a path that must not be redirected.
///
/// An origin may redirect it by itself, even to the CDN: only the decision tells who did.
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
    for name in names(expected) {
        let (right, received) = (expected.header(name), received.header(name));
        let (right, received) = (right.as_deref(), received.as_deref());
        let words = match right {
            Some(right) if name == DECISION_HEADER => difference_of_decision(right, received),
            Some(_) => format!("`{name}` differs"),
            None => format!("`{name}` is unexpected: the edge does not send it"),
        };
        findings.extend(Finding::difference(stage_of(name), words, right, received));
    }
    findings.extend(Finding::difference(
        stage_of("body"),
        "the body differs",
        Some(&expected.body),
        Some(&received.body),
    ));
    findings
}

/// The names of the headers that are compared. All others are ignored.
fn names(expected: &Answered) -> impl Iterator<Item = &str> {
    let sent = expected.headers.iter().map(|(name, _)| name.as_str());
    let unexpected = WATCHED.into_iter();
    let unexpected = unexpected.filter(|name| expected.header(name).is_none());
    sent.chain(unexpected)
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
mod tests;
