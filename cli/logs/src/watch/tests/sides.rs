//! Two configurations in force, of which the new one may be broken.

use signpost::config;
use signpost::sides::Sides;
use signpost::values::{Share, Switch};
use signpost_rows::compiled;
use signpost_rows::sides::{CONFIG, NEXT as CONFIG_OF_NEXT};
use signpost_traffic::{Part, Request, Settings as TrafficSettings, Traffic};

use super::{BREAK, Found, line, seconds_after_break, traffic, watch};
use crate::log::Time;
use crate::watch::alarm::{Alarm, Cause};
use crate::watch::line::{InForce, Left, Line, Side};
use crate::watch::scope::Scope;
use crate::watch::verdict::{OfSides, Verdict};

pub(super) const NEXT: Scope = Scope::Side(Side::Next);

/// Traffic before and after `next` gets a share.
pub(super) fn release(
    rate: f64,
    seed: u64,
    [normal, broken]: [u64; 2],
    share: u8,
    part: Part,
) -> Traffic {
    let settings = TrafficSettings {
        rate,
        ..traffic(seed, normal, broken)
    };
    Traffic::new(&settings).breaking(part).releasing(share)
}

/// The line of a request, if `next` has had its share from the beginning.
fn of_old_share(request: &Request, share: u8) -> Line<'static> {
    let is_next = request.place() < share;
    let side = if is_next { Side::Next } else { Side::Config };
    let line = line(request);
    Line {
        side: Some(side),
        in_force: Some(InForce {
            revision: if is_next { "b" } else { "a" }.into(),
            switch: format!("enforce, next {share}%").into(),
        }),
        ..line
    }
}

/// The line of a request, if all files are of one target.
fn of_one_target(request: &Request) -> Line<'static> {
    let line = line(request);
    Line {
        target: line.target.as_ref().map(|_| "static".into()),
        route: line.route.as_ref().map(|_| "download".into()),
        ..line
    }
}

/// One alarm in so many seconds, for this scope.
#[track_caller]
pub(super) fn check(name: &str, found: &Found, within: i64, expected: &Scope) -> Alarm {
    let words = found.words();
    let [alarm] = &found.alarms[..] else {
        panic!("{name}: {words:#?}");
    };
    let after = found.after()[0];
    assert!((1..=within).contains(&after), "{name}: {words:#?}");
    assert_eq!(alarm.scope, *expected, "{name}: {words:#?}");
    alarm.clone()
}

#[test]
fn the_place_of_a_path_is_that_of_the_edge() {
    let [config, next] =
        [CONFIG, CONFIG_OF_NEXT].map(|text| config::from_json(&compiled(text)).unwrap());
    let sides = Sides::new(&config, Some(&next));
    for request in Traffic::new(&traffic(1, 20, 0)) {
        let path = request.path();
        let place = request.place();
        let asked = signpost::request::Request::new("GET", "crates.io", &path);
        for share in [place, place + 1] {
            let switch = Switch::ENFORCE.with_next(Share::percent(share).unwrap());
            let is_next = sides.next_for(&asked, switch).is_some();
            assert_eq!(is_next, share > place, "{path}");
        }
    }
}

#[test]
fn a_broken_next_is_named() {
    // The requests a second, the share, seconds before and after, and the most until the alarm.
    let rows = [
        (4_710.0, 1, [15, 30], 30),
        (4_710.0, 5, [15, 15], 20),
        (4_710.0, 10, [15, 15], 20),
        (1_000.0, 1, [20, 60], 60),
        (300.0, 5, [20, 60], 60),
        (100.0, 10, [20, 90], 90),
        (100.0, 50, [20, 60], 60),
    ];
    std::thread::scope(|scope| {
        for (rate, share, seconds, within) in rows {
            scope.spawn(move || {
                for seed in 1..=3 {
                    let requests = release(rate, seed, seconds, share, Part::Next);
                    let found = watch(requests.map(|request| line(&request)));
                    let name = format!("next {share} % of {rate}/s, seed {seed}");
                    let alarm = check(&name, &found, within, &NEXT);
                    let is_repeats = matches!(alarm.cause, Cause::RepeatRatio(_));
                    assert!(is_repeats, "{name}: {alarm}");
                    let change = alarm.change.unwrap();
                    let switch = format!("enforce, next {share}%");
                    assert_eq!(change.to.switch, switch, "{name}");
                    let is_broken = |it: &OfSides| it.verdict == Verdict::Broken;
                    assert!(found.sides.iter().any(is_broken), "{name}");
                    let is_good = |it: &OfSides| it.verdict == Verdict::Good;
                    assert!(
                        !found.sides.iter().any(is_good),
                        "{name}: {:#?}",
                        found.sides
                    );
                }
            });
        }
    });
}

