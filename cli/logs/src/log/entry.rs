//! What a line says.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer};

use super::asked::Asked;
use super::form::Form;
use super::time::{Stamp, Time};

/// One request as a log line tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'l> {
    pub(super) form: Form,
    /// What was asked for.
    pub asked: Asked<'l>,
    /// Read only when it is asked for.
    pub(super) time: Option<Stamp<'l>>,
    pub(super) status: Option<u16>,
    /// The client's address.
    pub(crate) client: Option<Cow<'l, str>>,
    /// In any encoding.
    pub(crate) user_agent: Option<Cow<'l, [u8]>>,
    /// The point of presence that answered, such as `FRA`.
    pub(crate) edge_location: Option<Cow<'l, str>>,
    /// What Signpost decided; nothing in another program's line. In a box, because an entry is moved
    /// several times.
    pub(crate) decided: Option<Box<Decided<'l>>>,
}

/// What Signpost decided, in the words of its line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Decided<'l> {
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) decision: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) reason: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) refusal: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) revision: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) switch: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) route: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) target: Option<Cow<'l, str>>,
    /// `config` or `next`, while `next` has a share.
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) side: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    pub(crate) because: Option<Cow<'l, str>>,
}

/// What a line lacks, with the form that it was read as; in words by `Display`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lacking {
    form: Form,
    what: What,
}

/// What a line lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Time,
    ReadableTime,
    Status,
}

impl<'l> Entry<'l> {
    /// A request of which nothing else is known.
    pub(super) fn new(form: Form, asked: Asked<'l>) -> Self {
        Self {
            form,
            asked,
            time: None,
            status: None,
            client: None,
            user_agent: None,
            edge_location: None,
            decided: None,
        }
    }

    /// When the request arrived, as the line says.
    pub(crate) fn time(&self) -> Result<Time, Lacking> {
        let stamp = self.time.as_ref().ok_or_else(|| self.lacks(What::Time))?;
        stamp.read().ok_or_else(|| self.lacks(What::ReadableTime))
    }

    /// The status that was sent, as the line says.
    pub(crate) fn status(&self) -> Result<u16, Lacking> {
        self.status.ok_or_else(|| self.lacks(What::Status))
    }

    fn lacks(&self, what: What) -> Lacking {
        Lacking {
            form: self.form,
            what,
        }
    }
}

impl Decided<'_> {
    pub(crate) fn is_redirect(&self) -> bool {
        self.decision.as_deref() == Some("redirect")
    }

    pub(crate) fn is_preflight(&self) -> bool {
        self.decision.as_deref() == Some("preflight")
    }
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { form, what } = self;
        write!(f, "read as {form}: ")?;
        match what {
            What::Time => write!(f, "it has no {}", form.time_name()),
            What::ReadableTime => write!(f, "its {} is not a time", form.time_name()),
            What::Status => write!(f, "it has no {}", form.status_name()),
        }
    }
}

/// A string that is only copied if JSON escapes something in it. Serde would copy an `Option<Cow>`.
pub(super) fn text<'de: 'l, 'l, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Cow<'l, str>>, D::Error> {
    #[derive(Deserialize)]
    struct Text<'l>(#[serde(borrow)] Cow<'l, str>);

    Option::<Text<'_>>::deserialize(deserializer).map(|text| text.map(|Text(text)| text))
}
