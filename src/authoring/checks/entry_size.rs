//! Whether the compiled configuration fits an entry of a Config Store.

use std::cmp::Reverse;

use super::super::canonical;
use super::super::draft::{Draft, Report};
use crate::config::{Config, Key, MAX_ENTRY_LENGTH, ProblemCode};

/// From how many hundredths of an entry there is a warning.
const NEARLY_FULL: usize = 80;

/// How many of the routes are named that take the most room.
const NAMED: usize = 3;

/// Notes a compiled configuration that is too large, or soon will be.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let length = draft.config.entry_length();
    if length * 100 < MAX_ENTRY_LENGTH * NEARLY_FULL {
        return;
    }
    let (heaviest, percent) = (heaviest(draft.config), length * 100 / MAX_ENTRY_LENGTH);
    let (code, message) = if fits(draft.config) {
        let message = format!(
            "the compiled configuration has {length} of the {MAX_ENTRY_LENGTH} characters that a Config Store entry holds ({percent} %); {heaviest}"
        );
        (ProblemCode::EntryNearlyFull, message)
    } else {
        let message = format!(
            "the compiled configuration has {length} characters, and a Config Store entry holds {MAX_ENTRY_LENGTH} ({percent} %); shorten it: fewer routes, targets or hosts; {heaviest}"
        );
        (ProblemCode::EntryTooLarge, message)
    };
    report.sink.push(code, Key::default(), message);
}

/// Whether the compiled configuration fits. Trying out the routes of one that does not would take long
/// and tell nothing.
pub(super) fn fits(config: &Config) -> bool {
    config.entry_length() <= MAX_ENTRY_LENGTH
}

/// Says which routes take the most room.
fn heaviest(config: &Config) -> String {
    let mut routes = canonical::lengths(config);
    routes.sort_by_key(|(_, length)| Reverse(*length));
    let named = routes.iter().take(NAMED);
    let named: Vec<_> = named
        .map(|(name, length)| format!("`{name}` ({length})"))
        .collect();
    format!("the longest routes are {}", named.join(", "))
}
