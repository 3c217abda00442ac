//! Plans over old redirects that caches kept.

use signpost_rows::SmallConfig;
use signpost_testbed::rows;

use super::{kinds, of_lines, over_lines};
use crate::file::Loaded;
use crate::plan::files::Files;
use crate::plan::parts::{Group, Kind};
use crate::plan::value::Plan;
use crate::small::RETRY;
use crate::unhealthy::Unhealthy;

/// The hosts of the registry. Each may be a target as well, with the health `NAME-health`.
const HOSTS: &str = "hosts = [\"a.example\", \"b.example\", \"c.example\", \"d.example\"]";

/// Routes from one host to others, such as `a b,c; c d`, with these lines in each.
pub(super) fn redirecting(ways: &str, lines: &str) -> Loaded {
    with_top(&format!("response.json = true\n{HOSTS}"), ways, lines)
}

/// The same with these lines at the top.
fn with_top(top: &str, ways: &str, lines: &str) -> Loaded {
    let ways = ways.split("; ").map(|way| way.split_once(' ').unwrap());
    let ways: Vec<(&str, Vec<&str>)> = ways
        .map(|(from, to)| (from, to.split(',').collect()))
        .collect();
    let mut targets: Vec<&str> = ways.iter().flat_map(|(_, to)| to.clone()).collect();
    targets.sort_unstable();
    targets.dedup();
    let config = targets.iter().fold(SmallConfig::new(top), |config, name| {
        let health = format!("health_backend = \"{name}-health\"");
        config.target(name, &format!("https://{name}.example"), &health)
    });
    let config = ways.iter().fold(config, |config, (from, to)| {
        let to: Vec<_> = to.iter().map(|name| (*name, 1)).collect();
        let host = format!("hosts = [\"{from}.example\"]\n{lines}");
        let route = config.route(from, "/f/{file:segment}", "/f/{file}").at(&to);
        route.with(&host).example("/f/x", "/f/x")
    });
    Loaded::of(&config.to_string())
}

/// A plan with these targets of the new configuration unhealthy.
fn over_unhealthy(old: &Loaded, new: &Loaded, names: &str, lines: &str) -> Plan {
    let names: Vec<_> = names.split_terminator(',').map(str::to_owned).collect();
    let unhealthy = Unhealthy::read(new.config(), &names).unwrap();
    let files = Files::new(Some(old), new, &names, &unhealthy);
    of_lines(&files, lines.as_bytes(), 1)
}

fn only(plan: &Plan) -> &Group {
    match &plan.groups[..] {
        [group] => group,
        _ => panic!("{plan}"),
    }
}

/// The URLs of the loop of a group, such as `a b`, by the first letter of their hosts.
pub(super) fn way(group: &Group) -> String {
    let hops = group.looping.iter().flatten();
    let urls: Vec<_> = hops
        .map(|hop| hop.url.strip_prefix("https://").unwrap()[..1].to_owned())
        .collect();
    urls.join(" ")
}

#[test]
fn what_caches_keep_of_the_old_answer_is_said_where_it_leads_elsewhere() {
    const UNLIMITED: &str = "for as long as they like";
    // The status and `Cache-Control` of the old route, and for how long it is kept.
    let rows = rows(
        "
        301 | max-age=86400                              | for up to 1day
        308 | max-age=3600, stale-while-revalidate=1800  | for up to 1h 30m
        302 | private, max-age=60                        | for up to 1m
        302 | public                                     | for as long as they like
        307 | max-age=60, s-maxage=7200                  | for up to 2h
        303 | s-maxage=90                                | for up to 1m 30s
        302 | max-age=86400, immutable                   | for up to 1day
        301 | no-store                                   |
        301 | no-cache                                   |
        301 | max-age=0                                  |
        302 |                                            |
        302 | must-revalidate                            |
        ",
    );
    for [status, cache_control, time] in rows {
        let row = format!("{status} {cache_control}");
        let cached = format!("status = {status}\ncache_control = {cache_control:?}");
        let lines = match cache_control {
            "" => format!("status = {status}"),
            _ => cached,
        };
        let old = redirecting("a c", &lines);
        let request = &b"https://a.example/f/1\n"[..];
        // What the new configuration says of caches changes nothing.
        for (new, kind) in [
            (redirecting("a d", ""), Kind::RedirectElsewhere),
            (redirecting("a d", &lines), Kind::RedirectElsewhere),
            (redirecting("b d", &lines), Kind::RedirectToOrigin),
        ] {
            let plan = over_lines(&old, &new, request, 1);
            assert_eq!(kinds(&plan), [(kind, 1)], "{row}: {plan}");
            assert_eq!(
                (plan.looping, way(only(&plan))),
                (0, String::new()),
                "{row}"
            );
            let said = plan.to_string();
            let expected = format!(
                "\n  Clients that kept the old redirect follow it {time} after the change ({status}, {cache_control})\n"
            );
            assert_eq!(said.contains("Clients"), !time.is_empty(), "{row}: {said}");
            assert_eq!(said.contains(&expected), !time.is_empty(), "{row}: {said}");
            let kept = serde_json::to_value(&plan).unwrap()["groups"][0]["kept"].clone();
            assert_eq!(kept.is_null(), time.is_empty(), "{row}: {kept}");
            let is_limited = kept["seconds"].is_u64();
            let expected = !time.is_empty() && time != UNLIMITED;
            assert_eq!(is_limited, expected, "{row}: {kept}");
        }
        // The location stays.
        let plan = over_lines(&old, &redirecting("a c", "status = 307"), request, 1);
        assert!(!plan.to_string().contains("kept"), "{row}: {plan}");
    }
}

