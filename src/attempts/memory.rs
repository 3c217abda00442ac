//! What remembers attempts, and how long it may take.

use std::time::Duration;

use thiserror::Error;

use super::key::{Key, Secret};
use super::number::Attempts;
use crate::config::Window;

/// What remembers the attempts of clients. It may forget, and it may be wrong: whatever it says, only
/// proven locations are sent.
pub trait Memory {
    /// The secret that keys are made with, the same for all who share the memory.
    ///
    /// # Errors
    ///
    /// [`Unknown`], if it cannot be had.
    fn secret(&mut self) -> Result<Secret, Unknown>;

    /// The attempts within the window; [`Attempts::NONE`] if there was none.
    ///
    /// # Errors
    ///
    /// [`Unknown`], if the memory cannot be asked.
    fn recall(&mut self, key: &Key) -> Result<Attempts, Unknown>;

    /// Remembers the attempts for as long as the window.
    ///
    /// # Errors
    ///
    /// [`Unknown`], if they are not remembered.
    fn remember(&mut self, key: &Key, attempts: Attempts, window: Window) -> Result<(), Unknown>;

    /// Takes the one request a second that may go to the origin whatever its share. Returns whether it
    /// was still there.
    ///
    /// # Errors
    ///
    /// [`Unknown`], if the memory cannot be asked.
    fn take_allowance(&mut self) -> Result<bool, Unknown>;
}

/// A memory could not be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Error)]
#[error("what is remembered is not known")]
pub struct Unknown;

/// A memory that is given up after its first slow answer, because nothing else limits how long it
/// takes.
#[derive(Clone, Debug)]
pub struct Patient<M, C> {
    memory: M,
    clock: C,
    limit: Duration,
    too_long: Option<Duration>,
    has_failed: bool,
}

impl<M: Memory, C: FnMut() -> Duration> Patient<M, C> {
    /// A memory that may take up to `limit` for each answer, by a clock that only goes forward.
    pub fn new(memory: M, clock: C, limit: Duration) -> Self {
        Self {
            memory,
            clock,
            limit,
            too_long: None,
            has_failed: false,
        }
    }

    /// Whether some answer was that nothing is known.
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// How long the answer took for which the memory was given up.
    pub fn too_long(&self) -> Option<Duration> {
        self.too_long
    }

    fn ask<T>(
        &mut self,
        question: impl FnOnce(&mut M) -> Result<T, Unknown>,
    ) -> Result<T, Unknown> {
        if self.too_long.is_some() {
            return Err(Unknown);
        }
        let start = (self.clock)();
        let answer = question(&mut self.memory);
        let time = (self.clock)().saturating_sub(start);
        self.too_long = (time > self.limit).then_some(time);
        self.has_failed |= answer.is_err();
        answer
    }
}

impl<M: Memory, C: FnMut() -> Duration> Memory for Patient<M, C> {
    fn secret(&mut self) -> Result<Secret, Unknown> {
        self.ask(M::secret)
    }

    fn recall(&mut self, key: &Key) -> Result<Attempts, Unknown> {
        self.ask(|memory| memory.recall(key))
    }

    fn remember(&mut self, key: &Key, attempts: Attempts, window: Window) -> Result<(), Unknown> {
        self.ask(|memory| memory.remember(key, attempts, window))
    }

    fn take_allowance(&mut self) -> Result<bool, Unknown> {
        self.ask(M::take_allowance)
    }
}
