//! A route with several targets: which one a file gets, and what moves when something changes.

use crate::fixtures::configs;
use crate::fixtures::proving::{at_every_target, prove};
use crate::test;
use signpost::attempts::Attempts;
use signpost::authoring::{Authored, Example};
use signpost::config::{Config, Route, Target, Targets, Weight, WeightedTarget};
use signpost::decision::Decision;
use signpost::location::{Location, Refusal};
use signpost::request::Request;
use signpost::target::{all_healthy, choose, in_order};
use signpost::values::{Capture, CaptureType, Switch};
use signpost::{Surroundings, route};

/// Three targets whose bases differ in every part.
const CONFIG: &str = r#"
allowed_hosts = ["fastly.example", "cloudfront.example", "127.0.0.1"]
origin.backends = ["origin"]

[targets]
fastly = { base = "https://fastly.example", health_backend = "fastly-health" }
cloudfront = { base = "https://cloudfront.example/pub", health_backend = "cloudfront-health" }
local = { base = "http://127.0.0.1:8080" }

[[routes]]
name = "download"
path = "/d/{name:crate}/{version:semver}"
TARGETS
location = "/{name}/{version}.crate"
examples = [
    { request = "/d/a/1.0.0", target = "fastly", location = "https://fastly.example/a/1.0.0.crate" },
    { request = "/d/a/1.0.0", target = "cloudfront", location = "https://cloudfront.example/pub/a/1.0.0.crate" },
    { request = "/d/a/1.0.0", target = "local", location = "http://127.0.0.1:8080/a/1.0.0.crate" },
]
"#;

/// The configuration with the three targets, weighted.
#[track_caller]
fn config(targets: &str) -> Config {
    let text = CONFIG.replace("TARGETS", &format!("targets = {targets}"));
    configs::read(&text)
}

#[track_caller]
fn weighted(weights: [u16; 3]) -> Config {
    let [fastly, cloudfront, local] = weights;
    config(&format!(
        "[{{ name = 'fastly', weight = {fastly} }}, \
          {{ name = 'cloudfront', weight = {cloudfront} }}, \
          {{ name = 'local', weight = {local} }}]"
    ))
}

#[track_caller]
fn targets(config: &Config) -> &Targets {
    let [route] = config.routes() else {
        panic!("one route was written");
    };
    route.targets()
}

#[track_caller]
fn captures(name: &str, version: &str) -> [Capture<'static>; 2] {
    [
        CaptureType::Crate.parse(name.to_owned()),
        CaptureType::Semver.parse(version.to_owned()),
    ]
    .map(|capture| capture.expect("a real download"))
}

fn order<'c>(config: &'c Config, name: &str, version: &str) -> Vec<&'c str> {
    let order = in_order(targets(config), &captures(name, version));
    order.into_iter().map(Target::name).collect()
}

/// This many different downloads of invented crates.
fn keys(number: u32) -> impl Iterator<Item = [Capture<'static>; 2]> {
    (0..number).map(|number| captures(&format!("c{}", number / 7), &format!("1.{}.0", number % 7)))
}

