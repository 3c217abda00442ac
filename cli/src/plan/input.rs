//! The stream of requests: a file or standard input, as it is or compressed.

use std::fs::File;
use std::io::{self, BufReader, Cursor, IsTerminal as _, Read};
use std::path::Path;

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::decompress::Form;
use super::value::Plan;
use crate::file::in_words;
use crate::output::Failure;

/// The requests, decompressed, and how far they were read.
pub(super) struct Input {
    name: String,
    reader: Box<dyn Read>,
    form: Form,
    bar: ProgressBar,
}

/// What is shown while requests are read: a bar on a terminal, otherwise nothing.
#[derive(Clone, Debug)]
pub(super) struct Progress(ProgressBar);

/// How much is read at once, in bytes.
const BUFFER: usize = 128 * 1024;

impl Input {
    /// Opens a file, or standard input for `-`.
    pub(super) fn open(file: &Path) -> Result<Self, Failure> {
        let from_stdin = file.as_os_str() == "-";
        let name = if from_stdin {
            "standard input".to_owned()
        } else {
            file.display().to_string()
        };
        let failure =
            |error: io::Error| Failure::new(format!("cannot read {name}: {}", in_words(&error)));
        let (source, bar): (Box<dyn Read>, _) = if from_stdin {
            (Box::new(io::stdin().lock()), bar(None))
        } else {
            let opened = File::open(file).map_err(failure)?;
            let about = opened.metadata().map_err(failure)?;
            let size = about.is_file().then_some(about.len());
            (Box::new(opened), bar(size))
        };
        let (form, reader) = decompress(bar.wrap_read(source)).map_err(failure)?;
        Ok(Self {
            name,
            reader,
            form,
            bar,
        })
    }

    /// How far the requests were read.
    pub(super) fn progress(&self) -> Progress {
        Progress(self.bar.clone())
    }

    /// Why the requests could not be read to their end.
    pub(super) fn in_words(&self, error: &io::Error) -> String {
        let name = &self.name;
        match (self.form.name(), error.kind()) {
            (None, _) => format!("cannot read {name}: {}", in_words(error)),
            (Some(form), io::ErrorKind::UnexpectedEof) => {
                format!("{name} breaks off: its {form} data has no end")
            }
            (Some(form), _) => format!("cannot decompress {name}, which is {form}: {error}"),
        }
    }

    /// What is said where there was no request in all the lines.
    pub(super) fn without_requests(&self, plan: &Plan) -> Failure {
        let mut lines = String::new();
        // Writing to a string does not fail.
        let _ = plan.write_unreadable(&mut lines);
        let name = &self.name;
        let message = format!("there is no request in {name}, so nothing can be planned\n{lines}");
        Failure::new(message.trim_end())
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Progress {
    /// Shows how many lines were read.
    pub(super) fn show(&self, lines: u64) {
        let Self(bar) = self;
        if bar.is_hidden() {
            return;
        }
        let milliseconds = bar.elapsed().as_millis().max(1);
        let rate = u128::from(lines) * 1000 / milliseconds;
        let rate = HumanCount(u64::try_from(rate).unwrap_or(u64::MAX));
        let lines = HumanCount(lines);
        bar.set_message(format!("{lines} lines, {rate} a second"));
    }

    /// Takes the bar away, so that the plan stands alone.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

fn decompress(mut source: impl Read + 'static) -> io::Result<(Form, Box<dyn Read>)> {
    let mut beginning = Vec::with_capacity(4);
    source.by_ref().take(4).read_to_end(&mut beginning)?;
    let form = Form::of(&beginning);
    let whole = Cursor::new(beginning).chain(source);
    let reader = form.decompress(Box::new(BufReader::with_capacity(BUFFER, whole)))?;
    Ok((form, reader))
}

/// A bar for a file of a known size, a spinner for what ends nobody knows when.
fn bar(size: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match size {
        Some(size) => (
            ProgressBar::new(size),
            "{wide_bar} {bytes} of {total_bytes}, {msg}, {eta} left",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes}, {msg}"),
    };
    // The templates are constants; one that does not hold shows the bar in its usual style.
    let bar = bar.with_message("0 lines");
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
