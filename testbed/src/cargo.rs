use std::ffi::OsString;
use std::path::Path;
use std::process::{Output, Stdio};

use anyhow::{Context as _, Result};
use tokio::process::Command;

/// A `cargo` that works in `directory` and knows nothing of the one that runs the tests.
///
/// It is of the same toolchain: `RUSTUP_HOME`, which has the toolchains, stays as it is.
pub(crate) fn cargo(directory: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        // A proxy that the machine uses for the Internet cannot reach this machine's loopback.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO") || text.starts_with("RUSTFLAGS") || text.starts_with("RUSTC") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs the command and collects what it prints.
pub(crate) async fn output(command: &mut Command) -> Result<Output> {
    let line = format!("{:?}", command.as_std());
    command
        .output()
        .await
        .with_context(|| format!("cannot run {line}"))
}
