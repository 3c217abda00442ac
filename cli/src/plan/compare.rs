//! Compares the answers of two configurations to one request.

use std::str::Split;

use signpost::Answer;
use signpost::config::{Config, Route, RouteName, Target, WeightedTarget};
use signpost::decision::{Because, Decision, Reason};
use signpost::location::Refusal;
use signpost::reply::{BY_NEXT, DECISION_HEADER, Reply};
use signpost::route::NoMatch;
use signpost::sides;
use signpost::values::Share;
use signpost_logs::log::Asked;

use super::kept::Kept;
use super::loops::{Hop, Loops};
use super::on_next::OnNext;
use super::outline::Outlines;
use super::parts::{Kind, Sample, Shape, Spot};
use super::side::{Side, request};
use crate::differences::Difference;
use crate::unhealthy::{ALL_HEALTHY, Unhealthy};

#[derive(Debug)]
pub(super) struct Configurations<'c> {
    old: Side<'c>,
    new: Side<'c>,
    outlines: Outlines<'c>,
    loops: Loops<'c>,
}

/// What requests with the same two answers have in common. There are at most as many as pairs of
/// routes, reasons and forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Compared<'c> {
    /// How the answer changes, if it does.
    pub(super) kind: Option<Kind>,
    /// Whether no route of the configuration that answers takes the path.
    pub(super) is_unrouted: bool,
    /// Whether clients go round: those that kept an old redirect, or all.
    pub(super) is_looping: bool,
    /// What `next` makes of it, on its side.
    pub(super) on_next: Option<OnNext<&'static str>>,
    old: Answered<'c>,
    new: Answered<'c>,
}

/// An answer without the parts that differ between requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answered<'c> {
    Redirect {
        route: &'c str,
        target: &'c str,
        status: u16,
    },
    Origin {
        route: Option<&'c str>,
        reason: &'static str,
        refusal: Option<&'static str>,
    },
}

impl Compared<'_> {
    /// Whether the plan shows such requests.
    pub(super) fn is_shown(&self) -> bool {
        self.kind.is_some() || matches!(self.on_next, Some(OnNext::Refuses { .. }))
    }
}

impl<'c> Configurations<'c> {
    /// The configurations, with these targets of the new one unhealthy.
    pub(super) fn new(old: Option<&'c Config>, new: &'c Config, unhealthy: &'c Unhealthy) -> Self {
        let old = Side::new(old, &ALL_HEALTHY);
        Self::between(old, Side::new(Some(new), unhealthy), Outlines::new(new))
    }

    /// The old configuration alone, and with the new one in `next` for a share of the files.
    ///
    /// A path alone is asked at one host, because a single request is on one side: the first of the old one.
    pub(super) fn with_next(old: &'c Config, new: &'c Config, share: Share) -> Self {
        let side = Side::new(Some(old), &ALL_HEALTHY).or_at_host_of(new);
        Self::between(side, side.with_next(new, share), Outlines::new(new))
    }

    fn between(old: Side<'c>, new: Side<'c>, outlines: Outlines<'c>) -> Self {
        Self {
            old,
            new,
            outlines,
            loops: Loops::new(old, new),
        }
    }

    /// Both answers to a request, and how they differ.
    pub(super) fn compare(&self, asked: &Asked<'_>) -> Compared<'c> {
        let mut compared = self.answers(asked, |old, new| Compared {
            kind: kind_of(old, new),
            is_unrouted: is_unrouted(new),
            is_looping: false,
            on_next: OnNext::of(new),
            old: answered(old),
            new: answered(new),
        });
        // A request that is answered as before leads into no new loop.
        compared.is_looping = compared.kind.is_some() && self.find_loop(asked).is_some();
        compared
    }

    /// The loop that a client may come to with this request.
    pub(super) fn find_loop(&self, asked: &Asked<'_>) -> Option<Vec<Hop>> {
        self.loops.find(asked)
    }

    /// How caches keep the old redirect, if it leads elsewhere than the new answer.
    pub(super) fn kept(&self, asked: &Asked<'_>) -> Option<Kept> {
        self.answers(asked, |old, new| match kind_of(old, new) {
            Some(Kind::RedirectElsewhere | Kind::RedirectToOrigin) => {
                old.reply().as_ref().and_then(Kept::of)
            }
            _ => None,
        })
    }

    /// The path as the routes of the new configuration see it: what they know of it, and its rest.
    pub(super) fn outline<'a>(
        &self,
        asked: &Asked<'_>,
        target: &'a str,
    ) -> (String, Split<'a, char>) {
        let host = asked.host().or(self.new.host());
        self.outlines.of(host.unwrap_or_default(), target)
    }

    /// The request as a sample of its group, with both locations.
    pub(super) fn sample(&self, place: Spot, asked: &Asked<'_>) -> Sample<Spot> {
        let (old, new) = self.answers(asked, |old, new| {
            let location = |it: &Answer<'_, '_>| it.decision().location().map(ToString::to_string);
            (location(old), location(new))
        });
        Sample {
            place,
            method: asked.method.to_string(),
            url: asked.url.to_string(),
            old,
            new,
        }
    }

    /// The differences between two redirects besides the location: status and headers.
    pub(super) fn differences(&self, asked: &Asked<'_>) -> Vec<Difference> {
        self.answers(asked, |old, new| match (seen(old), seen(new)) {
            (Some(old), Some(new)) => between(&old, &new),
            _ => Vec::new(),
        })
    }

