//! Each route tried on requests that are made to lead it astray.

use std::borrow::Cow;

use super::Config;
use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::samples::{self, VALUES};
use crate::decision::Decision;
use crate::host::Host;
use crate::location::{Location, Refusal};
use crate::request::Request;
use crate::route::{self, PatternSegment, Route};
use crate::switch::Switch;
use crate::target::Base;

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

impl Check {
    /// Notes each route that some request would lead to a refused location, or to one that a route
    /// matches again. `places` says where in the file the routes stand.
    pub(super) fn locations(&mut self, places: &[usize], config: &Config) {
        for (route, place) in config.routes.iter().zip(places) {
            let Some(failing) = try_out(route, config) else {
                continue;
            };
            let path = &failing.path;
            let (code, message) = match failing.why {
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
            };
            let routes = At::Top.name("routes");
            let at = &routes.index(*place);
            self.push(Problem::new(code, &at.name("location"), message));
        }
    }
}

/// The first request of a route whose location is not fit to be sent.
fn try_out(route: &Route, config: &Config) -> Option<Failing> {
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
    let host = config.hosts().and_then(<[Host]>::first);
    let request = Request::new("GET", host.map_or("", Host::as_str), path);
    let answers = crate::answers_at_every_target(config, &request, Switch::ENFORCE);
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

/// Whether a location is on a route again. Where `hosts` is not written, any host may be ours.
fn leads_back(location: &Location, base: &Base, config: &Config) -> bool {
    let origin = base.as_str().len() - base.path().iter().map(|it| 1 + it.len()).sum::<usize>();
    let path = location.as_str().get(origin..).unwrap_or_default();
    let host = base.host().as_str();
    let next = Request::new("GET", host, path);
    config.applies_to(host) && route::find(config.routes(), &next).is_ok()
}

/// The captures with which the location under a base has the literals of another route's path,
/// where both have their segments in the same places.
fn bound_to(other: &Route, route: &Route, base: &Base) -> Option<Vec<String>> {
    let base = base.path().len();
    let mut captures = plain(route);
    for (segment, capture) in route.location().whole_captures() {
        let literal = other.pattern().segments().get(base + segment);
        let slot = route.pattern().captures().get(capture)?;
        if let Some(literal) = literal.and_then(PatternSegment::literal)
            && slot.kind().parse(literal).is_some()
            && let Some(value) = captures.get_mut(capture)
        {
            literal.clone_into(value);
        }
    }
    Some(captures)
}

/// The captures with which the location under a base would be a path of another route, if there are
/// any.
fn read_back(other: &Route, route: &Route, base: &Base) -> Option<Vec<String>> {
    let sample = samples::path(other.pattern());
    let mut segments = sample.split('/');
    for expected in base.path() {
        if segments.next() != Some(expected) {
            return None;
        }
    }
    let segments: Vec<_> = segments.map(Cow::Borrowed).collect();
    let captures = route.location().read(&segments)?;
    let captures = captures.iter().map(|capture| capture.as_str().to_owned());
    Some(captures.collect())
}

/// A plain value for each capture of the route.
fn plain(route: &Route) -> Vec<String> {
    let slots = route.pattern().captures().iter();
    slots
        .map(|slot| {
            let fits = |value: &&str| slot.kind().parse(*value).is_some();
            VALUES.into_iter().find(fits).unwrap_or_default().to_owned()
        })
        .collect()
}

/// For each capture of the route, what is tried: plain values, and values that hold what the
/// location puts between captures.
fn values(route: &Route) -> Vec<Vec<String>> {
    let mut tried = VALUES.map(str::to_owned).to_vec();
    for (before, after) in [
        ("a", "a"),
        ("1.0.0", "1.0.0"),
        ("1.0.0-a", "a"),
        ("a", "1.0.0-b"),
    ] {
        let literals = route.location().literals();
        tried.extend(literals.map(|literal| format!("{before}{literal}{after}")));
    }
    tried.extend(["1.0.0-a", "a/b"].map(str::to_owned));
    let slots = route.pattern().captures().iter();
    slots
        .map(|slot| {
            let fits = |value: &&String| slot.kind().parse(value.as_str()).is_some();
            tried.iter().filter(fits).cloned().collect()
        })
        .collect()
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
    let mut captures = captures.iter();
    let mut path = String::new();
    for segment in route.pattern().segments() {
        let text = match segment {
            PatternSegment::Literal(literal) => Some(literal),
            PatternSegment::Capture(_) => captures.next(),
        };
        path.push('/');
        path.push_str(text.map_or("", String::as_str));
    }
    path
}
