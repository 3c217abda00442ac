use std::ops::Range;

use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};
use signpost::config::{Place, Problem, Problems, Severity};

use super::code::Code;

/// A problem in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) code: Code,
    /// The key that is wrong; empty for the whole file.
    pub(crate) key: String,
    /// What was read, why it is wrong, and what to write instead.
    pub(crate) message: String,
    place: Option<Place>,
    skipped: usize,
}

impl Finding {
    /// A finding without a place.
    pub(crate) fn new(code: Code, key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            key: key.into(),
            message: message.into(),
            place: None,
            skipped: 0,
        }
    }

    /// The problems that the edge would have.
    pub(crate) fn all_of(problems: &Problems) -> Vec<Self> {
        problems.iter().map(Self::from).collect()
    }

    /// Whether the file cannot be used as it is; else it is a warning.
    pub(crate) fn is_problem(&self) -> bool {
        self.code.severity() == Severity::Error
    }

    /// The same with a place.
    pub(crate) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// The same in a file with this many bytes before its text.
    pub(crate) fn behind(mut self, skipped: usize) -> Self {
        self.skipped = skipped;
        self
    }

    /// The bytes to underline; nothing for the whole file or compiled JSON.
    pub(crate) fn underlined(&self) -> Option<Range<usize>> {
        let bytes = self.place.as_ref()?.bytes.clone();
        (bytes != (0..0)).then_some(bytes)
    }
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        Self {
            code: Code::Problem(problem.code()),
            key: problem.key().to_string(),
            message: problem.message().to_owned(),
            place: problem.place().cloned(),
            skipped: 0,
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            code,
            key,
            message,
            place,
            skipped,
        } = self;
        let place = place.as_ref();
        let in_file = |place: &Place| place.bytes.start + skipped..place.bytes.end + skipped;
        let mut fields = serializer.serialize_struct("Finding", 6)?;
        fields.serialize_field("code", code.name())?;
        fields.serialize_field("key", key)?;
        fields.serialize_field("message", message)?;
        fields.serialize_field("line", &place.map(|place| place.line))?;
        fields.serialize_field("column", &place.map(|place| place.column))?;
        fields.serialize_field("bytes", &place.map(in_file))?;
        fields.end()
    }
}
