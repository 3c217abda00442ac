//! Why a line cannot be read.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::form::Form;

/// The longest line that is read, in bytes.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// Why a line cannot be read, what it was read as, and where that stopped making sense; all of it in
/// words by `Display`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    why: Why,
    form: Form,
    place: Place,
    /// More than `why` says.
    detail: Option<Box<str>>,
}

/// The kind of reason; in words by `Display`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each says in words what it means")]
pub enum Why {
    #[strum(to_string = "longer than 64 KiB")]
    TooLong,
    #[strum(to_string = "not UTF-8")]
    NotUtf8,
    #[strum(to_string = "not a JSON log line: no object with `method` and `url`")]
    NotALogLine,
    #[strum(to_string = "a JSON log line of another `version` than \"1\"")]
    OtherVersion,
    #[strum(to_string = "the URL was cut when it was logged")]
    CutUrl,
    #[strum(to_string = "the request is neither a path nor a URL with http(s):// and a host")]
    NotAUrl,
    #[strum(to_string = "a path or URL with a space; a line holds nothing besides it")]
    Space,
    #[strum(
        to_string = "neither a path, a URL, a JSON log line, nor an access log line with a request"
    )]
    UnknownForm,
    #[strum(to_string = "a log line without a request")]
    NoRequest,
    #[strum(to_string = "a syslog envelope that breaks off or holds no line")]
    Envelope,
    #[strum(to_string = "a W3C extended log of another `#Version` than 1.0")]
    OtherW3cVersion,
    #[strum(to_string = "a W3C extended log without a field that is needed")]
    MissingField,
    #[strum(to_string = "a W3C extended log line with more or fewer values than `#Fields` names")]
    OtherColumns,
}

/// Where a line stops making sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Counted from 0.
    Byte(usize),
    Field(&'static str),
}

/// What is wrong with a part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) why: Why,
    /// In the part.
    pub(super) place: Place,
    pub(super) detail: Option<Box<str>>,
}

impl Unreadable {
    /// A fault in the part of a line that begins at this byte.
    pub(super) fn new(form: Form, begin: usize, fault: Fault) -> Self {
        let Fault { why, place, detail } = fault;
        let place = match place {
            Place::Byte(byte) => Place::Byte(begin + byte),
            Place::Field(name) => Place::Field(name),
        };
        Self {
            why,
            form,
            place,
            detail,
        }
    }

    /// The kind of reason.
    pub fn why(&self) -> Why {
        self.why
    }
}

impl Fault {
    pub(super) fn at(byte: usize, why: Why) -> Self {
        Self {
            why,
            place: Place::Byte(byte),
            detail: None,
        }
    }

    pub(super) fn in_field(name: &'static str, why: Why) -> Self {
        Self {
            why,
            place: Place::Field(name),
            detail: None,
        }
    }

    pub(super) fn with_detail(self, detail: impl Into<Box<str>>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }
}

/// The text of a request, which must be UTF-8.
pub(super) fn utf8(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Why> {
    match bytes {
        Cow::Borrowed(bytes) => str::from_utf8(bytes).map(Cow::Borrowed).ok(),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).ok(),
    }
    .ok_or(Why::NotUtf8)
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.form.is_unknown() {
            return self.why.fmt(f);
        }
        write!(f, "read as {}; ", self.form)?;
        match self.place {
            Place::Byte(byte) => write!(f, "at byte {}: ", byte + 1)?,
            Place::Field(name) => write!(f, "in `{name}`: ")?,
        }
        match &self.detail {
            Some(detail) => f.write_str(detail),
            None => self.why.fmt(f),
        }
    }
}
