//! Waits for signals that ask this process to end.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use crate::output::Failure;

/// Signals that ask this process to end.
///
/// From then on no such signal ends this process: whoever waits for them does.
pub(crate) struct Interrupts {
    signals: Vec<Signal>,
    came: bool,
}

/// Long enough to see a signal that is there already.
const GLANCE: Duration = Duration::from_millis(1);

impl Interrupts {
    /// Watches for Ctrl-C, Ctrl-\, a terminal that closes, and a polite request to end.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let kinds = [
            SignalKind::hangup(),
            SignalKind::interrupt(),
            SignalKind::quit(),
            SignalKind::terminate(),
        ];
        let signals: Result<_, _> = kinds.into_iter().map(signal).collect();
        let signals = signals
            .map_err(|error| Failure::new(format!("cannot watch for interrupts: {error}")))?;
        Ok(Self {
            signals,
            came: false,
        })
    }

    /// Waits for an interrupt; once seen, it stays set.
    pub(crate) async fn came(&mut self) {
        if !self.came {
            self.come().await;
        }
    }

    /// Waits for two interrupts, of which one may have come before.
    pub(crate) async fn came_twice(&mut self) {
        self.came().await;
        self.come().await;
    }

    async fn come(&mut self) {
        poll_fn(|context| {
            let mut signals = self.signals.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) {
                self.came = true;
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Whether there was an interrupt.
    pub(crate) async fn came_by_now(&mut self) -> bool {
        timeout(GLANCE, self.came()).await.is_ok()
    }
}