const DAY: &str = "status = 301\ncache_control = \"max-age=86400\"";
const HOUR: &str = "cache_control = \"max-age=3600\"";

#[test]
fn whoever_kept_an_old_redirect_and_meets_its_opposite_goes_round() {
    // Old ways, their lines, new ways, the unhealthy targets of the new configuration, the host that is
    // asked, and the loop.
    let rows = rows(
        "
        a b       | day  | b a           |     | a | a b
        a b       | day  | b a           |     | b | b a
        a b       | hour | b a           |     | a | a b
        a b       | none | b a           |     | a |
        a b       | none | b a           |     | b |
        a b       | day  | b c           |     | a |
        a b       | day  | b c           |     | b |
        a b       | day  | c a           |     | a |
        a b       | day  | c a           |     | c |
        a b       | day  | c a; b a      |     | c | a b
        a b; c d  | day  | b c; d a      |     | a | a b c d
        a b; c d  | day  | b c; d a      |     | d | d a b c
        a b       | day  | b a,c         |     | a | a b
        a b       | day  | b a,c         | a   | a |
        a b       | day  | b a,c         | a   | b |
        a b       | day  | b a,c         | c   | a | a b
        a b       | day  | b a,c         | a,c | a | a b
        a b,c     | hour | c a           |     | a | a c
        a b,c     | hour | c a; b a      |     | a | a c
        a b,c     | hour | c a           |     | c | c a
        a b,c     | none | c a           |     | c |
        d b; a b  | day  | d a; b a      |     | d | a b
        ",
    );
    let mut count = 0;
    for [old, lines, new, unhealthy, host, expected] in rows {
        let row = format!("{old}, {lines} to {new} without {unhealthy:?}, asked at {host}");
        let lines = match lines {
            "day" => DAY,
            "hour" => HOUR,
            _ => "",
        };
        let (old, new) = (redirecting(old, lines), redirecting(new, ""));
        let requests = format!("https://{host}.example/f/1\nhttps://{host}.example/f/1?q\n");
        let plan = over_unhealthy(&old, &new, unhealthy, &requests);
        assert_eq!(way(only(&plan)), expected, "{row}: {plan}");
        assert_eq!(
            plan.looping,
            if expected.is_empty() { 0 } else { 2 },
            "{row}"
        );
        count += 1;
    }
    assert_eq!(count, 22);
}

#[test]
fn a_second_attempt_may_come_to_a_loop_as_well() {
    let top = format!("{HOSTS}\n{RETRY}");
    for (new, unhealthy, expected) in [
        (with_top(&top, "b c,a", ""), "", "a b"),
        (with_top(&top, "b c,a", ""), "a", ""),
        (with_top(&top, "b c,d", ""), "", ""),
    ] {
        let old = redirecting("a b", DAY);
        // Whatever the first target of the file.
        for file in 0..8 {
            let request = format!("https://a.example/f/{file}");
            let plan = over_unhealthy(&old, &new, unhealthy, &request);
            assert_eq!(way(only(&plan)), expected, "{unhealthy:?}: {plan}");
        }
    }
}

