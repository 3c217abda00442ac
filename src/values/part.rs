//! Parts of a capture, such as the first two digits of a digest.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::capture_type::{CaptureType, number_in_parentheses};

/// What a template takes of a capture. Written after the point in `{digest.first(2)}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapturePart {
    /// `index-prefix`: the folders in which cargo's index keeps a crate: `1`, `2`, `3/a` or `ab/cd`.
    /// Cargo calls it `{prefix}`.
    IndexPrefix,
    /// `lower-index-prefix`: the same in lower case. Cargo calls it `{lowerprefix}`.
    LowerIndexPrefix,
    /// `first(N)`: the first so many characters.
    First(u8),
}

/// A text that names no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPart;

impl CapturePart {
    /// The name of every part, as messages list them.
    pub const NAMES: &'static str = "index-prefix, lower-index-prefix, first(N)";

    /// Whether some value of the type has this part.
    pub fn fits(self, kind: &CaptureType) -> bool {
        match self {
            Self::IndexPrefix | Self::LowerIndexPrefix => *kind == CaptureType::Crate,
            Self::First(number) => {
                let (_, longest) = kind.lengths();
                *kind != CaptureType::Path && usize::from(number) <= longest
            }
        }
    }

    /// How many characters it has, if that does not depend on the value.
    pub(super) fn length(self) -> Option<usize> {
        match self {
            Self::First(number) => Some(number.into()),
            Self::IndexPrefix | Self::LowerIndexPrefix => None,
        }
    }

    /// Whether it is one or two whole segments.
    pub(super) fn is_prefix(self) -> bool {
        self.length().is_none()
    }

    /// The part of a value; `None` if the value is too short.
    ///
    /// ```
    /// use signpost::values::CapturePart;
    ///
    /// assert_eq!(CapturePart::IndexPrefix.of("serde").unwrap(), "se/rd");
    /// assert_eq!(CapturePart::LowerIndexPrefix.of("Syn").unwrap(), "3/s");
    /// assert_eq!(CapturePart::First(2).of("e3b0").unwrap(), "e3");
    /// ```
    pub fn of(self, value: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::First(number) => value.get(..number.into()).map(Cow::Borrowed),
            Self::LowerIndexPrefix => {
                let value = value.to_ascii_lowercase();
                Self::IndexPrefix
                    .of(&value)
                    .map(|it| it.into_owned().into())
            }
            Self::IndexPrefix => Some(match value.len() {
                length @ 1..=2 => length.to_string().into(),
                3 => format!("3/{}", value.get(..1)?).into(),
                _ => format!("{}/{}", value.get(..2)?, value.get(2..4)?).into(),
            }),
        }
    }
}

impl FromStr for CapturePart {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        match text {
            "index-prefix" => Ok(Self::IndexPrefix),
            "lower-index-prefix" => Ok(Self::LowerIndexPrefix),
            _ => number_in_parentheses(text, "first")
                .map(Self::First)
                .ok_or(UnknownPart),
        }
    }
}

impl fmt::Display for CapturePart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IndexPrefix => formatter.write_str("index-prefix"),
            Self::LowerIndexPrefix => formatter.write_str("lower-index-prefix"),
            Self::First(number) => write!(formatter, "first({number})"),
        }
    }
}
