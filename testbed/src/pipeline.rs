use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::process::Child;

use crate::rsyslog::dies_with_us;
use crate::transcript::Transcript;

/// A command of a shell that ends with all its processes when this value is dropped.
#[derive(Debug)]
pub struct Pipeline {
    transcript: Transcript,
    child: Child,
}

impl Pipeline {
    /// Runs `command` with `sh -c`, with these variables besides, and for five minutes at the most.
    ///
    /// # Errors
    ///
    /// When it cannot be run.
    pub fn start(command: &str, variables: &[(&str, &str)]) -> Result<Self> {
        // It forwards the signal to end to all of the command's processes.
        let mut child = dies_with_us("timeout")
            .args(["300", "sh", "-c", command])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(false)
            .spawn()
            .with_context(|| format!("cannot run `{command}`"))?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            bail!("the output of `{command}` cannot be read");
        };
        Ok(Self {
            transcript: Transcript::of(output, errors),
            child,
        })
    }

    /// The lines that it printed so far, to both its outputs.
    pub fn lines(&self) -> Vec<String> {
        self.transcript.lines()
    }

    /// Waits until it has printed a line that `wanted` accepts, of those before this call too.
    ///
    /// # Errors
    ///
    /// When no such line has come after `limit`, or it ended; the error holds what it printed.
    pub async fn wait_for_line(
        &self,
        wanted: impl Fn(&str) -> bool,
        limit: Duration,
    ) -> Result<String> {
        self.transcript
            .wait_for("the pipeline", wanted, limit)
            .await
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        // Nothing to do if it has ended.
        if let Some(id) = self.child.id() {
            let mut kill = std::process::Command::new("kill");
            let _ = kill.args(["-TERM", &id.to_string()]).status();
        }
    }
}
