//! The run-time lever: how many of the proven redirects leave.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::capture::Capture;

/// What is done with a proven location, and how many files are on the side of the entry `next`. Read from
/// the Config Store entry `switch`.
///
/// ```
/// use signpost::values::{Share, Switch};
///
/// assert_eq!("enforce".parse(), Ok(Switch::ENFORCE));
/// assert!("of".parse::<Switch>().is_err());
/// let switch: Switch = "enforce 25%, next 5%".parse().unwrap();
/// assert_eq!(Some(switch.next()), Share::percent(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    position: Position,
    next: Share,
}

/// What is done with a proven location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
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
#[error(
    "the switch reads `{0}`; write `enforce`, `enforce 25%`, `shadow` or `off`, and, if the entry `next` answers a share of the files, `, next 5%` after it"
)]
pub struct SwitchError(String);

impl Switch {
    /// Every proven redirect is sent.
    pub const ENFORCE: Self = Self::at(Position::Enforce(Share::ALL));

    /// No redirect is sent while the origin answers.
    pub const SHADOW: Self = Self::at(Position::Shadow);

    /// No redirect is sent, whatever happens.
    pub const OFF: Self = Self::at(Position::Off);

    /// This share of the proven redirects is sent.
    pub const fn enforce(share: Share) -> Self {
        Self::at(Position::Enforce(share))
    }

    /// This position, while every file is on the side of the entry `config`.
    const fn at(position: Position) -> Self {
        Self {
            position,
            next: Share::NONE,
        }
    }

    /// The same position, with this share of the files on the side of the entry `next`.
    #[must_use]
    pub const fn with_next(self, next: Share) -> Self {
        Self { next, ..self }
    }

    /// What is done with a proven location.
    pub const fn position(self) -> Position {
        self.position
    }

    /// The share of the files on the side of the entry `next`; [`Share::NONE`] if the switch names none.
    pub const fn next(self) -> Share {
        self.next
    }

    /// What this position does with the location of these captures.
    pub fn effect_on(self, captures: &[Capture<'_>]) -> Effect {
        match self.position {
            Position::Enforce(share) if share.includes(captures) => Effect::Send,
            Position::Enforce(_) => Effect::OutsideShare,
            Position::Shadow => Effect::Shadow,
            Position::Off => Effect::Off,
        }
    }
}

impl Share {
    /// The share of everything.
    pub const ALL: Self = Self(100);

    /// The share of nothing.
    pub const NONE: Self = Self(0);

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
        self == Self::ALL || bucket(b"", captures.iter().map(Capture::as_str)) < self.0
    }

    /// Whether a path with these decoded segments is in the share of the entry `next`.
    ///
    /// The path alone decides. It is salted, so that the two shares of a switch are independent: `enforce 1%`
    /// redirects files on both sides of `next 1%`.
    pub(crate) fn includes_path(self, segments: &[Cow<'_, str>]) -> bool {
        match self {
            Self::NONE => false,
            Self::ALL => true,
            share => bucket(b"next", segments.iter().map(AsRef::as_ref)) < share.0,
        }
    }
}

/// A number from 0 to 99 that is the same for the same salt and texts, on every machine and in every
/// version.
fn bucket<'t>(salt: &[u8], texts: impl Iterator<Item = &'t str>) -> u8 {
    let mut hash = Sha256::new_with_prefix(salt);
    for text in texts {
        hash.update(text);
        // Neither a capture nor a segment holds a NUL, so no two lists are hashed as one text.
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
        let read = || {
            let (position, next) = match text.split_once(',') {
                None => (text, Share::NONE),
                Some((position, next)) => (position, read_next(next)?),
            };
            Some(Self::at(read_position(position)?).with_next(next))
        };
        read().ok_or_else(|| SwitchError(text.to_owned()))
    }
}

fn read_position(text: &str) -> Option<Position> {
    let mut words = text.split_ascii_whitespace();
    let position = match (words.next()?, words.next()) {
        ("enforce", None) => Position::Enforce(Share::ALL),
        ("enforce", Some(share)) => Position::Enforce(Share::parse(share)?),
        ("shadow", None) => Position::Shadow,
        ("off", None) => Position::Off,
        _ => return None,
    };
    words.next().is_none().then_some(position)
}

/// Reads what follows the comma: `next 5%`.
fn read_next(text: &str) -> Option<Share> {
    let mut words = text.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("next"), Some(share), None) => Share::parse(share),
        _ => None,
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.next {
            Share::NONE => self.position.fmt(formatter),
            share => write!(formatter, "{}, next {share}", self.position),
        }
    }
}

impl fmt::Display for Position {
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
