//! How full the Config Store entry is.

use std::fmt;

use indicatif::HumanCount;
use serde::Serialize;
use signpost::config::{Config, MAX_ENTRY_LENGTH};

/// The length of a compiled configuration, and the most that its entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    characters: usize,
    limit: usize,
    percent: usize,
}

impl Entry {
    pub(super) fn of(config: &Config) -> Self {
        Self::holding(config.entry_length())
    }

    fn holding(characters: usize) -> Self {
        let limit = MAX_ENTRY_LENGTH;
        Self {
            characters,
            limit,
            percent: (characters * 100 + limit / 2) / limit,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |number| HumanCount(u64::try_from(number).unwrap_or(u64::MAX));
        let (characters, limit) = (count(self.characters), count(self.limit));
        let percent = self.percent;
        write!(f, "entry: {characters} of {limit} characters ({percent} %)")
    }
}

#[cfg(test)]
mod tests {
    use super::Entry;

    #[test]
    fn the_fill_is_said_to_the_nearest_percent() {
        for (characters, words) in [
            (708, "entry: 708 of 8,000 characters (9 %)"),
            (4312, "entry: 4,312 of 8,000 characters (54 %)"),
            (39, "entry: 39 of 8,000 characters (0 %)"),
            (40, "entry: 40 of 8,000 characters (1 %)"),
            (8000, "entry: 8,000 of 8,000 characters (100 %)"),
        ] {
            assert_eq!(Entry::holding(characters).to_string(), words);
        }
    }
}
