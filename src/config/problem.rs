//! What can be wrong with a configuration.

use std::fmt;
use std::ops::Range;

use super::key::{At, Key};

/// Something that keeps a configuration from being used, or that may not be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: ProblemCode,
    key: Key,
    message: String,
    place: Option<Place>,
}

/// Where in a TOML file a problem stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bytes of the file that are wrong.
    pub bytes: Range<usize>,
    /// The line on which they begin, from 1.
    pub line: usize,
    /// The column at which they begin, from 1, in characters.
    pub column: usize,
}

/// The problems found so far. What holds is read even if other parts do not, so that as many
/// problems as possible are found at once.
#[derive(Default)]
pub(crate) struct Sink(Vec<Problem>);

/// All the problems of a configuration that cannot be used, at least one of them an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

macro_rules! problem_codes {
    ($($variant:ident $code:literal $meaning:literal,)+) => {
        /// The kinds of problems, each with a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemCode {
            $(
                #[doc = concat!("`", $code, "`: ", $meaning)]
                $variant,
            )+
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code, in kebab-case. It never changes its meaning.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// What the code means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)+
                }
            }
        }
    };
}

problem_codes! {
    SyntaxInvalid "syntax-invalid" "The text is not TOML or JSON, or a value is of another type than its key has.",
    KeyUnknown "key-unknown" "The key means nothing here; a misspelt key would otherwise be ignored.",
    KeyMissing "key-missing" "A key that the configuration cannot do without is not there.",
    HostInvalid "host-invalid" "The text is not a host.",
    HostUnknown "host-unknown" "The host does not end in a public suffix, or is one itself, so no such host exists.",
    PrivateSuffixInvalid "private-suffix-invalid" "The text is not the end of a host.",
    PrivateSuffixIdle "private-suffix-idle" "No allowed host needs the private suffix, so it changes nothing.",
    BackendInvalid "backend-invalid" "The list of origin backends is empty, too long, without `origin` or holds a name twice, or a name in it is no backend name.",
    OriginOptionInvalid "origin-option-invalid" "The text is not one of the words, or not a time, that the key can have.",
    FormatUnknown "format-unknown" "The compiled configuration has a format that this version does not know.",
    UnencodedInvalid "unencoded-invalid" "A character always has to be encoded, or never.",
    LoopTokenInvalid "loop-token-invalid" "The text is not a name by which a CDN marks its requests.",
    BaseInvalid "base-invalid" "The base cannot be meant as the URL of a CDN.",
    BaseHostNotAllowed "base-host-not-allowed" "The host of a base is not in allowed_hosts.",
    RouteNameInvalid "route-name-invalid" "The name is not fit for headers and logs.",
    RouteNameDuplicate "route-name-duplicate" "Two routes have one name.",
    RouteHostUnknown "route-host-unknown" "A route has a host that the configuration does not have.",
    RouteOfOriginInvalid "route-of-origin-invalid" "A route with `origin = true` says how to redirect.",
    PathInvalid "path-invalid" "The path pattern cannot be read.",
    PathAmbiguous "path-ambiguous" "Some request path can be read in two ways.",
    LocationInvalid "location-invalid" "The location template cannot be read, or does not fit the path.",
    UnusedInvalid "unused-invalid" "A capture in `unused` is not one of the path, is in the location, or no digest is there to stand for it.",
    TargetUnknown "target-unknown" "The route names a target that is not configured, or its example one that is not the route's.",
    TargetUnused "target-unused" "No route names the target, so nothing is sent there.",
    TargetsInvalid "targets-invalid" "A route's `targets` are not 1 to 8 different ones with weights from 1 to 1000, or stand beside a `target`.",
    StatusInvalid "status-invalid" "The status does not redirect.",
    PermanentRedirect "permanent-redirect" "Caches may keep a 301 or 308 of the route for longer than a day, or the route has several targets.",
    HeaderInvalid "header-invalid" "The text cannot stand in the header, or means nothing there.",
    AllowedHostUnused "allowed-host-unused" "A host in allowed_hosts is the host of no base, so nothing that may leave needs it.",
    AllowedHostMistyped "allowed-host-mistyped" "A host in allowed_hosts is another one with something glued on.",
    RouteUnreachable "route-unreachable" "An earlier route matches every path of the route, so the route never matches.",
    RoutesOverlap "routes-overlap" "Two routes match the same path, so their order decides what a client gets.",
    LocationLoops "location-loops" "A location of the route may be answered with a redirect again.",
    LocationUnprovable "location-unprovable" "A location of the route fails its proof, so its request goes to the origin.",
    ExampleMissing "example-missing" "The route has no example, or none at one of its targets, so nothing tries it with production's own values.",
    ExampleFails "example-fails" "The example does not lead to the location that it names.",
    LogEndpointInvalid "log-endpoint-invalid" "The text is not the name of a log endpoint, or that endpoint is named twice.",
    LogFieldInvalid "log-field-invalid" "A log line cannot have a field of this name or value, or the fields take too much room.",
    ClientIpInvalid "client-ip-invalid" "The text is not one of full, truncated and none.",
    RetryInvalid "retry-invalid" "The window is not a time from 1 second to 5 minutes, the share is not a percentage, or a cache may keep a redirect.",
    RouteBroad "route-broad" "The route redirects more than the files of a registry, and no example shows what must not be redirected.",
    OriginRouteIdle "origin-route-idle" "No other route has a path of the route with `origin = true`, so it changes nothing.",
    EntryNearlyFull "entry-nearly-full" "The compiled configuration takes 80 % or more of a Config Store entry.",
    EntryTooLarge "entry-too-large" "The compiled configuration is larger than a Config Store entry may be.",
    RevisionMismatch "revision-mismatch" "The compiled configuration was changed after it was compiled, or a newer version compiled it.",
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration can be used; something in it may not be meant.
    Warning,
    /// The configuration cannot be used.
    Error,
}

