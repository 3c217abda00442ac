//! W3C extended logs, such as CloudFront's: `#Fields` names the values of the lines after it.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr;
use percent_encoding::percent_decode;

use super::asked::Asked;
use super::entry::Entry;
use super::form::{Form, LineForm};
use super::time::Stamp;
use super::unreadable::{Fault, Why, utf8};

/// What the lines with `#` have said so far. Cheap to copy.
#[derive(Clone, Debug, Default)]
pub(super) enum Header {
    /// No `#Fields` yet.
    #[default]
    None,
    Fields(Arc<Fields>),
    /// Lines cannot be read, for this reason.
    Refused(Arc<Fault>),
}

/// The fields that a command reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumCount)]
enum Field {
    Date,
    Time,
    Method,
    Uri,
    Stem,
    Query,
    /// The host that the client asked for.
    AskedHost,
    Host,
    Protocol,
    Status,
    Client,
    UserAgent,
    EdgeLocation,
}

/// The names of `#Fields`.
#[derive(Debug)]
pub(super) struct Fields {
    /// By the place of the value in a line.
    places: Vec<Option<Field>>,
    /// CloudFront encodes a value once more than the client did.
    is_encoded: bool,
}

/// The values of a line by field.
#[derive(Default)]
struct Values<'l>([Option<&'l [u8]>; <Field as strum::EnumCount>::COUNT]);

impl Header {
    /// Takes a line that begins with `#`. Unknown directives say nothing.
    pub(super) fn take(&mut self, line: &[u8]) -> Result<(), Fault> {
        if let Some(version) = directive(line, b"#Version:") {
            if version != b"1.0" {
                return self.refuse(Fault::in_field("#Version", Why::OtherW3cVersion));
            }
            if self.is_of_other_version() {
                *self = Self::None;
            }
        } else if let Some(names) = directive(line, b"#Fields:") {
            // What another version means by a name is not known.
            if self.is_of_other_version() {
                return Ok(());
            }
            match Fields::read(names) {
                Ok(fields) => *self = Self::Fields(Arc::new(fields)),
                Err(fault) => return self.refuse(fault),
            }
        }
        Ok(())
    }

    fn refuse(&mut self, fault: Fault) -> Result<(), Fault> {
        *self = Self::Refused(Arc::new(fault.clone()));
        Err(fault)
    }

    fn is_of_other_version(&self) -> bool {
        matches!(self, Self::Refused(fault) if fault.why == Why::OtherW3cVersion)
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// Reads a line by these fields; says why it is not one of theirs.
    pub(super) fn read<'l>(&self, line: &'l [u8]) -> Result<Entry<'l>, Fault> {
        match self {
            Self::None => Err(Fault::at(0, Why::MissingField)
                .with_detail("no `#Fields` line comes before it, which names the values")),
            Self::Fields(fields) => fields.line(line),
            Self::Refused(fault) => Err(Fault::clone(fault)),
        }
    }
}

/// The text of a directive of this name.
fn directive<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let (begin, text) = line.split_at_checked(name.len())?;
    begin.eq_ignore_ascii_case(name).then(|| text.trim_ascii())
}

impl Field {
    fn named(name: &[u8]) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_slice() {
            b"date" => Self::Date,
            b"time" => Self::Time,
            b"cs-method" => Self::Method,
            b"cs-uri" => Self::Uri,
            b"cs-uri-stem" => Self::Stem,
            b"cs-uri-query" => Self::Query,
            b"x-host-header" => Self::AskedHost,
            b"cs(host)" | b"cs-host" => Self::Host,
            b"cs-protocol" => Self::Protocol,
            b"sc-status" => Self::Status,
            b"c-ip" => Self::Client,
            b"cs(user-agent)" => Self::UserAgent,
            b"x-edge-location" => Self::EdgeLocation,
            _ => return None,
        })
    }
}

impl Fields {
    fn read(names: &[u8]) -> Result<Self, Fault> {
        let names = names.split(u8::is_ascii_whitespace);
        let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        let places: Vec<_> = names.iter().map(|name| Field::named(name)).collect();
        let has = |field| places.contains(&Some(field));
        let missing = if !has(Field::Method) {
            Some("cs-method")
        } else if !has(Field::Stem) && !has(Field::Uri) {
            Some("cs-uri-stem")
        } else {
            None
        };
        if let Some(name) = missing {
            let detail = format!("`#Fields` does not name `{name}`");
            return Err(Fault::in_field("#Fields", Why::MissingField).with_detail(detail));
        }
        Ok(Self {
            places,
            is_encoded: names.iter().any(|name| name.starts_with(b"x-edge-")),
        })
    }

