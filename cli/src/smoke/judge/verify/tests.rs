use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::{PRODUCTION, changed};

use super::{decision, head, json, negative, origin, plain};
use crate::file::Loaded;
use crate::small::{RETRY, small};
use crate::smoke::ask::answered::Answered;
use crate::smoke::gather::redirect::Redirect;
use crate::smoke::judge::finding::Finding;
use crate::smoke::judge::stage::Stage;

fn redirect_of(config: &str, path: &str) -> Redirect {
    let request = Request::new("GET", "crates.io", path);
    Redirect::of(Loaded::of(config).config(), Switch::ENFORCE, &request).unwrap()
}

fn redirect() -> Redirect {
    redirect_of(PRODUCTION, "/api/v1/crates/smallvec/1.10.0/download")
}

/// Two targets. The edge may send to the one that is not a file's first.
fn redirect_to_two() -> Redirect {
    redirect_of(&small(&[("a", 1), ("b", 1)], &[], RETRY), "/f/x")
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
fn right_answers_have_no_findings() {
    let cached = changed(
        PRODUCTION,
        "= \"readme\"",
        "= \"readme\"\ncache_control = \"private\"",
    );
    let cached = redirect_of(&cached, "/api/v1/crates/smallvec/1.10.0/readme");
    assert!(cached.first().plain.header("cache-control").is_some());
    let rows = [
        ("one", redirect()),
        ("two", redirect_to_two()),
        ("cached", cached),
    ];
    for (name, right) in rows {
        for get in right.right() {
            assert_eq!(plain(&right, &get.plain), [], "{name}");
            assert_eq!(json(&right, &get.json), [], "{name}");
            for other in right.right() {
                assert_eq!(head(&right, &get.plain, &other.plain), [], "{name}");
            }
        }
    }
}

#[test]
fn an_answer_that_names_another_target_is_compared_with_what_it_must_be_there() {
    let right = redirect_to_two();
    let first = right.first();
    let second = right.right().nth(1).unwrap();
    let status = |answer: &Answered| Answered {
        status: 301,
        ..answer.clone()
    };
    let found = plain(&right, &status(&second.plain));
    assert_eq!(stages(&found), [Stage::Status]);
    let found = head(&right, &first.plain, &status(&second.plain));
    assert_eq!(stages(&found), [Stage::Head]);
    let words = "HEAD has another status than it must for this target";
    assert_eq!(found[0].message, words);
    let typed = with(&second.json, "content-type", Some("text/html"));
    assert_eq!(stages(&json(&right, &typed)), [Stage::Json]);
    // An unknown location is compared with the first.
    let nowhere = with(&second.plain, "location", Some("https://b.examplex"));
    let shown = plain(&right, &nowhere)[0].mismatch.clone().unwrap();
    assert!(shown.to_string().contains(&first.location), "{shown}");
}

#[test]
fn each_part_of_an_answer_has_its_stage() {
    let redirect = redirect();
    let right = redirect.first().plain.clone();
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
        (with(&right, "age", Some("1")), Stage::Answer),
        (
            with(&right, "strict-transport-security", Some("max-age=1")),
            Stage::Answer,
        ),
    ];
    for (received, stage) in rows {
        assert_eq!(
            stages(&plain(&redirect, &received)),
            [stage],
            "{received:?}"
        );
    }
}

#[test]
fn head_and_json_are_stages_of_their_own() {
    let right = redirect();
    let at = right.first();
    let status = Answered {
        status: 200,
        ..at.plain.clone()
    };
    let cookie = with(&at.plain, "set-cookie", Some("a=b"));
    for other in [status, with(&at.plain, "location", None), cookie] {
        let found = head(&right, &at.plain, &other);
        assert_eq!(stages(&found), [Stage::Head], "{other:?}");
    }
    let body = Answered {
        body: "{}".to_owned(),
        ..at.json.clone()
    };
    let location = with(&at.json, "location", Some("https://static.crates.io/"));
    for other in [body, location] {
        assert_eq!(stages(&json(&right, &other)), [Stage::Json], "{other:?}");
    }
}

#[test]
fn an_origin_may_answer_anything_but_a_gateway_error() {
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
fn an_origin_may_answer_a_negative_path_as_it_likes() {
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

#[test]
fn a_decision_of_the_other_entry_is_told_as_what_it_means() {
    let [of_config, of_next, differs] = [
        "`config` answered a file on the side of `next`: the entry `next` is missing or",
        "`next` answered what `config` has to answer",
        "`signpost-decision` differs",
    ];
    // Expected, received, and what is said.
    let rows = [
        (
            "redirect;route=\"a\";by=\"next\"",
            "redirect;route=\"a\"",
            of_config,
        ),
        (
            "redirect;route=\"a\";by=\"next\"",
            "redirect;route=\"b\"",
            of_config,
        ),
        (
            "redirect;route=\"a\";by=\"next\"",
            "origin;reason=\"no-route\"",
            of_config,
        ),
        (
            "origin;reason=\"switch-off\";by=\"next\"",
            "origin;reason=\"switch-off\"",
            of_config,
        ),
        (
            "redirect;route=\"a\";by=\"next\"",
            "origin;reason=\"switch-off\"",
            differs,
        ),
        (
            "redirect;route=\"a\";by=\"next\"",
            "origin;reason=\"config-missing\"",
            differs,
        ),
        (
            "redirect;route=\"a\";by=\"next\"",
            "redirect;route=\"a\";because=\"next-refused\"",
            differs,
        ),
        ("redirect;route=\"a\";by=\"next\"", "", differs),
        (
            "redirect;route=\"a\";by=\"next\"",
            "redirect;route=\"b\";by=\"next\"",
            differs,
        ),
        (
            "redirect;route=\"a\"",
            "redirect;route=\"a\";by=\"next\"",
            of_next,
        ),
        (
            "redirect;route=\"a\";because=\"next-refused\"",
            "origin;reason=\"origin-route\";by=\"next\"",
            of_next,
        ),
        ("redirect;route=\"a\"", "redirect;route=\"b\"", differs),
    ];
    for (expected, received, words) in rows {
        let answer = with(&Answered::default(), "signpost-decision", Some(received));
        let finding = decision(expected, &answer).unwrap();
        assert!(
            finding.message.starts_with(words),
            "{received}: {}",
            finding.message
        );
        assert_eq!(finding.stage, Stage::Decision, "{received}");
    }
    // It is the same in the edge's own answers.
    let right = redirect();
    let by_next = "redirect;route=\"download\";by=\"next\"";
    let first = right.first();
    for findings in [
        plain(
            &right,
            &with(&first.plain, "signpost-decision", Some(by_next)),
        ),
        json(
            &right,
            &with(&first.json, "signpost-decision", Some(by_next)),
        ),
    ] {
        let [finding] = findings.as_slice() else {
            panic!("{findings:?}");
        };
        assert!(finding.message.starts_with(of_next), "{}", finding.message);
    }
}