impl ProblemCode {
    /// How much it matters.
    pub const fn severity(self) -> Severity {
        match self {
            Self::PrivateSuffixIdle
            | Self::RouteBroad
            | Self::OriginRouteIdle
            | Self::EntryNearlyFull => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl Problem {
    pub(crate) fn new(code: ProblemCode, key: impl Into<Key>, message: impl Into<String>) -> Self {
        Self {
            code,
            key: key.into(),
            message: message.into(),
            place: None,
        }
    }

    /// The kind of problem.
    pub fn code(&self) -> ProblemCode {
        self.code
    }

    /// The key that is wrong, or that is missing.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What was read, why it is wrong, and what to write instead.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where the problem stands; nothing for compiled JSON, which has one line.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// The same problem, at this place of the text.
    #[must_use]
    pub fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }
}

impl Problems {
    /// The problems, if one of them is an error; else all of them are warnings.
    pub(crate) fn among(found: Vec<Problem>) -> Result<Vec<Problem>, Self> {
        if has_errors(&found) {
            Err(Self(found))
        } else {
            Ok(found)
        }
    }

    /// The problems, in the order in which they stand in the file.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl Sink {
    pub(crate) fn push(
        &mut self,
        code: ProblemCode,
        key: impl Into<Key>,
        message: impl Into<String>,
    ) {
        self.add(Problem::new(code, key, message));
    }

    #[cold]
    pub(crate) fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Takes the value, or notes the error as a problem of the key.
    pub(crate) fn take<T, E: fmt::Display>(
        &mut self,
        code: ProblemCode,
        key: &At<'_>,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|error| self.note(code, key, &error)).ok()
    }

    /// Apart from [`take`](Sink::take), so that it is not compiled for each type of error.
    #[cold]
    fn note(&mut self, code: ProblemCode, key: &At<'_>, error: &dyn fmt::Display) {
        self.push(code, key, error.to_string());
    }

    /// Takes the value of a key that must be there.
    pub(crate) fn require<'r, T: ?Sized>(
        &mut self,
        key: &At<'_>,
        value: Option<&'r T>,
        instead: &str,
    ) -> Option<&'r T> {
        if value.is_none() {
            self.note_missing(key, instead);
        }
        value
    }

    /// Notes that a key is not there.
    #[cold]
    pub(crate) fn note_missing(&mut self, key: impl Into<Key>, instead: &str) {
        let key = key.into();
        // What was there and taken out as wrong is not missing.
        if !self.has(&key) {
            let message = format!("`{key}` is missing; {instead}");
            self.push(ProblemCode::KeyMissing, key, message);
        }
    }

    /// Whether there is a problem of this key, of a table around it, or of something in it.
    pub(crate) fn has(&self, key: &Key) -> bool {
        let mut others = self.problems().iter().map(|problem| problem.key.steps());
        others.any(|other| {
            !other.is_empty() && (key.steps().starts_with(other) || other.starts_with(key.steps()))
        })
    }

    /// The problems found so far.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.0
    }

    /// All problems, warnings included.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.0
    }
}

/// Whether one of the problems keeps the configuration from being used.
pub(crate) fn has_errors(problems: &[Problem]) -> bool {
    let mut problems = problems.iter();
    problems.any(|problem| problem.code.severity() == Severity::Error)
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(formatter, "line {}, column {}: ", place.line, place.column)?;
        }
        write!(formatter, "{}: ", self.code)?;
        if !self.key.steps().is_empty() {
            write!(formatter, "{}: ", self.key)?;
        }
        formatter.write_str(&self.message)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
