//! The expected answer, computed by the edge's own code.

use signpost::reply::BY_NEXT;
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::values::Switch;

use crate::smoke::gather::redirect::Redirect;

/// The expected answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A redirect to one of the route's targets, the same for HEAD and as JSON.
    Redirect(Box<Redirect>),
    /// The origin's answer, with this value of `signpost-decision`.
    Origin { decision: String },
    /// No answer, but that the certificate of a server lasts.
    Certificate,
}

impl Expected {
    /// The expected answer to a GET request.
    pub(crate) fn of<'c>(
        sides: impl Into<Sides<'c>>,
        switch: Switch,
        request: &Request<'_>,
    ) -> Self {
        let sides = sides.into();
        if let Some(redirect) = Redirect::of(sides, switch, request) {
            return Self::Redirect(Box::new(redirect));
        }
        let answer = signpost::answer(sides, request, switch);
        let reason = answer.decision().reason();
        let decision = reason.map(|reason| answer.decision_header(reason));
        Self::Origin {
            decision: decision.unwrap_or_default().into_owned(),
        }
    }

    pub(crate) fn redirect(&self) -> Option<&Redirect> {
        match self {
            Self::Redirect(redirect) => Some(redirect),
            Self::Origin { .. } | Self::Certificate => None,
        }
    }

    /// The location on a first attempt while every target is healthy.
    pub(crate) fn location(&self) -> Option<&str> {
        Some(&self.redirect()?.first().location)
    }

    /// The value of `signpost-decision`.
    pub(crate) fn decision(&self) -> Option<String> {
        match self {
            Self::Redirect(redirect) => redirect.first().plain.decision(),
            Self::Origin { decision } => Some(decision.clone()),
            Self::Certificate => None,
        }
    }

    /// Whether the configuration in `next` must answer.
    pub(crate) fn is_by_next(&self) -> bool {
        self.decision()
            .is_some_and(|decision| decision.ends_with(BY_NEXT))
    }
}

#[cfg(test)]
mod tests {
    use signpost::request::Request;
    use signpost::values::Switch;

    use super::Expected;
    use crate::small::production;

    const DOWNLOAD: &str = "/api/v1/crates/smallvec/1.10.0/download";

    #[test]
    fn a_redirect_says_where_in_both_forms() {
        let loaded = production();
        let request = Request::new("GET", "crates.io", DOWNLOAD);
        let Expected::Redirect(redirect) = Expected::of(loaded.config(), Switch::ENFORCE, &request)
        else {
            panic!("no redirect");
        };
        let location = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";
        let only = redirect.first();
        assert_eq!(redirect.targets().count(), 1);
        assert_eq!(only.location, location);
        assert_eq!(
            only.to_string(),
            "the target `static` (https://static.crates.io)"
        );
        assert_eq!(only.plain.status, 302);
        assert_eq!(only.plain.header("location").as_deref(), Some(location));
        assert_eq!(only.json.status, 200);
        assert_eq!(only.json.body, format!("{{\"url\":\"{location}\"}}"));
    }

    #[test]
    fn other_requests_have_a_reason() {
        let loaded = production();
        for (switch, path, decision) in [
            (Switch::OFF, DOWNLOAD, "origin;reason=\"switch-off\""),
            (Switch::SHADOW, DOWNLOAD, "origin;reason=\"switch-shadow\""),
            (Switch::ENFORCE, "/", "origin;reason=\"no-route\""),
        ] {
            let request = Request::new("GET", "crates.io", path);
            let expected = Expected::of(loaded.config(), switch, &request);
            assert_eq!(
                expected.decision().as_deref(),
                Some(decision),
                "{switch} {path}"
            );
            assert_eq!(expected.location(), None);
        }
    }
}
