//! Reads lines, whatever their form.

use std::borrow::Cow;

use super::access_log;
use super::asked::{Asked, has_scheme};
use super::entry::Entry;
use super::form::{Form, LineForm};
use super::json;
use super::unreadable::{Fault, MAX_BYTES, Unreadable, Why};

/// Reads the lines of one file. Each line may have a form of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reader {}

impl Reader {
    /// Reads a line without its line end; nothing for a blank line.
    ///
    /// Only the request must be UTF-8. A `User-Agent` may be in any encoding.
    #[expect(clippy::unused_self, reason = "a file will have a state")]
    pub(crate) fn read<'l>(&mut self, line: &'l [u8]) -> Result<Option<Entry<'l>>, Unreadable> {
        if line.len() > MAX_BYTES {
            let fault = Fault::at(MAX_BYTES, Why::TooLong);
            return Err(Unreadable::new(Form::default(), 0, fault));
        }
        // Some editors begin a file with a byte order mark.
        let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let text = text.trim_ascii_start();
        let begin = line.len() - text.len();
        let text = text.trim_ascii_end();
        let (form, read) = match text.first() {
            None => return Ok(None),
            Some(b'{') => (Some(LineForm::Json), json::read(text)),
            _ if text.starts_with(b"/") || has_scheme(text) => (Some(LineForm::Bare), bare(text)),
            _ => (Some(LineForm::AccessLog), access_log::read(text)),
        };
        read.map(Some).map_err(|fault| {
            let line = form.filter(|_| fault.why != Why::UnknownForm);
            Unreadable::new(Form { line }, begin, fault)
        })
    }
}

fn bare(line: &[u8]) -> Result<Entry<'_>, Fault> {
    let url = str::from_utf8(line).map_err(|error| Fault::at(error.valid_up_to(), Why::NotUtf8))?;
    if let Some(space) = url.find(char::is_whitespace) {
        return Err(Fault::at(space, Why::Space));
    }
    let asked = Asked::new(Cow::Borrowed("GET"), Cow::Borrowed(url));
    let asked = asked.ok_or_else(|| Fault::at(0, Why::NotAUrl))?;
    Ok(Entry {
        form: Form {
            line: Some(LineForm::Bare),
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
