use std::process::ExitCode;

use anyhow::Result;

use crate::command_line::CommandLine;

/// Compare the library with the oracle of the tests, on more requests than `cargo xtask test` asks
///
/// `tests/oracle` is a second implementation, written from docs/request-handling.md. The requests are close
/// to the routes of every preset. A seed always makes the same ones, so each seed is a part of a larger
/// run: note the seeds that passed, and go on with the next one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask prove                                   ten million requests\n  \
    cargo xtask prove --cases 100000000 --seed 7        part 7 of a larger run\n  \
    for seed in $(seq 1 10); do cargo xtask prove --cases 100000000 --seed $seed || break; done\n\n\
    Exit codes: 0 both agree, 1 they differ or could not be built")]
pub(crate) struct Arguments {
    /// How many requests
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    cases: u64,

    /// The seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the test, compiled for speed.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let test = "cargo test --package signpost --test oracle --profile tool --locked -- --nocapture";
    CommandLine::new(test)
        .variable("SIGNPOST_PROVE_CASES", arguments.cases.to_string())
        .variable("SIGNPOST_PROVE_SEED", arguments.seed.to_string())
        .run()?;
    Ok(ExitCode::SUCCESS)
}
