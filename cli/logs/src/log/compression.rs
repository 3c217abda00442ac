//! Reads gzip and zstd streams, which may consist of several parts.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Gzip,
    Zstd,
}

/// Reads a compressed stream to the end of its last part.
pub(super) struct Parts(Option<Part>);

/// A part and what follows it.
enum Part {
    Gzip(GzDecoder<Source>),
    Zstd(zstd::Decoder<'static, Source>),
}

type Source = Box<dyn BufRead + Send>;

impl Form {
    /// Tells the form by the first bytes (RFC 1952, section 2.3.1; RFC 8878, sections 3.1.1 and
    /// 3.1.2).
    pub(super) fn of(beginning: &[u8]) -> Self {
        match beginning {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD] | [0x50..=0x5F, 0x2A, 0x4D, 0x18] => Self::Zstd,
            _ => Self::Plain,
        }
    }

    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// The stream, decompressed.
    pub(super) fn decompress(self, source: Source) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Plain => Box::new(source),
            Self::Gzip => Box::new(Parts(Some(Part::gzip(source)))),
            Self::Zstd => Box::new(Parts(Some(Part::zstd(source)?))),
        })
    }
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(part) = &mut self.0 {
            let read = part.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            // Checked before the part is taken, so that nothing is lost if this fails.
            let is_over = part.is_last()?;
            self.0 = self
                .0
                .take()
                .filter(|_| !is_over)
                .map(Part::next)
                .transpose()?;
        }
        Ok(0)
    }
}

impl Part {
    fn gzip(source: Source) -> Self {
        Self::Gzip(GzDecoder::new(source))
    }

    fn zstd(source: Source) -> io::Result<Self> {
        Ok(Self::Zstd(
            zstd::Decoder::with_buffer(source)?.single_frame(),
        ))
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
        }
    }

    /// Whether this part, which was read to its end, is the last.
    ///
    /// Checks the next byte: otherwise anything else after the end would look like a part that
    /// breaks off.
    fn is_last(&mut self) -> io::Result<bool> {
        let (source, name): (_, &str) = match self {
            Self::Gzip(decoder) => (decoder.get_mut(), "gzip"),
            Self::Zstd(decoder) => (decoder.get_mut(), "zstd"),
        };
        let next = source.fill_buf()?.first().copied();
        match (self, next) {
            (_, None) => Ok(true),
            (Self::Gzip(_), Some(0x1F)) | (Self::Zstd(_), Some(0x28 | 0x50..=0x5F)) => Ok(false),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("something that is no {name} follows its end"),
            )),
        }
    }

    fn next(self) -> io::Result<Self> {
        match self {
            Self::Gzip(decoder) => Ok(Self::gzip(decoder.into_inner())),
            Self::Zstd(decoder) => Self::zstd(decoder.finish()),
        }
    }
}
