//! However clients ask, the origin gets at most its share, and no file loses its target for long. A slow
//! or broken memory delays no request.

use crate::test;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::fixtures::retry_scene::{CARGO, Fault, Remembered, Scene, config, way};
use signpost::attempts::{Attempts, Budget, Client, Key, Memory, Patient, Secret, Unknown};
use signpost::config::{Config, Window};
use signpost::request::Request;

/// How many requests a sandbox serves, and how long a request takes.
const SANDBOXES: [(u64, Duration); 4] = [
    (500, Duration::from_micros(200)),
    (10, Duration::from_micros(200)),
    (1, Duration::from_micros(200)),
    (1, Duration::from_millis(50)),
];

/// How many requests went to each target and to the origin.
#[derive(Debug, Default)]
struct Load {
    ways: BTreeMap<String, u64>,
    all: u64,
    time: Duration,
}

impl Load {
    fn of<'p>(
        config: &Config,
        requests: impl Iterator<Item = (Client<'p>, &'p str)>,
        (a_sandbox, time): (u64, Duration),
    ) -> Self {
        let mut scene = Scene::default();
        let mut load = Self::default();
        for (client, path) in requests {
            if load.all % a_sandbox == 0 {
                scene.budget = Budget::default();
            }
            let request = Request::new("GET", "crates.io", path);
            let way = way(&scene.ask(config, &request, client));
            *load.ways.entry(way).or_default() += 1;
            load.all += 1;
            // Any sequence will do that spreads evenly.
            scene.chance = scene.chance.wrapping_mul(5).wrapping_add(113);
            load.time += time;
            scene.memory.now = load.time;
        }
        load
    }

    fn at_origin(&self) -> u64 {
        self.ways.get("retried").copied().unwrap_or_default()
    }

    /// The share, and one a second besides; nothing at all if the share is 0 %.
    fn is_within(&self, share: u64) -> bool {
        let besides = if share == 0 {
            0
        } else {
            self.time.as_secs() + 1
        };
        self.at_origin() <= self.all * share / 100 + besides
    }
}