#[test]
fn a_loop_is_found_for_every_request_that_is_redirected_as_one() {
    let json = r#"{"version":"1","method":"GET","url":"https://a.example/f/1","content_type":"application/json","signpost":{"decision":"redirect"}}"#;
    let head = json
        .replace("GET", "HEAD")
        .replace("application/json", "text/plain");
    let preflight = json
        .replace("GET", "OPTIONS")
        .replace("redirect\"", "preflight\"");
    let (old, new) = (redirecting("a b", DAY), redirecting("b a", ""));
    let rows = [
        (
            "a URL",
            "https://a.example/f/1",
            "a b",
            "(301, max-age=86400)",
        ),
        (
            "http",
            "http://a.example/f/1",
            "a b",
            "(301, max-age=86400)",
        ),
        (
            "capitals",
            "https://A.EXAMPLE/f/%31",
            "b a",
            "(301, max-age=86400)",
        ),
        // Each configuration is asked at its own first host: the same one here.
        ("a path", "/f/1", "a b", "(301, max-age=86400)"),
        ("HEAD", &head, "a b", "(301, max-age=86400)"),
        // It follows no redirect, and keeps the old URL.
        ("JSON", json, "", "(200, max-age=86400)"),
    ];
    for (row, line, expected, kept) in rows {
        let plan = over_lines(&old, &new, line.as_bytes(), 1);
        assert_eq!(way(only(&plan)), expected, "{row}: {plan}");
        assert!(plan.to_string().contains(kept), "{row}: {plan}");
    }
    let cors =
        |ways: &str, lines: &str| with_top(&format!("response.cors = true\n{HOSTS}"), ways, lines);
    let plan = over_lines(&cors("a b", DAY), &cors("b a", ""), preflight.as_bytes(), 1);
    assert_eq!(way(only(&plan)), "", "{plan}");
    assert!(!plan.to_string().contains("kept"), "{plan}");
}

#[test]
fn a_path_alone_may_be_at_another_host_in_each_configuration() {
    let of = |host: &str, ways: &str, lines: &str| {
        with_top(&format!("hosts = [\"{host}.example\"]"), ways, lines)
    };
    let (old, new) = (of("a", "a b", DAY), of("b", "b a", ""));
    let plan = over_lines(&old, &new, &b"/f/1\n"[..], 1);
    assert_eq!(kinds(&plan), [(Kind::RedirectElsewhere, 1)], "{plan}");
    assert_eq!(way(only(&plan)), "a b", "{plan}");
    assert_eq!(plan.looping, 1);
}

#[test]
fn a_loop_is_shown_with_its_redirects() {
    let (old, new) = (redirecting("a b,c", HOUR), redirecting("b a", ""));
    let of_b_only = redirecting("a b", HOUR);
    let lines = (0..40).map(|file| format!("https://a.example/f/{file}"));
    let lines = lines.collect::<Vec<_>>().join(
        "
",
    );
    let plan = over_lines(&old, &new, lines.as_bytes(), 3);
    // Any file may have been sent to `b`, some of them only while `c` was unhealthy.
    assert_eq!(plan.looping, 40, "{plan}");
    let is_first = |group: &Group| group.looping.clone().unwrap()[0].is_first;
    assert_eq!(
        plan.groups.iter().filter(|it| is_first(it)).count(),
        1,
        "{plan}"
    );
    let by_failover = "(old, kept for up to 1h; route a, target b, not the first choice)";
    assert_eq!(plan.to_string().matches(by_failover).count(), 1, "{plan}");
    let unchanged = over_lines(&of_b_only, &of_b_only, lines.as_bytes(), 3);
    assert_eq!((unchanged.looping, unchanged.same), (0, 40), "{unchanged}");
    let text = over_lines(&of_b_only, &new, lines.as_bytes(), 3).to_string();
    let expected = "40 requests: 0 same, 40 changed
          40  redirect → origin
          40  of these can loop for clients that kept an old redirect
";
    assert!(text.starts_with(expected), "{text}");
    let expected = "
redirect → origin: 40 requests
  - https://b.example/f/{file}  (route a)
  + the origin  (no-route)
  Clients that kept the old redirect follow it for up to 1h after the change (302, max-age=3600)
  Loop, for clients that kept an old redirect:
      https://a.example/f/0
    → https://b.example/f/0  (old, kept for up to 1h; route a, target b)
    → https://a.example/f/0  (new; route b, target a)
    line 1: GET https://a.example/f/0
      - https://b.example/f/0
";
    assert!(text.contains(expected), "{text}");
}
