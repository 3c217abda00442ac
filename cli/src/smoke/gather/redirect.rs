//! A redirect that the edge must send: to the first target of its file, or to another one that the
//! configuration allows.

use std::fmt;

use signpost::Answer;
use signpost::config::{Config, Target};
use signpost::decision::Because;
use signpost::request::Request;
use signpost::sides::{Side, Sides};
use signpost::values::Switch;

use crate::smoke::ask::answered::{Answered, JSON};

/// A redirect to each target of its route, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    first: AtTarget,
    others: Vec<Other>,
}

/// A redirect to one target, with the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AtTarget {
    pub(crate) name: String,
    /// For the person who repairs it.
    pub(crate) base: String,
    pub(crate) location: String,
    pub(crate) plain: Answered,
    pub(crate) json: Answered,
}

/// A target that is not the file's first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Other {
    at: AtTarget,
    /// The same for each reason for which the edge may send there.
    because: Vec<(Because, AtTarget)>,
}

impl Redirect {
    /// The redirect of a GET request; nothing if the origin must answer.
    pub(crate) fn of<'c>(
        sides: impl Into<Sides<'c>>,
        switch: Switch,
        request: &Request<'_>,
    ) -> Option<Self> {
        let sides = sides.into();
        let at_config = || Self::at(sides.config(), switch, request);
        let Some(next) = sides.next_for(request, switch) else {
            return at_config();
        };
        // No client asks for a file twice, so none is sent to `config` for that.
        match signpost::answer(sides, request, switch).answered_by() {
            Some(Side::Next) => Some(Self::at(next, switch, request)?.by_next()),
            _ => Some(at_config()?.instead_of_next()),
        }
    }

    /// The redirect of a configuration that answers every file.
    fn at(config: &Config, switch: Switch, request: &Request<'_>) -> Option<Self> {
        let as_json = request.clone().with_accept([JSON.as_bytes()]);
        let [plain, json] = [request, &as_json]
            .map(|request| signpost::answers_at_every_target(config, request, switch));
        let mut answers = plain.iter().zip(&json);
        let (first, first_target) = AtTarget::of(answers.next()?)?;
        // A target is skipped only if its health is known, or if the client was sent there before.
        let is_retried = config.retry().is_some();
        let mut may_be_passed = first_target.health_backend().is_some();
        let others = answers.filter_map(|answer| {
            let (at, target) = AtTarget::of(answer)?;
            let unhealthy = may_be_passed.then_some(Because::TargetUnhealthy);
            let second_attempt = is_retried.then_some(Because::SecondTry);
            may_be_passed &= target.health_backend().is_some();
            let because = unhealthy.into_iter().chain(second_attempt);
            let because = because.map(|because| (because, at.because(because)));
            let because = because.collect();
            Some(Other { at, because })
        });
        Some(Self {
            first,
            others: others.collect(),
        })
    }

    /// The same, when `next` answers.
    fn by_next(self) -> Self {
        self.each(|at, because| at.with(because, Side::Next))
    }

    /// The same, when `config` answers what `next` has no way for. No answer gives two reasons.
    fn instead_of_next(self) -> Self {
        self.each(|at, _| at.with(Some(Because::NextRefused), Side::Config))
    }

    /// The same, with other answers for each target and reason.
    fn each(mut self, answers: impl Fn(&AtTarget, Option<Because>) -> AtTarget) -> Self {
        self.first = answers(&self.first, None);
        for Other { at, because } in &mut self.others {
            for (because, to) in because {
                *to = answers(at, Some(*because));
            }
        }
        self
    }

    pub(crate) fn only(at: AtTarget) -> Self {
        Self {
            first: at,
            others: Vec::new(),
        }
    }

    /// The redirect of a first attempt while every target is healthy.
    pub(crate) fn first(&self) -> &AtTarget {
        &self.first
    }

    /// The redirect to each target of the route.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &AtTarget> {
        let others = self.others.iter().map(|other| &other.at);
        std::iter::once(&self.first).chain(others)
    }

    /// Every allowed redirect.
    #[cfg(test)]
    pub(crate) fn right(&self) -> impl Iterator<Item = &AtTarget> {
        let others = self.others.iter().flat_map(|other| &other.because);
        std::iter::once(&self.first).chain(others.map(|(_, at)| at))
    }

    /// The allowed redirect that an answer means, else the first.
    pub(crate) fn matching(&self, answered: &Answered) -> &AtTarget {
        let elsewhere = self.elsewhere(answered);
        elsewhere.map_or(&self.first, |(target, _)| target)
    }

    /// The allowed redirect to another target that an answer means, and when the edge sends it.
    pub(crate) fn elsewhere(&self, answered: &Answered) -> Option<(&AtTarget, &'static str)> {
        let names = |at: &AtTarget| at.plain.decision() == answered.decision();
        let is_first = self.first.matches(answered);
        if is_first && names(&self.first) {
            return None;
        }
        let others = self.others.iter().flat_map(|other| &other.because);
        let mut meant = others.filter(|(_, at)| at.matches(answered));
        // Without a reason, the answer is compared with the first allowed one, and found wrong.
        let exact = meant.clone().find(|(_, at)| names(at));
        let (because, target) = match exact {
            None if is_first => return None,
            exact => exact.or_else(|| meant.next())?,
        };
        Some((target, when(*because)))
    }
}

