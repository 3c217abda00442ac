use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::time::Duration;

use foldhash::quality::{FixedState, RandomState};

use super::alarm::{Alarm, Cause};
use super::band::Band;
use super::changes::{Change, Changes};
use super::event::Event;
use super::figures::Figures;
use super::flow::{Flow, Level};
use super::gauge::Reading;
use super::judge::{self, Closed};
use super::line::{Download, Line, Side};
use super::noise::Noise;
use super::refused::Refused;
use super::repeats::{Repeats, Seen};
use super::scope::Scope;
use super::scopes::{ALL, Client, Scopes};
use super::settings::{BandSettings, Settings};
use super::verdict::OfSides;
use super::window::{Counts, InScope, Ratio, Window};
use crate::log::Time;
use crate::text::beginning;

/// After a gap this long, what came before says nothing of the traffic.
const JUMP: Duration = Duration::from_mins(30);

/// An edge location with fewer requests in a window is not searched for a loud client.
const LEAST_OF_PLACE: u64 = 100;

/// The usual share of repeats, if each request counts, before it is learnt.
const NOT_LOUD: f64 = 0.1;

/// Counts requests into the open window, and judges it when it closes.
#[derive(Debug)]
pub(crate) struct Monitor {
    settings: Settings,
    /// Hashes clients and files under a key that is never written.
    hasher: FixedState,
    scopes: Scopes,
    repeats: Repeats,
    noise: Noise,
    /// The usual share of repeats if each request counts, whoever sends it.
    plain_repeats: Band,
    changes: Changes,
    refused: Refused,
    last_change: Option<Change>,
    counts: Counts,
    /// The end of the last window.
    end: Option<Time>,
    alarms: u32,
}

