use signpost::decision::Because;
use signpost::reply::{DECISION_HEADER, Reply, decided};
use signpost::sides::Side;

/// An answer: the one expected, or the one received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    /// The names are in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The media type that asks for JSON.
pub(crate) const JSON: &str = "application/json";

impl Answered {
    /// The values of a header, in the order in which they came.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self
            .headers
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The value of `signpost-decision`.
    pub(crate) fn decision(&self) -> Option<String> {
        self.header(DECISION_HEADER)
    }

    /// Adds to the decision why the client is sent elsewhere, and who answers.
    pub(crate) fn add_to_decision(&mut self, because: Option<Because>, by: Side) {
        for (name, value) in &mut self.headers {
            if name == DECISION_HEADER {
                *value = decided(value.as_str().into(), because, Some(by)).into_owned();
            }
        }
    }
}

impl From<Reply<'_>> for Answered {
    fn from(reply: Reply<'_>) -> Self {
        let headers = reply.headers.into_iter();
        Self {
            status: reply.status,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.into_owned()))
                .collect(),
            body: reply.body.into_owned(),
        }
    }
}
