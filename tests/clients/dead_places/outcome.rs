//! What the user of cargo sees, in the words of the table in docs/failures.md.

use std::fmt;

/// What the user of cargo sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The file comes with the first attempt.
    Fetched(Source),
    /// The file comes with the second attempt, which cargo makes by itself.
    FetchedAtSecondAttempt(Source),
    /// Cargo gives up at once, and the file comes when it is run again.
    FetchedAtSecondRun(Source),
    /// Cargo gives up after the four attempts that it makes by itself.
    FailsAfterFourAttempts,
    /// Cargo gives up at once, and when it is run again, too.
    FailsEachRun,
}

/// Where the file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Cdn,
    OtherCdn,
    Origin,
}

/// How one run of cargo ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) is_success: bool,
    /// How many attempts after the first cargo says that it makes.
    pub(crate) more_attempts: usize,
}

impl Outcome {
    /// How each run of cargo ends: one, or two if the outcome speaks of a second.
    pub(crate) fn runs(self) -> Vec<Run> {
        let run = |is_success, more_attempts| Run {
            is_success,
            more_attempts,
        };
        match self {
            Self::Fetched(_) => vec![run(true, 0)],
            Self::FetchedAtSecondAttempt(_) => vec![run(true, 1)],
            Self::FetchedAtSecondRun(_) => vec![run(false, 0), run(true, 0)],
            Self::FailsAfterFourAttempts => vec![run(false, 3)],
            Self::FailsEachRun => vec![run(false, 0), run(false, 0)],
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetched(source) => write!(f, "fetched at the first attempt, from {source}"),
            Self::FetchedAtSecondAttempt(source) => {
                write!(f, "fetched at the second attempt, from {source}")
            }
            Self::FetchedAtSecondRun(source) => write!(
                f,
                "fails at once; fetched when cargo is run again, from {source}"
            ),
            Self::FailsAfterFourAttempts => f.write_str("fails after four attempts"),
            Self::FailsEachRun => f.write_str("fails at once, and when cargo is run again"),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cdn => "the CDN",
            Self::OtherCdn => "the other CDN",
            Self::Origin => "the origin",
        })
    }
}
