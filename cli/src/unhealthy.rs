//! Targets to treat as unhealthy, to see what the edge would do.

use signpost::config::{Config, Route, Target};
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::values::Switch;
use signpost::{Answer, Surroundings};

use crate::output::Failure;

/// Some targets, by the backends whose health they have: the edge asks for those.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unhealthy {
    backends: Vec<String>,
}

pub(crate) static ALL_HEALTHY: Unhealthy = Unhealthy {
    backends: Vec::new(),
};

impl Unhealthy {
    /// Reads target names.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the configuration lacks a target, or never asks for its health.
    pub(crate) fn read(config: &Config, targets: &[String]) -> Result<Self, Failure> {
        let backends = targets.iter().map(|name| health_backend(config, name));
        let backends = backends.collect::<Result<_, _>>()?;
        Ok(Self { backends })
    }

    /// Reads names of targets that any of these configurations has.
    ///
    /// # Errors
    ///
    /// [`Failure`] if none has one of them and asks for its health; what is wrong with it in the first.
    pub(crate) fn read_in_any(configs: &[&Config], targets: &[String]) -> Result<Self, Failure> {
        let mut backends = Vec::new();
        for name in targets {
            let mut problem = None;
            let before = backends.len();
            for config in configs {
                match health_backend(config, name) {
                    Ok(backend) => backends.push(backend),
                    Err(failure) => problem = problem.or(Some(failure)),
                }
            }
            if let Some(failure) = problem.filter(|_| backends.len() == before) {
                return Err(failure);
            }
        }
        Ok(Self { backends })
    }

    pub(crate) fn is_healthy(&self, backend: &str) -> bool {
        !self.backends.iter().any(|name| name == backend)
    }

    /// The answer to a first attempt while these targets are unhealthy.
    pub(crate) fn answer<'c, 'r>(
        &self,
        sides: impl Into<Sides<'c>>,
        request: &'r Request<'_>,
        switch: Switch,
    ) -> Answer<'c, 'r> {
        let surroundings = Surroundings {
            health: &|backend| self.is_healthy(backend),
            ..switch.into()
        };
        signpost::answer(sides, request, surroundings)
    }
}

fn health_backend(config: &Config, name: &str) -> Result<String, Failure> {
    let target = config.targets().find(|target| target.name() == name);
    let target = target.ok_or_else(|| {
        let names: Vec<_> = config.targets().map(Target::name).collect();
        Failure::new(format!(
            "the configuration has no target `{name}`; name one of {}",
            names.join(", ")
        ))
    })?;
    let is_asked = |route: &Route| {
        let targets = route.targets();
        targets.only().is_none() && targets.iter().any(|one| one.target() == target)
    };
    if !config.routes().iter().any(is_asked) {
        return Err(Failure::new(format!(
            "no route has `{name}` and another target, so the edge never asks for its health; leave --unhealthy out"
        )));
    }
    let backend = target.health_backend().ok_or_else(|| {
        Failure::new(format!(
            "the target `{name}` has no health_backend, so the edge always takes it as healthy; leave --unhealthy out"
        ))
    })?;
    Ok(backend.to_owned())
}

#[cfg(test)]
mod tests {
    use signpost::config::Target;
    use signpost::request::Request;
    use signpost::values::Switch;
    use signpost_testbed::rows;

    use super::Unhealthy;
    use crate::file::Loaded;
    use crate::small::production;

    const TWO_TARGETS: &str = include_str!("../../docs/examples/two-targets.toml");

    #[test]
    fn a_request_goes_to_a_target_that_is_not_unhealthy() {
        let loaded = Loaded::of(TWO_TARGETS);
        let config = loaded.config();
        // The file is at `fastly` first, and stays there if no target is healthy.
        let rows: [(&[&str], &str); 4] = [
            (&[], "fastly"),
            (&["cloudfront"], "fastly"),
            (&["fastly"], "cloudfront"),
            (&["fastly", "cloudfront"], "fastly"),
        ];
        for (names, expected) in rows {
            let owned: Vec<_> = names.iter().map(ToString::to_string).collect();
            let unhealthy = Unhealthy::read(config, &owned).unwrap();
            let request = Request::new("GET", "", "/api/v1/crates/smallvec/1.10.0/download");
            let answer = unhealthy.answer(config, &request, Switch::ENFORCE);
            assert_eq!(
                answer.target().map(Target::name),
                Some(expected),
                "{names:?}"
            );
        }
    }

    #[test]
    fn a_target_that_cannot_be_unhealthy_is_refused() {
        let two = Loaded::of(TWO_TARGETS);
        let production = production();
        let half = Loaded::of(&TWO_TARGETS.replace("health_backend = \"cloudfront-static\"", ""));
        let rows = rows(
            "
            two        | fastli     | the configuration has no target `fastli`; name one of cloudfront, fastly
            production | static     | no route has `static` and another target, so the edge never asks for its health; leave --unhealthy out
            half       | cloudfront | the target `cloudfront` has no health_backend, so the edge always takes it as healthy; leave --unhealthy out
            ",
        );
        for [file, name, expected] in rows {
            let loaded = match file {
                "two" => &two,
                "half" => &half,
                _ => &production,
            };
            let read = Unhealthy::read(loaded.config(), &[name.to_owned()]);
            assert_eq!(read.unwrap_err().to_string(), expected);
        }
    }
}
