use std::time::Duration;

use super::{Flow, Level};
use crate::log::Time;
use crate::watch::clients::{Asked, Clients};

const WINDOW: Duration = Duration::from_secs(10);

/// Requests a second at each second; answers when traffic fell and when it was back.
fn check(name: &str, hours: u32, rate: impl Fn(f64) -> f64, expected: &[(&str, u32)]) {
    let mut flow = Flow::default();
    let mut random = fastrand::Rng::with_seed(1);
    let mut found = Vec::new();
    let mut was_fallen = false;
    for number in 0..hours * 360 {
        let seconds = f64::from(number) * 10.0;
        let start = Time::from_millis(i64::from(number) * 10_000);
        // Builds of 40 requests, so that little traffic varies as it does.
        let builds = rate(seconds) * 10.0 / 40.0;
        let some: f64 = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let mut clients = Clients::default();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let builds = (builds + builds.sqrt() * some).max(0.0).round() as u32;
        for _ in 0..builds {
            let asked = Asked {
                firsts: 40,
                ..Asked::default()
            };
            clients.add(random.u64(..), &asked);
        }
        let level = flow.close(start, WINDOW, &clients, 0);
        let is_fallen = matches!(level, Level::Fallen(_));
        if is_fallen != was_fallen {
            was_fallen = is_fallen;
            found.push((if is_fallen { "fell" } else { "back" }, number / 6));
        }
    }
    assert_eq!(found, expected, "{name}");
}

#[test]
fn traffic_falls_against_its_recent_past_and_a_day_earlier() {
    let minutes = |seconds: f64| seconds / 60.0;
    let day = 1_440.0;
    let cycle = move |seconds: f64| {
        let turn = minutes(seconds) / day * std::f64::consts::TAU;
        500.0 * (1.0 - 0.6 * turn.cos())
    };
    let during = |seconds: f64, from: f64, to: f64| (from..to).contains(&minutes(seconds));
    check("steady", 24, |_| 300.0, &[]);
    check("a day's cycle", 48, cycle, &[]);
    check(
        "a quarter is left, and then all is back",
        2,
        |seconds| {
            if during(seconds, 40.0, 60.0) {
                75.0
            } else {
                300.0
            }
        },
        &[("fell", 40), ("back", 60)],
    );
    check(
        "three fifths are left",
        2,
        |seconds| {
            if during(seconds, 40.0, 60.0) {
                180.0
            } else {
                300.0
            }
        },
        &[],
    );
    check(
        "a quarter is left for good",
        3,
        |seconds| {
            if minutes(seconds) < 60.0 {
                1_000.0
            } else {
                250.0
            }
        },
        &[("fell", 60), ("back", 90)],
    );
    check(
        "a burst ends",
        3,
        |seconds| {
            if during(seconds, 60.0, 80.0) {
                2_000.0
            } else {
                300.0
            }
        },
        &[],
    );
    check("very little traffic", 24, |_| 3.0, &[]);
    check(
        "a run that ends at the same time each day",
        72,
        |seconds| {
            let of_day = seconds % 86_400.0;
            if during(of_day, 600.0, 900.0) {
                2_000.0
            } else {
                300.0
            }
        },
        &[("fell", 900), ("back", 930)],
    );
    check(
        "it falls slowly on the second day",
        48,
        |seconds| {
            let lost = (minutes(seconds) - day - 600.0).clamp(0.0, 360.0) / 360.0;
            1_000.0 * (1.0 - 0.9 * lost)
        },
        &[("fell", 2_311), ("back", 2_341)],
    );
}
