//! A JSON object that is written member by member into one string.

use std::fmt::{Display, Write as _};
use std::net::IpAddr;

use crate::config::LogFields;
use crate::values::Cut;

/// A JSON object (RFC 8259, section 4) as far as it is written. A comma follows each member, so that no
/// member has to check whether it is the first; [`close`](Object::close) removes the last one.
pub(super) struct Object(String);

/// The name of a member with what stands around it, put together at compile time: there is a line for each
/// download, and a third of it are names.
#[derive(Clone, Copy)]
pub(super) struct Name {
    /// The name before a number, an object or null.
    pub(super) bare: &'static str,
    /// The name and the opening quotation mark of a text.
    pub(super) quoted: &'static str,
}

/// The [`Name`] of plain ASCII.
macro_rules! name {
    ($name:literal) => {
        crate::log_line::object::Name {
            bare: concat!("\"", $name, "\":"),
            quoted: concat!("\"", $name, "\":\""),
        }
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
            None => self.null(name),
        }
    }

    /// Adds a member that is a text of several parts.
    pub(super) fn texts<const N: usize>(&mut self, name: Name, parts: [Cut<'_>; N]) {
        self.quoted(name, |text| {
            for part in parts {
                part.write_in_json(text);
            }
        });
    }

    /// Adds a member that is a text in which nothing has to be escaped.
    pub(super) fn plain(&mut self, name: Name, text: impl Display) {
        self.quoted(name, |json| {
            // Writing to a string cannot fail.
            let _ = write!(json, "{text}");
        });
    }

    /// Adds a member that is a word in which nothing has to be escaped, or null.
    pub(super) fn word(&mut self, name: Name, word: Option<&str>) {
        match word {
            Some(word) => self.quoted(name, |text| text.push_str(word)),
            None => self.null(name),
        }
    }

    /// Adds a member that is an IP address, or null.
    pub(super) fn address(&mut self, name: Name, address: Option<IpAddr>) {
        match address {
            // Most addresses are IPv4, and `Display` takes several times as long.
            Some(IpAddr::V4(address)) => self.quoted(name, |text| {
                let [first, others @ ..] = address.octets();
                push_digits(text, first.into());
                for octet in others {
                    text.push('.');
                    push_digits(text, octet.into());
                }
            }),
            Some(IpAddr::V6(address)) => self.plain(name, address),
            None => self.null(name),
        }
    }

    /// Adds a member that is a number, or null.
    pub(super) fn number(&mut self, name: Name, number: Option<u64>) {
        let Some(number) = number else {
            return self.null(name);
        };
        self.0.push_str(name.bare);
        push_digits(&mut self.0, number);
        self.0.push(',');
    }

    /// Adds a member that is an object.
    pub(super) fn object(&mut self, name: Name, write: impl FnOnce(&mut Self)) {
        self.0.push_str(name.bare);
        self.0.push('{');
        write(self);
        self.close();
        self.0.push(',');
    }

    /// Adds the static fields, each of which has its comma already.
    pub(super) fn fields(&mut self, fields: Option<&LogFields>) {
        self.0.push_str(fields.map_or("", LogFields::as_str));
    }

    /// The whole object.
    pub(super) fn finish(mut self) -> String {
        self.close();
        self.0
    }

    fn null(&mut self, name: Name) {
        self.0.push_str(name.bare);
        self.0.push_str("null,");
    }

    fn quoted(&mut self, name: Name, write: impl FnOnce(&mut String)) {
        self.0.push_str(name.quoted);
        write(&mut self.0);
        self.0.push_str("\",");
    }

    fn close(&mut self) {
        if self.0.ends_with(',') {
            self.0.pop();
        }
        self.0.push('}');
    }
}

fn push_digits(text: &mut String, number: u64) {
    text.push_str(itoa::Buffer::new().format(number));
}
