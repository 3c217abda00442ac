//! How long it takes from the first bad answer until the webhook of an Alertmanager knows.

use std::cell::Cell;
use std::io::{Write as _, stderr};
use std::time::Duration;

use serde_json::Value;
use signpost_testbed::{Alertmanager, Delivery, Pipeline, Rsyslog, is_installed};
use signpost_traffic::Settings;

use crate::MACHINE;
use crate::deployed::{RSYSLOG, message_type, watch_command};
use crate::edge::{Edge, STREAM};
use crate::sender::{micros, send};

/// The average of the incident of 2023-07-20.
const RATE: f64 = 4_710.0;

/// The most that may pass between the first bad answer and the webhook.
const LIMIT: Duration = Duration::from_secs(30);

/// A window of `signpost watch`, in microseconds.
const WINDOW: u64 = 10_000_000;

/// How much comes before the window of the break: enough to learn what is usual. The most of it lies in the
/// past, and is sent at once.
const BEFORE: u64 = 13 * WINDOW;

/// How much of that comes as it happens, at the least: enough to be through with the past.
const IN_TIME: u64 = 3 * WINDOW;

/// How long after the beginning of a window the break comes: so late that this window does not show it,
/// and the alarm has to wait for the end of the next one.
const INTO_THE_WINDOW: u64 = 7_000_000;

#[tokio::test]
async fn the_webhook_knows_within_30_seconds_of_the_first_bad_answer() {
    if !Rsyslog::is_installed() || !is_installed(Alertmanager::PROGRAM) {
        return;
    }
    let _machine = MACHINE.lock().await;
    for (broken, share) in [("1 % of downloads", 1), ("every download", 100)] {
        let (took, told) = measure(broken, share).await;
        // The test runner shows nothing of a test that passes.
        let _ = writeln!(
            stderr(),
            "{broken} broken, at {RATE} requests a second: {:.1} s from the first bad answer to the webhook",
            took.as_secs_f64()
        );
        assert!(took <= LIMIT, "{broken}: {took:?}");
        // What is redirected leads nowhere, and what the origin answers is well.
        let labels = &told["labels"];
        assert_eq!(labels["scope"], "target", "{broken}: {told}");
        assert_eq!(labels["target"], "static", "{broken}: {told}");
    }
}

/// How long it takes until the webhook knows, and the alert that it is told of.
async fn measure(name: &str, share: u8) -> (Duration, Value) {
    let is_wanted = |alert: &Value| {
        alert["status"] == "firing" && alert["labels"]["alertname"] == "SignpostDownloadsRepeat"
    };
    let mut settings = Settings {
        start: micros(),
        rate: RATE,
        normal: Duration::from_mins(1),
        broken: LIMIT + Duration::from_secs(5),
        seed: u64::from(share),
        farms: 20,
        share,
    };
    let edge = Edge::start(&settings).await;
    let alertmanager = Alertmanager::start().await.unwrap();
    let rsyslog = Rsyslog::start(RSYSLOG).await.unwrap();
    let command = rsyslog.in_command(&watch_command()).unwrap();
    let variables = [("ALERTMANAGER", &*alertmanager.base())];
    let watch = Pipeline::start(&command, &variables).unwrap();
    let mut delivery = Delivery::to(&rsyslog, message_type(), STREAM)
        .await
        .unwrap();

    let window = (micros() + IN_TIME).next_multiple_of(WINDOW);
    let break_at = window + INTO_THE_WINDOW;
    settings.start = window - BEFORE;
    settings.normal = Duration::from_micros(break_at - settings.start);
    let first_bad = Cell::new(None);
    let told = tokio::select! {
        told = alertmanager.notice(is_wanted, Duration::from_mins(3)) => told,
        () = send(&edge, &mut delivery, &settings, &first_bad) => {
            panic!("{name}: no alarm in {LIMIT:?}; the watch says {:#?}", watch.lines())
        }
    };
    let told = told.unwrap_or_else(|error| panic!("{name}: {error:#}; {:#?}", watch.lines()));
    let first_bad = first_bad.get().unwrap_or_else(|| {
        panic!(
            "{name}: an alarm before the break: {told:?}; {:#?}",
            watch.lines()
        )
    });
    let shown = watch.lines();
    let warns = shown.iter().any(|line| line.contains("could not be read"));
    assert!(!warns, "{name}: {shown:#?}");
    (told.at - first_bad, told.alert)
}
