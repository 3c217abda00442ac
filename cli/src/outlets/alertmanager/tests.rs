use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;
use signpost_testbed::{self as testbed, StandInOrigin, is_installed, refused_address};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::alerts::SENDS_OF_AN_END;
use super::{Alertmanager, Pace};
use crate::outlets::figures::Figures;
use crate::outlets::notification::Notification;
use crate::outlets::notification::tests::{alarm, end};

/// More than anything here takes.
const LIMIT: Duration = Duration::from_mins(1);

/// An outlet to `url` that sends and waits at this pace.
struct Outlet {
    news: UnboundedSender<Notification>,
    task: JoinHandle<()>,
    figures: Arc<Figures>,
}

fn outlet(url: &str, resend: Duration, patience: Duration) -> Outlet {
    let figures = Arc::new(Figures::new(&[]).unwrap());
    let mut alertmanager =
        Alertmanager::new(url.parse().unwrap(), patience, Some(Arc::clone(&figures))).unwrap();
    alertmanager.pace = Pace {
        resend,
        retry: Duration::from_millis(1),
        longest_retry: Duration::from_millis(20),
    };
    let (news, receiver) = mpsc::unbounded_channel();
    let task = tokio::spawn(alertmanager.run(receiver));
    Outlet {
        news,
        task,
        figures,
    }
}

impl Outlet {
    async fn finish(self) {
        drop(self.news);
        let ended = timeout(LIMIT, self.task).await;
        ended.expect("the outlet does not end").unwrap();
    }
}

/// An Alertmanager's stand-in that fails `failures` times. Also gives the alerts that it took.
async fn stand_in(failures: u32) -> (StandInOrigin, UnboundedReceiver<Value>) {
    let (sender, taken) = mpsc::unbounded_channel();
    let asked = AtomicU32::new(0);
    let server = StandInOrigin::start_with(move |request| {
        let mut response = Response::new(Bytes::new());
        if request.target != "/api/v2/alerts" {
            return response;
        }
        if asked.fetch_add(1, Ordering::Relaxed) < failures {
            *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
        } else {
            assert_eq!(request.headers["content-type"], "application/json");
            sender
                .send(serde_json::from_slice(&request.body).unwrap())
                .unwrap();
        }
        response
    });
    (server.await.unwrap(), taken)
}

async fn next(taken: &mut UnboundedReceiver<Value>) -> Value {
    let next = timeout(LIMIT, taken.recv()).await;
    next.expect("nothing was sent").unwrap()
}

#[tokio::test]
async fn a_real_alertmanager_tells_of_the_beginning_and_the_end_of_an_alarm() {
    if !is_installed(testbed::Alertmanager::PROGRAM) {
        return;
    }
    for prefix in ["", "/alerts"] {
        let alertmanager = testbed::Alertmanager::start_below(prefix).await.unwrap();
        let outlet = outlet(&alertmanager.base(), LIMIT, LIMIT);
        let (all, one) = (alarm(1, None), alarm(2, Some("cdn")));
        outlet.news.send(all.clone()).unwrap();
        outlet.news.send(one.clone()).unwrap();
        for (name, event, status, labels) in [
            ("all begins", &all, "firing", r#""scope":"all""#),
            (
                "one begins",
                &one,
                "firing",
                r#""scope":"target","severity":"critical","target":"cdn""#,
            ),
            ("one ends", &end(&one), "resolved", r#""target":"cdn""#),
        ] {
            if event.ended.is_some() {
                outlet.news.send(event.clone()).unwrap();
            }
            let told = alertmanager.notice(
                |alert| alert["status"] == status && alert["labels"].to_string().contains(labels),
                LIMIT,
            );
            let told = told
                .await
                .unwrap_or_else(|error| panic!("{prefix}: {name}: {error:#}"));
            assert_eq!(told.alert["labels"]["alertname"], event.name, "{name}");
            let annotations = &told.alert["annotations"];
            assert_eq!(annotations["summary"], *event.summary, "{name}");
            assert_eq!(annotations["description"], *event.description, "{name}");
        }
        outlet.finish().await;
        let open = alertmanager.alerts().await.unwrap();
        let open: Vec<_> = open.iter().map(|alert| &alert["labels"]["scope"]).collect();
        assert_eq!(open, ["all"], "{prefix}");
    }
}

#[tokio::test]
async fn an_alarm_is_sent_again_while_it_lasts_and_its_end_a_few_times() {
    let (server, mut taken) = stand_in(0).await;
    let outlet = outlet(&server.url(), Duration::from_millis(10), LIMIT);
    let event = alarm(1, None);
    outlet.news.send(event.clone()).unwrap();
    let mut ends = Vec::new();
    for _ in 0..5 {
        let sent = next(&mut taken).await;
        assert_eq!(sent.as_array().unwrap().len(), 1, "{sent}");
        ends.push(sent[0]["endsAt"].as_str().unwrap().to_owned());
    }
    assert!(ends.is_sorted_by(|one, next| one < next), "{ends:?}");
    let ended = Notification {
        ended: Some(event.began),
        ..event
    };
    outlet.news.send(ended).unwrap();
    let is_ended = |sent: Value| sent[0]["endsAt"] == sent[0]["startsAt"];
    while !is_ended(next(&mut taken).await) {}
    for _ in 1..SENDS_OF_AN_END {
        assert!(is_ended(next(&mut taken).await));
    }
    // Another alarm is sent by itself.
    outlet.news.send(alarm(2, Some("cdn"))).unwrap();
    let sent = next(&mut taken).await;
    assert_eq!(sent.as_array().unwrap().len(), 1, "{sent}");
    assert_eq!(sent[0]["labels"]["target"], "cdn");
    outlet.finish().await;
}

#[tokio::test]
async fn what_fails_is_tried_again_until_it_is_taken_also_at_the_end() {
    let (server, mut taken) = stand_in(7).await;
    let outlet = outlet(&server.url(), LIMIT, LIMIT);
    let figures = Arc::clone(&outlet.figures);
    outlet.news.send(alarm(1, None)).unwrap();
    outlet.finish().await;
    let sent = next(&mut taken).await;
    assert_eq!(sent[0]["labels"]["alertname"], "SignpostDownloadsRepeat");
    let text = figures.to_text().unwrap();
    assert!(
        text.contains("signpost_alertmanager_failures_total 7\n"),
        "{text}"
    );
}

#[tokio::test]
async fn a_dead_alertmanager_is_left_when_patience_runs_out() {
    let dead = refused_address().unwrap();
    let outlet = outlet(&dead.url(), LIMIT, Duration::from_millis(50));
    outlet.news.send(alarm(1, None)).unwrap();
    outlet.finish().await;
}
