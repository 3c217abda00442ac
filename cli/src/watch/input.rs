use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;

use memchr::memchr;

use crate::file::in_words;
use crate::output::Failure;

/// The most bytes of a line. What is longer is no log line, and is counted without being kept.
pub(crate) const MOST_BYTES: usize = 1 << 16;

/// So much is read at once, if so much is there.
const BUFFER: usize = 1 << 18;

/// A line of the log, without its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    Line(&'a [u8]),
    TooLong,
}

/// Opens a log, plain or compressed; `-` is standard input.
pub(crate) fn open(file: &Path) -> Result<Box<dyn BufRead + Send>, Failure> {
    let read = |reader: Box<dyn Read + Send>| plain(reader);
    let opened = if file == Path::new("-") {
        read(Box::new(io::stdin()))
    } else {
        File::open(file).and_then(|file| read(Box::new(file)))
    };
    opened.map_err(|error| cannot_read(file, &error))
}

/// Why a log cannot be read, or not to its end.
pub(crate) fn cannot_read(file: &Path, error: &io::Error) -> Failure {
    let name = if file == Path::new("-") {
        "standard input".into()
    } else {
        file.to_string_lossy()
    };
    Failure::new(format!("cannot read {name}: {}", in_words(error)))
}

/// Hands over every line, until there are no more or enough have been seen.
pub(crate) fn each_line(
    mut reader: impl BufRead,
    mut take: impl FnMut(Found<'_>) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut begun = Vec::new();
    let mut is_too_long = false;
    loop {
        let buffer = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        if buffer.is_empty() {
            break;
        }
        let (part, rest) = match memchr(b'\n', buffer) {
            Some(end) => (&buffer[..end], Some(end + 1)),
            None => (buffer, None),
        };
        is_too_long |= begun.len() + part.len() > MOST_BYTES;
        let flow = match rest {
            Some(_) if is_too_long => take(Found::TooLong),
            // Most lines are whole in the buffer, and are not copied.
            Some(_) if begun.is_empty() => take(Found::Line(part)),
            Some(_) => {
                begun.extend_from_slice(part);
                take(Found::Line(&begun))
            }
            None => {
                if !is_too_long {
                    begun.extend_from_slice(part);
                }
                ControlFlow::Continue(())
            }
        };
        if rest.is_some() {
            begun.clear();
            is_too_long = false;
        }
        let length = rest.unwrap_or(buffer.len());
        reader.consume(length);
        if flow.is_break() {
            return Ok(());
        }
    }
    // The flow does not matter: this is the last line.
    if is_too_long {
        let _ = take(Found::TooLong);
    } else if !begun.is_empty() {
        let _ = take(Found::Line(&begun));
    }
    Ok(())
}

/// Undoes the compression that the first bytes tell of.
fn plain(mut reader: Box<dyn Read + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    let mut first = Vec::new();
    reader.by_ref().take(4).read_to_end(&mut first)?;
    let is_gzip = first.starts_with(&[0x1f, 0x8b]);
    let is_zstd = first == [0x28, 0xb5, 0x2f, 0xfd];
    let reader = BufReader::with_capacity(BUFFER, Cursor::new(first).chain(reader));
    Ok(if is_gzip {
        let decoder = flate2::bufread::MultiGzDecoder::new(reader);
        Box::new(BufReader::with_capacity(BUFFER, decoder))
    } else if is_zstd {
        let decoder = zstd::stream::read::Decoder::with_buffer(reader)?;
        Box::new(BufReader::with_capacity(BUFFER, decoder))
    } else {
        Box::new(reader)
    })
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write as _};
    use std::ops::ControlFlow;

    use super::{Found, MOST_BYTES, each_line, plain};

    fn lines(reader: impl BufRead) -> Vec<String> {
        let mut lines = Vec::new();
        each_line(reader, |line| {
            lines.push(match line {
                Found::Line(line) => String::from_utf8(line.to_vec()).unwrap(),
                Found::TooLong => "too long".to_owned(),
            });
            ControlFlow::Continue(())
        })
        .unwrap();
        lines
    }

    #[test]
    fn lines_are_found_wherever_a_buffer_ends() {
        let longest = "x".repeat(MOST_BYTES);
        let too_long = "x".repeat(MOST_BYTES + 1);
        for (text, expected) in [
            ("", vec![]),
            ("a", vec!["a"]),
            ("a\n", vec!["a"]),
            ("\n\na\nbc", vec!["", "", "a", "bc"]),
            (&format!("a\n{longest}\nb\n"), vec!["a", &longest, "b"]),
            (&format!("a\n{too_long}\nb\n"), vec!["a", "too long", "b"]),
            (&format!("{too_long}{too_long}"), vec!["too long"]),
        ] {
            for capacity in [1, 2, 3, 1_000, 1 << 20] {
                let reader = BufReader::with_capacity(capacity, text.as_bytes());
                assert_eq!(
                    lines(reader),
                    expected,
                    "{} bytes by {capacity}",
                    text.len()
                );
            }
        }
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
            let reader = plain(Box::new(std::io::Cursor::new(bytes))).unwrap();
            assert_eq!(lines(reader).len(), expected, "{name}");
        }
    }

    #[test]
    fn reading_stops_when_enough_was_seen() {
        let mut seen = 0;
        let reader = &b"a\nb\nc\n"[..];
        each_line(reader, |_| {
            seen += 1;
            ControlFlow::Break(())
        })
        .unwrap();
        assert_eq!(seen, 1);
    }
}