    /// The shapes of both answers.
    pub(super) fn shapes(&self, compared: &Compared<'c>) -> (Shape, Shape) {
        let by = match compared.on_next {
            Some(OnNext::Answers) => self.new.next(),
            Some(OnNext::Refuses { .. }) | None => self.new.config(),
        };
        (
            shape(self.old.config(), compared.old),
            shape(by, compared.new),
        )
    }

    fn answers<T>(
        &self,
        asked: &Asked<'_>,
        look: impl FnOnce(&Answer<'c, '_>, &Answer<'c, '_>) -> T,
    ) -> T {
        let target = asked.target();
        let old_received = self.old.receive(asked, &target);
        let old_request = request(asked, &old_received);
        // Both share one decoded path, unless the host differs.
        let is_one = asked.host().is_some() || self.old.host() == self.new.host();
        let other_received = (!is_one).then(|| self.new.receive(asked, &target));
        let other_request = other_received
            .as_ref()
            .map(|received| request(asked, received));
        let new_request = other_request.as_ref().unwrap_or(&old_request);
        look(
            &self.old.answer(&old_request),
            &self.new.answer(new_request),
        )
    }
}

/// The shape of an answer of this configuration.
fn shape(config: Option<&Config>, answered: Answered<'_>) -> Shape {
    match answered {
        Answered::Redirect {
            route,
            target,
            status,
        } => {
            let mut routes = config.into_iter().flat_map(Config::routes);
            let found = routes.find(|other| other.name().as_str() == route);
            let template = |route| template(route, target);
            Shape::Redirect {
                route: route.to_owned(),
                location: found.map(template).unwrap_or_default(),
                status,
            }
        }
        Answered::Origin {
            route,
            reason,
            refusal,
        } => Shape::Origin {
            route: route.map(str::to_owned),
            reason: reason.to_owned(),
            refusal: refusal.map(str::to_owned),
        },
    }
}

fn answered<'c>(answer: &Answer<'c, '_>) -> Answered<'c> {
    let route = answer.route_name().map(RouteName::as_str);
    match answer.decision() {
        Decision::Redirect(_) => Answered::Redirect {
            route: route.unwrap_or_default(),
            target: answer.target().map_or("", Target::name),
            status: answer.reply().map_or(0, |reply| reply.status),
        },
        Decision::Origin(reason) => Answered::Origin {
            route,
            reason: reason.code(),
            refusal: refusal(reason),
        },
    }
}

fn kind_of(old: &Answer<'_, '_>, new: &Answer<'_, '_>) -> Option<Kind> {
    match (old.decision().reason(), new.decision().reason()) {
        (None, None) if old.decision().location() != new.decision().location() => {
            Some(Kind::RedirectElsewhere)
        }
        (None, None) => (seen(old) != seen(new)).then_some(Kind::OtherAnswer),
        (None, Some(_)) => Some(Kind::RedirectToOrigin),
        (Some(_), None) => Some(Kind::OriginToRedirect),
        (Some(before), Some(after)) => {
            let said = |reason| (Reason::code(reason), refusal(reason));
            (said(before) != said(after)).then_some(Kind::OtherReason)
        }
    }
}

/// The reply without the words for which side answers: they are counted apart.
fn seen<'a>(answer: &'a Answer<'_, '_>) -> Option<Reply<'a>> {
    let mut reply = answer.reply()?;
    if answer.side() == sides::Side::Next {
        let mut headers = reply.headers.iter_mut();
        let decision = headers.find(|(name, _)| *name == DECISION_HEADER);
        if let Some((_, value)) = decision {
            let refused = format!(";because=\"{}\"", Because::NextRefused.code());
            let said = value.strip_suffix(BY_NEXT).unwrap_or(value);
            let said = said.strip_suffix(&refused).unwrap_or(said);
            *value = said.to_owned().into();
        }
    }
    Some(reply)
}

/// Whether no route has the request's host and path: none has their shape, or a capture does not fit.
fn is_unrouted(answer: &Answer<'_, '_>) -> bool {
    matches!(
        answer.no_match(),
        Some(
            NoMatch::NoRoute
                | NoMatch::CaptureInvalid(_)
                | NoMatch::CaptureTooShort(_)
                | NoMatch::LocationTooLong(_)
        )
    )
}

fn refusal(reason: &Reason) -> Option<&'static str> {
    reason.refusal().map(Refusal::code)
}

/// The location of a route at a target with its captures by name, such as
/// `https://static.crates.io/crates/{name}/{name}-{version}.crate`.
fn template(route: &Route, target: &str) -> String {
    let mut targets = route.targets().iter().map(WeightedTarget::target);
    let found = targets.find(|other| other.name() == target);
    let base = found.map_or("", |target| target.base().as_str());
    format!("{base}{}", route.location())
}

fn between(old: &Reply<'_>, new: &Reply<'_>) -> Vec<Difference> {
    let header = |reply: &Reply<'_>, name: &str| reply.header(name).map(str::to_owned);
    let mut names: Vec<_> = old.headers.iter().chain(&new.headers).collect();
    names.sort_by_key(|(name, _)| *name);
    names.dedup_by_key(|(name, _)| *name);
    let status = (
        "status",
        Some(old.status.to_string()),
        Some(new.status.to_string()),
    );
    let headers = names
        .into_iter()
        .filter(|(name, _)| *name != "location")
        .map(|(name, _)| (*name, header(old, name), header(new, name)));
    std::iter::once(status)
        .chain(headers)
        .filter(|(_, old, new)| old != new)
        .map(|(key, old, new)| Difference {
            key: key.to_owned(),
            old,
            new,
        })
        .collect()
}
