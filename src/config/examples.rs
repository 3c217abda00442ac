//! The examples of a configuration, each run through the very pipeline that will answer requests.

mod failing;

use super::Config;
use super::check::{Check, missing};
use super::problem::{At, Problem, ProblemCode};
use super::raw::{RawExample, RawRoute};
use crate::Answer;
use crate::decision::Decision;
use crate::host::Host;
use crate::location::{Location, Refusal};
use crate::received::Received;
use crate::route::{Route, RouteName};
use crate::switch::Switch;
use crate::target::{Target, WeightedTarget};
use failing::{End, FailingExample};

/// A request path, and the location that it was proven to lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    route: RouteName,
    target: String,
    request: String,
    location: Location,
}

/// An example whose keys are all there, and name a target of its route.
#[derive(Clone, Copy)]
struct Written<'r> {
    request: &'r str,
    target: &'r Target,
    location: &'r str,
}

impl Example {
    /// The name of the route that it is an example of.
    pub fn route(&self) -> &RouteName {
        &self.route
    }

    /// The name of the target that its location is at, one of its route's.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path of the request, with a query if one was written.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// The location that it leads to.
    pub fn location(&self) -> &Location {
        &self.location
    }
}

impl Check {
    /// Runs the route's examples through the very pipeline that will answer requests.
    pub(super) fn examples(
        &mut self,
        at: &At<'_>,
        raw: &RawRoute,
        route: &Route,
        config: &Config,
    ) -> Vec<Example> {
        let key = &at.name("examples");
        let all: Vec<_> = raw
            .examples
            .iter()
            .enumerate()
            .map(|(index, example)| self.example(&key.index(index), example, route))
            .collect();
        self.missing_examples(key, route, &all);
        let mut examples = Vec::new();
        let mut failing = Vec::new();
        for (index, written) in all.into_iter().enumerate() {
            match written.and_then(|written| try_example(written, route, config)) {
                Some(Ok(example)) => examples.push(example),
                Some(Err(example)) => failing.push((index, example)),
                None => {}
            }
        }
        self.failing_examples(at, route, &failing, !examples.is_empty());
        examples
    }

    /// Takes an example as it is written, or notes what is missing from it.
    fn example<'r>(
        &mut self,
        key: &At<'_>,
        raw: &'r RawExample,
        route: &'r Route,
    ) -> Option<Written<'r>> {
        let request = self.require(
            &key.name("request"),
            raw.request.as_deref(),
            "write the path of a real request",
        );
        let target = self.example_target(&key.name("target"), raw.target.as_deref(), route);
        let location = self.require(
            &key.name("location"),
            raw.location.as_deref(),
            "write the location that the request must lead to",
        );
        Some(Written {
            request: request?,
            target: target?,
            location: location?,
        })
    }

    /// The target that an example names. Where a route has several, a location alone would not say
    /// which of them has that base, and two bases could change places unseen.
    fn example_target<'r>(
        &mut self,
        key: &At<'_>,
        name: Option<&str>,
        route: &'r Route,
    ) -> Option<&'r Target> {
        let names: Vec<_> = targets(route)
            .map(|it| format!("`{}`", it.name()))
            .collect();
        let names = names.join(", ");
        let Some(name) = name else {
            let only = route.targets().only();
            if only.is_none() {
                let instead = format!("name the target that the location is at, one of {names}");
                self.push(missing(key, &instead));
            }
            return only;
        };
        let found = targets(route).find(|target| target.name() == name);
        if found.is_none() {
            let message = format!(
                "`{name}` is no target of the route `{}`; name the one that the location is at: {names}",
                route.name()
            );
            self.push(Problem::new(ProblemCode::TargetUnknown, key, message));
        }
        found
    }

    /// Notes each target of the route that no example is at, so that nothing says a second time what
    /// its base should be.
    fn missing_examples(&mut self, key: &At<'_>, route: &Route, all: &[Option<Written<'_>>]) {
        let named = all.iter().map(|it| Some(it.as_ref()?.target.name()));
        // One that says not enough may have been meant for any target.
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
            self.push(Problem::new(ProblemCode::ExampleMissing, key, message));
        }
    }

    /// Notes the examples that fail, each of which stands at an index of the route's.
    fn failing_examples(
        &mut self,
        at: &At<'_>,
        route: &Route,
        failing: &[(usize, FailingExample<'_>)],
        some_hold: bool,
    ) {
        let are_misled = failing.iter().all(|(_, example)| example.is_misled());
        match failing {
            // One example may be the mistake itself.
            [(_, first), others @ ..] if !others.is_empty() && are_misled && !some_hold => {
                let below_another_base = |(_, example): &(_, FailingExample<'_>)| {
                    FailingExample::is_below_another_base(example)
                };
                let is_the_base = failing.iter().all(below_another_base);
                self.all_examples_fail(at, route, first, others.len(), is_the_base);
            }
            _ => {
                let key = at.name("examples");
                for (index, example) in failing {
                    self.example_fails(&key.index(*index).name("location"), example.to_string());
                }
            }
        }
    }

    /// Where every example is misled, there is one thing wrong, and it is not the examples: the base
    /// if only that is another one, else the template of the location.
    fn all_examples_fail(
        &mut self,
        at: &At<'_>,
        route: &Route,
        first: &FailingExample<'_>,
        others: usize,
        is_the_base: bool,
    ) {
        let plural = if others == 1 {
            "example is"
        } else {
            "examples are"
        };
        let message = format!("{first}; {others} other {plural} misled as well");
        let targets = At::Top.name("targets");
        match route.targets().only() {
            Some(target) if is_the_base => {
                self.example_fails(&targets.name(target.name()).name("base"), message);
            }
            None if is_the_base => self.example_fails(&at.name("targets"), message),
            _ => self.example_fails(&at.name("location"), message),
        }
    }

    fn example_fails(&mut self, at: &At<'_>, message: String) {
        let problem = Problem::new(ProblemCode::ExampleFails, at, message);
        // A wrong base misleads every route; it is one problem.
        let is_known = |known: &Problem| {
            known.code() == ProblemCode::ExampleFails && known.key() == problem.key()
        };
        if !self.problems.iter().any(is_known) {
            self.push(problem);
        }
    }
}

/// Tries an example; nothing where a base keeps it from being tried, which was noted there.
fn try_example<'r>(
    written: Written<'r>,
    route: &'r Route,
    config: &Config,
) -> Option<Result<Example, FailingExample<'r>>> {
    let host = config.hosts().and_then(<[Host]>::first).map(Host::as_str);
    let received = Received::read(host, written.request);
    let request = received.request("GET");
    let answers = crate::answers_at_every_target(config, &request, Switch::ENFORCE);
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

/// Where a request ends that is sent to the target; nothing where a base is not allowed.
fn end_at(answers: &[Answer<'_>], target: &Target, route: &Route) -> Option<End> {
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
