//! In whose turn the request is taken to come: after which tries, and with which targets healthy.

use signpost::Answer;
use signpost::config::Config;
use signpost::request::Request;
use signpost::retry::{self, Budget, Turn};

use crate::output::Failure;

/// What is supposed of the client and of the targets, and nobody could read from the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Supposed {
    attempt: u32,
    unhealthy_backends: Vec<String>,
}

impl Supposed {
    /// A first try, while every target is healthy.
    #[cfg(test)]
    pub(super) const FIRST: Self = Self {
        attempt: 1,
        unhealthy_backends: Vec::new(),
    };

    /// What a command line says: which try it is, and which targets are unhealthy.
    ///
    /// # Errors
    ///
    /// [`Failure`], where the configuration makes no difference between that and a first try while
    /// every target is healthy.
    pub(super) fn read(config: &Config, attempt: u32, targets: &[String]) -> Result<Self, Failure> {
        if attempt > 1 && config.retry().is_none() {
            return Err(Failure::new(
                "the configuration has no [retry], so every try is a first one; leave --attempt out",
            ));
        }
        let unhealthy_backends = targets.iter().map(|name| health_backend(config, name));
        Ok(Self {
            attempt,
            unhealthy_backends: unhealthy_backends.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn is_healthy(&self, backend: &str) -> bool {
        !self.unhealthy_backends.iter().any(|name| name == backend)
    }

    /// The number of the try, if its answer in a first turn counts as one.
    pub(super) fn attempt(
        &self,
        config: &Config,
        request: &Request<'_>,
        first: &Answer<'_>,
    ) -> Option<u32> {
        retry::options_for(config, request, first).map(|_| self.attempt)
    }
}

/// The turn of a try, if it counts as one, in a sandbox that sent nothing to the origin yet.
pub(super) fn turn_of<'h>(config: &Config, attempt: Option<u32>, first: Turn<'h>) -> Turn<'h> {
    let share = config.retry().map(|retry| retry.origin_share);
    Turn {
        earlier: attempt.map_or(0, |attempt| attempt.saturating_sub(1)),
        origin_is_open: share.is_some_and(|share| Budget::default().is_open(share)),
        ..first
    }
}

fn health_backend(config: &Config, name: &str) -> Result<String, Failure> {
    let target = config.targets().find(|target| target.name() == name);
    let target = target.ok_or_else(|| {
        let names: Vec<_> = config.targets().map(|target| target.name()).collect();
        Failure::new(format!(
            "the configuration has no target `{name}`; name one of {}",
            names.join(", ")
        ))
    })?;
    let backend = target.health_backend().ok_or_else(|| {
        Failure::new(format!(
            "the target `{name}` has no health_backend, so the edge always takes it as healthy; leave --unhealthy out"
        ))
    })?;
    Ok(backend.to_owned())
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::Duration;

    use signpost::config::Config;
    use signpost::request::Request;
    use signpost::retry::{self, Budget, Client, Key, Memory};
    use signpost::switch::Switch;

    use super::Supposed;
    use crate::explain::explanation::{Explanation, Question};
    use crate::file::Loaded;

    /// Two targets, one of them twice as large as the other.
    const TWO_TARGETS: &str = r#"
allowed_hosts = ["a.example", "b.example"]
origin.backends = ["origin"]
targets.a = { base = "https://a.example", health_backend = "a_backend" }
targets.b = { base = "https://b.example/pub", health_backend = "b_backend" }
RETRY

[[routes]]
name = "file"
path = "/f/{file:segment}"
targets = [{ name = "a", weight = 2 }, "b"]
location = "/{file}"
examples = [
    { request = "/f/x", location = "https://a.example/x" },
    { request = "/f/x", location = "https://b.example/pub/x" },
]
"#;

    const WITH_RETRY: &str = "retry.window = \"30s\"";

    fn read(retry: &str) -> Config {
        let text = TWO_TARGETS.replace("RETRY", retry);
        let loaded = Loaded::from_text(&text).unwrap_or_else(|problems| panic!("{problems}"));
        loaded.config().clone()
    }

    /// A memory in which the client came so often before.
    struct Came(u32);

    impl Memory for Came {
        fn recall(&mut self, _: &Key) -> u32 {
            self.0
        }

        fn remember(&mut self, _: &Key, _: u32, _: Duration) {}
    }

    #[test]
    fn every_try_is_explained_as_the_edge_answers_it() {
        let configs = [
            WITH_RETRY,
            "retry = { window = \"30s\", origin_share = \"0%\" }",
        ]
        .map(read);
        let unhealthy: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
        for config in &configs {
            for attempt in 1..=5 {
                for unhealthy in unhealthy {
                    for (method, accept) in [("GET", ""), ("GET", "application/json"), ("HEAD", "")]
                    {
                        for switch in [Switch::ENFORCE, Switch::Off] {
                            check(config, attempt, unhealthy, (method, accept), switch);
                        }
                    }
                }
            }
        }
    }

    fn check(
        config: &Config,
        attempt: u32,
        unhealthy: &[&str],
        (method, accept): (&str, &str),
        switch: Switch,
    ) {
        let row = format!("{method} {accept:?}, try {attempt}, without {unhealthy:?}, {switch}");
        let names: Vec<_> = unhealthy.iter().map(ToString::to_string).collect();
        let supposed = Supposed::read(config, attempt, &names).unwrap();
        let question = Question {
            supposed: &supposed,
            method,
            address: &"https://files.example/f/x".parse().unwrap(),
            accept: &[accept.to_owned()],
        };
        let explained = Explanation::of(config, &question, switch).decision;
        let request = Request::new(method, "files.example", "/f/x");
        let request = request.with_accept([accept.as_bytes()]);
        let client = Client {
            address: IpAddr::from(Ipv4Addr::LOCALHOST),
            user_agent: b"cargo",
            service: "",
        };
        let answer = retry::answer(
            config,
            &request,
            switch,
            &|backend| {
                !unhealthy
                    .iter()
                    .any(|name| backend == format!("{name}_backend"))
            },
            || Some(client),
            (&mut Came(attempt - 1), &mut Budget::default()),
        );
        let decision = answer.decision();
        assert_eq!(
            explained.reason,
            decision.reason().map(|reason| reason.code()),
            "{row}"
        );
        let location = decision.location().map(ToString::to_string);
        assert_eq!(explained.location, location, "{row}");
        assert_eq!(explained.attempt, answer.attempt(), "{row}");
    }

    #[test]
    fn a_second_try_past_an_unhealthy_target_is_explained() {
        let config = read(WITH_RETRY);
        let address = "/f/x".parse().unwrap();
        for (name, attempt, unhealthy) in [
            ("targets", 1, None),
            ("second-try", 2, None),
            ("unhealthy", 1, Some("a".to_owned())),
            ("retried", 2, Some("a".to_owned())),
        ] {
            let names: Vec<_> = unhealthy.into_iter().collect();
            let question = Question {
                supposed: &Supposed::read(&config, attempt, &names).unwrap(),
                method: "GET",
                address: &address,
                accept: &[],
            };
            insta::assert_snapshot!(name, Explanation::of(&config, &question, Switch::ENFORCE));
        }
    }

    #[test]
    fn what_makes_no_difference_is_refused() {
        let with_retry = read(WITH_RETRY);
        let without = read("");
        let unchecked = Loaded::from_text(include_str!("../../../config/crates-io.toml")).unwrap();
        let rows: [(&Config, u32, &[&str], &str); 3] = [
            (
                &without,
                2,
                &[],
                "the configuration has no [retry], so every try is a first one; leave --attempt out",
            ),
            (
                &with_retry,
                1,
                &["a", "c"],
                "the configuration has no target `c`; name one of a, b",
            ),
            (
                unchecked.config(),
                1,
                &["static"],
                "the target `static` has no health_backend, so the edge always takes it as healthy; \
                 leave --unhealthy out",
            ),
        ];
        for (config, attempt, unhealthy, expected) in rows {
            let names: Vec<_> = unhealthy.iter().map(ToString::to_string).collect();
            let said = Supposed::read(config, attempt, &names).unwrap_err();
            assert_eq!(said.to_string(), expected);
        }
    }
}
