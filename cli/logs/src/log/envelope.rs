//! Takes off what syslog writes before a line.
//!
//! RFC 3164, also as Fastly and rsyslog write it, RFC 5424, and Heroku's logplex. Only the time is
//! kept: the line says everything else.

use std::borrow::Cow;

use memchr::{memchr, memchr3, memmem};

use super::asked::has_scheme;
use super::form::Envelope;
use super::time::Stamp;
use super::unreadable::{Fault, Why};

/// A line without its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened<'l> {
    pub(super) envelope: Envelope,
    /// Where the line begins.
    pub(super) begin: usize,
    pub(super) line: &'l [u8],
    /// Nothing if the envelope's time has no year.
    pub(super) time: Option<Stamp<'l>>,
}

/// An envelope that cannot be read, and why.
pub(super) type Broken = (Envelope, Fault);

/// Takes the envelope off; nothing if there is none.
pub(super) fn open(text: &[u8]) -> Option<Result<Opened<'_>, Broken>> {
    let begins_so = matches!(text.first(), Some(b'<' | b'0'..=b'9' | b'A'..=b'Z'));
    if !begins_so {
        return None;
    }
    let whole = Rest { text, at: 0 };
    let after_count = whole.after_octet_count();
    let rest = after_count.unwrap_or(whole);
    match rest.after_priority() {
        Some(rest) => Some(match rest.after_version() {
            Some((version, rest)) => rfc5424(version, rest),
            None => rfc3164(rest),
        }),
        None => whole.has_time().then(|| rfc3164(whole)),
    }
}

/// What is not yet read of a line.
#[derive(Clone, Copy, Debug)]
struct Rest<'l> {
    text: &'l [u8],
    /// How much comes before it.
    at: usize,
}

impl<'l> Rest<'l> {
    /// All but the first bytes.
    fn skip(self, length: usize) -> Self {
        let text = self.text.get(length..).unwrap_or_default();
        let at = self.at + (self.text.len() - text.len());
        Self { text, at }
    }

    fn trim_start(self) -> Self {
        self.skip(self.text.len() - self.text.trim_ascii_start().len())
    }

    /// The bytes before the next space, and what follows the space.
    fn word(self) -> Option<(&'l [u8], Self)> {
        let length = memchr(b' ', self.text)?;
        Some((self.text.get(..length)?, self.skip(length + 1)))
    }

    fn digits(self) -> usize {
        let is_digit = |byte: &&u8| byte.is_ascii_digit();
        self.text.iter().take_while(is_digit).count()
    }

    /// After the `120 ` of `120 <40>1 …` (RFC 6587, section 3.4.1). The number is not needed: a line
    /// has an end.
    fn after_octet_count(self) -> Option<Self> {
        let digits = self.digits();
        let rest = self.skip(digits);
        (digits > 0 && rest.text.starts_with(b" <")).then(|| rest.skip(1))
    }

    /// After `<134>`.
    fn after_priority(self) -> Option<Self> {
        let rest = self.skip(usize::from(self.text.first() == Some(&b'<')));
        let digits = rest.digits();
        let end = rest.skip(digits);
        let is_priority = rest.at > self.at && (1..=3).contains(&digits);
        (is_priority && end.text.starts_with(b">")).then(|| end.skip(1))
    }

    /// The version of RFC 5424, and what follows it.
    fn after_version(self) -> Option<(&'l [u8], Self)> {
        let (word, rest) = self.word()?;
        let is_version = (1..=2).contains(&word.len()) && word.iter().all(u8::is_ascii_digit);
        is_version.then_some((word, rest))
    }

    fn has_time(self) -> bool {
        self.after_time().is_some()
    }

    /// The time of RFC 3164, which has no year, or of RFC 3339, and what follows it.
    fn after_time(self) -> Option<(Option<Stamp<'l>>, Self)> {
        if is_time_without_year(self.text) {
            return Some((None, self.skip(WITHOUT_YEAR)));
        }
        let (word, rest) = self.word()?;
        let is_time = begins_with_date(word) && word.get(10) == Some(&b'T');
        is_time.then(|| (stamp(word), rest))
    }
}

/// The length of `Oct  6 23:57:34 `.
const WITHOUT_YEAR: usize = 16;

fn is_time_without_year(text: &[u8]) -> bool {
    let pattern = b"Aaa 00 00:00:00 ";
    text.len() >= WITHOUT_YEAR
        && text
            .iter()
            .zip(pattern)
            .enumerate()
            .all(|(place, (byte, kind))| match kind {
                b'A' => byte.is_ascii_uppercase(),
                b'a' => byte.is_ascii_lowercase(),
                // A day below ten has a space in front.
                b'0' => byte.is_ascii_digit() || (place == 4 && *byte == b' '),
                other => byte == other,
            })
}

