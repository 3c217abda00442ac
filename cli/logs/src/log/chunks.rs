//! Cuts a stream into chunks of whole lines.

use std::io::{self, BufRead as _, BufReader, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::reader::Reader;
use super::unreadable::MAX_BYTES;

/// Whole lines.
#[derive(Debug)]
pub struct Chunk {
    /// Reads the first line, and those after it.
    pub reader: Reader,
    /// Counted from 1.
    pub(crate) first_line: u64,
    /// The last line may lack its line end.
    pub bytes: Vec<u8>,
}

/// Cuts a stream at line ends. A line that has arrived never waits for the next one.
#[derive(Debug)]
pub struct Chunks<R> {
    source: BufReader<R>,
    /// The beginning of an unfinished line.
    begun: Vec<u8>,
    lines: u64,
    /// Knows the directives before the next chunk.
    reader: Reader,
    end: io::Result<()>,
}

/// How many bytes are read at once: several of the longest lines.
const SIZE: usize = 256 * 1024;

impl<R: Read> Chunks<R> {
    /// Reads from the beginning of a log.
    pub fn new(source: R) -> Self {
        Self {
            source: BufReader::with_capacity(SIZE, source),
            begun: Vec::new(),
            lines: 0,
            reader: Reader::default(),
            end: Ok(()),
        }
    }

    /// The next chunk, in a buffer that is reused; nothing at the end of the stream.
    ///
    /// If the stream breaks off, the unfinished line is dropped. A line of more than 64 KiB
    /// is cut, so it is never held whole.
    pub fn next(&mut self, mut buffer: Vec<u8>) -> Option<Chunk> {
        buffer.clear();
        buffer.append(&mut self.begun);
        loop {
            let read = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.end = Err(error);
                    return None;
                }
                Ok([]) => break,
                Ok(read) => read,
            };
            let length = read.len();
            let last = memrchr(b'\n', read);
            match last {
                None => begin(&mut buffer, read),
                Some(last) => {
                    let is_cut = buffer.len() > MAX_BYTES;
                    let first = memchr(b'\n', read).filter(|_| is_cut).unwrap_or(0);
                    buffer.extend_from_slice(&read[first..=last]);
                    begin(&mut self.begun, &read[last + 1..]);
                }
            }
            self.source.consume(length);
            if last.is_some() {
                break;
            }
        }
        if buffer.is_empty() {
            return None;
        }
        let first_line = self.lines + 1;
        let ends = memchr_iter(b'\n', &buffer).count() as u64;
        self.lines += ends + u64::from(!buffer.ends_with(b"\n"));
        let reader = self.reader.clone();
        self.reader.pass_by(&buffer);
        Some(Chunk {
            reader,
            first_line,
            bytes: buffer,
        })
    }

    /// How many lines have been read.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// How the stream ended, and the stream.
    pub fn into_end(self) -> (io::Result<()>, R) {
        (self.end, self.source.into_inner())
    }
}

impl Chunk {
    /// Each line with its number, without its line end.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let whole = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let mut rest = Some(whole);
        let lines = std::iter::from_fn(move || {
            let line = rest?;
            let end = memchr(b'\n', line);
            rest = end.map(|end| &line[end + 1..]);
            Some(&line[..end.unwrap_or(line.len())])
        });
        (self.first_line..).zip(lines)
    }
}

/// Appends to an unfinished line, up to one byte more than a line may have.
fn begin(line: &mut Vec<u8>, more: &[u8]) {
    let room = (MAX_BYTES + 1).saturating_sub(line.len());
    line.extend_from_slice(&more[..room.min(more.len())]);
}
