use super::raw::Table;
use crate::values::HeaderText;

/// The most bytes of JSON that the static fields take in a line.
pub(crate) const MAX_LOG_FIELDS: usize = 1024;

/// The longest name of a static field.
pub(crate) const MAX_LOG_FIELD_NAME: usize = 64;

/// The members that every line has by itself.
const OWN: [&str; 13] = [
    "bytes",
    "content_type",
    "date_time",
    "edge_location",
    "host",
    "http",
    "ip",
    "method",
    "signpost",
    "status",
    "tls",
    "url",
    "version",
];

/// The static fields of log lines, such as `service`: members of every line that are the same in each.
///
/// They are kept as they stand among other members of an object: each with a comma after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFields(String);

/// Why a line cannot have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFieldFault {
    /// The name is no name.
    Name,
    /// Every line has such a member already.
    Own,
    /// The value is not printable ASCII.
    Value,
    /// There is no room left.
    Room,
}

impl LogFields {
    /// Takes the fields that a line can have, and leaves the others out.
    pub(crate) fn of(written: &Table<String>) -> Self {
        let mut fields = Self::default();
        for (name, value) in &written.0 {
            // Compiling has refused what is left out here.
            let _ = fields.add(name, value);
        }
        fields
    }

    /// Adds a field.
    pub(crate) fn add(&mut self, name: &str, value: &str) -> Result<(), LogFieldFault> {
        if !is_name(name) {
            return Err(LogFieldFault::Name);
        }
        if OWN.contains(&name) {
            return Err(LogFieldFault::Own);
        }
        HeaderText::parse(value).ok_or(LogFieldFault::Value)?;
        // A text always becomes JSON.
        let value_in_json = serde_json::to_string(value).unwrap_or_default();
        let member = format!("\"{name}\":{value_in_json},");
        if self.0.len() + member.len() > MAX_LOG_FIELDS {
            return Err(LogFieldFault::Room);
        }
        self.0.push_str(&member);
        Ok(())
    }

    /// The fields as they stand among other members of an object: each with a comma after it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a member can be called so: a letter, then letters, digits, `_`, `-` and `.`.
fn is_name(name: &str) -> bool {
    name.len() <= MAX_LOG_FIELD_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}
