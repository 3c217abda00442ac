//! Clients that ask again and again, a memory with a clock that the test moves, and sandboxes that
//! come and go.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use signpost::config::Config;
use signpost::request::Request;
use signpost::retry::{self, Budget, Client, Key, Memory, Secret, Surroundings, Unknown, Window};
use signpost::switch::Switch;
use signpost::target::{Health, Target, Tries, all_healthy};
use signpost::{Answer, target};

/// A route with three targets, and one with one.
pub(crate) const CONFIG: &str = r#"
allowed_hosts = ["a.example", "b.example", "c.example"]
hosts = ["crates.io"]
origin.backends = ["origin"]
RETRY

[targets]
a = { base = "https://a.example", health_backend = "a" }
b = { base = "https://b.example", health_backend = "b" }
c = { base = "https://c.example", health_backend = "c" }

[[routes]]
name = "download"
path = "/d/{name:crate}/{version:semver}"
targets = ["a", "b", "c"]
location = "/{name}/{version}"
examples = [
    { target = "a", request = "/d/x/1.0.0", location = "https://a.example/x/1.0.0" },
    { target = "b", request = "/d/x/1.0.0", location = "https://b.example/x/1.0.0" },
    { target = "c", request = "/d/x/1.0.0", location = "https://c.example/x/1.0.0" },
]

[[routes]]
name = "readme"
path = "/r/{name:crate}"
target = "a"
json = false
location = "/r/{name}"
examples = [{ request = "/r/x", location = "https://a.example/r/x" }]
"#;

pub(crate) fn config(retry: &str) -> Config {
    let text = CONFIG.replace("RETRY", retry);
    Config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

/// What the sandboxes of a point of presence remember together.
#[derive(Default)]
pub(crate) struct Remembered {
    pub(crate) now: Duration,
    pub(crate) entries: BTreeMap<Key, (Tries, Duration)>,
    pub(crate) secret: u8,
    /// What does not work.
    pub(crate) fault: Option<Fault>,
    allowed: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    Secret,
    Recall,
    Remember,
    Allowance,
}

impl Remembered {
    fn works(&self, part: Fault) -> Result<(), Unknown> {
        (self.fault != Some(part)).then_some(()).ok_or(Unknown)
    }
}

impl Memory for Remembered {
    fn secret(&mut self) -> Result<Secret, Unknown> {
        self.works(Fault::Secret)?;
        Ok(Secret::new([self.secret; 32]))
    }

    fn recall(&mut self, key: &Key) -> Result<Tries, Unknown> {
        self.works(Fault::Recall)?;
        let found = self.entries.get(key).filter(|(_, until)| *until > self.now);
        Ok(found.map_or(Tries::NONE, |(tries, _)| *tries))
    }

    fn remember(&mut self, key: &Key, tries: Tries, window: Window) -> Result<(), Unknown> {
        self.works(Fault::Remember)?;
        let until = self.now + window.as_duration();
        self.entries.insert(*key, (tries, until));
        Ok(())
    }

    fn take_allowance(&mut self) -> Result<bool, Unknown> {
        self.works(Fault::Allowance)?;
        let is_free = self.allowed.is_none_or(|until| until <= self.now);
        if is_free {
            self.allowed = Some(self.now + Duration::from_secs(1));
        }
        Ok(is_free)
    }
}

pub(crate) const CARGO: Client<'_> = Client {
    address: IpAddr::V4(Ipv4Addr::new(198, 51, 100, 17)),
    user_agent: b"cargo/1.95.0",
};

/// A sandbox, and the memory that it shares with others.
#[derive(Default)]
pub(crate) struct Scene {
    pub(crate) memory: Remembered,
    pub(crate) budget: Budget,
    pub(crate) chance: u8,
}

impl Scene {
    pub(crate) fn answer<'c>(
        &mut self,
        config: &'c Config,
        request: &Request<'_>,
        switch: Switch,
        client: Option<Client<'_>>,
        health: Health<'_>,
    ) -> Answer<'c> {
        let asked = Cell::new(false);
        let who = || {
            asked.set(true);
            client
        };
        let answer = retry::answer(
            target::build,
            config,
            request,
            switch,
            who,
            &mut Surroundings {
                health,
                memory: &mut self.memory,
                budget: &mut self.budget,
                chance: self.chance,
            },
        );
        // Nobody asks who a client is whose tries do not count.
        assert!(asked.get() || answer.attempt().is_none(), "{request:?}");
        answer
    }

    pub(crate) fn ask<'c>(
        &mut self,
        config: &'c Config,
        request: &Request<'_>,
        client: Client<'_>,
    ) -> Answer<'c> {
        self.answer(config, request, Switch::ENFORCE, Some(client), &all_healthy)
    }

    pub(crate) fn get<'c>(&mut self, config: &'c Config, path: &str) -> Answer<'c> {
        self.ask(config, &Request::new("GET", "crates.io", path), CARGO)
    }
}

/// Where an answer leads: the name of a target, or the reason.
pub(crate) fn way(answer: &Answer<'_>) -> String {
    match (answer.decision().reason(), answer.target()) {
        (Some(reason), _) => reason.code().to_owned(),
        (None, target) => target.map_or("", Target::name).to_owned(),
    }
}
