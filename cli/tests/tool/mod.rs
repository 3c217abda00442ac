//! The program itself, as the tests of its commands run it.

use std::path::Path;
use std::process::{Command, Output};

/// The program with these arguments, in the workspace; coloured only where a test asks for it.
pub(crate) fn signpost(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env_remove("CLICOLOR_FORCE")
        .args(arguments);
    command
}

/// The exit code, standard output and standard error of a command.
pub(crate) fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}
