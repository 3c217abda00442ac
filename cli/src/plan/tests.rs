//! Plans over requests and examples, without a process.

mod caches;
mod merged;
mod targets;
mod traffic;

use std::io::Read;

use signpost_rows::hostile::{DOWNLOAD, Expect, HOSTS, LOCATION, TARGETS};
use signpost_rows::{PRODUCTION, of_any_host, with_hosts};

use super::files::Files;
use super::parts::{Kind, Place, Shape};
use super::summary::Summary;
use super::value::Plan;
use super::{examples, parallel};
use crate::file::Loaded;
use crate::small::production;
use crate::unhealthy::ALL_HEALTHY;

/// A test changes one thing in it.
const SMALL: &str = r#"
allowed_hosts = ["static.crates.io"]

[origin]
backends = ["origin"]

[response]
json = true

[targets.static]
base = "https://static.crates.io"

[[routes]]
name     = "download"
path     = "/crates/{name:crate}/{version:semver}/download"
target   = "static"
location = "/crates/{name}/{name}-{version}.crate"
examples = [{ request = "/crates/a/1.0.0/download", location = "https://static.crates.io/crates/a/a-1.0.0.crate" }]
"#;

fn changed(changes: &[(&str, &str)]) -> Loaded {
    let text = changes.iter().fold(SMALL.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    Loaded::of(&text)
}

/// The same with another route instead.
fn other_route() -> Loaded {
    changed(&[
        ("\"download\"", "\"readme\""),
        ("/download\"", "/readme\""),
        (
            "/crates/{name}/{name}-{version}.crate",
            "/readmes/{name}/{version}",
        ),
        ("/crates/a/a-1.0.0.crate", "/readmes/a/1.0.0"),
    ])
}

fn over_lines(old: &Loaded, new: &Loaded, lines: impl Read + Send, threads: usize) -> Plan {
    let files = Files::new(Some(old), new, &[], &ALL_HEALTHY);
    of_lines(&files, lines, threads)
}

fn of_lines(files: &Files<'_>, lines: impl Read + Send, threads: usize) -> Plan {
    Plan::over_files(summary(files, "log", lines, threads))
}

fn summary(files: &Files<'_>, name: &str, lines: impl Read + Send, threads: usize) -> Summary {
    let configurations = files.configurations();
    let (tally, end, _) = parallel::tally_with(threads, configurations, lines, |_| {}).unwrap();
    end.unwrap();
    tally.into_summary(configurations, files.planned(), name.to_owned())
}

fn over_examples(old: &Loaded, new: &Loaded) -> Plan {
    examples::plan(&Files::new(Some(old), new, &[], &ALL_HEALTHY))
}

/// A line of the only file.
fn at(line: u64) -> Place {
    Place::Line { file: None, line }
}

fn kinds(plan: &Plan) -> Vec<(Kind, u64)> {
    let groups = plan.groups.iter();
    groups.map(|group| (group.kind, group.requests)).collect()
}

fn keys(plan: &Plan) -> Vec<&str> {
    let differences = plan.differences.iter();
    differences.map(|found| found.key.as_str()).collect()
}

#[test]
fn nothing_changes_between_a_configuration_and_its_compiled_form() {
    let source = production();
    let compiled = Loaded::of(source.config().to_json());
    let plan = over_examples(&compiled, &source);
    assert!(plan.is_empty(), "{plan}");
    assert_eq!(plan.requests, source.examples().len() as u64);
    assert_eq!(plan.same, plan.requests);
    assert!(plan.to_string().ends_with("\nNothing changes.\n"), "{plan}");
    assert_eq!(over_examples(&compiled, &compiled).requests, 0);
}

#[test]
fn every_kind_of_change_is_recognized() {
    for (from, to, kind) in [
        ("static.crates.io", "cdn.example", Kind::RedirectElsewhere),
        ("target ", "status = 307\ntarget ", Kind::OtherAnswer),
        ("/download\"", "/get\"", Kind::RedirectToOrigin),
    ] {
        let (name, old, new) = (to, Loaded::of(SMALL), changed(&[(from, to)]));
        let request = &b"/crates/a/1.0.0/download\n/other\n"[..];
        let plan = over_lines(&old, &new, request, 1);
        assert_eq!(kinds(&plan), [(kind, 1)], "{name}: {plan}");
        assert_eq!((plan.requests, plan.same), (2, 1), "{name}");
        assert!(!plan.is_empty() && !plan.differences.is_empty(), "{name}");
        let back = over_lines(&new, &old, request, 1);
        let expected = match kind {
            Kind::RedirectToOrigin => Kind::OriginToRedirect,
            kind => kind,
        };
        assert_eq!(kinds(&back), [(expected, 1)], "{name}, the other way");
    }
}

#[test]
fn another_reason_is_a_change() {
    let (old, new) = (Loaded::of(SMALL), other_route());
    let plan = over_lines(&old, &new, &b"/crates/a/1.0/download\n"[..], 1);
    assert_eq!(kinds(&plan), [(Kind::OtherReason, 1)]);
    let reasons = [&plan.groups[0].old, &plan.groups[0].new].map(|shape| match shape {
        Shape::Origin { reason, .. } => reason.as_str(),
        Shape::Redirect { .. } => panic!("{plan}"),
    });
    assert_eq!(reasons, ["version-invalid", "no-route"]);
}

#[test]
fn a_change_that_no_request_shows_is_seen() {
    let new = changed(&[("[\"origin\"]", "[\"origin\", \"second\"]")]);
    let plan = over_examples(&Loaded::of(SMALL), &new);
    assert_eq!((plan.requests, plan.same), (1, 1));
    assert!(!plan.is_empty(), "{plan}");
    assert_eq!(plan.differences[0].key, "origin.backends");
}

#[test]
fn a_dropped_example_is_seen_and_an_added_one_is_no_change() {
    let added = "[{ request = \"/crates/b/1.0.0/download\", location = \"https://static.crates.io/crates/b/b-1.0.0.crate\" }, ";
    let new = changed(&[("[{ ", &format!("{added}{{ "))]);
    let plan = over_examples(&Loaded::of(SMALL), &new);
    assert!(plan.is_empty(), "{plan}");
    assert_eq!(plan.requests, 2);
    let plan = over_examples(&new, &Loaded::of(SMALL));
    assert!(!plan.is_empty(), "{plan}");
    let expected = ["routes.download.examples[/crates/b/1.0.0/download]"];
    assert_eq!(keys(&plan), expected);
}

#[test]
fn without_a_configuration_the_origin_answers_everything() {
    let with_host = changed(&[("[origin]", "hosts = [\"crates.io\"]\n\n[origin]")]);
    for new in [Loaded::of(SMALL), with_host] {
        let files = Files::new(None, &new, &[], &ALL_HEALTHY);
        let plan = examples::plan(&files);
        assert_eq!(kinds(&plan), [(Kind::OriginToRedirect, 1)], "{plan}");
        assert_eq!(keys(&plan), [""; 0], "all keys are new");
        let lines = &b"/crates/a/1.0.0/download\n/crates/a/1.0/download\n/other\n"[..];
        let plan = of_lines(&files, lines, 1);
        let expected = [
            (Kind::OriginToRedirect, 1),
            (Kind::OtherReason, 1),
            (Kind::OtherReason, 1),
        ];
        assert_eq!(kinds(&plan), expected, "{plan}");
        let text = plan.to_string();
        let numbers = "3 requests: 1 redirected, 2 left at the origin\n";
        assert!(text.starts_with(numbers), "{text}");
        let left = "
left at the origin, by reason:
  no-route: 1 request
    line 3: GET /other
  version-invalid: 1 request
    line 2: GET /crates/a/1.0/download
";
        assert!(text.ends_with(left), "{text}");
        for group in &plan.groups {
            let Shape::Origin { reason, route, .. } = &group.old else {
                panic!("{plan}");
            };
            assert_eq!(
                (reason.as_str(), route),
                ("config-missing", &None),
                "{plan}"
            );
        }
    }
}

#[test]
fn examples_that_go_to_the_origin_are_planned_for_as_well() {
    let web = "[[examples]]\nrequest = \"/crates/a\"\norigin = true\n";
    let of_origin = "[[routes]]\nname = \"gone\"\npath = \"/crates/gone/{version:semver}/download\"\n\
                     origin = true\n[[routes.examples]]\nrequest = \"/crates/gone/1.0.0/download\"\n\
                     origin = true\n";
    let new = Loaded::of(&format!("{SMALL}{of_origin}{web}"));
    let plan = over_examples(&Loaded::of(SMALL), &new);
    assert_eq!((plan.requests, plan.same), (3, 2), "{plan}");
    assert_eq!(kinds(&plan), [(Kind::RedirectToOrigin, 1)], "{plan}");
    let Shape::Origin { reason, route, .. } = &plan.groups[0].new else {
        panic!("{plan}");
    };
    assert_eq!(
        (reason.as_str(), route.as_deref()),
        ("origin-route", Some("gone"))
    );
    // Without them, nothing shows that these requests were to stay.
    let plan = over_examples(&new, &Loaded::of(SMALL));
    let expected = [
        "examples[/crates/a]",
        "routes",
        "routes.gone.examples[/crates/gone/1.0.0/download]",
        "routes.gone.name",
        "routes.gone.origin",
        "routes.gone.path",
    ];
    assert_eq!(keys(&plan), expected);
}

#[test]
fn an_example_is_asked_of_the_first_host_of_its_route() {
    let hosts = "hosts = [\"a.example\", \"b.example\"]\n\n[origin]";
    let of_route = "name     = \"download\"\nhosts = [\"b.example\"]";
    let new = changed(&[("[origin]", hosts), ("name     = \"download\"", of_route)]);
    let files = Files::new(None, &new, &[], &ALL_HEALTHY);
    let plan = examples::plan(&files);
    assert_eq!(kinds(&plan), [(Kind::OriginToRedirect, 1)], "{plan}");
    let url = "https://b.example/crates/a/1.0.0/download";
    assert_eq!(plan.groups[0].samples[0].url, url);
}

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

#[test]
fn a_plan_is_shown_with_the_place_where_locations_part() {
    let new = changed(&[
        ("/crates/{name}/{name}", "/crates/{name}/v/{name}"),
        ("a/a-", "a/v/a-"),
    ]);
    let lines =
        "/crates/a/1.0.0/download\n/crates/\u{1b}[31m/1.0.0/download\n\nwhat?\n/x\u{202e}/ y\n";
    let plan = over_lines(&Loaded::of(SMALL), &new, lines.as_bytes(), 2);
    insta::assert_snapshot!(plan);
    insta::assert_json_snapshot!(plan);
}
