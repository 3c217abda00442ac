//! Waits until a change of the Config Store has spread.

use std::time::{Duration, Instant};

use reqwest::Method;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::client::Client;
use super::expected::{Answered, Expected};
use super::probes::Probe;
use super::verify;

/// How often the edge is asked.
const EACH: Duration = Duration::from_secs(1);

/// Asks the probe again until the edge answers as it must, for at most `limit`; says in words how
/// that went. If it never did, the probes will tell in what.
pub(crate) async fn settle(client: &Client, probe: &Probe, limit: Duration) -> String {
    let started = Instant::now();
    let mut asked = 0_u32;
    let mut seconds = interval(EACH);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let settled = timeout(limit, async {
        loop {
            seconds.tick().await;
            client.turn().await;
            asked += 1;
            let answered = client.ask(Method::GET, &probe.request, None).await;
            if answered.is_ok_and(|answered| is_as_expected(&probe.expected, &answered)) {
                return;
            }
        }
    })
    .await;
    let path = &probe.request;
    let taken = started.elapsed().as_secs_f64();
    match settled {
        Ok(()) => format!(
            "settled: {path} was asked {asked} times in {taken:.1} s, until its answer was right; no other request was repeated"
        ),
        Err(_) => format!(
            "not settled: {path} was asked {asked} times in {taken:.1} s, and its answer was never right"
        ),
    }
}

fn is_as_expected(expected: &Expected, answered: &Answered) -> bool {
    match expected {
        Expected::Redirect(redirect) => verify::plain(&redirect.plain, answered).is_empty(),
        Expected::Origin { decision } => verify::origin(decision, answered).is_empty(),
    }
}
