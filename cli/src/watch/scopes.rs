use std::collections::HashMap;
use std::time::Duration;

use foldhash::fast::RandomState;

use super::alarm::AlarmState;
use super::band::Band;
use super::clients::{Asked, Clients};
use super::figures::Figures;
use super::flow::{Flow, Level};
use super::gauge::{Gauge, Windows};
use super::line::{Answer, Line};
use super::repeats::{Seen, TargetNumber};
use super::scope::Scope;
use super::settings::Settings;
use crate::log::Time;
use crate::text::beginning;

/// The most edge locations, targets and routes that are judged. Any others count in all requests only.
const MOST: [usize; 3] = [512, 63, 128];

/// How much lower the ceiling of a part is than that of all requests. If one part is broken, its ratio is
/// hardly above that of all, and the part is to be named.
const PART: f64 = 0.05;

/// If a window has too few clients, windows of this time are judged together, and at most so many.
const TOGETHER: Duration = Duration::from_mins(1);
const MOST_TOGETHER: usize = 6;

/// The longest name that is watched, in bytes.
const LONGEST: usize = 256;

/// A number of a scope.
type Number = usize;

/// That of all requests.
pub(crate) const ALL: Number = 0;

const EDGE_LOCATIONS: usize = 0;
const TARGETS: usize = 1;
const ROUTES: usize = 2;

/// What is watched: all requests, and those of each edge location, target and route.
#[derive(Debug)]
pub(crate) struct Scopes {
    settings: Settings,
    watched: Vec<Watched>,
    /// The numbers of edge locations, targets and routes.
    known: [HashMap<String, Number, RandomState>; 3],
    /// The last name of each kind, which most lines have again.
    last: [(String, Number); 3],
    /// The numbers of the targets, in their order.
    targets: Vec<Number>,
    /// Whether some names are not watched, because there are too many.
    pub(crate) are_too_many: bool,
}

/// A scope, and what is known of it.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) scope: Scope,
    /// What happened in the open window.
    figures: Figures,
    clients: Clients,
    /// Downloads of the open window whose client is unknown.
    of_unknown: u32,
    pub(crate) windows: Windows,
    pub(crate) repeats: Gauge,
    pub(crate) not_redirected: Gauge,
    pub(crate) refusals: AlarmState,
    /// That of all requests and of edge locations.
    pub(crate) flow: Option<Flow>,
}

/// The scopes of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfLine {
    /// All, edge location, target and route.
    numbers: [Option<Number>; 4],
    /// What is remembered of the target.
    pub(crate) target: TargetNumber,
}

impl Scopes {
    pub(crate) fn new(settings: Settings) -> Self {
        let mut scopes = Self {
            settings,
            watched: Vec::new(),
            known: Default::default(),
            last: Default::default(),
            targets: Vec::new(),
            are_too_many: false,
        };
        scopes.watched.push(Watched::new(Scope::All, &settings));
        scopes
    }

    /// The scopes of a line. A target is only that of a redirect.
    pub(crate) fn of(&mut self, line: &Line<'_>) -> OfLine {
        let is_redirect = line.answer == Answer::Redirect;
        let target = line.target.as_deref().filter(|_| is_redirect);
        let target = self.number(TARGETS, target, Scope::Target);
        let place = self.targets.iter().position(|it| Some(*it) == target);
        OfLine {
            numbers: [
                Some(ALL),
                self.number(
                    EDGE_LOCATIONS,
                    line.edge_location.as_deref(),
                    Scope::EdgeLocation,
                ),
                target,
                self.number(ROUTES, line.route.as_deref(), Scope::Route),
            ],
            target: place.map_or(0, |place| u8::try_from(place + 1).unwrap_or_default()),
        }
    }

    fn number(
        &mut self,
        kind: usize,
        name: Option<&str>,
        scope: fn(String) -> Scope,
    ) -> Option<Number> {
        let (name, known) = (name?, self.known.get_mut(kind)?);
        let last = self.last.get_mut(kind)?;
        if last.0 == name && !name.is_empty() {
            return Some(last.1);
        }
        if let Some(number) = known.get(name) {
            name.clone_into(&mut last.0);
            last.1 = *number;
            return Some(*number);
        }
        let most = MOST.get(kind).copied().unwrap_or_default();
        if known.len() >= most || name.len() > LONGEST {
            self.are_too_many = true;
            return None;
        }
        let number = self.watched.len();
        // A log may hold anything, and this is kept and shown.
        let shown = scope(beginning(name, 64));
        self.watched.push(Watched::new(shown, &self.settings));
        known.insert(name.to_owned(), number);
        if kind == TARGETS {
            self.targets.push(number);
        }
        Some(number)
    }

