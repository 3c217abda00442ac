//! The watch as a whole: lines in, events out.

mod day;
mod faults;
mod incident;
mod lines;
mod noisy;
mod not_redirected;
mod sides;

use std::time::Duration;

use clap::{Args as _, Command, FromArgMatches as _};
use signpost_traffic::{Request, Settings as TrafficSettings};

use super::alarm::Alarm;
use super::event::{Event, Summary};
use super::line::{Answer, Download, InForce, Line, Side};
use super::noise::Notice;
use super::refused::NextRefused;
use super::scope::Scope;
use super::settings::Settings;
use super::verdict::{OfSides, Verdict};
use super::watcher::Watcher;
use crate::log::Time;

/// 2023-07-20T12:17:00Z
const BREAK: u64 = 1_689_855_420_000_000;

/// The defaults of the command line.
pub(crate) fn defaults() -> Settings {
    let command = Settings::augment_args(Command::new("watch"));
    let matches = command.get_matches_from(["watch"]);
    Settings::from_arg_matches(&matches).unwrap()
}

/// Traffic of every file that is well for some seconds, and then broken, before and after `BREAK`.
pub(crate) fn traffic(seed: u64, normal: u64, broken: u64) -> TrafficSettings {
    TrafficSettings {
        start: BREAK - normal * 1_000_000,
        rate: 150.0,
        normal: Duration::from_secs(normal),
        broken: Duration::from_secs(broken),
        seed,
        farms: 20,
        share: 100,
    }
}

/// What a watch found.
#[derive(Debug)]
struct Found {
    alarms: Vec<Alarm>,
    ended: Vec<Alarm>,
    notices: Vec<Notice>,
    refused: Vec<NextRefused>,
    /// What each window with a share of `next` says of it.
    sides: Vec<OfSides>,
    /// How often a window began before the one before it.
    backwards: u32,
    summary: Summary,
}

impl Found {
    /// Seconds from the break to each alarm.
    fn after(&self) -> Vec<i64> {
        let began = self.alarms.iter().map(|alarm| alarm.began);
        began.map(seconds_after_break).collect()
    }

    /// Each alarm in words.
    fn words(&self) -> Vec<String> {
        let alarms = self.alarms.iter();
        let words = |alarm: &Alarm| format!("{} s: {alarm}", seconds_after_break(alarm.began));
        alarms.map(words).collect()
    }

    /// Build farms are loud in their places, but not for long; and in a fault everybody is.
    #[track_caller]
    fn assert_no_notice_of_a_place(&self, name: &str) {
        let mut notices = self.notices.iter();
        let of_place = notices.find(|it| it.scope != Scope::All);
        assert_eq!(of_place, None, "{name}");
    }
}

/// Watches requests. They are not written as text and read again, which would take most of the time.
fn watch<'a>(lines: impl Iterator<Item = Line<'a>>) -> Found {
    let mut watcher = Watcher::new(defaults());
    let mut events = Vec::new();
    let keep = |event: &Event| !matches!(event, Event::Window(_));
    let mut last = None;
    let mut sides = Vec::new();
    let mut backwards = 0;
    let mut take = |new: Vec<Event>| {
        for event in &new {
            if let Event::Window(window) = event {
                backwards += u32::from(last > Some(window.start));
                last = Some(window.start);
                sides.extend(Some(window.sides).filter(|it| it.verdict != Verdict::NoShare));
            }
        }
        events.extend(new.into_iter().filter(keep));
    };
    for line in lines {
        take(watcher.request(&line));
    }
    take(watcher.finish());
    let mut found = Found {
        alarms: Vec::new(),
        ended: Vec::new(),
        notices: Vec::new(),
        refused: Vec::new(),
        sides,
        backwards,
        summary: watcher.summary().clone(),
    };
    for event in events {
        match event {
            Event::AlarmBegan(alarm) => found.alarms.push(alarm),
            Event::AlarmEnded(alarm) => found.ended.push(alarm),
            Event::Notice(notice) => found.notices.push(notice),
            Event::NextRefused(refused) => found.refused.push(refused),
            _ => {}
        }
    }
    found
}

/// The line of a request. Of a hundred files, three lead to the target `spare`, five to `small`, ten to
/// `second` and twenty to `third`; each has a route of the same name. All others are of `static` and
/// `download`.
fn line(request: &Request) -> Line<'static> {
    let millis = i64::try_from(request.time() / 1_000).unwrap();
    let of = match request.bucket() {
        0..3 => Some("spare"),
        3..8 => Some("small"),
        8..18 => Some("second"),
        18..38 => Some("third"),
        38..100 => Some("static"),
        _ => None,
    };
    let route = of.map(|of| if of == "static" { "download" } else { of });
    let path = request.path();
    let next = request.next_share();
    let is_new = request.time() >= BREAK && (next == 0 || request.is_next());
    Line {
        time: Time::from_millis(millis),
        is_get: true,
        download: Some(Download {
            address: request.address().to_string().into(),
            user_agent: request.user_agent().as_bytes().to_vec().into(),
            path: path.clone().into(),
        }),
        url: path.into(),
        status: if request.is_redirected() { 302 } else { 200 },
        edge_location: Some(request.edge_location().into()),
        route: route.map(Into::into),
        target: of.map(Into::into),
        answer: if request.is_redirected() {
            Answer::Redirect
        } else if of.is_some() {
            Answer::Origin("not-in-rollout".into())
        } else if request.path().ends_with("/latest/download") {
            Answer::Origin("version-invalid".into())
        } else {
            Answer::Origin("no-route".into())
        },
        refusal: None,
        in_force: Some(InForce {
            revision: if is_new { "b" } else { "a" }.into(),
            switch: match next {
                0 => "enforce".into(),
                _ => format!("enforce, next {next}%").into(),
            },
        }),
        side: (next > 0).then_some(if request.is_next() {
            Side::Next
        } else {
            Side::Config
        }),
        left: None,
    }
}

fn seconds_after_break(time: Time) -> i64 {
    let broke = Time::from_millis(i64::try_from(BREAK / 1_000).unwrap());
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap();
    seconds(time.since(broke)) - seconds(broke.since(time))
}