impl Monitor {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            hasher: FixedState::with_seed(key()),
            scopes: Scopes::new(settings),
            repeats: Repeats::new(settings.repeat_within),
            noise: Noise::default(),
            plain_repeats: Band::new(of_one_client(settings.band), settings.window),
            changes: Changes::default(),
            refused: Refused::default(),
            last_change: None,
            counts: Counts::default(),
            end: None,
            alarms: 0,
            settings,
        }
    }

    /// Counts a request.
    pub(crate) fn count(&mut self, line: &Line<'_>, events: &mut Vec<Event>) {
        let of = self.scopes.of(line);
        let (mut client, mut seen) = (None, None);
        if let Some(download) = &line.download {
            let (asking, file) = self.hashes(download, line.side);
            let found = self.repeats.see(file, of.sent, line.time);
            if matches!(found, Seen::Again(_) | Seen::OverAndOver) {
                self.noise.count(asking.hash, of.edge_location(), download);
            }
            (client, seen) = (Some(asking), Some(found));
        }
        self.scopes.sides.note(line.in_force.as_ref());
        self.scopes.add(line, of, client, seen);
        self.counts.add(line);
        self.see_change(line, events);
        events.extend(self.refused.see(line).map(Event::NextRefused));
    }

    /// The hashes of a client and, for a side, of a path; and of both.
    fn hashes(&self, download: &Download<'_>, side: Option<Side>) -> (Client, u64) {
        let mut hasher = self.hasher.build_hasher();
        download.address.hash(&mut hasher);
        download.user_agent.hash(&mut hasher);
        let client = Client {
            hash: hasher.clone().finish(),
            path: side.map_or(0, |_| self.hasher.hash_one(&download.path)),
        };
        download.path.hash(&mut hasher);
        (client, hasher.finish())
    }

    /// Notes the revision and switch of a request.
    pub(crate) fn see_change(&mut self, line: &Line<'_>, events: &mut Vec<Event>) {
        let Some(in_force) = &line.in_force else {
            return;
        };
        let side = line.answered_by().unwrap_or(Side::Config);
        if let Some(change) = self.changes.see(in_force, side, line.time) {
            self.last_change = Some(change.clone());
            events.push(Event::Change(change));
        }
    }

    /// Raises an alarm for a refused proof.
    pub(crate) fn see_refusal(&mut self, line: &Line<'_>, time: Time, events: &mut Vec<Event>) {
        let Some(refusal) = &line.refusal else {
            return;
        };
        let cause = Cause::Refusal {
            refusal: beginning(refusal, 40),
            url: beginning(&line.url, 200),
        };
        let Some(watched) = self.scopes.of_refusal(line) else {
            return;
        };
        let change = self.last_change.as_ref();
        let (scope, alarms) = (&watched.scope, &mut self.alarms);
        let alarm = || new_alarm(alarms, scope, time, cause, change);
        events.extend(watched.refusals.raise(alarm).map(Event::AlarmBegan));
    }

    /// Whether nothing was counted since the last window.
    pub(crate) fn is_empty(&self) -> bool {
        self.scopes.are_empty()
    }

    /// Closes the open window, and judges it. The last window of a log may be incomplete.
    pub(crate) fn close(&mut self, start: Time, is_last: bool, events: &mut Vec<Event>) -> Window {
        let length = self.settings.window;
        let end = start.plus(length);
        if self
            .end
            .is_some_and(|last| start < last || start.since(last) > JUMP)
        {
            let flows = self.scopes.iter_mut().filter_map(|it| it.flow.as_mut());
            flows.for_each(Flow::forget);
        }
        self.end = Some(end);
        let mut figures = Vec::new();
        let mut levels = Vec::new();
        for watched in self.scopes.iter_mut() {
            let (of_scope, level) = watched.close(start, length);
            figures.push(of_scope);
            // The end of a log is not less traffic.
            levels.push(if is_last { Level::Unknown } else { level });
        }
        self.scopes.sides.close();
        let closed = Closed {
            end,
            is_changed: self.last_change.is_some(),
            is_known: self.repeats.is_known_at(start),
        };
        let mut judged = Vec::new();
        let (alarms, change) = (&mut self.alarms, self.last_change.as_ref());
        let mut new = |scope: &Scope, cause| new_alarm(alarms, scope, end, cause, change);
        let scopes = &mut self.scopes;
        let mut judge =
            |judged_ratio| judge::ratio(judged_ratio, scopes, closed, &mut new, &mut judged);
        let repeats = judge(judge::REPEATS);
        let not_redirected = judge(judge::NOT_REDIRECTED);
        let of_sides = OfSides::new(scopes, &repeats, &not_redirected);
        let readings = repeats.readings;
        judge::traffic(scopes, &levels, end, &mut new, &mut judged);
        let window = self.window(start, &figures, &readings, of_sides);
        events.push(Event::Window(window.clone()));
        judge::refusals(&mut self.scopes, &figures, end, events);
        self.look_for_noise(&figures, &readings, end, events);
        events.append(&mut judged);
        window
    }

    /// The closed window, and what happened in each scope.
    fn window(
        &mut self,
        start: Time,
        figures: &[Figures],
        readings: &[Reading],
        sides: OfSides,
    ) -> Window {
        let mut in_scopes =
            self.scopes
                .iter()
                .zip(figures)
                .zip(readings)
                .map(|((watched, figures), reading)| InScope {
                    scope: watched.scope.clone(),
                    figures: *figures,
                    repeats: Ratio {
                        repeat_ratio: reading.ratio,
                        limit: reading.limit,
                    },
                });
        let all = in_scopes.next();
        let scopes: Vec<_> = in_scopes.filter(|it| it.figures.requests > 0).collect();
        let requests = |side| {
            let mut of_side = scopes.iter().filter(|it| it.scope == Scope::Side(side));
            of_side.next().map_or(0, |it| it.figures.requests)
        };
        let mut counts = std::mem::take(&mut self.counts);
        // There is always the scope of all requests.
        let repeats = all.map_or(Ratio::default(), |all| {
            counts.figures = all.figures;
            all.repeats
        });
        Window {
            start,
            length: self.settings.window,
            counts,
            repeats,
            sides: OfSides {
                next_requests: requests(Side::Next),
                config_requests: requests(Side::Config),
                ..sides
            },
            scopes,
        }
    }

    /// Finds clients that would have raised an alarm if each request counted.
    fn look_for_noise(
        &mut self,
        figures: &[Figures],
        readings: &[Reading],
        end: Time,
        events: &mut Vec<Event>,
    ) {
        // Build farms repeat a lot every day, and are not worth a notice.
        let usual = Some(NOT_LOUD).filter(|_| self.plain_repeats.usual().is_none());
        let limit = self.plain_repeats.limit(usual, false).limit;
        // In a fault that is known, everybody is loud.
        let is_fault = self.scopes.iter().any(|it| it.repeats.alarm.is_raised());
        let in_scopes = self.scopes.iter().zip(figures).zip(readings).enumerate();
        for (number, ((watched, figures), reading)) in in_scopes {
            let is_all = number == ALL;
            let is_place = matches!(watched.scope, Scope::EdgeLocation(_));
            let is_place = is_place && !is_fault && figures.requests >= LEAST_OF_PLACE;
            let is_loud = figures.plain_repeat_ratio() > limit;
            if is_loud && !reading.is_above() && (is_all || is_place) {
                let scope = (number, &watched.scope);
                let notice = self.noise.notice(scope, figures.requests, end);
                events.extend(notice.map(Event::Notice));
            } else if is_all && !is_loud {
                self.plain_repeats.learn(figures.plain_repeat_ratio());
            }
        }
        self.noise.turn();
        self.refused.turn();
    }

    pub(crate) fn alarms(&self) -> u32 {
        self.alarms
    }

    /// Whether some edge locations, targets or routes are not judged, because there are too many.
    pub(crate) fn are_scopes_too_many(&self) -> bool {
        self.scopes.are_too_many
    }
}

/// The key of the hashes, which nobody can foresee. In a test it is the same in every run, because it decides
/// which files are compared together.
fn key() -> u64 {
    if cfg!(test) {
        20_230_720
    } else {
        RandomState::default().hash_one(0)
    }
}

/// A notice costs less than an alarm.
fn of_one_client(settings: BandSettings) -> BandSettings {
    BandSettings {
        above: settings.above / 2.0,
        deviations: settings.deviations / 2.0,
        ..settings
    }
}

fn new_alarm(
    alarms: &mut u32,
    scope: &Scope,
    began: Time,
    cause: Cause,
    change: Option<&Change>,
) -> Alarm {
    *alarms = alarms.saturating_add(1);
    Alarm {
        number: *alarms,
        scope: scope.clone(),
        began,
        cause,
        change: change.cloned(),
        ended: None,
    }
}
