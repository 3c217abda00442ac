//! `signpost completions`: prints shell completions.

use clap::Args;
use clap_complete::Shell;

use crate::output::{Failure, Outcome, print};

/// Prints the completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost completions bash > ~/.local/share/bash-completion/completions/signpost
  signpost completions zsh > ~/.zfunc/_signpost
  signpost completions fish > ~/.config/fish/completions/signpost.fish

Exit codes: 0 printed, 2 it could not be written.")]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, mut command: clap::Command) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    print(String::from_utf8_lossy(&script))?;
    Ok(Outcome::Fine)
}
