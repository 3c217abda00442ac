//! What a line says.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer};

use super::asked::Asked;
use super::form::Form;
use super::time::{Stamp, Time};

/// One request as a log line tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'l> {
    pub(super) form: Form,
    pub(crate) asked: Asked<'l>,
    /// Read only when it is asked for.
    pub(super) time: Option<Stamp<'l>>,
    pub(crate) status: Option<u16>,
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

/// Why a line has no time that can be used; in words by `Display`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoTime {
    form: Form,
    is_missing: bool,
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
    pub(crate) fn time(&self) -> Result<Time, NoTime> {
        let no_time = |is_missing| NoTime {
            form: self.form,
            is_missing,
        };
        let stamp = self.time.as_ref().ok_or_else(|| no_time(true))?;
        stamp.read().ok_or_else(|| no_time(false))
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

impl fmt::Display for NoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { form, is_missing } = self;
        let name = form.time_name();
        if *is_missing {
            write!(f, "read as {form}: it has no {name}")
        } else {
            write!(f, "read as {form}: its {name} is not a time")
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
