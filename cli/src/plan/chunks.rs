//! A stream in pieces of whole lines, so that several threads can read them.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::line;

/// Some whole lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// The number of the first line, from 1.
    pub(super) first_line: u64,
    /// The lines; the last one may lack its line end.
    pub(super) bytes: Vec<u8>,
}

/// Cuts a stream at line ends.
#[derive(Debug)]
pub(super) struct Chunks<R> {
    source: R,
    /// What was read and is not yet part of a chunk.
    rest: Vec<u8>,
    next_line: u64,
    end: Option<io::Error>,
    is_over: bool,
}

/// The size of a chunk in bytes: several of the longest lines.
const SIZE: usize = 256 * 1024;

impl<R: Read> Chunks<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            rest: Vec::new(),
            next_line: 1,
            end: None,
            is_over: false,
        }
    }

    /// The next chunk, in a buffer that is used again; nothing at the end of the stream.
    ///
    /// Where the stream breaks off, its last whole line is the last one.
    pub(super) fn next(&mut self, mut buffer: Vec<u8>) -> Option<Chunk> {
        buffer.clear();
        buffer.append(&mut self.rest);
        self.fill(&mut buffer);
        if !self.is_over || self.end.is_some() {
            match memrchr(b'\n', &buffer) {
                Some(last) => self.rest.extend(buffer.drain(last + 1..)),
                None if self.is_over => buffer.clear(),
                None => self.skip_to_line_end(&mut buffer),
            }
        }
        if buffer.is_empty() {
            return None;
        }
        let first_line = self.next_line;
        self.next_line += lines_in(&buffer);
        Some(Chunk {
            first_line,
            bytes: buffer,
        })
    }

    /// How many lines were read.
    pub(super) fn lines(&self) -> u64 {
        self.next_line - 1
    }

    /// How the stream ended.
    pub(super) fn into_end(self) -> io::Result<()> {
        self.end.map_or(Ok(()), Err)
    }

    /// Fills the buffer up, and notes if that is the end.
    fn fill(&mut self, buffer: &mut Vec<u8>) {
        let mut filled = buffer.len();
        buffer.resize(SIZE.max(filled), 0);
        while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
            if self.is_over {
                break;
            }
            match self.source.read(free) {
                Ok(0) => self.is_over = true,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.is_over = true;
                    self.end = Some(error);
                }
            }
        }
        buffer.truncate(filled);
    }

    /// Cuts a line that is longer than a chunk, so that it is seen to be too long and never held.
    fn skip_to_line_end(&mut self, buffer: &mut Vec<u8>) {
        buffer.truncate(line::MAX_BYTES + 1);
        buffer.push(b'\n');
        let mut skipped = Vec::new();
        while !self.is_over {
            skipped.clear();
            self.fill(&mut skipped);
            if let Some(end) = memchr(b'\n', &skipped) {
                self.rest
                    .extend_from_slice(skipped.get(end + 1..).unwrap_or_default());
                return;
            }
        }
    }
}

fn lines_in(bytes: &[u8]) -> u64 {
    let ends = memchr_iter(b'\n', bytes).count() as u64;
    ends + u64::from(!bytes.ends_with(b"\n"))
}
