//! The contributor's commands, a file each. The files beside them are shared.

mod bench;
mod build;
mod command_line;
mod compile;
mod counts;
mod examples;
mod fuzz;
mod impact;
mod lane;
mod lanes;
mod local_cdn;
mod mutants;
mod prove;
mod replay_incident;
mod serve;
mod setup;
mod soak;
mod table;
mod test;
mod tool;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The contributor's commands of Signpost.
#[derive(Debug, Parser)]
#[command(
    bin_name = "cargo xtask",
    after_help = "Examples:\n  \
        cargo xtask serve                 build and serve at http://127.0.0.1:7676\n  \
        cargo xtask serve --local-cdn     the same, with downloads that stay on this machine\n  \
        cargo xtask test                  run every lane, as CI does\n  \
        cargo xtask test native           run the lane that needs no WebAssembly"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Setup(setup::Arguments),
    Build(build::Arguments),
    Serve(serve::Arguments),
    Test(test::Arguments),
    Bench(bench::Arguments),
    Fuzz(fuzz::Arguments),
    Impact(impact::Arguments),
    Mutants(mutants::Arguments),
    Prove(prove::Arguments),
    ReplayIncident(replay_incident::Arguments),
    Soak(soak::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Setup(arguments) => setup::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Impact(arguments) => impact::run(&arguments),
        Command::Mutants(arguments) => mutants::run(&arguments),
        Command::Prove(arguments) => prove::run(&arguments),
        Command::ReplayIncident(arguments) => replay_incident::run(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
