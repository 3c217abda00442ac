//! The test round after round: what each found, who is told, and when there is an alarm.

mod alarms;
mod found;
mod measures;
pub(crate) mod options;
pub(crate) mod place;
pub(crate) mod round;
pub(crate) mod session;
#[cfg(test)]
pub(crate) mod tests;
mod text;
