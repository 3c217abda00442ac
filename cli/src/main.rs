//! The program `signpost`. Its code is in the library beside it.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    signpost_cli::main()
}
