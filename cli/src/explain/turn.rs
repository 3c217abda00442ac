//! The circumstances of a request: the client's earlier attempts, and unhealthy targets.

use std::net::{IpAddr, Ipv4Addr};

use signpost::attempts::{Attempts, Budget, Client, Clients, Key, Memory, Secret, Unknown};
use signpost::config::{Config, Window};
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::target::Chosen;
use signpost::values::Switch;
use signpost::{Answer, Surroundings};

use crate::output::Failure;
use crate::unhealthy::Unhealthy;

/// The client's attempt and the unhealthy targets. The request does not show them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Supposed {
    /// How many attempts came before.
    earlier: u8,
    unhealthy: Unhealthy,
}

/// The attempts of one client. The window never ends, and the allowance is never used up.
struct OneClient(Attempts);

impl Supposed {
    /// Reads the command line.
    ///
    /// # Errors
    ///
    /// [`Failure`] if no configuration in force has `[retry]`, or asks for the health of a target.
    pub(super) fn read(
        configs: &[&Config],
        attempt: u8,
        targets: &[String],
    ) -> Result<Self, Failure> {
        if attempt > 1 && configs.iter().all(|config| config.retry().is_none()) {
            return Err(Failure::new(
                "the configuration has no [retry], so every attempt is a first one; leave --attempt out",
            ));
        }
        Ok(Self {
            earlier: attempt.saturating_sub(1),
            unhealthy: Unhealthy::read_in_any(configs, targets)?,
        })
    }

    /// The answer to this attempt, after all earlier ones.
    pub(super) fn answer<'c, 'r>(
        &self,
        build: &dyn Fn(&Chosen<'_, '_>) -> String,
        sides: Sides<'c>,
        request: &'r Request<'_>,
        switch: Switch,
    ) -> Answer<'c, 'r> {
        let mut memory = OneClient(Attempts::NONE);
        let mut budget = Budget::default();
        let mut next = || {
            let surroundings = Surroundings {
                health: &|backend| self.unhealthy.is_healthy(backend),
                clients: Some(Clients {
                    client: &|| Some(CLIENT),
                    memory: &mut memory,
                    budget: &mut budget,
                    chance: 0,
                }),
                build,
                ..switch.into()
            };
            signpost::answer(sides, request, surroundings)
        };
        for _ in 0..self.earlier {
            next();
        }
        next()
    }
}

const CLIENT: Client<'_> = Client {
    address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    user_agent: b"",
};

impl Memory for OneClient {
    fn secret(&mut self) -> Result<Secret, Unknown> {
        Ok(Secret::new([0; 32]))
    }

    fn recall(&mut self, _: &Key) -> Result<Attempts, Unknown> {
        Ok(self.0)
    }

    fn remember(&mut self, _: &Key, attempts: Attempts, _: Window) -> Result<(), Unknown> {
        self.0 = attempts;
        Ok(())
    }

    fn take_allowance(&mut self) -> Result<bool, Unknown> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use signpost::config::Config;
    use signpost::sides::Sides;
    use signpost::target::{self, Chosen};
    use signpost::values::{Share, Switch};
    use signpost_rows::sides::{CONFIG, FILE_OF_CONFIG, FILE_OF_NEXT, NEXT, ON_NEXT};
    use signpost_testbed::rows;

    use super::Supposed;
    use crate::explain::explanation::Explanation;
    use crate::explain::field::Field;
    use crate::explain::request::Question;
    use crate::file::Loaded;
    use crate::small::{RETRY, production, small};

    /// Two targets, one of them twice as large as the other.
    fn read(retry: &str) -> Config {
        let text = small(&[("a", 2), ("b", 1)], &["a", "b"], retry);
        Loaded::of(&text).config().clone()
    }

    #[test]
    fn every_attempt_is_explained_as_the_edge_answers_it() {
        let config = read(RETRY);
        // The attempt, the unhealthy targets, the method, `Accept` and the switch; then the
        // location's host, the reason, and the attempt that is counted. Clients ask no more than
        // four times; later attempts go round the targets, and never to the origin. The last three
        // do not count as attempts.
        let table = "
            1 |     | GET  |                  | enforce | a |            | 1
            2 |     | GET  |                  | enforce | b |            | 2
            3 |     | GET  |                  | enforce | a | retried    | 3
            4 |     | GET  |                  | enforce | a | retried    | 4
            5 |     | GET  |                  | enforce | a |            | 5
            9 |     | GET  |                  | enforce | a |            | 5
            1 | a   | GET  |                  | enforce | b |            | 1
            2 | a   | GET  |                  | enforce | b | retried    | 2
            1 | b   | GET  |                  | enforce | a |            | 1
            1 | a b | GET  |                  | enforce | a |            | 1
            2 | a b | GET  |                  | enforce | b |            | 2
            2 |     | HEAD |                  | enforce | a |            |
            2 |     | GET  | application/json | enforce | a |            |
            2 |     | GET  |                  | off     | a | switch-off |
        ";
        for row in rows::<8>(table) {
            let [attempt, unhealthy, method, accept, switch, expected @ ..] = row;
            let names: Vec<_> = unhealthy.split_whitespace().map(str::to_owned).collect();
            let question = Question {
                supposed: Supposed::read(&[&config], attempt.parse().unwrap(), &names).unwrap(),
                method,
                address: &"https://files.example/f/x".parse().unwrap(),
                fields: &[Field::accept(accept)],
            };
            let explained = Explanation::of(&config, &question, switch.parse().unwrap());
            let decided = explained.decision;
            let host = decided.location.as_deref().and_then(|it| it.get(8..9));
            let reason = decided.reason.unwrap_or_default();
            let counted = decided.attempt.map(|attempt| attempt.to_string());
            let counted = counted.unwrap_or_default();
            let found: [&str; 3] = [host.unwrap_or_default(), reason, &counted];
            assert_eq!(found, expected, "{row:?}");
            assert_eq!(explained.target.map(|target| target.name).as_deref(), host);
        }
    }