/// Whether it begins as `2025-10-26`.
pub(super) fn begins_with_date(text: &[u8]) -> bool {
    let pattern = b"0000-00-00";
    text.len() >= pattern.len()
        && text.iter().zip(pattern).all(|(byte, kind)| match kind {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

fn stamp(word: &[u8]) -> Option<Stamp<'_>> {
    let text = str::from_utf8(word).ok()?;
    Some(Stamp::Rfc3339(Cow::Borrowed(text)))
}

/// Reads `TIME HOST TAG: ` and the line. rsyslog writes a tag without a colon for what it got in
/// RFC 5424.
fn rfc3164(rest: Rest<'_>) -> Result<Opened<'_>, Broken> {
    let envelope = Envelope::Rfc3164;
    let broken = |rest: Rest<'_>, detail: &str| (envelope, broken(rest, detail));
    let (time, after) = rest
        .after_time()
        .ok_or_else(|| broken(rest, "there is no time behind the priority"))?;
    let (_, after) = after
        .word()
        .ok_or_else(|| broken(after, "nothing follows the time and the host"))?;
    let rest = after_tag(after.trim_start());
    opened(envelope, time, rest)
}

/// After `tag[1]: `, if there is a tag.
fn after_tag(rest: Rest<'_>) -> Rest<'_> {
    if begins_a_line(rest.text) {
        return rest;
    }
    let tag = memchr(b' ', rest.text).unwrap_or(rest.text.len());
    let tag = rest.text.get(..tag).unwrap_or_default();
    match memmem::find(tag, b":{") {
        Some(colon) => rest.skip(colon + 1),
        None => rest.skip(tag.len()).trim_start(),
    }
}

fn begins_a_line(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'{' | b'/')) || has_scheme(text)
}

/// Reads `TIME HOST APP PROCESS MESSAGE-ID STRUCTURED-DATA ` and the line.
fn rfc5424<'l>(version: &[u8], rest: Rest<'l>) -> Result<Opened<'l>, Broken> {
    let mut envelope = Envelope::Rfc5424;
    if version != b"1" {
        let at = Rest {
            at: rest.at - version.len() - 1,
            ..rest
        };
        return Err((envelope, broken(at, "its version is not 1")));
    }
    let mut time = None;
    let mut rest = rest;
    for (number, name) in ["time", "host", "app", "process", "message"]
        .iter()
        .enumerate()
    {
        let (word, after) = rest.word().ok_or_else(|| {
            let detail = format!("it ends before the {name} does");
            (envelope, broken(rest, detail))
        })?;
        if number == 0 && word != b"-" {
            time = stamp(word);
        }
        rest = after;
    }
    let rest = match rest.text.first() {
        Some(b'[') => after_structured_data(rest).map_err(|fault| (envelope, fault))?,
        Some(b'-') if matches!(rest.text.get(1), None | Some(b' ')) => rest.skip(1),
        _ => {
            envelope = Envelope::Logplex;
            rest
        }
    };
    opened(envelope, time, rest.trim_start())
}

/// After `[id name="value"][id]`. A value has `\"`, `\\` and `\]` for these characters.
fn after_structured_data(rest: Rest<'_>) -> Result<Rest<'_>, Fault> {
    let mut rest = rest;
    let mut is_quoted = false;
    while let Some(found) = memchr3(b'"', b'\\', b']', rest.text) {
        let byte = rest.text.get(found).copied();
        rest = rest.skip(found + 1);
        match (byte, is_quoted) {
            (Some(b'"'), _) => is_quoted = !is_quoted,
            (Some(b'\\'), true) => rest = rest.skip(1),
            (Some(b']'), false) if !rest.text.starts_with(b"[") => return Ok(rest),
            _ => {}
        }
    }
    Err(broken(
        rest.skip(rest.text.len()),
        "the structured data has no end",
    ))
}

fn opened<'l>(
    envelope: Envelope,
    time: Option<Stamp<'l>>,
    rest: Rest<'l>,
) -> Result<Opened<'l>, Broken> {
    let text = rest.text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(rest.text);
    let begin = rest.at + (rest.text.len() - text.len());
    let line = without_escaped_end(text);
    if line.is_empty() {
        return Err((envelope, broken(rest, "no line follows it")));
    }
    Ok(Opened {
        envelope,
        begin,
        line,
        time,
    })
}

/// rsyslog writes a control character as `#` and three octal digits: behind the line stand what a
/// sender ends its lines with. Elsewhere `#011` may be what a client sent.
fn without_escaped_end(line: &[u8]) -> &[u8] {
    let mut line = line;
    while let Some(shorter) = [b"#000", b"#012", b"#015"]
        .iter()
        .find_map(|end| line.strip_suffix(*end))
    {
        line = shorter;
    }
    line.trim_ascii_end()
}

fn broken(rest: Rest<'_>, detail: impl Into<Box<str>>) -> Fault {
    Fault::at(rest.at, Why::Envelope).with_detail(detail)
}
