//! A part of the traffic is wholly broken.

use signpost_testbed::traffic::{Part, Settings as TrafficSettings, Traffic};

use super::{Found, line, traffic, watch};
use crate::watch::alarm::Cause;
use crate::watch::line::Answer;
use crate::watch::scope::Scope;

/// Ten minutes before the break and five after it.
fn broken(rate: f64, seed: u64, part: Part) -> Traffic {
    let settings = TrafficSettings {
        rate,
        ..traffic(seed, 600, 300)
    };
    Traffic::new(&settings).breaking(part)
}

/// The first alarm comes within a minute of the break and names the scope; no other follows.
#[track_caller]
fn check(name: &str, found: &Found, expected: &Scope) {
    let words = found.words();
    let [alarm] = &found.alarms[..] else {
        panic!("{name}: {words:#?}");
    };
    let after = found.after()[0];
    assert!((1..=60).contains(&after), "{name}: {words:#?}");
    assert_eq!(alarm.scope, *expected, "{name}: {words:#?}");
    assert!(
        matches!(alarm.cause, Cause::RepeatRatio { .. }),
        "{name}: {words:#?}"
    );
}

#[test]
fn what_is_broken_is_named_whether_it_is_a_place_a_target_or_a_route() {
    let place = |name: &str| {
        let scope = Scope::EdgeLocation(name.to_owned());
        (Part::EdgeLocation(name.to_owned()), scope)
    };
    let target = |name: &str, files| (Part::Files(files), Scope::Target(name.to_owned()));
    let rows = [
        ("3 % by place", 1_000.0, place("SYD")),
        ("5 % by place", 600.0, place("SIN")),
        ("10 % by place", 400.0, place("LHR")),
        ("20 % by place", 300.0, place("FRA")),
        ("3 % by target", 100.0, target("spare", 0..3)),
        ("5 % by target", 100.0, target("small", 3..8)),
        ("10 % by target", 100.0, target("second", 8..18)),
        ("20 % by target", 100.0, target("third", 18..38)),
    ];
    std::thread::scope(|scope| {
        for (name, rate, (part, expected)) in rows {
            for seed in 1..=3 {
                let (part, expected) = (part.clone(), expected.clone());
                scope.spawn(move || {
                    let requests = broken(rate, seed, part);
                    let found = watch(requests.map(|request| line(&request)));
                    check(&format!("{name}, seed {seed}"), &found, &expected);
                });
            }
        }
    });
}

#[test]
fn a_route_is_named_if_its_target_has_other_routes_that_work() {
    for seed in 1..=3 {
        let found = watch(broken(150.0, seed, Part::Files(8..18)).map(|request| {
            let mut line = line(&request);
            line.target = line.target.map(|_| "static".into());
            line
        }));
        let name = format!("seed {seed}");
        check(&name, &found, &Scope::Route("second".to_owned()));
    }
}

#[test]
fn with_retry_the_target_before_is_blamed() {
    // The second attempt goes to the other target, and succeeds there.
    let part = Part::Files(18..38);
    for seed in 1..=3 {
        let requests = broken(150.0, seed, part.clone()).filter(|request| request.attempt() <= 2);
        let found = watch(requests.map(|request| {
            let mut line = line(&request);
            if request.attempt() == 2 {
                line.target = line.target.map(|_| "static".into());
            }
            line
        }));
        let name = format!("seed {seed}");
        let found = Found {
            alarms: found.alarms.into_iter().take(1).collect(),
            ..found
        };
        check(&name, &found, &Scope::Target("third".to_owned()));
    }
}

#[test]
fn what_should_be_redirected_and_is_not_raises_an_alarm() {
    for (name, part) in [("every file", 0..100), ("a fifth", 18..38)] {
        let requests = Traffic::new(&traffic(1, 600, 60)).filter(|request| request.attempt() == 1);
        let found = watch(requests.map(|request| {
            let mut line = line(&request);
            if request.time() >= super::BREAK && part.contains(&request.bucket()) {
                line.answer = Answer::Origin("config-invalid".into());
            }
            line
        }));
        let words = found.words();
        let [alarm] = &found.alarms[..] else {
            panic!("{name}: {words:#?}");
        };
        assert!((1..=30).contains(&found.after()[0]), "{name}: {words:#?}");
        assert!(
            matches!(alarm.cause, Cause::NotRedirected { .. }),
            "{name}: {words:#?}"
        );
    }
}
