//! The phases of a soak: what is in force in each, and how the origin is.

use anyhow::{Result, ensure};
use signpost_rows::{PRESETS, changed, preset, with_second_target};

use super::asks::Asks;
use super::lines::ENDPOINT;
use super::origin::Weather;
use super::world::{Switch, Target, World};

/// One process of Viceroy, and the requests to it.
#[derive(Clone, Debug)]
pub(super) struct Phase {
    pub(super) name: String,
    /// Its part of all requests, in thousandths.
    pub(super) parts: u64,
    pub(super) asks: Asks,
    /// The configurations as written, and the switch as it is stored.
    pub(super) config: String,
    pub(super) next: Option<String>,
    pub(super) switch: &'static str,
    pub(super) sick: &'static [&'static str],
    pub(super) is_logged: bool,
    /// The origin dies in all ways, and recovers, over and over.
    pub(super) is_stormy: bool,
}

const STATIC: Target = Target {
    name: "static",
    base: "https://static.crates.io",
    weight: 1,
};

const SECOND: Target = Target {
    name: "second",
    base: "https://second.example",
    weight: 1,
};

/// The targets of `next`: the weights are others, and so is the second.
const OF_NEXT: [Target; 2] = [
    Target {
        weight: 3,
        ..STATIC
    },
    Target {
        name: "third",
        base: "https://third.example",
        weight: 1,
    },
];

/// The names of the phases that a soak of a few thousand requests has.
const SHORT: [&str; 6] = [
    "origin dies, enforce",
    "origin dies, shadow",
    "target unhealthy",
    "next 25%",
    "no log endpoint",
    "retry, origin dies",
];

/// How the origin is, one after the other, and for how many of 100 requests.
const CYCLE: [(Weather, u64); 10] = [
    (Weather::Up, 20),
    (Weather::Refuses, 10),
    (Weather::Up, 10),
    (Weather::Resets, 10),
    (Weather::Up, 10),
    (Weather::Garbage, 10),
    (Weather::Up, 10),
    (Weather::BreaksOff, 10),
    (Weather::Up, 9),
    (Weather::Silent, 1),
];

/// How many requests the origin goes through all its ways to die in, at least.
const LEAST_FOR_CYCLE: u64 = 5000;

/// For how many requests it is silent at most.
const MOST_SILENT: u64 = 48;

/// All phases, or those of a short soak.
pub(super) fn phases(is_short: bool) -> Result<Vec<Phase>> {
    let enforce = Switch::Enforce(100);
    let calm =
        |name: &str, parts, switch, stored| Phase::new(name, parts, switch, stored, config(""));
    let stormy = |name: &str, parts, switch, stored| Phase {
        is_stormy: true,
        ..calm(name, parts, switch, stored)
    };
    let sick = |name: &str, parts, sick| {
        let mut phase = calm(name, parts, enforce, "enforce");
        phase.sick = sick;
        phase.of_world(|world| world.sick = sick)
    };
    let next = |name: &str, parts, share, stored| {
        let mut phase = calm(name, parts, enforce, stored);
        phase.next = Some(of_next());
        phase.of_world(|world| world.next = Some((share, OF_NEXT)))
    };
    let retry = |name: &str, parts, is_stormy| {
        let config = config("retry = { window = \"5m\", origin_share = \"100%\" }\n");
        let phase = Phase {
            is_stormy,
            ..Phase::new(name, parts, enforce, "enforce", config)
        };
        phase.of_world(|world| world.has_retry = true)
    };
    let mut all = vec![
        calm("enforce", 300, enforce, "enforce"),
        stormy("origin dies, enforce", 100, enforce, "enforce"),
        stormy("origin dies, shadow", 70, Switch::Shadow, "shadow"),
        stormy("origin dies, off", 40, Switch::Off, "off"),
        calm("off", 20, Switch::Off, "off"),
        calm("shadow", 30, Switch::Shadow, "shadow"),
        calm("enforce 25%", 40, Switch::Enforce(25), "enforce 25%"),
        next("next 1%", 30, 1, "enforce, next 1%"),
        next("next 25%", 40, 25, "enforce, next 25%"),
        next("next 100%", 30, 100, "enforce, next 100%"),
        sick("target unhealthy", 40, &["static"]),
        sick("every target unhealthy", 20, &["static", "second"]),
        sick("target healthy again", 20, &[]),
        Phase {
            is_logged: false,
            config: changed(&config(""), ENDPOINT, "fst_managed_absent"),
            ..calm("no log endpoint", 30, enforce, "enforce")
        },
        calm("log endpoint again", 20, enforce, "enforce"),
        retry("retry", 60, false),
        retry("retry, origin dies", 45, true),
    ];
    for (name, _) in PRESETS {
        all.push(Phase {
            asks: Asks::Preset(name),
            config: preset(name).to_owned(),
            ..calm(&format!("preset {name}"), 5, enforce, "enforce")
        });
    }
    if is_short {
        all.retain(|phase| SHORT.contains(&&*phase.name));
        ensure!(all.len() == SHORT.len(), "a phase has another name");
    }
    Ok(all)
}

impl Phase {
    fn new(name: &str, parts: u64, switch: Switch, stored: &'static str, config: String) -> Self {
        let world = World {
            switch,
            targets: [STATIC, SECOND],
            next: None,
            sick: &[],
            has_retry: false,
        };
        Self {
            name: name.to_owned(),
            parts,
            asks: Asks::Crates(world),
            config,
            next: None,
            switch: stored,
            sick: &[],
            is_logged: true,
            is_stormy: false,
        }
    }

    fn of_world(mut self, change: impl FnOnce(&mut World)) -> Self {
        if let Asks::Crates(world) = &mut self.asks {
            change(world);
        }
        self
    }

    /// Before which requests the weather changes, and to what.
    pub(super) fn forecast(&self, requests: u64) -> Vec<(u64, Weather)> {
        let mut forecast = Vec::new();
        if !self.is_stormy {
            return forecast;
        }
        let cycles = (requests / LEAST_FOR_CYCLE).max(1);
        let long = requests / cycles;
        for cycle in 0..cycles {
            let mut start = cycle * long;
            for (weather, part) in CYCLE {
                let mut part = long * part / 100;
                if weather == Weather::Silent {
                    // Each of these takes as long as an answer may take.
                    part = part.min(MOST_SILENT);
                }
                forecast.push((start, weather));
                start += part;
            }
            forecast.push((start, Weather::Up));
        }
        forecast
    }
}

/// Production's configuration, with a second target for downloads, and the health of both.
fn config(more: &str) -> String {
    let health = ["health_backend = \"static\"", "health_backend = \"second\""];
    let config = with_second_target("second", [1, 1], health);
    format!("{more}{config}")
}

fn of_next() -> String {
    let [first, second] = OF_NEXT;
    with_second_target(second.name, [first.weight, second.weight], ["", ""])
}