fn path_of(captures: &[Capture<'_>; 2]) -> String {
    let [name, version] = captures.each_ref().map(Capture::as_str);
    format!("/d/{name}/{version}")
}

fn choices(config: &Config, number: u32) -> Vec<&str> {
    keys(number)
        .map(|captures| in_order(targets(config), &captures)[0].name())
        .collect()
}

#[test]
fn the_choice_is_the_same_on_every_machine_and_in_every_version() {
    // −log₂((h + 1) / 2⁶⁴) / weight, where h is the first 8 bytes of the SHA-256 of each capture with
    // a NUL after it and then the target's name; smallest first. Computed by other means than this
    // library.
    let rows = [
        ("serde", "1.0.219", [1, 1, 1], "fastly cloudfront local"),
        ("smallvec", "1.10.0", [1, 1, 1], "cloudfront fastly local"),
        ("libc", "0.2.147", [1, 1, 1], "fastly local cloudfront"),
        ("a", "0.1.1", [1, 1, 1], "local fastly cloudfront"),
        ("serde", "1.0.219", [6, 3, 1], "fastly cloudfront local"),
        ("smallvec", "1.10.0", [6, 3, 1], "cloudfront fastly local"),
        ("libc", "0.2.147", [1, 1, 1000], "local fastly cloudfront"),
        ("a", "0.1.1", [1, 1000, 1], "cloudfront local fastly"),
    ];
    for (name, version, weights, expected) in rows {
        let config = weighted(weights);
        assert_eq!(
            order(&config, name, version).join(" "),
            expected,
            "{name} {version} {weights:?}"
        );
    }
}

#[test]
#[cfg(not(target_family = "wasm"))]
fn shares_are_within_a_hundredth_of_the_weights() {
    let number = 1_000_000;
    let config = weighted([6, 3, 1]);
    let chosen = choices(&config, number);
    // What clients get is the first in the order.
    for (captures, first) in keys(number).zip(&chosen).step_by(100) {
        let path = path_of(&captures);
        let request = Request::new("GET", "", &path);
        let found = route::find(&config, &request).expect("a route");
        let target = choose(found, &all_healthy, Attempts::NONE).target();
        assert_eq!(target.name(), *first, "{path}");
    }
    for (name, share) in [("fastly", 0.6), ("cloudfront", 0.3), ("local", 0.1)] {
        let found = chosen.iter().filter(|target| **target == name).count();
        let wanted = f64::from(number) * share;
        let off = (f64::from(u32::try_from(found).unwrap()) - wanted).abs();
        assert!(off <= wanted / 100.0, "{name}: {found} of {number}");
    }
}

#[test]
fn a_changed_weight_moves_files_to_or_from_its_target_only() {
    let number = 50_000;
    // The weights before and after, and the share that has to move, in hundredths of the whole.
    let rows = [
        ([1, 1, 1], [2, 1, 1], 100.0 * (2.0 / 4.0 - 1.0 / 3.0)),
        ([6, 3, 1], [3, 3, 1], 100.0 * (6.0 / 10.0 - 3.0 / 7.0)),
        (
            [1, 1, 1],
            [1, 1, 1000],
            100.0 * (1000.0 / 1002.0 - 1.0 / 3.0),
        ),
    ];
    for (before, after, must_move) in rows {
        let changed = (0..3)
            .find(|place| before[*place] != after[*place])
            .unwrap();
        let name = ["fastly", "cloudfront", "local"][changed];
        let (old, new) = (weighted(before), weighted(after));
        let (old, new) = (choices(&old, number), choices(&new, number));
        let moved: Vec<_> = old
            .iter()
            .zip(&new)
            .filter(|(old, new)| old != new)
            .collect();
        let grows = after[changed] > before[changed];
        for (old, new) in &moved {
            assert_eq!(if grows { **new } else { **old }, name, "{old} -> {new}");
        }
        let share = 100.0 * f64::from(u32::try_from(moved.len()).unwrap()) / f64::from(number);
        assert!(
            (share - must_move).abs() < 1.0,
            "{before:?} to {after:?} moves {share} %, not {must_move} %"
        );
    }
}

#[test]
fn a_target_that_goes_takes_only_its_own_files_along() {
    let all = config("['fastly', 'cloudfront', 'local']");
    let text = CONFIG
        .replace("TARGETS", "targets = ['local', 'fastly']")
        .lines()
        .filter(|line| !line.contains("cloudfront.example/pub"))
        .collect::<Vec<_>>()
        .join("\n")
        .replace("\"cloudfront.example\", ", "");
    let two = configs::read(&text);
    for captures in keys(10_000) {
        let before = in_order(targets(&all), &captures);
        let after: Vec<_> = in_order(targets(&two), &captures);
        let without: Vec<_> = before
            .iter()
            .filter(|target| target.name() != "cloudfront")
            .collect();
        assert!(without.into_iter().eq(&after), "{captures:?}");
    }
}

#[test]
fn an_unhealthy_target_is_passed_over_and_comes_back_by_itself() {
    let config = config("['fastly', 'cloudfront', 'local']");
    for captures in keys(500) {
        let order = in_order(targets(&config), &captures);
        let choose = |unhealthy: &[&str]| {
            let unhealthy: Vec<_> = unhealthy
                .iter()
                .map(|name| format!("{name}-health"))
                .collect();
            let health = |backend: &str| !unhealthy.iter().any(|name| name == backend);
            let path = path_of(&captures);
            let request = Request::new("GET", "", &path);
            let found = route::find(&config, &request).expect("a route");
            choose(found, &health, Attempts::NONE).target()
        };
        let first_besides = |unhealthy: &[&str]| {
            let mut healthy = order.iter().filter(|it| !unhealthy.contains(&it.name()));
            *healthy.next().expect("`local` has no health to lose")
        };
        for unhealthy in [
            &[][..],
            &["fastly"],
            &["cloudfront"],
            &["fastly", "cloudfront"],
        ] {
            assert_eq!(
                choose(unhealthy),
                first_besides(unhealthy),
                "{captures:?} {unhealthy:?}"
            );
        }
    }
}

#[test]
fn without_a_healthy_target_the_first_is_used() {
    let text = CONFIG
        .replace("TARGETS", "targets = ['fastly', 'cloudfront']")
        .replace(", \"127.0.0.1\"", "")
        .lines()
        .filter(|line| !line.contains("127.0.0.1"))
        .collect::<Vec<_>>()
        .join("\n");
    let config = configs::read(&text);
    for captures in keys(100) {
        let path = path_of(&captures);
        let request = Request::new("GET", "", &path);
        let found = route::find(&config, &request).expect("a route");
        let none = choose(found, &|_| false, Attempts::NONE).target();
        assert_eq!(Some(&none), in_order(targets(&config), &captures).first());
    }
}

#[test]
fn a_route_with_one_target_does_not_ask_for_health() {
    for written in [
        "target = 'local'",
        "targets = [{ name = 'local', weight = 7 }]",
    ] {
        let text = CONFIG
            .replace("TARGETS", written)
            .replace("\"fastly.example\", \"cloudfront.example\", ", "")
            .lines()
            .filter(|line| !line.contains(".example"))
            .collect::<Vec<_>>()
            .join("\n");
        let config = configs::read(&text);
        assert_eq!(targets(&config).only().map(Target::name), Some("local"));
        let health = |_: &str| panic!("health was asked");
        let request = Request::new("GET", "", "/d/a/1.0.0");
        let surroundings = Surroundings {
            health: &health,
            ..Switch::ENFORCE.into()
        };
        let answer = signpost::answer(&config, &request, surroundings);
        assert_eq!(answer.target().map(Target::name), Some("local"));
        // One target is compiled as one, however it was written.
        assert!(
            config.to_json().contains(r#""target":"local""#),
            "{}",
            config.to_json()
        );
    }
}

#[test]
fn each_target_has_its_own_base_and_its_own_proof() {
    let config = weighted([6, 3, 1]);
    let request = Request::new("GET", "", "/d/serde/1.0.219");
    let answers = signpost::answers_at_every_target(&config, &request, Switch::ENFORCE);
    let mut locations: Vec<_> = answers
        .iter()
        .map(|answer| match answer.decision() {
            Decision::Redirect(location) => location.as_str(),
            Decision::Origin(reason) => panic!("{reason:?}"),
        })
        .collect();
    // The first is the one that clients get.
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let sent = answer.decision().location().map(Location::as_str);
    assert_eq!(sent, locations.first().copied());
    locations.sort_unstable();
    let expected = [
        "http://127.0.0.1:8080/serde/1.0.219.crate",
        "https://cloudfront.example/pub/serde/1.0.219.crate",
        "https://fastly.example/serde/1.0.219.crate",
    ];
    assert_eq!(locations, expected);

    // A location at one target is refused as one at another, though all of them are allowed.
    let found = route::find(&config, &request).expect("a route");
    let mut chosen = at_every_target(&found);
    let first = choose(found, &all_healthy, Attempts::NONE);
    assert_eq!(chosen.first(), Some(&first));
    chosen.sort_by_key(|chosen| chosen.target().base().to_string());
    for (place, chosen) in chosen.iter().enumerate() {
        for (other, location) in expected.iter().enumerate() {
            let proven = prove(chosen, location);
            assert_eq!(
                proven.is_ok(),
                place == other,
                "{location} at {:?}",
                chosen.target()
            );
        }
    }
    let elsewhere = prove(&chosen[0], expected[2]);
    assert_eq!(elsewhere, Err(Refusal::Scheme));
}

#[test]
fn a_request_on_no_route_is_answered_once() {
    let config = weighted([1, 1, 1]);
    let request = Request::new("GET", "", "/");
    let answers = signpost::answers_at_every_target(&config, &request, Switch::ENFORCE);
    assert_eq!(answers.len(), 1);
    assert!(answers.iter().all(|answer| answer.target().is_none()));
}

#[test]
fn what_is_compiled_is_what_was_written() {
    let rows = [
        (
            "['fastly', 'cloudfront', 'local']",
            r#""targets":[{"name":"fastly"},{"name":"cloudfront"},{"name":"local"}]"#,
        ),
        (
            "[{ name = 'fastly', weight = 1 }, { name = 'cloudfront' }, 'local']",
            r#""targets":[{"name":"fastly"},{"name":"cloudfront"},{"name":"local"}]"#,
        ),
        (
            "['local', { name = 'fastly', weight = 9 }, { name = 'cloudfront' }]",
            r#""targets":[{"name":"local"},{"name":"fastly","weight":9},{"name":"cloudfront"}]"#,
        ),
    ];
    for (written, compiled) in rows {
        let config = config(written);
        assert!(
            config.to_json().contains(compiled),
            "{written}: {}",
            config.to_json()
        );
        assert!(!config.to_json().contains("\"target\""), "{written}");
        assert_eq!(
            signpost::config::from_json(config.to_json()).as_ref(),
            Ok(&config),
            "{written}"
        );
        let health = config.targets().map(Target::health_backend);
        assert!(health.eq([Some("cloudfront-health"), Some("fastly-health"), None]));
        let weights = targets(&config).iter().map(WeightedTarget::weight);
        assert!(weights.map(Weight::as_u16).sum::<u16>() >= 3);
    }
}

#[test]
fn an_example_says_which_target_it_is_at() {
    let text = CONFIG.replace("TARGETS", "targets = ['fastly', 'cloudfront', 'local']");
    let authored = Authored::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"));
    let targets = authored.examples().iter().map(Example::target);
    assert!(targets.eq(["fastly", "cloudfront", "local"]));
    let mut routes = authored.config().routes().iter();
    assert!(
        routes
            .next()
            .map(Route::targets)
            .is_some_and(|it| it.only().is_none())
    );
}

/// What is replaced in [`CONFIG`], by what, and the problems.
const PROBLEMS: &[(&str, &str, &str)] = &[
    (
        "TARGETS",
        "targets = []",
        "line 13, column 1: targets-invalid: routes[0].targets: `routes[0].targets` names 0 targets; name 1 to 8",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', 'local', { name = 'local', weight = 2 }]",
        "line 13, column 45: targets-invalid: routes[0].targets[3]: `local` is named twice; name each target once, and give it a weight if its share is to be larger",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', { name = 'local', weight = 0 }]",
        "line 13, column 63: targets-invalid: routes[0].targets[2].weight: 0 is not a weight: a whole number from 1 to 1000",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', { name = 'local', weight = 1001 }]",
        "line 13, column 63: targets-invalid: routes[0].targets[2].weight: 1001 is not a weight: a whole number from 1 to 1000",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', { name = 'local', weigth = 2 }]",
        "line 13, column 54: key-unknown: routes[0].targets[2].weigth: `routes[0].targets[2].weigth` is not a key of the configuration; did you mean `weight`?",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', { name = 'loacl' }]",
        "line 13, column 36: target-unknown: routes[0].targets[2]: there is no [targets.loacl]; name a target that is configured; did you mean `local`?",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', { weight = 2 }]",
        "line 13, column 36: key-missing: routes[0].targets[2].name: `routes[0].targets[2].name` is missing; name a target",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfrnt', 'local']",
        "line 13, column 22: target-unknown: routes[0].targets[1]: there is no [targets.cloudfrnt]; name a target that is configured; did you mean `cloudfront`?",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', 3]",
        "line 13, column 36: syntax-invalid: routes[0].targets[2]: a target is its name, or a table with `name` and `weight`",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', ['local', 3]]",
        "line 13, column 36: syntax-invalid: routes[0].targets[2]: a target is its name, or a table with `name` and `weight`",
    ),
    (
        "TARGETS",
        "targets = 'fastly'",
        "line 13, column 11: syntax-invalid: routes[0].targets: `routes[0].targets` is a list such as [\"cdn\"]; for one write `target`; found the text \"fastly\"",
    ),
    (
        "TARGETS",
        "target = 'fastly'\ntargets = ['fastly', 'cloudfront', 'local']",
        "line 13, column 10: targets-invalid: routes[0].target: the route has `targets` as well; leave one of the two out",
    ),
    (
        "\"fastly-health\"",
        "\"\"",
        "line 6, column 62: backend-invalid: targets.fastly.health_backend: `` is not a backend name: 1 to 255 printable ASCII characters",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', { name = 'local', weight = 'x' }]",
        "line 13, column 63: syntax-invalid: routes[0].targets[2].weight: `routes[0].targets[2].weight` is a whole number from 1 to 1000; found the text \"x\"",
    ),
    (
        "TARGETS",
        "targets = ['fastly', 'cloudfront', { name = 'local', weight = 9223372036854775808 }]",
        "line 13, column 63: syntax-invalid: routes[0].targets[2].weight: `routes[0].targets[2].weight` is a whole number from 1 to 1000; found the number 9223372036854775808",
    ),
    // Two targets with one base.
    (
        "http://127.0.0.1:8080\"",
        "HTTPS://cloudfront.example:443/pub/\"",
        "line 2, column 58: allowed-host-unused: allowed_hosts[2]: no base has the host `127.0.0.1`, so no redirect needs it; leave it out, or correct the base that should have it\nline 13, column 36: targets-invalid: routes[0].targets[2]: `local` has the same base as `cloudfront`, `https://cloudfront.example/pub`, so it is no other way to a file; correct the base that is wrong, or leave one of the two out\nline 18, column 60: example-fails: routes[0].examples[2].location: the request `/d/a/1.0.0` should lead to `http://127.0.0.1:8080/a/1.0.0.crate` by the route `download` at its target `local`, and leads to `https://cloudfront.example/pub/a/1.0.0.crate`",
    ),
    // No example at one of the targets, and none at all.
    (
        "    { request = \"/d/a/1.0.0\", target = \"fastly\", location = \"https://fastly.example/a/1.0.0.crate\" },\n",
        "",
        "line 15, column 1: example-missing: routes[0].examples: the route `download` has no example at its target `fastly`; add [[routes.examples]] with a real request, `target = \"fastly\"` and its location there",
    ),
    // A target that an example does not name, and one that is not the route's.
    (
        "target = \"fastly\", ",
        "",
        "line 16, column 5: key-missing: routes[0].examples[0].target: `routes[0].examples[0].target` is missing; name the target that the location is at, one of `fastly`, `cloudfront`, `local`",
    ),
    (
        "target = \"fastly\", ",
        "target = \"fastli\", ",
        "line 16, column 40: target-unknown: routes[0].examples[0].target: `fastli` is no target of the route `download`; name the one that the location is at: `fastly`, `cloudfront`, `local`",
    ),
    // A location at another target than the one that is named.
    (
        "https://fastly.example/a",
        "http://127.0.0.1:8080/a",
        "line 16, column 61: example-fails: routes[0].examples[0].location: the request `/d/a/1.0.0` should lead to `http://127.0.0.1:8080/a/1.0.0.crate` by the route `download` at its target `fastly`, and leads to `https://fastly.example/a/1.0.0.crate`",
    ),
    // An example at none of them.
    (
        "https://fastly.example/a",
        "https://fastly.example/b",
        "line 16, column 61: example-fails: routes[0].examples[0].location: the request `/d/a/1.0.0` should lead to `https://fastly.example/b/1.0.0.crate` by the route `download` at its target `fastly`, and leads to `https://fastly.example/a/1.0.0.crate`",
    ),
    (
        "{ request = \"/d/a/1.0.0\", target = \"fastly\"",
        "{ request = \"/d/a/1.0\", target = \"fastly\"",
        "line 16, column 59: example-fails: routes[0].examples[0].location: the request `/d/a/1.0` should lead to `https://fastly.example/a/1.0.0.crate` by the route `download` at its target `fastly`, and goes to the origin: version-invalid",
    ),
    // A base that was changed by mistake.
    (
        "https://fastly.example\"",
        "https://fastly.example/x\"",
        "line 16, column 61: example-fails: routes[0].examples[0].location: the request `/d/a/1.0.0` should lead to `https://fastly.example/a/1.0.0.crate` by the route `download` at its target `fastly`, and leads to `https://fastly.example/x/a/1.0.0.crate`",
    ),
    // Two swapped bases.
    (
        "fastly = { base = \"https://fastly.example\", health_backend = \"fastly-health\" }\ncloudfront = { base = \"https://cloudfront.example/pub\"",
        "fastly = { base = \"https://cloudfront.example/pub\", health_backend = \"fastly-health\" }\ncloudfront = { base = \"https://fastly.example\"",
        "line 16, column 61: example-fails: routes[0].examples[0].location: the request `/d/a/1.0.0` should lead to `https://fastly.example/a/1.0.0.crate` by the route `download` at its target `fastly`, and leads to `https://cloudfront.example/pub/a/1.0.0.crate`\nline 17, column 65: example-fails: routes[0].examples[1].location: the request `/d/a/1.0.0` should lead to `https://cloudfront.example/pub/a/1.0.0.crate` by the route `download` at its target `cloudfront`, and leads to `https://fastly.example/a/1.0.0.crate`",
    ),
    // Every base, and then the template, against every example.
    (
        "/a/1.0.0.crate",
        "/x/a/1.0.0.crate",
        "line 13, column 1: example-fails: routes[0].targets: the request `/d/a/1.0.0` should lead to `https://fastly.example/x/a/1.0.0.crate` by the route `download` at its target `fastly`, and leads to `https://fastly.example/a/1.0.0.crate`; 2 other examples are misled as well",
    ),
    (
        "/{version}.crate",
        "/{version}",
        "line 14, column 12: example-fails: routes[0].location: the request `/d/a/1.0.0` should lead to `https://fastly.example/a/1.0.0.crate` by the route `download` at its target `fastly`, and leads to `https://fastly.example/a/1.0.0`; 2 other examples are misled as well",
    ),
];

#[test]
fn each_problem_says_what_is_wrong_and_where() {
    for (from, to, expected) in PROBLEMS {
        assert!(CONFIG.contains(from), "{from}");
        let text = CONFIG
            .replace(from, to)
            .replace("TARGETS", "targets = ['fastly', 'cloudfront', 'local']");
        assert_eq!(
            configs::problems_of(&text).to_string(),
            *expected,
            "{from:?} replaced by {to:?}"
        );
    }
}

#[test]
fn swapped_bases_are_found_if_nothing_else_is_wrong() {
    let text = r#"
        allowed_hosts = ["a.example", "b.example"]
        origin.backends = ["origin"]
        targets.a = { base = "https://b.example", health_backend = "a-health" }
        targets.b = { base = "https://a.example", health_backend = "b-health" }
        [[routes]]
        name = "file"
        path = "/f/{file:segment}"
        targets = [{ name = "a", weight = 9 }, "b"]
        location = "/{file}"
        examples = [
            { request = "/f/x", target = "a", location = "https://a.example/x" },
            { request = "/f/x", target = "b", location = "https://b.example/x" },
        ]
    "#;
    let expected = "line 9, column 9: example-fails: routes[0].targets: the request `/f/x` should lead \
        to `https://a.example/x` by the route `file` at its target `a`, and leads to \
        `https://b.example/x`; 1 other example is misled as well";
    assert_eq!(configs::problems_of(text).to_string(), expected);
    let right = text
        .replace("targets.a =", "targets.c =")
        .replace("targets.b =", "targets.a =")
        .replace("targets.c =", "targets.b =");
    assert!(signpost::authoring::from_toml(&right).is_ok());
}

#[test]
fn a_request_is_proven_at_every_target_and_not_only_at_the_one_of_its_example() {
    let long = format!("http://127.0.0.1:8080/{}\"", "a".repeat(2048));
    let text = CONFIG
        .replace("TARGETS", "targets = ['fastly', 'cloudfront', 'local']")
        .replace("http://127.0.0.1:8080\"", &long);
    let expected = "by the route `download` at its target `fastly`, and goes to the origin: its \
        location would be longer than 2048 bytes at one of its targets";
    let said = configs::problems_of(&text).to_string();
    assert!(said.contains(expected), "{said}");
}

#[test]
fn an_example_may_name_the_only_target_of_its_route() {
    let rows = [
        ("local", None),
        (
            "fastly",
            Some(
                "line 8, column 42: target-unknown: routes[0].examples[0].target: `fastly` is no \
                 target of the route `file`; name the one that the location is at: `local`",
            ),
        ),
    ];
    for (name, expected) in rows {
        let text = format!(
            "allowed_hosts = ['127.0.0.1']
origin.backends = ['origin']
targets.local.base = 'http://127.0.0.1:8080'
[[routes]]
name = 'file'
path = '/f/{{file:segment}}'
target = 'local'
examples = [{{ request = '/f/x', target = '{name}', location = 'http://127.0.0.1:8080/x' }}]
location = '/{{file}}'"
        );
        let said = signpost::authoring::from_toml(&text)
            .err()
            .map(|it| it.to_string());
        assert_eq!(said.as_deref(), expected, "{name}");
    }
}

#[test]
fn a_route_has_a_bounded_number_of_targets() {
    let names = "'fastly', ".repeat(9);
    let text = CONFIG.replace("TARGETS", &format!("targets = [{names}]"));
    let said = configs::problems_of(&text).to_string();
    assert!(
        said.contains("`routes[0].targets` names 9 targets; name 1 to 8\n"),
        "{said}"
    );
}

#[test]
fn every_target_is_probed_for_loops_and_not_only_the_one_that_a_file_gets() {
    let text = CONFIG
        .replace("TARGETS", "targets = ['fastly', 'cloudfront', 'local']")
        .replace(
            "https://cloudfront.example/pub",
            "https://cloudfront.example/d",
        );
    let text = text.replace("}.crate", "}").replace("0.crate", "0");
    let said = configs::problems_of(&text).to_string();
    let expected = "location-loops: routes[0].location: the request `/d/serde/1.0.228` leads to \
        `https://cloudfront.example/d/serde/1.0.228`, which is on a route again; change the location, \
        or list in `hosts` the registry's own hosts, without `cloudfront.example`";
    assert!(said.contains(expected), "{said}");
}
