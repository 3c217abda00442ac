//! Sends alarms to an Alertmanager, again and again while they last, as Prometheus does.

mod address;
mod alerts;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use signpost_logs::text::{beginning, counted};
use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

pub(crate) use self::address::Address;
use self::alerts::Alerts;
use super::figures::Figures;
use super::notification::Notification;
use crate::https::{self, words_of};
use crate::output::{Failure, as_error, print_error};

/// The most time for a request.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How many characters of an answer are shown.
const MOST_WORDS: usize = 200;

/// One Alertmanager, and what it is told.
#[derive(Debug)]
pub(super) struct Alertmanager {
    address: Address,
    client: Client,
    alerts: Alerts,
    pace: Pace,
    /// How long to wait at the end.
    patience: Duration,
    /// How many requests in a row have failed.
    failures: u32,
    figures: Option<Arc<Figures>>,
}

/// When to send again.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// After a success, while an alarm lasts.
    resend: Duration,
    /// After the first failure. It doubles with each further one.
    retry: Duration,
    /// The longest time after a failure.
    longest_retry: Duration,
}

const PACE: Pace = Pace {
    resend: Duration::from_mins(1),
    retry: Duration::from_secs(1),
    longest_retry: Duration::from_secs(30),
};

/// An alarm that is not sent again for so many times ends by itself. Prometheus has the same number.
const RESENDS_UNTIL_END: u32 = 4;

impl Alertmanager {
    /// # Errors
    ///
    /// Why no HTTP client can be made.
    pub(super) fn new(
        address: Address,
        patience: Duration,
        figures: Option<Arc<Figures>>,
    ) -> Result<Self, Failure> {
        let failure = |why: String| Failure::new(format!("cannot send alarms to {address}: {why}"));
        let tls = https::tls(Vec::new()).map_err(|error| failure(error.to_string()))?;
        let client = ClientBuilder::new()
            .user_agent(concat!("signpost/", env!("CARGO_PKG_VERSION")))
            // A client follows a redirected POST with a GET, which tells nothing.
            .redirect(Policy::none())
            // An Alertmanager is beside the command, and a proxy is for the Internet.
            .no_proxy()
            .tls_backend_preconfigured(tls)
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| failure(words_of(error)))?;
        Ok(Self {
            address,
            client,
            alerts: Alerts::default(),
            pace: PACE,
            patience,
            failures: 0,
            figures,
        })
    }

    /// Sends each event, until the last one is delivered.
    pub(super) async fn run(mut self, news: UnboundedReceiver<Notification>) {
        let look = tokio::spawn(look(self.client.clone(), self.address.clone()));
        self.deliver(news).await;
        // What it says is worth as much patience as an alarm.
        let _ = timeout(self.patience, look).await;
    }

    async fn deliver(&mut self, mut news: UnboundedReceiver<Notification>) {
        let mut deadline = None;
        let mut due = Instant::now();
        while deadline.is_none() || self.alerts.are_undelivered() {
            tokio::select! {
                biased;
                next = news.recv(), if deadline.is_none() => {
                    due = Instant::now();
                    match next {
                        Some(event) => self.alerts.note(event),
                        None => deadline = Some(due + self.patience),
                    }
                }
                () = sleep_until(due), if !self.alerts.is_empty() => {
                    due = Instant::now() + self.send(deadline).await;
                }
            }
            if deadline.is_some_and(|deadline| deadline < due) && self.alerts.are_undelivered() {
                self.leave();
                return;
            }
        }
        let open = self.alerts.open();
        if open > 0 {
            let validity = humantime::format_duration(self.pace.resend * RESENDS_UNTIL_END);
            self.say(&format!(
                "{} still open; without news, Alertmanager ends alarms after {validity}",
                counted(open, "alarm")
            ));
        }
    }

    /// Sends all alarms. Returns when to send next.
    async fn send(&mut self, deadline: Option<Instant>) -> Duration {
        let body = self.alerts.to_json(
            OffsetDateTime::now_utc(),
            self.pace.resend * RESENDS_UNTIL_END,
        );
        let request = self.client.post(self.address.at("api/v2/alerts"));
        let json = HeaderValue::from_static("application/json");
        let sent = answer(request.header(CONTENT_TYPE, json).body(body));
        let sent = match deadline {
            Some(deadline) => timeout_at(deadline, sent)
                .await
                .unwrap_or_else(|_| Err("it does not answer".to_owned())),
            None => sent.await,
        };
        match sent {
            Ok(()) => {
                if self.failures > 0 {
                    self.say("it takes alarms again");
                }
                self.failures = 0;
                self.alerts.delivered();
                self.pace.resend
            }
            Err(why) => {
                if self.failures == 0 {
                    self.complain(&format!("{why}; alarms wait until it takes them"));
                }
                if let Some(figures) = &self.figures {
                    figures.alertmanager_failed();
                }
                let doubled = self.pace.retry * 2_u32.saturating_pow(self.failures.min(16));
                self.failures = self.failures.saturating_add(1);
                doubled.min(self.pace.longest_retry)
            }
        }
    }

    /// Reports what was not delivered when patience runs out.
    fn leave(&self) {
        let patience = humantime::format_duration(self.patience);
        let undelivered = counted(self.alerts.undelivered(), "alarm");
        self.complain(&format!(
            "{undelivered} not delivered; gave up after {patience}"
        ));
    }

    fn complain(&self, words: &str) {
        complain(&self.address, words);
    }

    fn say(&self, words: &str) {
        print_error(format!("--alertmanager {}: {words}\n", self.address));
    }
}

/// Asks at the start whether there is an Alertmanager, so that a mistake is noticed before an alarm.
async fn look(client: Client, address: Address) {
    let status = client.get(address.at("api/v2/status"));
    if let Err(why) = answer(status).await {
        complain(
            &address,
            &format!("{why}; alarms are sent to it all the same"),
        );
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<(), String> {
    let response = request.send().await;
    let response =
        response.map_err(|error| format!("it cannot be reached: {}", words_of(error)))?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let words = timeout(TIMEOUT, text(response)).await.unwrap_or_default();
    Err(format!("it answers {status}{words}"))
}

/// The beginning of a body, after a colon.
async fn text(mut response: Response) -> String {
    let first = response.chunk().await.ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&first);
    let text = beginning(text.trim(), MOST_WORDS);
    if text.is_empty() {
        text
    } else {
        format!(": {text}")
    }
}

fn complain(address: &Address, words: &str) {
    let failure = Failure::new(format!("--alertmanager {address}: {words}"));
    print_error(format!("{}\n", as_error(&failure)));
}

#[cfg(test)]
mod tests;
