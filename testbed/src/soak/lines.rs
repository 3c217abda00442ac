//! What Viceroy prints during a phase: the log lines, and how much memory the module had.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::timeout;

use super::asks::REFERER;
use crate::log_line::LogLine;
use crate::server::lock;
use crate::transcript::Lines;
use crate::viceroy::SANDBOX_ENDED;

/// How long the last lines may take.
const LIMIT: Duration = Duration::from_secs(20);

/// The log endpoint of every configuration of a soak.
pub(super) const ENDPOINT: &str = "signpost-log";

/// What is printed, as it comes.
pub(super) struct Printed {
    seen: Arc<Mutex<Seen>>,
    count: watch::Receiver<u64>,
}

#[derive(Default)]
struct Seen {
    /// For each request, how many lines there are, and the status in the last of them.
    logged: Vec<(u8, u16)>,
    /// How much memory each sandbox had in the end, in KiB.
    heaps: Vec<u32>,
    forgetful: u64,
    strange: Vec<String>,
}

impl Printed {
    /// Follows the lines of a phase with so many requests.
    pub(super) fn follow(mut lines: Lines, requests: usize) -> Self {
        let seen = Arc::new(Mutex::new(Seen {
            logged: vec![(0, 0); requests],
            ..Seen::default()
        }));
        let (counted, count) = watch::channel(0);
        let noting = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Some(line) = lines.next().await {
                let is_log_line = lock(&noting).note(&line);
                if is_log_line {
                    counted.send_modify(|count| *count += 1);
                }
            }
        });
        Self { seen, count }
    }

    /// Waits for so many log lines. Fewer are found by [`wrong`](Self::wrong).
    pub(super) async fn wait_for(&mut self, lines: u64) {
        let _ = timeout(LIMIT, self.count.wait_for(|count| *count >= lines)).await;
    }

    /// What is wrong with the lines: each request has one with its status, or none if the status is `None`.
    pub(super) fn wrong(&self, answered: &[Option<u16>]) -> Vec<String> {
        let seen = lock(&self.seen);
        let logged = seen.logged.iter().zip(answered).zip(0..);
        let wrong = logged.filter_map(|((&(lines, logged), answered), number)| {
            let is_right = match answered {
                Some(status) => lines == 1 && logged == *status,
                None => lines == 0,
            };
            (!is_right).then(|| {
                format!(
                    "request {number} has {lines} log lines with status {logged}, and was answered {answered:?}"
                )
            })
        });
        wrong.chain(seen.strange.iter().cloned()).collect()
    }

    /// How many sandboxes said that they do not remember attempts.
    pub(super) fn forgetful(&self) -> u64 {
        lock(&self.seen).forgetful
    }

    /// The memory of each sandbox in the end, in KiB, in the order in which they ended.
    pub(super) fn heaps(&self) -> Vec<u32> {
        lock(&self.seen).heaps.clone()
    }
}

impl Seen {
    fn note(&mut self, line: &str) -> bool {
        if let Some(line) = LogLine::read(line).filter(|line| line.endpoint == ENDPOINT) {
            let Some((number, status)) = read(&line.message) else {
                self.strange
                    .push(format!("a log line of no request: {}", line.message));
                return true;
            };
            match self.logged.get_mut(number) {
                Some((lines, logged)) => (*lines, *logged) = (lines.saturating_add(1), status),
                None => self
                    .strange
                    .push(format!("a log line of no request: {}", line.message)),
            }
            return true;
        }
        if let Some((_, size)) = line.split_once(SANDBOX_ENDED) {
            self.heaps.extend(kibibytes(size));
        } else if line.contains("attempts count as first ones") {
            self.forgetful += 1;
        } else if ["trapped", "panicked", "exited with error"]
            .iter()
            .any(|it| line.contains(it))
        {
            self.strange.push(line.to_owned());
        }
        false
    }
}

/// The number of the request and the status in a log line.
fn read(message: &str) -> Option<(usize, u16)> {
    let line: Value = serde_json::from_str(message).ok()?;
    let referer = line.pointer("/http/referer")?.as_str()?;
    let number = referer.strip_prefix(REFERER)?.parse().ok()?;
    let status = line.get("status")?.as_u64()?;
    Some((number, u16::try_from(status).ok()?))
}

/// Reads a size as Viceroy writes it, such as `1.5 MiB`.
fn kibibytes(text: &str) -> Option<u32> {
    let mut words = text.split(' ');
    let (whole, tenth) = words.next()?.split_once('.')?;
    let tenths = whole.parse::<u32>().ok()?.checked_mul(10)? + tenth.parse::<u32>().ok()?;
    match words.next()? {
        "KiB" => Some(tenths / 10),
        "MiB" => Some(tenths.checked_mul(1024)? / 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{kibibytes, read};

    #[test]
    fn what_viceroy_prints_is_read() {
        let line = r#"{"status":302,"http":{"referer":"https://soak.example/17"}}"#;
        assert_eq!(read(line), Some((17, 302)));
        assert_eq!(read(r#"{"status":302,"http":{"referer":null}}"#), None);
        for (text, expected) in [
            ("1.5 MiB of WebAssembly heap", Some(1536)),
            ("64.0 KiB of WebAssembly heap", Some(64)),
            ("1", None),
        ] {
            assert_eq!(kibibytes(text), expected, "{text}");
        }
    }
}
