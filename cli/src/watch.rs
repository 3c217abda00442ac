//! `signpost watch`

use clap::Args;

use crate::output::{Failure, Outcome};

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  signpost watch\n\nExit codes: 0 ")]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<Outcome, Failure> {
    Err(Failure::new("not here"))
}