    /// Counts a line of a client in its scopes.
    ///
    /// A repeat counts against the target of the request before it, whose answer it is. What a raised
    /// alarm explains counts in no other scope.
    pub(crate) fn add(
        &mut self,
        line: &Line<'_>,
        of: OfLine,
        client: Option<u64>,
        seen: Option<Seen>,
    ) {
        let blamed = match seen {
            Some(Seen::Again { target }) => target.checked_sub(1),
            _ => None,
        };
        let blamed = blamed.and_then(|place| self.targets.get(usize::from(place)).copied());
        let in_alarm = |is_raised: fn(&Watched) -> bool| {
            let mut of = of.numbers.iter().flatten().chain(&blamed);
            of.any(|number| self.watched.get(*number).is_some_and(is_raised))
        };
        let in_repeats = in_alarm(|it| it.repeats.alarm.is_raised());
        // An error that clients repeat is one fault.
        let in_others = in_repeats || in_alarm(|it| it.not_redirected.alarm.is_raised());
        let figures = Figures::of(line, seen);
        let asked = Asked {
            // What is not compared, because there are too many requests, is traffic all the same.
            firsts: u16::from(matches!(seen, Some(Seen::First | Seen::NotInSample))),
            compared: u16::from(figures.compared > 0),
            repeats: u16::from(figures.repeats > 0),
            on_routes: u16::from(line.is_on_route()),
            not_redirected: u16::from(figures.not_redirected > 0),
        };
        let [_, _, target, _] = of.numbers;
        for number in of.numbers.into_iter().flatten() {
            let Some(watched) = self.watched.get_mut(number) else {
                continue;
            };
            watched.figures.add(&figures);
            let Some(client) = client else {
                watched.of_unknown += u32::from(line.is_get);
                continue;
            };
            let mut asked = asked;
            if Some(number) == target {
                // Another target may be to blame.
                asked.repeats = 0;
            }
            watched.count(client, asked, in_repeats, in_others);
        }
        if let Some((client, watched)) = client.zip(blamed.and_then(|it| self.watched.get_mut(it)))
        {
            let asked = Asked {
                repeats: 1,
                ..Asked::default()
            };
            watched.count(client, asked, in_repeats, in_others);
        }
    }

    /// Whether nothing was counted in the open window.
    pub(crate) fn are_empty(&self) -> bool {
        let all = self.watched.get(ALL);
        all.is_none_or(|all| all.figures == Figures::default())
    }

    /// The scope of a refused proof: its route, or all requests.
    pub(crate) fn of_refusal(&mut self, line: &Line<'_>) -> Option<&mut Watched> {
        let route = self.of(line).numbers.last().copied().flatten();
        self.watched.get_mut(route.unwrap_or(ALL))
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Watched> {
        self.watched.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Watched> {
        self.watched.iter_mut()
    }
}

impl Watched {
    fn new(scope: Scope, settings: &Settings) -> Self {
        let mut band = settings.band;
        if scope != Scope::All {
            band.ceiling = (band.ceiling - PART).max(0.0);
        }
        let together = TOGETHER.as_millis() / settings.window.as_millis().max(1);
        let gauge = |share| {
            let band = Band::new(band, settings.window);
            Gauge::new(share, band, settings.minimum_clients, settings.window)
        };
        let has_flow = matches!(scope, Scope::All | Scope::EdgeLocation(_));
        Self {
            scope,
            figures: Figures::default(),
            clients: Clients::default(),
            of_unknown: 0,
            windows: Windows::new(usize::try_from(together).unwrap_or(1).min(MOST_TOGETHER)),
            refusals: AlarmState::default(),
            repeats: gauge(Asked::repeat_ratio),
            not_redirected: gauge(Asked::not_redirected_ratio),
            flow: has_flow.then(Flow::default),
        }
    }

    fn count(&mut self, client: u64, mut asked: Asked, in_repeats: bool, in_others: bool) {
        if in_repeats && !self.repeats.alarm.is_raised() {
            (asked.compared, asked.repeats) = (0, 0);
        }
        if in_others && !self.not_redirected.alarm.is_raised() {
            (asked.on_routes, asked.not_redirected) = (0, 0);
        }
        if asked != Asked::default() {
            self.clients.add(client, &asked);
        }
    }

    /// Closes the window. Returns its figures, and what its traffic says.
    pub(crate) fn close(&mut self, start: Time, length: Duration) -> (Figures, Level) {
        let clients = std::mem::take(&mut self.clients);
        let of_unknown = std::mem::take(&mut self.of_unknown);
        let flow = self.flow.as_mut();
        let level = flow.map(|flow| flow.close(start, length, &clients, of_unknown));
        self.windows.close(clients);
        let figures = std::mem::take(&mut self.figures);
        (figures, level.unwrap_or(Level::Unknown))
    }
}

#[cfg(test)]
mod tests;
