//! What is read of a stream of lines, and of each of them.

use std::io::{self, Read};

use crate::plan::chunks::Chunks;
use crate::plan::line::{self, Unreadable};

#[test]
fn lines_of_every_form_are_read() {
    let rows: &[(&str, &str, Option<&str>, &str)] = &[
        ("/a/b?c", "GET", None, "/a/b?c"),
        ("  /a/b\r", "GET", None, "/a/b"),
        ("\u{feff}/a/b", "GET", None, "/a/b"),
        ("/a/../b%2F", "GET", None, "/a/../b%2F"),
        ("https://crates.io/a", "GET", Some("crates.io"), "/a"),
        ("HTTP://Crates.IO:80/a", "GET", Some("Crates.IO:80"), "/a"),
        ("https://crates.io", "GET", Some("crates.io"), "/"),
        ("https://crates.io?a=/b", "GET", Some("crates.io"), "/?a=/b"),
        ("https://crates.io#a", "GET", Some("crates.io"), "/"),
        ("/a?b#c", "GET", None, "/a?b"),
        ("https://me@crates.io/a@b", "GET", Some("crates.io"), "/a@b"),
        (
            r#"{"version":"1","method":"HEAD","url":"https:\/\/crates.io/\u0061"}"#,
            "HEAD",
            Some("crates.io"),
            "/a",
        ),
        (
            r#"{"bytes":1,"method":"GET","tls":{"cipher":null},"url":"https://static.crates.io/a b","version":"1"}"#,
            "GET",
            Some("static.crates.io"),
            "/a b",
        ),
        (
            r#"192.0.2.1 - - [20/Jul/2023:14:33:00 +0000] "GET /a?b HTTP/1.1" 302 0"#,
            "GET",
            None,
            "/a?b",
        ),
        (
            r#"::1 - "" [20/Jul/2023:14:33:00 +0000] "PUT /a HTTP/2.0" 200 5 "https://x/" "cargo \"1\"""#,
            "PUT",
            None,
            "/a",
        ),
        (
            r#"host.example:443 192.0.2.1 - \x22me [20/Jul/2023:14:33:00 +0000] "GET /a\"\x22\\b HTTP/1.1" 302 0"#,
            "GET",
            None,
            "/a\"\"\\b",
        ),
        (
            r#"192.0.2.1 - - [x] "GET https://crates.io/a HTTP/1.1" 302 0"#,
            "GET",
            Some("crates.io"),
            "/a",
        ),
        (r#"192.0.2.1 - - [x] "GET /a" 302 0"#, "GET", None, "/a"),
        (
            r#"192.0.2.1 - - [x] "GET /\xC3\xA9 HTTP/1.1" 302 0"#,
            "GET",
            None,
            "/é",
        ),
    ];
    for (line, method, host, target) in rows {
        let read = line::read(line.as_bytes());
        let asked = read.unwrap_or_else(|why| panic!("{line}: {why:?}"));
        let asked = asked.unwrap_or_else(|| panic!("{line}: blank"));
        let asked_target = asked.target();
        let seen = (asked.method(), asked.host(), &*asked_target);
        assert_eq!(seen, (*method, *host, *target), "{line}");
    }
}

#[test]
fn only_the_request_has_to_be_utf_8() {
    let lines: [&[u8]; 2] = [
        b"{\"version\":\"1\",\"method\":\"GET\",\"url\":\"https://crates.io/a\",\"http\":{\"useragent\":\"\xFF\"}}",
        b"192.0.2.1 - - [x] \"GET /a HTTP/1.1\" 302 0 \"-\" \"\xFF\"",
    ];
    for line in lines {
        let asked = line::read(line).unwrap().unwrap();
        assert_eq!(asked.target(), "/a", "{}", String::from_utf8_lossy(line));
    }
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    let long = format!("/{}", "a".repeat(line::MAX_BYTES));
    let rows: &[(&[u8], Unreadable)] = &[
        (long.as_bytes(), Unreadable::TooLong),
        (b"/\xFF", Unreadable::NotUtf8),
        (
            b"{\"version\":\"1\",\"method\":\"GET\",\"url\":\"https://crates.io/\xFF\"}",
            Unreadable::NotUtf8,
        ),
        (br#"x [x] "GET /\xFF HTTP/1.1" 302 0"#, Unreadable::NotUtf8),
        (b"{", Unreadable::NotALogLine),
        (
            br#"{"version":"1","method":"GET"}"#,
            Unreadable::NotALogLine,
        ),
        (
            br#"{"version":"1","method":"GET","url":"https://crates.io/a"} {}"#,
            Unreadable::NotALogLine,
        ),
        (
            br#"{"version":"2","method":"GET","url":"https://crates.io/a"}"#,
            Unreadable::OtherVersion,
        ),
        (
            br#"{"version":"1","method":"GET","url":"ftp://crates.io/a"}"#,
            Unreadable::NotAUrl,
        ),
        (b"https:///a", Unreadable::NotAUrl),
        (b"https://me@/a", Unreadable::NotAUrl),
        (br#"x [x] "OPTIONS * HTTP/1.1" 200 0"#, Unreadable::NotAUrl),
        (b"/a /b", Unreadable::Space),
        (br#"x [x] "GET /a b HTTP/1.1" 400 0"#, Unreadable::Space),
        (b"crates.io/a", Unreadable::UnknownForm),
        (b"GET /a", Unreadable::UnknownForm),
        (br#"x [x] "-" 408 0"#, Unreadable::UnknownForm),
        (br#"x [x] "GET /a HTTP/1.1"#, Unreadable::UnknownForm),
        (br#"x [x] "GET /a \"#, Unreadable::UnknownForm),
    ];
    for (line, why) in rows {
        let name = String::from_utf8_lossy(line);
        let name: String = name.chars().take(80).collect();
        assert_eq!(line::read(line), Err(*why), "{name}");
    }
    for blank in [&b""[..], b"\r", b" \t", b"\xEF\xBB\xBF"] {
        assert_eq!(line::read(blank), Ok(None), "{blank:?}");
    }
}

#[test]
fn chunks_hold_every_line_with_its_number() {
    // Short lines, lines about as long as is read, and one that is longer than several chunks.
    let lengths = (0..9_000).map(|number| match number {
        20 => 1_000_000,
        number if number % 700 == 0 => 65_530 + number / 700,
        number => number % 97,
    });
    let lines: Vec<String> = lengths.map(|length| "x".repeat(length)).collect();
    for ends_in_line_end in [true, false] {
        let mut text = lines.join("\n");
        if ends_in_line_end {
            text.push('\n');
        }
        let mut chunks = Chunks::new(text.as_bytes());
        let mut number = 0;
        while let Some(chunk) = chunks.next(Vec::new()) {
            assert_eq!(chunk.first_line, number as u64 + 1);
            assert!(chunk.bytes.capacity() < 600_000);
            let text = String::from_utf8(chunk.bytes).unwrap();
            for line in text.lines() {
                let expected = &lines[number];
                let shown = expected.len().min(line::MAX_BYTES + 1);
                let is_cut = expected.len() == 1_000_000;
                assert!(if is_cut {
                    line.len() == shown
                } else {
                    line == expected
                });
                number += 1;
            }
        }
        assert_eq!((number, chunks.lines()), (9_000, 9_000));
        assert!(chunks.into_end().is_ok());
    }
}

#[test]
fn of_a_stream_that_breaks_off_the_whole_lines_are_kept() {
    let rows = [
        ("/a\n/b\n/cut", "/a\n/b\n", 2),
        ("/cut", "", 0),
        ("/a\n", "/a\n", 1),
    ];
    for (sent, kept, lines) in rows {
        let mut chunks = Chunks::new(sent.as_bytes().chain(Broken));
        let mut seen = Vec::new();
        while let Some(chunk) = chunks.next(Vec::new()) {
            seen.extend(chunk.bytes);
        }
        assert_eq!(
            (seen.as_slice(), chunks.lines()),
            (kept.as_bytes(), lines),
            "{sent:?}"
        );
        assert!(chunks.into_end().is_err(), "{sent:?}");
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}
