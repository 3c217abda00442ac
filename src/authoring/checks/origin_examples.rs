//! The examples of requests that must go to the origin.

use super::super::draft::{Draft, Report};
use super::super::example::{OriginExample, RawExample, split_request};
use crate::answer::{Answer, answers_at_every_target};
use crate::config::{Config, Key, ProblemCode, RoutePattern};
use crate::decision::{Decision, Reason};
use crate::received::Received;
use crate::values::{Host, Switch};

/// Runs the examples that must go to the origin: those at the top by whatever reason, and those of a
/// route of the origin by that route.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let top = Key::default().name("examples");
    for (index, raw) in draft.aside.examples.at_top.iter().enumerate() {
        let key = top.index(index);
        if raw.goes_to_origin() {
            try_example(&key, raw, None, false, draft.config, report);
        } else {
            let message = "an example outside of a route is one that must go to the origin; write `origin = true`, or move it below its route as [[routes.examples]]";
            let code = ProblemCode::ExampleFails;
            report.sink.push(code, key, message);
        }
    }
    for (route_key, examples, route) in draft.with_examples() {
        let of_origin = examples.iter().enumerate();
        for (index, raw) in of_origin.filter(|(_, raw)| raw.goes_to_origin()) {
            let key = route_key.name("examples").index(index);
            try_example(
                &key,
                raw,
                Some(route.pattern()),
                false,
                draft.config,
                report,
            );
        }
    }
    for (route_key, examples, route) in draft.origin_routes_with_examples() {
        for (index, raw) in examples.iter().enumerate() {
            let key = route_key.name("examples").index(index);
            try_example(&key, raw, Some(route), true, draft.config, report);
        }
    }
}

fn try_example(
    key: &Key,
    raw: &RawExample,
    route: Option<&RoutePattern>,
    by_route: bool,
    config: &Config,
    report: &mut Report,
) {
    let code = ProblemCode::ExampleFails;
    if raw.origin == Some(false) {
        let message =
            "the route sends its requests to the origin; leave `origin` out, or write `true`";
        report.sink.push(code, key.name("origin"), message);
    }
    for (name, is_there) in [
        ("target", raw.target.is_some()),
        ("location", raw.location.is_some()),
    ] {
        if is_there {
            let message = format!(
                "the request must go to the origin, so it leads to no location; leave `{name}` out"
            );
            report.sink.push(code, key.name(name), message);
        }
    }
    let Some(request) = raw.request.as_deref() else {
        let instead = "write the path of a request that must go to the origin";
        report.sink.note_missing(key.name("request"), instead);
        return;
    };
    let (host, target) = split_request(request);
    let host = host.or_else(|| config.first_host(route).map(Host::as_str));
    let received = Received::read(host, target);
    let received = received.request("GET");
    let answers = answers_at_every_target(config, &received, Switch::ENFORCE);
    match answers
        .iter()
        .find_map(|answer| fault(answer, route.filter(|_| by_route)))
    {
        Some(fault) => {
            let message = format!("the request `{request}` must go to the origin, and {fault}");
            report.sink.push(code, key.name("request"), message);
        }
        None => report.origin_examples.push(OriginExample {
            route: route.map(|route| route.name().clone()),
            request: request.to_owned(),
        }),
    }
}

/// What is wrong with an answer to a request that must go to the origin.
fn fault(answer: &Answer<'_, '_>, by_route: Option<&RoutePattern>) -> Option<String> {
    match (answer.decision(), answer.route_name(), by_route) {
        (Decision::Redirect(location), Some(route), _) => Some(format!(
            "the route `{route}` redirects it to `{location}`; narrow its path, or add a route with `origin = true`"
        )),
        (Decision::Origin(Reason::OriginRoute), Some(taken), Some(route))
            if taken != route.name() =>
        {
            Some(format!(
                "the route `{taken}` sends it there, not `{}`",
                route.name()
            ))
        }
        (Decision::Origin(reason), _, Some(route)) if *reason != Reason::OriginRoute => {
            Some(format!(
                "it does, but not by the route `{}`: {}; correct the route's path, or the request",
                route.name(),
                reason.code()
            ))
        }
        _ => None,
    }
}
