use std::env;
use std::path::PathBuf;

/// The environment variable in which `cargo xtask test` names the module.
const VARIABLE: &str = "SIGNPOST_MODULE";

/// The WebAssembly file that the tests of the edge function drive, which `cargo xtask test` builds for the lanes
/// `viceroy` and `fastly-cli`, and names in the environment variable `SIGNPOST_MODULE`.
///
/// # Panics
///
/// When the variable is not set. The message says what to run.
#[track_caller]
pub fn module_under_test() -> PathBuf {
    match env::var_os(VARIABLE) {
        Some(module) => module.into(),
        None => panic!(
            "{VARIABLE} is not set: run `cargo xtask test viceroy fastly-cli`, which builds the module and sets it"
        ),
    }
}
