//! One phase: Viceroy, the clients, and what came of it all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use fastrand::Rng;
use tokio::task::JoinSet;

use super::asks::{Ask, Asks};
use super::check::{Kind, Meanwhile, check, shown};
use super::client::{Came, Client};
use super::lines::Printed;
use super::memory::{resident, second_and_last_quarter};
use super::origin::{Origin, Weather};
use super::phases::Phase;
use super::{PhaseReport, Soak};
use crate::local_server::{Backend, LocalServer};
use crate::server::lock;
use crate::viceroy::Viceroy;

/// How long the first byte of an answer of the origin may take in a phase in which it dies.
const FIRST_BYTE: Duration = Duration::from_secs(1);

/// How many wrong answers end a phase.
const MOST_WRONG: u64 = 5;

/// How often memory is measured in a phase.
const MEASURED: u64 = 200;

/// How often it is said how far a phase is.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// How many requests a sandbox has under Viceroy at most.
const OF_SANDBOX: u64 = 6;

/// What the clients of a phase share.
struct Scene {
    asks: Asks,
    viceroy: Viceroy,
    origin: Origin,
    forecast: Vec<(u64, Weather)>,
    requests: u64,
    seed: u64,
    is_stormy: bool,
    next: AtomicU64,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    report: PhaseReport,
    /// The status of each request that the module saw.
    answered: Vec<Option<u16>>,
    resident: Vec<u32>,
}

/// Runs a phase with so many requests.
pub(super) async fn phase(
    soak: &Soak<'_>,
    phase: &Phase,
    requests: u64,
    seed: u64,
) -> Result<PhaseReport> {
    let origin = Origin::start().await?;
    let local_server = local_server(soak, phase, &origin.url())?;
    let viceroy = Viceroy::start_telling_memory(soak.module, &local_server).await?;
    let start = Instant::now();
    let scene = Arc::new(Scene {
        asks: phase.asks.clone(),
        forecast: phase.forecast(requests),
        requests,
        seed,
        is_stormy: phase.is_stormy,
        next: AtomicU64::new(0),
        seen: Mutex::default(),
        viceroy,
        origin,
    });
    // Attempts of one client may overrun the end.
    let most = usize::try_from(requests)? + 16;
    lock(&scene.seen).answered = vec![None; most];
    let mut printed = Printed::follow(scene.viceroy.follow(), most);
    let mut clients = JoinSet::new();
    // The first one is alone: what is made once is there for the others.
    scene.client(1).await?;
    for _ in 0..soak.connections {
        let scene = Arc::clone(&scene);
        clients.spawn(async move { scene.client(u64::MAX).await });
    }
    let soon = tokio::time::Instant::now() + TOLD_EVERY;
    let mut telling = tokio::time::interval_at(soon, TOLD_EVERY);
    loop {
        tokio::select! {
            ended = clients.join_next() => match ended {
                Some(ended) => ended.context("a client of the soak failed")??,
                None => break,
            },
            _ = telling.tick() => (soak.progress)(&scene.progress(&phase.name, start)),
        }
    }
    let report = scene.report(phase, &mut printed, start.elapsed()).await;
    let scene = Arc::into_inner(scene).context("a client of the soak is still there")?;
    let process = scene.viceroy.process_id();
    scene.viceroy.end().await?;
    let is_there = process.and_then(resident).is_some();
    ensure!(!is_there, "Viceroy is still there as process {process:?}");
    Ok(report)
}

fn local_server(soak: &Soak<'_>, phase: &Phase, origin: &str) -> Result<LocalServer> {
    let compile = |text: &str| {
        (soak.compile)(text).with_context(|| format!("the configuration of `{}`", phase.name))
    };
    let mut backend = Backend::at(origin);
    if phase.is_stormy {
        backend = backend.first_byte_timeout(FIRST_BYTE);
    }
    let mut server = soak
        .local_server
        .clone()
        .backend("origin", backend)
        .config(&compile(&phase.config)?)
        .switch(phase.switch);
    if let Some(next) = &phase.next {
        server = server.next(&compile(next)?);
    }
    for name in ["static", "second"] {
        let backend = Backend::at(origin);
        let is_sick = phase.sick.contains(&name);
        server = server.backend(
            name,
            if is_sick {
                backend.unhealthy()
            } else {
                backend
            },
        );
    }
    Ok(server)
}

impl Scene {
    /// Asks as one client after the other, on one connection, until all requests are made, or so many clients
    /// asked.
    async fn client(&self, clients: u64) -> Result<()> {
        let mut connection = Client::to(self.viceroy.address());
        for _ in 0..clients {
            let (number, asks) = {
                // One step, so that each request has one number.
                let mut seen = lock(&self.seen);
                let number = self.next.load(Ordering::SeqCst);
                if number >= self.requests || seen.report.wrong >= MOST_WRONG {
                    break;
                }
                let mut random =
                    Rng::with_seed(self.seed.wrapping_mul(1 << 32).wrapping_add(number));
                let asks = self.asks.of_client(number, &mut random);
                self.next
                    .store(number + asks.len() as u64, Ordering::SeqCst);
                let measured = number * MEASURED / self.requests;
                if measured >= seen.resident.len() as u64 {
                    let size = self.viceroy.process_id().and_then(resident);
                    seen.resident.extend(size);
                }
                (number, asks)
            };
            let mut earlier = 0;
            for (ask, number) in asks.iter().zip(number..) {
                self.change_weather(number).await?;
                self.ask(&mut connection, ask, number, &mut earlier).await;
            }
        }
        Ok(())
    }

