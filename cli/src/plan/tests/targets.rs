//! Plans over routes with several targets.

use std::collections::BTreeSet;

use super::{keys, kinds, of_lines, over_examples};
use crate::file::Loaded;
use crate::plan::files::Files;
use crate::plan::parts::{Kind, Shape};
use crate::plan::value::Plan;
use crate::small::{RETRY, small};
use crate::unhealthy::{ALL_HEALTHY, Unhealthy};

const REQUESTS: u64 = 400;

fn at(targets: &[(&str, u16)], retry: &str) -> Loaded {
    let names: Vec<_> = targets.iter().map(|(name, _)| *name).collect();
    Loaded::of(&small(targets, &names, retry))
}

/// A plan over requests for many files.
fn over_many(old: &Loaded, new: &Loaded, names: &[String], unhealthy: &Unhealthy) -> Plan {
    let paths: Vec<_> = (0..REQUESTS).map(|file| format!("/f/{file}")).collect();
    let lines = paths.join("\n");
    let files = Files::new(Some(old), new, names, unhealthy);
    of_lines(&files, lines.as_bytes(), 2)
}

/// The moves between targets, such as `a b`. Nothing else may change.
fn moves(plan: &Plan) -> BTreeSet<String> {
    let name = |shape: &Shape| match shape {
        Shape::Redirect { location, .. } => {
            let host = location.strip_prefix("https://").unwrap();
            host.split('.').next().unwrap().to_owned()
        }
        Shape::Origin { .. } => panic!("{plan}"),
    };
    let groups = plan.groups.iter();
    groups
        .map(|group| {
            assert_eq!(group.kind, Kind::RedirectElsewhere, "{plan}");
            assert!(group.requests > 0, "{plan}");
            format!("{} {}", name(&group.old), name(&group.new))
        })
        .collect()
}

/// A name, the targets and `[retry]` before and after, the moves, and the keys that differ.
type Row<'r> = (
    &'r str,
    (&'r [(&'r str, u16)], &'r str),
    (&'r [(&'r str, u16)], &'r str),
    &'r [&'r str],
    &'r [&'r str],
);

#[test]
fn only_the_files_of_a_target_that_changes_are_moved() {
    let even: &[_] = &[("a", 2), ("b", 2), ("c", 2)];
    let rows: [Row<'_>; 6] = [
        (
            "a larger weight",
            (even, ""),
            (&[("a", 9), ("b", 2), ("c", 2)], ""),
            &["b a", "c a"],
            &["routes.file.targets.a.weight"],
        ),
        (
            "a smaller weight",
            (even, ""),
            (&[("a", 2), ("b", 1), ("c", 2)], ""),
            &["b a", "b c"],
            &["routes.file.targets.b.weight"],
        ),
        (
            "another order",
            (even, ""),
            (&[("c", 2), ("b", 2), ("a", 2)], ""),
            &[],
            &["routes.file.targets"],
        ),
        (
            "a target that goes",
            (even, ""),
            (&[("a", 2), ("b", 2)], ""),
            &["c a", "c b"],
            &[
                "allowed_hosts",
                "routes.file.examples[/f/x at c]",
                "routes.file.targets",
                "routes.file.targets.c.name",
                "routes.file.targets.c.weight",
                "targets.c.base",
                "targets.c.health_backend",
            ],
        ),
        (
            "a second target",
            (&[("a", 1)], ""),
            (&[("a", 1), ("b", 1)], ""),
            &["a b"],
            &[
                "allowed_hosts",
                "routes.file.target",
                "routes.file.targets",
                "routes.file.targets.a.name",
                "routes.file.targets.b.name",
                "targets.b.base",
                "targets.b.health_backend",
            ],
        ),
        // The first attempt is answered as before, and a log does not number attempts.
        ("[retry]", (even, ""), (even, RETRY), &[], &["retry.window"]),
    ];
    for (row, (before, old_retry), (after, new_retry), expected, differences) in rows {
        let (old, new) = (at(before, old_retry), at(after, new_retry));
        let plan = over_many(&old, &new, &[], &ALL_HEALTHY);
        let expected: BTreeSet<_> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(moves(&plan), expected, "{row}: {plan}");
        assert_eq!(plan.requests, REQUESTS, "{row}");
        assert_eq!(keys(&plan), differences, "{row}: {plan}");
    }
}

#[test]
fn an_example_that_stands_once_per_target_is_one_request() {
    let two = at(&[("a", 1), ("b", 1)], "");
    let three = at(&[("a", 1), ("b", 1), ("c", 1)], "");
    for (old, new) in [(&two, &two), (&two, &three), (&three, &two)] {
        assert_eq!(over_examples(old, new).requests, 1);
    }
}

#[test]
fn the_files_of_an_unhealthy_target_go_to_the_others() {
    let config = at(&[("a", 3), ("b", 2), ("c", 1)], "");
    let rows: [(&[&str], &[&str]); 5] = [
        (&[], &[]),
        (&["a"], &["a b", "a c"]),
        (&["c"], &["c a", "c b"]),
        (&["a", "b"], &["a c", "b c"]),
        // If none is healthy, each file stays at its own.
        (&["a", "b", "c"], &[]),
    ];
    for (names, expected) in rows {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let unhealthy = Unhealthy::read(config.config(), &names).unwrap();
        let plan = over_many(&config, &config, &names, &unhealthy);
        let expected: BTreeSet<_> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(moves(&plan), expected, "{names:?}: {plan}");
        assert_eq!(plan.is_empty(), expected.is_empty(), "{names:?}: {plan}");
        let said = format!(
            "\nUnhealthy in the new configuration: {}\n",
            names.join(", ")
        );
        assert_eq!(
            plan.to_string().contains(&said),
            !names.is_empty(),
            "{plan}"
        );
    }
}

#[test]
fn a_dropped_example_is_seen_although_its_request_is_one_at_another_target() {
    let with = |more: &str| {
        let text = include_str!("../../../../docs/examples/two-targets.toml");
        Loaded::of(&format!("{text}{more}"))
    };
    let more = "\n[[routes.examples]]\nrequest = \"/api/v1/crates/a/1.0.0/download\"\ntarget = ";
    let at_fastly = format!(
        "{more}\"fastly\"\nlocation = \"https://fastly-static.crates.io/crates/a/a-1.0.0.crate\"\n"
    );
    let at_cloudfront = format!(
        "{more}\"cloudfront\"\nlocation = \"https://cloudfront-static.crates.io/crates/a/a-1.0.0.crate\"\n"
    );
    let both = with(&format!("{at_fastly}{at_cloudfront}"));
    let plan = over_examples(&both, &with(&at_fastly));
    let key = "routes.download.examples[/api/v1/crates/a/1.0.0/download at cloudfront]";
    assert_eq!(keys(&plan), [key]);
    assert_eq!(kinds(&plan), []);
    assert!(over_examples(&with(&at_fastly), &both).is_empty());
}
