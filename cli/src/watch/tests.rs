//! The watch as a whole: lines in, events out.

use std::time::Duration;

use signpost_testbed::traffic::{Request, Settings as TrafficSettings, Traffic};

use super::alarm::{Alarm, Cause};
use super::band::BandSettings;
use super::line::{Answer, Download, InForce, Line};
use super::time::Time;
use super::watcher::{Event, Settings, Watcher};

/// 2023-07-20T12:17:00Z
const BREAK: u64 = 1_689_855_420_000_000;

const DEFAULTS: Settings = Settings {
    window: Duration::from_secs(10),
    repeat_within: Duration::from_secs(60),
    band: BandSettings {
        floor: 0.4,
        first_floor: 0.5,
        ceiling: 0.65,
        deviations: 4.0,
        half_life: Duration::from_secs(600),
    },
    minimum_requests: 100,
};

fn traffic(seed: u64, rate: f64, farms: u32, break_at: u64) -> Traffic {
    Traffic::new(&TrafficSettings {
        start: break_at - 3_600_000_000,
        rate,
        normal: Duration::from_secs(3_600),
        broken: Duration::from_secs(60),
        seed,
        farms,
    })
}

fn alarms(events: Vec<Event>) -> impl Iterator<Item = Alarm> {
    events.into_iter().filter_map(|event| match event {
        Event::AlarmBegan(alarm) => Some(alarm),
        _ => None,
    })
}

/// The first alarm of some traffic. The requests are not made into text and read again, which
/// would take most of the time.
fn first_alarm(traffic: Traffic) -> Option<Alarm> {
    let mut watcher = Watcher::new(DEFAULTS);
    for request in traffic {
        let path = request.path();
        let line = line(&request, &path);
        if let Some(alarm) = alarms(watcher.request(&line)).next() {
            return Some(alarm);
        }
    }
    alarms(watcher.finish()).next()
}

fn line<'a>(request: &Request, path: &'a str) -> Line<'a> {
    let millis = i64::try_from(request.time() / 1_000).unwrap();
    Line {
        time: Time::from_millis(millis),
        download: Some(Download {
            address: request.address().to_string().into(),
            user_agent: request.user_agent().into(),
            path: path.into(),
        }),
        url: path.into(),
        answer: Answer::Redirect,
        refusal: None,
        in_force: Some(InForce {
            revision: if request.time() < BREAK { "a" } else { "b" }.into(),
            switch: "enforce".into(),
        }),
    }
}

fn check(name: &str, seed: u64, farms: u32, offset: u64) {
    let break_at = BREAK + offset;
    let alarm = first_alarm(traffic(seed, 150.0, farms, break_at));
    let alarm = alarm.unwrap_or_else(|| panic!("{name}: no alarm"));
    let broke = Time::from_millis(i64::try_from(break_at / 1_000).unwrap());
    assert!(
        matches!(alarm.cause, Cause::RepeatRatio { .. }),
        "{name}: {alarm}"
    );
    assert!(
        alarm.began > broke,
        "{name}: raised before the break: {} {alarm}",
        alarm.began
    );
    let after = alarm.began.since(broke);
    assert!(after <= Duration::from_secs(30), "{name}: {after:?}");
}

#[test]
fn the_incident_raises_an_alarm_within_30_seconds_and_the_hour_before_none() {
    let rows = [
        ("no build farms", 1, 0, 0),
        ("one build farm", 2, 1, 2_500_000),
        ("three build farms", 3, 3, 4_900_000),
        ("twenty build farms", 4, 20, 5_100_000),
        ("twenty build farms and another seed", 5, 20, 9_999_000),
        ("a hundred build farms", 6, 100, 7_500_000),
    ];
    std::thread::scope(|scope| {
        for (name, seed, farms, offset) in rows {
            scope.spawn(move || check(name, seed, farms, offset));
        }
    });
}
