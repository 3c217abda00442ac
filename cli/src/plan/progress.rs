//! Shows how far the requests were read: a bar on a terminal, otherwise nothing.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use signpost_logs::log::Input;

use crate::output::Failure;

/// Opens a file of requests, or standard input for `-`.
pub(super) fn open(file: &Path) -> Result<(Input, ProgressBar), Failure> {
    let mut bar = ProgressBar::hidden();
    let input = Input::open_through(file, |stored, size| {
        bar = new(size);
        Box::new(bar.wrap_read(stored))
    })?;
    Ok((input, bar))
}

pub(super) fn show(bar: &ProgressBar, lines: u64) {
    if bar.is_hidden() {
        return;
    }
    let milliseconds = bar.elapsed().as_millis().max(1);
    let rate = u128::from(lines) * 1000 / milliseconds;
    let rate = HumanCount(u64::try_from(rate).unwrap_or(u64::MAX));
    let lines = HumanCount(lines);
    bar.set_message(format!("{lines} lines, {rate} a second"));
}

/// A bar for a file of a known size, a spinner for a stream.
fn new(size: Option<u64>) -> ProgressBar {
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
    // The templates are constants. If one is wrong, the bar has its usual style.
    let bar = bar.with_message("0 lines");
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
