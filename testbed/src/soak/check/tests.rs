use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::{Kind, Meanwhile, check};
use crate::soak::asks::Asked;
use crate::soak::client::{Answer, Came};
use crate::soak::origin::{TOLD, Weather, answer_to};
use crate::soak::world::{Own, Right};

/// What is changed of a right answer.
type Change = fn(&mut Answer);

fn asked() -> Asked {
    let mut headers = HeaderMap::new();
    headers.insert(TOLD, HeaderValue::from_static("200 100 7"));
    Asked {
        method: Method::GET,
        target: "/a".to_owned(),
        headers,
        body: Bytes::new(),
        is_chunked: false,
        raw_target: None,
    }
}

#[track_caller]
fn assert_kind(right: &Right, answer: &Answer, weather: Weather, expected: Option<Kind>) {
    let meanwhile = Meanwhile {
        weather: Some(weather),
        is_long: false,
    };
    let kind = check(&asked(), right, &Came::Answer(answer.clone()), meanwhile);
    assert_eq!(kind.ok(), expected, "{answer:?}");
}

const CHANGES: [Change; 5] = [
    |answer| answer.status = StatusCode::INTERNAL_SERVER_ERROR,
    |answer| answer.body = Bytes::from_static(b"a"),
    |answer| answer.is_broken_off = true,
    |answer| {
        let more = HeaderValue::from_static("a");
        answer.headers.insert("x-more", more);
    },
    |answer| {
        answer.headers.remove("signpost-decision");
    },
];

#[test]
fn an_own_answer_that_differs_is_wrong() {
    let headers = [
        ("location", "https://a.example/"),
        ("signpost-decision", "redirect;route=\"a\""),
    ];
    let right = Right::own(Own {
        status: 302,
        headers: headers.map(|(name, value)| (name, value.to_owned())).into(),
        body: String::new(),
    });
    let answer = || Answer {
        status: StatusCode::FOUND,
        headers: headers
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .into_iter()
            .collect(),
        body: Bytes::new(),
        is_broken_off: false,
    };
    assert_kind(&right, &answer(), Weather::Up, Some(Kind::Redirect));
    let elsewhere: Change = |answer| {
        let elsewhere = HeaderValue::from_static("https://b.example/");
        answer.headers.insert("location", elsewhere);
    };
    for change in CHANGES.into_iter().chain([elsewhere]) {
        let mut answer = answer();
        change(&mut answer);
        assert_kind(&right, &answer, Weather::Up, None);
    }
}

#[test]
fn the_origins_answer_is_right_only_while_it_answers_and_a_failure_only_while_it_does_not() {
    let decision = HeaderValue::from_static("origin;reason=\"no-route\"");
    let right = Right::origin("origin;reason=\"no-route\"".to_owned());
    let (head, body) = answer_to(&Method::GET, "/a", &asked().headers, &asked().body).into_parts();
    let answer = || {
        let mut headers = head.headers.clone();
        headers.insert("signpost-decision", decision.clone());
        Answer {
            status: head.status,
            headers,
            body: body.clone(),
            is_broken_off: false,
        }
    };
    assert_kind(&right, &answer(), Weather::Up, Some(Kind::Origin));
    assert_kind(&right, &answer(), Weather::Refuses, None);
    for change in CHANGES {
        let mut answer = answer();
        change(&mut answer);
        assert_kind(&right, &answer, Weather::Up, None);
    }
    let failure = || {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("retry-after", "5"),
            ("cache-control", "no-store"),
            ("proxy-status", "signpost;error=proxy_internal_error"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert("signpost-decision", decision.clone());
        Answer {
            status: StatusCode::SERVICE_UNAVAILABLE,
            headers,
            body: Bytes::from("The origin did not answer. Please try again in a few seconds.\n"),
            is_broken_off: false,
        }
    };
    assert_kind(&right, &failure(), Weather::Refuses, Some(Kind::Failure));
    assert_kind(&right, &failure(), Weather::Up, None);
    let mut without = failure();
    without.headers.remove("retry-after");
    assert_kind(&right, &without, Weather::Refuses, None);
}
