use std::borrow::Cow;

use serde::Serialize;

use crate::log::{Entry, Time};

/// What `watch` reads of a log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) time: Time,
    /// Only GET downloads: HEAD before it does not make it a repeat.
    pub(crate) is_get: bool,
    /// Nothing if the client is unknown, or the request is no download.
    pub(crate) download: Option<Download<'a>>,
    pub(crate) url: Cow<'a, str>,
    pub(crate) status: u16,
    pub(crate) edge_location: Option<Cow<'a, str>>,
    pub(crate) route: Option<Cow<'a, str>>,
    /// Where the location leads, sent or held back.
    pub(crate) target: Option<Cow<'a, str>>,
    pub(crate) answer: Answer<'a>,
    pub(crate) refusal: Option<Cow<'a, str>>,
    pub(crate) in_force: Option<InForce<'a>>,
    /// Nothing if `next` has no share.
    pub(crate) side: Option<Side>,
    /// Why `config` answered for the side of `next`.
    pub(crate) left: Option<Left>,
}

/// The side of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// That of `config`.
    Config,
    /// That of `next`.
    Next,
}

/// Why `config` answers a request on the side of `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// `next` has no way for it, and `config` has one.
    Refused,
    /// `next` answered an earlier attempt.
    Retried,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Download<'a> {
    pub(crate) address: Cow<'a, str>,
    pub(crate) user_agent: Cow<'a, [u8]>,
    pub(crate) path: Cow<'a, str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer<'a> {
    Redirect,
    /// The edge told a browser that it may ask for a redirect.
    Preflight,
    /// By the origin, for this reason.
    Origin(Cow<'a, str>),
    /// The line has no decision, and its status is not a redirect's.
    Other,
}

/// The revision and switch of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct InForce<'a> {
    pub(crate) revision: Cow<'a, str>,
    pub(crate) switch: Cow<'a, str>,
}

/// The reasons for the origin of requests that no switch would redirect.
const NOT_ON_ROUTES: [&str; 5] = [
    "no-route",
    "origin-route",
    "came-from-target",
    "method-not-redirectable",
    "path-malformed",
];

/// The reasons that hold a proven location back. A repeated attempt is judged by its repeat.
const HELD_BACK: [&str; 4] = ["switch-off", "switch-shadow", "not-in-rollout", "retried"];

impl<'a> Line<'a> {
    /// Takes what `watch` needs of a log line.
    ///
    /// # Errors
    ///
    /// What it lacks.
    pub(crate) fn of(entry: Entry<'a>) -> Result<Self, String> {
        let time = entry.time().map_err(|lacking| lacking.to_string())?;
        let status = entry.status().map_err(|lacking| lacking.to_string())?;
        let is_get = entry.asked.method == "GET";
        let client = entry.client.filter(|_| is_get);
        let download = client.map(|address| Download {
            address,
            user_agent: entry.user_agent.unwrap_or_default(),
            path: entry.asked.path(),
        });
        let answer = match &entry.decided {
            Some(decided) if decided.is_redirect() => Answer::Redirect,
            Some(decided) if decided.is_preflight() => Answer::Preflight,
            Some(decided) => Answer::Origin(text_or(decided.reason.as_ref(), "unknown")),
            None if (300..400).contains(&status) && status != 304 => Answer::Redirect,
            None => Answer::Other,
        };
        let in_force = entry.decided.as_ref().map(|decided| InForce {
            revision: text_or(decided.revision.as_ref(), "none"),
            switch: text_or(decided.switch.as_ref(), "none"),
        });
        let decided = entry.decided.as_ref();
        let side = decided.and_then(|decided| Side::read(decided.side.as_deref()?));
        let left = decided.and_then(|decided| Left::read(decided.because.as_deref()?));
        let (refusal, route, target) = match entry.decided {
            Some(decided) => (decided.refusal, decided.route, decided.target),
            None => (None, None, None),
        };
        Ok(Self {
            time,
            is_get,
            download,
            url: entry.asked.url,
            status,
            edge_location: entry.edge_location,
            route,
            target,
            answer,
            refusal,
            in_force,
            side,
            left,
        })
    }

    /// The configuration that answered, while `next` has a share.
    pub(crate) fn answered_by(&self) -> Option<Side> {
        match self.left {
            Some(_) => self.side.and(Some(Side::Config)),
            None => self.side,
        }
    }

    /// Whether a route leaves it to the origin on purpose.
    pub(crate) fn is_of_origin_route(&self) -> bool {
        matches!(&self.answer, Answer::Origin(reason) if reason == "origin-route")
    }

    /// Whether a redirect may be expected: the request is on a route, or the line does not say.
    pub(crate) fn is_on_route(&self) -> bool {
        match &self.answer {
            Answer::Redirect => true,
            Answer::Origin(reason) => !NOT_ON_ROUTES.contains(&&**reason),
            Answer::Preflight => false,
            Answer::Other => self.is_get,
        }
    }

    /// Whether it is on a route, and neither redirected nor held back by the switch; without a decision
    /// in the line, whether it failed.
    pub(crate) fn is_not_redirected(&self) -> bool {
        match &self.answer {
            Answer::Redirect | Answer::Preflight => false,
            Answer::Origin(reason) => self.is_on_route() && !HELD_BACK.contains(&&**reason),
            Answer::Other => self.is_get && self.status >= 400,
        }
    }

    pub(crate) fn to_static(&self) -> Line<'static> {
        let download = self.download.as_ref().map(|download| Download {
            address: owned(&download.address),
            user_agent: download.user_agent.to_vec().into(),
            path: owned(&download.path),
        });
        let in_force = self.in_force.as_ref().map(|in_force| InForce {
            revision: owned(&in_force.revision),
            switch: owned(&in_force.switch),
        });
        Line {
            time: self.time,
            is_get: self.is_get,
            download,
            url: owned(&self.url),
            status: self.status,
            edge_location: self.edge_location.as_deref().map(owned),
            route: self.route.as_deref().map(owned),
            target: self.target.as_deref().map(owned),
            answer: match &self.answer {
                Answer::Redirect => Answer::Redirect,
                Answer::Preflight => Answer::Preflight,
                Answer::Origin(reason) => Answer::Origin(owned(reason)),
                Answer::Other => Answer::Other,
            },
            refusal: self.refusal.as_deref().map(owned),
            in_force,
            side: self.side,
            left: self.left,
        }
    }
}

impl Side {
    /// As logs have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Next => "next",
        }
    }

    fn read(text: &str) -> Option<Self> {
        let sides = [Self::Config, Self::Next];
        sides.into_iter().find(|side| side.name() == text)
    }
}

impl Left {
    fn read(text: &str) -> Option<Self> {
        match text {
            "next-refused" => Some(Self::Refused),
            "next-retried" => Some(Self::Retried),
            _ => None,
        }
    }
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

fn text_or<'a>(text: Option<&Cow<'a, str>>, default: &'static str) -> Cow<'a, str> {
    text.map_or(Cow::Borrowed(default), Cow::clone)
}

#[cfg(test)]
pub(crate) mod tests;
