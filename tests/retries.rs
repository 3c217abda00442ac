//! Who asks again goes another way: to the next target, after the last to the origin, and to the
//! origin only as far as its share goes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use signpost::Answer;
use signpost::config::Config;
use signpost::decision::Reason;
use signpost::location::Location;
use signpost::request::Request;
use signpost::retry::{self, Budget, Client, Key, Memory, Step, Turn};
use signpost::switch::Switch;
use signpost::target::{Target, all_healthy};
use wasm_bindgen_test::wasm_bindgen_test;

const CONFIG: &str = r#"
allowed_hosts = ["a.example", "b.example", "c.example"]
hosts = ["crates.io"]
origin.backends = ["origin"]
RETRY

[targets]
a.base = "https://a.example"
b.base = "https://b.example"
c.base = "https://c.example"

[[routes]]
name = "download"
path = "/d/{name:crate}/{version:semver}"
targets = ["a", "b", "c"]
location = "/{name}/{version}"
examples = [
    { request = "/d/x/1.0.0", target = "a", location = "https://a.example/x/1.0.0" },
    { request = "/d/x/1.0.0", target = "b", location = "https://b.example/x/1.0.0" },
    { request = "/d/x/1.0.0", target = "c", location = "https://c.example/x/1.0.0" },
]

[[routes]]
name = "readme"
path = "/r/{name:crate}"
target = "a"
json = false
location = "/r/{name}"
examples = [{ request = "/r/x", location = "https://a.example/r/x" }]
"#;

fn config(retry: &str) -> Config {
    let text = CONFIG.replace("RETRY", retry);
    Config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

/// What is remembered, with a clock that the test moves.
#[derive(Default)]
struct Remembered {
    now: Duration,
    entries: BTreeMap<Key, (u32, Duration)>,
    is_broken: bool,
}

impl Memory for Remembered {
    fn recall(&mut self, key: &Key) -> u32 {
        let found = self.entries.get(key).filter(|(_, until)| *until > self.now);
        found.map_or(0, |(times, _)| *times)
    }

    fn remember(&mut self, key: &Key, times: u32, window: Duration) {
        if !self.is_broken {
            self.entries.insert(*key, (times, self.now + window));
        }
    }
}

const CARGO: Client<'_> = Client {
    address: IpAddr::V4(Ipv4Addr::new(198, 51, 100, 17)),
    user_agent: b"cargo/1.95.0",
    service: "SERVICE",
};

/// A sandbox, and the memory that it shares with others.
#[derive(Default)]
struct Scene {
    memory: Remembered,
    budget: Budget,
}

impl Scene {
    fn ask<'c>(
        &mut self,
        config: &'c Config,
        request: &Request<'_>,
        client: Client<'_>,
    ) -> Answer<'c> {
        retry::answer(
            config,
            request,
            Switch::ENFORCE,
            &all_healthy,
            || Some(client),
            (&mut self.memory, &mut self.budget),
        )
    }

    fn get<'c>(&mut self, config: &'c Config, path: &str) -> Answer<'c> {
        self.ask(config, &Request::new("GET", "crates.io", path), CARGO)
    }
}

/// Where an answer leads: the name of a target, or the reason.
fn way(answer: &Answer<'_>) -> String {
    match (answer.decision().reason(), answer.target()) {
        (Some(reason), _) => reason.code().to_owned(),
        (None, target) => target.map_or("", Target::name).to_owned(),
    }
}

