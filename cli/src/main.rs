//! The program `signpost`. All of it is in the library beside it.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    signpost_cli::main()
}
