//! How alarms and figures leave a command: a program that runs, Alertmanagers, and metrics.
//!
//! None of them holds up the command: they run in a thread of their own, and say on standard error
//! what fails.

mod alertmanager;

mod exec;
mod figures;
mod notification;
mod options;
mod server;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;

use futures_util::future::join_all;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::oneshot;

pub(crate) use figures::{Family, Figures, registered};
pub(crate) use notification::{Notification, Severity};
pub(crate) use options::Options;

use self::alertmanager::Alertmanager;
use self::exec::Exec;
use self::server::Server;
use crate::output::Failure;

/// Where alarms and figures go.
#[derive(Debug)]
pub(crate) struct Outlets {
    figures: Option<Arc<Figures>>,
    senders: Vec<UnboundedSender<Notification>>,
    /// The thread, which ends once the sender is dropped and everything is sent.
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Outlets {
    /// Opens the outlets that the options name, and serves the figures.
    ///
    /// # Errors
    ///
    /// Why one cannot be opened. A dead Alertmanager is not an error.
    pub(crate) fn open(options: &Options, figures: Option<Figures>) -> Result<Self, Failure> {
        let mut tasks: Vec<Task> = Vec::new();
        let mut senders = Vec::new();
        let figures = figures.map(Arc::new);
        if let Some(command) = &options.exec {
            let (sender, news) = mpsc::unbounded_channel();
            senders.push(sender);
            tasks.push(Box::pin(Exec::new(command, options.wait).run(news)));
        }
        for address in &options.alertmanager {
            let (sender, news) = mpsc::unbounded_channel();
            senders.push(sender);
            let figures = figures.clone();
            let alertmanager = Alertmanager::new(address.clone(), options.wait, figures)?;
            tasks.push(Box::pin(alertmanager.run(news)));
        }
        let server = match (options.metrics, &figures) {
            (Some(address), Some(figures)) => Some(Server::bind(address, Arc::clone(figures))?),
            _ => None,
        };
        let is_needed = server.is_some() || !tasks.is_empty();
        Ok(Self {
            figures,
            senders,
            running: is_needed.then(|| start(tasks, server)).transpose()?,
        })
    }

    /// Tells every outlet that an alarm has begun or ended.
    pub(crate) fn send(&self, notification: &Notification) {
        if let Some(figures) = &self.figures {
            figures.note(notification);
        }
        for sender in &self.senders {
            // The receiver is gone only if its thread panicked, which was printed.
            let _ = sender.send(notification.clone());
        }
    }

    /// Waits, as long as the options say, until commands have ended and alarms are delivered.
    pub(crate) fn finish(&mut self) {
        self.senders.clear();
        if let Some((end, thread)) = self.running.take() {
            drop(end);
            // If it panicked, that was printed.
            let _ = thread.join();
        }
    }
}

fn start(
    tasks: Vec<Task>,
    server: Option<Server>,
) -> Result<(oneshot::Sender<()>, JoinHandle<()>), Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(format!("cannot start to send alarms: {error}")))?;
    let (sender, end) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        runtime.block_on(async {
            if let Some(server) = server {
                // It ends with the runtime.
                tokio::spawn(server.serve());
            }
            // The sender never sends: it is dropped.
            let _ = tokio::join!(join_all(tasks), end);
        });
    });
    Ok((sender, thread))
}
