//! Waits until a change of the Config Store has spread.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::smoke::ask::client::Client;
use crate::smoke::gather::expected::Expected;
use crate::smoke::gather::probes::{Kind, Probe};
use crate::smoke::judge::verify;

/// The time between rounds.
const EACH: Duration = Duration::from_secs(1);

/// How many rounds in a row must be right: the next request may reach a server without the change.
const ENOUGH: u32 = 3;

pub(crate) struct Settle {
    /// The most time to wait.
    pub(crate) limit: Duration,
    /// The most probes in a round, so that it takes about a second.
    pub(crate) at_most: usize,
    /// How many probes run at once.
    pub(crate) at_once: NonZeroUsize,
}

impl Settle {
    /// Asks the probes in rounds until three rounds in a row are right, and says how that went. If
    /// they never are, the probes show why.
    pub(crate) async fn wait(&self, client: &Client, probes: &[Probe]) -> String {
        let asked = chosen(probes, self.at_most);
        let started = Instant::now();
        let (mut rounds, mut right) = (0_u32, 0_u32);
        let mut seconds = interval(EACH);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let settled = timeout(self.limit, async {
            while right < ENOUGH {
                seconds.tick().await;
                rounds += 1;
                let answers = stream::iter(&asked).map(|probe| is_right(client, probe));
                let answers = answers.buffer_unordered(self.at_once.get());
                let is_right = answers.all(|is_right| async move { is_right }).await;
                right = if is_right { right + 1 } else { 0 };
            }
        })
        .await;
        let (count, taken) = (asked.len(), started.elapsed().as_secs_f64());
        let how = format!("{count} probes were asked in {rounds} rounds in {taken:.1} s");
        match settled {
            Ok(()) => format!(
                "settled: {how}, until {ENOUGH} rounds in a row were right; no other request was repeated"
            ),
            Err(_) => format!("not settled: {how}, and never were {ENOUGH} in a row right"),
        }
    }
}

/// Alternates between probes that must be redirected and the others, of `config` and of `next`, so that all
/// are tested first.
fn chosen(probes: &[Probe], at_most: usize) -> Vec<&Probe> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for probe in probes.iter().filter(|probe| probe.kind != Kind::Negative) {
        let is_left = probe.expected.location().is_none();
        let group = (is_left, probe.expected.is_by_next());
        groups.entry(group).or_default().push(probe);
    }
    let longest = groups.values().map(Vec::len).max().unwrap_or_default();
    let by_turns = (0..longest).flat_map(|index| groups.values().map(move |it| it.get(index)));
    by_turns.flatten().copied().take(at_most).collect()
}

async fn is_right(client: &Client, probe: &Probe) -> bool {
    client.turn().await;
    let answered = client.ask(Method::GET, &probe.request, None).await;
    answered.is_ok_and(|answered| match &probe.expected {
        Expected::Redirect(redirect) => verify::plain(redirect, &answered).is_empty(),
        Expected::Origin { decision } => verify::decision(decision, &answered).is_none(),
        Expected::Certificate => true,
    })
}
