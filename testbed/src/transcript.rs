use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::sync::watch;
use tokio::time::timeout;

/// How many lines are kept: more than a test writes, and little enough for a day of `serve`.
const KEPT: usize = 20_000;

/// What a child process prints, line by line, read as it comes so that its pipes never fill.
#[derive(Debug)]
pub(crate) struct Transcript {
    pages: watch::Receiver<Pages>,
    first: usize,
}

/// The lines of a process as they come.
#[derive(Debug)]
pub struct Lines {
    pages: watch::Receiver<Pages>,
    next: usize,
}

/// The latest lines, and how many older ones were let go.
#[derive(Debug, Default)]
struct Pages {
    forgotten: usize,
    lines: VecDeque<String>,
}

impl Transcript {
    /// Reads both streams to their ends, in tasks of their own.
    pub(crate) fn of(
        output: impl AsyncRead + Unpin + Send + 'static,
        errors: impl AsyncRead + Unpin + Send + 'static,
    ) -> Self {
        Self::without(|_| false, output, errors)
    }

    /// Like [`of`](Self::of), without the lines that `is_hidden` accepts.
    pub(crate) fn without(
        is_hidden: fn(&str) -> bool,
        output: impl AsyncRead + Unpin + Send + 'static,
        errors: impl AsyncRead + Unpin + Send + 'static,
    ) -> Self {
        let (writer, pages) = watch::channel(Pages::default());
        let writer = Arc::new(writer);
        tokio::spawn(copy(output, is_hidden, Arc::clone(&writer)));
        tokio::spawn(copy(errors, is_hidden, writer));
        Self { pages, first: 0 }
    }

    /// The lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let pages = self.pages.borrow();
        let older = self.first.saturating_sub(pages.forgotten);
        pages.lines.iter().skip(older).cloned().collect()
    }

    /// Forgets the lines so far.
    pub(crate) fn forget(&mut self) {
        self.first = self.pages.borrow().end();
    }

    /// The lines from the first one on.
    pub(crate) fn all_lines(&self) -> Lines {
        Lines {
            pages: self.pages.clone(),
            next: self.first,
        }
    }

    /// Waits for a line that `wanted` accepts, of those so far too. `program` is its name in errors.
    ///
    /// # Errors
    ///
    /// When no such line has come after `limit`, or the program ended; the error holds what it printed.
    pub(crate) async fn wait_for(
        &self,
        program: &str,
        wanted: impl Fn(&str) -> bool,
        limit: Duration,
    ) -> Result<String> {
        let mut lines = self.all_lines();
        let search = async {
            while let Some(line) = lines.next().await {
                if wanted(&line) {
                    return Some(line);
                }
            }
            None
        };
        let why = match timeout(limit, search).await {
            Ok(Some(line)) => return Ok(line),
            Ok(None) => format!("{program} ended before it printed the line waited for"),
            Err(_) => format!("{program} did not print the line waited for within {limit:?}"),
        };
        bail!("{why}; its output:{}", indented(&self.lines()))
    }

    /// The lines from now on.
    pub(crate) fn coming_lines(&self) -> Lines {
        Lines {
            pages: self.pages.clone(),
            next: self.pages.borrow().end(),
        }
    }
}

impl Lines {
    /// The next line, once there is one; `None` when the process has closed its output.
    ///
    /// Only the latest 20,000 lines are kept: a reader that falls further behind goes on with the
    /// oldest of those.
    pub async fn next(&mut self) -> Option<String> {
        let wanted = self.next;
        let pages = self
            .pages
            .wait_for(|pages| pages.end() > wanted)
            .await
            .ok()?;
        let index = wanted.saturating_sub(pages.forgotten);
        self.next = pages.forgotten + index + 1;
        pages.lines.get(index).cloned()
    }
}

impl Pages {
    fn push(&mut self, line: String) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
            self.forgotten += 1;
        }
        self.lines.push_back(line);
    }

    fn end(&self) -> usize {
        self.forgotten + self.lines.len()
    }
}

async fn copy(
    stream: impl AsyncRead + Unpin,
    is_hidden: fn(&str) -> bool,
    writer: Arc<watch::Sender<Pages>>,
) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while let Ok(1..) = reader.read_until(b'\n', &mut line).await {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']).to_owned();
        if !is_hidden(&text) {
            writer.send_modify(|pages| pages.push(text));
        }
        line.clear();
    }
}

fn indented(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {line}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Transcript};

    #[tokio::test]
    async fn lines_of_both_streams_arrive_and_then_the_end() {
        let transcript = Transcript::of(&b"one\r\ntwo"[..], &b""[..]);
        let mut lines = transcript.all_lines();
        assert_eq!(lines.next().await.as_deref(), Some("one"));
        assert_eq!(lines.next().await.as_deref(), Some("two"));
        assert_eq!(lines.next().await, None);
        assert_eq!(transcript.lines(), ["one", "two"]);
        assert_eq!(transcript.coming_lines().next().await, None);

        let mut transcript = transcript;
        transcript.forget();
        assert!(transcript.lines().is_empty());
        assert_eq!(transcript.all_lines().next().await, None);
    }

    #[tokio::test]
    async fn a_reader_that_falls_behind_goes_on_with_the_oldest_line_kept() {
        let printed: Vec<_> = (0..KEPT + 5).map(|line| line.to_string()).collect();
        let printed = std::io::Cursor::new(printed.join("\n"));
        let transcript = Transcript::of(printed, &b""[..]);
        let mut latest = transcript.all_lines();
        while latest.next().await.is_some() {}

        let mut late = transcript.all_lines();
        assert_eq!(late.next().await.as_deref(), Some("5"));
        assert_eq!(late.next().await.as_deref(), Some("6"));
    }
}
