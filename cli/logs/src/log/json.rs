//! A log line in JSON: Signpost's or crates.io's.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use super::asked::Asked;
use super::entry::{Decided, Entry, text};
use super::form::Form;
use super::time::Stamp;
use super::unreadable::{Fault, Why};

/// The fields that a command reads. crates.io's lines have no `signpost`.
#[derive(Debug, Deserialize)]
struct Record<'l> {
    #[serde(borrow, default, deserialize_with = "text")]
    version: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    date_time: Option<Cow<'l, str>>,
    #[serde(borrow)]
    method: Cow<'l, str>,
    #[serde(borrow)]
    url: Cow<'l, str>,
    status: Option<u16>,
    #[serde(borrow, default, deserialize_with = "text")]
    content_type: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    ip: Option<Cow<'l, str>>,
    #[serde(borrow, default, deserialize_with = "text")]
    edge_location: Option<Cow<'l, str>>,
    #[serde(borrow)]
    http: Option<Http<'l>>,
    #[serde(borrow)]
    signpost: Option<Box<Decided<'l>>>,
}

#[derive(Debug, Deserialize)]
struct Http<'l> {
    #[serde(borrow, default, deserialize_with = "bytes")]
    useragent: Option<Cow<'l, [u8]>>,
}

/// Reads a line.
pub(super) fn read(line: &[u8], form: Form) -> Result<Entry<'_>, Fault> {
    // Checking the whole line once is faster than checking each string.
    let record: Record<'_> = match str::from_utf8(line) {
        Ok(text) => serde_json::from_str(text).map_err(|error| fault(&error))?,
        Err(error) => serde_json::from_slice(line)
            .map_err(|_| Fault::at(error.valid_up_to(), Why::NotUtf8))?,
    };
    if record.version.is_some_and(|version| version != "1") {
        return Err(Fault::in_field("version", Why::OtherVersion));
    }
    // The edge marks what it cut. It is encoded in a URL that a client sends.
    if record.url.ends_with('…') {
        return Err(Fault::in_field("url", Why::CutUrl));
    }
    let asked = Asked::new(record.method, record.url);
    let mut asked = asked.ok_or_else(|| Fault::in_field("url", Why::NotAUrl))?;
    // The edge sends JSON only to a client that asked for it; an origin may send it to any.
    let decided = record.signpost;
    let was_redirected = decided.as_deref().is_some_and(Decided::is_redirect);
    let is_json = |kind: Cow<'_, str>| kind.starts_with("application/json");
    asked.accepts_json = was_redirected && record.content_type.is_some_and(is_json);
    asked.is_preflight = decided.as_deref().is_some_and(Decided::is_preflight);
    Ok(Entry {
        form,
        asked,
        time: record.date_time.map(Stamp::Rfc3339),
        status: record.status,
        client: record.ip,
        user_agent: record.http.and_then(|http| http.useragent),
        edge_location: record.edge_location,
        decided,
    })
}

/// What serde says, and where; a line is the only one of its text.
fn fault(error: &serde_json::Error) -> Fault {
    let said = error.to_string();
    let said = said
        .rsplit_once(" at line ")
        .map_or(&*said, |(said, _)| said);
    Fault::at(error.column().saturating_sub(1), Why::NotALogLine).with_detail(said)
}

/// A string that need not be UTF-8, and is only copied if JSON escapes something in it.
fn bytes<'de: 'l, 'l, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Cow<'l, [u8]>>, D::Error> {
    #[derive(Deserialize)]
    struct Bytes<'l>(#[serde(borrow)] Cow<'l, [u8]>);

    Option::<Bytes<'_>>::deserialize(deserializer).map(|bytes| bytes.map(|Bytes(bytes)| bytes))
}
