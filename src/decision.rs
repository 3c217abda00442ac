//! Stage 5: redirect, or origin; nothing else.

use strum::{IntoStaticStr, VariantArray};

use crate::location::{Location, Refusal};
use crate::route::NoMatch;
use crate::values::{CaptureType, Effect};

/// What is done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The client is sent to the proven location; a browser's preflight is told that it would be.
    Redirect(Location),
    /// The origin answers, for this reason.
    Origin(Reason),
}

/// Why a request goes to the origin.
///
/// A reason that holds a [`Location`] held it back: the location was proven, and only the switch or a
/// repeated attempt kept it. No other reason can hold one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `no-route`: no route has this host and the shape of this path.
    NoRoute,
    /// `origin-route`: the path is on a route whose requests all go to the origin.
    OriginRoute,
    /// `came-from-target`: the request comes from a target of its route, and would come back.
    CameFromTarget,
    /// `method-not-redirectable`: the path is on a route, and the request is neither GET nor HEAD nor a
    /// browser's question whether it may send one.
    MethodNotRedirectable,
    /// `path-malformed`: the path cannot be decoded without doubt.
    PathMalformed,
    /// `name-invalid`: a capture of type `crate` is invalid, or is not what the path repeats.
    NameInvalid,
    /// `version-invalid`: a capture of type `semver` is invalid, or is not what the path repeats.
    VersionInvalid,
    /// `capture-invalid`: a capture of another type is invalid, or one is too short or too long for the
    /// location.
    CaptureInvalid,
    /// `location-refused`: the candidate failed its proof. A bug, or an attack.
    LocationRefused(Refusal),
    /// `config-missing`: there is no configuration.
    ConfigMissing,
    /// `config-invalid`: the configuration has problems.
    ConfigInvalid,
    /// `switch-off`: the location was proven, and the switch is off.
    SwitchOff(Location),
    /// `switch-shadow`: the location was proven, and is only to be logged.
    SwitchShadow(Location),
    /// `not-in-rollout`: the location was proven, and is not in the share that is sent.
    NotInRollout(Location),
    /// `retried`: the location was proven, and the client was sent to every target already, or this is
    /// its last attempt.
    Retried(Location),
}

/// Why a client is sent elsewhere than the decision, or the order of its file's targets, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Because {
    /// `origin-down`: no origin backend answered.
    OriginDown,
    /// `origin-redirect`: the origin answered with a redirect to a host that is neither allowed nor its
    /// own.
    OriginRedirect,
    /// `target-unhealthy`: the targets before this one are not healthy.
    TargetUnhealthy,
    /// `second-try`: the client was sent to the targets before this one, and asked again.
    SecondTry,
    /// `next-refused`: the file is on the side of `next`, which has no way for it; `config` has one.
    NextRefused,
    /// `next-retried`: `next` answered an earlier attempt of the client, so this one is `config`'s.
    NextRetried,
}

/// A proven location that was held back, and that may be sent if the origin fails or redirects to a wrong
/// place.
///
/// [`Released::by`] is the only constructor: no other location can be sent in the origin's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released(Location);

/// Decides, from the outcome of the proof, what the switch does with the location, and whether a
/// repeated attempt goes to the origin, which is asked only about a location that would be sent.
pub fn decide(
    proof: Result<Location, Refusal>,
    effect: Effect,
    goes_to_origin: impl FnOnce() -> bool,
) -> Decision {
    let location = match proof {
        Ok(location) => location,
        Err(refusal) => return Decision::Origin(Reason::LocationRefused(refusal)),
    };
    match effect {
        Effect::Send if goes_to_origin() => Decision::Origin(Reason::Retried(location)),
        Effect::Send => Decision::Redirect(location),
        Effect::OutsideShare => Decision::Origin(Reason::NotInRollout(location)),
        Effect::Shadow => Decision::Origin(Reason::SwitchShadow(location)),
        Effect::Off => Decision::Origin(Reason::SwitchOff(location)),
    }
}

impl Decision {
    /// The proven location, sent or held back.
    pub fn location(&self) -> Option<&Location> {
        match self {
            Self::Redirect(location) => Some(location),
            Self::Origin(reason) => reason.held_back(),
        }
    }

