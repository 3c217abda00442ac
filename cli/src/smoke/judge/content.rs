//! Judges the bytes of a file whose SHA-256 is unknown.

use crate::smoke::judge::finding::{Finding, Received};
use crate::smoke::judge::stage::Stage;

/// How the files of some names begin.
struct Format {
    extensions: &'static [&'static str],
    /// Where the bytes stand.
    offset: usize,
    magic: &'static [u8],
}

const FORMATS: [Format; 8] = [
    Format::new(&["crate", "gz", "tgz"], 0, b"\x1f\x8b"),
    Format::new(&["conda", "jar", "nupkg", "whl", "zip"], 0, b"PK\x03\x04"),
    Format::new(&["gem", "tar"], 257, b"ustar"),
    Format::new(&["deb"], 0, b"!<arch>\n"),
    Format::new(&["rpm"], 0, b"\xed\xab\xee\xdb"),
    Format::new(&["xz"], 0, b"\xfd7zXZ\0"),
    Format::new(&["bz2"], 0, b"BZh"),
    Format::new(&["zst"], 0, b"\x28\xb5\x2f\xfd"),
];

/// The extensions of files that are pages for browsers.
const PAGES: [&str; 3] = ["htm", "html", "xhtml"];

/// How many bytes of a file are enough to judge it.
pub(crate) const BEGINNING: usize = 512;

impl Format {
    const fn new(extensions: &'static [&'static str], offset: usize, magic: &'static [u8]) -> Self {
        Self {
            extensions,
            offset,
            magic,
        }
    }

    /// The format that an extension names.
    fn of(extension: &str) -> Option<&'static Self> {
        let mut formats = FORMATS.iter();
        formats.find(|format| format.extensions.contains(&extension))
    }

    fn is_of(&self, beginning: &[u8]) -> bool {
        let rest = beginning.get(self.offset..);
        rest.is_some_and(|rest| rest.starts_with(self.magic))
    }
}

/// Whether a file with this extension has at least one byte.
pub(crate) fn is_never_empty(extension: &str) -> bool {
    Format::of(extension).is_some()
}

/// Finds a file that cannot be what its name says.
pub(crate) fn check(server: &str, extension: &str, received: &Received) -> Option<Finding> {
    let content_type = received.content_type.as_deref().unwrap_or("no type");
    let what = if is_page(received) && !PAGES.contains(&extension) {
        "an HTML page instead of the file".to_owned()
    } else {
        let format = Format::of(extension)?;
        // An empty file is found at its own stage.
        if received.bytes == 0 || format.is_of(&received.beginning) {
            return None;
        }
        format!("a file that does not begin as `.{extension}` files do")
    };
    let bytes = received.bytes;
    let message = format!("{server} serves {what}: {content_type}, {bytes} bytes");
    Some(Finding::new(Stage::CdnContent, message))
}

/// Whether the type or the first bytes are those of an HTML page.
fn is_page(received: &Received) -> bool {
    let content_type = received.content_type.as_deref().unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_typed = ["text/html", "application/xhtml+xml"]
        .iter()
        .any(|page| media_type.eq_ignore_ascii_case(page));
    let text = String::from_utf8_lossy(&received.beginning).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    is_typed || text.starts_with("<!doctype html") || text.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::{check, is_never_empty};
    use crate::smoke::judge::finding::Received;

    #[test]
    fn a_file_is_judged_by_its_name_its_type_and_its_first_bytes() {
        let tar = [&[0; 257][..], b"ustar"].concat();
        let page: &[u8] = b"\n <!DOCTYPE HTML><title>404</title>";
        let begins = "does not begin as";
        let rows: [(&str, Option<&str>, &[u8], &str); 16] = [
            ("crate", Some("application/gzip"), b"\x1f\x8b\x08", ""),
            ("crate", None, b"\x1f\x8b\x08", ""),
            (
                "crate",
                Some("text/html"),
                b"\x1f\x8b\x08",
                "text/html, 3 bytes",
            ),
            ("crate", Some("application/gzip"), page, "an HTML page"),
            ("crate", Some("application/gzip"), b"{\"error\":1}", begins),
            ("crate", None, b"", ""),
            ("gem", None, &tar, ""),
            ("gem", None, b"ustar", begins),
            ("whl", None, b"PK\x03\x04", ""),
            ("whl", None, b"PK", begins),
            ("html", Some("text/html; charset=utf-8"), page, ""),
            ("mod", Some("text/plain"), b"module a\n", ""),
            (
                "mod",
                Some("TEXT/HTML; charset=utf-8"),
                b"module a\n",
                "an HTML page",
            ),
            ("", None, b"\xef\xbb\xbf<html lang=en>", "an HTML page"),
            ("pom", Some("text/xml"), b"<!-- License -->\n<project>", ""),
            ("", None, b"anything", ""),
        ];
        for (extension, content_type, content, words) in rows {
            let received = Received {
                status: 200,
                bytes: content.len() as u64,
                content_type: content_type.map(str::to_owned),
                beginning: content.to_vec(),
                ..Received::default()
            };
            let found = check("a", extension, &received);
            let row = format!("{extension} {content_type:?} {content:?}: {found:?}");
            assert_eq!(found.is_none(), words.is_empty(), "{row}");
            let is_said = found.is_none_or(|found| found.message.contains(words));
            assert!(is_said, "{row}");
        }
        assert!(is_never_empty("crate") && !is_never_empty("html"));
    }
}
