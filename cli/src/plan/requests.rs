//! Reads files of requests.

use std::path::PathBuf;

use signpost_logs::log::Input;

use super::files::Files;
use super::summary::Summary;
use super::{parallel, progress};
use crate::output::Failure;

/// What was found in all of the files, one after the other. A file that breaks off is read as far as it
/// goes.
pub(super) fn read(files: &Files<'_>, requests: &[PathBuf]) -> Result<Summary, Failure> {
    let mut all = Summary::of_nothing(files.planned());
    for file in requests {
        let (input, bar) = progress::open(file)?;
        let configurations = files.configurations();
        let (tally, end, input) =
            parallel::tally(configurations, input, |lines| progress::show(&bar, lines))?;
        bar.finish_and_clear();
        let name = Input::name(&input).to_owned();
        let mut summary = tally.into_summary(configurations, files.planned(), name);
        if let Err(error) = end {
            summary.incomplete.push(input.failure(&error).to_string());
        }
        all.add(summary);
    }
    Ok(all)
}
