//! Runs the test again and again.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use crate::interrupts::Interrupts;
use crate::output::{Failure, Outcome, print_error};
use crate::smoke::Arguments;
use crate::smoke::ask::connect::ensure_used;
use crate::smoke::every::place::Places;
use crate::smoke::every::round::Round;
use crate::smoke::every::session::Session;

impl Arguments {
    /// Runs a round each time `every` has passed, until an interrupt, or as often as the options say.
    pub(super) fn repeat(&self, every: Duration) -> Result<Outcome, Failure> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
        let outcome = runtime.block_on(self.rounds(every));
        // A thread that still waits for a reader is left.
        runtime.shutdown_background();
        outcome
    }

    async fn rounds(&self, every: Duration) -> Result<Outcome, Failure> {
        let mut interrupts = Interrupts::watch()?;
        let (loaded, lists) = self.read()?;
        // What cannot work in any round is refused now.
        tokio::select! {
            biased;
            () = interrupts.came() => return Ok(Outcome::Fine),
            client = self.client() => client?,
        };
        if !self.reads_index() {
            self.sources(&loaded, &lists).probes()?;
        }
        let places = Places::of(&self.edge, loaded.config());
        let mut session = Session::open(&self.every, every, places, self.format)?;
        let (mut is_first_report, mut said_late) = (true, false);
        let mut left = self.every.count;
        let mut due = Instant::now();
        loop {
            let (began, start) = (OffsetDateTime::now_utc(), Instant::now());
            let ended = tokio::select! {
                biased;
                () = interrupts.came() => break,
                ended = self.test(&loaded, &lists, is_first_report) => ended,
            };
            let mut used = Ok(());
            if let Ok((_, unused)) = &ended
                && std::mem::take(&mut is_first_report)
            {
                used = ensure_used(unused);
            }
            let round = Round {
                began,
                took: start.elapsed(),
                report: ended.map(|(report, _)| report),
            };
            let flow;
            (session, flow) = patiently(&mut interrupts, move || {
                let flow = session.take(&round);
                (session, flow)
            })
            .await?;
            if let Err(failure) = used {
                patiently(&mut interrupts, move || session.finish()).await??;
                return Err(failure);
            }
            left = left.and_then(|left| (left.get() - 1).try_into().ok());
            if flow.is_break() || (self.every.count.is_some() && left.is_none()) {
                break;
            }
            due += every;
            if due < Instant::now() {
                due = Instant::now();
                if !std::mem::replace(&mut said_late, true) {
                    say_late(every, start.elapsed());
                }
            }
            tokio::select! {
                biased;
                () = interrupts.came() => break,
                () = sleep_until(due) => {}
            }
        }
        patiently(&mut interrupts, move || session.finish()).await?
    }
}

/// Works in another thread, because a reader or a command may make it wait. Two interrupts leave it.
async fn patiently<T: Send + 'static>(
    interrupts: &mut Interrupts,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::select! {
        done = spawn_blocking(work) => done.map_err(|_| Failure::new("the smoke test has panicked")),
        () = interrupts.came_twice() => Err(Failure::new("interrupted before everything was printed and told")),
    }
}

fn say_late(every: Duration, took: Duration) {
    print_error(format!(
        "a round took {:.1} s, longer than --every {}: the next one begins at once\n",
        took.as_secs_f64(),
        humantime::format_duration(every)
    ));
}