fn ways(config: &Config, path: &str, number: usize) -> Vec<String> {
    let mut scene = Scene::default();
    (0..number).map(|_| way(&scene.get(config, path))).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn each_turn_leads_to_the_next_target_and_after_the_last_to_the_origin() {
    use Step::{Origin, Target};
    let rows = [
        (1, true, [Target(0), Origin, Origin, Origin, Origin]),
        (1, false, [Target(0); 5]),
        (2, true, [Target(0), Target(1), Origin, Origin, Origin]),
        (
            2,
            false,
            [Target(0), Target(1), Target(0), Target(1), Target(0)],
        ),
        (3, true, [Target(0), Target(1), Target(2), Origin, Origin]),
        (
            3,
            false,
            [Target(0), Target(1), Target(2), Target(0), Target(1)],
        ),
        // A route has at least one target; nothing is broken by one that has none.
        (0, false, [Target(0); 5]),
    ];
    for (targets, origin_is_open, expected) in rows {
        for (earlier, expected) in (0..).zip(expected) {
            let turn = Turn {
                earlier,
                origin_is_open,
                ..Turn::FIRST
            };
            let step = retry::step(&turn, targets);
            assert_eq!(
                step, expected,
                "{earlier} earlier, {targets}, {origin_is_open}"
            );
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_client_that_asks_again_is_sent_round_and_then_to_the_origin() {
    let config = config(r#"retry = { window = "30s", origin_share = "100%" }"#);
    let found = ways(&config, "/d/serde/1.0.219", 5);
    let (targets, origin) = found.split_at(3);
    assert_eq!(
        targets.iter().collect::<BTreeSet<_>>().len(),
        3,
        "{found:?}"
    );
    assert_eq!(origin, ["retried", "retried"]);
    assert_eq!(ways(&config, "/r/serde", 3), ["a", "retried", "retried"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_location_that_a_second_try_held_back_is_kept() {
    let config = config(r#"retry.window = "30s""#);
    let mut scene = Scene::default();
    let request = Request::new("GET", "crates.io", "/r/serde");
    assert_eq!(scene.ask(&config, &request, CARGO).attempt(), Some(1));
    let answer = scene.ask(&config, &request, CARGO);
    assert_eq!(answer.attempt(), Some(2));
    let held_back = answer.decision().reason().and_then(Reason::held_back);
    assert_eq!(
        held_back.map(Location::as_str),
        Some("https://a.example/r/serde")
    );
    assert_eq!(answer.target().map(Target::name), Some("a"));
    assert!(answer.reply(&config, &request).is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn after_the_window_a_try_is_a_first_one() {
    let config = config(r#"retry.window = "2m""#);
    let mut scene = Scene::default();
    assert_eq!(way(&scene.get(&config, "/r/serde")), "a");
    scene.memory.now += Duration::from_secs(119);
    assert_eq!(way(&scene.get(&config, "/r/serde")), "retried");
    // The window begins again with each try.
    scene.memory.now += Duration::from_secs(119);
    assert_eq!(scene.get(&config, "/r/serde").attempt(), Some(3));
    scene.memory.now += Duration::from_mins(2);
    let answer = scene.get(&config, "/r/serde");
    assert_eq!((way(&answer).as_str(), answer.attempt()), ("a", Some(1)));
}

#[wasm_bindgen_test(unsupported = test)]
fn another_client_and_another_file_are_first_tries() {
    let config = config(r#"retry.window = "30s""#);
    let mut scene = Scene::default();
    let request = Request::new("GET", "crates.io", "/r/serde");
    scene.ask(&config, &request, CARGO);
    let others = [
        Client {
            address: "198.51.100.18".parse().unwrap(),
            ..CARGO
        },
        Client {
            address: "2001:db8::1".parse().unwrap(),
            ..CARGO
        },
        Client {
            user_agent: b"curl/8",
            ..CARGO
        },
        Client {
            user_agent: b"",
            ..CARGO
        },
        Client {
            service: "OTHER",
            ..CARGO
        },
    ];
    for other in others {
        assert_eq!(
            scene.ask(&config, &request, other).attempt(),
            Some(1),
            "{other:?}"
        );
    }
    assert_eq!(scene.get(&config, "/r/libc").attempt(), Some(1));
    assert_eq!(scene.ask(&config, &request, CARGO).attempt(), Some(2));
    // What is remembered names nobody.
    assert_eq!(scene.memory.entries.len(), 7);
    assert!(
        scene
            .memory
            .entries
            .keys()
            .all(|key| key.as_bytes().len() == 32)
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn what_only_asks_where_a_file_is_counts_for_nothing() {
    let config = config(r#"retry.window = "30s""#);
    let json =
        |path| Request::new("GET", "crates.io", path).with_accept([&b"application/json"[..]]);
    let rows = [
        (Request::new("HEAD", "crates.io", "/d/serde/1.0.0"), None),
        (json("/d/serde/1.0.0"), None),
        // This route gives no JSON, so its redirect is followed.
        (json("/r/serde"), Some(1)),
        (Request::new("PUT", "crates.io", "/d/serde/1.0.0"), None),
        (Request::new("GET", "crates.io", "/d/serde/1.0"), None),
        (Request::new("GET", "other.example", "/d/serde/1.0.0"), None),
    ];
    for (request, attempt) in rows {
        let mut scene = Scene::default();
        let answer = scene.ask(&config, &request, CARGO);
        assert_eq!(answer.attempt(), attempt, "{request:?}");
        assert_eq!(
            scene.memory.entries.len(),
            usize::from(attempt.is_some()),
            "{request:?}"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_location_that_the_switch_holds_back_is_not_remembered() {
    let config = config(r#"retry.window = "30s""#);
    for switch in ["shadow", "off", "enforce 0%"] {
        let mut scene = Scene::default();
        for _ in 0..3 {
            let answer = retry::answer(
                &config,
                &Request::new("GET", "crates.io", "/r/serde"),
                switch.parse().unwrap(),
                &all_healthy,
                || panic!("the client was asked for"),
                (&mut scene.memory, &mut scene.budget),
            );
            assert_ne!(way(&answer), "retried", "{switch}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn where_nothing_is_remembered_every_try_is_a_first_one() {
    let with = config(r#"retry.window = "30s""#);
    let without = config("");
    let request = Request::new("GET", "crates.io", "/d/serde/1.0.219");
    let first = signpost::answer(&without, &request, Switch::ENFORCE);
    let mut broken = Scene::default();
    broken.memory.is_broken = true;
    for _ in 0..5 {
        let answer = broken.ask(&with, &request, CARGO);
        assert_eq!(answer.decision(), first.decision());
        // Nobody asks who the client is where `[retry]` is not written.
        let (memory, budget) = (&mut Remembered::default(), &mut Budget::default());
        let nobody = || panic!("the client was asked for");
        let off = retry::answer(
            &without,
            &request,
            Switch::ENFORCE,
            &all_healthy,
            nobody,
            (memory, budget),
        );
        assert_eq!(off, first);
        let unknown = retry::answer(
            &with,
            &request,
            Switch::ENFORCE,
            &all_healthy,
            || None,
            (memory, budget),
        );
        assert_eq!(unknown.decision(), first.decision());
        assert_eq!(unknown.attempt(), None);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_quiet_sandbox_may_ask_the_origin_twice() {
    let rows = [
        // The share, and what becomes of six clients that each ask twice for a file.
        ("5%", [true, true, false, false, false, false]),
        ("0%", [false; 6]),
        ("100%", [true; 6]),
        ("50%", [true; 6]),
    ];
    for (share, expected) in rows {
        let config = config(&format!(
            r#"retry = {{ window = "30s", origin_share = "{share}" }}"#
        ));
        let mut scene = Scene::default();
        let found = [0, 1, 2, 3, 4, 5].map(|number| {
            let path = format!("/r/c{number}");
            scene.get(&config, &path);
            way(&scene.get(&config, &path)) == "retried"
        });
        assert_eq!(found, expected, "{share}");
    }
}

/// How many of the requests were sent to the origin, by how many sandboxes that each serve 500.
fn load_on_origin<'p>(config: &Config, paths: impl Iterator<Item = &'p str>) -> (u64, u64, u64) {
    let mut scene = Scene::default();
    let (mut all, mut at_origin, mut sandboxes) = (0, 0, 0);
    for path in paths {
        if all % 500 == 0 {
            scene.budget = Budget::default();
            sandboxes += 1;
        }
        all += 1;
        at_origin += u64::from(way(&scene.get(config, path)) == "retried");
    }
    (all, at_origin, sandboxes)
}

#[test]
fn a_farm_of_10_000_clients_behind_one_address_stays_within_the_share() {
    for retry in [
        r#"retry.window = "30s""#,
        r#"retry = { window = "5m", origin_share = "1%" }"#,
    ] {
        let config = config(retry);
        let share = u64::from(config.retry().unwrap().origin_share.as_percent());
        for path in ["/r/serde", "/d/serde/1.0.219"] {
            let farm = std::iter::repeat_n(path, 10_000);
            let (all, at_origin, sandboxes) = load_on_origin(&config, farm);
            assert!(at_origin > 0, "{path}");
            assert!(
                at_origin * 100 <= all * share + sandboxes * retry::ALLOWANCE * 100,
                "{path}: {at_origin} of {all} with {share} %"
            );
        }
    }
}

#[test]
fn a_flood_of_second_tries_goes_round_the_targets() {
    let config = config(r#"retry.window = "30s""#);
    let paths: Vec<_> = (0..50)
        .map(|number| format!("/d/c{number}/1.0.0"))
        .collect();
    let flood = || paths.iter().cycle().take(20_000).map(String::as_str);
    let (all, at_origin, sandboxes) = load_on_origin(&config, flood());
    assert!(
        at_origin * 100 <= all * 5 + sandboxes * retry::ALLOWANCE * 100,
        "{at_origin}"
    );
    // All others are spread over the targets, each of which gets about a third.
    let mut scene = Scene::default();
    let mut found = BTreeMap::<_, u32>::new();
    for path in flood() {
        *found.entry(way(&scene.get(&config, path))).or_default() += 1;
    }
    for target in ["a", "b", "c"] {
        let third = (20_000 - found["retried"]) / 3;
        assert!(found[target].abs_diff(third) < third / 10, "{found:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_options_have_one_spelling() {
    let rows = [
        (
            r#"retry.window = "30s""#,
            30,
            5,
            r#""retry":{"window":"30s"}"#,
        ),
        (
            r#"retry.window = "5m""#,
            300,
            5,
            r#""retry":{"window":"5m"}"#,
        ),
        (
            r#"retry.window = "1m 30s""#,
            90,
            5,
            r#""retry":{"window":"1m 30s"}"#,
        ),
        (
            r#"retry.window = "1.5m""#,
            90,
            5,
            r#""retry":{"window":"1m 30s"}"#,
        ),
        (
            r#"retry = { window = "1s", origin_share = "5%" }"#,
            1,
            5,
            r#""retry":{"window":"1s"}"#,
        ),
        (
            r#"retry = { window = "1m", origin_share = "10%" }"#,
            60,
            10,
            r#""retry":{"window":"1m","origin_share":"10%"}"#,
        ),
    ];
    for (written, window, share, compiled) in rows {
        let config = config(written);
        let options = config.retry().expect("it was written");
        assert_eq!(options.window, Duration::from_secs(window), "{written}");
        assert_eq!(options.origin_share.as_percent(), share, "{written}");
        assert!(config.to_json().contains(compiled), "{}", config.to_json());
        assert_eq!(Config::from_json(config.to_json()), Ok(config), "{written}");
    }
    assert_eq!(config("").retry(), None);
    for window in [
        "",
        "30",
        "s",
        "0s",
        "999ms",
        "5m 1ms",
        "0m",
        "301s",
        "6m",
        "+3s",
        "5.1m",
        "1h",
        "307445734561825861m",
    ] {
        let text = CONFIG.replace("RETRY", &format!("retry.window = \"{window}\""));
        let problems = Config::from_toml(&text).expect_err(window).to_string();
        assert!(
            problems.contains("retry-invalid: retry.window: "),
            "{problems}"
        );
    }
}
