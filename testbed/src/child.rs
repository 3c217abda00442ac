use std::ffi::OsStr;
use std::process::Stdio;
use std::sync::LazyLock;

use tokio::process::Command;

/// Runs a program and ends it when this process is killed.
const ON_DEATH: [&str; 3] = ["setpriv", "--pdeathsig", "TERM"];

/// Whether this machine has [`ON_DEATH`]: macOS does not.
static CAN_DIE: LazyLock<bool> = LazyLock::new(|| {
    let [setpriv, flag, signal] = ON_DEATH;
    let mut command = std::process::Command::new(setpriv);
    let quiet = command.args([flag, signal, "true"]).stdin(Stdio::null());
    let quiet = quiet.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
});

/// A program that ends when its child is dropped, and on Linux also when this process is killed: some
/// programs do not end with the terminal.
///
/// It also ends with the thread that starts it.
pub(crate) fn dies_with_us(program: impl AsRef<OsStr>) -> Command {
    let mut command = if *CAN_DIE {
        let [setpriv, flag, signal] = ON_DEATH;
        let mut command = Command::new(setpriv);
        command.args([flag, signal]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.kill_on_drop(true);
    command
}
