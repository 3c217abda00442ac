//! Probes each route with adversarial paths.

use std::borrow::Cow;

use super::super::draft::{Draft, Report};
use super::super::samples::{self, VALUES};
use super::entry_size;
use crate::answer::answers_at_every_target;
use crate::config::{Config, ProblemCode, Route};
use crate::decision::Decision;
use crate::location::{Location, Refusal};
use crate::request::Request;
use crate::route;
use crate::values::{Base, CaptureSlot, Host, Segment, Switch};

/// How many combinations of values are tried on one route.
const MAX_COMBINATIONS: usize = 4096;

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
        if let Some(failing) = probe(route, draft.config) {
            let (code, message) = problem(failing);
            report.sink.push(code, key.name("location"), message);
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
            let advice = match refusal {
                Refusal::CapturesDiffer => {
                    "nobody could tell from it which request it answers; put a literal that no capture holds between the captures, such as `/`"
                }
                _ => "change the location",
            };
            let message = format!(
                "the request `{path}` would go to the origin, because its location fails the proof ({refusal}): {advice}"
            );
            (ProblemCode::LocationUnprovable, message)
        }
    }
}

/// The first request of a route whose location is not fit to be sent.
fn probe(route: &Route, config: &Config) -> Option<Failing> {
    let values = values(route);
    let number = values.iter().map(Vec::len).product::<usize>();
    let combinations = (0..number.min(MAX_COMBINATIONS)).map(|number| combination(&values, number));
    let leading_back = config.routes().iter().flat_map(|other| {
        let bases = route.targets().iter().map(|target| target.target().base());
        bases.flat_map(|base| [bound_to(other, route, base), read_back(other, route, base)])
    });
    let leading_back = leading_back.flatten();
    leading_back.chain(combinations).find_map(|captures| {
        let path = path(route, &captures);
        let why = why_not(&path, route, config)?;
        Some(Failing { path, why })
    })
}

fn why_not(path: &str, route: &Route, config: &Config) -> Option<Why> {
    let host = config.first_host().map_or("", Host::as_str);
    let request = Request::new("GET", host, path);
    let answers = answers_at_every_target(config, &request, Switch::ENFORCE);
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

/// The captures with which the location under a base has the literals of another route's path, if both
/// have their segments in the same places.
fn bound_to(other: &Route, route: &Route, base: &Base) -> Option<Vec<String>> {
    let mut captures = plain(route);
    let below_base = other.path().segments().skip(base.path().len());
    for (literal, segment) in below_base
        .map(Segment::literal)
        .zip(route.location().segments())
    {
        if let Some(literal) = literal
            && let Some((index, slot)) = segment.capture()
            && slot.kind().parse(literal).is_some()
        {
            literal.clone_into(captures.get_mut(index)?);
        }
    }
    Some(captures)
}

/// The captures with which the location under a base would be a path of another route, if there are
/// any.
fn read_back(other: &Route, route: &Route, base: &Base) -> Option<Vec<String>> {
    let sample = samples::path(other.path());
    let mut segments = sample.into_iter();
    for expected in base.path() {
        if segments.next() != Some(expected) {
            return None;
        }
    }
    let segments: Vec<_> = segments.map(Cow::Borrowed).collect();
    let captures = route.location().read(&segments).ok()?;
    Some(captures.iter().map(|it| it.as_str().to_owned()).collect())
}

/// A plain value for each capture of the route.
fn plain(route: &Route) -> Vec<String> {
    let value = |slot: &CaptureSlot| {
        let fits = |value: &&str| slot.kind().parse(*value).is_some();
        VALUES.into_iter().find(fits).unwrap_or_default().to_owned()
    };
    route.path().captures().iter().map(value).collect()
}

/// For each capture of the route, what is tried: plain values, and values with the literals that the
/// location has between captures.
fn values(route: &Route) -> Vec<Vec<String>> {
    let mut tried = VALUES.map(str::to_owned).to_vec();
    for (before, after) in [
        ("a", "a"),
        ("1.0.0", "1.0.0"),
        ("1.0.0-a", "a"),
        ("a", "1.0.0-b"),
    ] {
        let literals = route.location().segments().flat_map(Segment::literals);
        tried.extend(literals.map(|literal| format!("{before}{literal}{after}")));
    }
    tried.extend(["1.0.0-a", "a/b"].map(str::to_owned));
    let of_type = |slot: &CaptureSlot| {
        let fits = |value: &&String| slot.kind().parse(value.as_str()).is_some();
        tried.iter().filter(fits).cloned().collect()
    };
    route.path().captures().iter().map(of_type).collect()
}

/// A combination of values, by its number.
fn combination(values: &[Vec<String>], mut number: usize) -> Vec<String> {
    let of_capture = |values: &Vec<String>| {
        // Each capture has values, because each type admits one of those tried.
        let length = values.len().max(1);
        let value = values.get(number % length).cloned().unwrap_or_default();
        number /= length;
        value
    };
    values.iter().map(of_capture).collect()
}

/// The request path with these captures.
fn path(route: &Route, captures: &[String]) -> String {
    let mut captures = captures.iter().map(String::as_str);
    let mut path = String::new();
    for segment in route.path().segments() {
        path.push('/');
        path.push_str(
            segment
                .literal()
                .or_else(|| captures.next())
                .unwrap_or_default(),
        );
    }
    path
}
