//! Plans of a new configuration in `next`, beside the old one in `config`.

use serde_json::{Value, json};
use signpost::request::Request;
use signpost::sides::{Side, Sides};
use signpost::values::{Share, Switch};
use signpost_rows::sides::{CONFIG, NEXT, ON_NEXT};
use signpost_testbed::rows;

use super::caches::{redirecting, way};
use super::{changed, keys, of_lines};
use crate::file::Loaded;
use crate::plan::files::Files;
use crate::plan::value::Plan;

fn with_next(old: &Loaded, new: &Loaded, percent: u8, lines: &str) -> Plan {
    let share = Share::percent(percent).unwrap();
    of_lines(&Files::with_next(old, new, share), lines.as_bytes(), 2)
}

fn next_in_json(plan: &Plan) -> Value {
    serde_json::to_value(plan).unwrap()["next"].clone()
}

#[test]
fn a_request_on_the_side_of_next_is_planned_as_the_edge_answers_it() {
    let (old, new) = (Loaded::of(CONFIG), Loaded::of(NEXT));
    // A log has neither repeated attempts nor requests of a CDN.
    let logged = ON_NEXT
        .iter()
        .filter(|row| row.attempt == 1 && row.cdn_loop.is_empty());
    let mut count = 0;
    for row in logged {
        let plan = with_next(&old, &new, 100, row.path);
        let is_refused = row.expected.decision.contains("next-refused");
        let is_on_next = is_refused || row.expected.by == Some("next");
        let found = next_in_json(&plan);
        let numbers = (&found["requests"], &found["refused"]["requests"]);
        let expected = (&json!(u64::from(is_on_next)), &json!(u64::from(is_refused)));
        assert_eq!(numbers, expected, "{}: {plan}", row.path);
        // What `config` answers is as it was.
        if row.expected.by == Some("config") {
            assert_eq!(plan.same, 1, "{}: {plan}", row.path);
        }
        let has_group = found["groups"][0]["samples"][0]["url"] == row.path;
        assert_eq!(has_group, is_refused, "{}: {found}", row.path);
        count += 1;
    }
    assert_eq!(count, 8);
}

#[test]
fn a_share_has_the_files_that_the_edge_gives_it() {
    let (old, new) = (Loaded::of(CONFIG), Loaded::of(NEXT));
    let paths: Vec<_> = (0..300)
        .map(|file| format!("/d/serde/{file}.0.0"))
        .collect();
    let lines = paths.join("\n");
    for percent in [1, 5, 50, 99, 100] {
        let share = Share::percent(percent).unwrap();
        let sides = Sides::new(old.config(), Some(new.config()));
        let is_on_next = |path: &&String| {
            let request = Request::new("GET", "crates.io", path);
            let answer = signpost::answer(sides, &request, Switch::ENFORCE.with_next(share));
            answer.answered_by() == Some(Side::Next)
        };
        let expected = paths.iter().filter(is_on_next).count() as u64;
        let plan = with_next(&old, &new, percent, &lines);
        assert_eq!(
            (plan.changed(), plan.same),
            (expected, 300 - expected),
            "{percent}"
        );
        let found = next_in_json(&plan);
        assert_eq!(
            (&found["percent"], &found["requests"]),
            (&json!(percent), &json!(expected))
        );
        let plan = with_next(&old, &old, percent, &lines);
        assert_eq!(
            next_in_json(&plan)["requests"],
            0,
            "{percent}: one revision is one side"
        );
        assert!(plan.is_empty(), "{percent}: {plan}");
    }
    let plan = of_lines(
        &Files::new(Some(&old), &new, &[], &crate::unhealthy::ALL_HEALTHY),
        lines.as_bytes(),
        2,
    );
    assert_eq!(next_in_json(&plan), Value::Null);
}

#[test]
fn that_next_answers_is_no_change_by_itself() {
    let (old, new) = (
        changed(&[]),
        changed(&[("[\"origin\"]", "[\"origin\", \"second\"]")]),
    );
    let plan = with_next(
        &old,
        &new,
        100,
        "/crates/a/1.0.0/download\n/crates/a/1.0/download\n/other\n",
    );
    assert_eq!((plan.requests, plan.same), (3, 3), "{plan}");
    assert_eq!(keys(&plan), ["origin.backends"]);
    assert_eq!(next_in_json(&plan)["requests"], 3, "{plan}");
    // What else differs is still seen.
    let new = changed(&[("target ", "status = 307\ntarget ")]);
    let plan = with_next(&old, &new, 100, "/crates/a/1.0.0/download\n");
    let differences: Vec<_> = plan.groups[0]
        .differences
        .iter()
        .map(|it| it.key.as_str())
        .collect();
    assert_eq!(differences, ["status"], "{plan}");
}

#[test]
fn a_path_alone_is_asked_at_one_host() {
    let at = |hosts: &str| changed(&[("[origin]", &format!("{hosts}\n[origin]"))]);
    let rows = rows(
        "
        hosts = [\"a.example\"] | hosts = [\"b.example\"] | 1
        hosts = [\"a.example\"] |                         | 0
                                |  hosts = [\"b.example\"] | 0
        ",
    );
    for [old, new, refused] in rows {
        let plan = with_next(&at(old), &at(new), 100, "/crates/a/1.0.0/download\n");
        let found = next_in_json(&plan)["refused"]["requests"].to_string();
        assert_eq!(
            (found.as_str(), plan.same),
            (refused, 1),
            "{old} and {new}: {plan}"
        );
    }
}

const DAY: &str = "status = 301\ncache_control = \"max-age=86400\"";

#[test]
fn a_loop_of_both_entries_is_found_and_says_which_redirects() {
    // The ways of `config`, its lines, the ways of `next`, the host that is asked, and the loop.
    let rows = rows(
        "
        a b      | none | b a      | b | b a
        a b      | day  | b a      | b | b a
        a b; c d | none | b c; d a | b | b c d a
        a b      | none | b c      | b |
        a b      | day  | c d      | c |
        ",
    );
    for [old, lines, new, host, expected] in rows {
        let row = format!("{old}, {lines}, {new} at {host}");
        let lines = if lines == "day" { DAY } else { "" };
        let (old, new) = (redirecting(old, lines), redirecting(new, ""));
        let plan = with_next(&old, &new, 100, &format!("https://{host}.example/f/1"));
        assert_eq!(way(&plan.groups[0]), expected, "{row}: {plan}");
        // They need no old redirect that a cache kept.
        let said = "\n  Loop, for every client:\n";
        assert_eq!(
            plan.to_string().contains(said),
            !expected.is_empty(),
            "{row}: {plan}"
        );
    }
    let (old, new) = (redirecting("a b", ""), redirecting("b a", ""));
    let text = with_next(&old, &new, 100, "https://b.example/f/1").to_string();
    let expected = "
  Loop, for every client:
      https://b.example/f/1
    → https://a.example/f/1  (`next`; route b, target a)
    → https://b.example/f/1  (`config`; route a, target b)
";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("1  of these can loop\n"), "{text}");
}
