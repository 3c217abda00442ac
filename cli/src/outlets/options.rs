use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::alertmanager::Address;
use super::figures::Figures;
use crate::output::Failure;

/// Where alarms and figures go.
#[derive(Args, Clone, Debug)]
#[group(id = "Outlets")]
pub(crate) struct Options {
    /// Run this command when an alarm begins and when it ends, by `sh -c`, with the event as JSON on
    /// its standard input
    ///
    /// `$SIGNPOST_EVENT` is `alarm-began` or `alarm-ended`, and `$SIGNPOST_ALARM` the alarm's number. At
    /// most 8 commands run at once; others wait. For the end of an alarm it runs only when the
    /// command for its beginning has ended.
    #[arg(long, value_name = "COMMAND", help_heading = "Outlets")]
    pub(super) exec: Option<String>,

    /// Send alarms to this Alertmanager (API v2); may be repeated
    ///
    /// An alarm is sent when it begins, each minute while it lasts, and when it ends. If it still
    /// lasts when this command ends, Alertmanager ends it by itself after 4 minutes.
    #[arg(long, value_name = "URL", help_heading = "Outlets")]
    pub(super) alertmanager: Vec<Address>,

    /// Serve figures for Prometheus at this address, such as 127.0.0.1:9464, and the path `/metrics`;
    /// port 0 takes any, which is printed
    #[arg(long, value_name = "ADDRESS", help_heading = "Outlets", value_parser = listen_address)]
    pub(super) metrics: Option<SocketAddr>,

    /// How long to wait at the end for commands that still run, and for an Alertmanager that does
    /// not answer
    #[arg(long, alias = "exec-wait", value_name = "DURATION", default_value = "10s", help_heading = "Outlets", value_parser = patience)]
    pub(super) wait: Duration,
}

impl Options {
    /// Figures that are zero, if somebody wants them. `alarms` are the names of all alarms that can
    /// be.
    pub(crate) fn figures(&self, alarms: &[&str]) -> Result<Option<Figures>, Failure> {
        let figures = self.metrics.map(|_| Figures::new(alarms));
        figures.transpose()
    }
}

impl Options {
    /// Whether there is any outlet.
    pub(crate) fn are_named(&self) -> bool {
        self.exec.is_some() || !self.alertmanager.is_empty() || self.metrics.is_some()
    }
}

fn patience(text: &str) -> Result<Duration, String> {
    let read = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let is_short = read <= Duration::from_hours(1);
    let words = "write a duration of at most 1h";
    is_short.then_some(read).ok_or_else(|| words.to_owned())
}

fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let words = "write an IP address and a port, such as 127.0.0.1:9464 or [::]:9464";
    text.parse().map_err(|_| words.to_owned())
}
