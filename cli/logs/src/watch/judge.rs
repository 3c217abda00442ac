//! Judges a window: which scope is broken, and which of those that look so explains the others.

use super::alarm::{Above, Alarm, Cause};
use super::blame::{self, EXPLAINED, TOGETHER};
use super::clients::{Asked, Clients};
use super::event::Event;
use super::figures::Figures;
use super::flow::Level;
use super::gauge::{Gauge, Reading};
use super::scope::Scope;
use super::scopes::{ALL, Scopes};
use super::sides::{Compared, Of};
use super::verdict::Judgement;
use super::watched::Watched;
use crate::log::Time;

/// Of two kinds whose ratios are this close, the one that says more is named.
const CLOSE: f64 = 0.05;

/// A window that was closed in every scope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    pub(crate) end: Time,
    /// Whether the revision or switch has changed since the log began.
    pub(crate) is_changed: bool,
    /// Whether a whole minute before is known. Otherwise there are fewer repeats than it seems.
    pub(crate) is_known: bool,
}

/// A ratio that is judged in every scope.
#[derive(Clone, Copy)]
pub(crate) struct Judged {
    share: fn(&Asked) -> Option<f64>,
    of: fn(&Watched) -> &Gauge,
    gauge: fn(&mut Watched) -> &mut Gauge,
    cause: fn(Above) -> Cause,
    of_sides: Of,
}

pub(crate) const REPEATS: Judged = Judged {
    share: Asked::repeat_ratio,
    of: |watched| &watched.repeats,
    gauge: |watched| &mut watched.repeats,
    cause: Cause::RepeatRatio,
    of_sides: Of::Repeats,
};

pub(crate) const NOT_REDIRECTED: Judged = Judged {
    share: Asked::not_redirected_ratio,
    of: |watched| &watched.not_redirected,
    gauge: |watched| &mut watched.not_redirected,
    cause: Cause::NotRedirected,
    of_sides: Of::NotRedirected,
};

/// Judges a ratio in every scope, and compares the sides.
///
/// What an alarm explains is not judged again: in the windows after it, other scopes count only what
/// is outside its scope. So one fault is one alarm, and two faults are two.
pub(crate) fn ratio(
    judged: Judged,
    scopes: &mut Scopes,
    closed: Closed,
    new: &mut impl FnMut(&Scope, Cause) -> Alarm,
    events: &mut Vec<Event>,
) -> Judgement {
    let all = scopes.iter().next();
    let elsewhere = all.and_then(|all| (judged.of)(all).usual());
    let compared = scopes.sides.compare(judged.of_sides);
    let read = |watched: &Watched| match watched.scope {
        Scope::Side(side) => Reading::of_side(side, compared.as_ref()),
        _ => (judged.of)(watched).read(&watched.windows, elsewhere, closed.is_changed),
    };
    let readings: Vec<_> = scopes.iter().map(read).collect();
    let are_compared = scopes.sides.are_compared();
    for (watched, reading) in scopes.iter_mut().zip(&readings) {
        // Without a share, or with a share of everything, there is no side to blame.
        let is_over = matches!(watched.scope, Scope::Side(_)) && !are_compared;
        let alarm = &mut (judged.gauge)(watched).alarm;
        if alarm.is_raised() {
            let ended = match reading {
                _ if is_over => alarm.calm(closed.end),
                Reading { ratio: None, .. } => alarm.idle(closed.end),
                // Even if it could be chance: nothing says that it is over.
                _ if reading.is_high() => {
                    alarm.not_calm();
                    None
                }
                _ => alarm.calm(closed.end),
            };
            events.extend(ended.map(Event::AlarmEnded));
        }
    }
    let broken = blamed(judged, scopes, &readings, compared.as_ref());
    let is_calm = broken.is_empty();
    if !is_calm {
        scopes.sides.forget();
    }
    for (number, (watched, reading)) in scopes.iter_mut().zip(&readings).enumerate() {
        let scope = watched.scope.clone();
        if !is_calm {
            watched.windows.forget();
            watched.by_side.forget();
        }
        let gauge = (judged.gauge)(watched);
        if let Some((_, above)) = broken.iter().find(|(broken, _)| *broken == number) {
            let alarm = gauge.alarm.raise(|| new(&scope, (judged.cause)(*above)));
            events.extend(alarm.map(Event::AlarmBegan));
        } else if is_calm && closed.is_known && !gauge.alarm.is_raised() {
            // What is broken is never learnt, nor a window that shows something broken.
            gauge.learn(reading);
        }
    }
    Judgement { readings, compared }
}

/// The scopes to raise an alarm for, and why.
fn blamed(
    judged: Judged,
    scopes: &Scopes,
    readings: &[Reading],
    compared: Option<&Compared>,
) -> Vec<(usize, Above)> {
    let broken = broken(judged, scopes, readings);
    let next = scopes.next.and_then(|number| scopes.get(number));
    let is_raised = next.is_some_and(|next| (judged.of)(next).alarm.is_raised());
    let next = blame::next(judged.of_sides, scopes, readings, compared, &broken);
    if let Some(next) = next.filter(|_| !is_raised) {
        return vec![next];
    }
    let above = |number: usize| Some((number, readings.get(number)?.above()?));
    broken.into_iter().filter_map(above).collect()
}

