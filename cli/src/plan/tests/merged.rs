//! Summaries that are added are the summary of a single run.

use fastrand::Rng;

use super::{SMALL, changed, summary};
use crate::file::Loaded;
use crate::plan::files::Files;
use crate::plan::summary::Summary;
use crate::plan::value::Plan;
use crate::unhealthy::ALL_HEALTHY;

/// Requests of every kind, unreadable and blank lines.
fn lines(number: usize) -> Vec<String> {
    let mut random = Rng::with_seed(14);
    let line = |number: usize| match random.u32(0..12) {
        0..=3 => format!("/crates/a/{number}.0.0/download"),
        4 => format!("/crates/a/{number}.0.0/get"),
        5 => "/crates/a/1.0.0/download".to_owned(),
        6 => format!("/crates/a/{number}/get"),
        7 => format!("/users/{number}"),
        8 => format!("/{}", random.alphanumeric()),
        9 => format!("/{number}/b/c"),
        10 => format!("no request {number}"),
        _ => String::new(),
    };
    (0..number).map(line).collect()
}

fn text(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// Both forms of a plan.
fn shown(summary: Summary) -> (String, String) {
    let plan = Plan::over_files(summary).allowing(1);
    let plan = plan.with_cost("1,1".parse().unwrap(), "1,2".parse().unwrap());
    (plan.to_string(), serde_json::to_string(&plan).unwrap())
}

/// The parts, added in their order.
fn added(parts: Vec<Summary>) -> Summary {
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap();
    parts.for_each(|part| all.add(part));
    all
}

#[test]
fn the_parts_of_a_log_give_the_plan_of_the_whole_log() {
    let new = changed(&[("/download\"", "/get\"")]);
    check(&Loaded::of(SMALL), &new, false);
}

/// Each configuration leads to the route of the other, and caches keep the old redirects.
#[test]
fn the_parts_of_a_log_with_loops_give_the_plan_of_the_whole_log() {
    let leading_to = |end: &str, status: &str| {
        let location = format!("/crates/{{name}}/{{version}}/{end}\"{status}");
        let example = format!("crates.io/crates/a/1.0.0/{end}");
        [
            (
                "/crates/{name}/{name}-{version}.crate\"".to_owned(),
                location,
            ),
            ("crates.io/crates/a/a-1.0.0.crate".to_owned(), example),
        ]
    };
    let of = |changes: Vec<(String, String)>| {
        let changes = changes
            .iter()
            .map(|(from, to)| (from.as_str(), to.as_str()));
        changed(&changes.collect::<Vec<_>>())
    };
    let old = leading_to("get", "\nstatus = 301\ncache_control = \"max-age=60\"");
    let route = ("/download\"".to_owned(), "/get\"".to_owned());
    let new = [vec![route], leading_to("download", "").to_vec()].concat();
    check(&of(old.to_vec()), &of(new), true);
}

/// Plans over a log in parts and as a whole.
#[track_caller]
fn check(old: &Loaded, new: &Loaded, has_loops: bool) {
    let files = Files::new(Some(old), new, &[], &ALL_HEALTHY);
    let lines = lines(6_000);
    let whole = summary(&files, "log", text(&lines).as_bytes(), 1);
    assert_eq!(Plan::over_files(whole.clone()).looping > 0, has_loops);
    let (_, whole_json) = shown(whole);
    for cuts in [
        &[3_000][..],
        &[0],
        &[6_000],
        &[1, 2, 3, 5_999],
        &[1_400, 1_400, 1_401],
        &[1_000, 2_000, 3_000, 4_000, 5_000],
    ] {
        let mut ends = cuts.to_vec();
        ends.push(lines.len());
        let mut start = 0;
        let mut parts = Vec::new();
        for (index, end) in ends.into_iter().enumerate() {
            parts.push((format!("part {index}"), text(&lines[start..end])));
            start = end;
        }
        let summaries = |threads| -> Vec<_> {
            let summary =
                |(name, text): &(String, String)| summary(&files, name, text.as_bytes(), threads);
            parts.iter().map(summary).collect()
        };
        let expected = shown(added(summaries(1)));
        for threads in [2, 3] {
            let found = shown(added(summaries(threads)));
            assert_eq!(found, expected, "{cuts:?}, {threads} threads");
        }
        // Pairs first, as in a tree of machines.
        let pairs = summaries(1)
            .chunks(2)
            .map(|pair| added(pair.to_vec()))
            .collect();
        assert_eq!(shown(added(pairs)), expected, "{cuts:?} in pairs");
        // Only the places are others than in the whole log.
        let without_places = |json: &str| {
            let mut value: serde_json::Value = serde_json::from_str(json).unwrap();
            for list in ["groups", "unreadable"] {
                for group in value[list].as_array_mut().unwrap() {
                    for sample in group["samples"].as_array_mut().unwrap() {
                        let sample = sample.as_object_mut().unwrap();
                        sample.remove("file");
                        sample.remove("line");
                    }
                }
            }
            value
        };
        assert_eq!(
            without_places(&expected.1),
            without_places(&whole_json),
            "{cuts:?}"
        );
    }
}
