use std::env;
use std::io::{Write as _, stderr};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

/// The variable that makes a missing program a failure, if it is `1`.
const REQUIRED: &str = "SIGNPOST_REQUIRE_CLIENTS";

/// Whether a program runs that not everybody has. If it does not, says so past the test runner.
///
/// # Panics
///
/// If it does not run, and `SIGNPOST_REQUIRE_CLIENTS` is `1`.
pub fn is_installed(program: &str) -> bool {
    let mut command = Command::new(program);
    let quiet = command.arg("--version").stdin(Stdio::null());
    let quiet = quiet.stdout(Stdio::null()).stderr(Stdio::null());
    let runs = quiet.status().is_ok_and(|status| status.success());
    found(program, runs)
}

/// Whether a program was found. If not, says so past the test runner, or panics if it is required.
pub(crate) fn found(program: &str, is_there: bool) -> bool {
    if !is_there {
        note_missing(program).unwrap_or_else(|error| panic!("{error}"));
    }
    is_there
}

/// Says past the test runner that a program is not installed, so that its tests are not run.
///
/// # Errors
///
/// If `SIGNPOST_REQUIRE_CLIENTS` is `1`.
pub fn note_missing(program: &str) -> Result<()> {
    let is_required = env::var_os(REQUIRED).is_some_and(|value| value == "1");
    ensure!(
        !is_required,
        "{program} does not run, and {REQUIRED} is set: `cargo xtask setup --clients` installs it"
    );
    // The test runner shows nothing of a test that passes.
    let _ = writeln!(stderr(), "not run: {program} is not installed");
    Ok(())
}
