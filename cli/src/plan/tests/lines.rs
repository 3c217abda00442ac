//! How lines are read, and what is asked for them.

use signpost_rows::hostile::{DOWNLOAD, Expect, HOSTS, LOCATION, TARGETS};
use signpost_rows::{PRODUCTION, of_any_host, with_hosts};

use super::{SMALL, at, changed, kinds, other_route, over_lines};
use crate::file::Loaded;
use crate::plan::parts::{Kind, Shape};
use crate::plan::value::Plan;

#[test]
fn a_path_alone_is_asked_of_the_first_host_of_each_configuration() {
    let with_hosts = |hosts: &str| changed(&[("[origin]", &format!("{hosts}\n\n[origin]"))]);
    let old = with_hosts("hosts = [\"crates.io\"]");
    let new = with_hosts("hosts = [\"www.crates.io\"]");
    let lines = "/crates/a/1.0.0/download\nhttps://crates.io/crates/a/1.0.0/download\n";
    let plan = over_lines(&old, &new, lines.as_bytes(), 1);
    assert_eq!(kinds(&plan), [(Kind::RedirectToOrigin, 1)], "{plan}");
    assert_eq!(plan.groups[0].samples[0].place, at(2));
}

#[test]
fn what_no_client_sends_by_mistake_is_planned_as_the_module_answers_it() {
    let production = Loaded::of(&of_any_host(PRODUCTION));
    let hosts = HOSTS
        .iter()
        .map(|(host, expect)| (*host, DOWNLOAD.as_bytes(), expect));
    let targets = TARGETS
        .iter()
        .map(|(target, expect)| (&b"crates.io"[..], *target, expect));
    // The other configuration answers everything with a reason that no row has.
    let elsewhere = Loaded::of(&with_hosts(PRODUCTION, "[\"x.y\"]"));
    for (host, target, expect) in hosts.chain(targets) {
        let row = format!("{} at {}", target.escape_ascii(), host.escape_ascii());
        let line = [b"https://", host, target].concat();
        let plan = over_lines(&elsewhere, &production, line.as_slice(), 1);
        let new = plan
            .groups
            .first()
            .map(|group| (&group.new, &group.samples));
        match (expect, new) {
            (Expect::Redirect, Some((Shape::Redirect { .. }, samples))) => {
                assert_eq!(samples[0].new.as_deref(), Some(LOCATION), "{row}");
            }
            (Expect::Origin(expected), Some((Shape::Origin { reason, .. }, _))) => {
                assert_eq!(reason, expected, "{row}");
            }
            (Expect::Origin("no-route"), None) | (Expect::NotAskedAtAll, _) => {}
            _ => panic!("{row}: {plan}"),
        }
    }
    // From real access logs.
    for target in ["?x=\u{e9}", "?x=\\xC3\\xA9", "?x=\\\"", "?x='", "?<"] {
        let line = format!("192.0.2.1 - - [x] \"GET {DOWNLOAD}{target} HTTP/1.1\" 302 0\n");
        let plan = over_lines(&other_route(), &production, line.as_bytes(), 1);
        let is_malformed = match &plan.groups[0].new {
            Shape::Origin { reason, .. } => reason == "path-malformed",
            Shape::Redirect { .. } => false,
        };
        assert!(is_malformed, "{line}: {plan}");
    }
}

#[test]
fn a_client_that_was_answered_in_json_is_answered_in_json() {
    let new = changed(&[("target ", "status = 307\ntarget ")]);
    let line = |kind: &str, decision: &str| {
        format!(
            r#"{{"version":"1","method":"GET","url":"https://crates.io/crates/a/1.0.0/download","content_type":{kind},"signpost":{{"decision":"{decision}"}}}}"#
        )
    };
    let rows = [
        (line("\"application/json\"", "redirect"), 0),
        // An origin answers in JSON whatever was accepted.
        (line("\"application/json\"", "origin"), 1),
        (line("null", "redirect"), 1),
    ];
    for (line, changes) in rows {
        let plan = over_lines(&Loaded::of(SMALL), &new, line.as_bytes(), 1);
        assert_eq!(plan.changed(), changes, "{line}: {plan}");
    }
}

#[test]
fn a_preflight_is_answered_as_one() {
    let (old, new) = (changed(&[("json = true", "cors = true")]), changed(&[]));
    for (decision, changes) in [
        ("preflight", &[(Kind::RedirectToOrigin, 1)][..]),
        ("origin", &[]),
    ] {
        let line = format!(
            r#"{{"version":"1","method":"OPTIONS","url":"https://crates.io/crates/a/1.0.0/download","signpost":{{"decision":"{decision}"}}}}"#
        );
        let plan = over_lines(&old, &new, line.as_bytes(), 1);
        assert_eq!(kinds(&plan), changes, "{decision}: {plan}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (old, new) = (Loaded::of(SMALL), changed(&[("/download\"", "/get\"")]));
    let lines: String = (0..40_000)
        .map(|number| match number % 4 {
            0 => format!("/crates/a/{number}.0.0/download\n"),
            1 => format!("/crates/a/{number}/get\n"),
            2 => "no request\n".to_owned(),
            _ => "\n".to_owned(),
        })
        .collect();
    let expected = over_lines(&old, &new, lines.as_bytes(), 1);
    assert_eq!((expected.requests, expected.blank_lines), (20_000, 10_000));
    for threads in [2, 3, 8] {
        let plan = over_lines(&old, &new, lines.as_bytes(), threads);
        assert_eq!(plan, expected, "{threads} threads");
    }
    let firsts = |plan: &Plan| plan.groups[0].samples[2].place.clone();
    assert_eq!(firsts(&expected), at(9));
    assert_eq!(expected.unreadable[0].samples[1].place, at(7));
}

#[test]
fn unread_lines_are_not_called_unchanged() {
    // Requests, other lines, the allowed percentage, and the complaint.
    let rows = [
        (1, 0, 1, ""),
        (1, 0, 0, ""),
        (99, 1, 1, ""),
        (99, 1, 0, "1 of 100"),
        (98, 1, 1, "1 of 99"),
        (1, 1_000, 1, "1,000 of 1,001"),
        (1, 1_000, 100, ""),
    ];
    let config = Loaded::of(SMALL);
    for (requests, unreadable, percent, complaint) in rows {
        let lines = "/crates/a/1.0.0/download\n".repeat(requests) + &"what?\n".repeat(unreadable);
        let plan = over_lines(&config, &config, lines.as_bytes(), 1).allowing(percent);
        let row = format!("{requests} requests, {unreadable} others, {percent} %");
        let plural = if requests == 1 { "" } else { "s" };
        let mut end = match unreadable {
            0 => "\nNothing changes.\n".to_owned(),
            _ => format!(
                "\nNothing changes for the {requests} request{plural} that could be read.\n"
            ),
        };
        if !complaint.is_empty() {
            let allowed = format!("--max-unreadable allows {percent}%.\n");
            end = format!(
                "\nToo little was read: {complaint} lines cannot be read, and {allowed}{end}"
            );
        }
        let text = plan.to_string();
        assert!(text.ends_with(&end), "{row}: {text}");
        let is_too_little = !complaint.is_empty();
        assert_eq!(plan.too_little_read.is_some(), is_too_little, "{row}");
        assert!(plan.is_empty(), "{row}");
        assert_eq!(plan.needs_review(), is_too_little, "{row}");
    }
}
