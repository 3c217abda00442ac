use std::io::{self, Cursor, Read, Write as _};

use crate::log::Chunks;
use crate::log::input::decompress;
use crate::log::unreadable::MAX_BYTES;

#[test]
fn chunks_hold_every_line_with_its_number() {
    // Short lines, lines close to the limit, and one that is longer than several chunks.
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
                let shown = expected.len().min(MAX_BYTES + 1);
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
        assert!(chunks.into_end().0.is_ok());
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
        assert!(chunks.into_end().0.is_err(), "{sent:?}");
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Gives a few bytes at a time, as a slow network does.
struct Slow<'t> {
    text: &'t [u8],
    at_once: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.at_once);
        self.text.read(&mut buffer[..most])
    }
}

fn lines(source: impl Read) -> Vec<String> {
    let mut chunks = Chunks::new(source);
    let mut lines = Vec::new();
    while let Some(chunk) = chunks.next(Vec::new()) {
        lines.extend(chunk.lines().map(|(number, line)| {
            assert!(number > 0);
            if line.len() > MAX_BYTES {
                "too long".to_owned()
            } else {
                String::from_utf8(line.to_vec()).unwrap()
            }
        }));
    }
    lines
}

#[test]
fn lines_are_found_wherever_a_read_ends() {
    let longest = "x".repeat(MAX_BYTES);
    let too_long = "x".repeat(MAX_BYTES + 1);
    for (text, expected) in [
        ("", vec![]),
        ("a", vec!["a"]),
        ("a\n", vec!["a"]),
        ("\n\na\nbc", vec!["", "", "a", "bc"]),
        (&format!("a\n{longest}\nb\n"), vec!["a", &longest, "b"]),
        (&format!("a\n{too_long}\nb\n"), vec!["a", "too long", "b"]),
        (&format!("{too_long}{too_long}"), vec!["too long"]),
    ] {
        for at_once in [1, 2, 3, 1_000, 1 << 20] {
            let text = text.as_bytes();
            let found = lines(Slow { text, at_once });
            assert_eq!(found, expected, "{} bytes by {at_once}", text.len());
        }
    }
}

#[test]
fn a_line_does_not_wait_for_the_next_one() {
    let mut chunks = Chunks::new(Slow {
        text: b"/a\n/b\n",
        at_once: 3,
    });
    let first = chunks.next(Vec::new()).unwrap();
    assert_eq!((first.first_line, &first.bytes[..]), (1, &b"/a\n"[..]));
}

#[test]
fn compression_is_told_by_the_first_bytes() {
    let text = "one\ntwo\n".repeat(1_000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let twice = [gzip.clone(), gzip.clone()].concat();
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    for (name, bytes, expected) in [
        ("plain", text.clone().into_bytes(), 2_000),
        ("gzip", gzip, 2_000),
        ("gzip of two members", twice, 4_000),
        ("zstd", zstd.clone(), 2_000),
        ("zstd of two frames", [zstd.clone(), zstd].concat(), 4_000),
        ("nothing", Vec::new(), 0),
        ("three bytes", b"a\nb".to_vec(), 2),
    ] {
        let (_, reader) = decompress(Box::new(Cursor::new(bytes))).unwrap();
        assert_eq!(lines(reader).len(), expected, "{name}");
    }
}
