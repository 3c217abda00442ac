//! What is in force on one side of the plan, and how it answers.

use signpost::config::{Config, RouteName, Target};
use signpost::decision::Reason;
use signpost::received::Received;
use signpost::request::Request;
use signpost::sides::{self, Sides};
use signpost::values::{Host, Share, Switch};
use signpost::{Answer, answers_at_every_target};
use signpost_logs::log::Asked;

use super::kept::Kept;
use crate::unhealthy::Unhealthy;

/// The entries `config` and `next`, and the unhealthy targets, with which one side of the plan answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side<'c> {
    /// `None` before the first deployment: the origin answers every request.
    config: Option<&'c Config>,
    /// The configuration in `next`, which has a share of the files.
    next: Option<&'c Config>,
    switch: Switch,
    /// The host of requests without one; nothing if the routes apply to any host.
    host: Option<&'c str>,
    unhealthy: &'c Unhealthy,
}

/// A redirect that a client may get.
#[derive(Clone, Debug)]
pub(super) struct Redirect<'c> {
    pub(super) location: String,
    pub(super) route: &'c str,
    pub(super) target: &'c str,
    /// Whether its target is the first choice, to which a first attempt is sent.
    pub(super) is_first: bool,
    /// The entry whose configuration redirects, if there are two.
    pub(super) entry: Option<sides::Side>,
    /// What caches make of it.
    pub(super) kept: Option<Kept>,
}

impl<'c> Side<'c> {
    pub(super) fn new(config: Option<&'c Config>, unhealthy: &'c Unhealthy) -> Self {
        Self {
            config,
            next: None,
            switch: Switch::ENFORCE,
            host: config.and_then(first_host),
            unhealthy,
        }
    }

    /// The same with this configuration in `next`, for a share of the files.
    pub(super) fn with_next(self, next: &'c Config, share: Share) -> Self {
        Self {
            next: Some(next),
            switch: self.switch.with_next(share),
            ..self
        }
    }

    /// The same, asked at the first host of another configuration if its own applies to any host.
    pub(super) fn or_at_host_of(self, other: &'c Config) -> Self {
        Self {
            host: self.host.or_else(|| first_host(other)),
            ..self
        }
    }

    pub(super) fn config(&self) -> Option<&'c Config> {
        self.config
    }

    pub(super) fn next(&self) -> Option<&'c Config> {
        self.next
    }

    pub(super) fn host(&self) -> Option<&'c str> {
        self.host
    }

    pub(super) fn answer<'r>(&self, request: &'r Request<'_>) -> Answer<'c, 'r> {
        match self.config {
            Some(config) => {
                let sides = Sides::new(config, self.next);
                self.unhealthy.answer(sides, request, self.switch)
            }
            None => Answer::origin(Reason::ConfigMissing),
        }
    }

    /// The request as the platform hands it over.
    pub(super) fn receive<'a>(&self, asked: &'a Asked<'_>, target: &'a str) -> Received<'a>
    where
        'c: 'a,
    {
        Received::read(asked.host().or(self.host), target)
    }

    /// The redirects that clients may get for this request at a host, which may be unknown, and a path.
    ///
    /// There is one for each target that is not unhealthy, because health changes and a second attempt goes
    /// elsewhere; one for each if none is healthy.
    pub(super) fn redirects(
        &self,
        asked: &Asked<'_>,
        host: Option<&str>,
        target: &str,
    ) -> Vec<Redirect<'c>> {
        let applies = |config: &&Config| config.applies_to(host.unwrap_or_default());
        if !self.config.iter().chain(&self.next).any(applies) {
            return Vec::new();
        }
        let received = Received::read(host, target);
        let request = request(asked, &received);
        let Some((config, entry)) = self.answering(&request) else {
            return Vec::new();
        };
        let mut answers = answers_at_every_target(config, &request, Switch::ENFORCE);
        let is_healthy = |answer: &Answer<'_, '_>| {
            let backend = answer.target().and_then(Target::health_backend);
            backend.is_none_or(|backend| self.unhealthy.is_healthy(backend))
        };
        if answers.iter().any(is_healthy) {
            answers.retain(is_healthy);
        }
        let redirects = answers.iter().enumerate();
        let redirects = redirects.filter_map(|(place, answer)| Redirect::of(answer, place == 0));
        redirects
            .map(|redirect| Redirect { entry, ..redirect })
            .collect()
    }

    /// The configuration that answers a first attempt, and its entry if there are two.
    fn answering(&self, request: &Request<'_>) -> Option<(&'c Config, Option<sides::Side>)> {
        if self.next.is_none() {
            return Some((self.config?, None));
        }
        let answer = self.answer(request);
        Some((answer.config()?, answer.answered_by()))
    }
}

impl<'c> Redirect<'c> {
    /// Nothing for other answers, JSON among them.
    fn of(answer: &Answer<'c, '_>, is_first: bool) -> Option<Self> {
        let reply = answer.reply()?;
        let location = reply.header("location")?.to_owned();
        Some(Self {
            location,
            route: answer.route_name().map_or("", RouteName::as_str),
            target: answer.target().map_or("", Target::name),
            is_first,
            entry: None,
            kept: Kept::of(&reply),
        })
    }
}

fn first_host(config: &Config) -> Option<&str> {
    config.hosts()?.first().map(Host::as_str)
}

/// The request as the edge reads it.
pub(super) fn request<'r>(asked: &Asked<'_>, received: &'r Received<'_>) -> Request<'r> {
    let request = received.request(&asked.method);
    if asked.is_preflight {
        // Any origin: it is not logged.
        return request.with_preflight(Some(b"null"), Some(b"GET"));
    }
    if asked.accepts_json {
        return request.with_accept([&b"application/json"[..]]);
    }
    request
}