    #[test]
    fn a_second_attempt_past_an_unhealthy_target_is_explained() {
        let config = read(RETRY);
        let address = "/f/x".parse().unwrap();
        let unhealthy = ["a".to_owned()];
        for (name, attempt, names) in [
            ("targets", 1, &[][..]),
            ("second-try", 2, &[]),
            ("unhealthy", 1, &unhealthy),
            ("retried", 2, &unhealthy),
        ] {
            let question = Question {
                supposed: Supposed::read(&[&config], attempt, names).unwrap(),
                ..Question::get(&address)
            };
            insta::assert_snapshot!(name, Explanation::of(&config, &question, Switch::ENFORCE));
        }
    }

    #[test]
    fn a_later_attempt_without_retry_is_refused() {
        let said = Supposed::read(&[&read("")], 2, &[]).unwrap_err();
        assert_eq!(
            said.to_string(),
            "the configuration has no [retry], so every attempt is a first one; leave --attempt out"
        );
    }

    #[test]
    fn the_side_and_who_answers_are_explained_as_the_edge_answers() {
        let (config, next) = (Loaded::of(CONFIG), Loaded::of(NEXT));
        let sides = Sides::new(config.config(), Some(next.config()));
        let configs = [config.config(), next.config()];
        for row in ON_NEXT {
            let address = row.path.parse().unwrap();
            let cdn_loop = Field {
                name: "cdn-loop".to_owned(),
                value: row.cdn_loop.to_owned(),
            };
            let question = Question {
                supposed: Supposed::read(&configs, row.attempt, &[]).unwrap(),
                fields: &[cdn_loop],
                ..Question::get(&address)
            };
            let switch = Switch::ENFORCE.with_next(Share::ALL);
            let explained = Explanation::of(sides, &question, switch);
            let on = explained.side.unwrap();
            let found = (Some(on.answered_by), &*explained.decision.header);
            let expected = (row.expected.by, row.expected.decision);
            assert_eq!(found, expected, "{}, attempt {}", row.path, row.attempt);
            let has_path = explained.request.segments.is_some();
            assert_eq!(on.side == "next", has_path, "{}", row.path);
        }
    }

    #[test]
    fn both_sides_of_a_file_are_explained() {
        let (config, next) = (Loaded::of(CONFIG), Loaded::of(NEXT));
        let sides = Sides::new(config.config(), Some(next.config()));
        for (name, path, switch) in [
            ("side-next", FILE_OF_NEXT, "enforce, next 50%"),
            ("side-config", FILE_OF_CONFIG, "enforce, next 50%"),
            ("side-without-share", FILE_OF_NEXT, "enforce"),
            ("side-refused", "/old/serde", "shadow, next 100%"),
        ] {
            let address = path.parse().unwrap();
            let question = Question::get(&address);
            let explained = Explanation::of(sides, &question, switch.parse().unwrap());
            let text = explained.to_string();
            let (_, decision) = text.split_once("5 Decision\n").unwrap();
            insta::assert_snapshot!(name, decision);
        }
    }

    #[test]
    fn a_location_that_next_refuses_is_a_finding_though_config_answers() {
        let (config, next) = (Loaded::of(CONFIG), Loaded::of(NEXT));
        let sides = Sides::new(config.config(), Some(next.config()));
        let of_2023 = |chosen: &Chosen<'_, '_>| {
            let built = target::build(chosen);
            built.replace("next.example", "next.exampleserde")
        };
        for (path, is_refused) in [(FILE_OF_NEXT, true), ("/old/serde", false)] {
            let address = path.parse().unwrap();
            let question = Question::get(&address);
            let switch = Switch::ENFORCE.with_next(Share::ALL);
            let explained = Explanation::with(&of_2023, sides, &question, switch);
            assert_eq!(explained.is_refused(), is_refused, "{path}");
            let on = explained.side.as_ref().unwrap();
            assert_eq!(on.answered_by, "config", "{path}");
            let refusal = is_refused.then_some("not-the-base");
            assert_eq!(on.next_refusal, refusal, "{path}");
            if is_refused {
                insta::assert_snapshot!("side-proof-refused", explained);
            }
        }
    }

    #[test]
    fn a_target_of_either_configuration_may_be_unhealthy() {
        let (production, two) = (production(), read(RETRY));
        let configs = [production.config(), &two];
        assert!(Supposed::read(&configs, 2, &["a".to_owned()]).is_ok());
        let said = Supposed::read(&configs, 1, &["c".to_owned()]).unwrap_err();
        let expected = "the configuration has no target `c`; name one of static";
        assert_eq!(said.to_string(), expected);
    }
}
