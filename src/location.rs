//! Stage 4: the proof. A [`Location`] exists only if a candidate has passed every point of it.

mod point;
mod refusal;

use std::borrow::Cow;
use std::fmt;

use url::Url;

use crate::config::{Config, Target};
use crate::route::{self, RouteMatch};
use crate::target::Candidate;
use crate::values::encoding::{self, UnreservedPath};
use crate::values::{Base, MAX_LOCATION, Scheme};

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
        let url = read(&candidate);
        let proof = Proof::of(&candidate, url.as_ref());
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
        let url = read(candidate);
        let proof = Proof::of(candidate, url.as_ref());
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
    /// What a client reads; `None` if the text is not a URL.
    url: Option<&'p Url>,
    /// Its path, if there is nothing in it to decode or to encode.
    unreserved: Option<UnreservedPath<'p>>,
    /// The segments of its path, decoded; `None` if one is not UTF-8, which is never strictly encoded and on no
    /// route.
    path: Option<Vec<Cow<'p, str>>>,
    found: &'p RouteMatch<'p, 'p>,
    target: &'p Target,
}

impl<'p> Proof<'p> {
    fn of(candidate: &'p Candidate<'_>, url: Option<&'p Url>) -> Self {
        let chosen = candidate.chosen();
        let path = url.map(Url::path);
        let unreserved = path.and_then(UnreservedPath::of);
        let decoded = || path.and_then(encoding::decoded_segments);
        Self {
            text: candidate.as_str(),
            url,
            unreserved,
            path: unreserved.map_or_else(decoded, |path| Some(path.segments())),
            found: chosen.found(),
            target: chosen.target(),
        }
    }

    /// Checks one point. Each knows nothing of how the candidate was built.
    fn check(&self, point: Point) -> Result<(), Refusal> {
        let base = self.target.base();
        match point {
            Point::ShortEnough => ensure(self.text.len() <= MAX_LOCATION, Refusal::TooLong),
            Point::PrintableAscii => ensure(
                !encoding::any_byte(self.text, |byte| !byte.is_ascii_graphic()),
                Refusal::NotPrintableAscii,
            ),
            Point::AbsoluteUrl => self.url().map(drop),
            Point::Canonical => ensure(self.url()?.as_str() == self.text, Refusal::NotCanonical),
            Point::SchemeOfBase => check_scheme(self.url()?, base),
            Point::HostOfBase => check_host(self.url()?, base, self.found.config()),
            Point::NothingElse => check_nothing_else(self.url()?),
            Point::PlainSegments => self.check_segments(),
            Point::SameCaptures => ensure(self.reads_back()?, Refusal::CapturesDiffer),
            Point::NoLoop => ensure(!self.comes_back()?, Refusal::Loop),
        }
    }

    fn verdict(&self, point: Point) -> Verdict {
        match self.check(point) {
            Ok(()) => Verdict::Held,
            Err(Refusal::NotAUrl) if point != Point::AbsoluteUrl => Verdict::NotReached,
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    /// The text as a client reads it. Nothing can be asked of a text that is not a URL.
    fn url(&self) -> Result<&Url, Refusal> {
        self.url.ok_or(Refusal::NotAUrl)
    }

    fn check_segments(&self) -> Result<(), Refusal> {
        let mut segments = self.path.iter().flatten();
        ensure(
            segments.all(|segment| !matches!(&**segment, "" | "." | "..")),
            Refusal::UnsafeSegment,
        )?;
        let is_strictly_encoded = self.unreserved.is_some()
            || encoding::is_strictly_encoded(self.url()?.path(), self.target.unencoded());
        ensure(is_strictly_encoded, Refusal::UnsafeCharacter)
    }

    /// Whether the path below the base's reads back to the captures. The point before has shown that nothing in the
    /// base's own part is encoded.
    fn reads_back(&self) -> Result<bool, Refusal> {
        self.url()?;
        let base = self.target.base().path();
        let below_base = self.path.as_deref().and_then(|path| {
            let (above, below) = path.split_at_checked(base.len())?;
            above.iter().eq(base).then_some(below)
        });
        let location = self.found.route().location();
        Ok(below_base.is_some_and(|path| location.reads_back_to(path, self.found.captures())))
    }

    /// Whether a route would redirect a request for the candidate again.
    fn comes_back(&self) -> Result<bool, Refusal> {
        self.url()?;
        let (host, config) = (self.target.base().host(), self.found.config());
        let is_own_host =
            || host.is_named_by(self.found.request().host()) || config.names_host(host.as_str());
        let path = self.path.as_deref().filter(|_| is_own_host());
        Ok(path.is_some_and(|path| route::is_on_route(config, host.as_str(), path)))
    }
}

/// A candidate as a client reads it.
fn read(candidate: &Candidate<'_>) -> Option<Url> {
    Url::parse(candidate.as_str()).ok()
}

fn check_scheme(url: &Url, base: &Base) -> Result<(), Refusal> {
    let is_as_secure_as_the_base = match base.scheme() {
        Scheme::Https => url.scheme() == "https",
        Scheme::Http => url.scheme() == "http" && base.host().is_loopback(),
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
