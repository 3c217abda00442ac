//! Probes each route with paths whose locations might not be fit to be sent.

use super::super::common_path::common_path;
use super::super::draft::{Draft, Report};
use super::super::samples;
use super::entry_size;
use crate::answer::answers_at_every_target;
use crate::config::{Config, ProblemCode, Route, Target, WeightedTarget};
use crate::decision::Decision;
use crate::location::{Location, Refusal};
use crate::request::Request;
use crate::route::{self, NoMatch};
use crate::values::{Base, CaptureSlot, Host, Switch, encoding};

/// What keeps a location from being fit to be sent, with the request that shows it.
struct Failing {
    path: String,
    why: Why,
}

enum Why {
    Refused(Refusal),
    /// With the host that it leads to.
    Loops(Location, Host),
}

/// Notes each route that some request would lead to a refused location, or to one that a route matches
/// again.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    if !entry_size::fits(draft.config) {
        return;
    }
    for (key, route) in draft.routes() {
        let key = key.name("location");
        // What cannot be read back was noted with the reason.
        if let Some(failing) = probe(route, draft.config)
            && !report.sink.has(&key)
        {
            let (code, message) = problem(failing);
            report.sink.push(code, key, message);
        }
    }
}

fn problem(Failing { path, why }: Failing) -> (ProblemCode, String) {
    match why {
        Why::Loops(location, host) => {
            let message = format!(
                "the request `{path}` leads to `{location}`, which is on a route again; change the location, or list in `hosts` the registry's own hosts, without `{host}`"
            );
            (ProblemCode::LocationLoops, message)
        }
        Why::Refused(Refusal::Loop) => {
            let message = format!(
                "the request `{path}` leads back to a route on the same host; change the location, or leave the host of its base out of `hosts`"
            );
            (ProblemCode::LocationLoops, message)
        }
        Why::Refused(refusal) => {
            let message = format!(
                "the request `{path}` would go to the origin, because its location fails the proof ({refusal}): change the location"
            );
            (ProblemCode::LocationUnprovable, message)
        }
    }
}

/// The first request of a route whose location is not fit to be sent.
fn probe(route: &Route, config: &Config) -> Option<Failing> {
    let targets = route.targets().iter().map(WeightedTarget::target);
    let bases = targets.map(Target::base);
    let leading_back = bases.filter_map(|base| {
        let mut others = config.routes().iter();
        others.find_map(|other| leading_to(other, route, base))
    });
    let of_slot = |slot: &CaptureSlot| samples::values(slot.kind());
    let values: Vec<_> = route.path().captures().iter().map(of_slot).collect();
    let combinations = samples::combinations(&values);
    let paths = combinations.filter_map(|values| samples::path(route.path(), &values));
    leading_back.chain(paths).find_map(|path| {
        let why = why_not(&path, route, config)?;
        Some(Failing { path, why })
    })
}

/// A request whose location under a base is a path of another route, if there is one.
fn leading_to(other: &Route, route: &Route, base: &Base) -> Option<String> {
    let path = common_path(&route.location().below(base.path()), other.path())?;
    let segments = encoding::decoded_segments(&path)?;
    let below_base = segments.get(base.path().len()..)?;
    let held = route.location().read(below_base).ok()?;
    let mut held = held.iter().map(|capture| capture.as_str().to_owned());
    let is_unused = |slot: &CaptureSlot| route.unused().any(|unused| unused == slot);
    let plain = samples::plain(route.path());
    let values = route.path().captures().iter().zip(plain);
    let values: Option<Vec<_>> = values
        .map(|(slot, plain)| {
            if is_unused(slot) {
                Some(plain)
            } else {
                held.next()
            }
        })
        .collect();
    samples::path(route.path(), &values?)
}

fn why_not(path: &str, route: &Route, config: &Config) -> Option<Why> {
    let host = config.first_host(Some(route.pattern()));
    let request = Request::new("GET", host.map_or("", Host::as_str), path);
    let answers = answers_at_every_target(config, &request, Switch::ENFORCE);
    let too_long = NoMatch::LocationTooLong(route.pattern());
    if answers
        .iter()
        .any(|answer| answer.no_match() == Some(too_long))
    {
        return Some(Why::Refused(Refusal::TooLong));
    }
    answers
        .iter()
        .filter(|answer| answer.route() == Some(route))
        .find_map(|answer| match answer.decision() {
            Decision::Redirect(location) => {
                let base = answer.target()?.base();
                leads_back(location, base, config)
                    .then(|| Why::Loops(location.clone(), base.host().clone()))
            }
            Decision::Origin(reason) => reason
                .refusal()
                // That is a problem of the base, and was noted there.
                .filter(|refusal| *refusal != Refusal::HostNotAllowed)
                .map(Why::Refused),
        })
}

/// Whether a location is on a route again. Without `hosts`, any host may be the registry's.
fn leads_back(location: &Location, base: &Base, config: &Config) -> bool {
    let origin = base.as_str().len() - base.path().iter().map(|it| 1 + it.len()).sum::<usize>();
    let path = location.as_str().get(origin..).unwrap_or_default();
    let next = Request::new("GET", base.host().as_str(), path);
    route::find(config, &next).is_ok()
}