    /// The reason, for a request that goes to the origin.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Redirect(_) => None,
            Self::Origin(reason) => Some(reason),
        }
    }
}

impl Because {
    /// Every one.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The stable code.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

impl From<NoMatch<'_>> for Reason {
    fn from(no_match: NoMatch<'_>) -> Self {
        match no_match {
            NoMatch::NoRoute => Self::NoRoute,
            NoMatch::PathMalformed => Self::PathMalformed,
            NoMatch::MethodNotRedirectable => Self::MethodNotRedirectable,
            NoMatch::OriginRoute(_) => Self::OriginRoute,
            NoMatch::CameFromTarget(_) => Self::CameFromTarget,
            NoMatch::CaptureTooShort(_) | NoMatch::LocationTooLong(_) => Self::CaptureInvalid,
            NoMatch::CaptureInvalid(slot) => match slot.kind() {
                CaptureType::Crate => Self::NameInvalid,
                CaptureType::Semver => Self::VersionInvalid,
                _ => Self::CaptureInvalid,
            },
        }
    }
}

impl Released {
    /// The location that a reason held back, if it held one back and the switch is not `off`.
    pub fn by(reason: &Reason) -> Option<Self> {
        match reason {
            Reason::SwitchOff(_) => None,
            _ => reason.held_back().cloned().map(Self),
        }
    }

    /// The location.
    pub fn location(&self) -> &Location {
        &self.0
    }
}

impl Reason {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.code_and_header().0
    }

    /// The value of `signpost-decision`, a structured field (RFC 9651) that names the code.
    pub const fn decision_header(&self) -> &'static str {
        self.code_and_header().1
    }

    /// The proven location that was held back.
    pub fn held_back(&self) -> Option<&Location> {
        match self {
            Self::SwitchOff(location)
            | Self::SwitchShadow(location)
            | Self::NotInRollout(location)
            | Self::Retried(location) => Some(location),
            _ => None,
        }
    }

    /// Whether the configuration has no way for the request, which another one may have. What it leaves to
    /// the origin on purpose is not that, nor what the request's method or sender forbids.
    pub(crate) fn may_be_another_way(&self) -> bool {
        match self {
            Self::NoRoute
            | Self::NameInvalid
            | Self::VersionInvalid
            | Self::CaptureInvalid
            | Self::LocationRefused(_) => true,
            Self::OriginRoute
            | Self::CameFromTarget
            | Self::MethodNotRedirectable
            | Self::PathMalformed
            | Self::ConfigMissing
            | Self::ConfigInvalid
            | Self::SwitchOff(_)
            | Self::SwitchShadow(_)
            | Self::NotInRollout(_)
            | Self::Retried(_) => false,
        }
    }

    /// Why the proof refused the candidate.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::LocationRefused(refusal) => Some(*refusal),
            _ => None,
        }
    }

    const fn code_and_header(&self) -> (&'static str, &'static str) {
        /// The header is made from the code at compile time, so they cannot drift apart.
        macro_rules! code {
            ($code:literal) => {
                ($code, concat!("origin;reason=\"", $code, "\""))
            };
        }
        match self {
            Self::NoRoute => code!("no-route"),
            Self::OriginRoute => code!("origin-route"),
            Self::CameFromTarget => code!("came-from-target"),
            Self::MethodNotRedirectable => code!("method-not-redirectable"),
            Self::PathMalformed => code!("path-malformed"),
            Self::NameInvalid => code!("name-invalid"),
            Self::VersionInvalid => code!("version-invalid"),
            Self::CaptureInvalid => code!("capture-invalid"),
            Self::LocationRefused(_) => code!("location-refused"),
            Self::ConfigMissing => code!("config-missing"),
            Self::ConfigInvalid => code!("config-invalid"),
            Self::SwitchOff(_) => code!("switch-off"),
            Self::SwitchShadow(_) => code!("switch-shadow"),
            Self::NotInRollout(_) => code!("not-in-rollout"),
            Self::Retried(_) => code!("retried"),
        }
    }
}