#[test]
fn a_farm_of_10_000_clients_behind_one_address_stays_within_the_share() {
    for (retry, share) in [
        (r#"retry.window = "30s""#, 5),
        (r#"retry = { window = "5m", origin_share = "1%" }"#, 1),
        (r#"retry = { window = "1s", origin_share = "0%" }"#, 0),
    ] {
        let config = config(retry);
        for path in ["/r/serde", "/d/serde/1.0.219"] {
            for sandbox in SANDBOXES {
                let farm = std::iter::repeat_n((CARGO, path), 10_000);
                let load = Load::of(&config, farm, sandbox);
                let row = format!("{path} with {share} %, {sandbox:?}: {load:?}");
                assert!(load.is_within(share), "{row}");
                // All others go round the targets, because one of them may be dead.
                let mut at_targets = load.ways.iter().filter(|(way, _)| *way != "retried");
                let targets = if path == "/r/serde" { 1 } else { 3 };
                let even = (load.all - load.at_origin()) / targets;
                let is_even = at_targets.all(|(_, count)| count.abs_diff(even) <= even / 10 + 3);
                assert!(is_even, "{row}");
            }
        }
    }
}

#[test]
fn a_flood_of_second_attempts_stays_within_the_share() {
    let config = config(r#"retry.window = "30s""#);
    let addresses: Vec<_> = (0..5_000_u32)
        .map(|number| Client {
            address: std::net::Ipv4Addr::from(number).into(),
            ..CARGO
        })
        .collect();
    // Each asks four times for a file, as a real client would: the edge cannot tell them apart.
    for path in ["/r/serde", "/d/serde/1.0.219"] {
        for sandbox in SANDBOXES {
            let flood = addresses.iter().flat_map(|client| [(*client, path); 4]);
            let load = Load::of(&config, flood, sandbox);
            assert!(load.is_within(5), "{path}, {sandbox:?}: {load:?}");
            assert!(load.at_origin() > 0, "{path}, {sandbox:?}: {load:?}");
        }
    }
}

#[test]
fn a_farm_leaves_the_origin_to_other_clients() {
    let config = config(r#"retry.window = "30s""#);
    let mut scene = Scene::default();
    for number in 0..500_u32 {
        scene.get(&config, "/r/serde");
        let other = format!("/r/c{number}");
        scene.ask(&config, &Request::new("GET", "crates.io", &other), CARGO);
    }
    scene.memory.now += Duration::from_secs(2);
    for number in 0..10_u8 {
        let client = Client {
            address: [203, 0, 113, number].into(),
            ..CARGO
        };
        let request = Request::new("GET", "crates.io", "/r/serde");
        assert_eq!(way(&scene.ask(&config, &request, client)), "a");
        assert_eq!(way(&scene.ask(&config, &request, client)), "retried");
    }
}

#[test]
fn quiet_sandboxes_may_ask_the_origin_once_a_second_together() {
    let rows = [
        // The share, what does not work, and whether each of six clients, two a second, is sent to the
        // origin. Each asks a new sandbox twice for a file.
        ("5%", None, [true, false, true, false, true, false]),
        ("5%", Some(Fault::Allowance), [false; 6]),
        ("0%", None, [false; 6]),
        ("100%", None, [true; 6]),
        ("50%", Some(Fault::Allowance), [true; 6]),
    ];
    for (share, fault, expected) in rows {
        let config = config(&format!(
            r#"retry = {{ window = "30s", origin_share = "{share}" }}"#
        ));
        let mut scene = Scene::default();
        scene.memory.fault = fault;
        let found = [0, 1, 2, 3, 4, 5].map(|number| {
            scene.budget = Budget::default();
            let path = format!("/r/c{number}");
            scene.get(&config, &path);
            let is_at_origin = scene.get(&config, &path).0 == "retried";
            scene.memory.now += Duration::from_millis(500);
            is_at_origin
        });
        assert_eq!(found, expected, "{share} {fault:?}");
    }
}

/// A memory whose answers each take the set time.
struct Slow<'t> {
    memory: Remembered,
    now: &'t Cell<Duration>,
    time: &'t Cell<Duration>,
}

impl Slow<'_> {
    fn wait(&mut self) -> &mut Remembered {
        self.now.set(self.now.get() + self.time.get());
        &mut self.memory
    }
}

impl Memory for Slow<'_> {
    fn secret(&mut self) -> Result<Secret, Unknown> {
        self.wait().secret()
    }

    fn recall(&mut self, key: &Key) -> Result<Attempts, Unknown> {
        self.wait().recall(key)
    }

    fn remember(&mut self, key: &Key, attempts: Attempts, window: Window) -> Result<(), Unknown> {
        self.wait().remember(key, attempts, window)
    }

    fn take_allowance(&mut self) -> Result<bool, Unknown> {
        self.wait().take_allowance()
    }
}

/// Each question that is put to a memory.
type Question = fn(&mut dyn Memory, &Key) -> bool;

const QUESTIONS: [Question; 4] = [
    |memory, _| memory.secret().is_ok(),
    |memory, key| memory.recall(key).is_ok(),
    |memory, key| {
        memory
            .remember(key, Attempts::NONE, Window::LONGEST)
            .is_ok()
    },
    |memory, _| memory.take_allowance().is_ok(),
];

#[test]
fn a_memory_is_given_up_after_its_first_slow_answer() {
    let limit = Duration::from_millis(250);
    let too_long = limit + Duration::from_millis(1);
    let mut scene = Scene::default();
    scene.get(&config(r#"retry.window = "30s""#), "/r/serde");
    let key = *scene.memory.entries.keys().next().unwrap();
    for (number, question) in QUESTIONS.iter().enumerate() {
        let (now, time) = (Cell::new(Duration::ZERO), Cell::new(limit));
        let slow = Slow {
            memory: Remembered::default(),
            now: &now,
            time: &time,
        };
        let mut patient = Patient::new(slow, || now.get(), limit);
        for _ in 0..3 {
            assert!(question(&mut patient, &key), "{number}");
        }
        assert_eq!(patient.too_long(), None, "{number}");
        time.set(too_long);
        // A late answer is still used.
        assert!(question(&mut patient, &key), "{number}");
        assert_eq!(patient.too_long(), Some(too_long), "{number}");
        time.set(Duration::ZERO);
        let then = now.get();
        for question in QUESTIONS {
            assert!(!question(&mut patient, &key), "{number}");
        }
        assert_eq!(now.get(), then, "{number}: it was asked again");
        assert_eq!(patient.too_long(), Some(too_long), "{number}");
    }
}

#[test]
fn a_memory_that_failed_is_known_and_asked_again() {
    let mut scene = Scene::default();
    scene.get(&config(r#"retry.window = "30s""#), "/r/serde");
    let key = *scene.memory.entries.keys().next().unwrap();
    let faults = [
        Fault::Secret,
        Fault::Recall,
        Fault::Remember,
        Fault::Allowance,
    ];
    for (question, fault) in QUESTIONS.iter().zip(faults) {
        for (fault, fails) in [(None, false), (Some(fault), true)] {
            let mut memory = Remembered::default();
            memory.fault = fault;
            let mut patient = Patient::new(memory, || Duration::ZERO, Duration::ZERO);
            for _ in 0..2 {
                assert_eq!(question(&mut patient, &key), !fails, "{fault:?}");
                assert_eq!(patient.has_failed(), fails, "{fault:?}");
                assert_eq!(patient.too_long(), None, "{fault:?}");
            }
        }
    }
}

#[test]
fn a_secret_is_not_printed() {
    let text = format!("{:?}", Secret::new([7; 32]));
    assert_eq!(text, "Secret(…)");
}