impl AtTarget {
    /// The answer to GET, and the one to a client that accepts JSON.
    fn of<'c>((plain, json): (&Answer<'c, '_>, &Answer<'c, '_>)) -> Option<(Self, &'c Target)> {
        let location = plain.decision().location()?.as_str().to_owned();
        let target = plain.target()?;
        let plain = plain.reply()?;
        let json = json.reply().map(Answered::from);
        let at = Self {
            name: target.name().to_owned(),
            base: target.base().to_string(),
            location,
            plain: Answered::from(plain),
            json: json.unwrap_or_default(),
        };
        Some((at, target))
    }

    /// The same, with a reason in the decision.
    fn because(&self, because: Because) -> Self {
        self.with(Some(because), Side::Config)
    }

    /// The same, with a reason in the decision, and who answers.
    fn with(&self, because: Option<Because>, by: Side) -> Self {
        let mut at = self.clone();
        for answered in [&mut at.plain, &mut at.json] {
            answered.add_to_decision(because, by);
        }
        at
    }

    /// Whether an answer names this location, as a redirect or as JSON.
    fn matches(&self, answered: &Answered) -> bool {
        match answered.header("location") {
            Some(location) => location == self.location,
            None => !answered.body.is_empty() && answered.body == self.json.body,
        }
    }
}

impl fmt::Display for AtTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the target `{}` ({})", self.name, self.base)
    }
}

/// Why the first target is passed over.
fn when(because: Because) -> &'static str {
    match because {
        Because::SecondTry => "this client asked before",
        _ => "that is unhealthy",
    }
}

#[cfg(test)]
mod tests {
    use signpost::decision::Because;
    use signpost::request::Request;
    use signpost::sides::Sides;
    use signpost::values::{Share, Switch};

    use super::{AtTarget, Redirect};
    use crate::file::Loaded;
    use crate::small::{RETRY, small};
    use crate::smoke::ask::answered::Answered;

    /// The redirect of a file whose targets are a, b and c in this order.
    fn redirect(with_health: &[&str], retry: &str) -> Redirect {
        let text = small(&[("a", 1), ("b", 1), ("c", 1)], with_health, retry);
        let loaded = Loaded::of(&text);
        let paths = (b'a'..=b'z').map(|letter| format!("/f/{}", char::from(letter)));
        let mut redirects = paths.filter_map(|path| {
            let request = Request::new("GET", "", &path);
            Redirect::of(loaded.config(), Switch::ENFORCE, &request)
        });
        let is_in_order = |redirect: &Redirect| {
            let names: Vec<_> = redirect.targets().map(|at| at.name.clone()).collect();
            names == ["a", "b", "c"]
        };
        redirects.find(is_in_order).unwrap()
    }

