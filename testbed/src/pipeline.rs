use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::process::Child;

use crate::child::dies_with_us;
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
        // All of its processes have one group. `timeout` also forwards the signal that comes if we are killed.
        let mut child = dies_with_us("timeout")
            .args(["300", "sh", "-c", command])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(false)
            .process_group(0)
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
        let Some(id) = self.child.id() else {
            return;
        };
        let group = format!("-{id}");
        let mut kill = Command::new("kill");
        let kill = kill.args(["-KILL", "--", &group]).stderr(Stdio::null());
        // It fails if all of them have ended.
        let _ = kill.status();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pipeline;

    /// Every process of a pipeline holds its outputs open.
    #[tokio::test]
    async fn no_process_outlives_it() {
        for (name, command) in [
            ("it ends at once", "echo started; sleep 60 | sleep 60"),
            (
                "it does not want to end",
                "trap '' TERM; echo started; sleep 60 | sleep 60",
            ),
            (
                "its last process outlives the shell",
                "(trap '' TERM; echo started; sleep 60) & sleep 60",
            ),
        ] {
            let pipeline = Pipeline::start(command, &[]).unwrap();
            let limit = Duration::from_secs(30);
            let line = pipeline.wait_for_line(|line| line == "started", limit);
            line.await.unwrap();
            let mut lines = pipeline.transcript.coming_lines();
            drop(pipeline);
            let end = tokio::time::timeout(limit, lines.next()).await;
            assert_eq!(end, Ok(None), "{name}");
        }
    }
}
