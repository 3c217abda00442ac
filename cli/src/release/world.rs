use std::time::Duration;

use crate::output::{Failure, Outcome};

/// What a release needs besides the Fastly CLI. A test brings its own.
pub trait World {
    /// Refuses wrong arguments of a smoke test, before anything is done.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    fn check_smoke(&self, words: &[String]) -> Result<(), Failure>;

    /// Runs `signpost` with these words, of which the second is `smoke`.
    fn smoke(&self, words: &[String]) -> impl Future<Output = Result<Outcome, Failure>>;

    /// How long a wait of a plan takes.
    fn wait(&self, planned: Duration) -> Duration;
}
