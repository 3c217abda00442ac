use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::command_line::CommandLine;
use crate::lane;
use crate::workspace::Workspace;

/// What compiles the test for speed.
const TEST: &str = "cargo test --package signpost --test oracle --profile tool --locked";

/// How many requests a part has.
const PART: u64 = 10_000_000;

/// Compare the library with the oracle of the tests, on more requests than `cargo xtask test` asks
///
/// `tests/oracle` is a second implementation, written from docs/request-handling.md. The requests are close
/// to the routes of every preset. They are asked in parts of ten million, each from the next seed, and
/// target/prove notes the parts that passed: stop the command when you like, and start it again. A change of
/// the library or of the oracle begins anew.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask prove                                   ten million requests\n  \
    cargo xtask prove --cases 1000000000                a hundred parts, or those that are left\n  \
    cargo xtask prove --cases 1000 --seed 7             the first thousand of part 7\n\n\
    Exit codes: 0 both agree, 1 they differ or could not be built")]
pub(crate) struct Arguments {
    /// How many requests, in all parts
    #[arg(long, value_name = "N", default_value_t = PART)]
    cases: u64,

    /// Ask all of them in one part, from this seed
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs the test, compiled for speed, once for each part that has not passed.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let line = CommandLine::new(TEST);
    let program = lane::compile(&workspace, &line)?.pop();
    let program = program.with_context(|| format!("`{line}` has no test"))?;
    let hash = fs::read(program.command().get_program()).context("cannot read the test")?;
    let hash = format!("{:x}", Sha256::digest(hash));
    let passed = workspace.target().join("prove").join(&hash[..16]);
    fs::create_dir_all(&passed)?;
    let parts = arguments.seed.map_or_else(
        || parts(arguments.cases),
        |seed| vec![(seed, arguments.cases)],
    );
    let mut done = 0;
    for (seed, cases) in parts {
        let passed = passed.join(format!("{seed}-{cases}"));
        if !passed.exists() {
            let program = program.clone().argument("--nocapture");
            program
                .variable("SIGNPOST_PROVE_CASES", cases.to_string())
                .variable("SIGNPOST_PROVE_SEED", seed.to_string())
                .run()?;
            fs::write(&passed, "").with_context(|| format!("cannot write {}", passed.display()))?;
        }
        done += cases;
        eprintln!("  {done} of {}, up to seed {seed}", arguments.cases);
    }
    println!("{done} requests: the library and the oracle agree");
    Ok(ExitCode::SUCCESS)
}

/// The seeds of so many requests, and how many each has: the last may have fewer.
fn parts(cases: u64) -> Vec<(u64, u64)> {
    let count = cases.div_ceil(PART);
    let size = |seed| PART.min(cases - (seed - 1) * PART);
    (1..=count).map(|seed| (seed, size(seed))).collect()
}

#[cfg(test)]
mod tests {
    use super::{PART, parts};

    #[test]
    fn parts_are_full_but_for_the_last() {
        for (cases, expected) in [
            (0, &[][..]),
            (7, &[(1, 7)]),
            (PART, &[(1, PART)]),
            (2 * PART + 5, &[(1, PART), (2, PART), (3, 5)]),
        ] {
            assert_eq!(parts(cases), expected, "{cases}");
        }
    }
}
