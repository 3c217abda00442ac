//! Reads lines, whatever their form.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::asked::{Asked, has_scheme};
use super::entry::Entry;
use super::envelope::{self, Opened, begins_with_date};
use super::form::{Form, LineForm};
use super::unreadable::{Fault, MAX_BYTES, Unreadable, Why};
use super::w3c::Header;
use super::{access_log, json};

/// Reads the lines of one file. Each line may have a form of its own: a log that is put together of
/// several is read as well. Only the values of a W3C extended log have their meaning from a line
/// before, and only that is kept.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    header: Header,
}

impl Reader {
    /// Reads a line without its line end; nothing for a blank line or one that begins with `#`.
    ///
    /// Only the request must be UTF-8. A `User-Agent` may be in any encoding.
    ///
    /// # Errors
    ///
    /// Why the line cannot be read, and where it stops making sense.
    pub fn read<'l>(&mut self, line: &'l [u8]) -> Result<Option<Entry<'l>>, Unreadable> {
        if line.len() > MAX_BYTES {
            let fault = Fault::at(MAX_BYTES, Why::TooLong);
            return Err(Unreadable::new(Form::default(), 0, fault));
        }
        let text = without_mark(line);
        if text.starts_with(b"#") {
            let begin = line.len() - text.len();
            return match self.header.take(text) {
                Ok(()) => Ok(None),
                Err(fault) => Err(Unreadable::new(Form::of(LineForm::W3c), begin, fault)),
            };
        }
        let text = text.trim_ascii_start();
        let begin = line.len() - text.len();
        let text = text.trim_ascii_end();
        if text.is_empty() {
            return Ok(None);
        }
        self.request(text, begin).map(Some)
    }

    /// Takes the directives from lines that are read elsewhere.
    pub(super) fn pass_by(&mut self, lines: &[u8]) {
        // Files with a mark may be put together, so that it stands before any directive.
        let directives = memchr_iter(b'#', lines).filter_map(|at| {
            let before = lines.get(..at)?;
            let before = before.strip_suffix(MARK).unwrap_or(before);
            (before.is_empty() || before.ends_with(b"\n")).then_some(before.len())
        });
        for begin in directives {
            let line = lines.get(begin..).unwrap_or_default();
            let end = memchr(b'\n', line).unwrap_or(line.len());
            // The fault is told where the line is read.
            let _ = self.read(line.get(..end).unwrap_or_default());
        }
    }

    #[inline]
    fn request<'l>(&self, text: &'l [u8], begin: usize) -> Result<Entry<'l>, Unreadable> {
        // Fields are tried first, because their values may begin with anything. Another form fails.
        let mut not_w3c = None;
        if !text.starts_with(b"{") && matches!(self.header, Header::Fields(_)) {
            match self.header.read(text) {
                Ok(entry) => return Ok(entry),
                Err(fault) => not_w3c = Some(fault),
            }
        }
        if let Some(opened) = envelope::open(text) {
            return in_envelope(opened, begin);
        }
        let form = form_of(text);
        match (form, not_w3c) {
            (None | Some(LineForm::Bare), Some(fault)) if !is_one_word(text) => {
                Err(Unreadable::new(Form::of(LineForm::W3c), begin, fault))
            }
            (None, None) if self.header.is_refused() || begins_with_date(text) => {
                let read = self.header.read(text);
                read.map_err(|fault| Unreadable::new(Form::of(LineForm::W3c), begin, fault))
            }
            _ => {
                let form = Form {
                    envelope: None,
                    line: form,
                };
                read_as(form, text).map_err(|fault| Unreadable::new(form, begin, fault))
            }
        }
    }
}

fn in_envelope(
    opened: Result<Opened<'_>, envelope::Broken>,
    begin: usize,
) -> Result<Entry<'_>, Unreadable> {
    let opened = opened.map_err(|(envelope, fault)| {
        let form = Form {
            envelope: Some(envelope),
            line: None,
        };
        Unreadable::new(form, begin, fault)
    })?;
    let form = Form {
        envelope: Some(opened.envelope),
        line: form_of(opened.line),
    };
    let read = read_as(form, opened.line);
    let mut entry = read.map_err(|fault| Unreadable::new(form, begin + opened.begin, fault))?;
    if entry.time.is_none() {
        entry.time = opened.time;
    }
    Ok(entry)
}

/// The byte order mark, with which some editors begin a file.
const MARK: &[u8] = b"\xEF\xBB\xBF";

fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(MARK).unwrap_or(line)
}

/// The form by how a line begins; nothing if it has none of these.
fn form_of(line: &[u8]) -> Option<LineForm> {
    match line.first() {
        Some(b'{') => Some(LineForm::Json),
        Some(b'/') => Some(LineForm::Bare),
        _ if has_scheme(line) => Some(LineForm::Bare),
        _ => access_log::has_request(line).then_some(LineForm::AccessLog),
    }
}

// An entry is large: without this it is copied on its way up, which costs a tenth of the time.
#[inline]
fn read_as(form: Form, line: &[u8]) -> Result<Entry<'_>, Fault> {
    match form.line {
        Some(LineForm::Json) => json::read(line, form),
        Some(LineForm::AccessLog) => access_log::read(line, form),
        Some(LineForm::Bare) => bare(line, form),
        Some(LineForm::W3c) | None => Err(Fault::at(0, Why::UnknownForm)),
    }
}

fn bare(line: &[u8], form: Form) -> Result<Entry<'_>, Fault> {
    let url = str::from_utf8(line).map_err(|error| Fault::at(error.valid_up_to(), Why::NotUtf8))?;
    if let Some(space) = url.find(char::is_whitespace) {
        return Err(Fault::at(space, Why::Space));
    }
    let asked = Asked::new(Cow::Borrowed("GET"), Cow::Borrowed(url));
    let asked = asked.ok_or_else(|| Fault::at(0, Why::NotAUrl))?;
    Ok(Entry::new(form, asked))
}

fn is_one_word(text: &[u8]) -> bool {
    !text.iter().any(u8::is_ascii_whitespace)
}
