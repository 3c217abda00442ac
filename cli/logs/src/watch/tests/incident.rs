//! Watches the traffic of the incident, with all that can be wrong in a log.

use std::ops::RangeInclusive;
use std::time::Duration;

use signpost_traffic::{Request, Settings as TrafficSettings, Traffic};

use super::{BREAK, Found, line, seconds_after_break, traffic};
use crate::log::Time;
use crate::watch::alarm::{Above, Cause};
use crate::watch::line::Line;
use crate::watch::scope::Scope;

/// When the times of a log jump.
const JUMP: u64 = BREAK - 300_000_000;

/// Ten minutes before the break and three after it.
fn incident(seed: u64, rate: f64, share: u8) -> Traffic {
    Traffic::new(&TrafficSettings {
        rate,
        share,
        ..traffic(seed, 600, 180)
    })
}

/// Watches traffic with changed lines.
fn watch(traffic: Traffic, mut change: impl FnMut(u64, &Request, &mut Line<'_>)) -> Found {
    super::watch((0..).zip(traffic).map(|(number, request)| {
        let mut line = line(&request);
        // All files are of one target.
        line.target = line.target.map(|_| "static".into());
        line.route = line.route.map(|_| "download".into());
        change(number, &request, &mut line);
        line
    }))
}

fn shifted(time: Time, seconds: i64) -> Time {
    let millis = seconds_after_break(time.window(Duration::from_secs(1))) + seconds;
    Time::from_millis(i64::try_from(BREAK / 1_000).unwrap() + millis * 1_000)
}

#[test]
fn clocks_that_are_wrong_neither_hide_the_incident_nor_raise_an_alarm() {
    type Shift = Box<dyn Fn(u64, &Request) -> i64 + Send>;
    type Row = (&'static str, Shift, i64, u32, RangeInclusive<u64>);
    let one = |which: u64, by: i64| -> Shift {
        Box::new(move |number, _| if number == which { by } else { 0 })
    };
    let all = |by: i64| -> Shift {
        Box::new(move |_, request| if request.time() > JUMP { by } else { 0 })
    };
    let some: Shift = Box::new(|number, _| if number % 1_000 == 999 { 120 } else { 0 });
    let one_eighth: Shift = Box::new(|_, request| {
        let is_late = request.address().octets()[1] % 8 == 3;
        if is_late { -90 } else { 0 }
    });
    // How wrong each line's time is, and that of all lines at the break; then how often windows go
    // back, and how many lines are in no window.
    let rows: [Row; 9] = [
        ("no line", all(0), 0, 0, 0..=0),
        ("one line two minutes ahead", one(20_000, 120), 0, 0, 1..=1),
        ("one line an hour ahead", one(20_000, 3_540), 0, 0, 1..=1),
        ("the first an hour ahead", one(0, 3_540), 0, 1, 0..=0),
        ("some two minutes ahead", some, 0, 0, 150..=250),
        ("one eighth late", one_eighth, 0, 0, 10_000..=50_000),
        ("all two hours ahead", all(7_200), 7_200, 0, 0..=0),
        ("all two hours back", all(-7_200), -7_200, 1, 0..=0),
        ("all two minutes back", all(-120), -120, 1, 0..=0),
    ];
    std::thread::scope(|scope| {
        for (name, shift, then, backwards, in_none) in rows {
            scope.spawn(move || {
                let found = watch(incident(1, 150.0, 100), |number, request, line| {
                    line.time = shifted(line.time, shift(number, request));
                });
                let [alarm] = found.after()[..] else {
                    panic!("{name}: {:#?}", found.words());
                };
                let after = alarm - then;
                assert!(
                    (1..=30).contains(&after),
                    "{name}: after {after} s: {found:?}"
                );
                assert_eq!(found.backwards, backwards, "{name}: {found:?}");
                let lines = found.summary.too_late + found.summary.too_early;
                assert!(in_none.contains(&lines), "{name}: {lines}");
            });
        }
    });
}

#[test]
fn a_share_that_is_broken_raises_one_alarm_whatever_the_share() {
    // The rate, the share in percent, a seed, and the most seconds until the alarm.
    let rows = [
        (300.0, 1, 1, 20),
        (300.0, 1, 2, 20),
        (300.0, 1, 3, 20),
        (300.0, 10, 1, 10),
        (300.0, 30, 1, 10),
        (300.0, 100, 1, 10),
        (150.0, 10, 2, 10),
        (150.0, 1, 1, 30),
        // In some windows, build farms send half of the requests for redirects.
        (1_000.0, 1, 7, 10),
    ];
    std::thread::scope(|scope| {
        for (rate, share, seed, within) in rows {
            scope.spawn(move || {
                let found = watch(incident(seed, rate, share), |_, _, _| {});
                let words = found.words();
                let [after] = found.after()[..] else {
                    panic!("{share} %, seed {seed}: {words:#?}");
                };
                assert!(
                    (1..=within).contains(&after),
                    "{share} %, seed {seed}: {words:#?}"
                );
                let target = Scope::Target("static".to_owned());
                assert_eq!(found.alarms[0].scope, target, "{share} %, seed {seed}");
            });
        }
    });
}

#[test]
fn at_the_rate_of_the_incident_the_alarm_comes_as_soon() {
    for (share, within) in [(100, 10), (1, 10)] {
        let settings = TrafficSettings {
            rate: 4_710.0,
            share,
            ..traffic(1, 120, 20)
        };
        let found = watch(Traffic::new(&settings), |_, _, _| {});
        let words = found.words();
        assert!(
            matches!(found.after()[..], [after] if (1..=within).contains(&after)),
            "{share} %: {words:#?}"
        );
    }
}

#[test]
fn what_no_target_has_raises_no_alarm_beside_that_of_the_target() {
    // While the requests of the only target are left out, names and versions that are invalid are not.
    for seed in 1..=3 {
        let settings = TrafficSettings {
            rate: 600.0,
            ..traffic(seed, 300, 400)
        };
        let found = watch(Traffic::new(&settings), |_, _, _| {});
        let words = found.words();
        assert_eq!(found.alarms.len(), 1, "seed {seed}: {words:#?}");
    }
}

#[test]
fn truncated_addresses_have_a_higher_ratio_that_is_learnt() {
    // So few networks that up to half of their requests repeat within a minute.
    for (networks, usual) in [(20, 0.15..0.3), (7, 0.25..0.6)] {
        let found = watch(incident(1, 300.0, 100), |_, request, line| {
            let network = u32::from(request.address()) % networks;
            line.download.as_mut().unwrap().address = format!("198.51.{network}.0").into();
            // The lines do not show that something has changed.
            line.in_force = None;
        });
        let [after] = found.after()[..] else {
            panic!("{networks} networks: {:#?}", found.words());
        };
        assert!((1..=30).contains(&after), "{networks} networks: {found:?}");
        let Cause::RepeatRatio(Above {
            usual: Some(learnt),
            ..
        }) = found.alarms[0].cause
        else {
            panic!("{networks} networks: {found:?}");
        };
        assert!(usual.contains(&learnt), "{networks} networks: {learnt}");
    }
}