    /// The reasons for which it may send to each target.
    fn may_send(
        redirect: &Redirect,
        answer: impl Fn(&AtTarget) -> &Answered,
    ) -> [Vec<&'static str>; 3] {
        [0, 1, 2].map(|place| {
            let at = redirect.targets().nth(place).unwrap();
            let may_be = |because: &Because| {
                let at = at.because(*because);
                let elsewhere = redirect.elsewhere(answer(&at));
                elsewhere.is_some_and(|(target, _)| *target == at)
            };
            let reasons = [Because::TargetUnhealthy, Because::SecondTry];
            reasons
                .into_iter()
                .filter(may_be)
                .map(Because::code)
                .collect()
        })
    }

    #[test]
    fn another_target_is_right_only_for_the_reasons_that_the_configuration_gives() {
        let unhealthy: &[_] = &["target-unhealthy"];
        let second: &[_] = &["second-try"];
        let either: &[_] = &["target-unhealthy", "second-try"];
        let rows: [(&[&str], _, [&[&str]; 3]); 7] = [
            (&[], "", [&[], &[], &[]]),
            (&["a"], "", [&[], unhealthy, &[]]),
            (&["b"], "", [&[], &[], &[]]),
            (&["a", "b"], "", [&[], unhealthy, unhealthy]),
            (&[], RETRY, [&[], second, second]),
            (&["a"], RETRY, [&[], either, second]),
            (&["a", "b"], RETRY, [&[], either, either]),
        ];
        for (health, retry, expected) in rows {
            let redirect = redirect(health, retry);
            let plain = may_send(&redirect, |at| &at.plain);
            assert_eq!(plain, expected, "{health:?} {retry}");
            let json = may_send(&redirect, |at| &at.json);
            assert_eq!(json, expected, "{health:?} {retry}, as JSON");
        }
    }

    #[test]
    fn another_target_without_a_reason_is_compared_with_one_that_has_one() {
        let redirect = redirect(&["a"], RETRY);
        let second = redirect.targets().nth(1).unwrap();
        let (target, _) = redirect.elsewhere(&second.plain).unwrap();
        assert_ne!(target.plain, second.plain);
        assert_eq!(target.location, second.location);
    }

    #[test]
    fn who_answers_on_the_side_of_next_is_in_every_answer() {
        let text = |targets: &[_], path| {
            let text = small(targets, &["a", "b"], RETRY);
            Loaded::of(&text.replace("/f/", path))
        };
        let config = text(&[("a", 1), ("b", 1), ("c", 1)], "/f/");
        let same = text(&[("a", 1), ("b", 1), ("c", 2)], "/f/");
        let elsewhere = text(&[("a", 1), ("b", 1)], "/g/");
        let request = Request::new("GET", "", "/f/a");
        let switch = Switch::ENFORCE.with_next(Share::ALL);
        // `next`, and how every answer ends: at the first target, and at the others.
        let refused = ";because=\"next-refused\"";
        let rows = [
            ("next answers", &same, [";by=\"next\"", "\";by=\"next\""]),
            ("next has no route", &elsewhere, [refused, refused]),
        ];
        for (row, next, ends) in rows {
            let sides = Sides::new(config.config(), Some(next.config()));
            let redirect = Redirect::of(sides, switch, &request).unwrap();
            for (number, at) in redirect.right().enumerate() {
                let end = ends[usize::from(number > 0)];
                for answered in [&at.plain, &at.json] {
                    let decision = answered.decision().unwrap();
                    assert!(decision.ends_with(end), "{row}: {decision}");
                    assert_eq!(decision.matches(end).count(), 1, "{row}: {decision}");
                }
            }
            assert!(redirect.right().count() > 2, "{row}");
        }
    }

    #[test]
    fn unknown_locations_are_compared_with_the_first_target() {
        let redirect = redirect(&["a", "b"], RETRY);
        let first = redirect.first();
        for location in [
            "https://a.examplex",
            "https://d.example/x",
            "https://b.example/",
        ] {
            let wrong = Answered {
                headers: vec![("location".to_owned(), location.to_owned())],
                ..first.plain.clone()
            };
            assert_eq!(redirect.elsewhere(&wrong), None, "{location}");
            assert_eq!(redirect.matching(&wrong), first, "{location}");
        }
        let second = redirect.targets().nth(1).unwrap();
        let second = second.because(Because::SecondTry);
        assert_eq!(redirect.matching(&second.plain), &second);
        assert_eq!(redirect.matching(&Answered::default()), first);
    }
}
