//! Plans over requests and examples, without a process.

mod caches;
mod lines;
mod merged;
mod next;
mod targets;
mod traffic;

use std::io::Read;

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
