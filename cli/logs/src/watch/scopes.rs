use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::clients::Asked;
use super::figures::Figures;
use super::line::{Answer, Left, Line, Side};
use super::repeats::{Seen, Sent};
use super::scope::Scope;
use super::settings::Settings;
use super::sides::{Sides, asked_of_side};
use super::watched::Watched;
use crate::text::beginning;

/// The most edge locations, targets and routes that are judged. Any others count in all requests only.
const MOST: [usize; 3] = [512, 63, 128];

/// The longest name that is watched, in bytes.
const LONGEST: usize = 256;

/// A number of a scope.
pub(crate) type Number = usize;

/// That of all requests.
pub(crate) const ALL: Number = 0;

const EDGE_LOCATIONS: usize = 0;
const TARGETS: usize = 1;
const ROUTES: usize = 2;

/// What is watched: all requests, those of each edge location, target and route, and of both sides.
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
    /// The numbers of the sides.
    config: Option<Number>,
    pub(crate) next: Option<Number>,
    pub(crate) sides: Sides,
    /// Whether some names are not watched, because there are too many.
    pub(crate) are_too_many: bool,
}

/// The hashes of a line's client, and of its path if it has a side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) hash: u64,
    pub(crate) path: u64,
}

/// The scopes of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfLine {
    /// All, edge location, target, route and side.
    numbers: [Option<Number>; 5],
    /// What is remembered of the answer.
    pub(crate) sent: Sent,
}

impl OfLine {
    pub(crate) fn edge_location(&self) -> Option<Number> {
        let [_, edge_location, ..] = self.numbers;
        edge_location
    }
}

impl Scopes {
    pub(crate) fn new(settings: Settings) -> Self {
        let mut scopes = Self {
            settings,
            watched: Vec::new(),
            known: Default::default(),
            last: Default::default(),
            targets: Vec::new(),
            config: None,
            next: None,
            sides: Sides::default(),
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
                line.side.map(|side| self.side(side)),
            ],
            sent: Sent {
                target: place.map_or(0, |place| u8::try_from(place + 1).unwrap_or_default()),
                side: line.answered_by(),
            },
        }
    }

    fn side(&mut self, side: Side) -> Number {
        let known = match side {
            Side::Config => &mut self.config,
            Side::Next => &mut self.next,
        };
        *known.get_or_insert_with(|| {
            self.watched
                .push(Watched::new(Scope::Side(side), &self.settings));
            self.watched.len() - 1
        })
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
    /// A repeat counts against the target and side of the request before it, whose answer it is. What a
    /// raised alarm explains counts in no other scope. Sides are counted by their files, not by clients.
    pub(crate) fn add(
        &mut self,
        line: &Line<'_>,
        of: OfLine,
        client: Option<Client>,
        seen: Option<Seen>,
    ) {
        let before = match seen {
            Some(Seen::Again(sent)) => sent,
            _ => Sent::default(),
        };
        let target_before = before.target.checked_sub(1);
        let target_before =
            target_before.and_then(|place| self.targets.get(usize::from(place)).copied());
        // After its share was withdrawn, clients still repeat what `next` answered.
        let side_before = self.next.filter(|_| before.side == Some(Side::Next));
        let in_alarm = |is_raised: fn(&Watched) -> bool| {
            let of = of.numbers.iter().flatten();
            let mut of = of.chain(&target_before).chain(&side_before);
            of.any(|number| self.watched.get(*number).is_some_and(is_raised))
        };
        let in_repeats = in_alarm(|it| it.repeats.alarm.is_raised());
        // An error that clients repeat is one fault.
        let in_others = in_repeats || in_alarm(|it| it.not_redirected.alarm.is_raised());
        let figures = Figures::of(line, seen);
        let is_counted = seen != Some(Seen::OverAndOver);
        let asked = Asked {
            // What is not compared, because there are too many requests, is traffic all the same.
            firsts: u16::from(matches!(seen, Some(Seen::First | Seen::NotInSample))),
            compared: u16::from(figures.compared > 0),
            repeats: u16::from(figures.repeats > 0),
            on_routes: u16::from(is_counted && line.is_on_route()),
            not_redirected: u16::from(is_counted && figures.not_redirected > 0),
        };
        let [scopes @ .., side] = of.numbers;
        let [_, _, target, _] = scopes;
        for number in scopes.into_iter().flatten() {
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
            watched.count(client.hash, asked, in_repeats, in_others);
        }
        if let Some((client, watched)) =
            client.zip(target_before.and_then(|it| self.watched.get_mut(it)))
        {
            let asked = Asked {
                repeats: 1,
                ..Asked::default()
            };
            watched.count(client.hash, asked, in_repeats, in_others);
        }
        let (Some(side), Some(number)) = (line.side, side) else {
            return;
        };
        let asked = asked_of_side(line, seen);
        for number in of.numbers.into_iter().flatten() {
            if Some(number) != target
                && let Some(watched) = self.watched.get_mut(number)
            {
                watched.by_side.add(side, &asked);
            }
        }
        let [repeat, others] = asked.split();
        for (number, asked) in [(target_before, repeat), (target, others)] {
            if let Some(watched) = number.and_then(|it| self.watched.get_mut(it)) {
                watched.by_side.add(side, &asked);
            }
        }
        let Some(watched) = self.watched.get_mut(number) else {
            return;
        };
        watched.figures.add(&figures.of_side(&asked));
        let asked = watched.left_to_count(asked, in_repeats, in_others);
        if let Some(client) = client {
            self.sides.add(side, client.path, &asked);
        }
    }

    /// Whether nothing was counted in the open window.
    pub(crate) fn are_empty(&self) -> bool {
        let all = self.watched.get(ALL);
        all.is_none_or(|all| all.figures == Figures::default())
    }

    /// The scope of a refused proof: the side of `next` if `next` refused it, unless its route has refused others;
    /// its route; or all requests.
    pub(crate) fn of_refusal(&mut self, line: &Line<'_>) -> Option<&mut Watched> {
        let [_, _, _, route, side] = self.of(line).numbers;
        let route = route.unwrap_or(ALL);
        // If `config` refuses the same, the request is at fault, and not `next`.
        let of_route = self.watched.get(route);
        let is_raised = of_route.is_some_and(|it| it.refusals.is_raised());
        let is_of_next = line.side == Some(Side::Next) && line.left != Some(Left::Retried);
        let side = side.filter(|_| is_of_next && !is_raised);
        self.watched.get_mut(side.unwrap_or(route))
    }

    pub(crate) fn get(&self, number: usize) -> Option<&Watched> {
        self.watched.get(number)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Watched> {
        self.watched.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Watched> {
        self.watched.iter_mut()
    }
}

#[cfg(test)]
mod tests;
