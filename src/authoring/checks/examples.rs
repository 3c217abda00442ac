//! The examples of a configuration, each run through the stages that will answer requests.

use super::super::draft::{Draft, Report};
use super::super::example::{Example, RawExample, split_request};
use super::failing::{End, FailingExample, Written};
use crate::answer::{Answer, answers_at_every_target};
use crate::config::problem::Sink;
use crate::config::{Config, Key, ProblemCode, Route, Target, WeightedTarget};
use crate::decision::Decision;
use crate::location::Refusal;
use crate::received::Received;
use crate::route::NoMatch;
use crate::values::{Host, Switch};

/// Runs the examples of every route. Notes those that are missing or fail, and reports the others.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    // The keys that an example has shown to be wrong: a wrong base misleads every route, and is one
    // problem.
    let mut wrong = Vec::new();
    for (route_key, examples, route) in draft.with_examples() {
        let key = route_key.name("examples");
        let redirected = examples.iter().enumerate();
        let redirected = redirected.filter(|(_, raw)| !raw.goes_to_origin());
        let (places, all): (Vec<_>, Vec<_>) = redirected
            .map(|(index, raw)| {
                let written = read(&key.index(index), raw, route, &mut report.sink);
                (index, written)
            })
            .unzip();
        note_missing(&key, route, &all, &mut report.sink);
        let held_before = report.examples.len();
        let mut failing = Vec::new();
        for (index, written) in places.into_iter().zip(all) {
            match written.and_then(|written| try_example(written, route, draft.config)) {
                Some(Ok(example)) => report.examples.push(example),
                Some(Err(example)) => failing.push((index, example)),
                None => {}
            }
        }
        let some_hold = report.examples.len() > held_before;
        for (key, message) in explain(&route_key, route, &failing, some_hold) {
            if !wrong.contains(&key) {
                wrong.push(key.clone());
                report.sink.push(ProblemCode::ExampleFails, key, message);
            }
        }
    }
}

/// Reads an example as it is written, or notes what it lacks.
fn read<'d>(
    key: &Key,
    raw: &'d RawExample,
    route: &'d Route,
    sink: &mut Sink,
) -> Option<Written<'d>> {
    let request = raw.request.as_deref();
    if request.is_none() {
        sink.note_missing(key.name("request"), "write the path of a real request");
    }
    let target = read_target(key.name("target"), raw.target.as_deref(), route, sink);
    let location = raw.location.as_deref();
    if location.is_none() {
        let instead = "write the location that the request must lead to";
        sink.note_missing(key.name("location"), instead);
    }
    Some(Written {
        request: request?,
        target: target?,
        location: location?,
    })
}

/// The target that an example names. If a route has several, a location alone does not say which of
/// them has that base, and two bases could change places unseen.
fn read_target<'d>(
    key: Key,
    name: Option<&str>,
    route: &'d Route,
    sink: &mut Sink,
) -> Option<&'d Target> {
    let names: Vec<_> = targets(route)
        .map(|it| format!("`{}`", it.name()))
        .collect();
    let names = names.join(", ");
    let Some(name) = name else {
        let only = route.targets().only();
        if only.is_none() {
            let instead = format!("name the target that the location is at, one of {names}");
            sink.note_missing(key, &instead);
        }
        return only;
    };
    let found = targets(route).find(|target| target.name() == name);
    if found.is_none() {
        let message = format!(
            "`{name}` is no target of the route `{}`; name the one that the location is at: {names}",
            route.name()
        );
        sink.push(ProblemCode::TargetUnknown, key, message);
    }
    found
}

