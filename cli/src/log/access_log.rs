//! Reads access logs in the common or combined format of Apache and nginx.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

use super::asked::Asked;
use super::entry::Entry;
use super::form::{Form, LineForm};
use super::unreadable::{Fault, Why};

/// The request of a line, unescaped.
#[derive(Debug, PartialEq, Eq)]
struct Logged<'l> {
    method: Cow<'l, [u8]>,
    target: Cow<'l, [u8]>,
}

/// Reads a line.
pub(super) fn read(line: &[u8]) -> Result<Entry<'_>, Fault> {
    let logged = request(line).ok_or_else(|| Fault::at(0, Why::UnknownForm))?;
    let (method, target) = (utf8(logged.method)?, utf8(logged.target)?);
    if target.contains(char::is_whitespace) {
        return Err(Fault::at(0, Why::Space));
    }
    let asked = Asked::new(method, target);
    let asked = asked.ok_or_else(|| Fault::at(0, Why::NotAUrl))?;
    Ok(Entry {
        form: Form {
            line: Some(LineForm::AccessLog),
        },
        asked,
        time: None,
        status: None,
        client: None,
        user_agent: None,
        edge_location: None,
        decided: None,
    })
}

fn utf8(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Fault> {
    match bytes {
        Cow::Borrowed(bytes) => str::from_utf8(bytes).map(Cow::Borrowed).ok(),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).ok(),
    }
    .ok_or_else(|| Fault::at(0, Why::NotUtf8))
}

/// The logged request; nothing if the line has none.
///
/// The request line is the first quoted text after the time, as in `192.0.2.1 - -
/// [20/Jul/2023:14:33:00 +0000] "GET /path HTTP/1.1" 302 0`. The text before the time may contain a
/// quote, so this looks for the end of the time.
fn request(line: &[u8]) -> Option<Logged<'_>> {
    let start = memmem::find(line, b"] \"")? + b"] \"".len();
    let request = quoted(line.get(start..)?)?;
    let (method, rest) = split_at_first_space(request)?;
    let target = without_protocol(rest);
    let is_request = !method.is_empty() && !target.is_empty();
    is_request.then(|| Logged {
        method: unescape(method),
        target: unescape(target),
    })
}

/// The text before the closing quote.
fn quoted(text: &[u8]) -> Option<&[u8]> {
    let mut from = 0;
    loop {
        let found = from + memchr2(b'"', b'\\', text.get(from..)?)?;
        if text.get(found) == Some(&b'"') {
            return text.get(..found);
        }
        from = found + 2;
    }
}

fn split_at_first_space(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = memchr(b' ', text)?;
    Some((text.get(..space)?, text.get(space + 1..)?))
}

/// Old clients send no protocol.
fn without_protocol(rest: &[u8]) -> &[u8] {
    memmem::rfind(rest, b" HTTP/")
        .and_then(|end| rest.get(..end))
        .unwrap_or(rest)
}

/// Undoes the escapes that servers write: `\"`, `\\`, `\x22`, and those of C for white space.
fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut read = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let (byte, after) = match byte {
            b'\\' => escaped(after).unwrap_or((byte, after)),
            _ => (byte, after),
        };
        read.push(byte);
        rest = after;
    }
    Cow::Owned(read)
}

/// The escaped byte and what follows. A backslash before anything else is a backslash.
fn escaped(after: &[u8]) -> Option<(u8, &[u8])> {
    let (&kind, after) = after.split_first()?;
    let byte = match kind {
        b'"' | b'\\' => kind,
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'v' => 0x0B,
        b'f' => 0x0C,
        b'b' => 0x08,
        b'x' => {
            let digits = str::from_utf8(after.get(..2)?).ok()?;
            let byte = u8::from_str_radix(digits, 16).ok()?;
            return Some((byte, after.get(2..)?));
        }
        _ => return None,
    };
    Some((byte, after))
}
