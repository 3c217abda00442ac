//! Stage 4: the proof. A [`Location`] exists only if a candidate has passed every point of it.

mod point;
mod refusal;

use std::fmt;

use url::Url;

use crate::config::{Config, Target};
use crate::route::{self, RouteMatch};
use crate::target::Candidate;
use crate::values::{Base, MAX_LOCATION, Scheme, Unencoded, encoding};

pub use point::{Point, Verdict};
pub use refusal::Refusal;

/// A proven URL, fit for the `Location` header (RFC 9110, section 10.2.2).
///
/// The string is private and [`Location::prove`] is the only constructor, so every `Location` is the
/// one URL that answers its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location(String);

impl Location {
    /// Proves that a candidate is the URL that answers its request.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of the first point that fails.
    pub fn prove(candidate: Candidate<'_>) -> Result<Self, Refusal> {
        let mut proof = Proof::of(&candidate);
        for point in Point::ALL {
            proof.check(*point)?;
        }
        Ok(Self(candidate.into_url()))
    }

    /// Checks every point of the proof, also after one that fails.
    ///
    /// This is for whoever wants to know why; it proves nothing. [`prove`](Location::prove) checks the
    /// same points in the same order, and fails with the first refusal found here.
    pub fn examine(candidate: &Candidate<'_>) -> Vec<(Point, Verdict)> {
        let mut proof = Proof::of(candidate);
        let points = Point::ALL.iter();
        points
            .map(|point| (*point, proof.verdict(*point)))
            .collect()
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A candidate under proof: its text, the text as a client reads it, and what it must answer.
struct Proof<'p> {
    text: &'p str,
    /// `None` before [`Point::AbsoluteUrl`] is checked.
    url: Option<Url>,
    found: &'p RouteMatch<'p, 'p>,
    target: &'p Target,
}

impl<'p> Proof<'p> {
    fn of(candidate: &'p Candidate<'_>) -> Self {
        let chosen = candidate.chosen();
        Self {
            text: candidate.as_str(),
            url: None,
            found: chosen.found(),
            target: chosen.target(),
        }
    }

    /// Checks one point. Each knows nothing of how the candidate was built.
    fn check(&mut self, point: Point) -> Result<(), Refusal> {
        let base = self.target.base();
        match point {
            Point::ShortEnough => ensure(self.text.len() <= MAX_LOCATION, Refusal::TooLong),
            Point::PrintableAscii => ensure(
                self.text.bytes().all(|byte| byte.is_ascii_graphic()),
                Refusal::NotPrintableAscii,
            ),
            Point::AbsoluteUrl => {
                self.url = Url::parse(self.text).ok();
                self.url().map(drop)
            }
            Point::Canonical => ensure(self.url()?.as_str() == self.text, Refusal::NotCanonical),
            Point::SchemeOfBase => check_scheme(self.url()?, base),
            Point::HostOfBase => check_host(self.url()?, base, self.found.config()),
            Point::NothingElse => check_nothing_else(self.url()?),
            Point::PlainSegments => check_segments(self.url()?, self.target.unencoded()),
            Point::SameCaptures => check_captures(self.url()?, base, self.found),
            Point::NoLoop => check_loop(self.url()?, base, self.found),
        }
    }