/// Notes each target of the route without an example, so that every base is written a second time.
fn note_missing(key: &Key, route: &Route, all: &[Option<Written<'_>>], sink: &mut Sink) {
    let named = all.iter().map(|it| Some(it.as_ref()?.target.name()));
    // An incomplete example may have been meant for any target.
    let Some(named) = named.collect::<Option<Vec<_>>>() else {
        return;
    };
    let is_only = route.targets().only().is_some();
    for target in targets(route).map(Target::name) {
        if named.contains(&target) {
            continue;
        }
        let route = route.name();
        let message = if is_only {
            format!(
                "the route `{route}` has no example; add [[routes.examples]] with a real request and its location"
            )
        } else {
            format!(
                "the route `{route}` has no example at its target `{target}`; add [[routes.examples]] with a real request, `target = \"{target}\"` and its location there"
            )
        };
        sink.push(ProblemCode::ExampleMissing, key.clone(), message);
    }
}

/// What is wrong if these examples of a route fail, each of which has a place among its examples.
fn explain(
    route_key: &Key,
    route: &Route,
    failing: &[(usize, FailingExample<'_>)],
    some_hold: bool,
) -> Vec<(Key, String)> {
    let are_misled = failing.iter().all(|(_, example)| example.is_misled());
    match failing {
        // One example may be the mistake itself.
        [(_, first), others @ ..] if !others.is_empty() && are_misled && !some_hold => {
            let number = others.len();
            let plural = if number == 1 {
                "example is"
            } else {
                "examples are"
            };
            let message = format!("{first}; {number} other {plural} misled as well");
            let is_base = failing.iter().all(|(_, it)| it.is_below_another_base());
            vec![(wrong_for_all(route_key, route, is_base), message)]
        }
        _ => {
            let key = route_key.name("examples");
            let location = |index: &usize| key.index(*index).name("location");
            failing
                .iter()
                .map(|(index, example)| (location(index), example.to_string()))
                .collect()
        }
    }
}

/// The key that is wrong if every example is misled: the base, if only that differs, else the template
/// of the location.
fn wrong_for_all(route_key: &Key, route: &Route, is_base: bool) -> Key {
    match route.targets().only() {
        Some(target) if is_base => Key::default()
            .name("targets")
            .name(target.name())
            .name("base"),
        None if is_base => route_key.name("targets"),
        _ => route_key.name("location"),
    }
}

/// Tries an example; `None` if a base keeps it from being tried, which was noted there.
fn try_example<'d>(
    written: Written<'d>,
    route: &'d Route,
    config: &Config,
) -> Option<Result<Example, FailingExample<'d>>> {
    let (host, target) = split_request(written.request);
    let of_route = || config.first_host(Some(route.pattern())).map(Host::as_str);
    let received = Received::read(host.or_else(of_route), target);
    let request = received.request("GET");
    let answers = answers_at_every_target(config, &request, Switch::ENFORCE);
    let end = end_at(&answers, written.target, route)?;
    Some(match end {
        End::Location(location) if location.as_str() == written.location => Ok(Example {
            route: route.name().clone(),
            target: written.target.name().to_owned(),
            request: written.request.to_owned(),
            location,
        }),
        end => Err(FailingExample::new(written, route, end)),
    })
}

/// Where a request ends that is sent to the target; `None` if a base is not allowed.
fn end_at(answers: &[Answer<'_, '_>], target: &Target, route: &Route) -> Option<End> {
    // A client may be sent to any of the targets, so each of them has to be proven.
    let mut all = answers.iter();
    let held_back = all.find(|answer| answer.decision().reason().is_some());
    let at_target = || answers.iter().find(|it| it.target() == Some(target));
    let answer = held_back.or_else(at_target).or(answers.first())?;
    match answer.decision() {
        Decision::Redirect(location) if answer.route() == Some(route) => {
            Some(End::Location(location.clone()))
        }
        Decision::Redirect(_) => Some(End::OtherRoute),
        Decision::Origin(_) if matches!(answer.no_match(), Some(NoMatch::LocationTooLong(_))) => {
            Some(End::TooLong)
        }
        Decision::Origin(reason) if reason.refusal() == Some(Refusal::HostNotAllowed) => None,
        Decision::Origin(reason) => Some(End::Origin {
            reason: reason.clone(),
            target: answer.target().map(|target| target.name().to_owned()),
        }),
    }
}

fn targets(route: &Route) -> impl Iterator<Item = &Target> {
    route.targets().iter().map(WeightedTarget::target)
}
