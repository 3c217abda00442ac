//! The configuration as its author has it: TOML, with the examples that it is tried on.

use super::check::Check;
use super::examples::Example;
use super::place::{self, Places};
use super::problem::{At, Key, Problem, ProblemCode, Problems};
use super::raw::{RawConfig, RawLog, RawResponse, RawRoute, RawTarget, RawWeighted};
use super::{ClientIp, Config, MAX_ENTRY_LENGTH, ResponseOptions, origin, retry, revision, syntax};
use crate::host::Host;
use crate::route::{RedirectStatus, Route};
use crate::target::{Weight, WeightedTarget};

/// A configuration as its author has it: with the examples that it was tried on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authored {
    config: Config,
    examples: Vec<Example>,
}

impl Authored {
    /// Reads a configuration as people write it, and tries it on its examples.
    ///
    /// # Errors
    ///
    /// All its [`Problems`], each with the place in `text` where it stands.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        let read = toml::Deserializer::parse(text).and_then(RawConfig::read);
        let (mut raw, mut problems) = read.map_err(|error| {
            let place = error.span().and_then(|bytes| place::of_bytes(text, bytes));
            syntax(error.message()).at(place)
        })?;
        if raw.revision.take().is_some() {
            let key = Key::default().name("revision");
            let message = "`revision` is written by the compiler; leave it out";
            problems.push(Problem::new(ProblemCode::KeyUnknown, key, message));
        }
        prove(&raw, problems).map_err(|problems| {
            let places = Places::in_text(text);
            problems.placed(|problem| places.of(problem))
        })
    }

    /// The configuration, without the examples.
    pub fn into_config(self) -> Config {
        self.config
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The examples, at least one a route, in the order in which they are written.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }
}

/// Proves a configuration as its author has it, and tries its examples.
fn prove(raw: &RawConfig, problems: Vec<Problem>) -> Result<Authored, Problems> {
    let mut check = Check { problems };
    let (mut config, routes) = check.config(raw);
    // Strings, numbers and maps with string keys always become JSON.
    let content = serde_json::to_string(&canonical(&config)).unwrap_or_default();
    (config.revision, config.json) = revision::write(&content);
    check.allowed_hosts(raw, &config);
    check.unused_targets(raw);
    check.retry_routes(raw);
    let places: Vec<usize> = routes.iter().map(|(index, _)| *index).collect();
    check.same_bases(&places, &config);
    // To try out more routes than an entry holds would take long, and tell nobody anything.
    if check.fits_an_entry(&config.json) {
        check.overlaps(&places, &config);
        check.locations(&places, &config);
    }
    let examples = routes
        .into_iter()
        .zip(&config.routes)
        .flat_map(|((index, raw), route)| {
            check.examples(&At::Top.name("routes").index(index), raw, route, &config)
        })
        .collect();
    Problems::none_or(check.problems, Authored { config, examples })
}

impl Check {
    fn fits_an_entry(&mut self, json: &str) -> bool {
        let length = json.chars().count();
        let fits = length <= MAX_ENTRY_LENGTH;
        if !fits {
            let message = format!(
                "the compiled configuration has {length} characters, and a Config Store entry holds {MAX_ENTRY_LENGTH}; shorten it: fewer routes, targets or hosts"
            );
            self.push(Problem::new(
                ProblemCode::EntryTooLarge,
                Key::default(),
                message,
            ));
        }
        fits
    }
}

/// The one way to write a configuration: what is a default is left out, and every base has its one
/// spelling.
fn canonical(config: &Config) -> RawConfig {
    let response = &config.response;
    let names = |hosts: &[Host]| hosts.iter().map(Host::to_string).collect();
    RawConfig {
        revision: None,
        allowed_hosts: Some(names(&config.allowed_hosts)),
        hosts: config.hosts.as_deref().map(names),
        origin: Some(origin::canonical(&config.backends, config.origin)),
        targets: config
            .targets
            .iter()
            .map(|(name, target)| {
                let raw = RawTarget {
                    base: Some(target.base().to_string()),
                    health_backend: target.health_backend().map(str::to_owned),
                };
                (name.clone(), raw)
            })
            .collect(),
        routes: config.routes().iter().map(canonical_route).collect(),
        response: (*response != ResponseOptions::default()).then(|| RawResponse {
            cors: response.cors.then_some(true),
            hsts: response.hsts.as_ref().map(|hsts| hsts.as_str().to_owned()),
        }),
        log: config.log.as_ref().map(|log| RawLog {
            endpoint: Some(log.endpoint.clone()),
            client_ip: (log.client_ip != ClientIp::default())
                .then(|| log.client_ip.name().to_owned()),
        }),
        retry: config.retry.as_ref().map(retry::canonical),
    }
}

fn canonical_route(route: &Route) -> RawRoute {
    let options = route.options();
    let only = route.targets().only();
    RawRoute {
        name: Some(route.name().to_string()),
        path: Some(route.pattern().to_string()),
        target: only.map(|target| target.name().to_owned()),
        targets: only
            .is_none()
            .then(|| route.targets().iter().map(canonical_target).collect()),
        location: Some(route.location().to_string()),
        status: (options.status != RedirectStatus::Found).then(|| options.status.as_u16()),
        json: (!options.json).then_some(false),
        cache_control: options
            .cache_control
            .as_ref()
            .map(|value| value.as_str().to_owned()),
        examples: Vec::new(),
    }
}

fn canonical_target(target: &WeightedTarget) -> RawWeighted {
    let weight = target.weight();
    RawWeighted {
        name: Some(target.target().name().to_owned()),
        weight: (weight != Weight::ONE).then(|| weight.as_u16().into()),
    }
}
