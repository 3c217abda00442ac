//! Opens a log: a file or standard input, plain or compressed.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use super::compression::Form;
use crate::failure::{Failure, in_words};

/// A log, decompressed.
pub struct Input {
    name: String,
    form: Form,
    reader: Box<dyn Read + Send>,
}

/// A stream as stored.
pub(crate) type Stored = Box<dyn Read + Send>;

/// How many bytes are read at once.
const BUFFER: usize = 128 * 1024;

impl Input {
    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or its compressed data are broken at the start.
    pub fn open(file: &Path) -> Result<Self, Failure> {
        Self::open_through(file, |stored, _| stored)
    }

    /// Opens a file through a reader that sees the stored bytes, and their number if it is known.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn open_through(
        file: &Path,
        through: impl FnOnce(Stored, Option<u64>) -> Stored,
    ) -> Result<Self, Failure> {
        let name = if is_dash(file) {
            "standard input".to_owned()
        } else {
            file.display().to_string()
        };
        let open = || {
            let stored = if is_dash(file) {
                through(Box::new(io::stdin()), None)
            } else {
                let opened = File::open(file)?;
                let about = opened.metadata()?;
                through(Box::new(opened), about.is_file().then_some(about.len()))
            };
            decompress(stored)
        };
        let (form, reader) = open().map_err(|error| cannot_read(&name, &error))?;
        Ok(Self { name, form, reader })
    }

    /// Reads what comes from elsewhere, such as a command.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn of(name: &str, stored: Stored) -> Result<Self, Failure> {
        let read = decompress(stored);
        let (form, reader) = read.map_err(|error| cannot_read(name, &error))?;
        let name = name.to_owned();
        Ok(Self { name, form, reader })
    }

    /// Its name, for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why the log could not be read to its end.
    pub fn failure(&self, error: &io::Error) -> Failure {
        let name = &self.name;
        match (self.form.name(), error.kind()) {
            (None, _) => cannot_read(name, error),
            (Some(form), io::ErrorKind::UnexpectedEof) => {
                Failure::new(format!("{name} breaks off: its {form} data has no end"))
            }
            (Some(form), _) => Failure::new(format!(
                "cannot decompress {name}, which is {form}: {error}"
            )),
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

fn cannot_read(name: &str, error: &io::Error) -> Failure {
    Failure::new(format!("cannot read {name}: {}", in_words(error)))
}

/// Detects the compression by the first bytes.
pub(super) fn decompress(mut stored: Stored) -> io::Result<(Form, Box<dyn Read + Send>)> {
    let mut beginning = Vec::with_capacity(4);
    stored.by_ref().take(4).read_to_end(&mut beginning)?;
    let form = Form::of(&beginning);
    let whole = Cursor::new(beginning).chain(stored);
    let reader = form.decompress(Box::new(BufReader::with_capacity(BUFFER, whole)))?;
    Ok((form, reader))
}

/// Whether a name means standard input or output.
pub fn is_dash(file: &Path) -> bool {
    file == Path::new("-")
}