#[test]
fn good_releases_raise_no_alarm_and_are_called_good() {
    std::thread::scope(|scope| {
        for (rate, seconds) in [(4_710.0, [15, 30]), (1_000.0, [60, 60])] {
            for share in [1, 10, 50, 100] {
                scope.spawn(move || {
                    for seed in 1..=2 {
                        let requests = release(rate, seed, seconds, share, Part::Nothing);
                        let found = watch(requests.map(|request| line(&request)));
                        let name = format!("next {share} % of {rate}/s, seed {seed}");
                        assert_eq!(found.words(), [""; 0], "{name}");
                        let good = |it: &&OfSides| it.verdict == Verdict::Good;
                        let good = found.sides.iter().filter(good).count();
                        assert!(good > 0, "{name}: {:#?}", found.sides);
                        assert_eq!(found.summary.next_good, good as u64, "{name}");
                    }
                });
            }
        }
    });
}

/// Faults of a place and of a target, which both sides have, and what is named.
fn faults_of_both() -> [(&'static str, Part, Scope); 2] {
    let [fra, third] = ["FRA", "third"].map(str::to_owned);
    [
        (
            "FRA",
            Part::EdgeLocation(fra.clone()),
            Scope::EdgeLocation(fra),
        ),
        ("a target", Part::Files(18..38), Scope::Target(third)),
    ]
}

#[test]
fn a_fault_long_after_the_share_has_begun_is_blamed_on_what_it_is_in() {
    let [fra, target] = faults_of_both();
    let rows = [("next", Part::Next, NEXT), fra, target];
    std::thread::scope(|scope| {
        for share in [1, 10, 50] {
            for (name, part, expected) in rows.clone() {
                scope.spawn(move || {
                    let requests = release(1_000.0, 1, [90, 60], share, part);
                    let found = watch(requests.map(|request| of_old_share(&request, share)));
                    check(&format!("{name}, next {share} %"), &found, 60, &expected);
                });
            }
        }
    });
}

#[test]
fn with_retry_config_answers_the_second_attempt_and_next_is_named() {
    let requests = release(300.0, 1, [200, 60], 10, Part::Next);
    let requests = requests.filter(|request| request.attempt() <= 2);
    let found = watch(requests.map(|request| {
        let mut line = line(&request);
        if request.attempt() == 2 && request.is_next() {
            line.left = Some(Left::Retried);
            line.target = Some("static".into());
        }
        line
    }));
    check("with retry", &found, 60, &NEXT);
    let figures = found.summary.counts.figures;
    assert!(figures.next_retried > 500, "{figures:?}");
}

/// A fifth of the files of `next`.
#[test]
fn next_is_named_if_a_part_of_it_is_broken() {
    std::thread::scope(|scope| {
        for (rate, share) in [(1_000.0, 10), (1_000.0, 50), (4_710.0, 10)] {
            scope.spawn(move || {
                for seed in 1..=2 {
                    let requests = release(rate, seed, [20, 60], share, Part::Next);
                    let is_there = |it: &Request| it.attempt() == 1 || it.place() < share / 5;
                    let requests = requests.filter(is_there);
                    let found = watch(requests.map(|request| line(&request)));
                    let name = format!("a fifth of next {share} % of {rate}/s, seed {seed}");
                    check(&name, &found, 60, &NEXT);
                }
            });
        }
    });
}

#[test]
fn next_is_named_if_its_new_target_is_broken() {
    std::thread::scope(|scope| {
        for share in [1, 10, 50] {
            scope.spawn(move || {
                let requests = release(1_000.0, 1, [60, 60], share, Part::Next);
                let found = watch(requests.map(|request| {
                    let mut line = line(&request);
                    if request.is_next() {
                        (line.target, line.route) = (Some("new".into()), Some("new".into()));
                    }
                    line
                }));
                check(&format!("next {share} %"), &found, 60, &NEXT);
            });
        }
    });
}

#[test]
fn what_is_broken_on_both_sides_is_no_fault_of_next() {
    let [fra, target] = faults_of_both();
    let rows = [
        ("all", Part::All, Scope::Target("static".to_owned())),
        fra,
        target,
    ];
    std::thread::scope(|scope| {
        for share in [1, 10, 50] {
            for (name, part, expected) in rows.clone() {
                scope.spawn(move || {
                    let requests = release(300.0, 1, [200, 60], share, part);
                    let found = watch(requests.map(|request| match name {
                        "all" => of_one_target(&request),
                        _ => line(&request),
                    }));
                    check(&format!("{name}, next {share} %"), &found, 30, &expected);
                });
            }
        }
    });
}

/// `next` sends all its files to a target that has a fifth of those of `config`.
#[test]
fn a_target_of_both_sides_is_named_even_if_next_uses_it_more() {
    let requests = release(1_000.0, 1, [200, 60], 10, Part::All);
    let is_hit = |it: &Request| it.is_next() || (18..38).contains(&it.bucket());
    let requests = requests.filter(|it| it.attempt() == 1 || is_hit(it));
    let found = watch(requests.map(|request| {
        let mut line = line(&request);
        if request.is_next() {
            (line.target, line.route) = (Some("third".into()), Some("new".into()));
        }
        line
    }));
    check("a target", &found, 30, &Scope::Target("third".to_owned()));
}

#[test]
fn a_share_that_is_withdrawn_ends_the_alarm_and_raises_no_other() {
    let requests = release(300.0, 1, [200, 180], 50, Part::Next);
    let requests = requests.filter(|request| {
        let seconds = seconds_after_break(line(request).time);
        // Attempts after one that was on the side of `next`.
        seconds < [180, 60, 63, 66][usize::from(request.attempt()) - 1]
    });
    let found = watch(requests.map(|request| {
        let mut line = line(&request);
        if seconds_after_break(line.time) >= 60 {
            line.side = None;
            line.in_force = Some(InForce {
                revision: "a".into(),
                switch: "enforce".into(),
            });
        }
        line
    }));
    let alarm = check("withdrawn", &found, 30, &NEXT);
    let ended = found.ended.first().and_then(|alarm| alarm.ended);
    let ended = ended.map(seconds_after_break);
    assert!(ended.is_some_and(|at| at <= 120), "{alarm}: {ended:?}");
}

#[test]
fn at_a_share_of_everything_next_is_judged_like_any_configuration() {
    for (part, is_alarm) in [(Part::Next, true), (Part::Nothing, false)] {
        let requests = release(300.0, 1, [200, 60], 100, part);
        let found = watch(requests.map(|request| of_one_target(&request)));
        let sides = &found.sides;
        let has = |verdict| sides.iter().any(|it| it.verdict == verdict);
        assert_eq!(
            (has(Verdict::Broken), has(Verdict::Good)),
            (is_alarm, !is_alarm),
            "{sides:#?}"
        );
        if is_alarm {
            let alarm = check("100 %", &found, 20, &Scope::Target("static".to_owned()));
            assert_eq!(alarm.change.unwrap().to.switch, "enforce, next 100%");
        } else {
            assert_eq!(found.words(), [""; 0]);
        }
    }
}

#[test]
fn one_client_raises_no_alarm() {
    for (name, is_any) in [("a file of next", false), ("files of both", true)] {
        let requests = release(300.0, 1, [200, 60], 5, Part::Nothing);
        let mut lines: Vec<_> = requests.map(|request| line(&request)).collect();
        let of_next = |line: &&Line<'_>| line.side == Some(Side::Next);
        let of_both = lines.iter().filter(|line| line.side.is_some()).take(2_000);
        let models: Vec<_> = if is_any {
            of_both.cloned().collect()
        } else {
            lines.iter().find(of_next).cloned().into_iter().collect()
        };
        for (number, model) in (0..60 * 100).zip(models.iter().cycle()) {
            let mut line = model.clone();
            line.time = Time::from_millis(i64::try_from(BREAK / 1_000).unwrap() + number * 10);
            let download = line.download.as_mut().unwrap();
            download.address = "203.0.113.9".into();
            download.user_agent = b"loop/1".into();
            lines.push(line);
        }
        lines.sort_by_key(|line| line.time);
        let found = watch(lines.into_iter());
        assert_eq!(found.words(), [""; 0], "{name}");
    }
}
