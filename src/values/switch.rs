//! The run-time lever: how many of the proven redirects leave.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::capture::Capture;

/// What is done with a proven location. Read from the Config Store entry `switch`.
///
/// ```
/// use signpost::values::Switch;
///
/// assert_eq!("enforce".parse(), Ok(Switch::ENFORCE));
/// assert!("of".parse::<Switch>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// `enforce`, `enforce 25%`: it is sent, for this share of all captures.
    Enforce(Share),
    /// `shadow`: it is logged, and the origin answers. If the origin fails, it is sent.
    Shadow,
    /// `off`: the origin answers, and the edge sends nothing of its own, whatever happens.
    Off,
}

/// What the switch does with one proven location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is sent.
    Send,
    /// It is held back, because its captures are outside the share.
    OutsideShare,
    /// It is held back, and logged.
    Shadow,
    /// It is held back for good.
    Off,
}

/// A whole number of percent, from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u8);

/// The switch is in none of its positions.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the switch reads `{0}`; write `enforce`, `enforce 25%`, `shadow` or `off`")]
pub struct SwitchError(String);

impl Switch {
    /// Every proven redirect is sent.
    pub const ENFORCE: Self = Self::Enforce(Share::ALL);

    /// What this position does with the location of these captures.
    pub fn effect_on(self, captures: &[Capture<'_>]) -> Effect {
        match self {
            Self::Enforce(share) if share.includes(captures) => Effect::Send,
            Self::Enforce(_) => Effect::OutsideShare,
            Self::Shadow => Effect::Shadow,
            Self::Off => Effect::Off,
        }
    }
}

impl Share {
    /// The share of everything.
    pub const ALL: Self = Self(100);

    /// A share of that many percent, if there are no more than 100.
    pub const fn percent(percent: u8) -> Option<Self> {
        if percent <= 100 {
            Some(Self(percent))
        } else {
            None
        }
    }

    /// The number of percent.
    pub const fn as_percent(self) -> u8 {
        self.0
    }

    /// Reads a share such as `25%`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('%')?;
        let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        let percent = digits.parse().ok().filter(|_| only_digits)?;
        Self::percent(percent)
    }

    /// Whether these captures are in the share.
    ///
    /// The captures alone decide, so that one URL always falls on the same side; a larger share
    /// contains every URL of a smaller one.
    pub fn includes(self, captures: &[Capture<'_>]) -> bool {
        self == Self::ALL || bucket(captures) < self.0
    }
}

/// A number from 0 to 99 that is the same for the same captures, on every machine and in every
/// version.
fn bucket(captures: &[Capture<'_>]) -> u8 {
    let mut hash = Sha256::new();
    for capture in captures {
        hash.update(capture.as_str());
        // No capture holds a NUL, so no two lists of captures are hashed as one text.
        hash.update([0]);
    }
    let remainder = hash.finalize().iter().fold(0, |remainder, byte| {
        (remainder * 256 + u32::from(*byte)) % 100
    });
    u8::try_from(remainder).unwrap_or_default()
}

impl FromStr for Switch {
    type Err = SwitchError;

    fn from_str(text: &str) -> Result<Self, SwitchError> {
        let unreadable = || SwitchError(text.to_owned());
        let mut words = text.split_ascii_whitespace();
        let switch = match (words.next(), words.next()) {
            (Some("enforce"), None) => Self::ENFORCE,
            (Some("enforce"), Some(share)) => {
                Self::Enforce(Share::parse(share).ok_or_else(unreadable)?)
            }
            (Some("shadow"), None) => Self::Shadow,
            (Some("off"), None) => Self::Off,
            _ => return Err(unreadable()),
        };
        if words.next().is_some() {
            return Err(unreadable());
        }
        Ok(switch)
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enforce(Share::ALL) => formatter.write_str("enforce"),
            Self::Enforce(share) => write!(formatter, "enforce {share}"),
            Self::Shadow => formatter.write_str("shadow"),
            Self::Off => formatter.write_str("off"),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}%", self.0)
    }
}
