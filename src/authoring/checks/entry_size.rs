//! Whether the compiled configuration fits an entry of a Config Store.

use super::super::draft::{Draft, Report};
use crate::config::{Config, Key, MAX_ENTRY_LENGTH, ProblemCode};

/// Notes a compiled configuration that is too large.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    if !fits(draft.config) {
        let length = length(draft.config);
        let message = format!(
            "the compiled configuration has {length} characters, and a Config Store entry holds {MAX_ENTRY_LENGTH}; shorten it: fewer routes, targets or hosts"
        );
        let code = ProblemCode::EntryTooLarge;
        report.sink.push(code, Key::default(), message);
    }
}

/// Whether the compiled configuration fits. Trying out the routes of one that does not would take long
/// and tell nothing.
pub(super) fn fits(config: &Config) -> bool {
    length(config) <= MAX_ENTRY_LENGTH
}

fn length(config: &Config) -> usize {
    config.to_json().chars().count()
}