    fn line<'l>(&self, line: &'l [u8]) -> Result<Entry<'l>, Fault> {
        let values = self.values(line)?;
        let missing = |name| Fault::in_field(name, Why::NoRequest);
        let method = values.text(Field::Method, "cs-method")?;
        let method = method.ok_or_else(|| missing("cs-method"))?;
        let url = self.url(&values)?;
        if url.contains(char::is_whitespace) {
            return Err(Fault::in_field("cs-uri-stem", Why::Space));
        }
        let asked = Asked::new(Cow::Borrowed(method), url);
        let asked = asked.ok_or_else(|| Fault::in_field("cs-uri-stem", Why::NotAUrl))?;
        let time = values.text(Field::Time, "time")?;
        let time = values.text(Field::Date, "date")?.zip(time);
        let status = values.text(Field::Status, "sc-status")?;
        Ok(Entry {
            time: time.map(|(date, time)| Stamp::DateAndTime(date, time)),
            status: status.and_then(|status| status.parse().ok()),
            client: values.text(Field::Client, "c-ip")?.map(Cow::Borrowed),
            user_agent: values
                .get(Field::UserAgent)
                .map(|value| self.decoded(value)),
            edge_location: values
                .text(Field::EdgeLocation, "x-edge-location")?
                .map(Cow::Borrowed),
            ..Entry::new(Form::of(LineForm::W3c), asked)
        })
    }

    /// The URL that the client asked for: with the host, if the line has one.
    fn url<'l>(&self, values: &Values<'l>) -> Result<Cow<'l, str>, Fault> {
        let decoded = |field, name| {
            let value = values.get(field).map(|value| self.decoded(value));
            let text = value.map(utf8).transpose();
            text.map_err(|_| Fault::in_field(name, Why::NotUtf8))
        };
        let (path, query) = match decoded(Field::Stem, "cs-uri-stem")? {
            Some(stem) => (Some(stem), decoded(Field::Query, "cs-uri-query")?),
            None => (decoded(Field::Uri, "cs-uri")?, None),
        };
        let path = path.ok_or_else(|| Fault::in_field("cs-uri-stem", Why::NoRequest))?;
        let asked_host = values.text(Field::AskedHost, "x-host-header")?;
        let host = match asked_host {
            Some(host) => Some(host),
            None => values.text(Field::Host, "cs(Host)")?,
        };
        let host = host.filter(|_| path.starts_with('/'));
        let origin = match host {
            Some(host) => {
                let protocol = values.text(Field::Protocol, "cs-protocol")?;
                let is_http = protocol.is_some_and(|protocol| protocol == "http");
                let scheme = if is_http { "http" } else { "https" };
                format!("{scheme}://{host}")
            }
            None => String::new(),
        };
        Ok(match query {
            Some(query) => format!("{origin}{path}?{query}").into(),
            None if origin.is_empty() => path,
            None => (origin + &path).into(),
        })
    }

    fn decoded<'l>(&self, value: &'l [u8]) -> Cow<'l, [u8]> {
        if self.is_encoded {
            percent_decode(value).into()
        } else {
            Cow::Borrowed(value)
        }
    }

    /// The values of a line with as many of them as there are names.
    fn values<'l>(&self, line: &'l [u8]) -> Result<Values<'l>, Fault> {
        let mut values = Values::default();
        let mut number = 0;
        let mut places = self.places.iter();
        let separated = Separated::new(line);
        for value in separated {
            number += 1;
            let field = places.next().copied().flatten();
            if let Some(place) = field.and_then(|field| values.0.get_mut(field as usize)) {
                *place = (value != b"-").then_some(value);
            }
        }
        let names = self.places.len();
        if number != names {
            let detail = format!("it has {number} values, and `#Fields` names {names}");
            let end = line.len().saturating_sub(1);
            return Err(Fault::at(end, Why::OtherColumns).with_detail(detail));
        }
        Ok(values)
    }
}

impl<'l> Values<'l> {
    fn get(&self, field: Field) -> Option<&'l [u8]> {
        self.0.get(field as usize).copied().flatten()
    }

    fn text(&self, field: Field, name: &'static str) -> Result<Option<&'l str>, Fault> {
        let text = self.get(field).map(str::from_utf8).transpose();
        text.map_err(|_| Fault::in_field(name, Why::NotUtf8))
    }
}

/// The values of a line, separated by tabs, or by spaces if it has no tab. Between spaces, a value
/// with spaces is quoted.
struct Separated<'l> {
    rest: Option<&'l [u8]>,
    has_tabs: bool,
}

impl<'l> Separated<'l> {
    fn new(line: &'l [u8]) -> Self {
        Self {
            rest: Some(line),
            has_tabs: memchr(b'\t', line).is_some(),
        }
    }

    /// A quoted value, as it is written, and what follows it; nothing if the value is not quoted.
    fn quoted(&self, rest: &'l [u8]) -> Option<(&'l [u8], &'l [u8])> {
        let text = rest.strip_prefix(b"\"").filter(|_| !self.has_tabs)?;
        let mut from = 0;
        loop {
            let end = from + memchr(b'"', text.get(from..)?)?;
            let after = text.get(end + 1..)?;
            // A quote in the value is written twice.
            if !after.starts_with(b"\"") {
                return Some((text.get(..end)?, after));
            }
            from = end + 2;
        }
    }
}

impl<'l> Iterator for Separated<'l> {
    type Item = &'l [u8];

    fn next(&mut self) -> Option<&'l [u8]> {
        let rest = self.rest.take()?;
        let separator = if self.has_tabs { b'\t' } else { b' ' };
        if let Some((value, after)) = self.quoted(rest) {
            let after = after.trim_ascii_start();
            self.rest = (!after.is_empty()).then_some(after);
            return Some(value);
        }
        let end = memchr(separator, rest);
        self.rest = end.and_then(|end| rest.get(end + 1..)).map(|rest| {
            if self.has_tabs {
                rest
            } else {
                rest.trim_ascii_start()
            }
        });
        end.map_or(Some(rest), |end| rest.get(..end))
    }
}
