use std::time::Duration;

use anyhow::Result;

/// The wish of a person, a terminal or a workflow that the release ends.
///
/// From then on no such signal ends this process: it counts as the failure of a step.
pub(super) struct Interrupts {
    #[cfg(unix)]
    signals: watch::Signals,
}

impl Interrupts {
    /// Begins to watch for signals.
    pub(super) fn watch() -> Result<Self> {
        #[cfg(not(unix))]
        anyhow::bail!("only Unix lets an interrupted release go back: paste what is printed");
        #[cfg(unix)]
        Ok(Self {
            signals: watch::Signals::watch()?,
        })
    }

    /// Whether there was one.
    #[cfg(unix)]
    pub(super) fn came(&self) -> bool {
        self.signals.came()
    }

    /// Waits for one, at most that long, and says whether there was one.
    #[cfg(unix)]
    pub(super) fn come_within(&self, duration: Duration) -> bool {
        self.signals.come_within(duration)
    }

    /// Whether there was one.
    #[cfg(not(unix))]
    pub(super) fn came(&self) -> bool {
        false
    }

    /// Waits for one, at most that long, and says whether there was one.
    #[cfg(not(unix))]
    pub(super) fn come_within(&self, _: Duration) -> bool {
        false
    }
}

#[cfg(unix)]
mod watch {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{self, Receiver};
    use std::thread;
    use std::time::{Duration, Instant};

    use anyhow::{Context as _, Result};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::Signals as Iterator;

    /// Ctrl-C, Ctrl-\, a terminal that is closed, and what ends processes politely.
    const SIGNALS: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

    pub(super) struct Signals {
        /// Set by the handler itself, so that nothing is between the signal and a look at it.
        came: Arc<AtomicBool>,
        /// What wakes whoever waits.
        wakes: Receiver<()>,
    }

    impl Signals {
        pub(super) fn watch() -> Result<Self> {
            let came = Arc::new(AtomicBool::new(false));
            for signal in SIGNALS {
                signal_hook::flag::register(signal, Arc::clone(&came))
                    .context("cannot watch for interrupts")?;
            }
            let mut signals = Iterator::new(SIGNALS).context("cannot watch for interrupts")?;
            let (wake, wakes) = mpsc::channel();
            // It ends with the process: signals come as long as that.
            thread::spawn(move || signals.forever().try_for_each(|_| wake.send(())));
            Ok(Self { came, wakes })
        }

        pub(super) fn came(&self) -> bool {
            self.came.load(Ordering::Relaxed)
        }

        pub(super) fn come_within(&self, duration: Duration) -> bool {
            let end = Instant::now() + duration;
            while !self.came() {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() || self.wakes.recv_timeout(left).is_err() {
                    break;
                }
            }
            self.came()
        }
    }
}
