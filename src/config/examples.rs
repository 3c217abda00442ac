//! The examples of a configuration, each run through the very pipeline that will answer requests.

use std::fmt;

use super::Config;
use super::check::Check;
use super::problem::{At, Problem, ProblemCode};
use super::raw::{RawExample, RawRoute};
use crate::decision::{Decision, Reason};
use crate::host::Host;
use crate::location::{Location, Refusal};
use crate::received::Received;
use crate::route::{Route, RouteName};
use crate::switch::Switch;
use crate::target::WeightedTarget;

/// A request path, and the location that it was proven to lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    route: RouteName,
    target: String,
    request: String,
    location: Location,
}

/// An example that does not lead to the location that it names.
struct FailingExample {
    route: RouteName,
    request: String,
    expected: String,
    end: End,
}

/// Where its request ends instead.
enum End {
    /// At these locations, one for each target of the route.
    Locations(Vec<Location>),
    OtherRoute,
    Origin(Reason),
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
        if raw.examples.is_empty() {
            self.push(Problem::new(
                ProblemCode::ExampleMissing,
                key,
                format!("the route `{}` has no example; add [[routes.examples]] with a real request and its location", route.name()),
            ));
        }
        let mut examples = Vec::new();
        let mut failing = Vec::new();
        let mut is_complete = true;
        for (index, example) in raw.examples.iter().enumerate() {
            match self.example(&key.index(index), example, route, config) {
                Some(Ok(example)) => examples.push(example),
                Some(Err(example)) => failing.push((index, example)),
                None => is_complete = false,
            }
        }
        if is_complete && failing.is_empty() && !examples.is_empty() {
            self.targets_without_example(at, route, &examples);
        }
        match failing.as_slice() {
            // One example may be the mistake itself.
            [(_, first), others @ ..]
                if examples.is_empty()
                    && !others.is_empty()
                    && failing.iter().all(|(_, example)| example.is_misled()) =>
            {
                let is_the_base = failing
                    .iter()
                    .all(|(_, example)| example.is_below_another_base(route));
                self.all_examples_fail(at, route, first, others.len(), is_the_base);
            }
            _ => {
                for (index, example) in failing {
                    self.example_fails(&key.index(index).name("location"), example.to_string());
                }
            }
        }
        examples
    }

    /// Notes each target of a route that no example is at, so that nothing says a second time what
    /// its base should be.
    fn targets_without_example(&mut self, at: &At<'_>, route: &Route, examples: &[Example]) {
        for target in route.targets().iter().map(WeightedTarget::target) {
            let name = target.name();
            if examples.iter().any(|example| example.target == name) {
                continue;
            }
            let message = format!(
                "the route `{}` has no example at its target `{name}`; add one whose location begins with `{}`, if that is where its files are",
                route.name(),
                target.base()
            );
            let at = &at.name("examples");
            self.push(Problem::new(ProblemCode::ExampleMissing, at, message));
        }
    }

    /// Where every example is misled, there is one thing wrong, and it is not the examples: the base
    /// if only that is another one, else the template of the location.
    fn all_examples_fail(
        &mut self,
        at: &At<'_>,
        route: &Route,
        first: &FailingExample,
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

    fn example(
        &mut self,
        key: &At<'_>,
        raw: &RawExample,
        route: &Route,
        config: &Config,
    ) -> Option<Result<Example, FailingExample>> {
        let request = self.require(
            &key.name("request"),
            raw.request.as_deref(),
            "write the path of a real request",
        );
        let expected = self.require(
            &key.name("location"),
            raw.location.as_deref(),
            "write the location that the request must lead to",
        );
        let (path, expected) = request.zip(expected)?;
        let host = config.hosts().and_then(<[Host]>::first).map(Host::as_str);
        let received = Received::read(host, path);
        let request = received.request("GET");
        let mut locations = Vec::new();
        let mut example = None;
        let mut end = None;
        for answer in crate::answers_at_every_target(config, &request, Switch::ENFORCE) {
            let leads_here = answer.route().map(Route::name) == Some(route.name());
            match answer.decision() {
                Decision::Redirect(location) if leads_here => {
                    if location.as_str() == expected {
                        example = Some(Example {
                            route: route.name().clone(),
                            target: answer.target()?.name().to_owned(),
                            request: path.to_owned(),
                            location: location.clone(),
                        });
                    }
                    locations.push(location.clone());
                }
                Decision::Redirect(_) => end = Some(End::OtherRoute),
                // That is a problem of the base, and was noted there.
                Decision::Origin(reason) if reason.refusal() == Some(Refusal::HostNotAllowed) => {
                    return None;
                }
                Decision::Origin(reason) => end = Some(End::Origin(reason.clone())),
            }
        }
        let end = match (end, example) {
            (None, Some(example)) => return Some(Ok(example)),
            (end, _) => end.unwrap_or(End::Locations(locations)),
        };
        Some(Err(FailingExample {
            route: route.name().clone(),
            request: path.to_owned(),
            expected: expected.to_owned(),
            end,
        }))
    }
}

impl FailingExample {
    /// The locations that it leads to, on the right route.
    fn locations(&self) -> &[Location] {
        match &self.end {
            End::Locations(locations) => locations,
            End::OtherRoute | End::Origin(_) => &[],
        }
    }

    fn is_misled(&self) -> bool {
        !self.locations().is_empty()
    }

    /// Whether it leads to the right path below another base than the one that it names.
    fn is_below_another_base(&self, route: &Route) -> bool {
        let bases = || route.targets().iter().map(|it| it.target().base().as_str());
        let below = |location: &Location| {
            let mut below = bases().filter_map(|base| location.as_str().strip_prefix(base));
            below.any(|below| self.expected.ends_with(below))
        };
        self.locations().iter().any(below)
    }
}

impl fmt::Display for FailingExample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (request, expected, route, end) =
            (&self.request, &self.expected, &self.route, &self.end);
        write!(
            formatter,
            "the request `{request}` should lead to `{expected}` by the route `{route}`, and {end}"
        )
    }
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locations(locations) => {
                for (place, location) in locations.iter().enumerate() {
                    let before = if place == 0 { "leads to" } else { " or" };
                    write!(formatter, "{before} `{location}`")?;
                }
                Ok(())
            }
            Self::OtherRoute => formatter.write_str("is on another route"),
            Self::Origin(reason) => {
                let code = reason.code();
                match reason.refusal() {
                    Some(refusal) => write!(formatter, "goes to the origin: {code} ({refusal})"),
                    None => write!(formatter, "goes to the origin: {code}"),
                }
            }
        }
    }
}
