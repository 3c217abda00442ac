//! A JSON object that is written member by member into one string.

use std::fmt::{Display, Write as _};

use crate::values::Cut;

/// A JSON object (RFC 8259, section 4) as far as it is written.
pub(super) struct Object(String);

/// The name of a member with what stands around it, put together at compile time: there is a line for each
/// download, and a third of it are names.
#[derive(Clone, Copy)]
pub(super) struct Name(pub(super) &'static str);

/// The [`Name`] of plain ASCII.
macro_rules! name {
    ($name:literal) => {
        crate::log_line::object::Name(concat!(",\"", $name, "\":"))
    };
}
pub(super) use name;

impl Object {
    /// An object with room for so many bytes.
    pub(super) fn with_room(bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes);
        text.push('{');
        Self(text)
    }

    /// Adds a member that is a text, or null.
    pub(super) fn text(&mut self, name: Name, text: Option<Cut<'_>>) {
        match text {
            Some(text) => self.texts(name, [text]),
            None => self.value(name, "null"),
        }
    }

    /// Adds a member that is a text of several parts.
    pub(super) fn texts<const N: usize>(&mut self, name: Name, parts: [Cut<'_>; N]) {
        self.value(name, "\"");
        for part in parts {
            part.write_in_json(&mut self.0);
        }
        self.0.push('"');
    }

    /// Adds a member that is a text in which nothing has to be escaped.
    pub(super) fn plain(&mut self, name: Name, text: impl Display) {
        self.value(name, "\"");
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{text}\"");
    }

    /// Adds a member that is a word in which nothing has to be escaped, or null.
    pub(super) fn word(&mut self, name: Name, word: Option<&str>) {
        match word {
            Some(word) => {
                self.value(name, "\"");
                self.0.push_str(word);
                self.0.push('"');
            }
            None => self.value(name, "null"),
        }
    }

    /// Adds a member that is a number, or null.
    pub(super) fn number(&mut self, name: Name, number: Option<u64>) {
        self.value(name, if number.is_some() { "" } else { "null" });
        if let Some(number) = number {
            let _ = write!(self.0, "{number}");
        }
    }

    /// Adds a member that is an object.
    pub(super) fn object(&mut self, name: Name, write: impl FnOnce(&mut Self)) {
        self.value(name, "{");
        write(self);
        self.0.push('}');
    }

    /// Adds members that are written already, each after a comma.
    pub(super) fn members(&mut self, written: &str) {
        self.0.push_str(written);
    }

    /// The whole object.
    pub(super) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// Writes a name, and what its value begins with.
    fn value(&mut self, Name(name): Name, beginning: &str) {
        let is_first = self.0.ends_with('{');
        let first = name.strip_prefix(',').filter(|_| is_first);
        self.0.push_str(first.unwrap_or(name));
        self.0.push_str(beginning);
    }
}
