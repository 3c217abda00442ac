//! Lines like those of the real module.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// A line that the real module wrote, to write others that differ only in [`Fields`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// What comes before each field, and the field.
    pieces: Vec<(String, Field)>,
    end: String,
}

/// What differs from line to line.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'f> {
    /// RFC 3339, with microseconds.
    pub(crate) time: &'f str,
    pub(crate) path: &'f str,
    pub(crate) address: Ipv4Addr,
    pub(crate) edge_location: &'f str,
    pub(crate) user_agent: &'f str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Time,
    Path,
    Address,
    EdgeLocation,
    UserAgent,
    /// The path of the location.
    Location,
}

impl Template {
    /// Reads the module's line for a request of `path`.
    pub(crate) fn of(line: &str, path: &str) -> Self {
        let mut ranges = vec![
            (value(line, "date_time"), Field::Time),
            (value(line, "ip"), Field::Address),
            (value(line, "edge_location"), Field::EdgeLocation),
            (value(line, "useragent"), Field::UserAgent),
        ];
        let (begin, end) = value(line, "url");
        assert!(line[begin..end].ends_with(path), "{path}: {line}");
        ranges.push(((end - path.len(), end), Field::Path));
        let (begin, end) = value(line, "location");
        if let Some(file) = file(path)
            && line[begin..end].ends_with(&file)
        {
            ranges.push(((end - file.len(), end), Field::Location));
        } else {
            assert_eq!(&line[begin..end], "null", "{line}");
        }
        ranges.sort_by_key(|(range, _)| *range);
        let mut pieces = Vec::new();
        let mut rest = 0;
        for ((begin, end), field) in ranges {
            pieces.push((line[rest..begin].to_owned(), field));
            rest = end;
        }
        Self {
            pieces,
            end: line[rest..].to_owned(),
        }
    }

    /// Writes a line into `line`, in the place of what it held.
    pub(crate) fn write(&self, fields: &Fields<'_>, line: &mut String) {
        line.clear();
        for (before, field) in &self.pieces {
            line.push_str(before);
            // Writing into a string cannot fail.
            let _ = match field {
                Field::Time => line.write_str(fields.time),
                Field::Path => line.write_str(fields.path),
                Field::Address => write!(line, "{}", fields.address),
                Field::EdgeLocation => write!(line, "\"{}\"", fields.edge_location),
                Field::UserAgent => line.write_str(fields.user_agent),
                Field::Location => line.write_str(&file(fields.path).unwrap_or_default()),
            };
        }
        line.push_str(&self.end);
    }
}

/// The time in a line.
pub(crate) fn time(line: &str) -> &str {
    let (begin, end) = value(line, "date_time");
    &line[begin..end]
}

/// Where production's configuration puts the file of a download.
fn file(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/api/v1/crates/")?;
    let (name, version) = rest.strip_suffix("/download")?.split_once('/')?;
    Some(format!("/crates/{name}/{name}-{version}.crate"))
}

/// Where the value of a key is: within its quotes, but for a place, which may be `null`.
fn value(line: &str, key: &str) -> (usize, usize) {
    let marker = format!("\"{key}\":");
    let begin = line
        .find(&marker)
        .unwrap_or_else(|| panic!("{key}: {line}"))
        + marker.len();
    let text = &line[begin..];
    if key == "edge_location" || !text.starts_with('"') {
        let length = text.find([',', '}']).unwrap();
        return (begin, begin + length);
    }
    let length = text[1..].find('"').unwrap();
    (begin + 1, begin + 1 + length)
}
