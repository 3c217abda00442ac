use std::fmt;

use http::Method;

/// A call that the API received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) value: Option<String>,
}

impl Call {
    /// Whether the call only reads. To validate a version is an act.
    pub(super) fn is_look(&self) -> bool {
        self.method == Method::GET && !self.path.ends_with("/validate")
    }
}

/// `PUT /service/ID/version/3/activate`, with the entry's value or the report behind it.
impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)?;
        match &self.value {
            Some(value) => write!(formatter, " {}", value.trim_end()),
            None => Ok(()),
        }
    }
}
