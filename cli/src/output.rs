//! How commands end and print.

use std::fmt::Display;
use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;
pub use signpost_logs::Failure;
use terminal_size::{Height, Width};

/// How a command ended. Scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 0: all is well.
    Fine,
    /// 1: the command found something.
    Found,
    /// 2: the command could not run.
    CouldNotRun,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs: one JSON value
    Json,
}

impl Outcome {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Found => 1,
            Self::CouldNotRun => 2,
        }
    }

    pub(crate) const fn found(something: bool) -> Self {
        if something { Self::Found } else { Self::Fine }
    }
}

/// A failure for a terminal.
pub(crate) fn as_error(failure: &Failure) -> impl Display {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    format!("{red}error{red:#}: {failure}")
}

/// Prints to standard output. Leaves colours out unless it is a terminal.
pub(crate) fn print(text: impl Display) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written
            .map_err(|error| Failure::new(format!("cannot write to standard output: {error}"))),
    }
}

/// Standard output for a command that prints as long as there is a reader.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    is_closed: bool,
    failure: Option<Failure>,
}

impl Lines {
    /// Prints, unless it is closed. Closes it if its reader has seen enough, or if that fails.
    pub(crate) fn print(&mut self, text: &str) {
        if self.is_closed {
            return;
        }
        let mut out = anstream::stdout().lock();
        if let Err(error) = write!(out, "{text}").and_then(|()| out.flush()) {
            self.is_closed = true;
            if error.kind() != io::ErrorKind::BrokenPipe {
                let failure = format!("cannot write to standard output: {error}");
                self.failure = Some(Failure::new(failure));
            }
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Stops printing. Returns why an earlier line could not be written, if one could not.
    pub(crate) fn close(&mut self) -> Option<Failure> {
        self.is_closed = true;
        self.failure.take()
    }
}

/// Prints to standard error. If that fails, the exit code says what happened.
pub(crate) fn print_error(text: impl Display) {
    let mut errors = anstream::stderr().lock();
    let _ = write!(errors, "{text}").and_then(|()| errors.flush());
}

/// Prints a value as indented JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    print(json_text(value)?)
}

/// A value as JSON on a line of its own.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    // Strings and numbers always become JSON.
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}

/// A value as JSON on several lines.
pub(crate) fn json_text(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?;
    Ok(text + "\n")
}

/// The properties of a terminal that printing depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    pub(crate) is_coloured: bool,
    /// The number of columns.
    pub(crate) width: usize,
}

impl Screen {
    pub(crate) fn of_output() -> Self {
        let columns = terminal_size::terminal_size_of(io::stdout());
        Self::new(is_coloured(&io::stdout()), columns)
    }

    pub(crate) fn of_errors() -> Self {
        let columns = terminal_size::terminal_size_of(io::stderr());
        Self::new(is_coloured(&io::stderr()), columns)
    }

    fn new(is_coloured: bool, size: Option<(Width, Height)>) -> Self {
        let columns = size.map_or(MAX_WIDTH, |(Width(columns), _)| usize::from(columns));
        let width = columns.clamp(MIN_WIDTH, MAX_WIDTH);
        Self { is_coloured, width }
    }
}

/// The width without a terminal, and at most. Longer lines are hard to read.
const MAX_WIDTH: usize = 100;

/// The least width: words need room beside the frame.
const MIN_WIDTH: usize = 40;

/// Whether a stream shows colours: it is a terminal, and neither `NO_COLOR` nor `CLICOLOR=0` is set.
fn is_coloured(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

#[cfg(test)]
mod tests {
    use terminal_size::{Height, Width};

    use super::Screen;

    #[test]
    fn a_line_is_as_wide_as_the_terminal_within_reason() {
        for (columns, width) in [
            (None, 100),
            (Some(80), 80),
            (Some(200), 100),
            (Some(100), 100),
            (Some(0), 40),
        ] {
            let size = columns.map(|columns| (Width(columns), Height(24)));
            assert_eq!(Screen::new(false, size).width, width, "{columns:?}");
        }
    }
}
