//! Each route tried on values that are made to lead it astray.

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

/// How many requests are tried on one route.
const MAX_TRIALS: usize = 4096;

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
    let values = values(route, config);
    let combinations = values.iter().map(Vec::len).product::<usize>();
    (0..combinations.min(MAX_TRIALS)).find_map(|number| {
        let path = path(route, &values, number);
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

/// For each capture of the route, what is tried: plain values, values that hold what the location
/// puts between captures, and the literals of all routes.
fn values(route: &Route, config: &Config) -> Vec<Vec<String>> {
    let routes = config.routes();
    let mut tried = VALUES.map(str::to_owned).to_vec();
    for literal in route.location().literals() {
        for part in ["a", "1.0.0"] {
            tried.push(format!("{part}{literal}{part}"));
            tried.push(format!("{part}{literal}{part}{literal}{part}"));
        }
    }
    for segment in routes.iter().flat_map(|route| route.pattern().segments()) {
        tried.extend(segment.literal().map(str::to_owned));
    }
    // What a `path` capture would have to hold for its location to be on a route again.
    tried.extend(routes.iter().map(|route| samples::path(route.pattern())));
    let mut seen = Vec::with_capacity(tried.len());
    tried.retain(|value| {
        let is_new = !seen.contains(value);
        seen.push(value.clone());
        is_new
    });
    let slots = route.pattern().captures().iter();
    slots
        .map(|slot| {
            let fitting = tried
                .iter()
                .filter(|value| slot.kind().parse(value.as_str()).is_some());
            fitting.cloned().collect()
        })
        .collect()
}

/// The request path of a combination of values, by its number.
fn path(route: &Route, values: &[Vec<String>], mut number: usize) -> String {
    let mut values = values.iter();
    let mut path = String::new();
    for segment in route.pattern().segments() {
        path.push('/');
        match segment {
            PatternSegment::Literal(literal) => path.push_str(literal),
            PatternSegment::Capture(_) => {
                let values = values.next().map_or(&[][..], Vec::as_slice);
                // Each capture has values, because each type admits one of those tried.
                let length = values.len().max(1);
                path.push_str(values.get(number % length).map_or("", String::as_str));
                number /= length;
            }
        }
    }
    path
}