    fn verdict(&mut self, point: Point) -> Verdict {
        match self.check(point) {
            Ok(()) => Verdict::Held,
            Err(Refusal::NotAUrl) if point != Point::AbsoluteUrl => Verdict::NotReached,
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    /// The text as a client reads it. Nothing can be asked of a text that is not a URL.
    fn url(&self) -> Result<&Url, Refusal> {
        self.url.as_ref().ok_or(Refusal::NotAUrl)
    }
}

fn check_scheme(url: &Url, base: &Base) -> Result<(), Refusal> {
    let may_be_plain = base.scheme() == Scheme::Http && base.host().is_loopback();
    let is_as_secure_as_the_base = match base.scheme() {
        Scheme::Https => url.scheme() == "https",
        Scheme::Http => url.scheme() == "http" && may_be_plain,
    };
    ensure(is_as_secure_as_the_base, Refusal::Scheme)
}

fn check_host(url: &Url, base: &Base, config: &Config) -> Result<(), Refusal> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default();
    ensure(
        host == base.host().as_str() && port == Some(base.port()),
        Refusal::NotTheBase,
    )?;
    let mut allowed = config.allowed_hosts().iter();
    ensure(
        allowed.any(|allowed| allowed.as_str() == host),
        Refusal::HostNotAllowed,
    )
}

fn check_nothing_else(url: &Url) -> Result<(), Refusal> {
    ensure(
        url.username().is_empty() && url.password().is_none(),
        Refusal::UserInfo,
    )?;
    ensure(url.query().is_none(), Refusal::Query)?;
    ensure(url.fragment().is_none(), Refusal::Fragment)
}

fn check_segments(url: &Url, unencoded: &Unencoded) -> Result<(), Refusal> {
    for segment in encoding::segments(url.path()) {
        ensure(!matches!(segment, "" | "." | ".."), Refusal::UnsafeSegment)?;
        ensure(
            encoding::is_strictly_encoded(segment, unencoded),
            Refusal::UnsafeCharacter,
        )?;
    }
    Ok(())
}

fn check_captures(url: &Url, base: &Base, found: &RouteMatch<'_, '_>) -> Result<(), Refusal> {
    let mut segments = encoding::segments(url.path());
    for expected in base.path() {
        ensure(
            segments.next() == Some(expected.as_str()),
            Refusal::CapturesDiffer,
        )?;
    }
    let mut below_base = Vec::with_capacity(8);
    for segment in segments {
        below_base.push(encoding::decode(segment).ok_or(Refusal::CapturesDiffer)?);
    }
    let read = found.route().location().read(&below_base);
    ensure(
        read.is_ok_and(|captures| captures == found.captures()),
        Refusal::CapturesDiffer,
    )
}

fn check_loop(url: &Url, base: &Base, found: &RouteMatch<'_, '_>) -> Result<(), Refusal> {
    let (host, config) = (base.host(), found.config());
    if !host.is_named_by(found.request().host()) && !config.names_host(host.as_str()) {
        return Ok(());
    }
    let path: Vec<_> = encoding::segments(url.path())
        .filter_map(encoding::decode)
        .collect();
    let comes_back = route::is_on_route(config, host.as_str(), &path);
    ensure(!comes_back, Refusal::Loop)
}

fn ensure(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal) }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Location, Refusal};
    use crate::config::problem::Sink;
    use crate::config::raw::RawConfig;
    use crate::request::Request;
    use crate::route;
    use crate::target::{Candidate, Chosen};

    #[test]
    fn a_host_that_the_operator_did_not_write_a_second_time_is_refused() {
        for (allowed, expected) in [
            ("cdn.example", Ok(())),
            ("mirror.example", Err(Refusal::HostNotAllowed)),
        ] {
            let json = format!(
                r#"{{"allowed_hosts":["{allowed}"],"origin":{{"backends":["origin"]}},"targets":{{"cdn":{{"base":"cdn.example"}}}},"routes":[{{"name":"file","path":"/f/{{file:segment}}","target":"cdn","location":"/{{file}}"}}]}}"#
            );
            let raw: RawConfig = serde_json::from_str(&json).expect("a configuration as written");
            // A configuration whose base is not allowed does not compile: the sink has the problem.
            let (config, _) = crate::config::read(&raw, &mut Sink::default());
            let request = Request::new("GET", "registry.example", "/f/x");
            let found = route::find(&config, &request).expect("a route");
            let target = config.targets().next().expect("a target");
            let chosen = Chosen::at(found, target).expect("a target of the route");
            let candidate = Candidate::new(&chosen, "https://cdn.example/x".to_owned());
            assert_eq!(Location::prove(candidate).map(drop), expected, "{allowed}");
        }
    }
}
