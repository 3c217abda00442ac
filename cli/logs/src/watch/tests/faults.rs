//! A part of the traffic is wholly broken.

use signpost_traffic::{Part, Settings as TrafficSettings, Traffic};

use super::{BREAK, Found, line, traffic, watch};
use crate::log::Time;
use crate::watch::alarm::Cause;
use crate::watch::line::{Answer, Line};
use crate::watch::scope::Scope;

/// Ten minutes before the break and five after it.
fn broken(rate: f64, seed: u64, part: Part) -> Traffic {
    let settings = TrafficSettings {
        rate,
        ..traffic(seed, 600, 300)
    };
    Traffic::new(&settings).breaking(part)
}

/// The first alarm comes within a minute of the break, names the scope and does not end; no other follows.
#[track_caller]
fn check(name: &str, found: &Found, expected: &Scope) {
    let words = found.words();
    let [alarm] = &found.alarms[..] else {
        panic!("{name}: {words:#?}");
    };
    let after = found.after()[0];
    assert!((1..=60).contains(&after), "{name}: {words:#?}");
    assert!(found.ended.is_empty(), "{name}: {:#?}", found.ended);
    found.assert_no_notice_of_a_place(name);
    assert_eq!(alarm.scope, *expected, "{name}: {words:#?}");
    assert!(
        matches!(alarm.cause, Cause::RepeatRatio(_)),
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
    let rows = [
        ("3 %", "spare", 0..3),
        ("5 %", "small", 3..8),
        ("10 %", "second", 8..18),
        ("20 %", "third", 18..38),
    ];
    std::thread::scope(|scope| {
        for (share, route, files) in rows {
            for seed in 1..=3 {
                let files = files.clone();
                scope.spawn(move || {
                    let found = watch(broken(100.0, seed, Part::Files(files)).map(|request| {
                        let mut line = line(&request);
                        line.target = line.target.map(|_| "static".into());
                        line
                    }));
                    let name = format!("{share}, seed {seed}");
                    check(&name, &found, &Scope::Route(route.to_owned()));
                });
            }
        }
    });
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
            if request.time() >= BREAK && part.contains(&request.bucket()) {
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
            matches!(alarm.cause, Cause::NotRedirected(_)),
            "{name}: {words:#?}"
        );
    }
}

#[test]
fn a_small_place_has_one_alarm_as_long_as_it_is_broken() {
    for seed in 1..=3 {
        let settings = TrafficSettings {
            rate: 250.0,
            ..traffic(seed, 600, 900)
        };
        let part = Part::EdgeLocation("JNB".to_owned());
        let requests = Traffic::new(&settings).breaking(part);
        let found = watch(requests.map(|request| line(&request)));
        assert_eq!(found.alarms.len(), 1, "seed {seed}: {:#?}", found.words());
        assert!(found.ended.is_empty(), "seed {seed}: {:#?}", found.ended);
    }
}

#[test]
fn what_was_broken_for_long_is_not_learnt() {
    // Broken for half an hour, repaired for ten minutes, and broken again.
    let first = TrafficSettings {
        rate: 250.0,
        ..traffic(1, 600, 1_800)
    };
    let second = TrafficSettings {
        start: BREAK + 1_800_000_000,
        normal: std::time::Duration::from_mins(10),
        broken: std::time::Duration::from_mins(2),
        ..first.clone()
    };
    let part = Part::EdgeLocation("FRA".to_owned());
    let requests = [first, second].map(|settings| Traffic::new(&settings).breaking(part.clone()));
    let found = watch(requests.into_iter().flatten().map(|request| line(&request)));
    let words = found.words();
    let [alarm, again] = &found.alarms[..] else {
        panic!("{words:#?}");
    };
    assert_eq!(
        (found.ended.len(), &alarm.scope),
        (1, &again.scope),
        "{words:#?}"
    );
    let (Cause::RepeatRatio(first), Cause::RepeatRatio(second)) = (&alarm.cause, &again.cause)
    else {
        panic!("{words:#?}");
    };
    let (first, second) = (first.usual.unwrap(), second.usual.unwrap());
    assert!((first - second).abs() < 0.01, "{words:#?}");
    let after = found.after()[1] - 2_400;
    assert!((1..=60).contains(&after), "{words:#?}");
}

/// Ten minutes of two places with sixty clients each. In a window each client asks for ten files, and
/// for a share of them again.
fn two_places(shares: impl Fn(&str, u32) -> u32) -> Vec<Line<'static>> {
    let model = line(&Traffic::new(&traffic(1, 60, 0)).next().unwrap());
    let mut lines = Vec::new();
    for window in 0..60_u32 {
        for (place, of) in [("FRA", 1), ("IAD", 2)] {
            for client in 0..60_u32 {
                // In percent; clients differ so that the average is right.
                let repeats = (shares(place, window) * 10 + client % 10 * 10) / 100;
                for request in 0..10 + repeats {
                    let mut line = model.clone();
                    let millis = window * 10_000 + request * 400 + client;
                    let start = i64::try_from(BREAK / 1_000).unwrap();
                    line.time = Time::from_millis(start + i64::from(millis));
                    line.edge_location = Some(place.into());
                    let download = line.download.as_mut().unwrap();
                    download.address = format!("10.0.{of}.{client}").into();
                    download.path = format!("/{window}/{}", request % 10).into();
                    lines.push(line);
                }
            }
        }
    }
    lines.sort_by_key(|line| line.time);
    lines
}

#[test]
fn a_place_with_few_repeats_is_named_beside_one_with_many() {
    let lines = two_places(|place, window| match (place, window) {
        ("FRA", 0..40) => 2,
        _ => 25,
    });
    let found = watch(lines.into_iter());
    let words = found.words();
    let [alarm] = &found.alarms[..] else {
        panic!("{words:#?}");
    };
    assert_eq!(
        alarm.scope,
        Scope::EdgeLocation("FRA".to_owned()),
        "{words:#?}"
    );
    let after = found.after()[0];
    assert!((400..=430).contains(&after), "{words:#?}");
}

/// The log of a CDN has no decisions: the status tells.
#[test]
fn errors_of_a_cdn_raise_one_alarm_whether_clients_repeat_them_or_not() {
    for (status, attempts, repeats) in [(503, 4, true), (403, 1, false)] {
        let requests = broken(300.0, 1, Part::EdgeLocation("FRA".to_owned()));
        let requests = requests.filter(|request| request.attempt() <= attempts);
        let found = watch(requests.map(|request| {
            let mut line = line(&request);
            let is_broken = request.time() >= BREAK && request.edge_location() == "FRA";
            line.status = if is_broken { status } else { 200 };
            line.answer = Answer::Other;
            (line.route, line.target, line.in_force) = (None, None, None);
            line
        }));
        let words = found.words();
        let [alarm] = &found.alarms[..] else {
            panic!("{status}: {words:#?}");
        };
        let fra = Scope::EdgeLocation("FRA".to_owned());
        assert_eq!(alarm.scope, fra, "{status}: {words:#?}");
        assert!((1..=30).contains(&found.after()[0]), "{status}: {words:#?}");
        let is_repeats = matches!(alarm.cause, Cause::RepeatRatio(_));
        assert_eq!(is_repeats, repeats, "{status}: {words:#?}");
    }
}