    async fn change_weather(&self, number: u64) -> Result<()> {
        match self.forecast.iter().find(|(before, _)| *before == number) {
            Some((_, weather)) => self.origin.turn(*weather).await,
            None => Ok(()),
        }
    }

    /// Sends a request, and notes what came. `earlier` is how many attempts of the client were counted.
    async fn ask(&self, connection: &mut Client, ask: &Ask, number: u64, earlier: &mut usize) {
        let (before, start) = (self.origin.now(), Instant::now());
        let came = connection.send(&ask.asked).await;
        let meanwhile = Meanwhile {
            weather: before.until(self.origin.now()),
            is_long: self.is_stormy && start.elapsed() >= FIRST_BYTE,
        };
        let check = |right| check(&ask.asked, right, &came, meanwhile);
        let right = ask.right.get(*earlier).or(ask.right.last());
        let Some(right) = right else {
            return;
        };
        let mut seen = lock(&self.seen);
        let kind = match (check(right), ask.right.first()) {
            (Ok(kind), _) => {
                *earlier += 1;
                Ok(kind)
            }
            (Err(expected), Some(first)) => check(first).map_err(|_| expected).inspect(|_| {
                seen.report.forgotten += 1;
            }),
            (Err(expected), None) => Err(expected),
        };
        if let (Came::Answer(answer), Ok(index)) = (&came, usize::try_from(number))
            && answer.headers.contains_key("signpost-decision")
            && let Some(answered) = seen.answered.get_mut(index)
        {
            *answered = Some(answer.status.as_u16());
        }
        seen.report.count(kind, || {
            let came = match &came {
                Came::Answer(it) => {
                    let end = if it.is_broken_off {
                        " and broke off"
                    } else {
                        ""
                    };
                    shown(it.status.as_u16(), &it.headers, &it.body) + end
                }
                Came::Nothing(why) => why.clone(),
            };
            let asked = ask.asked.shown();
            (format!("request {number}\n{asked}"), came)
        });
    }

    fn progress(&self, name: &str, start: Instant) -> String {
        let report = &lock(&self.seen).report;
        let (done, all, wrong) = (report.requests, self.requests, report.wrong);
        let rate = u128::from(done) * 1000 / start.elapsed().as_millis().max(1);
        format!("{name}: {done} of {all} requests, {wrong} wrong, {rate} a second")
    }

    /// What came of the phase, once every log line is there.
    async fn report(&self, phase: &Phase, printed: &mut Printed, time: Duration) -> PhaseReport {
        let mut seen = std::mem::take(&mut *lock(&self.seen));
        if !phase.is_logged {
            seen.answered.fill(None);
        }
        let lines = seen.answered.iter().flatten().count() as u64;
        printed.wait_for(lines).await;
        let mut report = seen.report;
        phase.name.clone_into(&mut report.name);
        report.time = time;
        report.log_lines = lines;
        for wrong in printed.wrong(&seen.answered) {
            report.is_wrong(wrong);
        }
        let most = printed.forgetful() * OF_SANDBOX;
        if report.forgotten > most {
            let forgotten = report.forgotten;
            report.is_wrong(format!(
                "{forgotten} attempts counted as first ones, and the service log explains {most} at most"
            ));
        }
        // The platform's cache keeps every attempt in memory.
        let is_measured = !matches!(&self.asks, Asks::Crates(world) if world.has_retry);
        report.resident = second_and_last_quarter(&seen.resident).filter(|_| is_measured);
        report.heap = second_and_last_quarter(&printed.heaps());
        report
    }
}

impl PhaseReport {
    fn count(&mut self, kind: Result<Kind, String>, exchange: impl FnOnce() -> (String, String)) {
        self.requests += 1;
        let count = match kind {
            Ok(Kind::Redirect | Kind::Preflight) => &mut self.redirects,
            Ok(Kind::Json) => &mut self.json,
            Ok(Kind::Origin) => &mut self.from_origin,
            Ok(Kind::BrokenOff) => &mut self.broken_off,
            Ok(Kind::Failure) => &mut self.failures,
            Ok(Kind::Platform) => &mut self.of_platform,
            Err(expected) => {
                let (asked, came) = exchange();
                self.is_wrong(format!(
                    "{asked}--- came:\n{came}\n--- expected:\n{expected}"
                ));
                return;
            }
        };
        *count += 1;
    }

    fn is_wrong(&mut self, what: String) {
        self.wrong += 1;
        if self.shown.len() < usize::try_from(MOST_WRONG).unwrap_or_default() {
            self.shown.push(what);
        }
    }
}
