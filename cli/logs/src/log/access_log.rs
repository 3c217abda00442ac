//! Reads access logs in the common or combined format of Apache and nginx.

use std::borrow::Cow;
use std::net::IpAddr;

use memchr::{memchr, memchr2, memmem, memrchr};

use super::asked::Asked;
use super::entry::Entry;
use super::form::Form;
use super::time::Stamp;
use super::unreadable::{Fault, Why, utf8};

/// What stands between the time and the request.
const BEFORE_REQUEST: &[u8] = b"] \"";

/// Whether a line looks like one of an access log.
pub(super) fn has_request(line: &[u8]) -> bool {
    memmem::find(line, BEFORE_REQUEST).is_some()
}

/// Reads a line.
///
/// The request is the first quoted text after the time, as in `192.0.2.1 - -
/// [20/Jul/2023:14:33:00 +0000] "GET /path HTTP/1.1" 302 0`. The text before the time may contain a
/// quote, so this looks for the end of the time.
pub(super) fn read(line: &[u8], form: Form) -> Result<Entry<'_>, Fault> {
    let end_of_time = memmem::find(line, BEFORE_REQUEST).unwrap_or(line.len());
    let start = end_of_time + BEFORE_REQUEST.len();
    let no_request = || Fault::at(start, Why::NoRequest);
    let text = line.get(start..).ok_or_else(no_request)?;
    let request = quoted(text).ok_or_else(no_request)?;
    let (method, rest) = split_at_first_space(request).ok_or_else(no_request)?;
    let target = without_protocol(rest);
    if method.is_empty() || target.is_empty() {
        return Err(no_request());
    }
    let begin = start + method.len() + 1;
    let method = utf8(unescape(method)).map_err(|why| Fault::at(start, why))?;
    let target = utf8(unescape(target)).map_err(|why| Fault::at(begin, why))?;
    if target.contains(char::is_whitespace) {
        return Err(Fault::at(begin, Why::Space));
    }
    let asked = Asked::new(method, target).ok_or_else(|| Fault::at(begin, Why::NotAUrl))?;
    let before = line.get(..end_of_time).unwrap_or_default();
    let after = text.get(request.len() + 1..).unwrap_or_default();
    Ok(Entry {
        time: time(before),
        client: client(before),
        status: status(after),
        user_agent: user_agent(after),
        ..Entry::new(form, asked)
    })
}

fn time(before: &[u8]) -> Option<Stamp<'_>> {
    let bracket = memrchr(b'[', before)?;
    before.get(bracket + 1..).map(Stamp::AccessLog)
}

/// The first address; the first word if there is none, which may be the client's name. A virtual
/// host may come before it.
fn client(before: &[u8]) -> Option<Cow<'_, str>> {
    let words = before.split(|byte| *byte == b' ');
    let words = words.map(|word| str::from_utf8(word).unwrap_or_default());
    let is_address = |word: &&str| word.parse::<IpAddr>().is_ok();
    let address = words.clone().take(2).find(is_address);
    let client = address.or_else(|| words.clone().next())?;
    (!client.is_empty() && client != "-").then_some(Cow::Borrowed(client))
}

/// What follows the request is ` 302 0 "referer" "agent"`.
fn status(after: &[u8]) -> Option<u16> {
    let word = after
        .trim_ascii_start()
        .split(|byte| *byte == b' ')
        .next()?;
    str::from_utf8(word).ok()?.parse().ok()
}

fn user_agent(after: &[u8]) -> Option<Cow<'_, [u8]>> {
    let referer = after.get(memchr(b'"', after)? + 1..)?;
    let after = referer.get(quoted(referer)?.len() + 1..)?;
    let agent = quoted(after.get(memchr(b'"', after)? + 1..)?)?;
    (agent != b"-").then(|| unescape(agent))
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