/// The scopes that look broken: none, all requests, or those of one kind.
fn broken(judged: Judged, scopes: &Scopes, readings: &[Reading]) -> Vec<usize> {
    let mut kinds: Vec<Kind> = Vec::new();
    let mut is_all_broken = false;
    for (number, (watched, reading)) in scopes.iter().zip(readings).enumerate() {
        if !reading.is_above() || (judged.of)(watched).alarm.is_raised() {
            continue;
        }
        if number == ALL {
            is_all_broken = true;
            continue;
        }
        let rank = rank(&watched.scope);
        let place = kinds.iter().position(|kind| kind.rank == rank);
        let place = place.unwrap_or_else(|| {
            kinds.push(Kind::new(rank));
            kinds.len() - 1
        });
        if let (Some(kind), Some(ratio)) = (kinds.get_mut(place), reading.ratio)
            && let Some((clients, windows)) = &reading.above
        {
            kind.broken.push((number, ratio));
            kind.clients.merge(clients);
            kind.windows = kind.windows.max(*windows);
        }
    }
    for kind in &mut kinds {
        kind.ratio = kind.clients.mean(judged.share).ratio;
    }
    // The kind with the highest ratio explains best; of those that are close, the first by rank.
    let highest = kinds.iter().map(|kind| kind.ratio).fold(0.0, f64::max);
    kinds.sort_by(|one, other| {
        let is_far = |kind: &Kind| kind.ratio < highest - CLOSE;
        let ratios = other.ratio.total_cmp(&one.ratio);
        let far = is_far(one).cmp(&is_far(other));
        far.then(if is_far(one) {
            ratios
        } else {
            one.rank.cmp(&other.rank)
        })
    });
    let (Some(all), Some(reading)) = (scopes.iter().next(), readings.first()) else {
        return Vec::new();
    };
    let minimum = (judged.of)(all).minimum();
    let limit = reading.limit;
    let explains = |kind: &&Kind| {
        let latest = all.windows.latest(kind.windows);
        let rest = latest.without(&kind.clients).mean(judged.share);
        let is_usual = limit.usual.is_some() && rest.ratio <= limit.limit;
        rest.clients >= minimum && (is_usual || rest.ratio <= kind.ratio * EXPLAINED)
    };
    if let Some(kind) = kinds.iter().find(explains) {
        return kind.together();
    }
    // All else is broken as well, or too little else is left to tell.
    let of_all = reading.ratio.unwrap_or_default();
    match kinds.first() {
        _ if is_all_broken => vec![ALL],
        // Before anything is learnt, parts are above their limits by accident.
        Some(kind) if limit.usual.is_none() && of_all >= kind.ratio * TOGETHER => vec![ALL],
        Some(kind) => kind.together(),
        None => Vec::new(),
    }
}

/// The broken scopes of one kind.
struct Kind {
    rank: u8,
    /// Their numbers and ratios.
    broken: Vec<(usize, f64)>,
    /// The clients that they were judged by, and of how many windows.
    clients: Clients,
    windows: usize,
    /// That of all of them.
    ratio: f64,
}

/// Of two kinds that explain equally well, the lower rank is named.
fn rank(scope: &Scope) -> u8 {
    match scope {
        Scope::All | Scope::Side(_) => 0,
        Scope::Target(_) => 1,
        Scope::Route(_) => 2,
        Scope::EdgeLocation(_) => 3,
    }
}

impl Kind {
    fn new(rank: u8) -> Self {
        Self {
            rank,
            broken: Vec::new(),
            clients: Clients::default(),
            windows: 0,
            ratio: 0.0,
        }
    }

    /// Those that are about as broken as the worst.
    fn together(&self) -> Vec<usize> {
        let ratios = self.broken.iter().map(|(_, ratio)| *ratio);
        let highest = ratios.fold(0.0, f64::max);
        let broken = self.broken.iter();
        broken
            .filter(|(_, ratio)| *ratio >= highest * TOGETHER)
            .map(|(number, _)| *number)
            .collect()
    }
}

/// Ends the alarms for refused proofs where there are none any more.
pub(crate) fn refusals(
    scopes: &mut Scopes,
    figures: &[Figures],
    end: Time,
    events: &mut Vec<Event>,
) {
    for (watched, figures) in scopes.iter_mut().zip(figures) {
        if figures.refusals > 0 {
            watched.refusals.not_calm();
        } else {
            events.extend(watched.refusals.calm(end).map(Event::AlarmEnded));
        }
    }
}

/// Judges the traffic of all requests and of each edge location.
pub(crate) fn traffic(
    scopes: &mut Scopes,
    levels: &[Level],
    end: Time,
    new: &mut impl FnMut(&Scope, Cause) -> Alarm,
    events: &mut Vec<Event>,
) {
    let mut is_all_fallen = false;
    for (number, (watched, level)) in scopes.iter_mut().zip(levels).enumerate() {
        let Some(flow) = &mut watched.flow else {
            continue;
        };
        let alarm = &mut flow.alarm;
        let scope = &watched.scope;
        match level {
            Level::Unknown if alarm.is_raised() => {
                events.extend(alarm.idle(end).map(Event::AlarmEnded));
            }
            Level::Unknown => {}
            Level::Usual => events.extend(alarm.calm(end).map(Event::AlarmEnded)),
            Level::Fallen(traffic) => {
                is_all_fallen |= number == ALL;
                // It fell in each place, then.
                if number != ALL && is_all_fallen && !alarm.is_raised() {
                    continue;
                }
                let cause = Cause::TrafficFell {
                    rate: traffic.rate,
                    expected: traffic.expected,
                };
                events.extend(alarm.raise(|| new(scope, cause)).map(Event::AlarmBegan));
            }
        }
    }
}
