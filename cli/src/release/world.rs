use std::time::Duration;

use crate::output::{Failure, Outcome};

/// What a release needs besides the Fastly CLI. A test brings its own.
pub trait World {
    /// A watch of the log.
    type Watch: Watch;

    /// Refuses wrong arguments of a smoke test, before anything is done.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    fn check_smoke(&self, words: &[String]) -> Result<(), Failure>;

    /// Runs `signpost` with these words, of which the second is `smoke`.
    fn smoke(&self, words: &[String]) -> impl Future<Output = Result<Outcome, Failure>>;

    /// Watches the log that a shell command prints, until the watch is dropped. What `next` does not redirect
    /// may be meant so.
    ///
    /// # Errors
    ///
    /// If the command cannot be run.
    fn watch(&self, command: &str, may_refuse: bool) -> Result<Self::Watch, Failure>;

    /// How long a wait of a plan takes.
    fn wait(&self, planned: Duration) -> Duration;

    /// How long a call of the Fastly CLI may take.
    fn patience(&self, planned: Duration) -> Duration;
}

/// A watch of the log beside a release.
pub trait Watch {
    /// Waits until an alarm begins, or until the log ends.
    fn failure(&mut self) -> impl Future<Output = Failure>;

    /// Why the log has failed until now, if it has.
    fn failure_so_far(&mut self) -> Option<Failure>;

    /// What is known of `next` since it has its present share.
    fn judged(&self) -> Judged;
}

/// What a watch knows of `next` since it has its present share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// The share in the log, in percent; 0 if there is none.
    pub share: u8,
    /// Requests for files on the side of `next`.
    pub requests: u64,
    /// Whether `next` was found to be as good as `config`.
    pub is_good: bool,
    /// Requests that `next` had no way for, and `config` redirected.
    pub refused: u64,
    /// The path of one of them.
    pub refused_url: Option<String>,
}
